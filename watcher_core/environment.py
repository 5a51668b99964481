"""The variables of the environment and of `.env`: how one is looked up. `settings` says what they mean."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from pathlib import Path

from watcher_core.errors import ConfigurationError

ENVIRONMENT_PREFIXES = {"dev": "DEV_", "prod": "PROD_", "test": "TEST_"}

DOTENV = ".env"


def variable(*names: str, environment: Mapping[str, str] | None = None) -> str | None:
    """Return the first of these variables that is set, looked up as a setting; `None` where none is."""
    variables = process_environment() if environment is None else environment
    return first_set(variables, environment_prefix(variables.get("ENV_STATE", "")), names)[1]


def process_environment() -> Mapping[str, str]:
    """Return the variables of this process, and below them those of `.env` in the working directory.

    One of the process that is empty is not set, and hides none of the file.

    Where this user may not look into the working directory, as after `sudo` from a home, there is no such file.

    Raises:
        ConfigurationError: The file cannot be read.
    """
    if not os.path.exists(DOTENV):  # noqa: PTH110 - what pathlib has raises where the directory is not to be looked into
        return os.environ
    from dotenv import dotenv_values  # only here: most processes have no such file

    logger = logging.getLogger("dotenv.main")
    logger.addFilter(_say_once)
    try:
        values = dotenv_values(DOTENV)
    except (OSError, UnicodeDecodeError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) else f"it is not UTF-8: {exc.reason}"
        raise ConfigurationError(
            f"{Path(DOTENV).absolute()} cannot be read: {reason}; let this user read it, or run in another directory"
        ) from exc
    finally:
        logger.removeFilter(_say_once)
    below = {name: value for name, value in values.items() if value is not None}
    return {**os.environ, **below, **{name: value for name, value in os.environ.items() if value.strip()}}


_said: set[str] = set()


def _say_once(record: logging.LogRecord) -> bool:
    """Name the file, and say it once: dotenv says it each time that the file is read, and not of which one."""
    if isinstance(record.args, tuple) and len(record.args) == 1:
        record.msg = f"{Path(DOTENV).absolute()}, line {record.args[0]}: this is no NAME=value, and is passed over"
        record.args = ()
    said = record.getMessage()
    is_new = said not in _said
    _said.add(said)
    return is_new


def environment_prefix(state: str) -> str:
    """Return the prefix of variables that `ENV_STATE` chooses.

    Raises:
        ConfigurationError: There is no such state.
    """
    if not state:
        return ""
    try:
        return ENVIRONMENT_PREFIXES[state.lower()]
    except KeyError:
        known = ", ".join(ENVIRONMENT_PREFIXES)
        raise ConfigurationError(f"ENV_STATE is {state!r}; it may be {known}, or not set") from None


def first_set(variables: Mapping[str, str], prefix: str, names: tuple[str, ...]) -> tuple[str, str | None]:
    """Return the first variable that is set, with its value, stripped; with the prefix before without."""
    candidates = [f"{prefix}{name}" for name in names if prefix] + list(names)
    for name in candidates:
        if value := variables.get(name, "").strip():
            return name, value
    return names[0], None
