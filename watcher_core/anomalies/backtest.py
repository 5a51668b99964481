"""What rules say of a pipeline's past, and why; nothing is written.

A backtest judges each run by those before it, as if it had just ended: what is flagged on the way counts for those
after it, and nobody unflags anything. An explanation judges one execution as it would be judged now.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from watcher_core import database, values
from watcher_core.anomalies import history, judge
from watcher_core.anomalies.history import LEAST_DAYS, METRICS, Runs, Span
from watcher_core.anomalies.judge import Rule
from watcher_core.anomalies.results import list_results
from watcher_core.anomalies.rules import list_rules
from watcher_core.enums import ExecutionState
from watcher_core.errors import InvalidValueError
from watcher_core.values import AnomalyExplanation, AnomalyRun, AnomalyVerdict

if TYPE_CHECKING:
    from watcher_core.anomalies.methods.history import History

# So many judgements between two words about how far it has got.
PROGRESS_EVERY = 200


def backtest_rule(
    session: Session,
    *,
    rules: Sequence[Rule],
    since: dt.datetime,
    until: dt.datetime,
    progress: Callable[[int, int], None] | None = None,
) -> list[AnomalyVerdict]:
    """Judge the runs of one pipeline by rules that need not be there.

    Args:
        session: The transaction.
        rules: All of one pipeline.
        since, until: The logical times of the runs to judge, from after the one to the other; those before are history.
        progress: Called now and then with the judgements that are made, and how many there are in all.

    Returns:
        A verdict for each run and metric where there is something to say, oldest first.
    """
    history.require_methods()
    days = max(LEAST_DAYS, *(rule.lookback_days for rule in rules))
    [runs] = history.load(database.driver(session), [Span(rules[0].pipeline_id, since, until, days)])
    first, last = (
        int(runs.at.searchsorted(since.timestamp(), "right")),
        int(runs.at.searchsorted(until.timestamp(), "right")),
    )
    verdicts = []
    done, expected = 0, (last - first) * len(rules)
    for rule in rules:
        past = judge.history(runs, rule.metric_field)
        for position in range(first, last):
            judgement = judge.judge(rule, _up_to(past, position), position)
            if judgement is not None:
                past.flagged[position] = judgement.flagged
                verdicts.append(judge.verdict(rule, runs, position, judgement))
            done += 1
            if progress is not None and (done % PROGRESS_EVERY == 0 or done == expected):
                progress(done, expected)
    return sorted(verdicts, key=lambda verdict: (verdict.at, verdict.execution_id))


def explain_execution(session: Session, *, execution: values.Execution) -> list[AnomalyExplanation]:
    """Say what each rule of its pipeline, switched on or off, says about an execution as things stand now.

    Raises:
        InvalidValueError: The execution has not succeeded.
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
    [runs] = history.load(connection, [Span(execution.pipeline_id, at, at, days)])
    flagged = history.flagged(connection, rule_ids=[rule.id for rule in rules], among=[runs])
    recorded = {
        result.rule_id: result for result in list_results(session, execution_id=execution.id, limit=len(METRICS))
    }
    return [_explained(rule, runs, execution.id, flagged[rule.id], recorded.get(rule.id)) for rule in rules]


def _explained(
    rule: values.AnomalyRule,
    runs: Runs,
    execution_id: int,
    flagged: history.Flagged,
    result: values.AnomalyResult | None,
) -> AnomalyExplanation:
    import numpy as np

    position = runs.positions([execution_id])[execution_id]
    past = judge.history(runs, rule.metric_field, *flagged)
    asked = of(rule)
    judgement = judge.judge(asked, past, position)
    value = judge.finite(past.values[position])
    before = past.at < past.at[position]
    shown = np.flatnonzero(before)
    compared: set[int] = set()
    if judgement is not None:
        compared = set(judgement.compared_with.tolist())
        if compared and not before[min(compared)]:  # older than all others: judged by those after it
            shown = np.flatnonzero(past.at > past.at[position])
    unusual = past.unusual
    runs_before = tuple(
        AnomalyRun(
            execution_id=int(runs.ids[place]),
            at=judge.moment(past.at[place]),
            value=judge.finite(past.values[place]),
            compared=place in compared,
            flagged=bool(unusual[place]),
        )
        for place in shown.tolist()
    )
    verdict = None if judgement is None else judge.verdict(asked, runs, position, judgement)
    return AnomalyExplanation(
        execution_id=execution_id,
        rule=rule,
        at=judge.moment(past.at[position]),
        value=value,
        verdict=verdict,
        reason=_reason(value, runs_before) if verdict is None else verdict.reason,
        result=result,
        history=runs_before,
    )


def _reason(value: float | None, past: Sequence[AnomalyRun]) -> str:
    if value is None:
        return "it has no value"
    known = sum(run.value is not None for run in past)
    return f"there is too little history to say: {known:,} earlier run{'' if known == 1 else 's'}"


def of(rule: values.AnomalyRule) -> Rule:
    """What of a rule a judgement needs."""
    return Rule(
        rule.id,
        rule.pipeline_id,
        rule.metric_field,
        rule.method,
        rule.lookback_days,
        rule.minimum_executions,
        rule.std_deviation_threshold_multiplier,
    )


def _up_to(past: History, position: int) -> History:
    """The history as it was when a run had just ended; what is marked in the one is marked in the other."""
    known = slice(position + 1)
    return type(past)(past.at[known], past.values[known], past.flagged[known])
