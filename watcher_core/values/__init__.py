"""What the public interface takes and gives: frozen dataclasses, with the columns of their tables as attributes."""

from __future__ import annotations

from watcher_core.values.alerts import (
    Alert,
    AlertDelivery,
    AlertPreview,
    AlertRoute,
    DeliveryResult,
    Route,
    UndeliveredAlerts,
)
from watcher_core.values.anomalies import (
    AnomalyDetection,
    AnomalyExplanation,
    AnomalyResult,
    AnomalyRule,
    AnomalyRuleConfiguration,
    AnomalyRun,
    AnomalyVerdict,
    UnjudgedExecutions,
)
from watcher_core.values.asset_checks import AssetCheck, AssetCheckRecord, AssetCheckResult
from watcher_core.values.backfills import BackfillRecord
from watcher_core.values.checks import EffectiveThreshold, PipelineCheck, RuleSuggestion
from watcher_core.values.executions import (
    Execution,
    ExecutionRecord,
    ExecutionTree,
    ObservationRecord,
    WatermarkEvent,
)
from watcher_core.values.findings import Cause, Finding
from watcher_core.values.health import CheckState, HealthFact, HealthReport, HeartbeatState
from watcher_core.values.lineage import (
    Address,
    AddressType,
    ClosureReport,
    ColumnEdge,
    ColumnStep,
    ImpactedPipeline,
    LineageEdge,
    LineageGraph,
    LineageStep,
    LineageSummary,
    PipelineLineage,
)
from watcher_core.values.maintenance import MaintenanceWindow
from watcher_core.values.pipelines import (
    UNSET,
    Pipeline,
    PipelineConfiguration,
    PipelineType,
    ThresholdArguments,
    Thresholds,
    Unset,
)
from watcher_core.values.upkeep import CleanupResult, ClockReport, HostAhead, RecorderState

__all__ = [
    "UNSET",
    "Address",
    "AddressType",
    "Alert",
    "AlertDelivery",
    "AlertPreview",
    "AlertRoute",
    "AnomalyDetection",
    "AnomalyExplanation",
    "AnomalyResult",
    "AnomalyRule",
    "AnomalyRuleConfiguration",
    "AnomalyRun",
    "AnomalyVerdict",
    "AssetCheck",
    "AssetCheckRecord",
    "AssetCheckResult",
    "BackfillRecord",
    "Cause",
    "CheckState",
    "CleanupResult",
    "ClockReport",
    "ClosureReport",
    "ColumnEdge",
    "ColumnStep",
    "DeliveryResult",
    "EffectiveThreshold",
    "Execution",
    "ExecutionRecord",
    "ExecutionTree",
    "Finding",
    "HealthFact",
    "HealthReport",
    "HeartbeatState",
    "HostAhead",
    "ImpactedPipeline",
    "LineageEdge",
    "LineageGraph",
    "LineageStep",
    "LineageSummary",
    "MaintenanceWindow",
    "ObservationRecord",
    "Pipeline",
    "PipelineCheck",
    "PipelineConfiguration",
    "PipelineLineage",
    "PipelineType",
    "RecorderState",
    "Route",
    "RuleSuggestion",
    "ThresholdArguments",
    "Thresholds",
    "UndeliveredAlerts",
    "UnjudgedExecutions",
    "Unset",
    "WatermarkEvent",
]
