"""Explanations: why a rule finds an execution normal or unusual, with the runs that it was compared with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from watcher_core import database, text, values
from watcher_core.anomalies import history, judge
from watcher_core.anomalies.history import LEAST_DAYS, Runs, Span
from watcher_core.anomalies.results import list_results
from watcher_core.anomalies.rules import list_rules
from watcher_core.enums import ExecutionState
from watcher_core.errors import InvalidValueError
from watcher_core.values import AnomalyExplanation, AnomalyRun

if TYPE_CHECKING:
    from watcher_core.anomalies.methods.history import History
    from watcher_core.anomalies.methods.judgement import Judgement


def explain_execution(session: Session, *, execution: values.Execution) -> list[AnomalyExplanation]:
    """Judge an execution now by each rule of its pipeline, active or not, and return why. Nothing is written.

    Raises:
        InvalidValueError: The execution has not succeeded.
        ConfigurationError: NumPy or SciPy is not installed.
    """
    if execution.state is not ExecutionState.SUCCEEDED:
        raise InvalidValueError(
            f"execution {execution.id} is {execution.state.value}; only those that succeed are judged"
        )
    rules = list_rules(session, pipeline_id=execution.pipeline_id)
    if not rules:
        return []
    history.require_methods()
    connection = database.driver(session)
    at = execution.logical_date or execution.start_date
    days = max(LEAST_DAYS, *(rule.lookback_days for rule in rules))
    metadata = history.metadata_metrics(rule.metric_field for rule in rules)
    [runs] = history.load(connection, [Span(execution.pipeline_id, at, at, days, metadata)])
    flagged = history.flagged(connection, rule_ids=[rule.id for rule in rules], among=[runs])
    recorded = {result.rule_id: result for result in list_results(session, execution_id=execution.id, limit=len(rules))}
    position = runs.positions([execution.id])[execution.id]
    explanations = []
    for rule in rules:
        past = judge.history(runs, rule.metric_field, *flagged[rule.id])
        judgement = judge.judge(judge.parameters(rule), past, position)
        explanations.append(explanation(rule, runs, past, position, judgement, recorded.get(rule.id)))
    return explanations


def explanation(
    rule: values.AnomalyRule,
    runs: Runs,
    past: History,
    position: int,
    judgement: Judgement | None,
    result: values.AnomalyResult | None,
) -> AnomalyExplanation:
    """Return the explanation of a judgement.

    Args:
        rule: The rule that judged.
        runs: The runs around the execution.
        past: The rule's metric of these runs.
        position: The execution's position among them.
        judgement: The judgement; `None` if the rule could not judge.
        result: What is recorded; `None` if nothing is.
    """
    import numpy as np

    before = past.at < past.at[position]
    shown = np.flatnonzero(before)
    compared: set[int] = set()
    if judgement is not None:
        compared = set(judgement.compared_with.tolist())
        if compared and not before[min(compared)]:  # older than all others: judged by those after it
            shown = np.flatnonzero(past.at > past.at[position])
    unusual = past.unusual
    others = tuple(
        AnomalyRun(
            execution_id=int(runs.ids[place]),
            at=judge.moment(past.at[place]),
            value=judge.finite(past.values[place]),
            compared=place in compared,
            flagged=bool(unusual[place]),
        )
        for place in shown.tolist()
    )
    value = judge.finite(past.values[position])
    verdict = None if judgement is None else judge.verdict(judge.parameters(rule), runs, position, judgement)
    return AnomalyExplanation(
        execution_id=int(runs.ids[position]),
        rule=rule,
        at=judge.moment(past.at[position]),
        value=value,
        verdict=verdict,
        reason=_why_not(value, others) if verdict is None else verdict.reason,
        result=result,
        history=others,
    )


def _why_not(value: float | None, others: Sequence[AnomalyRun]) -> str:
    """Return why an execution could not be judged."""
    if value is None:
        return "it has no value"
    known = sum(run.value is not None for run in others)
    return f"there is too little history to say: {text.plural(known, 'earlier run')}"
