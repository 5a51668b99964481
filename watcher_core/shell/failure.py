"""What is kept of a command that failed."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from typing import Any, Final

from watcher_core import masking, text
from watcher_core.shell.process import Ended

LAST_CHARACTERS: Final = 2000
LEAST_SECRET: Final = 6


class CommandFailedError(Exception):
    """A command failed; `execution_error` is what is kept of it."""

    def __init__(self, execution_error: Mapping[str, Any]) -> None:
        super().__init__(execution_error["message"])
        self.execution_error = execution_error


class CommandCanceledError(KeyboardInterrupt):
    """A command ended because it was asked to."""

    def __init__(self, execution_error: Mapping[str, Any]) -> None:
        super().__init__(execution_error["message"])
        self.execution_error = execution_error


def error_of(ended: Ended, environment: Mapping[str, str]) -> CommandFailedError | CommandCanceledError | None:
    """Return the error that the execution of a command ends with; `None` for a success."""
    if ended.succeeded:
        return None
    said = without_secrets(text.without_colors(ended.last_text), environment).strip()
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    how = how_it_ended(ended.status)
    last = lines[-1][:LAST_CHARACTERS] if lines else "nothing was written to standard error"
    # What was written last is the reason where the command has ended itself, and else what it was doing.
    is_reason = lines and ended.status >= 0
    kept = {
        "class": how,
        "message": ended.problem or (last if is_reason else f"{how}: {last}"),
        "stack": said[-LAST_CHARACTERS:],
    }
    return CommandCanceledError(kept) if ended.canceled else CommandFailedError(kept)


def how_it_ended(status: int) -> str:
    """Return the end of a command in words, as in `exit status 3` and `SIGKILL`."""
    if status >= 0:
        return f"exit status {status}"
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"


def without_secrets(said: str, environment: Mapping[str, str]) -> str:
    """Return a text without what looks like a secret, and without the secrets of the environment."""
    secrets = {
        value.strip()
        for name, value in environment.items()
        if len(value.strip()) >= LEAST_SECRET and masking.is_secret_name(name) and not value.startswith("/")
    }
    for secret in sorted(secrets, key=len, reverse=True):
        said = said.replace(secret, masking.MASK)
    return masking.mask_text(said)
