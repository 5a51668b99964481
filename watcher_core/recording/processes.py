"""The processes of executions outside Dagster, and their heartbeats: by these it is seen that a job was killed."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from watcher_core import database
from watcher_core.recording.clocks import this_host

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
        return cls(this_host(), process_id, None if process_id is None else _key(process_id), own_user_id())

    @classmethod
    def own(cls) -> Process:
        """Return this process, which each execution that it tracks names."""
        return _own(os.getpid())


@lru_cache(maxsize=1)
def _own(process_id: int) -> Process:
    return Process.of(process_id)


def own_user_id() -> int | None:
    """The user of this process; `None` where the system has none."""
    return os.getuid() if hasattr(os, "getuid") else None


def _key(process_id: int) -> str | None:
    try:
        status = (PROCESSES / str(process_id) / "stat").read_text(errors="replace").rpartition(")")[2].split()
        return f"{this_system()} {status[19]}"  # when it was started
    except (OSError, IndexError):
        return None


@cache
def this_system() -> str:
    """The boot of the system, and the container: numbers of processes mean something within them only."""
    boot = (PROCESSES / "sys" / "kernel" / "random" / "boot_id").read_text().strip()
    return f"{boot} {(PROCESSES / 'self' / 'ns' / 'pid').readlink()}"


def is_gone(process_id: int, key: str) -> bool:
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


def forget_ended(connection: database.Driver) -> None:
    """Delete the processes of executions that have ended."""
    connection.execute(FORGET)
