"""Metadata and observability for data pipelines: what ran, what it did, how far it got.

What needs the database is loaded on first use: every step of a Dagster run is a process that imports this package, and
most of them write nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from watcher_core.enums import DatePart, Direction, ExecutionSource, ExecutionState, LineageOrigin, WatermarkEventKind
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
from watcher_core.values import (
    UNSET,
    Address,
    AddressType,
    ClosureReport,
    ColumnEdge,
    ColumnStep,
    Execution,
    ExecutionRecord,
    ExecutionTree,
    ImpactedPipeline,
    LineageEdge,
    LineageGraph,
    LineageStep,
    LineageSummary,
    Pipeline,
    PipelineConfiguration,
    PipelineLineage,
    PipelineType,
    RecorderState,
    Unset,
    WatermarkEvent,
)

if TYPE_CHECKING:
    from watcher_core.settings import Settings
    from watcher_core.tracking import TrackedExecution
    from watcher_core.watcher import RecorderSession, Watcher

__version__ = "0.1.0"

__all__ = [
    "UNSET",
    "Address",
    "AddressType",
    "ClosureReport",
    "ColumnEdge",
    "ColumnStep",
    "ConfigurationError",
    "DatabaseError",
    "DatabaseUnavailableError",
    "DatePart",
    "Direction",
    "EmbeddedPostgresError",
    "Execution",
    "ExecutionEndedError",
    "ExecutionRecord",
    "ExecutionSource",
    "ExecutionState",
    "ExecutionTree",
    "ImpactedPipeline",
    "InvalidValueError",
    "LineageEdge",
    "LineageGraph",
    "LineageOrigin",
    "LineageStep",
    "LineageSummary",
    "NotFoundError",
    "Pipeline",
    "PipelineConfiguration",
    "PipelineInactiveError",
    "PipelineLineage",
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

_MODULES = {
    "RecorderSession": "watcher",
    "Settings": "settings",
    "TrackedExecution": "tracking",
    "Watcher": "watcher",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
