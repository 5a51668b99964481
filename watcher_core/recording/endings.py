"""Executions outside Dagster whose process has ended, and could not say so: they are ended as failed.

A process sends a heartbeat a minute. Where they stop, it was killed, or cannot reach the database. Its own host knows
sooner: it looks whether the processes that it said to run are still there, and ends what those have left.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from contextlib import suppress

from watcher_core import database
from watcher_core.enums import ExecutionState
from watcher_core.errors import ExecutionEndedError, NotFoundError
from watcher_core.recording.clocks import this_host
from watcher_core.recording.executions import INFERRED_END, end_execution
from watcher_core.recording.processes import is_gone, own_user_id, this_system

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


def end_gone(connection: database.Driver, *, now: dt.datetime) -> list[int]:
    """End the executions of this host that have lost their process, as failed, and return their ids.

    They end when they were last heard of: what has succeeded since then makes them good.

    Of processes that can be seen from here alone: those of the same boot, in the same container.
    """
    try:
        system = this_system()
    except OSError:
        return []
    given = {"host": this_host(), "system": system, "user_id": own_user_id()}
    rows = connection.execute(OF_HOST, given).fetchall()
    gone = [
        (execution_id, process_id, seen) for execution_id, process_id, key, seen in rows if is_gone(process_id, key)
    ]
    if gone:
        database.limit_locks_in_passing(connection)
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
