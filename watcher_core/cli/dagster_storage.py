"""Which driver Dagster's storage gets, as dagster.yaml configures it.

dagster-postgres is written for psycopg2. A URL that names no driver gets SQLAlchemy's default, and from SQLAlchemy 2.1
on that is psycopg 3, which Watcher brings along: Dagster then starts, and fails at its first event.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from watcher_core.environment import process_environment

DRIVER = "psycopg2"
SCHEME = f"postgresql+{DRIVER}"


def driver_problems(file: Path) -> list[tuple[str, str]]:
    """Return what is wrong with the drivers of a dagster.yaml, each with what to do about it."""
    import yaml  # type: ignore[import-untyped]  # Dagster brings it along; its types are a package of their own

    try:
        configuration = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as exc:
        return [(f"{file} cannot be read: {type(exc).__name__}", "set it right; Dagster does not start without it")]
    return list(_problems(configuration, file))


def _problems(configuration: object, file: Path) -> Iterator[tuple[str, str]]:
    """Look at every `postgres_url` and `postgres_db`, for all storages at once, for one, or of a class of one's own."""
    if isinstance(configuration, list):
        for entry in configuration:
            yield from _problems(entry, file)
    if not isinstance(configuration, Mapping):
        return
    for key, value in configuration.items():
        if key == "postgres_url":
            driver = _driver(_resolved(value))
            advice = f"begin the URL with {SCHEME}://, as this prints it: watcher db url --dagster --show-password"
        elif key == "postgres_db" and isinstance(value, Mapping):
            driver = _driver(f"{_resolved(value.get('scheme')) or 'postgresql'}://")
            advice = f"add to postgres_db the line: scheme: {SCHEME}"
        else:
            yield from _problems(value, file)
            continue
        if driver not in (None, DRIVER):
            name = value["env"] if isinstance(value, Mapping) and "env" in value else key
            yield (f"Dagster's storage gets the driver {driver}, and needs {DRIVER}: {name} in {file}", advice)


def _resolved(value: Any) -> str | None:
    """What a setting of Dagster says, which may name a variable."""
    if isinstance(value, Mapping):
        return process_environment().get(str(value.get("env")))
    return None if value is None else str(value)


def _driver(url: str | None) -> str | None:
    """The driver that SQLAlchemy takes for a URL; `None` where that cannot be said."""
    if not url:
        return None
    import sqlalchemy as sa  # not for every command: it takes longer to load than most of them run

    try:
        return sa.make_url(url).get_driver_name()
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ValueError):
        return None
