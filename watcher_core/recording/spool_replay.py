"""Executions that waited for the database, recorded: what any process of this user does that reaches it again."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from contextlib import suppress
from functools import cache
from pathlib import Path

from watcher_core import values
from watcher_core.errors import AccessDeniedError, DatabaseError, DatabaseUnavailableError
from watcher_core.recording.spool import (
    Identity,
    Waiting,
    read_execution,
    readable_executions,
    spooled_executions,
)
from watcher_core.recording.spool_notes import SpoolProblems

logger = logging.getLogger("watcher.spool")

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
            execution = read_execution(path)
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
    return {execution.identity: path for path, execution in readable_executions(waiting)}
