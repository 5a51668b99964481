"""Executions that an edge tells of after the fact: the recorder, a spooled execution, a replay of either."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from watcher_core import arguments, pipelines, progress, values
from watcher_core.errors import InvalidValueError
from watcher_core.executions import COUNTS
from watcher_core.models import ExecutionSource, ExecutionState

# What the row knows already stays: code inside the job knows better than the log. The log knows better how it ended.
# An end before the start is a clock that was set back, and counts as no time at all.
RECORD = sa.text("""
    WITH told AS (
        SELECT *
          FROM jsonb_to_recordset(CAST(:records AS jsonb)) AS told (
                   pipeline_name text, source watcher.execution_source, external_id text, parent_external_id text,
                   state watcher.execution_state, start_date timestamptz, end_date timestamptz,
                   logical_date timestamptz, full_load boolean, next_watermark text, inserts bigint, updates bigint,
                   soft_deletes bigint, total_rows bigint, execution_metadata jsonb)
    ), before AS (
        SELECT execution.id, execution.state
          FROM told
          JOIN watcher.pipeline_execution AS execution USING (source, external_id)
    ), written AS (
        INSERT INTO watcher.pipeline_execution AS known
              (pipeline_id, parent_id, source, external_id, state, start_date, end_date, logical_date, full_load,
               watermark, next_watermark, inserts, updates, soft_deletes, total_rows, execution_metadata)
        SELECT pipeline.id, parent.id, told.source, told.external_id, told.state, told.start_date,
               greatest(told.end_date, CASE WHEN told.state <> 'running' THEN told.start_date END), told.logical_date,
               told.full_load, pipeline.watermark, told.next_watermark, told.inserts, told.updates, told.soft_deletes,
               told.total_rows, told.execution_metadata
          FROM told
          JOIN watcher.pipeline ON pipeline.name = told.pipeline_name
          LEFT JOIN watcher.pipeline_execution AS parent
            ON parent.source = told.source
           AND parent.external_id = told.parent_external_id
         ORDER BY told.source, told.external_id
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
                                 || CASE WHEN excluded.execution_metadata ? 'attempts'
                                         THEN known.execution_metadata - 'attempts'
                                         ELSE known.execution_metadata END,
               updated_at         = :now
        RETURNING id, pipeline_id, state, logical_date, next_watermark, end_date
    )
    SELECT written.id, written.logical_date IS NULL AND written.next_watermark IS NOT NULL AS compares_watermark
      FROM written
      LEFT JOIN before USING (id)
     WHERE written.state = 'succeeded'
       AND before.state IS DISTINCT FROM 'succeeded'
     ORDER BY written.end_date, written.id
""")


def record(session: Session, *, records: Iterable[values.ExecutionRecord], now: dt.datetime) -> int:
    """Write what an edge knows of executions after the fact, in any order, as often as it likes.

    Pipelines that are not known yet are made. A record that says "running" never takes back an end; a record that says
    how an execution ended is right about that; counts, watermark and metadata that the row has already stay.

    Returns:
        How many executions were written.

    Raises:
        InvalidValueError: A record breaks a rule; nothing is written.
    """
    told = {(record.source, record.external_id): _cleaned(record) for record in records}
    if not told:
        return 0
    types = {record["pipeline_name"]: record.pop("pipeline_type_name") for record in told.values()}
    pipelines.ensure(session, types_by_name=types, now=now)
    parents = [record for record in told.values() if record["parent_external_id"] is None]
    children = [record for record in told.values() if record["parent_external_id"] is not None]
    succeeded = [row for generation in (parents, children) for row in _write(session, generation, now=now)]
    at_once = [row.id for row in succeeded if not row.compares_watermark]
    if at_once:
        progress.settle(session, execution_ids=at_once, now=now)
    for row in succeeded:
        if row.compares_watermark:
            progress.settle(session, execution_ids=[row.id], now=now)
    return len(told)


def _write(session: Session, records: Sequence[Mapping[str, Any]], *, now: dt.datetime) -> Sequence[Any]:
    if not records:
        return []
    return session.execute(RECORD, {"records": arguments.json_text(records), "now": now}).all()


def _cleaned(record: values.ExecutionRecord) -> dict[str, Any]:
    start_date = arguments.instant(record.start_date, "start_date")
    end_date = None if record.end_date is None else arguments.instant(record.end_date, "end_date")
    state = arguments.choice(record.state, ExecutionState, "state")
    if (state is ExecutionState.RUNNING) != (end_date is None):
        raise InvalidValueError(
            f"end_date is {end_date} and state is {state.value!r}; all but running ones have an end"
        )
    return {
        "pipeline_name": arguments.name(record.pipeline_name, "pipeline_name"),
        "pipeline_type_name": record.pipeline_type_name,
        "source": arguments.choice(record.source, ExecutionSource, "source").value,
        "external_id": arguments.text(record.external_id, "external_id"),
        "parent_external_id": record.parent_external_id,
        "state": state.value,
        "start_date": start_date,
        "end_date": end_date,
        "logical_date": record.logical_date,
        "full_load": record.full_load,
        "next_watermark": arguments.watermark(record.next_watermark, "next_watermark"),
        **{name: arguments.count(getattr(record, name), name) for name in COUNTS},
        "execution_metadata": record.execution_metadata,
    }
