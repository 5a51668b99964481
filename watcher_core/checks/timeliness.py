"""Which executions take, or took, longer than their pipeline's rule allows."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from watcher_core import database, text
from watcher_core.checks import thresholds
from watcher_core.enums import AlertKind, AlertLevel, DatePart, ExecutionState
from watcher_core.values import Finding

# What runs is looked at however old it is; what has ended if it started within the lookback.
LATE = f"""
    checked AS MATERIALIZED (
        SELECT pipeline.id, pipeline.name, type.name AS type_name,
               CAST(pipeline.pipeline_metadata -> 'owners' AS text) AS owners,
               {thresholds.rule("timeliness")}
          FROM watcher.pipeline
          JOIN watcher.pipeline_type AS type ON type.id = pipeline.pipeline_type_id
         WHERE {thresholds.is_checked("timeliness")}
           AND coalesce(pipeline.timeliness_number, type.timeliness_number) IS NOT NULL
    ), execution AS (
        SELECT id, pipeline_id, state, start_date, %(now)s AS until
          FROM watcher.pipeline_execution
         WHERE state = 'running'
         UNION ALL
        SELECT id, pipeline_id, state, start_date, end_date
          FROM watcher.pipeline_execution
         WHERE state <> 'running'
           AND start_date BETWEEN %(since)s AND %(now)s
    ), late AS MATERIALIZED (
        SELECT execution.id, execution.pipeline_id, execution.state, execution.start_date,
               CAST(extract(epoch FROM execution.until - execution.start_date) AS double precision) AS duration,
               checked.name, checked.type_name, checked.owners, checked.number, checked.datepart,
               checked.used_child_config, {thresholds.due("execution.start_date")} AS due_at,
               log.id IS NOT NULL AS is_known
          FROM execution
          JOIN checked ON checked.id = execution.pipeline_id
          LEFT JOIN watcher.timeliness_pipeline_execution_log AS log ON log.pipeline_execution_id = execution.id
         WHERE {thresholds.due("execution.start_date")} < execution.until
    )"""

# Once an execution: one that was logged while it ran, and has ended since, is not new.
LOGGED = """
    logged AS (
        INSERT INTO watcher.timeliness_pipeline_execution_log
              (pipeline_execution_id, pipeline_id, duration_seconds, execution_state, evaluation_timestamp,
               timeliness_number, timeliness_datepart, used_child_config)
        SELECT id, pipeline_id, duration, state, %(now)s, number, datepart, used_child_config
          FROM late
         WHERE NOT is_known
         ORDER BY id
            ON CONFLICT (pipeline_execution_id) DO NOTHING
        RETURNING pipeline_execution_id
    )"""

# What a dry run would log.
UNLOGGED = "logged AS (SELECT id AS pipeline_execution_id FROM late WHERE NOT is_known)"

FOUND = """
    SELECT late.id, late.pipeline_id, late.name, late.type_name, late.owners, late.number, late.datepart,
           late.used_child_config, late.state, late.start_date, late.due_at, late.duration,
           late.id IN (SELECT pipeline_execution_id FROM logged) AS is_new
      FROM late
     ORDER BY late.start_date, late.id
"""

CHECK = f"WITH {LATE}, {LOGGED} {FOUND}"
DRY_RUN = f"WITH {LATE}, {UNLOGGED} {FOUND}"


def check_timeliness(session: Session, *, since: dt.datetime, now: dt.datetime, dry_run: bool = False) -> list[Finding]:
    """Give all executions that are late, oldest first, and log those that are new.

    Args:
        session: The transaction.
        since: Of executions that have ended, those are looked at that started at this time or later.
        now: The moment that the duration of what runs is measured at.
        dry_run: Log nothing.
    """
    rows = database.driver(session).execute(DRY_RUN if dry_run else CHECK, {"since": since, "now": now})
    return [_finding(row, now) for row in rows]


def deduplication_key(execution_id: int) -> str:
    """The name of the cause that an execution is late."""
    return f"timeliness/{execution_id}"


def _finding(row: tuple[Any, ...], now: dt.datetime) -> Finding:
    execution_id, pipeline_id, name, type_name, owners, number, datepart, used_child_config, *rest = row
    state, start_date, due_at, duration, new = rest
    return Finding(
        kind=AlertKind.TIMELINESS,
        level=AlertLevel.WARNING,
        pipeline_id=pipeline_id,
        pipeline_name=name,
        pipeline_type_name=type_name,
        execution_id=execution_id,
        new=new,
        deduplication_key=deduplication_key(execution_id),
        at=now,
        owners=text.owners(owners),
        expected_number=number,
        expected_datepart=DatePart(datepart),
        used_child_config=used_child_config,
        measured_from=start_date,
        due_at=due_at,
        duration_seconds=duration,
        execution_state=ExecutionState(state),
    )
