"""What the public interface takes and gives: frozen dataclasses, with the columns of their tables as attributes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Final, final

from watcher_core import anomaly_words
from watcher_core.enums import (
    AlertEvent,
    AlertKind,
    AlertLevel,
    AlertState,
    AnomalyMethod,
    AnomalyMetric,
    DatePart,
    ExecutionSource,
    ExecutionState,
    LineageOrigin,
    WatermarkEventKind,
)


@final
class Unset:
    """The type of `UNSET`: an argument that was not passed, where `None` means "take it away"."""

    def __repr__(self) -> str:
        return "UNSET"

    def __bool__(self) -> bool:
        return False


UNSET: Final = Unset()


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """The rules of freshness, timeliness and failures that pipelines and pipeline types share."""

    freshness_number: int | None
    freshness_datepart: DatePart | None
    mute_freshness_check: bool
    timeliness_number: int | None
    timeliness_datepart: DatePart | None
    mute_timeliness_check: bool
    failure_number: int | None
    mute_failure_check: bool


@dataclass(frozen=True, kw_only=True)
class PipelineType(Thresholds):
    """A class of pipelines, with default rules."""

    id: int
    name: str
    configuration_hash: str | None
    created_at: dt.datetime
    updated_at: dt.datetime
    created: bool = False


@dataclass(frozen=True, kw_only=True)
class Pipeline(Thresholds):
    """What runs again and again, by name. `created`: whether this call made it."""

    id: int
    name: str
    pipeline_type_id: int
    pipeline_type_name: str
    address_id: int | None
    active: bool
    load_lineage: bool
    watermark: str | None
    next_watermark: str | None
    pipeline_metadata: dict[str, Any]
    last_target_insert: dt.datetime | None
    last_target_update: dt.datetime | None
    last_target_soft_delete: dt.datetime | None
    configuration_hash: str | None
    lineage_hash: str | None
    created_at: dt.datetime
    updated_at: dt.datetime
    created: bool = False


@dataclass(frozen=True, kw_only=True)
class PipelineConfiguration:
    """What code declares of one pipeline. A field left `UNSET` is left as it is; `None` takes it away."""

    name: str
    pipeline_type_name: str | Unset = UNSET
    pipeline_metadata: dict[str, Any] | Unset = UNSET
    freshness_number: int | Unset | None = UNSET
    freshness_datepart: DatePart | str | Unset | None = UNSET
    mute_freshness_check: bool | Unset = UNSET
    timeliness_number: int | Unset | None = UNSET
    timeliness_datepart: DatePart | str | Unset | None = UNSET
    mute_timeliness_check: bool | Unset = UNSET
    failure_number: int | Unset | None = UNSET
    mute_failure_check: bool | Unset = UNSET


@dataclass(frozen=True, kw_only=True)
class Execution:
    """One run of a pipeline."""

    id: int
    pipeline_id: int
    pipeline_name: str
    parent_id: int | None
    source: ExecutionSource
    external_id: str
    state: ExecutionState
    start_date: dt.datetime
    end_date: dt.datetime | None
    duration_seconds: float | None
    logical_date: dt.datetime | None
    full_load: bool
    watermark: str | None
    next_watermark: str | None
    inserts: int | None
    updates: int | None
    soft_deletes: int | None
    total_rows: int | None
    execution_metadata: dict[str, Any]
    created_at: dt.datetime
    updated_at: dt.datetime

    @property
    def completed_successfully(self) -> bool | None:
        """Whether it succeeded; `None` while it runs."""
        return None if self.state is ExecutionState.RUNNING else self.state is ExecutionState.SUCCEEDED


@dataclass(frozen=True, kw_only=True)
class ExecutionTree:
    """An execution and all that ran as part of it, oldest first."""

    execution: Execution
    children: tuple[ExecutionTree, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ExecutionRecord:
    """All that an edge knows of an execution when it tells of it after the fact; the argument of `Watcher.record`.

    `source` and `external_id` are its identity: telling of it again updates the same row. `parent_external_id` names
    an execution of the same source, told of before or in the same call; `parent_id` one that has its row already.
    Whichever is not known is passed over.
    """

    pipeline_name: str
    source: ExecutionSource
    external_id: str
    state: ExecutionState
    start_date: dt.datetime
    end_date: dt.datetime | None = None
    parent_external_id: str | None = None
    parent_id: int | None = None
    pipeline_type_name: str | None = None  # only for a pipeline that is not known yet
    logical_date: dt.datetime | None = None
    full_load: bool = False
    next_watermark: str | None = None
    inserts: int | None = None
    updates: int | None = None
    soft_deletes: int | None = None
    total_rows: int | None = None
    execution_metadata: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class WatermarkEvent:
    """A watermark that was set by hand, or could not be moved."""

    id: int
    pipeline_id: int
    pipeline_execution_id: int | None
    kind: WatermarkEventKind
    old_watermark: str | None
    new_watermark: str | None
    created_at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class AddressType:
    """A kind of address, and its group."""

    id: int
    name: str
    group_name: str
    created_at: dt.datetime
    updated_at: dt.datetime
    created: bool = False


@dataclass(frozen=True)
class Address:
    """Where data lives. The first three fields declare one; the others are known of a stored one."""

    name: str
    address_type_name: str
    address_type_group_name: str | None = None
    id: int | None = field(default=None, kw_only=True)
    address_type_id: int | None = field(default=None, kw_only=True)
    deprecated: bool = field(default=False, kw_only=True)
    created_at: dt.datetime | None = field(default=None, kw_only=True)
    updated_at: dt.datetime | None = field(default=None, kw_only=True)
    created: bool = field(default=False, kw_only=True)


@dataclass(frozen=True, kw_only=True)
class ColumnEdge:
    """A column that is computed from another: `target` at an address from `source` at an address."""

    source_address: str
    source_column: str
    target_address: str
    target_column: str


@dataclass(frozen=True, kw_only=True)
class PipelineLineage:
    """What an edge tells of a pipeline's lineage: all of it, so that what is not among it is gone.

    Attributes:
        pipeline_name: Which pipeline; it is made where it is not known.
        address: Where its asset lives; `None` leaves that as it is.
        sources: What it reads.
        targets: What it writes.
        columns: Which columns it computes from which, at those addresses; `None` leaves them as they are.
        pipeline_type_name: Only for a pipeline that is not known yet.
    """

    pipeline_name: str
    address: Address | None = None
    sources: tuple[Address, ...] = ()
    targets: tuple[Address, ...] = ()
    columns: tuple[ColumnEdge, ...] | None = None
    pipeline_type_name: str | None = None


@dataclass(frozen=True, kw_only=True)
class LineageEdge:
    """An edge of the graph: a pipeline reads the source and writes the target; addresses by name."""

    pipeline_id: int
    pipeline_name: str
    source: str
    target: str
    origin: LineageOrigin


@dataclass(frozen=True, kw_only=True)
class LineageGraph:
    """Addresses, by name, and the edges between them."""

    addresses: tuple[Address, ...]
    edges: tuple[LineageEdge, ...]


@dataclass(frozen=True, kw_only=True)
class LineageStep:
    """An address on the way up or down from another.

    Attributes:
        address: The address.
        depth: Edges between the two, on a shortest path.
        path: Names of the addresses on that path, from where the question began to this one.
        via: Names of the pipelines that have the last edge of that path.
        pipelines: Names of the pipelines on that path, in order, none twice.
    """

    address: Address
    depth: int
    path: tuple[str, ...]
    via: tuple[str, ...]
    pipelines: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ColumnStep:
    """A column on the way up or down from another; as `LineageStep`, each column as (address, column).

    Attributes:
        address: Name of its address.
        column: Its name.
        deprecated: Whether its address is.
        depth: Edges between the two, on a shortest path.
        path: The columns on that path, from where the question began to this one.
        via: Names of the pipelines that have the last edge of that path.
        pipelines: Names of the pipelines on that path, in order, none twice.
    """

    address: str
    column: str
    deprecated: bool
    depth: int
    path: tuple[tuple[str, str], ...]
    via: tuple[str, ...]
    pipelines: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ImpactedPipeline:
    """A pipeline that reads, directly or through others, what is late or wrong.

    Attributes:
        pipeline_id: Its id.
        pipeline_name: Its name.
        pipeline_type_name: Its type.
        owners: From `owners` of its metadata.
        active: Whether it may run.
        depth: Edges from the address to what it writes, on a shortest path; 1 for one that reads the address itself.
        targets: Names of the addresses that it writes in consequence.
        open_alerts: Kinds of its alerts that are not resolved: `freshness`, `failure`, …
    """

    pipeline_id: int
    pipeline_name: str
    pipeline_type_name: str
    owners: tuple[str, ...]
    active: bool
    depth: int
    targets: tuple[str, ...]
    open_alerts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class LineageSummary:
    """The shape of the graph.

    Attributes:
        addresses: How many addresses there are.
        edges: How many pairs of addresses have an edge, whoever told of it.
        roots: Addresses that are read, and that nobody writes.
        leaves: Addresses that are written, and that nobody reads.
        unused: Addresses that nobody reads or writes.
        cycles: Groups of addresses that reach each other; a single one is a pipeline that reads what it writes.
    """

    addresses: int
    edges: int
    roots: tuple[Address, ...]
    leaves: tuple[Address, ...]
    unused: tuple[Address, ...]
    cycles: tuple[tuple[Address, ...], ...]


@dataclass(frozen=True, kw_only=True)
class ClosureReport:
    """How the closure of lineage compares with its edges.

    Attributes:
        pairs: Rows that there are now.
        missing: Rows that were not there.
        unexpected: Rows of pairs that no way leads between.
        wrong_depth: Rows with another depth than the shortest way has.
        repaired: Whether those have been mended.
    """

    pairs: int
    missing: int
    unexpected: int
    wrong_depth: int
    repaired: bool

    @property
    def is_right(self) -> bool:
        """Whether the closure was what the edges say."""
        return not (self.missing or self.unexpected or self.wrong_depth)


@dataclass(frozen=True, kw_only=True)
class RecorderState:
    """How far the event log of a Dagster instance has been recorded."""

    instance_id: str
    cursor: dict[str, Any]
    lag_seconds: float | None
    message: str | None
    updated_at: dt.datetime


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
        return anomaly_words.sentence({**self.explanation, **numbers, "z_score": self.z_score})


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
class Alert:
    """A fact worth telling someone, open until it is resolved. `event`: what of it is still to be delivered."""

    id: int
    kind: AlertKind
    level: AlertLevel
    state: AlertState
    deduplication_key: str
    pipeline_id: int
    pipeline_name: str
    pipeline_execution_id: int | None
    facts: dict[str, Any]
    opened_at: dt.datetime
    acknowledged_at: dt.datetime | None
    snoozed_until: dt.datetime | None
    resolved_at: dt.datetime | None
    resolved_by_hand: bool
    reopened_at: dt.datetime | None
    event: AlertEvent | None
    attempts: int
    next_attempt_at: dt.datetime | None
    lease: str | None
    last_error: str | None
    delivered_at: dt.datetime | None
    recovery_delivered_at: dt.datetime | None
    destination: str | None
    thread: str | None


@dataclass(frozen=True, kw_only=True)
class DeliveryResult:
    """What a delivery of alerts did.

    Attributes:
        messages: Messages that were sent.
        alerts: Alerts that those told of.
        waiting: Alerts that are still to be told of, because Slack or its configuration is missing.
        errors: Why, a line each.
    """

    messages: int = 0
    alerts: int = 0
    waiting: int = 0
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class UndeliveredAlerts:
    """Alerts of which something is still to be told.

    Attributes:
        count: How many.
        since: When that of the first of them was due; `None` where there are none.
        last_error: Why it did not arrive; `None` where nobody has tried.
    """

    count: int
    since: dt.datetime | None
    last_error: str | None


@dataclass(frozen=True, kw_only=True)
class UnjudgedExecutions:
    """Executions whose metrics are still to be judged.

    Attributes:
        count: How many.
        since: Since when the first of them waits; `None` where there are none.
    """

    count: int
    since: dt.datetime | None


@dataclass(frozen=True, kw_only=True)
class AlertPreview:
    """A message that a delivery would send now.

    Attributes:
        destination: Where to, in words.
        text: The message, as plain text.
        alerts: How many alerts it tells of.
    """

    destination: str
    text: str
    alerts: int


@dataclass(frozen=True, kw_only=True)
class AlertRoute:
    """Where alerts of a pipeline would go.

    Attributes:
        kinds: Those of these kinds; of all, where empty.
        levels: Those of these levels; of all, where empty.
        destination: Where to, in words; `None` for nowhere.
        route: The number of the route that says so, from 1; `None` where none matches.
        missing: The variable that would have to be set first.
    """

    kinds: tuple[AlertKind, ...]
    levels: tuple[AlertLevel, ...]
    destination: str | None
    route: int | None
    missing: str | None


@dataclass(frozen=True, kw_only=True)
class CleanupResult:
    """What a cleanup has deleted, or would delete.

    Attributes:
        retention_date: What is of this time or older is past retention.
        deleted: Rows, by table, in the order in which they go.
        dry_run: Whether they were only counted.
    """

    retention_date: dt.datetime
    deleted: dict[str, int]
    dry_run: bool

    @property
    def total(self) -> int:
        """Rows of all tables."""
        return sum(self.deleted.values())
