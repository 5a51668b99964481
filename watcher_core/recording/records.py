"""Executions that are recorded after the fact: by the recorder, from the spool, or by a replay of either."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from watcher_core import anomalies, arguments, catalog, database, values
from watcher_core.database import Driver
from watcher_core.enums import ExecutionSource, ExecutionState
from watcher_core.errors import InvalidValueError
from watcher_core.recording import clocks, watermarks
from watcher_core.recording.executions import COUNTS

# What the row knows already stays: code inside the job knows better than the log. The log knows better how it ended.
# An end before the start is a clock that was set back, and counts as no time at all.
RECORD = sa.text(f"""
    WITH given AS (
        SELECT *
          FROM jsonb_to_recordset(CAST(:records AS jsonb)) AS record (
                   pipeline_name text, source watcher.execution_source, external_id text, parent_external_id text,
                   parent_id bigint, state watcher.execution_state, reported_start timestamptz,
                   reported_end timestamptz, logical_date timestamptz, full_load boolean, next_watermark text,
                   inserts bigint, updates bigint, soft_deletes bigint, total_rows bigint, metadata jsonb)
    ), record AS (
        SELECT given.*,
               {clocks.counted("reported_start")} AS start_date,
               {clocks.counted("reported_end")} AS end_date,
               metadata || {clocks.reported(":host", start_date="reported_start", end_date="reported_end")}
                   AS execution_metadata
          FROM given
    ), before AS (
        SELECT execution.id, execution.state, execution.next_watermark,
               ROW(execution.inserts, execution.updates, execution.soft_deletes, execution.total_rows) AS counts
          FROM record
          JOIN watcher.pipeline_execution AS execution USING (source, external_id)
    ), written AS (
        INSERT INTO watcher.pipeline_execution AS known
              (pipeline_id, parent_id, source, external_id, state, start_date, end_date, logical_date, full_load,
               watermark, next_watermark, inserts, updates, soft_deletes, total_rows, execution_metadata)
        SELECT pipeline.id,
               coalesce(parent.id, (SELECT id FROM watcher.pipeline_execution WHERE id = record.parent_id)),
               record.source, record.external_id, record.state, record.start_date,
               greatest(record.end_date, CASE WHEN record.state <> 'running' THEN record.start_date END),
               record.logical_date, record.full_load, pipeline.watermark, record.next_watermark, record.inserts,
               record.updates, record.soft_deletes, record.total_rows, record.execution_metadata
          FROM record
          JOIN watcher.pipeline ON pipeline.name = record.pipeline_name
          LEFT JOIN watcher.pipeline_execution AS parent
            ON parent.source = record.source
           AND parent.external_id = record.parent_external_id
         ORDER BY record.source, record.external_id
            ON CONFLICT (source, external_id) DO UPDATE
           SET state              = CASE WHEN excluded.state = 'running' THEN known.state ELSE excluded.state END,
               end_date           = CASE WHEN excluded.state IN ('running', known.state) THEN known.end_date
                                         ELSE greatest(excluded.end_date, known.start_date) END,
               parent_id          = coalesce(known.parent_id, excluded.parent_id),
               logical_date       = coalesce(known.logical_date, excluded.logical_date),
               full_load          = known.full_load OR excluded.full_load,
               next_watermark     = coalesce(known.next_watermark, excluded.next_watermark),
               inserts            = coalesce(known.inserts, excluded.inserts),
               updates            = coalesce(known.updates, excluded.updates),
               soft_deletes       = coalesce(known.soft_deletes, excluded.soft_deletes),
               total_rows         = coalesce(known.total_rows, excluded.total_rows),
               execution_metadata = excluded.execution_metadata
                                 || (known.execution_metadata - array_remove(ARRAY[
                                         CASE WHEN excluded.execution_metadata ? 'attempts' THEN 'attempts' END,
                                         CASE WHEN excluded.state = 'succeeded' THEN 'error' END], NULL)),
               updated_at         = :now
        RETURNING id, pipeline_id, state, start_date, end_date, logical_date, next_watermark,
                  ROW(inserts, updates, soft_deletes, total_rows) AS counts
    ), changed AS (
        SELECT written.*
          FROM written
          LEFT JOIN before USING (id)
         WHERE before.state IS DISTINCT FROM 'succeeded'
            OR before.counts IS DISTINCT FROM written.counts
    ), {anomalies.queued("changed WHERE state = 'succeeded'")}
    SELECT written.id,
           before.id IS NULL AS inserted,
           written.state = 'succeeded' AS succeeded,
           written.next_watermark IS NOT NULL
       AND (before.state IS DISTINCT FROM 'succeeded' OR before.next_watermark IS NULL) AS moves_watermark,
           written.logical_date IS NOT NULL AS has_logical_date
      FROM written
      LEFT JOIN before USING (id)
     WHERE (written.state = 'succeeded'
            AND (before.state IS DISTINCT FROM 'succeeded'
                 OR before.counts IS DISTINCT FROM written.counts
                 OR before.next_watermark IS DISTINCT FROM written.next_watermark))
        OR (written.state = 'running' AND before.id IS NULL)
     ORDER BY written.end_date, written.id
