"""Executions whose process has ended, and could not say so: they are ended as failed.

A process outside Dagster sends a heartbeat a minute. Where they stop, it was killed, or cannot reach the database. Its
own host knows sooner: it looks whether the processes that it said to run are still there, and ends what those have
left. How one has ended may wait in the spool, there also for another address of the same database; then it ends as that
says. In Dagster, what code has left running ends with its run.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from psycopg.rows import namedtuple_row

from watcher_core import database, values
from watcher_core.enums import ExecutionSource, ExecutionState
from watcher_core.errors import ExecutionEndedError, InvalidValueError, NotFoundError
from watcher_core.recording.clocks import as_reported, this_host
from watcher_core.recording.executions import INFERRED_END, end_execution
from watcher_core.recording.identities import is_identity
from watcher_core.recording.processes import is_gone, own_user_id, this_system
from watcher_core.recording.spool import kept_executions
from watcher_core.values import COUNTS, UNSET

OF_HOST = """
    SELECT execution.id,
           coalesce(beating.process_id, CAST(execution.process ->> 'process_id' AS bigint)) AS process_id,
           coalesce(beating.process_key, execution.process ->> 'key') AS process_key,
           greatest(beating.heartbeat_at, CAST(execution.process ->> 'since' AS timestamptz), execution.start_date)
                AS last_seen_at,
           CAST(execution.source AS text) AS source,
           execution.external_id,
           execution.start_date,
           execution.execution_metadata
      FROM watcher.pipeline_execution AS execution
      LEFT JOIN watcher.execution_process AS beating ON beating.pipeline_execution_id = execution.id
     WHERE execution.state = 'running'
       AND coalesce(beating.host, execution.process ->> 'host') = %(host)s
       AND starts_with(coalesce(beating.process_key, execution.process ->> 'key'), %(system)s)
       -- How one of another user has ended may be in that user's spool.
       AND coalesce(CAST(execution.process ->> 'user_id' AS bigint), %(user_id)s) = %(user_id)s
     ORDER BY execution.id
"""

# What code in a run of Dagster tracks besides the assets that Dagster knows of: how that ended, no event says.
LEFT_IN_RUNS = f"""
    SELECT part.id, CAST(run.state AS text) AS state, run.end_date, run.execution_metadata -> 'error' AS error
      FROM unnest(CAST(%(run_ids)s AS text[])) AS over (run_id)
      JOIN watcher.pipeline_execution AS run ON {is_identity("run", "'dagster'", "over.run_id")}
      JOIN watcher.pipeline_execution AS part ON part.parent_id = run.id
     WHERE run.state IN ('failed', 'canceled')
       AND part.state = 'running'
       AND part.source = 'dagster'
       AND part.start_date <= run.end_date
     ORDER BY part.id
"""


def end_left_in_runs(connection: database.Driver, run_ids: Sequence[str], *, now: dt.datetime) -> None:
    """End what code has left running in runs of Dagster that failed or were canceled: its process was killed.

    A step may go on although its run has failed; what it reports after all replaces this end.

    Args:
        connection: The transaction.
        run_ids: The runs, by their external ids.
        now: The time.
    """
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        rows: list[Any] = cursor.execute(LEFT_IN_RUNS, {"run_ids": list(run_ids)}).fetchall()
    for row in rows:
        state = ExecutionState(row.state)
        inferred: dict[str, Any] = {INFERRED_END: True}
        if state is ExecutionState.FAILED:  # why, is all that is known of it
            inferred["error"] = row.error or {"message": "its run failed before it reported its end"}
        _end(connection, row.id, state, row.end_date, counts={}, execution_metadata=inferred, now=now)


def end_gone(connection: database.Driver, *, home: Path, now: dt.datetime) -> list[int]:
    """End the executions of this host that have lost their process, and return their ids.

    They end as the spool says, else as failed when they were last heard of: what has succeeded since then makes them
    good.

    Of processes that can be seen from here alone: those of the same boot, in the same container.

    Args:
        connection: The transaction.
        home: The setting `WATCHER_HOME`, where executions may wait.
        now: The time.
    """
    try:
        system = this_system()
    except OSError:
        return []
    given = {"host": this_host(), "system": system, "user_id": own_user_id()}
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        rows: list[Any] = cursor.execute(OF_HOST, given).fetchall()
    gone = [row for row in rows if is_gone(row.process_id, row.process_key)]
    if gone:
        database.limit_locks_in_passing(connection)
        kept = kept_executions(home)
    for row in gone:
        end = kept.get((ExecutionSource(row.source), row.external_id))
        if end is not None and _is_of(end, row):
            with suppress(InvalidValueError), connection.transaction():  # a savepoint, for what breaks a rule
                _end_as_kept(connection, row.id, end, now=now)
                continue
        message = f"process {row.process_id} on {this_host()} was killed before it reported its end"
        _end_as_failed(connection, row.id, row.last_seen_at, message, now=now)
    return [row.id for row in gone]


def _is_of(end: values.ExecutionRecord, row: Any) -> bool:
    """Whether this is how the execution has ended: another database may have one of the same name."""
    started = as_reported("start_date", row.start_date, row.execution_metadata)
    return end.state is not ExecutionState.RUNNING and end.start_date == started


def _end_as_kept(
    connection: database.Driver, execution_id: int, end: values.ExecutionRecord, *, now: dt.datetime
) -> None:
    """The file stays: who sends it changes nothing any more."""
    _end(
        connection,
        execution_id,
        end.state,
        end.end_date,
        counts={name: getattr(end, name) for name in COUNTS},
        next_watermark=UNSET if end.next_watermark is None else end.next_watermark,
        execution_metadata=end.execution_metadata,
        now=now,
    )


def end_silent(connection: database.Driver, executions: Iterable[tuple[int, dt.datetime]], *, now: dt.datetime) -> None:
    """End executions whose heartbeats stopped, and that a later success has made good, as failed.

    Args:
        connection: The transaction.
        executions: Their ids, and when they were last heard of, which is when they end.
        now: The time.
    """
    for execution_id, last_seen_at in executions:
        _end_as_failed(
            connection, execution_id, last_seen_at, "no heartbeat came any more, and a later run succeeded", now=now
        )


def _end_as_failed(
    connection: database.Driver, execution_id: int, last_seen_at: dt.datetime, message: str, *, now: dt.datetime
) -> None:
    inferred = {INFERRED_END: True, "error": {"message": message}}
    _end(connection, execution_id, ExecutionState.FAILED, last_seen_at, counts={}, execution_metadata=inferred, now=now)


def _end(
    connection: database.Driver, execution_id: int, state: ExecutionState, end_date: dt.datetime | None, **given: Any
) -> None:
    with suppress(ExecutionEndedError, NotFoundError):  # another has seen it, too
        end_execution(connection, execution_id=execution_id, state=state, end_date=end_date, **given)
