"""What ended an alert: an execution that was good, new data, or that its pipeline is no longer watched.

A check resolves what it does not find any more, and does not say why. The reason is looked up right after, in the same
transaction, and kept with the alert: executions are deleted after a while, and rules change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from watcher_core import arguments, catalog, text

# Kinds are compared as text: the schema may not have all of them yet.
# The first reason that holds counts. A check that passes, or an execution that is good, comes after what is no longer
# watched: an alert of a removed pipeline ends at once, whatever ran since.
EXPLAIN = sa.text(f"""
    UPDATE watcher.alert
       SET resolution = jsonb_strip_nulls(
               CASE WHEN pipeline.removed_at IS NOT NULL OR asset_check.removed_at IS NOT NULL
                    THEN jsonb_build_object('how', 'removed')
                    WHEN {catalog.is_of_removed_partition("execution.execution_metadata")}
                      OR jsonb_array_length(ended.facts -> 'unfilled_removed') > 0
                    THEN jsonb_build_object('how', 'partitions_removed')
                    WHEN NOT pipeline.active
                    THEN jsonb_build_object('how', 'inactive')
                    WHEN CASE kind.name
                              WHEN 'freshness'   THEN pipeline.mute_freshness_check OR type.mute_freshness_check
                              WHEN 'missed'      THEN pipeline.mute_freshness_check OR type.mute_freshness_check
                              WHEN 'timeliness'  THEN pipeline.mute_timeliness_check OR type.mute_timeliness_check
                              WHEN 'failure'     THEN pipeline.mute_failure_check OR type.mute_failure_check
                              WHEN 'asset_check' THEN pipeline.mute_asset_check OR type.mute_asset_check END
                    THEN jsonb_build_object('how', 'muted')
                    WHEN (kind.name = 'freshness'
                          AND coalesce(pipeline.freshness_number, type.freshness_number) IS NULL)
                      OR (kind.name = 'timeliness'
                          AND coalesce(pipeline.timeliness_number, type.timeliness_number) IS NULL)
                      OR (asset_check.name = '{text.COLUMNS_CHECK}'
                          AND NOT (pipeline.column_changes OR type.column_changes))
                      OR kind.name = 'anomaly' -- who judges one says what ended it
                    THEN jsonb_build_object('how', 'rule_removed')
                    WHEN kind.name = 'missed'
                     AND newest.start_date
                       > coalesce(CAST(ended.facts ->> 'measured_from' AS timestamptz), '-infinity')
                    THEN jsonb_build_object('how', 'ran', 'execution_id', newest.id, 'at', newest.start_date)
                    WHEN kind.name = 'missed'
                     AND ended.deduplication_key LIKE 'missed/%'
                     AND coalesce(pipeline.freshness_number, type.freshness_number) IS NOT NULL
                    THEN jsonb_build_object('how', 'rule_judges', 'rule', 'freshness')
                    WHEN kind.name = 'freshness'
                     AND changed.at > coalesce(CAST(ended.facts ->> 'last_dml_timestamp' AS timestamptz),
                                               CAST(ended.facts ->> 'measured_from' AS timestamptz), '-infinity')
                    THEN jsonb_build_object('how', 'changed', 'at', changed.at)
                    WHEN kind.name IN ('timeliness', 'stuck') AND execution.end_date IS NOT NULL
                    THEN jsonb_build_object('how', 'ended', 'execution_id', execution.id, 'at', execution.end_date)
                    WHEN (kind.name = 'freshness'
                          AND (ended.facts ->> 'expected_number', ended.facts ->> 'expected_datepart',
                               ended.facts ->> 'calendar', ended.facts ->> 'timezone')
                              IS DISTINCT FROM
                              (CAST(coalesce(pipeline.freshness_number, type.freshness_number) AS text),
                               CAST(coalesce(pipeline.freshness_datepart, type.freshness_datepart) AS text),
                               coalesce(pipeline.freshness_calendar, type.freshness_calendar),
                               coalesce(pipeline.freshness_timezone, type.freshness_timezone)))
                      OR (kind.name = 'timeliness'
                          AND (ended.facts ->> 'expected_number', ended.facts ->> 'expected_datepart')
                              IS DISTINCT FROM
                              (CAST(coalesce(pipeline.timeliness_number, type.timeliness_number) AS text),
                               CAST(coalesce(pipeline.timeliness_datepart, type.timeliness_datepart) AS text)))
                      OR (kind.name = 'failure'
                          AND good.id IS NULL
                          AND CAST(ended.facts ->> 'failures_in_a_row' AS bigint)
                            < coalesce(pipeline.failure_number, type.failure_number))
                    THEN jsonb_build_object('how', 'rule_changed')
                    WHEN kind.name = 'stuck' AND good.id IS NULL
                     AND (pipeline.mute_timeliness_check OR type.mute_timeliness_check)
                     AND ended.facts ->> 'reason' = 'runs_long'
                    THEN jsonb_build_object('how', 'muted')
                    WHEN kind.name = 'stuck' AND good.id IS NULL
                     AND coalesce(pipeline.timeliness_number, type.timeliness_number) IS NOT NULL
                     AND ended.facts ->> 'reason' = 'runs_long'
                    THEN jsonb_build_object('how', 'rule_judges', 'rule', 'timeliness')
                    WHEN kind.name = 'stuck' AND good.id IS NULL
                     AND beating.heartbeat_at > CAST(ended.facts ->> 'heartbeat_at' AS timestamptz)
                    THEN jsonb_build_object('how', 'heartbeat', 'at', beating.heartbeat_at)
                    WHEN kind.name = 'asset_check' AND passed.evaluated_at IS NOT NULL
                    THEN jsonb_build_object('how', 'passed', 'execution_id', passed.pipeline_execution_id,
                                            'at', passed.evaluated_at)
                    WHEN ended.facts ->> 'status' = 'not_run'
                     AND asset_check.evaluated_at > CAST(ended.facts ->> 'evaluated_at' AS timestamptz)
                    THEN jsonb_build_object('how', 'ran', 'at', asset_check.evaluated_at)
                    WHEN EXISTS (SELECT
                                   FROM watcher.asset_check_result AS result
                                  WHERE result.asset_check_id = asset_check.id
                                    AND result.open
                                    AND {catalog.is_of_removed_partition("result.result_metadata")})
                    THEN jsonb_build_object('how', 'partitions_removed')
                    WHEN kind.name = 'missed'
                     AND ended.deduplication_key LIKE 'automation/%'
                     AND NOT EXISTS (SELECT
                                       FROM watcher.pipeline_automation AS automation
                                      WHERE automation.pipeline_id = ended.pipeline_id)
                    THEN jsonb_build_object('how', 'not_automated')
                    WHEN asset_check.name = '{text.COLUMNS_CHECK}'
                    THEN jsonb_build_object('how', 'kept')
                    WHEN kind.name IN ('failure', 'stuck')
                     AND good.id IS NOT NULL
                     AND NOT ended.facts ? 'backfill_state'
                    THEN jsonb_build_object('how', 'execution', 'execution_id', good.id, 'at', good.start_date)
                    WHEN kind.name = 'failure' AND ended.facts ? 'backfill'
                    THEN jsonb_build_object('how', 'partitions_good')
                    ELSE jsonb_build_object('how', 'not_found') END)
      FROM watcher.alert AS ended
     CROSS JOIN LATERAL (SELECT CAST(ended.kind AS text) AS name) AS kind
      LEFT JOIN watcher.pipeline ON pipeline.id = ended.pipeline_id
      LEFT JOIN watcher.pipeline_type AS type ON type.id = pipeline.pipeline_type_id
      LEFT JOIN watcher.pipeline_execution AS execution ON execution.id = ended.pipeline_execution_id
     CROSS JOIN LATERAL (
           SELECT greatest(pipeline.last_target_insert, pipeline.last_target_update,
                           pipeline.last_target_soft_delete) AS at) AS changed
      LEFT JOIN watcher.asset_check
        ON kind.name = 'asset_check'
       AND asset_check.id = CAST(substring(ended.deduplication_key FROM '^asset_check/([0-9]{{1,18}})(/|$)') AS bigint)
      LEFT JOIN LATERAL (
           SELECT result.pipeline_execution_id, result.evaluated_at
             FROM watcher.asset_check_result AS result
            WHERE result.asset_check_id = asset_check.id
              AND result.status = 'passed'
              AND asset_check.status = 'passed'
            ORDER BY result.evaluated_at DESC
            LIMIT 1) AS passed ON true
      LEFT JOIN LATERAL (
           SELECT good.id, good.start_date
             FROM watcher.pipeline_execution AS good
            WHERE kind.name IN ('failure', 'stuck')
              AND good.pipeline_id = ended.pipeline_id
              AND good.state = 'succeeded'
              AND good.end_date >= coalesce(execution.end_date, execution.start_date)
              AND good.start_date >= execution.start_date
              AND (execution.scope IS NULL
                   OR coalesce(good.scope, '') IN (execution.scope, '', {catalog.scope_of_all("execution.scope")})
                  AND NOT good.execution_metadata ? 'partition_range')
            ORDER BY good.end_date
            LIMIT 1) AS good ON true
      LEFT JOIN watcher.execution_process AS beating
        ON kind.name = 'stuck'
       AND beating.pipeline_execution_id = execution.id
      LEFT JOIN LATERAL (
           SELECT newest.id, newest.start_date
             FROM watcher.pipeline_execution AS newest
            WHERE kind.name = 'missed'
              AND newest.pipeline_id = ended.pipeline_id
              AND (ended.deduplication_key LIKE 'automation/%' OR {catalog.is_no_backfill("newest")})
            ORDER BY newest.start_date DESC
            LIMIT 1) AS newest ON true
     WHERE ended.id = alert.id
       AND alert.id = ANY(:ids)
""")

NOTE = sa.text("UPDATE watcher.alert SET resolution = CAST(:resolution AS jsonb) WHERE id = ANY(:ids)")


def explain(session: Session, ids: Sequence[int]) -> None:
    """Note what ended the alerts with these ids, which a check has just resolved."""
    if ids:
        session.execute(EXPLAIN, {"ids": list(ids)})


def note(session: Session, ids: Sequence[int], resolution: Mapping[str, Any]) -> None:
    """Note what ended the alerts with these ids, where that is known already."""
    if ids:
        session.execute(NOTE, {"ids": list(ids), "resolution": arguments.json_text(dict(resolution))})
