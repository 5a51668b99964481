"""All that is known of one pipeline; each part is one look into an index, and none reads its whole history.

The statements are sent together: most are answered sooner than a message takes to PostgreSQL and back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from watcher_core import alerts, anomalies, catalog, checks, database, masking, recording, text, values
from watcher_core.database import Driver
from watcher_core.enums import AlertKind, AlertState, AnomalyMetric, ExecutionState
from watcher_core.overview.errors import readable_error
from watcher_core.overview.neighbors import select_downstream, select_upstream
from watcher_core.overview.partitions import grid, select_cells, select_first
from watcher_core.overview.pipelines import ROWS
from watcher_core.overview.standing import freshness_standing

MOST_EXECUTIONS = 2_000
MOST_DAYS = 365
MOST_POINTS = 2_000
PAST_ALERTS = 20
OPEN_ALERTS = 100
CHECK_RESULTS = 100
CHECKS = 100
EVENTS = 20
ERROR_CHARACTERS = 300

STRIP = f"""
    SELECT id, state, scope, start_date, end_date, duration_seconds, {ROWS},
           left(execution_metadata #>> '{{error,message}}', 2000),
           ARRAY(SELECT rule.metric_field
                   FROM watcher.anomaly_detection_result AS result
                   JOIN watcher.anomaly_detection_rule AS rule ON rule.id = result.rule_id
                  WHERE result.pipeline_execution_id = execution.id
                    AND result.flagged
                    AND result.unflagged_at IS NULL)
      FROM watcher.pipeline_execution AS execution
     WHERE pipeline_id = %(pipeline_id)s
     ORDER BY start_date DESC, id DESC
     LIMIT %(executions)s
"""

# The days up to its newest data, which may be of another year, as after a backfill of that.
SUCCESSES = f"""
      FROM watcher.pipeline_execution
     WHERE pipeline_id = %(pipeline_id)s
       AND state = 'succeeded'
       AND coalesce(logical_date, start_date) > (SELECT least(%(now)s, max(coalesce(logical_date, start_date)))
                                                   FROM watcher.pipeline_execution
                                                  WHERE pipeline_id = %(pipeline_id)s
                                                    AND state = 'succeeded') - %(days)s
     ORDER BY coalesce(logical_date, start_date) DESC
     LIMIT {MOST_POINTS}"""

POINTS = f"""
    SELECT id, coalesce(logical_date, start_date) AS at,
           CASE WHEN execution_metadata ->> 'duration_of' IS DISTINCT FROM 'step' THEN duration_seconds END,
           CAST(total_rows AS double precision), CAST({ROWS} AS double precision) {SUCCESSES}
"""

# Of these points; as an array, for with IN the results of all executions would be read for a pipeline of many.
VERDICTS = f"""
    SELECT rule.metric_field, result.pipeline_execution_id, result.value, result.expected, result.lower, result.upper,
           result.flagged AND result.unflagged_at IS NULL
      FROM watcher.anomaly_detection_result AS result
      JOIN watcher.anomaly_detection_rule AS rule ON rule.id = result.rule_id
     WHERE rule.pipeline_id = %(pipeline_id)s
       AND result.pipeline_execution_id = ANY(ARRAY(SELECT id {SUCCESSES}))
"""

# The newest failure, by the index of what did not succeed: that of failures by scope has no order in time.
LAST_FAILURE = """
    SELECT id, end_date, scope, execution_metadata -> 'error',
           EXISTS (SELECT
                     FROM watcher.pipeline_execution AS good
                    WHERE good.pipeline_id = %(pipeline_id)s
                      AND good.state = 'succeeded'
                      AND good.start_date >= failure.start_date)
      FROM watcher.pipeline_execution AS failure
     WHERE id = (SELECT id
                   FROM watcher.pipeline_execution
                  WHERE pipeline_id = %(pipeline_id)s
                    AND state = 'failed'
                  ORDER BY start_date DESC
                  LIMIT 1)
"""

ADDRESS = "SELECT name FROM watcher.address WHERE id = %(address_id)s"

UNITS = {AnomalyMetric.DURATION_SECONDS.value: "seconds", AnomalyMetric.THROUGHPUT.value: "rows a second"}
ROW_METRICS = ("total_rows", "rows", "inserts", "updates", "soft_deletes")


def read_page(
    connection: Driver, *, reference: int | str, executions: int, days: int, now: dt.datetime
) -> values.PipelinePage:
    """Return all that is known of one pipeline.

    Raises:
        NotFoundError: No pipeline has that id or name.
    """
    database.read_one_snapshot(connection)
    pipeline = catalog.read_pipeline(connection, reference)
    pipeline_id = pipeline.id
    given = {"pipeline_id": pipeline_id, "executions": executions, "days": dt.timedelta(days=days), "now": now}
    open_states = (AlertState.OPEN, AlertState.ACKNOWLEDGED, AlertState.SNOOZED)
    with database.together(connection):
        address = connection.execute(ADDRESS, {"address_id": pipeline.address_id})
        found_thresholds = checks.select_thresholds(connection, pipeline_ids=[pipeline_id])
        rules = anomalies.select_rules(connection, pipeline_id=pipeline_id)
        standing = anomalies.select_standing(connection, pipeline_id=pipeline_id)
        activity = recording.select_activity(connection, pipeline_ids=[pipeline_id])
        runs = connection.execute(STRIP, given)
        points = connection.execute(POINTS, given)
        verdicts = connection.execute(VERDICTS, given)
        cells = select_cells(connection, pipeline_id=pipeline_id)
        first_cells = select_first(connection, pipeline_id=pipeline_id)
        events = recording.select_watermark_events(connection, pipeline_id=pipeline_id, limit=EVENTS)
        asset_checks = recording.select_asset_checks(connection, pipeline_id=pipeline_id, limit=CHECKS)
        results = recording.select_asset_check_results(connection, pipeline_id=pipeline_id, limit=CHECK_RESULTS)
        open_alerts = alerts.select_alerts(
            connection, states=open_states, pipeline_id=pipeline_id, limit=OPEN_ALERTS, now=now
        )
        past = alerts.select_alerts(
            connection, states=[AlertState.RESOLVED], pipeline_id=pipeline_id, limit=PAST_ALERTS, now=now
        )
        upstream = select_upstream(connection, pipeline_id=pipeline_id)
        downstream = select_downstream(connection, pipeline_id=pipeline_id)
        failure = connection.execute(LAST_FAILURE, given)
    metadata = pipeline.pipeline_metadata
    thresholds = tuple(found_thresholds)
    freshness = next(each for each in thresholds if each.kind is AlertKind.FRESHNESS)
    anomaly_rules = anomalies.with_standing(rules, standing)
    return values.PipelinePage(
        at=now,
        pipeline=pipeline,
        group=_text(metadata.get("group")) or pipeline.pipeline_type_name,
        owners=text.parse_owners(metadata.get("owners")),
        kinds=text.parse_owners(metadata.get("kinds")),
        tags=_texts(metadata.get("tags")),
        description=_text(metadata.get("description")),
        runbook=text.parse_runbook(metadata.get("runbook")),
        code_link=_text(metadata.get("code_link")),
        address=next((name for (name,) in address), None),
        thresholds=thresholds,
        anomaly_rules=tuple(anomaly_rules),
        activity=next(activity),
        executions=tuple(map(_run, runs)),
        series=tuple(_series(points.fetchall()[::-1], verdicts, anomaly_rules)),
        partitions=grid(cells, first_cells, pipeline_metadata=metadata),
        watermark_events=tuple(events),
        freshness=freshness_standing(pipeline, freshness, now=now),
        asset_checks=tuple(asset_checks),
        asset_check_results=tuple(results),
        alerts=tuple(sorted(open_alerts, key=lambda alert: -alert.level.loudness)),
        past_alerts=tuple(past),
        upstream=tuple(upstream),
        downstream=tuple(downstream),
        last_error=next(map(_last_error, failure), None),
    )


def _run(row: Sequence[Any]) -> values.PipelineRun:
    execution_id, state, scope, start_date, end_date, seconds, rows, message, flagged = row
    why = alerts.reason(message)
    return values.PipelineRun(
        id=execution_id,
        state=ExecutionState(state),
        scope=scope,
        start_date=start_date,
        end_date=end_date,
        duration_seconds=seconds,
        rows=None if rows is None else int(rows),
        error=masking.mask_text(why)[:ERROR_CHARACTERS] if why else None,
        flagged=tuple(flagged),
    )


def _series(
    found: Sequence[Sequence[Any]], results: Iterable[Sequence[Any]], rules: Sequence[values.AnomalyRule]
) -> list[values.MetricSeries]:
    """Return duration and rows, whether or not a rule judges them, then what else rules judge.

    Args:
        found: The rows of `POINTS`, the oldest first.
        results: Those of `VERDICTS`.
        rules: The rules of the pipeline.
    """
    judged: dict[str, dict[int, tuple[Any, ...]]] = {}
    for metric, execution_id, *verdict in results:
        judged.setdefault(metric, {})[execution_id] = tuple(verdict)
    has_totals = any(total is not None for *_, total, _ in found)
    measured = {
        "duration_seconds": {execution_id: seconds for execution_id, _, seconds, _, _ in found},
        "total_rows" if has_totals else "rows": {
            execution_id: total if has_totals else rows for execution_id, _, _, total, rows in found
        },
    }
    by_metric = {rule.metric_field.value: rule for rule in rules}
    series = []
    for metric in dict.fromkeys((*measured, *by_metric)):
        verdicts = judged.get(metric, {})
        numbers = measured.get(metric) or {execution_id: verdict[0] for execution_id, verdict in verdicts.items()}
        points = []
        for execution_id, at, *_ in found:
            value = numbers.get(execution_id)
            if value is not None:
                _, expected, lower, upper, flagged = verdicts.get(execution_id, (None, None, None, None, False))
                points.append(
                    values.SeriesPoint(
                        execution_id=execution_id,
                        at=at,
                        value=value,
                        expected=expected,
                        lower=lower,
                        upper=upper,
                        flagged=flagged,
                    )
                )
        unit = "rows" if metric in ROW_METRICS else UNITS.get(metric, "")
        series.append(values.MetricSeries(metric=metric, unit=unit, rule=by_metric.get(metric), points=tuple(points)))
    return series


def _last_error(row: Sequence[Any]) -> values.LastError:
    execution_id, at, scope, error, is_fixed = row
    return values.LastError(
        execution_id=execution_id, at=at, scope=scope, is_fixed=is_fixed, error=readable_error(error)
    )


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _texts(value: object) -> dict[str, str]:
    return {str(key): str(each) for key, each in value.items()} if isinstance(value, Mapping) else {}
