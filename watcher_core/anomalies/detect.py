"""Detection: judges executions by the rules of their pipelines, and records what it finds.

Each successful execution is judged once by each rule, and again if its value has changed since.

- An execution that has failed or is running is not judged, nor one of a pipeline that is switched off; one that has
  been deleted is skipped. A metric without a value, or with too little history, gets no result.
- Executions are judged in the order of their logical time, since what is flagged is part of the history of the next.
- Every result is recorded. An alert opens only for an execution that has ended within `NEWS`, so that importing
  history, or catching up after days, opens no alerts on last month.
- An alert is about one execution, with all of its unusual metrics. It is over when a later execution is normal, or when
  this one no longer is unusual, because it was unflagged or corrected.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy.orm import Session

from watcher_core import database
from watcher_core.anomalies import explain, findings, history, judge, queue, results
from watcher_core.anomalies.judge import Rule
from watcher_core.anomalies.queue import Pending
from watcher_core.anomalies.results import AT
from watcher_core.anomalies.rules import list_rules
from watcher_core.database import Driver
from watcher_core.enums import AnomalyMethod
from watcher_core.metrics import Metric, stored_metric
from watcher_core.values import AnomalyExplanation, AnomalyResult, Finding

if TYPE_CHECKING:
    from watcher_core.anomalies.methods.history import History
    from watcher_core.anomalies.methods.judgement import Judgement

# How long ago an execution may have ended for an alert to open: a weekend without detection, and some hours.
NEWS = dt.timedelta(days=3)

DUE = f"""
    SELECT execution.id, execution.pipeline_id, pipeline.name, {AT.format("execution")} AS at, execution.start_date,
           execution.end_date,
           EXISTS (SELECT
                     FROM watcher.anomaly_detection_result AS earlier
                    WHERE earlier.pipeline_execution_id = execution.id) AS has_results,
           rule.id, rule.metric_field, rule.method, rule.lookback_days, rule.minimum_executions,
           rule.std_deviation_threshold_multiplier, coalesce(rule.timezone, {history.PIPELINE_ZONE}),
           measured.value IS NOT NULL, result.flagged
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
"""

# Holds the executions until the transaction ends, so that none is deleted before its results are written.
LOCKED = "       FOR KEY SHARE OF execution\n"


@dataclass(frozen=True, kw_only=True)
class Detected:
    """What was found when executions were judged.

    Attributes:
        results: The new results.
        flagged: Those that are unusual, in the order in which they were judged.
        findings: A finding for each unusual execution that an alert is due for.
        normal: The deduplication keys of executions that were unusual before, and are not any more.
        judged_pipelines: The pipelines that have new results; `past_alerts` finds their alerts that are over.
    """

    results: tuple[AnomalyResult, ...] = ()
    flagged: tuple[AnomalyResult, ...] = ()
    findings: tuple[Finding, ...] = ()
    normal: tuple[str, ...] = ()
    judged_pipelines: tuple[int, ...] = ()


class Batch(NamedTuple):
    """A part of the queue that was judged.

    Attributes:
        executions: How many executions it had.
        detected: What was found.
        next: Where the next part begins; `None` if this was the last.
    """

    executions: int
    detected: Detected
    next: Pending | None


class Unflagged(NamedTuple):
    """What has changed when results of an execution were unflagged.

    Attributes:
        results: All results of the execution that are unflagged now.
        findings: What is still unusual in it: one finding, or none.
        resolved: The deduplication key of its alert, where nothing unusual is left.
        ended: What has ended the alerts of earlier executions, as this one is normal now, by their keys.
    """

    results: list[AnomalyResult]
    findings: list[Finding]
    resolved: list[str]
    ended: dict[str, dict[str, Any]]


class _Due(NamedTuple):
    """An execution, and the rules that have not judged its present value."""

    id: int
    pipeline_id: int
    pipeline_name: str
    at: dt.datetime
    start_date: dt.datetime
    end_date: dt.datetime
    has_results: bool  # of any rule
    rules: list[Rule]
    known: list[int]  # rules that have judged another value
    was_flagged: bool


class _Judged(NamedTuple):
    """A new result, and what it was made of."""

    result: AnomalyResult
    runs: history.Runs
    past: History
    position: int
    judgement: Judgement


def detect_execution(
    session: Session,
    *,
    execution_id: int,
    now: dt.datetime | None,
    explained: Callable[[AnomalyExplanation], None] | None = None,
) -> tuple[Detected, list[AnomalyResult]]:
    """Judge one execution.

    Args:
        session: The transaction.
        execution_id: The execution.
        now: The time of the detection; the present by default.
        explained: Called with an explanation of each metric that is found unusual.

    Returns:
        What was found, and all recorded results of the execution, by metric.

    Raises:
        NotFoundError: There is no such execution.
        ConfigurationError: NumPy or SciPy is not installed.
    """
    connection = database.driver(session)
    pipeline_id = queue.hold_pipeline(connection, execution_id=execution_id)
    now = now or database.clock(connection)  # after waiting for another detection
    queue.remove_execution(connection, pipeline_id=pipeline_id, execution_id=execution_id)
    due = _due(connection, [execution_id])
    judged = _judge(connection, due, now=now)
    detected = _record(connection, due, judged, now=now)
    if explained is not None:
        for explanation in _explanations(session, pipeline_id, judged):
            explained(explanation)
    is_first = bool(due) and not due[0].has_results
    recorded = detected.results if is_first else results.list_results(session, execution_id=execution_id)
    return detected, sorted(recorded, key=findings.result_order)


def detect_batch(session: Session, *, after: Pending, limit: int, now: dt.datetime, dry_run: bool = False) -> Batch:
    """Judge a part of the queue, and remove it there.

    Args:
        session: The transaction.
        after: Where the part before this one ended.
        limit: How many executions at most.
        now: The time of the detection.
        dry_run: Write nothing, and return only the results.

    Raises:
        ConfigurationError: NumPy or SciPy is not installed, and there is something to judge.
    """
    connection = database.driver(session)
    claim = queue.claim(connection, after=after, limit=limit)
    execution_ids = list(dict.fromkeys(pending.execution_id for pending in claim.taken))
    due = _due(connection, execution_ids, lock=not dry_run) if execution_ids else []
    judged = _judge(connection, due, now=now)
    if dry_run:
        detected = Detected(results=tuple(each.result for each in judged), flagged=_flagged(due, judged))
    else:
        detected = _record(connection, due, judged, now=now)
        queue.remove(connection, claim.taken)
    return Batch(len(execution_ids), detected, claim.next)


def unflag(
    session: Session, *, execution_id: int, metric_field: Metric | None, by: str | None, now: dt.datetime
) -> Unflagged:
    """Record that flagged results of an execution are normal.

    Args:
        session: The transaction.
        execution_id: The execution.
        metric_field: This metric only; all that are flagged by default.
        by: Who unflags them.
        now: The time.

    Raises:
        NotFoundError: Nothing of that execution was flagged.
    """
    connection = database.driver(session)
    pipeline_id = queue.hold_pipeline(connection, execution_id=execution_id)
    changed = results.unflag(session, execution_id=execution_id, metric_field=metric_field, by=by, now=now)
    unusual = results.unusual(connection, execution_ids=[execution_id])
    left = list(findings.findings_of(connection, unusual, new=set(), now=now))
    own = findings.deduplication_key(execution_id)
    past = findings.past_alerts(session, pipeline_ids=[pipeline_id])
    ended = {key: resolution for key, resolution in past.items() if left or key != own}
    return Unflagged(changed, left, [] if left else [own], ended)


def _due(connection: Driver, execution_ids: Sequence[int], *, lock: bool = True) -> list[_Due]:
    """Return the executions to judge, in the order of their logical time."""
    found: dict[int, _Due] = {}
    rules: dict[int, Rule] = {}
    for row in connection.execute(f"{DUE}{LOCKED}" if lock else DUE, {"ids": list(execution_ids)}):
        (execution_id, pipeline_id, name, at, start_date, end_date, has_results), judging = row[:7], row[7:]
        rule_id, metric, method, *parameters, has_value, was_flagged = judging
        rule = rules.get(rule_id)
        if rule is None:
            rule = Rule(rule_id, pipeline_id, stored_metric(metric), AnomalyMethod(method), *parameters)
            rules[rule_id] = rule
        due = found.get(execution_id) or _Due(
            execution_id, pipeline_id, name, at, start_date, end_date, has_results, [], [], False
        )
        if has_value:
            due.rules.append(rule)
        if was_flagged is not None:
            due.known.append(rule_id)
        found[execution_id] = due._replace(was_flagged=due.was_flagged or bool(was_flagged))
    return sorted(found.values(), key=lambda execution: (execution.at, execution.id))


def _judge(connection: Driver, due: Sequence[_Due], *, now: dt.datetime) -> list[_Judged]:
    """Load the histories of executions, and judge each by its own."""
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
            metrics={rule.metric_field for execution in executions for rule in execution.rules},
        )
    ]
    loaded = history.load(connection, spans)
    rule_ids = sorted({rule.id for execution in valued for rule in execution.rules})
    flagged = history.flagged(connection, rule_ids=rule_ids, among=loaded)
    judged = []
    for span, runs in zip(spans, loaded, strict=True):
        executions = [each for each in by_pipeline[span.pipeline_id] if span.first <= each.at <= span.last]
        judged += _judge_span(executions, runs, flagged, now=now)
    return judged


def _judge_span(
    due: Sequence[_Due], runs: history.Runs, flagged: dict[int, history.Flagged], *, now: dt.datetime
) -> list[_Judged]:
    """Judge executions, oldest first, by the runs around them. What is flagged counts in the history of later ones."""
    positions = runs.positions([execution.id for execution in due])
    rules = {rule: None for execution in due for rule in execution.rules}
    pasts = {rule: judge.history(runs, rule.metric_field, *flagged[rule.id]) for rule in rules}
    judged: dict[Rule, list[_Judged]] = {rule: [] for rule in rules}
    for execution in due:
        position = positions.get(execution.id)
        if position is None:
            continue  # it has changed since it was found
        for rule in execution.rules:  # one after another, since they share the runs to compare with
            past = pasts[rule]
            judgement = judge.judge(rule, past, position)
            past.flagged[position] = judgement is not None and judgement.flagged
            if past.unflagged is not None:
                past.unflagged[position] = False
            if judgement is not None:
                result = judge.result(
                    rule,
                    past,
                    judgement,
                    execution_id=execution.id,
                    pipeline_name=execution.pipeline_name,
                    start_date=execution.start_date,
                    at=execution.at,
                    now=now,
                )
                judged[rule].append(_Judged(result, runs, past, position, judgement))
    return [each for of_rule in judged.values() for each in of_rule]


def _record(connection: Driver, due: Sequence[_Due], judged: Sequence[_Judged], *, now: dt.datetime) -> Detected:
    """Record results, and return what they mean for alerts."""
    if not due:
        return Detected()
    new = tuple(each.result for each in judged)
    results.write(connection, new, now=now)
    made = {(result.rule_id, result.pipeline_execution_id) for result in new}
    results.remove(connection, {(rule_id, each.id) for each in due for rule_id in each.known} - made)
    flagged = _flagged(due, judged)
    was_flagged = {execution.id for execution in due if execution.was_flagged}
    touched = was_flagged | {result.pipeline_execution_id for result in flagged}
    # Only executions that were judged before may have unusual results that are not new.
    again = touched & {execution.id for execution in due if execution.has_results}
    unusual = results.unusual(connection, execution_ids=again) if again else {}
    for result in flagged:
        if result.pipeline_execution_id not in again:
            unusual.setdefault(result.pipeline_execution_id, []).append(result)
    is_news = {execution.id for execution in due if execution.end_date >= now - NEWS}
    found = findings.findings_of(
        connection,
        {execution_id: each for execution_id, each in unusual.items() if execution_id in is_news},
        new={result.pipeline_execution_id for result in flagged},
        now=now,
    )
    return Detected(
        results=new,
        flagged=flagged,
        findings=tuple(found),
        normal=tuple(findings.deduplication_key(execution_id) for execution_id in sorted(was_flagged - set(unusual))),
        judged_pipelines=tuple(sorted({execution.pipeline_id for execution in due})) if new else (),
    )


def _flagged(due: Sequence[_Due], judged: Sequence[_Judged]) -> tuple[AnomalyResult, ...]:
    order = {execution.id: place for place, execution in enumerate(due)}
    flagged = (each.result for each in judged if each.result.flagged)
    return tuple(sorted(flagged, key=lambda result: (order[result.pipeline_execution_id], result.metric_field)))


def _explanations(session: Session, pipeline_id: int, judged: Sequence[_Judged]) -> list[AnomalyExplanation]:
    """Explain unusual results by the judgements that they were made of."""
    flagged = sorted(
        (each for each in judged if each.result.flagged), key=lambda each: findings.result_order(each.result)
    )
    if not flagged:
        return []
    rules = {rule.id: rule for rule in list_rules(session, pipeline_id=pipeline_id)}
    return [
        explain.explanation(
            rules[each.result.rule_id], each.runs, each.past, each.position, each.judgement, each.result
        )
        for each in flagged
    ]
