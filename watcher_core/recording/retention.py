"""Retention: deletes executions, logs and alerts that are older than a date, one batch in each transaction.

Executions are deleted by their start, each with everything logged about it. The order is: freshness logs, timeliness
and failure logs, anomaly results, watermark events, results of asset checks, resolved alerts, runs of OpenLineage,
executions. These are kept:

- running executions;
- alerts that are not resolved, or were since, with their executions: of the end of an alert people are still to hear;
- each pipeline's newest successes, by which the next one is judged, however seldom it runs;
- the newest failures of a partition, or of another part of a pipeline, that nothing has made good since: while they are
  known, the alert of that pipeline names the partition;
- results of asset checks that did not pass and that nothing has replaced;
- the freshness log of data that has not changed since: without it the check would find that data as new;
- what OpenLineage's events say of a run whose execution is kept: a late event is put together with it.

A parent may be deleted before its children, which then have no parent. A batch that is killed has deleted nothing; the
next cleanup starts there.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from watcher_core import arguments, database
from watcher_core.errors import InvalidValueError
from watcher_core.recording.identities import is_identity

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

LEAST_RETENTION_DAYS = 90
MOST_RETENTION_DAYS = 36_500
MOST_BATCH_SIZE = 1_000_000

# The tables that rows are deleted from, in this order.
CLEANUP_TABLES = (
    "freshness_pipeline_log",
    "timeliness_pipeline_execution_log",
    "failure_pipeline_execution_log",
    "anomaly_detection_result",
    "watermark_event",
    "asset_check_result",
    "alert",
    "openlineage_run",
    "pipeline_execution",
)

# The expired rows of each table: those with a date of their own, and executions.

FRESHNESS_LOGS = """
      FROM watcher.freshness_pipeline_log AS past
     WHERE last_dml_timestamp <= %(until)s
       AND NOT EXISTS (SELECT
                         FROM watcher.pipeline
                        WHERE pipeline.id = past.pipeline_id
                          AND past.last_dml_timestamp = coalesce(
                                  greatest(last_target_insert, last_target_update, last_target_soft_delete),
                                  pipeline.created_at))"""

WATERMARK_EVENTS = """
      FROM watcher.watermark_event AS past
     WHERE pipeline_execution_id IS NULL
       AND created_at <= %(until)s"""

ASSET_CHECK_RESULTS = """
      FROM watcher.asset_check_result AS past
     WHERE evaluated_at <= %(until)s
       AND NOT open"""

ALERTS = """
      FROM watcher.alert AS past
     WHERE state = 'resolved'
       AND opened_at <= %(until)s
       AND resolved_at <= %(until)s"""

OPENLINEAGE_RUNS = f"""
      FROM watcher.openlineage_run AS past
     WHERE updated_at <= %(until)s
       AND NOT EXISTS (SELECT
                         FROM watcher.pipeline_execution AS execution
                        WHERE {is_identity("execution", "'openlineage'", "past.id::text")})"""

# The successes by which an execution of a pipeline that seldom runs is judged.
KEPT_SUCCESSES = 30
# The failures of a partition that was never made good: no rule asks for more in a row.
KEPT_FAILURES = 100
# A failure of a part of a pipeline that nothing has made good since, as the check of failures sees it: what a step
# tracks of a range of partitions is about that range alone, and another instance, or another repository of a code
# location, makes nothing good.
NOT_MADE_GOOD = f"""
           past.state = 'failed'
       AND coalesce(past.scope, '') <> ''
       AND EXISTS (SELECT
                     FROM watcher.pipeline
                    WHERE pipeline.id = past.pipeline_id
                      AND pipeline.removed_at IS NULL)
       AND NOT EXISTS (SELECT
                         FROM watcher.pipeline_execution AS good
                        WHERE good.pipeline_id = past.pipeline_id
                          AND good.state = 'succeeded'
                          AND coalesce(good.scope, '') IN (past.scope, '')
                          AND good.end_date >= past.end_date
                          AND good.start_date >= past.start_date
                          AND coalesce(good.instance_id = past.instance_id, true)
                          AND coalesce(good.execution_metadata ->> 'repository'
                                     = past.execution_metadata ->> 'repository', true)
                          AND NOT good.execution_metadata ? 'partition_range')
       AND NOT EXISTS (SELECT
                         FROM watcher.pipeline_execution AS later
                        WHERE later.pipeline_id = past.pipeline_id
                          AND later.state = 'failed'
                          AND coalesce(later.scope, '') = past.scope
                          AND later.end_date > past.end_date
                          AND coalesce(later.instance_id = past.instance_id, true)
                       OFFSET {KEPT_FAILURES - 1})"""

# An alert that people have to hear of, or of its end. Looked up for each: a join would read all alerts for each batch.
OF_AN_ALERT = """
           EXISTS (SELECT
                     FROM watcher.alert
                    WHERE alert.pipeline_execution_id = past.id
                      AND (alert.state <> 'resolved' OR alert.resolved_at > %(until)s)
                   OFFSET 0)"""

EXECUTIONS = f"""
      FROM watcher.pipeline_execution AS past
      LEFT JOIN LATERAL (SELECT coalesce(newer.logical_date, newer.start_date) AS at
                           FROM watcher.pipeline_execution AS newer
                          WHERE newer.pipeline_id = past.pipeline_id
                            AND newer.state = 'succeeded'
                          ORDER BY coalesce(newer.logical_date, newer.start_date) DESC
                         OFFSET {KEPT_SUCCESSES - 1}
                          LIMIT 1) AS oldest_kept ON true
     WHERE past.start_date <= %(until)s
       AND past.state <> 'running'
       AND (past.state <> 'succeeded' OR coalesce(past.logical_date, past.start_date) < oldest_kept.at)
       AND NOT {OF_AN_ALERT}
       AND NOT ({NOT_MADE_GOOD})"""

BY_DATE = {
    "freshness_pipeline_log": FRESHNESS_LOGS,
    "watermark_event": WATERMARK_EVENTS,
    "asset_check_result": ASSET_CHECK_RESULTS,
    "alert": ALERTS,
    "openlineage_run": OPENLINEAGE_RUNS,
}
WALKED = (*BY_DATE, "pipeline_execution")
OF_EXECUTIONS = tuple(
    table
    for table in CLEANUP_TABLES
    if table not in ("freshness_pipeline_log", "asset_check_result", "alert", "openlineage_run", "pipeline_execution")
)

# Rows that another transaction has locked are skipped; the next cleanup deletes them.
LOCKED = "LIMIT %(batch_size)s FOR UPDATE OF past SKIP LOCKED"


# As an array: a join would read whole tables for each batch.
IDS = "ARRAY(SELECT id FROM past)"


def _delete_by_date(table: str) -> str:
    return f"""
    WITH past AS MATERIALIZED (SELECT past.id {BY_DATE[table]} {LOCKED})
    DELETE FROM watcher.{table} WHERE id = ANY({IDS})
