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
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from contextlib import suppress
from dataclasses import fields
from functools import cache
from pathlib import Path

from watcher_core import arguments, values
from watcher_core.enums import ExecutionSource, ExecutionState
from watcher_core.errors import AccessDeniedError, DatabaseError, DatabaseUnavailableError
from watcher_core.recording.spool_notes import SpoolProblems

logger = logging.getLogger("watcher.spool")

Identity = tuple[ExecutionSource, str]

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
    """Where the folders of all databases are; the last has the files of earlier versions, too."""
    state = _state_directory()
    return [*([] if state is None else [state / "watcher" / "spool"]), home / "spool"]


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
    return {execution.identity: execution for _, execution in _readable(spooled_executions(folders))}


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


# Replaying


# So many pipelines may be locked before it is taken for a lock that all need.
MOST_LOCKED = 3

# So many go together: a request or a transaction for each of thousands would take as many jobs to get them recorded.
# No more bytes do than a slow network takes within a job's time limit, or they would be sent in vain each time.
TOGETHER = 100
BYTES_TOGETHER = 256 * 1024

# Kinds of problems, of each of which one line is said.
ALL_WAIT = "executions of this host wait on in {}"
OF_PIPELINES_WAIT = "executions of {} on this host wait on"
ARE_LOCKED = "executions of {} on this host wait for a lock"
ARE_UNREADABLE = "what waits in {} cannot be recorded by this user"

# Records executions together, all or none.
Record = Callable[[Sequence[values.ExecutionRecord]], object]


def replay_spool(directories: Iterable[Path], record: Record, *, before: str | None = None) -> int:
    """Record the executions that wait, and delete each file once that is done.

    What ran as part of an execution has ended before it, and was kept before it. It is recorded after it, as it cannot
    be linked to what is not known yet. A file that breaks a rule is set aside as `*.broken`, so that it does not stop
    the others. One that this user may not read or remove is another's to record, and stays. Where another session has
    locked a pipeline, or the token does not cover it, its executions wait on, and those of others do not. What waits on
    is said once a day.

    Args:
        directories: Where they wait.
        record: Records some of them.
        before: The pipeline whose next execution is to be recorded after those that wait.

    Returns:
        How many executions were recorded.

    Raises:
        DatabaseUnavailableError: The database is away again, or executions of the pipeline `before` have to wait; what
            was not recorded stays.
    """
    waiting = spooled_executions(directories)
    if not waiting:
        return 0
    problems = SpoolProblems()
    replay = _Replay(record, before, problems)
    is_all = False
    try:
        for some in _together(_in_order(waiting, problems)):
            replay.take(some)
        is_all = True
    except AccessDeniedError as exc:  # so are all others: a job must not ask thousands of times for it
        problems.add(ALL_WAIT, [str(path.parent) for path in spooled_executions(directories)[:1]], exc)
        is_all = True
    finally:
        problems.say(directories, waiting, is_all=is_all)
        if replay.done:
            logger.info("recorded %d execution(s) that had waited for the database", replay.done)
    return replay.done


Waiting = tuple[Path, values.ExecutionRecord]


