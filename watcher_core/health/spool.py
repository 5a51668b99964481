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
NO_TIME: Final = dt.timedelta()
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
        # What is below another user's folder cannot be seen.
        is_there = os.path.isdir(directory)  # noqa: PTH112 - `Path.is_dir` raises for that before Python 3.14
        if is_there and not os.access(directory, os.R_OK | os.W_OK | os.X_OK):
            yield HealthFact(
                "problem",
                "spool",
                f"{directory} cannot be read or written by this user",
                "it is another user's: run that one's jobs, or any watcher command as that one",
            )
    if not recording.takes_executions(directories):
        first, last = directories[0].parent, directories[-1]
        places = f"{first} cannot" if first == last else f"neither {first} nor {last} can"
        yield HealthFact(
            "warning",
            "spool",
            f"what this host cannot record would be lost: {places} be written",
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
        ages = [_age(path, now) for path in waiting]
        is_stuck = any(map(_is_long, ages))
        problems = recording.spool_problems(directories, waiting)
        message = (
            f"{words.plural(len(waiting), 'execution')} of this host {wait} to be recorded, in {waiting[0].parent}"
        )
        yield HealthFact(
            "problem" if is_stuck and problems else "warning",
            "spool",
            "; ".join([message, *problems, *_from_the_future(ages)]),
            MENDING if problems else WAITING,
            key=f"{spool_key(host)}waiting" if is_stuck else None,
            subject=subject,
            failing=len(waiting),
        )
    else:
        yield HealthFact("ok", "spool", "no execution of this host waits to be recorded")
    for folder, files in recording.spooled_elsewhere(directories, home=home).items():
        ages = [_age(path, now) for path in files]
        if any(map(_is_long, ages)):
            wait = "waits" if len(files) == 1 else "wait"
            oldest = f", the oldest for {words.duration(max(ages).total_seconds())}" if max(ages) > NO_TIME else ""
            message = f"{words.plural(len(files), 'execution')} of this host {wait} for another address{oldest}"
            yield HealthFact(
                "warning",
                "spool",
                "; ".join([f"{message}, in {folder}", *_from_the_future(ages)]),
                "the next run of a job with that WATCHER_DATABASE_URL or WATCHER_URL records them; where the database "
                f"is this one, and no job goes that way any more, move the files to {directories[0]}",
            )


def _is_long(age: dt.timedelta) -> bool:
    """Whether what has that age should have been recorded; of what is dated in the future, nobody knows its age."""
    return abs(age) > RECORDED_WITHIN


def _from_the_future(ages: Sequence[dt.timedelta]) -> list[str]:
    ahead = [-age for age in ages if -age > RECORDED_WITHIN]
    if not ahead:
        return []
    are = "1 is" if len(ahead) == 1 else f"{len(ahead):,} are"
    by = words.duration(max(ahead).total_seconds())
    return [f"{are} dated in the future, by {by}: a clock was set back meanwhile, or is wrong"]


def _age(path: Path, now: dt.datetime) -> dt.timedelta:
    with suppress(OSError):  # recorded meanwhile
        return now - dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
    return NO_TIME
