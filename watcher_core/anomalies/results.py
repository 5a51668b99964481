"""Anomaly results: the recorded judgements, one for each execution and rule, and whether a person unflagged them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from psycopg.rows import dict_row
from sqlalchemy.orm import Session

from watcher_core import arguments, database, values
from watcher_core.database import OF_NAMES, Driver, models, pattern_of_names
from watcher_core.enums import AnomalyMetric
from watcher_core.errors import NotFoundError
from watcher_core.metrics import Metric, stored_metric

RESULT = models.table(models.AnomalyDetectionResult)

# The time that an execution's data is about: its partition's start where it has one, else when it started.
AT = "coalesce({0}.logical_date, {0}.start_date)"

# A copy of the execution's start, for an index.
COLUMNS = [column.name for column in RESULT.columns if column.name != "flagged_start_date"]

SELECT = f"""
    SELECT {", ".join(f"result.{name}" for name in COLUMNS)}, rule.metric_field, rule.pipeline_id,
           pipeline.name AS pipeline_name, execution.start_date, {AT.format("execution")} AS at
      FROM watcher.anomaly_detection_result AS result
      JOIN watcher.anomaly_detection_rule AS rule ON rule.id = result.rule_id
      JOIN watcher.pipeline ON pipeline.id = rule.pipeline_id
      JOIN watcher.pipeline_execution AS execution ON execution.id = result.pipeline_execution_id
"""

# As the metrics are listed; numbers in metadata come last.
_NAMED = ", ".join(f"'{metric}'" for metric in AnomalyMetric)
METRIC_ORDER = f"coalesce(array_position(ARRAY[{_NAMED}], {{0}}), {len(AnomalyMetric) + 1}), {{0}}"
OWN_METRIC = METRIC_ORDER.format("rule.metric_field")

IS_UNUSUAL = "result.flagged AND result.unflagged_at IS NULL"

UNUSUAL = f"{SELECT} WHERE result.pipeline_execution_id = ANY(%(ids)s) AND {IS_UNUSUAL}"

# Of the same execution, those of the metrics behind it; else those of the executions behind it.
BEHIND = f"""
    ({{date}}, {{execution_id}}) <= (%(before_date)s, %(before_id)s)
    AND (({{date}}, {{execution_id}}) < (%(before_date)s, %(before_id)s)
         OR ({OWN_METRIC}) > ({METRIC_ORDER.format("CAST(%(before_metric)s AS text)")}))"""

NEWEST = f"""
    {SELECT}
     WHERE {{conditions}}
     ORDER BY {{date}} DESC, {{execution_id}} DESC, {OWN_METRIC}
     LIMIT %(limit)s
"""

WRITE = """
    INSERT INTO watcher.anomaly_detection_result
          (rule_id, pipeline_execution_id, flagged, value, expected, lower, upper, z_score, confidence, explanation,
           evaluated_at)
    SELECT rule_id, execution_id, flagged, value, expected, lower, upper, z_score, confidence, explanation, %(now)s
      FROM ROWS FROM (
               unnest(CAST(%(rule_id)s AS bigint[]), CAST(%(pipeline_execution_id)s AS bigint[]),
                      CAST(%(flagged)s AS boolean[]), CAST(%(value)s AS float8[]), CAST(%(expected)s AS float8[]),
                      CAST(%(lower)s AS float8[]), CAST(%(upper)s AS float8[]), CAST(%(z_score)s AS float8[]),
                      CAST(%(confidence)s AS float8[])),
               jsonb_array_elements(CAST(%(explanation)s AS jsonb)))
           AS judged (rule_id, execution_id, flagged, value, expected, lower, upper, z_score, confidence, explanation)
        ON CONFLICT (rule_id, pipeline_execution_id) DO UPDATE
       SET flagged      = excluded.flagged,
           unflagged_at = NULL,
           unflagged_by = NULL,
           value        = excluded.value,
           expected     = excluded.expected,
           lower        = excluded.lower,
           upper        = excluded.upper,
           z_score      = excluded.z_score,
           confidence   = excluded.confidence,
           explanation  = excluded.explanation,
           evaluated_at = excluded.evaluated_at
"""

REMOVE = """
    DELETE FROM watcher.anomaly_detection_result AS result
     USING unnest(CAST(%(rule_ids)s AS bigint[]), CAST(%(execution_ids)s AS bigint[])) AS gone (rule_id, execution_id)
     WHERE result.rule_id = gone.rule_id
       AND result.pipeline_execution_id = gone.execution_id
"""

UNFLAG = """
    UPDATE watcher.anomaly_detection_result AS result
       SET unflagged_at = %(now)s, unflagged_by = %(by)s
      FROM watcher.anomaly_detection_rule AS rule
     WHERE rule.id = result.rule_id
       AND result.pipeline_execution_id = %(execution_id)s
       AND result.flagged
       AND result.unflagged_at IS NULL
       AND (CAST(%(metric_field)s AS text) IS NULL OR rule.metric_field = %(metric_field)s)
