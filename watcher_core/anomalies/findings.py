"""What unusual executions mean for alerts: the findings that open them, and the keys of those that are over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from watcher_core import database, text
from watcher_core.anomalies.results import AT, IS_UNUSUAL, unusual
from watcher_core.database import Driver
from watcher_core.enums import AlertKind, AlertLevel, AnomalyMetric
from watcher_core.metrics import metric_order
from watcher_core.values import AnomalyResult, Finding

# Numbers that end an alert, were out of its band, too, and follow on runs that were mostly unusual are a new level.
RUNS_BEFORE, OF_WHICH_UNUSUAL = 5, 3

# An alert is over when a later execution is normal. Logical time counts, so that an old partition that is loaded again
# resolves no alert of a newer one; the same partition, loaded again, resolves its own. What ran before an old partition
# was loaded again does not resolve its alert: nobody would hear of it. A later execution that does not have all numbers
# that are unusual says nothing of those, nor does one that repeats what has stood still for too long.
LATER = f"""
    SELECT later.id, later.start_date
      FROM watcher.pipeline_execution AS later
     WHERE later.pipeline_id = execution.pipeline_id
       AND later.state = 'succeeded'
       AND {AT.format("later")} >= {AT.format("execution")}
       AND later.start_date > execution.start_date
       AND (SELECT bool_and(NOT result.flagged OR result.unflagged_at IS NOT NULL)
              FROM watcher.anomaly_detection_result AS result
             WHERE result.pipeline_execution_id = later.id)
       AND NOT EXISTS (SELECT
                         FROM watcher.anomaly_detection_result AS result
                         JOIN watcher.anomaly_detection_rule AS rule ON rule.id = result.rule_id
                        WHERE result.pipeline_execution_id = execution.id
                          AND {IS_UNUSUAL}
                          AND rule.active
                          AND NOT EXISTS (SELECT
                                            FROM watcher.anomaly_detection_result AS again
                                           WHERE again.pipeline_execution_id = later.id
                                             AND again.rule_id = result.rule_id
                                             AND NOT (result.explanation ? 'repeated'
                                                      AND again.value = result.value)))
     ORDER BY {AT.format("later")}
     LIMIT 1"""

OVER = f"""
    SELECT alert.deduplication_key, later.id, later.start_date,
           EXISTS (SELECT
                     FROM jsonb_to_recordset(alert.facts -> 'metrics') AS metric (
                              metric_field text, expected float8, lower float8, upper float8, value float8)
                     JOIN watcher.anomaly_detection_rule AS rule
                       ON rule.pipeline_id = alert.pipeline_id
                      AND CAST(rule.metric_field AS text) = metric.metric_field
                     JOIN watcher.anomaly_detection_result AS result
                       ON result.rule_id = rule.id
                      AND result.pipeline_execution_id = later.id
                    WHERE NOT result.flagged
                      AND CASE WHEN metric.value < metric.expected THEN result.value < metric.lower
                               ELSE result.value > metric.upper END
                      AND (SELECT count(*)
                             FROM (SELECT before.id
                                     FROM watcher.pipeline_execution AS before
                                    WHERE before.pipeline_id = alert.pipeline_id
                                      AND before.state = 'succeeded'
                                      AND before.start_date < later.start_date
                                    ORDER BY before.start_date DESC
                                    LIMIT {RUNS_BEFORE}) AS before
                             JOIN watcher.anomaly_detection_result AS unusual
                               ON unusual.pipeline_execution_id = before.id
                              AND unusual.rule_id = rule.id
                              AND unusual.flagged) >= {OF_WHICH_UNUSUAL}) AS is_accepted
      FROM watcher.alert
      JOIN watcher.pipeline_execution AS execution ON execution.id = alert.pipeline_execution_id
     CROSS JOIN LATERAL ({LATER}) AS later
     WHERE alert.pipeline_id = ANY(%(pipeline_ids)s)
       AND alert.kind = 'anomaly'
       AND alert.state <> 'resolved'
"""

# Nobody judges these any more, so that no later execution ends their alerts.
UNWATCHED = """
    SELECT alert.deduplication_key
      FROM watcher.alert
      JOIN watcher.pipeline ON pipeline.id = alert.pipeline_id
     WHERE CAST(alert.kind AS text) = 'anomaly' -- by the index of what is open, whatever statistics say
       AND alert.state <> 'resolved'
       AND (NOT pipeline.active
            OR pipeline.removed_at IS NOT NULL
            OR (SELECT bool_and(NOT rule.active)
                  FROM watcher.anomaly_detection_result AS result
                  JOIN watcher.anomaly_detection_rule AS rule ON rule.id = result.rule_id
                 WHERE result.pipeline_execution_id = alert.pipeline_execution_id
                   AND result.flagged
                   AND result.unflagged_at IS NULL))
