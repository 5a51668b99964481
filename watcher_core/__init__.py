"""Metadata and observability for data pipelines: what ran, what it did, how far it got.

What needs the database is loaded on first use: every step of a Dagster run is a process that imports this package, and
most of them write nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from watcher_core.enums import (
    AlertEvent,
    AlertKind,
    AlertLevel,
    AlertState,
    AnomalyMethod,
    AnomalyMetric,
    AssetCheckStatus,
    DatePart,
    Direction,
    ExecutionSource,
    ExecutionState,
    LineageOrigin,
    WatermarkEventKind,
)
from watcher_core.errors import (
    ConfigurationError,
    DatabaseError,
    DatabaseUnavailableError,
    DeliveryError,
    EmbeddedPostgresError,
    ExecutionEndedError,
    InvalidValueError,
    NotFoundError,
    PipelineInactiveError,
    SchemaVersionError,
    WatcherError,
)
from watcher_core.values import (
    UNSET,
    Address,
    AddressType,
    Alert,
    AlertDelivery,
    AlertPreview,
    AlertRoute,
    AnomalyDetection,
    AnomalyExplanation,
    AnomalyResult,
    AnomalyRule,
    AnomalyRuleConfiguration,
    AnomalyRun,
    AnomalyVerdict,
    AssetCheck,
    AssetCheckRecord,
    AssetCheckResult,
    BackfillRecord,
    CleanupResult,
    ClockReport,
    ClosureReport,
    ColumnEdge,
    ColumnStep,
    DeliveryResult,
    EffectiveThreshold,
    Execution,
    ExecutionRecord,
    ExecutionTree,
    Finding,
    HealthFact,
    HealthReport,
    HostAhead,
    ImpactedPipeline,
    LineageEdge,
    LineageGraph,
    LineageStep,
    LineageSummary,
    MaintenanceWindow,
    ObservationRecord,
    Pipeline,
    PipelineCheck,
    PipelineConfiguration,
    PipelineLineage,
    PipelineType,
    RecorderState,
    Route,
    RuleSuggestion,
    ThresholdArguments,
    UndeliveredAlerts,
    UnjudgedExecutions,
    Unset,
    WatermarkEvent,
)

if TYPE_CHECKING:
    from watcher_core.alerts import SlackChannel, SlackMessage, SlackSender
    from watcher_core.anomalies import draw_anomaly
    from watcher_core.calendars import clean_calendar, clean_timezone
    from watcher_core.client import RecorderSession, Watcher
    from watcher_core.recording import TrackedExecution
    from watcher_core.settings import Settings

__version__ = "0.1.0"

__all__ = [
    "UNSET",
    "Address",
    "AddressType",
    "Alert",
    "AlertDelivery",
    "AlertEvent",
    "AlertKind",
    "AlertLevel",
    "AlertPreview",
    "AlertRoute",
    "AlertState",
    "AnomalyDetection",
    "AnomalyExplanation",
    "AnomalyMethod",
    "AnomalyMetric",
    "AnomalyResult",
    "AnomalyRule",
    "AnomalyRuleConfiguration",
    "AnomalyRun",
    "AnomalyVerdict",
    "AssetCheck",
    "AssetCheckRecord",
    "AssetCheckResult",
    "AssetCheckStatus",
    "BackfillRecord",
    "CleanupResult",
    "ClockReport",
    "ClosureReport",
    "ColumnEdge",
    "ColumnStep",
    "ConfigurationError",
    "DatabaseError",
    "DatabaseUnavailableError",
    "DatePart",
    "DeliveryError",
    "DeliveryResult",
    "Direction",
    "EffectiveThreshold",
    "EmbeddedPostgresError",
    "Execution",
    "ExecutionEndedError",
    "ExecutionRecord",
    "ExecutionSource",
    "ExecutionState",
    "ExecutionTree",
    "Finding",
    "HealthFact",
    "HealthReport",
    "HostAhead",
    "ImpactedPipeline",
    "InvalidValueError",
    "LineageEdge",
    "LineageGraph",
    "LineageOrigin",
    "LineageStep",
    "LineageSummary",
    "MaintenanceWindow",
    "NotFoundError",
    "ObservationRecord",
    "Pipeline",
    "PipelineCheck",
    "PipelineConfiguration",
    "PipelineInactiveError",
    "PipelineLineage",
    "PipelineType",
    "RecorderSession",
    "RecorderState",
    "Route",
    "RuleSuggestion",
    "SchemaVersionError",
    "Settings",
    "SlackChannel",
    "SlackMessage",
    "SlackSender",
    "ThresholdArguments",
    "TrackedExecution",
    "UndeliveredAlerts",
    "UnjudgedExecutions",
    "Unset",
    "Watcher",
    "WatcherError",
    "WatermarkEvent",
    "WatermarkEventKind",
    "clean_calendar",
    "clean_timezone",
    "draw_anomaly",
]

_MODULES = {
    "RecorderSession": "client",
    "Settings": "settings",
    "SlackChannel": "alerts",
    "SlackMessage": "alerts",
    "SlackSender": "alerts",
    "TrackedExecution": "recording",
    "Watcher": "client",
    "clean_calendar": "calendars",
    "clean_timezone": "calendars",
    "draw_anomaly": "anomalies",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
