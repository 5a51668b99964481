"""The processes of executions outside Dagster, and their heartbeats: a job that is killed can end nothing itself.

A process sends a heartbeat a minute. Where they stop, it was killed, or cannot reach the database. Its own host knows
sooner: it looks whether the processes that it said to run are still there.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
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
           heartbeat_at = excluded.heartbeat_at,
           gone_at = NULL
    RETURNING pipeline_execution_id
"""

OF_HOST = """
    SELECT process.pipeline_execution_id, process.process_id, process.process_key
      FROM watcher.execution_process AS process
      JOIN watcher.pipeline_execution AS execution ON execution.id = process.pipeline_execution_id
     WHERE process.host = %(host)s
       AND starts_with(process.process_key, %(system)s)
       AND process.gone_at IS NULL
       AND execution.state = 'running'
"""

# A heartbeat that came meanwhile counts.
GONE = """
    UPDATE watcher.execution_process
       SET gone_at = statement_timestamp()
     WHERE pipeline_execution_id = ANY(%(ids)s) AND gone_at IS NULL
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
    """

    host: str
    process_id: int | None = None
    key: str | None = None

    @classmethod
    def of(cls, process_id: int | None) -> Process:
        """Return a process of this host."""
        return cls(this_host(), process_id, None if process_id is None else _key(process_id))


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


def note_gone(connection: database.Driver) -> list[int]:
    """Note which executions of this host have lost their process, and return their ids.

    Of processes that can be seen from here alone: those of the same boot, in the same container.
    """
    try:
        system = _system()
    except OSError:
        return []
    rows = connection.execute(OF_HOST, {"host": this_host(), "system": system}).fetchall()
    gone = [execution_id for execution_id, process_id, key in rows if _is_gone(process_id, key)]
    if gone:
        connection.execute(GONE, {"ids": gone})
    return gone


def forget_ended(connection: database.Driver) -> None:
    """Delete the processes of executions that have ended."""
    connection.execute(FORGET)
