"""Whether executions of this host get from the spool into the database."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from watcher_core import recording
from watcher_core import text as words
from watcher_core.values import HealthFact

# Whatever uses Watcher records what waits. What is left for longer, though the database is there, is stuck.
RECORDED_WITHIN: Final = dt.timedelta(minutes=10)
WAITING: Final = (
    "nothing need be done: what uses Watcher on this host next, and reaches that address, records them, or says why not"
)
MENDING: Final = "mend that: what uses Watcher on this host next records them; what nobody wants any more, remove"


def spool_key(host: str) -> str:
    """What the keys of a host's alerts begin with."""
    return f"health/spool/{host}/"


def spool_facts(directories: Sequence[Path], *, home: Path, host: str, now: dt.datetime) -> Iterator[HealthFact]:
    """Count what waits, what was set aside, and what this user cannot record.

    Args:
        directories: Where executions wait for the database.
        home: The setting `WATCHER_HOME`; what waits for other addresses is there, too.
        host: This host.
        now: The time.
    """
    subject = f"spool of {host}"
    for directory in directories:
        if directory.is_dir() and not os.access(directory, os.R_OK | os.W_OK | os.X_OK):
            yield HealthFact(
                "problem",
                "spool",
                f"{directory} cannot be read or written by this user",
                "it is another user's: run that one's jobs, or any watcher command as that one",
            )
    if not recording.takes_executions(directories):
        yield HealthFact(
            "warning",
            "spool",
            f"what this host cannot record would be lost: neither {directories[0].parent} nor {directories[-1]} can be "
            "written",
            recording.NO_PLACE,
        )
    waiting = recording.spooled_executions(directories)
    broken = recording.broken_executions(directories)
    if broken:
        were = "was" if len(broken) == 1 else "were"
        yield HealthFact(
            "problem",
            "spool",
            f"{words.plural(len(broken), 'execution')} could not be recorded and {were} set aside as "
            f"{broken[0].parent}/*.broken",
            "look at them (JSON), mend and rename to *.json, or remove them",
            key=f"{spool_key(host)}broken",
            subject=subject,
            failing=len(broken),
        )
    if waiting:
        wait = "waits" if len(waiting) == 1 else "wait"
        is_stuck = any(_age(path, now) > RECORDED_WITHIN for path in waiting)
        problems = recording.spool_problems(directories, waiting)
        message = (
            f"{words.plural(len(waiting), 'execution')} of this host {wait} to be recorded, in {waiting[0].parent}"
        )
        yield HealthFact(
            "problem" if is_stuck and problems else "warning",
            "spool",
            "; ".join([message, *problems]),
            MENDING if problems else WAITING,
            key=f"{spool_key(host)}waiting" if is_stuck else None,
            subject=subject,
            failing=len(waiting),
        )
    else:
        yield HealthFact("ok", "spool", "no execution of this host waits to be recorded")
    for folder, files in recording.spooled_elsewhere(directories, home=home).items():
        age = max(_age(path, now) for path in files)
        if age > RECORDED_WITHIN:
            wait = "waits" if len(files) == 1 else "wait"
            yield HealthFact(
                "warning",
                "spool",
                f"{words.plural(len(files), 'execution')} of this host {wait} for another address, the oldest for "
                f"{words.duration(age.total_seconds())}, in {folder}",
                "the next run of a job with that WATCHER_DATABASE_URL or WATCHER_URL records them; where the database "
                f"is this one, and no job goes that way any more, move the files to {directories[0]}",
            )


def _age(path: Path, now: dt.datetime) -> dt.timedelta:
    with suppress(OSError):  # recorded meanwhile
        return now - dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
    return dt.timedelta()
