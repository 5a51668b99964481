"""The check of Dagster's asset checks: those that do not pass, and those that have not run for long.

What counts, and what takes it back:

- A result that did not pass counts until a later result of the same partition, or of the whole asset, replaces it. The
  severity WARN is a warning, ERROR an error. A check that raises is an error; one whose step gave no result, a warning.
- While a run is being retried, what did not pass in it is not reported yet.
- A check has not run for long where its asset was materialized, and more than three of its usual intervals have passed
  since the first materialization that it has not looked at. Its usual interval is the median of its last ten, of an
  hour at least.
- A change of columns counts until it is changed back, for a week at most, while the pipeline's rule asks for it.
- Where its code location has a check no more, or the partition, or checks of the pipeline are muted, there is nothing
  to find.

A finding is about a check in an instance, and lists the partitions that do not pass. Where one step raised an error for
several checks, their findings share one alert.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from watcher_core import catalog, database, text
from watcher_core.checks import retries, thresholds
from watcher_core.checks.failures import RESOLVED_BY_HAND
from watcher_core.enums import AlertKind, AlertLevel, AssetCheckStatus
from watcher_core.values import Finding

# What a check says may be long; an alert keeps its beginning.
MOST_CHARACTERS = 500

# Partitions that a finding names, and checks.
MOST_NAMED = 50
# Numbers of a result that a finding has.
MOST_NUMBERS = 10

# A check that has not run for so many of its usual intervals, while its asset was materialized, runs no more.
MISSED_INTERVALS = 3
# Intervals by which a rhythm is known, and those that it is taken from.
LEAST_INTERVALS = 3
MOST_INTERVALS = 10

CHECKED = f"""
    checked AS (
        SELECT pipeline.id, pipeline.name, type.name AS type_name,
               CAST(pipeline.pipeline_metadata -> 'owners' AS text) AS owners,
               pipeline.pipeline_metadata -> 'partition_count' AS partition_count,
               greatest(pipeline.last_target_insert, pipeline.last_target_update,
                        pipeline.last_target_soft_delete) AS changed_at
          FROM watcher.pipeline
          JOIN watcher.pipeline_type AS type ON type.id = pipeline.pipeline_type_id
         WHERE {thresholds.is_checked("asset", one=False)}
    )"""

# One by one, by the primary key: a wrong estimate would have all executions read.
RUN = """
    SELECT id, pipeline_id, state, start_date, end_date,
           watcher.full_metadata(source, external_id, execution_metadata) AS execution_metadata
      FROM watcher.pipeline_execution
     WHERE id"""

ROOT = "coalesce(run.execution_metadata ->> 'root_run_id', run.execution_metadata ->> 'run_id')"

FAILING = f"""
    {retries.RETRIED}, {CHECKED}, failing AS MATERIALIZED (
        SELECT result.id, result.asset_check_id, result.partition, result.evaluated_at, result.reported_at
          FROM watcher.asset_check_result AS result
          JOIN watcher.asset_check ON asset_check.id = result.asset_check_id
          LEFT JOIN LATERAL ({RUN} = result.pipeline_execution_id LIMIT 1) AS run ON true
         WHERE result.open
           AND NOT {catalog.is_of_removed_partition("result.result_metadata")}
           AND asset_check.removed_at IS NULL
           AND asset_check.pipeline_id IN (SELECT id FROM checked)
           AND (result.reported_at IS NOT NULL
                OR run.state IS DISTINCT FROM 'failed'
                OR NOT (coalesce({retries.will_be("run.execution_metadata", "run.end_date")}, false)
                        AND NOT {retries.has_been_retried("run", ROOT)}
                        OR EXISTS (SELECT
                                     FROM retried
                                    WHERE root = {ROOT})))
    ), grouped AS (
        SELECT asset_check_id, count(*) AS size, array_agg(id) AS result_ids, bool_or(reported_at IS NULL) AS is_new,
               (array_agg(id ORDER BY evaluated_at DESC, id DESC))[1] AS newest_id,
               jsonb_agg(partition ORDER BY partition) FILTER (WHERE partition IS NOT NULL) AS partitions
          FROM failing
         GROUP BY asset_check_id
    )"""

# What the recorder writes at this moment is reported by the next check: the two never wait for each other.
REPORTED = """
    reported AS (
        UPDATE watcher.asset_check_result
           SET reported_at = %(now)s
         WHERE id IN (SELECT id
                        FROM watcher.asset_check_result
                       WHERE id IN (SELECT id FROM failing WHERE reported_at IS NULL)
                         FOR UPDATE SKIP LOCKED)
    )"""

FOUND = f"""
    SELECT checked.id, checked.name, checked.type_name, checked.owners, asset_check.id, asset_check.instance_id,
           run.id, run.execution_metadata ->> 'location', newest.status, newest.step_key, newest.evaluated_at,
           grouped.is_new,
           (SELECT bool_or(result.status = 'errored' OR result.severity = 'error')
              FROM watcher.asset_check_result AS result
             WHERE result.id = ANY(grouped.result_ids)) AS is_error,
           jsonb_strip_nulls(jsonb_build_object(
               'check', asset_check.name,
               'status', newest.status,
               'severity', newest.severity,
               'blocking', asset_check.blocking,
               'description', left(newest.description, {MOST_CHARACTERS}),
               'result', (SELECT jsonb_object_agg(key, value)
                            FROM (SELECT key, value
                                    FROM jsonb_each(newest.result_metadata)
                                   WHERE jsonb_typeof(value) = 'number'
                                   LIMIT {MOST_NUMBERS}) AS numbers),
               'held_back', CASE WHEN asset_check.blocking AND run.execution_metadata ? 'failed_checks'
                                 THEN (SELECT nullif(count(*), 0)
                                         FROM watcher.pipeline_execution AS part
                                        WHERE part.parent_id = run.id
                                          AND part.state = 'blocked') END,
               'evaluated_at', newest.evaluated_at,
               'run_id', run.execution_metadata -> 'run_id',
               'step_key', newest.step_key,
               'partition', newest.partition,
               'failed_partitions', (SELECT jsonb_agg(named)
                                       FROM (SELECT jsonb_array_elements(grouped.partitions) AS named
                                              LIMIT {MOST_NAMED}) AS first),
               'failed_partition_count', CASE WHEN grouped.partitions IS NOT NULL
                                              THEN jsonb_array_length(grouped.partitions) END,
               'partition_count', checked.partition_count,
               'failing', nullif(grouped.size, 1))) AS details
      FROM grouped
      JOIN watcher.asset_check ON asset_check.id = grouped.asset_check_id
      JOIN checked ON checked.id = asset_check.pipeline_id
      JOIN watcher.asset_check_result AS newest ON newest.id = grouped.newest_id
      LEFT JOIN LATERAL ({RUN} = newest.pipeline_execution_id LIMIT 1) AS run ON true
     ORDER BY newest.evaluated_at, asset_check.id
