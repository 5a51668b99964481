"""Executions as spans: what they are part of, and what they say. A run of Dagster is a trace whose id is the run's."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from watcher_core.enums import ExecutionSource, ExecutionState
from watcher_core.recording import ExportedExecution, Identity
from watcher_core.trace_context import RUNLESS, SpanContext, read_traceparent, run_of, span_id, trace_id

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

# Attributes of a span, by the column of the execution.
ATTRIBUTES = {
    "id": "watcher.execution.id",
    "external_id": "watcher.execution.external_id",
    "scope": "watcher.scope",
    "full_load": "watcher.full_load",
    "watermark": "watcher.watermark",
    "next_watermark": "watcher.next_watermark",
    "inserts": "watcher.inserts",
    "updates": "watcher.updates",
    "soft_deletes": "watcher.soft_deletes",
    "total_rows": "watcher.total_rows",
    "instance_id": "dagster.instance_id",
}


@dataclass(frozen=True)
class SpanError:
    """Why an execution failed."""

    type: str | None
    message: str | None
    stack: str | None


@dataclass(frozen=True)
class Span:
    """A span, before any library knows of it. Times are nanoseconds since 1970."""

    trace_id: int
    span_id: int
    parent_id: int | None
    name: str
    start: int
    end: int
    state: ExecutionState
    attributes: dict[str, str | int | float | bool]
    error: SpanError | None
    link: SpanContext | None = None  # the trace of whoever started it


def span_of(execution: ExportedExecution) -> Span:
    """Translate an execution."""
    identity, *around = execution.path
    root = execution.path[-1]
    run = Identity(root.source, run_of(*root))
    if run != root:  # the row of the run is not there, or not linked yet
        around.append(run)
    columns = execution.columns
    attributes: dict[str, str | int | float | bool] = {
        "watcher.pipeline.name": execution.pipeline_name,
        "watcher.pipeline.type": execution.pipeline_type_name,
        "watcher.execution.state": execution.state.value,
        "watcher.execution.source": identity.source.value,
        **{name: columns[column] for column, name in ATTRIBUTES.items() if columns[column] is not None},
    }
    if columns["logical_date"] is not None:
        attributes["watcher.logical_date"] = columns["logical_date"].isoformat()
    if identity.source is ExecutionSource.DAGSTER and not identity.external_id.startswith(RUNLESS):
        attributes["dagster.run_id"] = run_of(*identity)
    return Span(
        trace_id=trace_id(*run),
        span_id=span_id(*identity),
        parent_id=span_id(*around[0]) if around else None,
        name=execution.pipeline_name,
        start=_nanoseconds(columns["start_date"]),
        end=_nanoseconds(columns["end_date"]),
        state=execution.state,
        attributes=attributes,
        error=_error(columns["execution_metadata"].get("error")) if execution.state is ExecutionState.FAILED else None,
        link=read_traceparent(columns["execution_metadata"].get("traceparent")),
    )


def _nanoseconds(at: dt.datetime) -> int:
    return (at - EPOCH) // dt.timedelta(microseconds=1) * 1000


def _error(error: Any) -> SpanError:
    """What the metadata say of an error; whoever recorded it may have written anything."""
    if not isinstance(error, dict):
        return SpanError(None, None if error is None else str(error), None)
    type_, message, stack = (
        None if error.get(key) is None else str(error[key]) for key in ("class", "message", "stack")
    )
    return SpanError(type_, message, stack)
