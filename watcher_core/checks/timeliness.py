"""The timeliness check: executions that take, or took, longer than the threshold of their pipeline allows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from watcher_core import catalog, database, text
from watcher_core.checks import causes, thresholds
from watcher_core.checks.causes import Opening
from watcher_core.enums import AlertKind, AlertLevel, DatePart, ExecutionState
from watcher_core.values import Finding

# What thousands of findings have in common: looking a member up in its enum takes longer than all else about it.
KIND, LEVEL = AlertKind.TIMELINESS, AlertLevel.WARNING
DATEPARTS = {part.value: part for part in DatePart}
STATES = {state.value: state for state in ExecutionState}


# What an asset check looks at of what has ended: the newest execution, and what ended after it, of the 100 that started
# last. No index has the ends of a pipeline's executions: without that limit, its whole history would be read. A number
# that the planner does not know has it read them in order: where it expects fewer than 100, it would sort them all.
STARTED_LAST = """(
        SELECT id, pipeline_id, source, state, start_date, end_date, execution_metadata
          FROM watcher.pipeline_execution
         WHERE pipeline_id = %(pipeline_id)s
         ORDER BY start_date DESC
         LIMIT (SELECT 100)) AS started_last"""
END_OF_NEWEST = """(
        SELECT least(end_date, %(now)s)
          FROM watcher.pipeline_execution
         WHERE pipeline_id = %(pipeline_id)s
         ORDER BY start_date DESC, id DESC
         LIMIT 1)"""


def _was_in_time(execution_id: str, due_at: str) -> str:
    """Whether the last alert of an execution had ended before it was late: its rule has been raised since."""
    return f"""coalesce((SELECT state = 'resolved' AND NOT resolved_by_hand AND resolved_at < {due_at}
                             FROM watcher.alert
                            WHERE alert.deduplication_key = 'timeliness/' || {execution_id}
                            ORDER BY alert.opened_at DESC
                            LIMIT 1), false)"""


def _late(*, one: bool, ended: str = "watcher.pipeline_execution", since: str = "%(since)s") -> str:
    # Running executions are checked however old they are; ended ones if they ended within the lookback. By their start
    # one that takes longer than the lookback would never be found. What was imported was judged where it ran.
    of_pipeline = "AND pipeline_id = %(pipeline_id)s" if one else ""
    return f"""
    checked AS MATERIALIZED (
        SELECT pipeline.id, pipeline.name, type.name AS type_name,
               CAST(pipeline.pipeline_metadata -> 'owners' AS text) AS owners,
               {catalog.ASKED_LEVEL} AS asked_level,
               {thresholds.columns("timeliness")}
          FROM watcher.pipeline
          JOIN watcher.pipeline_type AS type ON type.id = pipeline.pipeline_type_id
         WHERE {thresholds.is_checked("timeliness", one=one)}
           AND {thresholds.number("timeliness")} IS NOT NULL
    ), execution AS (
        SELECT id, pipeline_id, state, start_date, %(now)s AS until, execution_metadata ->> 'duration_of' AS duration_of
          FROM watcher.pipeline_execution
         WHERE state = 'running' AND source <> 'import' {of_pipeline}
         UNION ALL
        SELECT id, pipeline_id, state, start_date, end_date, execution_metadata ->> 'duration_of'
          FROM {ended}
         WHERE end_date BETWEEN {since} AND %(now)s AND source <> 'import' {of_pipeline}
    ), late AS MATERIALIZED (
        SELECT execution.id, execution.pipeline_id, execution.state, execution.start_date,
               CAST(extract(epoch FROM execution.until - execution.start_date) AS double precision) AS duration,
               checked.name, checked.type_name, checked.owners, checked.asked_level, checked.number, checked.datepart,
               checked.used_child_config, {thresholds.due("execution.start_date")} AS due_at,
               log.id IS NOT NULL AS is_known,
               execution.state <> 'running' AND log.execution_state = 'running'
               AND NOT {_was_in_time("execution.id", thresholds.due("execution.start_date"))} AS is_over
          FROM execution
          JOIN checked ON checked.id = execution.pipeline_id
          LEFT JOIN watcher.timeliness_pipeline_execution_log AS log ON log.pipeline_execution_id = execution.id
         WHERE {thresholds.due("execution.start_date")} < execution.until
           AND execution.duration_of IS DISTINCT FROM 'step' -- the time of all that the step does is nobody's own
    )"""


# Once for each execution: one that was logged while it ran, and has ended since, is not new.
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

# The findings that open alerts, as `finding_of` has them: those that are not over; see `is_over`.
CAUSE = causes.cause(
    AlertKind.TIMELINESS,
    found="late",
    pipeline_id="late.pipeline_id",
    execution_id="late.id",
    logged="pipeline_execution_id",
    where="late.is_over IS NOT TRUE",
    expected_number="late.number",
    expected_datepart="late.datepart",
    used_child_config="late.used_child_config",
    measured_from=causes.at("late.start_date"),
    due_at=causes.at("late.due_at"),
    duration_seconds=causes.seconds("late.duration"),
    execution_state="late.state",
)

FOUND = """
    SELECT late.id, late.pipeline_id, late.name, late.type_name, late.owners, late.number, late.datepart,
           late.used_child_config, late.state, late.start_date, late.due_at, late.duration, late.is_over,
           late.id IN (SELECT pipeline_execution_id FROM logged) AS is_new
      FROM late
     ORDER BY late.start_date, late.id
