"""Anomaly rules, their verdicts on executions, and why."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from watcher_core import text
from watcher_core.enums import AnomalyMethod, AnomalyMetric
from watcher_core.metrics import Metric
from watcher_core.values.pipelines import UNSET, Unset


@dataclass(frozen=True, kw_only=True)
class AnomalyRule:
    """Which metric of a pipeline is judged, and how. `created`: whether this call has created it.

    Attributes:
        method: How it is judged.
        lookback_days: Days of history; `seasonal` looks at 60 at least, and at the last 30 runs of what seldom runs.
        minimum_executions: With fewer runs of history nothing is judged; `seasonal` needs 8 at least.
        std_deviation_threshold_multiplier: For `zscore`, the standard deviations from the mean that are an anomaly; for
            `seasonal`, the width of the band: 2 as the method finds it, 4 twice as wide.
        active: Whether the rule is used.
        timezone: The time zone whose hours and weekdays are compared, where the rule names one.
        pipeline_timezone: That of the pipeline's partitions or schedule, which is used where the rule names none.
            Without either, it is found from the data.
        cannot_judge: Why the rule judges nothing yet, in words; `None` if it can judge, or if that was not asked for.
        more_runs_help: Whether a rule that cannot judge will, once its pipeline has run more often.
    """

    id: int
    pipeline_id: int
    pipeline_name: str
    metric_field: Metric
    method: AnomalyMethod
    lookback_days: int
    minimum_executions: int
    std_deviation_threshold_multiplier: float
    active: bool
    configuration_hash: str | None
    created_at: dt.datetime
    updated_at: dt.datetime
    created: bool = False
    timezone: str | None = None
    pipeline_timezone: str | None = None
    cannot_judge: str | None = None
    more_runs_help: bool = False

    @property
    def zone(self) -> str | None:
        """The time zone that is used; `None` if it is found from the data."""
        return self.timezone or self.pipeline_timezone


@dataclass(frozen=True, kw_only=True)
class AnomalyRuleConfiguration:
    """One anomaly rule that code declares, as in `Watcher.get_or_create_anomaly_rule`. A field left `UNSET` stays."""

    pipeline_name: str
    metric_field: AnomalyMetric | str
    method: AnomalyMethod | str | Unset = UNSET
    lookback_days: int | Unset = UNSET
    minimum_executions: int | Unset = UNSET
    std_deviation_threshold_multiplier: float | Unset = UNSET
    active: bool | Unset = UNSET
    timezone: str | Unset | None = UNSET


@dataclass(frozen=True, kw_only=True)
class AnomalyVerdict:
    """The verdict of a method on one metric of one execution; it is not recorded.

    Attributes:
        execution_id: The execution.
        at: Its logical time: its partition's start if it has one, else when it started.
        metric_field: The metric; seconds, rows, or rows a second.
        flagged: Whether the value is unusual.
        value: The value.
        expected: The expected value, from the history.
        lower, upper: The band; a value outside is unusual. `None` if there is no limit.
        z_score: The deviation in units of the history's spread.
        confidence: From 0 if the value is as expected to 1 at the edge of the band and outside.
        deviation_percent: The deviation from the expected value; `None` if that is zero.
        profile: The runs that it was compared with, in words, as in `Mondays 09:00`.
        runs: The number of these runs.
        reason: Why it is flagged or not, in words.
    """

    execution_id: int
    at: dt.datetime
    metric_field: Metric
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
    """A recorded verdict: how a rule has judged an execution.

    Attributes:
        flagged: Whether the value is unusual.
        unflagged_at: When a person unflagged it; from then on the run counts as normal.
        unflagged_by: Who unflagged it, if that is known.
        explanation: `method`, `reason`, `profile`, `runs`, `first_run_at`, `last_run_at`, `deviation_percent`, and
            `repeated` if the same value came too often in a row.
        start_date: When the execution started.
        at: Its logical time.
    """

    rule_id: int
    pipeline_id: int
    pipeline_name: str
    pipeline_execution_id: int
    metric_field: Metric
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
        """Whether it is flagged and not unflagged."""
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
        value: The metric; `None` if it has none.
        compared: Whether the judged run was compared with it.
        flagged: Whether it is itself flagged and not unflagged.
    """

    execution_id: int
    at: dt.datetime
    value: float | None
    compared: bool
    flagged: bool


@dataclass(frozen=True, kw_only=True)
class AnomalyExplanation:
    """Why a rule finds an execution normal or unusual, with the history that it looks at: enough to draw it.

    Attributes:
        rule: The rule.
        at: The execution's logical time.
        value: The metric; `None` if the execution has none.
        verdict: The verdict; `None` if the rule cannot judge.
        reason: Why, in words.
        result: The recorded result; `None` if the execution was not judged.
        history: The runs before it, oldest first; those after it if it is older than all others.
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
    """The outcome of `Watcher.detect_pending_anomalies`.

    Attributes:
        executions: The number of executions that were judged.
        results: The number of results that were recorded, or would be.
        flagged: Those that are unusual, in the order in which they were judged.
        alerts: The number of alerts that were opened, or opened again.
        remaining: Whether anything is left to judge, because of a limit, or because another process judges it now. What
            a dry run has judged does not count.
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
        count: Their number.
        since: When the first of them was recorded; `None` if there are none.
    """

    count: int
    since: dt.datetime | None
