"""The failure check: pipelines that failed as many times in a row as their threshold says, or once without one.

What counts as a failure, and of which pipeline:

- The newest ended execution decides. A success, or a planned skip, ends the row of failures before it. A canceled
  execution does not count.
- A Dagster run and its retries are one try. While a retry is running, its new failures are not reported yet, and those
  that were logged before stay. The retries of a step are one execution.
- A failure belongs to the asset that failed. An execution with failed executions below it (the run of those assets)
  does not count.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from watcher_core import database, text
from watcher_core.checks import thresholds
from watcher_core.enums import AlertKind, AlertLevel, ExecutionState
from watcher_core.values import Finding

# Failures in a row are counted up to this number, so that a pipeline that has never succeeded costs no more.
MOST_COUNTED = 1_000

# An error may quote a whole statement; an alert keeps its beginning.
MOST_CHARACTERS = 500

# The first of a Dagster run's retries: the same for the run, for each retry, and for the assets' executions in them.
ROOT = """
    CASE WHEN failed.source = 'dagster'
         THEN coalesce(run.execution_metadata ->> 'root_run_id', failed.execution_metadata ->> 'root_run_id',
                       failed.execution_metadata ->> 'run_id') END"""

FAILING = f"""
    retried AS MATERIALIZED (
        SELECT DISTINCT execution_metadata ->> 'root_run_id' AS root
          FROM watcher.pipeline_execution
         WHERE state = 'running'
           AND source = 'dagster'
           AND execution_metadata ? 'root_run_id'
    ), checked AS (
        SELECT pipeline.id, pipeline.name, type.name AS type_name,
               CAST(pipeline.pipeline_metadata -> 'owners' AS text) AS owners,
               {thresholds.number("failure")} AS number,
               {thresholds.is_own("failure")} AS used_child_config
          FROM watcher.pipeline
          JOIN watcher.pipeline_type AS type ON type.id = pipeline.pipeline_type_id
         WHERE {thresholds.is_checked("failure", one=False)}
    ), failing AS (
        SELECT checked.*, coalesce(good.start_date, '-infinity') AS succeeded_at
          FROM checked
         CROSS JOIN LATERAL (SELECT start_date
                               FROM watcher.pipeline_execution
                              WHERE pipeline_id = checked.id
                                AND state = 'failed'
                              ORDER BY start_date DESC
                              LIMIT 1) AS newest
          LEFT JOIN LATERAL (SELECT start_date
                               FROM watcher.pipeline_execution
                              WHERE pipeline_id = checked.id
                                AND state IN ('succeeded', 'skipped')
                              ORDER BY start_date DESC
                              LIMIT 1) AS good ON true
         WHERE newest.start_date > good.start_date
            OR good.start_date IS NULL
    ), counted AS (
        SELECT failing.*, streak.*
          FROM failing
         CROSS JOIN LATERAL (
               SELECT count(DISTINCT try) AS failures,
                      (array_agg(execution_id ORDER BY start_date DESC, execution_id DESC))[1] AS execution_id
                 FROM (SELECT failed.id AS execution_id, failed.start_date,
                              coalesce({ROOT}, CAST(failed.id AS text)) AS try
                         FROM watcher.pipeline_execution AS failed
                         LEFT JOIN watcher.pipeline_execution AS run ON run.id = failed.parent_id
                        WHERE failed.pipeline_id = failing.id
                          AND failed.state = 'failed'
                          AND failed.start_date > failing.succeeded_at
                          AND NOT EXISTS (SELECT
                                            FROM watcher.pipeline_execution AS part
                                           WHERE part.parent_id = failed.id
                                             AND part.state = 'failed')
                          AND (NOT EXISTS (SELECT FROM retried WHERE root = {ROOT})
                               OR EXISTS (SELECT
                                            FROM watcher.failure_pipeline_execution_log AS log
                                           WHERE log.pipeline_execution_id = failed.id))
                        ORDER BY failed.start_date DESC, failed.id DESC
                        LIMIT {MOST_COUNTED}) AS failed) AS streak
         WHERE streak.failures >= failing.number
    ), again AS (
        -- A logged failure whose execution runs again: it stays a finding until that attempt has ended.
        SELECT DISTINCT ON (checked.id) checked.*, '-infinity'::timestamptz, log.failures_in_a_row, execution.id
          FROM watcher.pipeline_execution AS execution
          JOIN watcher.failure_pipeline_execution_log AS log ON log.pipeline_execution_id = execution.id
          JOIN checked ON checked.id = execution.pipeline_id
         WHERE execution.state = 'running'
           AND checked.id NOT IN (SELECT id FROM counted)
         ORDER BY checked.id, execution.start_date DESC
    ), found AS MATERIALIZED (
        SELECT current.*, execution.state, execution.start_date, execution.end_date, execution.duration_seconds,
               execution.execution_metadata, log.pipeline_execution_id IS NOT NULL AS is_known
          FROM (SELECT * FROM counted UNION ALL SELECT * FROM again) AS current
          JOIN watcher.pipeline_execution AS execution ON execution.id = current.execution_id
          LEFT JOIN watcher.failure_pipeline_execution_log AS log ON log.pipeline_execution_id = execution.id
    )"""

LOGGED = """
    logged AS (
        INSERT INTO watcher.failure_pipeline_execution_log
              (pipeline_execution_id, pipeline_id, failures_in_a_row, evaluation_timestamp, failure_number,
               used_child_config)
        SELECT execution_id, id, failures, %(now)s, number, used_child_config
          FROM found
         WHERE NOT is_known
         ORDER BY execution_id
            ON CONFLICT (pipeline_execution_id) DO NOTHING
        RETURNING pipeline_execution_id
    )"""

# What a dry run would log.
UNLOGGED = "logged AS (SELECT execution_id AS pipeline_execution_id FROM found WHERE NOT is_known)"

FOUND = f"""
    SELECT found.id, found.name, found.type_name, found.owners, found.number, found.used_child_config,
           found.execution_id, found.failures, found.state, found.start_date, found.duration_seconds,
           jsonb_strip_nulls(jsonb_build_object(
               'error', left(found.execution_metadata #>> '{{error,message}}', {MOST_CHARACTERS}),
               'error_class', left(found.execution_metadata #>> '{{error,class}}', {MOST_CHARACTERS}),
               'ended_at', found.end_date,
               'run_id', found.execution_metadata -> 'run_id',
               'step_key', found.execution_metadata -> 'step_key',
               'failed_steps', found.execution_metadata -> 'failed_steps',
               'partition', found.execution_metadata -> 'partition',
               'attempts', found.execution_metadata -> 'attempts')) AS details,
           found.execution_id IN (SELECT pipeline_execution_id FROM logged) AS is_new
      FROM found
     ORDER BY found.start_date, found.execution_id
"""

CHECK = f"WITH {FAILING}, {LOGGED} {FOUND}"
DRY_RUN = f"WITH {FAILING}, {UNLOGGED} {FOUND}"


def check_failures(session: Session, *, now: dt.datetime, dry_run: bool = False) -> list[Finding]:
    """Return the pipelines that fail, each with its newest failed execution, and log those that are new.

    Args:
        session: The transaction.
        now: The check's time.
        dry_run: Log nothing.
    """
    rows = database.driver(session).execute(DRY_RUN if dry_run else CHECK, {"now": now})
    return [_finding(row, now) for row in rows]


def deduplication_key(pipeline_id: int) -> str:
    """Return the key of the alert that a pipeline fails."""
    return f"failure/{pipeline_id}"


def _finding(row: tuple[Any, ...], now: dt.datetime) -> Finding:
    pipeline_id, name, type_name, owners, number, used_child_config, execution_id, failures, *rest = row
    state, start_date, duration, details, new = rest
    return Finding(
        kind=AlertKind.FAILURE,
        level=AlertLevel.ERROR,
        pipeline_id=pipeline_id,
        pipeline_name=name,
        pipeline_type_name=type_name,
        execution_id=execution_id,
        new=new,
        deduplication_key=deduplication_key(pipeline_id),
        at=now,
        owners=text.owners(owners),
        expected_number=number,
        used_child_config=used_child_config,
        measured_from=start_date,
        duration_seconds=duration,
        execution_state=ExecutionState(state),
        failures_in_a_row=failures,
        details=details,
    )
