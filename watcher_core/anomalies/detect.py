"""Which executions are unusual, as the rules of their pipelines say.

Each successful execution is judged once by each rule, when it is pending or asked for, and again where its value has
changed since. What is defined beside that:

- One that failed, or runs (again), is not judged; one that is gone is passed over; nor is one of a pipeline that is
  switched off. A metric without a value, or with too little history, has no verdict.
- Executions are judged in the order of their logical time, since what is flagged is part of the history of the next.
- Everything is judged and put on record. An alert opens only for an execution that has ended within `NEWS`: history
  that is read back, or a catch-up after days, says nothing about last month.
- An alert is about one execution, with all of its unusual metrics. It is over when a later execution is normal, or when
  the execution is: unflagged, or corrected.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from watcher_core import arguments, database, text
from watcher_core.anomalies import history, judge, queue, results
from watcher_core.anomalies.judge import Rule
from watcher_core.anomalies.results import AT, Verdict
from watcher_core.database import Driver
from watcher_core.enums import AlertKind, AlertLevel, AnomalyMethod, AnomalyMetric
from watcher_core.errors import NotFoundError
from watcher_core.values import AnomalyResult, Finding

# How long ago an execution may have ended that an alert opens for: a weekend that Watcher was away, and a bit.
NEWS = dt.timedelta(days=3)

# The executions stay until the transaction ends: nobody deletes one whose results are about to be written.
DUE = f"""
    SELECT execution.id, execution.pipeline_id, {AT.format("execution")} AS at, execution.end_date, rule.id,
           rule.metric_field, rule.method, rule.lookback_days, rule.minimum_executions,
           rule.std_deviation_threshold_multiplier, measured.value IS NOT NULL, result.flagged
      FROM watcher.pipeline_execution AS execution
      JOIN watcher.pipeline ON pipeline.id = execution.pipeline_id AND pipeline.active
      JOIN watcher.anomaly_detection_rule AS rule ON rule.pipeline_id = execution.pipeline_id AND rule.active
     CROSS JOIN LATERAL (SELECT {history.VALUE}) AS measured (value)
      LEFT JOIN watcher.anomaly_detection_result AS result
        ON result.rule_id = rule.id
       AND result.pipeline_execution_id = execution.id
     WHERE execution.id = ANY(%(ids)s)
       AND execution.state = 'succeeded'
       AND result.value IS DISTINCT FROM measured.value
       FOR KEY SHARE OF execution
"""

# Whose alert is over: a later execution is normal. By logical time, so that an old partition which is loaded again says
# nothing about a newer one; the same partition again does.
OVER = f"""
    SELECT alert.deduplication_key
      FROM watcher.alert
      JOIN watcher.pipeline_execution AS execution ON execution.id = alert.pipeline_execution_id
     WHERE alert.pipeline_id = ANY(%(pipeline_ids)s)
       AND alert.kind = 'anomaly'
       AND alert.state <> 'resolved'
       AND EXISTS (SELECT
                     FROM watcher.pipeline_execution AS later
                    WHERE later.pipeline_id = execution.pipeline_id
                      AND later.state = 'succeeded'
                      AND {AT.format("later")} >= {AT.format("execution")}
                      AND ({AT.format("later")}, later.start_date) > ({AT.format("execution")}, execution.start_date)
                      AND (SELECT bool_and(NOT result.flagged OR result.unflagged_at IS NOT NULL)
                             FROM watcher.anomaly_detection_result AS result
                            WHERE result.pipeline_execution_id = later.id))
"""

ABOUT = """
    SELECT execution.id, execution.start_date, execution.end_date, execution.execution_metadata ->> 'partition',
           type.name, CAST(pipeline.pipeline_metadata -> 'owners' AS text)
      FROM watcher.pipeline_execution AS execution
      JOIN watcher.pipeline ON pipeline.id = execution.pipeline_id
      JOIN watcher.pipeline_type AS type ON type.id = pipeline.pipeline_type_id
     WHERE execution.id = ANY(%(ids)s)