"""

# What nobody judged for a while is judged again, and is still unusual: executions are judged only once.
WATCHED_AGAIN = f"""
    SELECT execution.id
      FROM watcher.alert
      JOIN watcher.pipeline ON pipeline.id = alert.pipeline_id AND pipeline.active AND pipeline.removed_at IS NULL
      JOIN watcher.pipeline_execution AS execution ON execution.id = alert.pipeline_execution_id
     WHERE greatest(alert.opened_at, alert.reopened_at, alert.resolved_at) >= %(since)s
       AND CAST(alert.kind AS text) = 'anomaly'
       AND alert.state = 'resolved'
       AND alert.resolution ->> 'how' IN ('inactive', 'removed', 'rule_removed')
       AND NOT EXISTS (SELECT
                         FROM watcher.alert AS other
                        WHERE other.deduplication_key = alert.deduplication_key
                          AND other.state <> 'resolved')
       AND NOT EXISTS (SELECT
                         FROM watcher.alert AS other
                        WHERE other.deduplication_key = alert.deduplication_key
                          AND other.state = 'resolved'
                          AND other.resolved_at > alert.resolved_at)
       AND EXISTS (SELECT
                     FROM watcher.anomaly_detection_result AS result
                     JOIN watcher.anomaly_detection_rule AS rule ON rule.id = result.rule_id
                    WHERE result.pipeline_execution_id = execution.id
                      AND {IS_UNUSUAL}
                      AND rule.active)
       AND NOT EXISTS (SELECT FROM ({LATER}) AS later)
"""

ABOUT = """
    SELECT execution.id, execution.start_date, execution.end_date, execution.execution_metadata ->> 'partition',
           type.name, CAST(pipeline.pipeline_metadata -> 'owners' AS text),
           EXISTS (SELECT
                     FROM watcher.timeliness_pipeline_execution_log AS late
                    WHERE late.pipeline_execution_id = execution.id)
      FROM watcher.pipeline_execution AS execution
      JOIN watcher.pipeline ON pipeline.id = execution.pipeline_id
      JOIN watcher.pipeline_type AS type ON type.id = pipeline.pipeline_type_id
     WHERE execution.id = ANY(%(ids)s)
"""


def findings_of(
    connection: Driver, unusual: dict[int, list[AnomalyResult]], *, new: set[int], now: dt.datetime
) -> Iterable[Finding]:
    """Yield a finding for each execution, with its unusual metrics.

    One that was found to be late took long: that is said already.

    Args:
        connection: The transaction.
        unusual: The results of these executions that are flagged and not unflagged.
        new: The executions among them that this detection has flagged.
        now: The time of the detection.
    """
    if not unusual:
        return
    for execution_id, start_date, end_date, partition, type_name, owners, was_late in connection.execute(
        ABOUT, {"ids": list(unusual)}
    ):
        found = sorted(unusual[execution_id], key=result_order)
        if was_late:
            found = _besides_duration(found)
        if not found:
            continue
        details: dict[str, Any] = {"metrics": [_facts(result) for result in found]}
        if partition is not None:
            details["partition"] = partition
        yield Finding(
            kind=AlertKind.ANOMALY,
            level=AlertLevel.WARNING,
            pipeline_id=found[0].pipeline_id,
            pipeline_name=found[0].pipeline_name,
            pipeline_type_name=type_name,
            execution_id=execution_id,
            new=execution_id in new,
            deduplication_key=deduplication_key(execution_id),
            at=now,
            owners=text.owners(owners),
            measured_from=start_date,
            duration_seconds=(end_date - start_date).total_seconds(),
            details={**details, "ended_at": end_date.isoformat()},
        )


def _besides_duration(found: list[AnomalyResult]) -> list[AnomalyResult]:
    """Leave out what is unusual of an execution because it took long: its rows may be lost, too."""
    by_metric = {result.metric_field: result for result in found}
    took = by_metric.pop(AnomalyMetric.DURATION_SECONDS, None)
    rate = by_metric.get(AnomalyMetric.THROUGHPUT)
    if rate is not None and (
        AnomalyMetric.TOTAL_ROWS in by_metric
        or (took is not None and took.expected and rate.value * took.value / took.expected >= (rate.lower or 0) > 0)
    ):
        del by_metric[AnomalyMetric.THROUGHPUT]
    return list(by_metric.values())


def past_alerts(session: Session, *, pipeline_ids: Iterable[int]) -> dict[str, dict[str, Any]]:
    """Return what ended open alerts of these pipelines that a later execution has ended, by their keys."""
    rows = database.driver(session).execute(OVER, {"pipeline_ids": list(pipeline_ids)})
    return {
        key: {
            "how": "accepted" if is_accepted else "usual",
            "execution_id": execution_id,
            "at": start_date.isoformat(),
        }
        for key, execution_id, start_date, is_accepted in rows
    }


def unwatched_alerts(session: Session) -> list[str]:
    """Return the keys of open alerts that nothing judges any more: of pipelines or rules that are switched off."""
    return [key for (key,) in database.driver(session).execute(UNWATCHED)]


def watched_again(session: Session, *, since: dt.datetime, now: dt.datetime) -> list[Finding]:
    """Return what is still unusual of what was not watched for a while, where its alert ended by that since then."""
    connection = database.driver(session)
    ids = [execution_id for (execution_id,) in connection.execute(WATCHED_AGAIN, {"since": since})]
    return list(findings_of(connection, unusual(connection, execution_ids=ids), new=set(), now=now)) if ids else []


def deduplication_key(execution_id: int) -> str:
    """Return the deduplication key of an unusual execution."""
    return f"anomaly/{execution_id}"


def result_order(result: AnomalyResult) -> tuple[int, str]:
    """Return the place of a result among those of its execution."""
    return metric_order(result.metric_field)


def _facts(result: AnomalyResult) -> dict[str, Any]:
    """Return what an alert contains about a metric."""
    numbers = {name: getattr(result, name) for name in ("value", "expected", "lower", "upper", "z_score", "confidence")}
    reasons = {name: value for name, value in result.explanation.items() if name not in ("first_run_at", "last_run_at")}
    return {"metric_field": result.metric_field.value, **numbers, **reasons}
