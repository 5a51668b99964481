"""Judging an execution by a rule: calls the rule's method on arrays, and makes values of what it returns."""

from __future__ import annotations

import datetime as dt
import functools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from watcher_core import values
from watcher_core.anomalies.history import LEAST_DAYS, Runs
from watcher_core.enums import AnomalyMethod, AnomalyMetric
from watcher_core.metrics import Metric

if TYPE_CHECKING:
    from watcher_core.anomalies.methods.history import History
    from watcher_core.anomalies.methods.judgement import Judgement

# Durations that differ by less are not flagged, however steady the past: a step of 50 ms takes 200 on a busy host.
LEAST_SECONDS = 1.0


class Rule(NamedTuple):
    """The part of a rule that a judgement needs; `id` is 0 for a rule that is not recorded."""

    id: int
    pipeline_id: int
    metric_field: Metric
    method: AnomalyMethod
    lookback_days: int
    minimum_executions: int
    multiplier: float
    timezone: str | None = None


def history(runs: Runs, metric: Metric, flagged: Sequence[int] = (), unflagged: Sequence[int] = ()) -> History:
    """Return the history of one metric, with its flagged executions, and those of them that were unflagged."""
    from watcher_core.anomalies.methods.history import History

    columns = runs.at, runs.metrics[metric], runs.marks(flagged), runs.marks(unflagged), runs.superseded
    return History(*columns, runs.timelines)


def judge(rule: Rule, past: History, position: int) -> Judgement | None:
    """Judge one of the runs by the others; `None` if it has no value or too little history."""
    from watcher_core.anomalies.methods import seasonal, zscore

    value, at = float(past.values[position]), float(past.at[position])
    if rule.method is AnomalyMethod.ZSCORE:
        return zscore.judge(
            past,
            value,
            at,
            multiplier=rule.multiplier,
            lookback_days=rule.lookback_days,
            minimum_executions=rule.minimum_executions,
            zone=rule.timezone,
        )
    return seasonal.judge(
        past,
        value,
        at,
        multiplier=rule.multiplier,
        lookback_days=max(rule.lookback_days, LEAST_DAYS),
        minimum_executions=rule.minimum_executions,
        zone=rule.timezone,
        least_deviation=LEAST_SECONDS if rule.metric_field is AnomalyMetric.DURATION_SECONDS else 0.0,
    )


def parameters(rule: values.AnomalyRule) -> Rule:
    """Return the part of a recorded rule that a judgement needs."""
    return Rule(
        rule.id,
        rule.pipeline_id,
        rule.metric_field,
        rule.method,
        rule.lookback_days,
        rule.minimum_executions,
        rule.std_deviation_threshold_multiplier,
        rule.zone,
    )


def result(
    rule: Rule,
    past: History,
    judgement: Judgement,
    *,
    execution_id: int,
    pipeline_name: str,
    start_date: dt.datetime,
    at: dt.datetime,
    now: dt.datetime,
) -> values.AnomalyResult:
    """Return a judgement as it is recorded."""
    return values.AnomalyResult(
        rule_id=rule.id,
        pipeline_id=rule.pipeline_id,
        pipeline_name=pipeline_name,
        pipeline_execution_id=execution_id,
        metric_field=rule.metric_field,
        flagged=judgement.flagged,
        unflagged_at=None,
        unflagged_by=None,
        value=judgement.value,
        expected=judgement.expected,
        lower=finite(judgement.lower),
        upper=finite(judgement.upper),
        z_score=judgement.z_score,
        confidence=judgement.confidence,
        explanation=explanation(rule, past, judgement),
        evaluated_at=now,
        start_date=start_date,
        at=at,
    )


def explanation(rule: Rule, past: History, judgement: Judgement) -> dict[str, Any]:
    """Return what is recorded of a judgement beside its numbers; JSON."""
    compared = judgement.compared_with
    facts: dict[str, Any] = {
        "method": rule.method.value,
        "reason": judgement.reason,
        "profile": judgement.profile,
        "runs": judgement.runs,
    }
    if len(compared):
        first, last = past.at[compared[0]], past.at[compared[-1]]
        facts["first_run_at"], facts["last_run_at"] = _in_words(float(first)), _in_words(float(last))
    if judgement.deviation_percent is not None:
        facts["deviation_percent"] = judgement.deviation_percent
    if judgement.repeated:
        facts["repeated"] = judgement.repeated
    if rule.method is AnomalyMethod.ZSCORE:
        facts["std_deviation_threshold_multiplier"] = rule.multiplier
        facts["lookback_days"] = rule.lookback_days
    return facts


def verdict(rule: Rule, runs: Runs, position: int, judgement: Judgement) -> values.AnomalyVerdict:
    """Return a judgement that is not recorded, as a value of the public interface."""
    return values.AnomalyVerdict(
        execution_id=int(runs.ids[position]),
        at=moment(runs.at[position]),
        metric_field=rule.metric_field,
        flagged=judgement.flagged,
        value=judgement.value,
        expected=judgement.expected,
        lower=finite(judgement.lower),
        upper=finite(judgement.upper),
        z_score=judgement.z_score,
        confidence=judgement.confidence,
        deviation_percent=judgement.deviation_percent,
        profile=judgement.profile,
        runs=judgement.runs,
        reason=judgement.reason,
    )


def moment(epoch: float) -> dt.datetime:
    """Return a time in UTC, from epoch seconds."""
    return dt.datetime.fromtimestamp(float(epoch), dt.UTC)


@functools.lru_cache(maxsize=1_000)  # rules and executions that are judged together are compared with the same runs
def _in_words(epoch: float) -> str:
    return moment(epoch).isoformat()


def finite(number: float) -> float | None:
    """Return a number that JSON can hold; `None` in place of infinity and NaN."""
    return float(number) if math.isfinite(number) else None
