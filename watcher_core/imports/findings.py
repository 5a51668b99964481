"""What the checks of etl-watcher have found: late executions, anomalies, and pipelines that were stale.

They are history here, as executions are: nothing of it opens an alert.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from watcher_core import alerts, database, recording
from watcher_core.database import Driver
from watcher_core.enums import AlertKind
from watcher_core.imports.executions import Batch, fill, prefix
from watcher_core.imports.source import Source
from watcher_core.values import ImportedRows

READ_LATE: Final = """
    SELECT pipeline_execution_id, duration_seconds, execution_status, created_at, timely_number,
           lower(CAST(timely_datepart AS text)), used_child_config
      FROM {timeliness_pipeline_execution_log}
     WHERE pipeline_execution_id BETWEEN {first} AND {last}
"""

LATE: Final = """
    CREATE TEMPORARY TABLE late (
        source_id bigint, duration_seconds double precision, status text, found_at timestamptz, number bigint,
        datepart watcher.date_part, used_child_config boolean
    ) ON COMMIT DROP
"""

WRITE_LATE: Final = f"""
    INSERT INTO watcher.timeliness_pipeline_execution_log
          (pipeline_execution_id, pipeline_id, duration_seconds, execution_state, evaluation_timestamp,
           timeliness_number, timeliness_datepart, used_child_config)
    SELECT execution.id, execution.pipeline_id, late.duration_seconds,
           CAST(CASE late.status WHEN 'running' THEN 'running' ELSE 'succeeded' END AS watcher.execution_state),
           late.found_at, late.number, late.datepart, late.used_child_config
      FROM late
      JOIN watcher.pipeline_execution AS execution
        ON {recording.is_identity("execution", "'import'", "(%(prefix)s || late.source_id)")}
     ORDER BY execution.id
        ON CONFLICT (pipeline_execution_id) DO NOTHING
"""

READ_UNUSUAL: Final = """
    SELECT pipeline_execution_id, rule_id, violation_value, {expected}, {lower}, {upper}, {z_score}, {confidence},
           detected_at
      FROM {{anomaly_detection_result}}
     WHERE pipeline_execution_id BETWEEN {{first}} AND {{last}}
"""

UNUSUAL: Final = """
    CREATE TEMPORARY TABLE unusual (
        source_id bigint, source_rule_id bigint, value double precision, expected double precision,
        lower double precision, upper double precision, z_score double precision, confidence double precision,
        found_at timestamptz
    ) ON COMMIT DROP
"""


def _finite(name: str) -> str:
    """A number as JSON can hold it. A verdict on no number at all says nothing, and is left out."""
    return f"CASE WHEN unusual.{name} NOT IN ('NaN', 'Infinity', '-Infinity') THEN unusual.{name} END"


WRITE_UNUSUAL: Final = f"""
    INSERT INTO watcher.anomaly_detection_result
          (rule_id, pipeline_execution_id, flagged, value, expected, lower, upper, z_score, confidence, evaluated_at)
    SELECT rule.id, execution.id, true, unusual.value, {_finite("expected")}, {_finite("lower")}, {_finite("upper")},
           {_finite("z_score")}, {_finite("confidence")}, unusual.found_at
      FROM unusual
      JOIN unnest(CAST(%(source_ids)s AS bigint[]), CAST(%(rule_ids)s AS bigint[])) AS rule (source_id, id)
        ON rule.source_id = unusual.source_rule_id
      JOIN watcher.pipeline_execution AS execution
        ON {recording.is_identity("execution", "'import'", "(%(prefix)s || unusual.source_id)")}
     WHERE {_finite("value")} IS NOT NULL
     ORDER BY rule.id, execution.id
        ON CONFLICT (rule_id, pipeline_execution_id) DO NOTHING
"""

READ_STALE: Final = """
    SELECT pipeline_id, last_dml_timestamp, evaluation_timestamp, freshness_number,
           lower(CAST(freshness_datepart AS text)), used_child_config
      FROM {freshness_pipeline_log}
     WHERE evaluation_timestamp >= %(since)s
"""

WRITE_STALE: Final = """
    INSERT INTO watcher.freshness_pipeline_log
          (pipeline_id, last_dml_timestamp, evaluation_timestamp, freshness_number, freshness_datepart,
           used_child_config)
    SELECT *
      FROM unnest(CAST(%s AS bigint[]), CAST(%s AS timestamptz[]), CAST(%s AS timestamptz[]), CAST(%s AS bigint[]),
                  CAST(%s AS watcher.date_part[]), CAST(%s AS boolean[])) AS stale
     ORDER BY 1, 2
        ON CONFLICT (pipeline_id, last_dml_timestamp) DO NOTHING
