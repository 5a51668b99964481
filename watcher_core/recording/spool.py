"""Executions that wait for the database, one file each time that one could not be written.

A job outside Dagster has no event log from which its execution could be read back. While the database is away, the
execution is kept here whole, and any process of this user that reaches the same database again records it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import logging
import os
import re
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import fields
from functools import cache
from pathlib import Path

from watcher_core import arguments, values
from watcher_core.enums import ExecutionSource, ExecutionState

logger = logging.getLogger("watcher.spool")

Identity = tuple[ExecutionSource, str]

# A file, and the execution that it holds.
Waiting = tuple[Path, values.ExecutionRecord]

TIMES = ("start_date", "end_date", "logical_date")
# What executions are compared by.
NAMES = ("pipeline_name", "external_id", "parent_external_id")


# Places


def spool_directories(*targets: str, home: Path) -> list[Path]:
    """Return where executions for a database may wait: what is written goes to the first place that takes it.

    Each database has a folder of its own, so that what waits for one is never recorded in another. The last place is
    that of earlier versions, which had no such folders; nothing is written there any more.

    Args:
        *targets: The names of the database. What is written goes by the first; earlier versions used the others too.
        home: The setting `WATCHER_HOME`, for users without a directory of their own.
    """
    return list(_directories(targets, home, os.environ.get("XDG_STATE_HOME"), os.environ.get("HOME")))


@cache  # asked at the start and end of each execution; the variables are what the state directory depends on
def _directories(targets: tuple[str, ...], home: Path, *_variables: str | None) -> tuple[Path, ...]:
    roots = _roots(home)
    return (*(root / _folder(target) for target in targets for root in roots), roots[-1])


def _roots(home: Path) -> list[Path]:
    """Where the folders of all databases are; the last has the files of earlier versions, too.

    Both may be one place, as in our own image: what waits there is counted once.
    """
    state, own = _state_directory(), home / "spool"
    if state is None:
        return [own]
    root = state / "watcher" / "spool"
    return [root] if os.path.realpath(root) == os.path.realpath(own) else [root, own]


def _folder(target: str) -> str:
    readable = re.sub(r"[^A-Za-z0-9.]+", "-", target).strip("-.")[:60]
    return f"{readable}-{hashlib.sha256(target.encode()).hexdigest()[:8]}"


def _state_directory() -> Path | None:
    """Where programs keep the state of this user, on this host."""
    given = os.environ.get("XDG_STATE_HOME")
    if given and Path(given).is_absolute():
        return Path(given)
    try:
        return Path.home() / ".local" / "state"
    except RuntimeError:  # the user has no home
        return None


def spooled_executions(directories: Iterable[Path]) -> list[Path]:
    """Return the files that wait, oldest first."""
    return sorted(_files(directories, ".json"), key=lambda path: path.name)


def kept_executions(home: Path) -> dict[Identity, values.ExecutionRecord]:
    """Return what waits on this host for any database, by identity: one may be reached by several addresses.

    What waits for it by way of PgBouncer has a folder of its own, which only who goes that way sends.
    """
    folders = [*_roots(home), *_all_folders(home)]
    return {execution.identity: execution for _, execution in readable_executions(spooled_executions(folders))}


def spooled_elsewhere(directories: Iterable[Path], *, home: Path) -> dict[Path, list[Path]]:
    """Return the files that wait for other databases, or for other addresses of this one, oldest first, by folder.

    Args:
        directories: Where they wait for this address.
        home: The setting `WATCHER_HOME`.
    """
    others = sorted({*_all_folders(home)} - {*directories})
    return {folder: files for folder in others if (files := spooled_executions([folder]))}


def _all_folders(home: Path) -> Iterator[Path]:
    for root in _roots(home):
        with suppress(OSError):  # it is another user's, or there is none
            yield from (path for path in root.iterdir() if path.is_dir())


def broken_executions(directories: Iterable[Path]) -> list[Path]:
    """Return the files that were set aside."""
    return sorted(_files(directories, ".broken"))


def _files(directories: Iterable[Path], suffix: str) -> list[Path]:
    found: list[Path] = []
    for directory in directories:
        if not os.access(directory, os.F_OK):  # as with most: an error takes three times as long to say so
            continue
        try:
            found += [path for path in directory.iterdir() if path.suffix == suffix and path.is_file()]
        except OSError:  # it is another user's, and what waits there is not ours to record, or it is gone now
            continue
    return found


# Keeping


def keep_in_spool(directories: Iterable[Path], record: values.ExecutionRecord) -> Path:
    """Write the execution to a new file, as another process may be reading those that exist.

    A crash leaves all of the file or none of it.

    Raises:
        OSError: No place can be written.
    """
    # Field by field: a deep copy of metadata that is deeply nested would need more stack than there is.
    written = arguments.json_text({field.name: getattr(record, field.name) for field in fields(record)})
    *places, _ = directories
    for number, directory in enumerate(places, start=1):
        try:
            return _keep(directory, written)
        except OSError:
            if number == len(places):
                raise
    raise AssertionError("the last place takes it or raises")


# What to do where no place can be written, as in a container whose root is read-only.
NO_PLACE = "set XDG_STATE_HOME to a folder that this user can write, on a volume in a container"


def takes_executions(directories: Iterable[Path]) -> bool:
    """Whether a place can be written, or made."""
    *places, _ = directories
    return any(_is_writable(place) for place in places)


def _is_writable(place: Path) -> bool:
    there = next((path for path in (place, *place.parents) if os.access(path, os.F_OK)), place)
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)


def _keep(directory: Path, written: str) -> Path:
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = directory / f"{time.time_ns():020}-{uuid.uuid4().hex}.json"
    draft = path.with_suffix(".draft")
    try:
        with draft.open("w", encoding="utf-8") as file:
            file.write(written)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        # On a full disk each try would leave half of a file.
        draft.unlink(missing_ok=True)
        raise
    _sync_directory(directory)
    return path


def _sync_directory(directory: Path) -> None:
    """Write the names in a directory to the disk, where the system lets a directory be opened."""
    with suppress(PermissionError):
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


# Reading


def readable_executions(waiting: Iterable[Path]) -> Iterator[Waiting]:
    """Read the files that can be read."""
    for path in waiting:
        with suppress(OSError, ValueError, KeyError, TypeError, RecursionError):  # is said when it is its turn
            yield path, read_execution(path)


def read_execution(path: Path) -> values.ExecutionRecord:
    """Read a file.

    Raises:
        OSError: It cannot be read, or is gone.
        ValueError, KeyError, TypeError, RecursionError: It holds no execution.
    """
    found = json.loads(path.read_text(encoding="utf-8"))
    for name in TIMES:
        found[name] = None if found[name] is None else dt.datetime.fromisoformat(found[name])
    for name in ("source", "parent_source"):
        found[name] = None if found.get(name) is None else ExecutionSource(found[name])
    found["state"] = ExecutionState(found["state"])
    for name in NAMES:
        if not isinstance(found.get(name), str | None):
            raise TypeError(f"{name} is {found[name]!r}; it must be text")
    return values.ExecutionRecord(**found)
