"""How a rule judges an execution: its method, called on arrays; a pure function of them."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from watcher_core.anomalies.history import LEAST_DAYS, Runs
from watcher_core.enums import AnomalyMethod, AnomalyMetric
from watcher_core.values import AnomalyVerdict

if TYPE_CHECKING:
    from watcher_core.anomalies.methods.history import History
    from watcher_core.anomalies.methods.judgement import Judgement

# A second more or less is no news, however steady the past: a step that takes 50 ms takes 200 on a busy host.
LEAST_SECONDS = 1.0


class Rule(NamedTuple):
    """What of a rule a judgement needs; `id` is 0 for one that is only tried out."""

    id: int
    pipeline_id: int
    metric_field: AnomalyMetric
    method: AnomalyMethod
    lookback_days: int
    minimum_executions: int
    multiplier: float


def history(runs: Runs, metric: AnomalyMetric, flagged: Sequence[int] = (), unflagged: Sequence[int] = ()) -> History:
    """One metric of the runs, with the executions that were flagged, and of those the ones that are no longer."""
    from watcher_core.anomalies.methods.history import History

    return History(runs.at, runs.metrics[metric], runs.marks(flagged), runs.marks(unflagged), runs.superseded)


def judge(rule: Rule, past: History, position: int) -> Judgement | None:
    """Judge one of the runs by the others, as the rule says; `None` where there is nothing to say."""
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
        )
    return seasonal.judge(
        past,
        value,
        at,
        multiplier=rule.multiplier,
        lookback_days=max(rule.lookback_days, LEAST_DAYS),
        minimum_executions=rule.minimum_executions,
        least_deviation=LEAST_SECONDS if rule.metric_field is AnomalyMetric.DURATION_SECONDS else 0.0,
    )


def explanation(rule: Rule, past: History, judgement: Judgement) -> dict[str, Any]:
    """What there is to say of a judgement beside its numbers; JSON."""
    compared = past.at[judgement.compared_with]
    told: dict[str, Any] = {
        "method": rule.method.value,
        "reason": judgement.reason,
        "profile": judgement.profile,
        "runs": judgement.runs,
    }
    if len(compared):
        told["first_run_at"] = moment(compared.min()).isoformat()
        told["last_run_at"] = moment(compared.max()).isoformat()
    if judgement.deviation_percent is not None:
        told["deviation_percent"] = judgement.deviation_percent
    if judgement.repeated:
        told["repeated"] = judgement.repeated
    if rule.method is AnomalyMethod.ZSCORE:
        told["std_deviation_threshold_multiplier"] = rule.multiplier
        told["lookback_days"] = rule.lookback_days
    return told


def verdict(rule: Rule, runs: Runs, position: int, judgement: Judgement) -> AnomalyVerdict:
    """A judgement as a value of the public interface."""
    return AnomalyVerdict(
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
    """A time in UTC, from epoch seconds."""
    return dt.datetime.fromtimestamp(float(epoch), dt.UTC)


def finite(number: float) -> float | None:
    """A number that JSON can hold; `None` in place of others."""
    return float(number) if math.isfinite(number) else None