"""


WRITTEN = (
    "rule_id",
    "pipeline_execution_id",
    "flagged",
    "value",
    "expected",
    "lower",
    "upper",
    "z_score",
    "confidence",
)


def write(connection: Driver, results: Sequence[values.AnomalyResult], *, now: dt.datetime) -> None:
    """Record results. A result of the same rule and execution is replaced."""
    if results:
        columns = {name: _array(getattr(result, name) for result in results) for name in WRITTEN}
        # One JSON text for all: in an array, each would be quoted again.
        explanation = arguments.json_text([result.explanation for result in results])
        connection.execute(WRITE, {**columns, "explanation": explanation, "now": now})


def remove(connection: Driver, pairs: Collection[tuple[int, int]]) -> None:
    """Delete results whose values are gone, each named by its rule and its execution."""
    if pairs:
        given = {"rule_ids": [pair[0] for pair in pairs], "execution_ids": [pair[1] for pair in pairs]}
        connection.execute(REMOVE, given)


def unusual(connection: Driver, *, execution_ids: Iterable[int]) -> dict[int, list[values.AnomalyResult]]:
    """Return the results of these executions that are flagged and not unflagged, by execution."""
    found: dict[int, list[values.AnomalyResult]] = {}
    for result in _results(connection, UNUSUAL, {"ids": list(execution_ids)}):
        found.setdefault(result.pipeline_execution_id, []).append(result)
    return found


def list_results(
    session: Session,
    *,
    pipeline_id: int | None = None,
    execution_id: int | None = None,
    flagged: bool | None = None,
    since: dt.datetime | None = None,
    names: str | None = None,
    before: tuple[dt.datetime, int, Metric] | None = None,
    limit: int = 100,
) -> list[values.AnomalyResult]:
    """Return results, those of the newest execution first.

    Args:
        session: The transaction.
        pipeline_id: Of this pipeline only.
        execution_id: Of this execution only.
        flagged: `True` for those that are flagged and not unflagged, `False` for the others; all by default.
        since: Of executions that started at this time or later.
        names: Of pipelines that have such a name only.
        before: Those behind the one with this start and id of its execution, and this metric.
        limit: How many at most.
    """
    before_date, before_id, before_metric = before or (None, None, None)
    given = {
        "pipeline_id": pipeline_id,
        "names": pattern_of_names(names),
        "before_date": None if before_date is None else arguments.instant(before_date, "before"),
        "before_id": None if before_id is None else arguments.identifier(before_id, "before"),
        "before_metric": None if before_metric is None else str(before_metric),
        "execution_id": None if execution_id is None else arguments.identifier(execution_id, "execution_id"),
        "flagged": None if flagged is None else arguments.flag(flagged, "flagged"),
        "since": None if since is None else arguments.instant(since, "since"),
        "limit": arguments.count(limit, "limit"),
    }
    conditions = {
        "pipeline_id": "execution.pipeline_id = %(pipeline_id)s",  # from the newest back, until there are enough
        "execution_id": "result.pipeline_execution_id = %(execution_id)s",
        "flagged": IS_UNUSUAL if flagged else f"NOT ({IS_UNUSUAL})",
        "since": "execution.start_date >= %(since)s",
    }
    date, of_execution = "execution.start_date", "execution.id"
    asked = [condition for name, condition in conditions.items() if given[name] is not None]
    # What is flagged is found by indexes of its own, of a pipeline by its rules, and not among all results.
    if flagged and pipeline_id is not None:
        asked.append("rule.pipeline_id = %(pipeline_id)s")
    if flagged and pipeline_id is None and execution_id is None:
        asked = [IS_UNUSUAL, *(["result.flagged_start_date >= %(since)s"] if given["since"] is not None else [])]
        date, of_execution = "result.flagged_start_date", "result.pipeline_execution_id"
    if names is not None:
        asked.append(OF_NAMES.format("pipeline.id"))
    if before is not None:
        asked.append(BEHIND.format(date=date, execution_id=of_execution))
    statement = NEWEST.format(conditions=" AND ".join(asked) or "true", date=date, execution_id=of_execution)
    return _results(database.driver(session), statement, given)


def unflag(
    session: Session, *, execution_id: int, metric_field: Metric | None, by: str | None, now: dt.datetime
) -> list[values.AnomalyResult]:
    """Record that flagged results are normal: the run counts as normal from then on.

    Args:
        session: The transaction.
        execution_id: The execution.
        metric_field: This metric only; all that are flagged by default.
        by: Who unflags them.
        now: The time.

    Returns:
        All results that are unflagged, those that were unflagged before among them, as they were recorded then.

    Raises:
        NotFoundError: Nothing of that execution was flagged.
    """
    given = {
        "execution_id": arguments.identifier(execution_id, "execution_id"),
        "metric_field": None if metric_field is None else metric_field.value,
        "by": None if by is None else arguments.text(by, "by"),
        "now": now,
    }
    connection = database.driver(session)
    connection.execute(UNFLAG, given)
    asked = f"{SELECT} WHERE result.pipeline_execution_id = %(execution_id)s AND result.unflagged_at IS NOT NULL"
    found = [
        result
        for result in _results(connection, f"{asked} ORDER BY {OWN_METRIC}", given)
        if metric_field in (None, result.metric_field)
    ]
    if not found:
        metric = "" if metric_field is None else f" in {metric_field.value}"
        raise NotFoundError(f"anomaly{metric} of execution", execution_id)
    return found


def _results(connection: Driver, statement: str, given: dict[str, Any]) -> list[values.AnomalyResult]:
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(statement, given).fetchall()
    return [values.AnomalyResult(**{**row, "metric_field": stored_metric(row["metric_field"])}) for row in rows]


def _array(numbers: Iterable[float | bool | None]) -> str:
    """Return numbers as PostgreSQL writes an array, in a tenth of the time that the driver takes for a list."""
    return f"{{{','.join('NULL' if number is None else str(number) for number in numbers)}}}"
