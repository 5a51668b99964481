"""What `watcher doctor` says of executions that wait for the database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from watcher_core.cli.doctor_finding import Finding
from watcher_core.errors import ConfigurationError

if TYPE_CHECKING:
    from watcher_core.settings import Settings


def spool_findings(settings: Settings) -> Iterator[Finding]:
    """Count what waits, what was set aside, and what this user cannot record."""
    from watcher_core import recording
    from watcher_core.client import Watcher

    try:
        directories = Watcher(settings=settings).spool_directories
    except ConfigurationError:
        return  # reported with the database, which the places depend on
    for directory in directories:
        if directory.is_dir() and not os.access(directory, os.R_OK | os.W_OK | os.X_OK):
            yield Finding(
                "problem",
                "spool",
                f"{directory} cannot be read or written by this user",
                "it is another user's: run that one's jobs, or any watcher command as that one",
            )
    waiting = recording.spooled_executions(directories)
    broken = recording.broken_executions(directories)
    if broken:
        yield Finding(
            "problem",
            "spool",
            f"{len(broken)} execution(s) could not be recorded and were set aside as {broken[0].parent}/*.broken",
            "look at them (JSON), mend and rename to *.json, or remove them",
        )
    if waiting:
        yield Finding(
            "warning",
            "spool",
            f"{len(waiting)} execution(s) of this host wait for the database, in {waiting[0].parent}",
            "nothing: whatever uses Watcher on this host next records them, once the database is back",
        )
    else:
        yield Finding("ok", "spool", "no execution of this host waits for the database")
