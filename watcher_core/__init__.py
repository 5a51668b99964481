"""Metadata and observability for data pipelines: what ran, what it did, how far it got."""

from watcher_core.errors import (
    ConfigurationError,
    DatabaseError,
    DatabaseUnavailableError,
    EmbeddedPostgresError,
    ExecutionEndedError,
    InvalidValueError,
    NotFoundError,
    PipelineInactiveError,
    SchemaVersionError,
    WatcherError,
)
from watcher_core.models import DatePart, ExecutionSource, ExecutionState, WatermarkEventKind
from watcher_core.settings import Settings
from watcher_core.tracking import TrackedExecution
from watcher_core.values import (
    UNSET,
    Address,
    AddressType,
    Execution,
    ExecutionRecord,
    ExecutionTree,
    Pipeline,
    PipelineConfiguration,
    PipelineType,
    RecorderState,
    Unset,
    WatermarkEvent,
)
from watcher_core.watcher import RecorderSession, Watcher

__version__ = "0.1.0"

__all__ = [
    "UNSET",
    "Address",
    "AddressType",
    "ConfigurationError",
    "DatabaseError",
    "DatabaseUnavailableError",
    "DatePart",
    "EmbeddedPostgresError",
    "Execution",
    "ExecutionEndedError",
    "ExecutionRecord",
    "ExecutionSource",
    "ExecutionState",
    "ExecutionTree",
    "InvalidValueError",
    "NotFoundError",
    "Pipeline",
    "PipelineConfiguration",
    "PipelineInactiveError",
    "PipelineType",
    "RecorderSession",
    "RecorderState",
    "SchemaVersionError",
    "Settings",
    "TrackedExecution",
    "Unset",
    "Watcher",
    "WatcherError",
    "WatermarkEvent",
    "WatermarkEventKind",
]
