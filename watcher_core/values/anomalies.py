"""Anomaly rules, what they say of executions, and why."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from watcher_core import text
from watcher_core.enums import AnomalyMethod, AnomalyMetric
from watcher_core.values.pipelines import UNSET, Unset


@dataclass(frozen=True, kw_only=True)
class AnomalyRule:
    """Which metric of a pipeline is judged, and how. `created`: whether this call made it.

    Attributes:
        method: How it judges.
        lookback_days: Days of history; `seasonal` looks at 60 at least.
        minimum_executions: With less history nothing is said; `seasonal` needs 8 at least.
        std_deviation_threshold_multiplier: For `zscore`, the standard deviations from the mean that are an anomaly; for
            `seasonal`, the width of the band: 2 as the method finds it, 4 twice as wide.
        active: Whether it judges.
    """

    id: int
    pipeline_id: int
    pipeline_name: str
    metric_field: AnomalyMetric
    method: AnomalyMethod
    lookback_days: int
    minimum_executions: int
    std_deviation_threshold_multiplier: float
    active: bool
    configuration_hash: str | None
    created_at: dt.datetime
    updated_at: dt.datetime
    created: bool = False


@dataclass(frozen=True, kw_only=True)
class AnomalyRuleConfiguration:
    """What code declares of one anomaly rule, as `Watcher.get_or_create_anomaly_rule`. A field left `UNSET` stays."""

    pipeline_name: str
    metric_field: AnomalyMetric | str
    method: AnomalyMethod | str | Unset = UNSET
    lookback_days: int | Unset = UNSET
    minimum_executions: int | Unset = UNSET
    std_deviation_threshold_multiplier: float | Unset = UNSET
    active: bool | Unset = UNSET


@dataclass(frozen=True, kw_only=True)
class AnomalyVerdict:
    """What a method says about one metric of one execution.

    Attributes:
        execution_id: The execution.
        at: Its logical time: its partition's start where it has one, else when it started.
        metric_field: The metric; seconds, rows, or rows a second.
        flagged: Whether the value is unusual.
        value: The value.
        expected: What the history predicts.
        lower, upper: The band; a value outside is unusual. `None` where there is no limit.
        z_score: The deviation in units of the history's spread.
        confidence: From 0 where the value is as expected to 1 at the edge of the band and outside.
        deviation_percent: Of what was expected; `None` where that was zero.
        profile: The runs that it was compared with, in words, as in `Mondays 09:00`.
        runs: How many those are.
        reason: Why it is flagged, or why not, in words.
    """

    execution_id: int
    at: dt.datetime
    metric_field: AnomalyMetric
    flagged: bool
    value: float
    expected: float
    lower: float | None
    upper: float | None
    z_score: float
    confidence: float
    deviation_percent: float | None
    profile: str
    runs: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class AnomalyResult:
    """A verdict on record: what a rule said about an execution when that was judged.

    Attributes:
        flagged: Whether the value was outside the band.
        unflagged_at: When a person said that it was normal all the same; from then on the run counts as normal.
        unflagged_by: Who said so, where that was told.
        explanation: `method`, `reason`, `profile`, `runs`, `first_run_at`, `last_run_at`, `deviation_percent`, and
            `repeated` where the value stood still.
        start_date: When the execution started.
        at: Its logical time.
    """

    rule_id: int
    pipeline_id: int
    pipeline_name: str
    pipeline_execution_id: int
    metric_field: AnomalyMetric
    flagged: bool
    unflagged_at: dt.datetime | None
    unflagged_by: str | None
    value: float
    expected: float | None
    lower: float | None
    upper: float | None
    z_score: float | None
    confidence: float | None
    explanation: dict[str, Any]
    evaluated_at: dt.datetime
    start_date: dt.datetime
    at: dt.datetime

    @property
    def is_unusual(self) -> bool:
        """Whether it was flagged, and nobody said that it was normal."""
        return self.flagged and self.unflagged_at is None

    @property
    def description(self) -> str:
        """In words, as in `total_rows is 458; usual for Fridays is 930 (840 to 1,020), z = -9.1, from 6 runs`."""
        numbers = {name: getattr(self, name) for name in ("metric_field", "value", "expected", "lower", "upper")}
        return text.verdict({**self.explanation, **numbers, "z_score": self.z_score})

    @property
    def compared_with(self) -> str:
        """The runs that it was compared with, in words, as in `Mondays 09:00 (26 runs)`."""
        return text.compared_with(self.explanation.get("profile"), self.explanation.get("runs"))


@dataclass(frozen=True, kw_only=True)
class AnomalyRun:
    """One run of the history that a metric is judged by.

    Attributes:
        at: Its logical time.
        value: The metric; `None` where it has none.
        compared: Whether the judged run was compared with it.
        flagged: Whether it was flagged itself, and nobody said that it was normal.
    """

    execution_id: int
    at: dt.datetime
    value: float | None
    compared: bool
    flagged: bool


@dataclass(frozen=True, kw_only=True)
class AnomalyExplanation:
    """What a rule says about an execution, and what it looks at: enough to draw it.

    Attributes:
        rule: The rule.
        at: The execution's logical time.
        value: The metric; `None` where the execution has none.
        verdict: What the rule says today; `None` where it says nothing.
        reason: Why, in words.
        result: What is on record; `None` where it was not judged.
        history: The runs before it, oldest first; those after it where it is older than all others.
    """

    execution_id: int
    rule: AnomalyRule
    at: dt.datetime
    value: float | None
    verdict: AnomalyVerdict | None
    reason: str
    result: AnomalyResult | None
    history: tuple[AnomalyRun, ...]


@dataclass(frozen=True, kw_only=True)
class AnomalyDetection:
    """What a detection of pending anomalies did.

    Attributes:
        executions: How many executions it looked at.
        results: How many verdicts it wrote, or would write.
        flagged: Those that are unusual, in the order in which they were judged.
        alerts: How many alerts were opened, or opened again.
        remaining: Whether anything is left to judge: it was stopped by its limit, or another process judges it now.
            What a dry run has looked at does not count.
    """

    executions: int
    results: int
    flagged: tuple[AnomalyResult, ...]
    alerts: int
    remaining: bool


@dataclass(frozen=True, kw_only=True)
class UnjudgedExecutions:
    """Executions whose metrics are still to be judged.

    Attributes:
        count: How many.
        since: Since when the first of them waits; `None` where there are none.
    """

    count: int
    since: dt.datetime | None