"""

# What stands still since etl-watcher has reported it: an alert that is over, as if a person had resolved it. So the
# next check opens none, until the data has changed and is stale again.
SETTLE_STALE: Final = """
    WITH settled AS (
        INSERT INTO watcher.alert
              (kind, level, state, deduplication_key, pipeline_id, facts, opened_at, resolved_at, resolved_by_hand,
               resolved_by, note, is_settled)
        SELECT 'freshness', 'warning', 'resolved', 'freshness/' || pipeline.id, pipeline.id,
               jsonb_build_object(
                   'expected_number', log.freshness_number,
                   'expected_datepart', log.freshness_datepart,
                   'used_child_config', log.used_child_config,
                   'measured_from', log.last_dml_timestamp,
                   'last_dml_timestamp', log.last_dml_timestamp),
               log.evaluation_timestamp, now(), true, 'watcher import', 'etl-watcher has reported it', true
          FROM watcher.pipeline
          JOIN watcher.freshness_pipeline_log AS log
            ON log.pipeline_id = pipeline.id
           AND log.last_dml_timestamp = greatest(pipeline.last_target_insert, pipeline.last_target_update,
                                                 pipeline.last_target_soft_delete)
         WHERE pipeline.id = ANY(%s)
           AND log.id > %s
           AND NOT EXISTS (SELECT
                             FROM watcher.alert
                            WHERE alert.deduplication_key = 'freshness/' || pipeline.id)
         ORDER BY pipeline.id
            ON CONFLICT (deduplication_key) WHERE state <> 'resolved' DO NOTHING
        RETURNING id, resolved_at, resolved_by, note
    )
    INSERT INTO watcher.alert_action (alert_id, kind, acted_at, acted_by, note)
    SELECT id, 'resolved', resolved_at, resolved_by, note FROM settled
"""

NEWEST_LOG: Final = "SELECT coalesce(max(id), 0) FROM watcher.freshness_pipeline_log"


def write_late(connection: Driver, source: Source, batch: Batch, *, name: str) -> int:
    """Write which executions of a batch were found late; return how many rows are new."""
    if not source.has("timeliness_pipeline_execution_log"):
        return 0
    lines = source.copy(READ_LATE, {"first": batch.first, "last": batch.last})
    if not lines:
        return 0
    fill(connection, "late", LATE, lines)
    return connection.execute(WRITE_LATE, {"prefix": prefix(name)}).rowcount


def write_unusual(connection: Driver, source: Source, batch: Batch, *, name: str, rule_ids: Mapping[int, int]) -> int:
    """Write what was unusual of a batch's executions; return how many rows are new."""
    if not source.has("anomaly_detection_result"):
        return 0
    table = "anomaly_detection_result"
    query = READ_UNUSUAL.format(
        expected=source.either(table, "historical_mean", "baseline_value"),
        lower=source.either(table, "threshold_min_value"),
        upper=source.either(table, "threshold_max_value"),
        z_score=source.either(table, "z_score"),
        confidence=source.either(table, "confidence_score"),
    )
    lines = source.copy(query, {"first": batch.first, "last": batch.last})
    if not lines:
        return 0
    fill(connection, "unusual", UNUSUAL, lines)
    given: dict[str, Any] = {
        "prefix": prefix(name),
        "source_ids": list(rule_ids),
        "rule_ids": list(rule_ids.values()),
    }
    return connection.execute(WRITE_UNUSUAL, given).rowcount


def write_stale(
    session: Session, source: Source, *, pipeline_ids: Mapping[int, int], since: dt.datetime | None
) -> ImportedRows:
    """Write which pipelines were found stale, so that nobody hears again of what stands still since."""
    if not source.has("freshness_pipeline_log"):
        return ImportedRows(kind="freshness logs", found=0)
    given = {"since": since or dt.datetime(1, 1, 1, tzinfo=dt.UTC)}
    rows = [
        (pipeline_ids[pipeline_id], *rest)
        for pipeline_id, *rest in source.rows(READ_STALE, given)
        if pipeline_id in pipeline_ids
    ]
    columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(6)]
    connection = database.driver(session)
    alerts.lock_alerts(session, [AlertKind.FRESHNESS])  # as checks do, before they write what they have found
    (newest,) = connection.execute(NEWEST_LOG).fetchone() or (0,)
    created = connection.execute(WRITE_STALE, columns).rowcount
    connection.execute(SETTLE_STALE, [list(pipeline_ids.values()), newest])
    return ImportedRows(kind="freshness logs", found=len(rows), created=created)