"""

CHECK = f"WITH {FAILING}, {REPORTED} {FOUND}"
DRY_RUN = f"WITH {FAILING} {FOUND}"

# Few checks get past the first conditions: most run with each materialization of their asset. Evaluations within an
# hour count as one: a backfill evaluates a check for each of its partitions.
NOT_RUN = f"""
    WITH {CHECKED}
    SELECT checked.id, checked.name, checked.type_name, checked.owners, asset_check.id, asset_check.instance_id,
           asset_check.name, asset_check.evaluated_at, unchecked.start_date, usual.seconds,
           asset_check.unchecked_since IS DISTINCT FROM unchecked.start_date AS is_new
      FROM watcher.asset_check
      JOIN checked ON checked.id = asset_check.pipeline_id
     CROSS JOIN LATERAL (
           SELECT execution.start_date
             FROM watcher.pipeline_execution AS execution
            WHERE execution.pipeline_id = asset_check.pipeline_id
              AND execution.state = 'succeeded'
              AND execution.start_date > asset_check.evaluated_at
              AND (execution.instance_id = asset_check.instance_id OR execution.instance_id IS NULL)
            ORDER BY execution.start_date
            LIMIT 1) AS unchecked
     CROSS JOIN LATERAL (
           SELECT greatest(percentile_cont(0.5) WITHIN GROUP (ORDER BY gap), 3600) AS seconds, count(gap) AS known
             FROM (SELECT extract(epoch FROM hour - lag(hour) OVER (ORDER BY hour)) AS gap
                     FROM (SELECT DISTINCT date_trunc('hour', result.evaluated_at, 'UTC') AS hour
                             FROM watcher.asset_check_result AS result
                            WHERE result.asset_check_id = asset_check.id
                            ORDER BY hour DESC
                            LIMIT {MOST_INTERVALS + 1}) AS hours) AS gaps) AS usual
     WHERE asset_check.removed_at IS NULL
       AND asset_check.name <> '{text.COLUMNS_CHECK}' -- its results are changes
       AND asset_check.evaluated_at < checked.changed_at
       AND asset_check.evaluated_at < CAST(%(now)s AS timestamptz) - interval '{MISSED_INTERVALS} hours'
       AND usual.known >= {LEAST_INTERVALS}
       AND unchecked.start_date + make_interval(secs => {MISSED_INTERVALS} * usual.seconds) < %(now)s
     ORDER BY asset_check.evaluated_at, asset_check.id