"""


# What an asset check asks of one pipeline, as CTEs: its findings are in `found`.
OF_ONE: str = f"{_late(one=True, ended=STARTED_LAST, since=END_OF_NEWEST)}, {UNLOGGED}, found AS ({FOUND})"


def statement(opening: Opening | None, *, one: bool) -> str:
    """The check, which opens alerts, or nothing."""
    if opening is None:
        return f"WITH {_late(one=one)}, {UNLOGGED} {FOUND}"
    return f"WITH {_late(one=one)}, {LOGGED}, {CAUSE}, {opening.statement} {FOUND}"


def check_timeliness(
    session: Session,
    *,
    since: dt.datetime,
    now: dt.datetime,
    pipeline_id: int | None = None,
    opening: Opening | None = None,
) -> list[Finding]:
    """Return the executions that are late, oldest first; log those that are new, and open alerts.

    Args:
        session: The transaction.
        since: Ended executions are checked if they ended at this time or later.
        now: The time at which the duration of running executions is measured.
        pipeline_id: Check executions of this pipeline only.
        opening: How alerts are opened; without, nothing is written.
    """
    given = {"since": since, "now": now, "pipeline_id": pipeline_id, **(opening.given if opening else {})}
    # Planned each time: a plan that is kept does not know how far back `since` is, and then reads what others ended.
    found = database.driver(session).execute(statement(opening, one=pipeline_id is not None), given, prepare=False)
    return [finding_of(row, now) for row in found.fetchall()]


def deduplication_key(execution_id: int) -> str:
    """Return the key of the alert that an execution is late."""
    return f"timeliness/{execution_id}"


def finding_of(row: Sequence[Any], now: dt.datetime) -> Finding:
    """Return a row of `FOUND` as a finding."""
    execution_id, pipeline_id, name, type_name, owners, number, datepart, used_child_config, *rest = row
    state, start_date, due_at, duration, is_over, new = rest
    return Finding(
        kind=KIND,
        level=LEVEL,
        pipeline_id=pipeline_id,
        pipeline_name=name,
        pipeline_type_name=type_name,
        execution_id=execution_id,
        new=new,
        deduplication_key=deduplication_key(execution_id),
        at=now,
        owners=text.owners(owners),
        expected_number=number,
        expected_datepart=DATEPARTS[datepart],
        used_child_config=used_child_config,
        measured_from=start_date,
        due_at=due_at,
        duration_seconds=duration,
        execution_state=STATES[state],
        details={"is_over": True} if is_over else {},
    )


def is_over(finding: Finding) -> bool:
    """Whether an execution has ended that was found while it ran: its alert has said so, and is over.

    The alert of one that is found by its end stays for the lookback: nobody would hear of it otherwise.
    """
    return "is_over" in finding.details