"""


# From a date on, oldest first: one pass over the index, however many.
LOCK_EXECUTIONS = f"""
    SELECT past.id, past.start_date {EXECUTIONS} AND past.start_date >= %(since)s
     ORDER BY past.start_date {LOCKED}
"""


def _delete_executions() -> str:
    """Delete those executions, with their logs.

    An alert that was opened while they were looked for is not seen by the statement that locks them; from then on, who
    opens one waits. So they are looked at once more.
    """
    logs = ",\n".join(
        f"""    {table} AS (
        DELETE FROM watcher.{table} WHERE pipeline_execution_id = ANY({IDS}) RETURNING 1
    )"""
        for table in OF_EXECUTIONS
    )
    counts = ", ".join(f"(SELECT count(*) FROM {table}) AS {table}" for table in OF_EXECUTIONS)
    return f"""
    WITH past AS MATERIALIZED (
        SELECT id FROM unnest(%(ids)s::bigint[]) AS past (id) WHERE NOT {OF_AN_ALERT}
    ),
{logs},
    pipeline_execution AS (
        DELETE FROM watcher.pipeline_execution WHERE id = ANY({IDS}) RETURNING 1
    )
    SELECT {counts}, (SELECT count(*) FROM pipeline_execution) AS pipeline_execution
"""


DELETE_BY_DATE = {table: _delete_by_date(table) for table in BY_DATE}
DELETE_EXECUTIONS = _delete_executions()


@dataclass(frozen=True, kw_only=True)
class CleanupPlace:
    """Where a batch begins.

    Attributes:
        table: The table that it deletes from.
        since: For executions, the start date that it continues from.
    """

    table: str
    since: dt.datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What one transaction deleted, and where the next one begins.

    Attributes:
        deleted: Rows, by table.
        following: Where the next batch begins; `None` where nothing is left.
    """

    deleted: dict[str, int]
    following: CleanupPlace | None


# Where a cleanup begins.
CLEANUP_BEGINNING = CleanupPlace(table=WALKED[0])


def delete_batch(session: Session, *, place: CleanupPlace, until: dt.datetime, batch_size: int) -> Batch:
    """Delete one batch of expired rows.

    Args:
        session: The transaction.
        place: `CLEANUP_BEGINNING` for the first one, then the `following` of the batch before.
        until: Rows of this time or older are expired.
        batch_size: How many rows to delete at most; the logs of executions do not count.
    """
    connection = database.driver(session)
    given = {"until": until, "since": place.since or "-infinity", "batch_size": batch_size}
    if place.table in BY_DATE:
        deleted = connection.execute(DELETE_BY_DATE[place.table], given).rowcount
        following = place if deleted == batch_size else CleanupPlace(table=WALKED[WALKED.index(place.table) + 1])
        return Batch(deleted={place.table: deleted}, following=following)
    locked = connection.execute(LOCK_EXECUTIONS, given).fetchall()
    from psycopg.rows import dict_row  # each import of `Watcher` loads this module

    with connection.cursor(row_factory=dict_row) as cursor:
        counts = cursor.execute(DELETE_EXECUTIONS, {**given, "ids": [row[0] for row in locked]}).fetchone() or {}
    is_over = len(locked) < batch_size
    return Batch(deleted=counts, following=None if is_over else CleanupPlace(table=place.table, since=locked[-1][1]))


def retention_date(retention_days: object, now: dt.datetime) -> dt.datetime:
    """Return the time at which, and before which, rows are expired.

    Raises:
        InvalidValueError: Fewer than 90 days would be kept.
    """
    days = arguments.count(retention_days, "retention_days")
    if days is None or not LEAST_RETENTION_DAYS <= days <= MOST_RETENTION_DAYS:
        raise InvalidValueError(
            f"retention_days is {retention_days!r}; it must be from {LEAST_RETENTION_DAYS} to {MOST_RETENTION_DAYS:,}: "
            "checks and their baselines need the history of that time"
        )
    return now - dt.timedelta(days=days)


def clean_batch_size(batch_size: object) -> int:
    """Return how many rows a transaction may delete.

    Raises:
        InvalidValueError: The number is below one or too large.
    """
    size = arguments.positive(batch_size, "batch_size")
    if size is None or size > MOST_BATCH_SIZE:
        raise InvalidValueError(f"batch_size is {batch_size!r}; it must be from 1 to {MOST_BATCH_SIZE:,}")
    return size