"""

# Columns of whom no change is reported are forgotten, and those of partitions that are not made any more.
FORGET_COLUMNS = """
    DELETE FROM watcher.pipeline_columns
     WHERE pipeline_id IN (SELECT pipeline.id
                             FROM watcher.pipeline
                             JOIN watcher.pipeline_type AS type ON type.id = pipeline.pipeline_type_id
                            WHERE NOT pipeline.column_changes
                              AND NOT type.column_changes)
        OR (scope <> '' AND reported_at < CAST(%(now)s AS timestamptz) - interval '1 year')
"""

ACCEPT_COLUMNS = f"""
    UPDATE watcher.asset_check_result
       SET open = false
     WHERE id IN (SELECT result.id
                    FROM watcher.asset_check_result AS result
                    JOIN watcher.asset_check ON asset_check.id = result.asset_check_id
                    JOIN watcher.pipeline ON pipeline.id = asset_check.pipeline_id
                    JOIN watcher.pipeline_type AS type ON type.id = pipeline.pipeline_type_id
                   WHERE result.open
                     AND asset_check.name = '{text.COLUMNS_CHECK}'
                     AND (result.evaluated_at <= CAST(%(now)s AS timestamptz) - %(accepted_after)s
                          OR NOT (pipeline.column_changes OR type.column_changes))
                     FOR UPDATE OF result SKIP LOCKED)
"""

REPORT_NOT_RUN = """
    UPDATE watcher.asset_check
       SET unchecked_since = unchecked.since
      FROM unnest(CAST(%(ids)s AS bigint[]), CAST(%(since)s AS timestamptz[])) AS unchecked (id, since)
     WHERE asset_check.id = unchecked.id
       AND asset_check.id IN (SELECT id
                                FROM watcher.asset_check
                               WHERE id = ANY(%(ids)s)
                                 FOR UPDATE SKIP LOCKED)
"""


OPEN_ALERTS = """
    SELECT deduplication_key
      FROM watcher.alert
     WHERE deduplication_key = ANY(%(keys)s)
       AND state <> 'resolved'