class _Replay:
    """Records what waits, some at a time: together, and each by itself where that does not work.

    Attributes:
        done: How many were recorded.
    """

    def __init__(self, record: Record, before: str | None, problems: SpoolProblems) -> None:
        self.done = 0
        self._record = record
        self._before = before
        self._problems = problems
        self._locked = 0
        self._left: set[str] = set()  # pipelines of which nothing more is tried

    def take(self, some: Sequence[Waiting]) -> None:
        """Record these."""
        left = [each for each in some if each[1].pipeline_name not in self._left]
        if len(left) > 1:
            try:
                self._record([execution for _, execution in left])
            except DatabaseUnavailableError as exc:
                if not exc.is_locked:
                    raise
            except AccessDeniedError as exc:
                if self._leave_refused(exc) & {execution.pipeline_name for _, execution in left}:
                    self.take(left)
                    return
            except (DatabaseError, OSError, ValueError, KeyError, TypeError, RecursionError):
                pass  # one of them is the reason, which is found out when it is taken alone
            else:
                for path, _ in left:
                    self._forget(path)
                return
        for path, execution in left:
            self._take_one(path, execution)

    def _take_one(self, path: Path, execution: values.ExecutionRecord) -> None:
        if execution.pipeline_name in self._left or not path.exists():  # another process has recorded it
            return
        try:
            self._record([execution])
        except DatabaseUnavailableError as exc:
            self._locked += 1
            if not exc.is_locked or execution.pipeline_name == self._before or self._locked == MOST_LOCKED:
                raise
            self._leave(ARE_LOCKED, {execution.pipeline_name}, exc)
        except AccessDeniedError as exc:
            self._leave_refused(exc)
        except (DatabaseError, OSError) as exc:
            self._problems.add(OF_PIPELINES_WAIT, [_pipeline(execution.pipeline_name)], f"{exc}, as of {path}")
        except (ValueError, KeyError, TypeError, RecursionError) as exc:  # InvalidValueError is a ValueError
            _set_aside(path, exc)
        else:
            self._forget(path)

    def _leave_refused(self, error: AccessDeniedError) -> frozenset[str]:
        """Leave the pipelines that the token does not cover; raise where it does not cover any."""
        if not error.pipelines:
            raise error
        self._leave(OF_PIPELINES_WAIT, error.pipelines - self._left, error)
        return error.pipelines

    def _leave(self, problem: str, pipeline_names: Set[str], error: DatabaseError) -> None:
        self._left |= pipeline_names
        self._problems.add(problem, map(_pipeline, pipeline_names), error)

    def _forget(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        self.done += 1


def _together(waiting: Iterable[Waiting]) -> Iterator[list[Waiting]]:
    """Divide what waits into what is recorded together."""
    some: list[Waiting] = []
    size = 0
    for path, execution in waiting:
        added = _size(path)
        if some and (len(some) == TOGETHER or size + added > BYTES_TOGETHER):
            yield some
            some, size = [], 0
        some.append((path, execution))
        size += added
    if some:
        yield some


def _size(path: Path) -> int:
    with suppress(OSError):  # another process has recorded it
        return path.stat().st_size
    return 0


def _pipeline(name: str) -> str:
    return f"pipeline {name!r}"


def _in_order(waiting: Sequence[Path], problems: SpoolProblems) -> Iterator[Waiting]:
    """Read what waits: oldest first, but what an execution was part of before it."""
    left = list(waiting[::-1])
    begun: set[Path] = set()
    given: set[Path] = set()
    by_identity = cache(lambda: _by_identity(waiting))  # few are part of another, and all others do without
    while left:
        path = left.pop()
        if path in given:
            continue
        if not os.access(path.parent, os.W_OK | os.X_OK):
            problems.add(ARE_UNREADABLE, [str(path.parent)], f"it may not remove files there, as {path}")
            continue
        try:
            execution = _read(path)
        except FileNotFoundError:
            continue  # another process has recorded it
        except OSError as exc:
            problems.add(ARE_UNREADABLE, [str(path.parent)], exc)
            continue
        except (ValueError, KeyError, TypeError, RecursionError) as exc:
            _set_aside(path, exc)
            continue
        if path not in begun and execution.parent_identity is not None:
            begun.add(path)
            around = by_identity().get(execution.parent_identity)
            if around is not None and around not in begun and around not in given:
                left += [path, around]
                continue
        given.add(path)
        yield path, execution


def _set_aside(path: Path, error: Exception) -> None:
    logger.error("%s cannot be recorded and is set aside: %s", path, error)  # the traceback would add nothing
    with suppress(FileNotFoundError):  # another process has set it aside
        path.replace(path.with_suffix(".broken"))


def _by_identity(waiting: Iterable[Path]) -> dict[Identity, Path]:
    """Return the files by the identities of their executions."""
    return {execution.identity: path for path, execution in _readable(waiting)}


def _readable(waiting: Iterable[Path]) -> Iterator[Waiting]:
    for path in waiting:
        with suppress(OSError, ValueError, KeyError, TypeError, RecursionError):  # is said when it is its turn
            yield path, _read(path)


def _read(path: Path) -> values.ExecutionRecord:
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
