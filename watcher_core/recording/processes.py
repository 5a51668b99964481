"""The processes of executions outside Dagster, and their heartbeats: a job that is killed can end nothing itself.

A process sends a heartbeat a minute. Where they stop, it was killed, or cannot reach the database. Its own host knows
sooner: it looks whether the processes that it said to run are still there, and ends what those have left.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from watcher_core import database
from watcher_core.enums import ExecutionState
from watcher_core.errors import ExecutionEndedError, NotFoundError
from watcher_core.recording.clocks import this_host
from watcher_core.recording.executions import INFERRED_END, end_execution

PROCESSES = Path("/proc")
ENDED = ("Z", "X")  # states of processes: zombie, dead

# Times are the database's: hosts' clocks differ. What has ended meanwhile gets no row.
BEAT = """
    INSERT INTO watcher.execution_process AS known
          (pipeline_execution_id, host, process_id, process_key, heartbeat_at)
    SELECT id, %(host)s, %(process_id)s, %(process_key)s, statement_timestamp()
      FROM watcher.pipeline_execution
     WHERE id = %(execution_id)s AND state = 'running'
        ON CONFLICT (pipeline_execution_id) DO UPDATE
       SET host = excluded.host,
           process_id = excluded.process_id,
           process_key = excluded.process_key,
           heartbeat_at = excluded.heartbeat_at
    RETURNING pipeline_execution_id
"""

OF_HOST = """
    SELECT execution.id,
           coalesce(beating.process_id, CAST(execution.process ->> 'process_id' AS bigint)) AS process_id,
           coalesce(beating.process_key, execution.process ->> 'key') AS process_key,
           greatest(beating.heartbeat_at, CAST(execution.process ->> 'since' AS timestamptz), execution.start_date)
                AS last_seen_at
      FROM watcher.pipeline_execution AS execution
      LEFT JOIN watcher.execution_process AS beating ON beating.pipeline_execution_id = execution.id
     WHERE execution.state = 'running'
       AND coalesce(beating.host, execution.process ->> 'host') = %(host)s
       AND starts_with(coalesce(beating.process_key, execution.process ->> 'key'), %(system)s)
       -- How one of another user has ended may be in that user's spool.
       AND coalesce(CAST(execution.process ->> 'user_id' AS bigint), %(user_id)s) = %(user_id)s
     ORDER BY execution.id
"""

FORGET = """
    DELETE FROM watcher.execution_process AS process
     USING watcher.pipeline_execution AS execution
     WHERE execution.id = process.pipeline_execution_id AND execution.state <> 'running'
"""


@dataclass(frozen=True)
class Process:
    """A process on a host.

    Attributes:
        host: The host's name.
        process_id: Its number there; `None` where it is not known.
        key: What tells it from a later process with the same number, on the same or another host of that name; `None`
            where the system cannot say.
        user_id: The user that it belongs to; `None` where it is not known.
    """

    host: str
    process_id: int | None = None
    key: str | None = None
    user_id: int | None = None

    @classmethod
    def of(cls, process_id: int | None) -> Process:
        """Return a process of this host."""
        return cls(this_host(), process_id, None if process_id is None else _key(process_id), _user_id())

    @classmethod
    def own(cls) -> Process:
        """Return this process, which each execution that it tracks names."""
        return _own(os.getpid())


@lru_cache(maxsize=1)
def _own(process_id: int) -> Process:
    return Process.of(process_id)


def _user_id() -> int | None:
    return os.getuid() if hasattr(os, "getuid") else None


def _key(process_id: int) -> str | None:
    try:
        status = (PROCESSES / str(process_id) / "stat").read_text(errors="replace").rpartition(")")[2].split()
        return f"{_system()} {status[19]}"  # when it was started
    except (OSError, IndexError):
        return None


@cache
def _system() -> str:
    """The boot of the system, and the container: numbers of processes mean something within them only."""
    boot = (PROCESSES / "sys" / "kernel" / "random" / "boot_id").read_text().strip()
    return f"{boot} {(PROCESSES / 'self' / 'ns' / 'pid').readlink()}"


def _is_gone(process_id: int, key: str) -> bool:
    """Whether a process of this system has ended. One that ended and that nobody has asked about yet has, too."""
    try:
        state, *_ = (PROCESSES / str(process_id) / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        try:
            os.kill(process_id, 0)
        except ProcessLookupError:
            return True
        except OSError:
            return False  # another user's, which cannot be looked at
        return False
    return state in ENDED or _key(process_id) != key


def beat(connection: database.Driver, *, execution_id: int, process: Process) -> bool:
    """Note that the process of an execution lives; `False` where the execution does not run, or is not known."""
    given = {
        "execution_id": execution_id,
        "host": process.host,
        "process_id": process.process_id,
        "process_key": process.key,
    }
    return connection.execute(BEAT, given).fetchone() is not None


def end_gone(connection: database.Driver, *, now: dt.datetime) -> list[int]:
    """End the executions of this host that have lost their process, as failed, and return their ids.

    They end when they were last heard of: what has succeeded since then makes them good.

    Of processes that can be seen from here alone: those of the same boot, in the same container.
    """
    try:
        system = _system()
    except OSError:
        return []
    given = {"host": this_host(), "system": system, "user_id": _user_id()}
    rows = connection.execute(OF_HOST, given).fetchall()
    gone = [
        (execution_id, process_id, seen) for execution_id, process_id, key, seen in rows if _is_gone(process_id, key)
    ]
    for execution_id, process_id, last_seen_at in gone:
        message = f"process {process_id} on {this_host()} was killed and ended nothing"
        _end(connection, execution_id, last_seen_at, message, now=now)
    return [execution_id for execution_id, *_ in gone]


def end_silent(connection: database.Driver, executions: Iterable[tuple[int, dt.datetime]], *, now: dt.datetime) -> None:
    """End executions whose heartbeats stopped, and that a later success has made good, as failed.

    Args:
        connection: The transaction.
        executions: Their ids, and when they were last heard of, which is when they end.
        now: The time.
    """
    for execution_id, last_seen_at in executions:
        _end(connection, execution_id, last_seen_at, "no heartbeat came any more, and a later run succeeded", now=now)


def _end(
    connection: database.Driver, execution_id: int, last_seen_at: dt.datetime, message: str, *, now: dt.datetime
) -> None:
    with suppress(ExecutionEndedError, NotFoundError):  # another has seen it, too
        end_execution(
            connection,
            execution_id=execution_id,
            state=ExecutionState.FAILED,
            end_date=last_seen_at,
            counts={},
            execution_metadata={INFERRED_END: True, "error": {"message": message}},
            now=now,
        )


def forget_ended(connection: database.Driver) -> None:
    """Delete the processes of executions that have ended."""
    connection.execute(FORGET)