""")


def record_executions(
    session: Session, *, records: Iterable[values.ExecutionRecord], host: str | None = None, now: dt.datetime
) -> int:
    """Write what an edge knows of executions after the fact, in any order, as often as it likes.

    Pipelines that are not known yet are made. A record that says "running" never takes back an end; a record that says
    how an execution ended is right about that; counts, watermark and metadata that the row has already stay.

    Args:
        session: The transaction.
        records: The executions.
        host: Whose clock they are by, where that is known.
        now: The time.

    Returns:
        How many executions were written.

    Raises:
        InvalidValueError: A record breaks a rule; nothing is written.
    """
    cleaned = [_cleaned(record) for record in records]
    if not cleaned:
        return 0
    types: dict[str, str | None] = {}
    for record in cleaned:
        types[record["pipeline_name"]] = record.pop("pipeline_type_name") or types.get(record["pipeline_name"])
    catalog.ensure_pipelines(session, types_by_name=types, now=now)
    rounds = _rounds(cleaned)
    written = [
        row
        for batch in rounds
        for generation in _generations(batch)
        for row in session.execute(RECORD, {"records": arguments.json_text(generation), "host": host, "now": now})
    ]
    _settle(database.driver(session), written, now=now)
    return len(rounds[0])


def _settle(connection: Driver, written: Sequence[Any], *, now: dt.datetime) -> None:
    """Move the watermarks of pipelines whose executions have just succeeded.

    An execution that was recorded while it ran has a watermark of its start, which is compared. One that was first
    recorded after its end has none: it is ordered by its start.
    """
    succeeded = {row.id: row for row in written if row.succeeded}
    inserted = {row.id for row in written if row.inserted}
    moving = [row for row in succeeded.values() if row.moves_watermark]
    comparing = [row.id for row in moving if not row.has_logical_date and row.id not in inserted]
    if succeeded:
        watermarks.lock_pipelines(connection, execution_ids=list(succeeded))
        watermarks.settle(connection, execution_ids=list(succeeded))
    by_date = [row.id for row in moving if row.id not in comparing]
    if by_date:
        watermarks.move_by_logical_date(connection, execution_ids=by_date)
        watermarks.move_by_start_date(connection, execution_ids=by_date)
    for execution_id in comparing:
        watermarks.compare_watermark(connection, execution_id=execution_id, now=now)
    running = inserted - set(succeeded)
    if moving and running:
        watermarks.take_watermarks(connection, execution_ids=list(running))


def _rounds(records: Iterable[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Divide records so that no part has an execution twice: a statement writes a row only once."""
    rounds: list[dict[tuple[str, str], dict[str, Any]]] = []
    for record in records:
        identity = (record["source"], record["external_id"])
        free = next((batch for batch in rounds if identity not in batch), None)
        if free is None:
            rounds.append({identity: record})
        else:
            free[identity] = record
    return [list(batch.values()) for batch in rounds]


def _generations(records: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Divide records so that parents come before their children: a child looks up its parent's row."""
    waiting = {(record["source"], record["external_id"]): record for record in records}
    while waiting:
        ready = {
            identity: record
            for identity, record in waiting.items()
            if (record["source"], record["parent_external_id"]) not in waiting
        }
        ready = ready or dict(waiting)  # in a circle, the first that is written has no parent
        yield list(ready.values())
        waiting = {identity: record for identity, record in waiting.items() if identity not in ready}


def _cleaned(record: values.ExecutionRecord) -> dict[str, Any]:
    start_date = arguments.instant(record.start_date, "start_date")
    end_date = None if record.end_date is None else arguments.instant(record.end_date, "end_date")
    state = arguments.choice(record.state, ExecutionState, "state")
    if (state is ExecutionState.RUNNING) != (end_date is None):
        raise InvalidValueError(
            f"end_date is {end_date} and state is {state.value!r}; all but running ones have an end"
        )
    external_id = arguments.external_id(record.external_id, "external_id")
    parent = record.parent_external_id
    if parent == external_id:
        raise InvalidValueError(
            f"parent_external_id is {parent!r}, as external_id is; an execution is not its own parent"
        )
    return {
        "pipeline_name": arguments.name(record.pipeline_name, "pipeline_name"),
        "pipeline_type_name": None
        if record.pipeline_type_name is None
        else arguments.name(record.pipeline_type_name, "pipeline_type_name"),
        "source": arguments.choice(record.source, ExecutionSource, "source").value,
        "external_id": external_id,
        "parent_external_id": None if parent is None else arguments.external_id(parent, "parent_external_id"),
        "parent_id": None if record.parent_id is None else arguments.identifier(record.parent_id, "parent_id"),
        "state": state.value,
        "reported_start": start_date,
        "reported_end": end_date,
        "logical_date": None if record.logical_date is None else arguments.instant(record.logical_date, "logical_date"),
        "full_load": arguments.flag(record.full_load, "full_load"),
        "next_watermark": arguments.watermark(record.next_watermark, "next_watermark"),
        **{name: arguments.count(getattr(record, name), name) for name in COUNTS},
        "metadata": arguments.json_object(record.execution_metadata, "execution_metadata"),
    }
