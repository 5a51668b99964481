"""All that is known of one pipeline."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from watcher_core.enums import AlertKind, ExecutionState
from watcher_core.values.activity import PipelineActivity
from watcher_core.values.alerts import Alert
from watcher_core.values.anomalies import AnomalyRule
from watcher_core.values.asset_checks import AssetCheck, AssetCheckResult
from watcher_core.values.checks import EffectiveThreshold
from watcher_core.values.errors import LastError
from watcher_core.values.executions import WatermarkEvent
from watcher_core.values.pipelines import Pipeline

# A partition that nothing has been recorded of is missing.
PartitionState = Literal["running", "succeeded", "failed", "canceled", "skipped", "blocked", "missing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineRun:
    """One execution, as a bar of a strip.

    Attributes:
        id: The execution.
        scope: What of the pipeline it did; a partition, for example.
        rows: The rows that it handled: its total, or else the sum of its counts; `None` where it has counted none.
        error: The first line of its error, cut short.
        flagged: The metrics that are unusual, as in `total_rows`.
    """

    id: int
    state: ExecutionState
    scope: str | None
    start_date: dt.datetime
    end_date: dt.datetime | None
    duration_seconds: float | None
    rows: int | None
    error: str | None
    flagged: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesPoint:
    """The value of a metric in one success.

    Attributes:
        execution_id: The execution.
        at: Its logical time: its partition's start if it has one, else when it started.
        value: The metric.
        expected, lower, upper: What its history predicted, and the band; `None` if it was not judged, or has no limit.
        flagged: Whether it is unusual, and no person has said otherwise.
    """

    execution_id: int
    at: dt.datetime
    value: float
    expected: float | None
    lower: float | None
    upper: float | None
    flagged: bool


@dataclass(frozen=True, kw_only=True)
class MetricSeries:
    """A metric over time.

    Attributes:
        metric: `duration_seconds`, `total_rows`, or another one that a rule judges.
        unit: `seconds`, `rows`, `rows a second`; empty where it is not known.
        rule: The rule that judges it; `None` where there is none, and so is no band.
        points: Oldest first.
    """

    metric: str
    unit: str
    rule: AnomalyRule | None
    points: tuple[SeriesPoint, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionCell:
    """A partition. `execution_id` and `at` are those of its newest execution; `None` where it is missing."""

    partition: str
    state: PartitionState
    execution_id: int | None
    at: dt.datetime | None


@dataclass(frozen=True, kw_only=True)
class PartitionGrid:
    """The partitions of a pipeline.

    Attributes:
        definition: How they are defined, as in `daily` or `static`; `None` where that is not known.
        cells: The newest, oldest first.
        counts: How many of those there are in each state.
        expected: How many there are by the definition; `None` where that is not known. Those of a day, an hour, a week
            or a month count from the first to the last of which something is known, and what is missing between them
            has cells; of static ones only the number is known.
        left_out: How many older ones are not among the cells; `None`: some, not counted.
    """

    definition: str | None
    cells: tuple[PartitionCell, ...]
    counts: Mapping[str, int]
    expected: int | None
    left_out: int | None


@dataclass(frozen=True, kw_only=True)
class FreshnessStanding:
    """Whether the data is recent enough.

    Attributes:
        data_of: When the data last changed; `None`: never, since the pipeline is known.
        due_at: When the next change is due; `None` where there is no rule, or the calendar names no time.
        is_stale: Whether that is over.
        is_checked: Whether the check looks at it.
        because: Why it is due then, or why it is not checked, in words.
    """

    data_of: dt.datetime | None
    due_at: dt.datetime | None
    is_stale: bool
    is_checked: bool
    because: str


@dataclass(frozen=True, kw_only=True)
class Neighbor:
    """A pipeline that writes what this one reads, or reads what this one writes.

    Attributes:
        pipeline_id, pipeline_name: The pipeline.
        addresses: The addresses between the two.
        state: The state of its newest execution; `None` where there is none.
        started_at: When that started.
        alerts: The kinds of its alerts that are not resolved.
    """

    pipeline_id: int
    pipeline_name: str
    addresses: tuple[str, ...]
    state: ExecutionState | None
    started_at: dt.datetime | None
    alerts: tuple[AlertKind, ...]


@dataclass(frozen=True, kw_only=True)
class PipelinePage:
    """All that is known of one pipeline, read from one snapshot.

    Attributes:
        at: When it was read.
        pipeline: The pipeline, with its own configuration and metadata, watermark and next watermark.
        group: Its group: that of its metadata, or else its type.
        owners, kinds, tags: As its metadata says.
        description, runbook, code_link: The same; `None` where it says nothing.
        address: Where its asset lives, by name.
        thresholds: The rules that hold, each with whose it is: the pipeline's own, or its type's.
        anomaly_rules: Which of its metrics are judged; with why one cannot.
        activity: Its newest execution, and how long it usually takes.
        executions: The newest, by start, newest first.
        series: Duration and rows, and what else rules judge, of the days that were asked for, up to its newest data.
        partitions: `None` for a pipeline without partitions.
        watermark_events: The newest conflicts and changes by hand.
        freshness: Whether its data is recent enough.
        asset_checks: Checks of Dagster, each with its last result.
        asset_check_results: Their newest results.
        alerts: Those that are not resolved, the loudest first.
        past_alerts: The last ones that were.
        upstream, downstream: The pipelines next to it, by name.
        last_error: Its newest failure; `None` where there is none among the executions.
    """

    at: dt.datetime
    pipeline: Pipeline
    group: str
    owners: tuple[str, ...]
    kinds: tuple[str, ...]
    tags: Mapping[str, str]
    description: str | None
    runbook: str | None
    code_link: str | None
    address: str | None
    thresholds: tuple[EffectiveThreshold, ...]
    anomaly_rules: tuple[AnomalyRule, ...]
    activity: PipelineActivity
    executions: tuple[PipelineRun, ...]
    series: tuple[MetricSeries, ...]
    partitions: PartitionGrid | None
    watermark_events: tuple[WatermarkEvent, ...]
    freshness: FreshnessStanding
    asset_checks: tuple[AssetCheck, ...]
    asset_check_results: tuple[AssetCheckResult, ...]
    alerts: tuple[Alert, ...]
    past_alerts: tuple[Alert, ...]
    upstream: tuple[Neighbor, ...]
    downstream: tuple[Neighbor, ...]
    last_error: LastError | None
