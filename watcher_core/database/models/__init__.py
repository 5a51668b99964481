"""All tables of the schema `watcher`.

Invariants live here, as constraints: PostgreSQL keeps them whoever writes. Their names follow one convention, because
a violated constraint's name is what becomes a domain error.
"""

from __future__ import annotations

from watcher_core.arguments import MAX_FAILURE_NUMBER
from watcher_core.database.models.access import ApiToken
from watcher_core.database.models.alerts import Alert, AlertAction, AlertDelivery, Heartbeat, MaintenanceWindow
from watcher_core.database.models.anomalies import AnomalyDetectionResult, AnomalyDetectionRule, AnomalyPending
from watcher_core.database.models.catalog import (
    Address,
    AddressAlias,
    AddressType,
    Pipeline,
    PipelineAlias,
    PipelineType,
    PipelineTypeAlias,
    Thresholds,
)
from watcher_core.database.models.checks import (
    AssetCheck,
    AssetCheckResult,
    CheckState,
    FailurePending,
    FailurePipelineExecutionLog,
    FreshnessPipelineLog,
    PipelineAutomation,
    PipelineCadence,
    PipelineColumns,
    TimelinessPipelineExecutionLog,
)
from watcher_core.database.models.declarative import Base, table
from watcher_core.database.models.lineage import AddressLineage, AddressLineageClosure, ColumnLineage
from watcher_core.database.models.openlineage import OpenLineageJob, OpenLineagePending, OpenLineageRun
from watcher_core.database.models.recording import (
    ExecutionDaily,
    ExecutionDailyPending,
    ExecutionProcess,
    Observation,
    PipelineExecution,
    Recorder,
    RecorderLease,
    WatermarkEvent,
)
from watcher_core.database.models.telemetry import TracePending
from watcher_core.database.version import SCHEMA

__all__ = [
    "MAX_FAILURE_NUMBER",
    "SCHEMA",
    "Address",
    "AddressAlias",
    "AddressLineage",
    "AddressLineageClosure",
    "AddressType",
    "Alert",
    "AlertAction",
    "AlertDelivery",
    "AnomalyDetectionResult",
    "AnomalyDetectionRule",
    "AnomalyPending",
    "ApiToken",
    "AssetCheck",
    "AssetCheckResult",
    "Base",
    "CheckState",
    "ColumnLineage",
    "ExecutionDaily",
    "ExecutionDailyPending",
    "ExecutionProcess",
    "FailurePending",
    "FailurePipelineExecutionLog",
    "FreshnessPipelineLog",
    "Heartbeat",
    "MaintenanceWindow",
    "Observation",
    "OpenLineageJob",
    "OpenLineagePending",
    "OpenLineageRun",
    "Pipeline",
    "PipelineAlias",
    "PipelineAutomation",
    "PipelineCadence",
    "PipelineColumns",
    "PipelineExecution",
    "PipelineType",
    "PipelineTypeAlias",
    "Recorder",
    "RecorderLease",
    "Thresholds",
    "TimelinessPipelineExecutionLog",
    "TracePending",
    "WatermarkEvent",
    "table",
]