"""


def check_asset_checks(session: Session, *, now: dt.datetime, dry_run: bool = False) -> list[Finding]:
    """Return the asset checks that do not pass, and those that have not run for long; log those that are new.

    Args:
        session: The transaction.
        now: The check's time.
        dry_run: Log nothing.
    """
    connection = database.driver(session)
    given = {"now": now, "retry_starts_within": retries.RETRY_STARTS_WITHIN}
    if not dry_run:
        connection.execute(FORGET_COLUMNS, given)
        connection.execute(ACCEPT_COLUMNS, {**given, "accepted_after": text.COLUMNS_ACCEPTED_AFTER})
    failing = connection.execute(DRY_RUN if dry_run else CHECK, given).fetchall()
    found = {row[4]: _failing(row, now) for row in failing}
    not_run = [row for row in connection.execute(NOT_RUN, given).fetchall() if row[4] not in found]
    new = {row[4]: row[8] for row in not_run if row[10]}
    if new and not dry_run:
        connection.execute(REPORT_NOT_RUN, {"ids": list(new), "since": list(new.values())})
    steps = {row[4]: _step(row) for row in failing}
    return _sharing_alerts(connection, found, steps) + [_not_run(row, now) for row in not_run]


def deduplication_key(asset_check_id: int) -> str:
    """Return the key of the alert of an asset check in an instance."""
    return f"asset_check/{asset_check_id}"


def _failing(row: tuple[Any, ...], now: dt.datetime) -> Finding:
    pipeline_id, name, type_name, owners, asset_check_id, _, execution_id, *rest = row
    *_, evaluated_at, new, is_error, details = rest
    return Finding(
        kind=AlertKind.ASSET_CHECK,
        level=AlertLevel.ERROR if is_error else AlertLevel.WARNING,
        pipeline_id=pipeline_id,
        pipeline_name=name,
        pipeline_type_name=type_name,
        execution_id=execution_id,
        new=new,
        deduplication_key=deduplication_key(asset_check_id),
        at=now,
        owners=text.owners(owners),
        measured_from=evaluated_at,
        details=details,
    )


def _not_run(row: tuple[Any, ...], now: dt.datetime) -> Finding:
    pipeline_id, name, type_name, owners, asset_check_id, _, check, evaluated_at, since, usual, new = row
    return Finding(
        kind=AlertKind.ASSET_CHECK,
        level=AlertLevel.WARNING,
        pipeline_id=pipeline_id,
        pipeline_name=name,
        pipeline_type_name=type_name,
        execution_id=None,
        new=new,
        # It is over when the check runs. That it does not pass then is another alert, and news.
        deduplication_key=f"{deduplication_key(asset_check_id)}/not_run",
        at=now,
        owners=text.owners(owners),
        measured_from=evaluated_at,
        details={
            "check": check,
            "status": "not_run",
            "evaluated_at": evaluated_at.isoformat(),
            "unchecked_since": since.isoformat(),
            "usual_seconds": float(usual),
        },
    )


def _step(row: tuple[Any, ...]) -> tuple[tuple[Any, ...], str] | None:
    """Return which step of which run raised an error, if one did, and the key of its alert, in any run."""
    _, _, _, _, _, instance_id, execution_id, location, status, step_key, *_ = row
    if status != AssetCheckStatus.ERRORED or execution_id is None or step_key is None:
        return None
    return (execution_id, step_key), f"asset_check/step/{instance_id}/{location or ''}/{step_key}"


def _sharing_alerts(
    connection: database.Driver,
    found: dict[int, Finding],
    steps: dict[int, tuple[tuple[Any, ...], str] | None],
) -> list[Finding]:
    """Let the checks of the same owners for which one step raised an error share an alert that lists them.

    An alert that is open goes on: that of a check which did not pass before, and that of a step which by now raises an
    error for one of its checks only. So does one that a person has resolved, while nothing is new.
    """
    erring = {
        asset_check_id: (step[0], "/".join([step[1], *sorted(found[asset_check_id].owners)]))
        for asset_check_id, step in steps.items()
        if step is not None
    }
    if not erring:
        return list(found.values())
    shared_keys = sorted({key for _, key in erring.values()})
    own_keys = [found[each].deduplication_key for each in erring]
    is_open = {key for (key,) in connection.execute(OPEN_ALERTS, {"keys": [*shared_keys, *own_keys]})}
    by_hand = {key for (key,) in connection.execute(RESOLVED_BY_HAND, {"keys": shared_keys})} - is_open
    alone = {each: step for each, step in erring.items() if found[each].deduplication_key not in is_open}
    sizes = Counter(alone.values())
    shared: dict[str, list[int]] = {}
    for asset_check_id, (run, key) in alone.items():
        if sizes[run, key] > 1 or key in is_open or (key in by_hand and not found[asset_check_id].new):
            shared.setdefault(key, []).append(asset_check_id)
    findings = dict(found)
    for key, members in shared.items():
        names = sorted(str(found[each].details["check"]) for each in members)
        listed = {"checks": names[:MOST_NAMED], "failing": len(names)} if len(names) > 1 else {}
        is_new = any(found[each].new for each in members)
        for each in members:
            details = {**found[each].details, **listed}
            findings[each] = replace(found[each], deduplication_key=key, new=is_new, details=details)
    return list(findings.values())