"""


@dataclass(frozen=True, kw_only=True)
class Detected:
    """What was found when some executions were judged.

    Attributes:
        results: How many verdicts were made.
        flagged: Those that are unusual.
        findings: A finding an execution that somebody should hear of.
        normal: The deduplication keys of executions that were unusual before, and are no longer.
        pipeline_ids: The pipelines that were judged: what of theirs is over says `over`.
    """

    results: int = 0
    flagged: tuple[AnomalyResult, ...] = ()
    findings: tuple[Finding, ...] = ()
    normal: tuple[str, ...] = ()
    pipeline_ids: tuple[int, ...] = ()


class _Due(NamedTuple):
    """An execution, and the rules that are to judge it: those that have not judged this value."""

    id: int
    pipeline_id: int
    at: dt.datetime
    end_date: dt.datetime
    rules: list[Rule]
    known: list[int]  # rules that have judged another value
    was_flagged: bool


def detect_anomalies(session: Session, *, execution_ids: Sequence[int], now: dt.datetime) -> Detected:
    """Judge executions, and write what their rules say. Whoever calls holds their pipelines (`anomaly_pending`).

    Args:
        session: The transaction.
        execution_ids: Executions, which need not be there, nor have succeeded.
        now: The time of the detection.

    Raises:
        ConfigurationError: NumPy is not installed.
    """
    connection = database.driver(session)
    due = _due(connection, execution_ids) if execution_ids else []
    if not due:
        return Detected()
    verdicts = _judged(connection, due)
    results.write(connection, verdicts, now=now)
    made = {(verdict.rule_id, verdict.execution_id) for verdict in verdicts}
    known = {(rule_id, execution.id) for execution in due for rule_id in execution.known}
    results.remove(connection, known - made)
    return _told(connection, due, verdicts, now=now)


def still_unusual(session: Session, *, execution_id: int, now: dt.datetime) -> list[Finding]:
    """What is unusual in an execution as results have it: a finding with those metrics, or nothing."""
    connection = database.driver(session)
    unusual = results.unusual(connection, execution_ids=[execution_id])
    return list(_findings(connection, unusual, set(), now=now))


def resolved_keys(session: Session, *, pipeline_ids: Iterable[int]) -> list[str]:
    """Give the deduplication keys of the alerts of these pipelines after which an execution was normal."""
    rows = database.driver(session).execute(OVER, {"pipeline_ids": list(pipeline_ids)})
    return [key for (key,) in rows]


def anomaly_key(execution_id: int) -> str:
    """The name of the cause that an execution is unusual."""
    return f"anomaly/{execution_id}"


def hold_pipeline_of(session: Session, *, execution_id: int) -> int:
    """Let nobody else judge the pipeline of an execution until the transaction ends.

    Returns:
        The pipeline's id.

    Raises:
        NotFoundError: There is no such execution.
    """
    connection = database.driver(session)
    given = (arguments.identifier(execution_id, "execution_id"),)
    found = connection.execute("SELECT pipeline_id FROM watcher.pipeline_execution WHERE id = %s", given).fetchone()
    if found is None:
        raise NotFoundError("execution", execution_id)
    queue.hold(connection, pipeline_id=found[0])
    return int(found[0])


def _due(connection: Driver, execution_ids: Sequence[int]) -> list[_Due]:
    """What is to be judged, in the order of logical time."""
    found: dict[int, _Due] = {}
    rules: dict[int, Rule] = {}
    for row in connection.execute(DUE, {"ids": list(execution_ids)}):
        execution_id, pipeline_id, at, end_date, rule_id, metric, method, *parameters, has_value, was_flagged = row
        rule = rules.get(rule_id)
        if rule is None:
            rule = Rule(rule_id, pipeline_id, AnomalyMetric(metric), AnomalyMethod(method), *parameters)
            rules[rule_id] = rule
        execution = found.get(execution_id) or _Due(execution_id, pipeline_id, at, end_date, [], [], False)
        if has_value:
            execution.rules.append(rule)
        if was_flagged is not None:
            execution.known.append(rule_id)
        found[execution_id] = execution._replace(was_flagged=execution.was_flagged or bool(was_flagged))
    return sorted(found.values(), key=lambda execution: (execution.at, execution.id))


def _judged(connection: Driver, due: Sequence[_Due]) -> list[Verdict]:
    """Load the histories of all that is due, and judge each by its own."""
    valued = [execution for execution in due if execution.rules]
    if not valued:
        return []
    history.require_methods()
    by_pipeline: dict[int, list[_Due]] = defaultdict(list)
    for execution in valued:
        by_pipeline[execution.pipeline_id].append(execution)
    spans = [
        span
        for pipeline_id, executions in by_pipeline.items()
        for span in history.spans(
            pipeline_id,
            [execution.at for execution in executions],
            days=max(rule.lookback_days for execution in executions for rule in execution.rules),
        )
    ]
    loaded = history.load(connection, spans)
    rule_ids = sorted({rule.id for execution in valued for rule in execution.rules})
    flagged = history.flagged(connection, rule_ids=rule_ids, among=loaded)
    verdicts = []
    for span, runs in zip(spans, loaded, strict=True):
        theirs = [each for each in by_pipeline[span.pipeline_id] if span.first <= each.at <= span.last]
        verdicts += _judge_span(theirs, runs, flagged)
    return verdicts


def _judge_span(due: Sequence[_Due], runs: history.Runs, flagged: dict[int, history.Flagged]) -> list[Verdict]:
    """Judge executions, oldest first, by the runs around them; what is flagged on the way counts for those after it."""
    place = runs.positions([execution.id for execution in due])
    by_rule: dict[Rule, list[int]] = defaultdict(list)
    for execution in due:
        for rule in execution.rules:
            if execution.id in place:  # else it is no longer what it was a moment ago
                by_rule[rule].append(execution.id)
    verdicts = []
    for rule, execution_ids in by_rule.items():
        past = judge.history(runs, rule.metric_field, *flagged[rule.id])
        for execution_id in execution_ids:
            position = place[execution_id]
            judgement = judge.judge(rule, past, position)
            is_flagged = judgement is not None and judgement.flagged
            past.flagged[position] = is_flagged
            if past.unflagged is not None:
                past.unflagged[position] = False
            if judgement is not None:
                verdicts.append(
                    Verdict(
                        rule_id=rule.id,
                        execution_id=execution_id,
                        flagged=is_flagged,
                        value=judgement.value,
                        expected=judgement.expected,
                        lower=judge.finite(judgement.lower),
                        upper=judge.finite(judgement.upper),
                        z_score=judgement.z_score,
                        confidence=judgement.confidence,
                        explanation=judge.explanation(rule, past, judgement),
                    )
                )
    return verdicts


def _told(connection: Driver, due: Sequence[_Due], verdicts: Sequence[Verdict], *, now: dt.datetime) -> Detected:
    """What there is to tell of executions that were judged."""
    touched = {verdict.execution_id for verdict in verdicts if verdict.flagged}
    touched |= {execution.id for execution in due if execution.was_flagged}
    unusual = results.unusual(connection, execution_ids=touched) if touched else {}
    is_news = {execution.id: execution.end_date >= now - NEWS for execution in due}
    was_flagged = {execution.id for execution in due if execution.was_flagged}
    told = {execution_id: found for execution_id, found in unusual.items() if is_news[execution_id]}
    made = {(verdict.rule_id, verdict.execution_id) for verdict in verdicts if verdict.flagged}
    order = {execution.id: place for place, execution in enumerate(due)}
    flagged = [
        result
        for found in unusual.values()
        for result in found
        if (result.rule_id, result.pipeline_execution_id) in made
    ]
    return Detected(
        results=len(verdicts),
        flagged=tuple(sorted(flagged, key=lambda result: (order[result.pipeline_execution_id], result.metric_field))),
        findings=tuple(_findings(connection, told, {execution_id for _, execution_id in made}, now=now)),
        normal=tuple(anomaly_key(execution_id) for execution_id in sorted(was_flagged - set(unusual))),
        pipeline_ids=tuple(sorted({execution.pipeline_id for execution in due})),
    )


def _findings(
    connection: Driver, unusual: dict[int, list[AnomalyResult]], new: set[int], *, now: dt.datetime
) -> Iterable[Finding]:
    if not unusual:
        return
    for execution_id, start_date, end_date, partition, type_name, owners in connection.execute(
        ABOUT, {"ids": list(unusual)}
    ):
        found = sorted(unusual[execution_id], key=lambda result: list(AnomalyMetric).index(result.metric_field))
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
            deduplication_key=anomaly_key(execution_id),
            at=now,
            owners=text.owners(owners),
            measured_from=start_date,
            duration_seconds=(end_date - start_date).total_seconds(),
            details={**details, "ended_at": end_date.isoformat()},
        )


def _facts(result: AnomalyResult) -> dict[str, Any]:
    """A metric as an alert tells of it."""
    numbers = {name: getattr(result, name) for name in ("value", "expected", "lower", "upper", "z_score", "confidence")}
    told = {name: value for name, value in result.explanation.items() if name not in ("first_run_at", "last_run_at")}
    return {"metric_field": result.metric_field.value, **numbers, **told}
