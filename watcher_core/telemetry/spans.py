"""Executions as spans: their ids, and what they say.

The ids follow from the identity of an execution, so that an export again gives the same ones, and a child can be
exported before what it is part of. A run of Dagster is a trace whose id is the run's.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from dataclasses import dataclass
from typing import Any

from watcher_core.enums import ExecutionSource, ExecutionState
from watcher_core.telemetry.queue import EndedExecution, Identity

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
# What is reported in Dagster without a run has an identity that begins so.
RUNLESS = "runless/"

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


def span_of(execution: EndedExecution) -> Span:
    """Translate an execution."""
    identity, *around = execution.path
    root = execution.path[-1]
    run = _run_of(root)
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
        attributes["dagster.run_id"] = _run_of(identity).external_id
    return Span(
        trace_id=trace_id(run),
        span_id=span_id(identity),
        parent_id=span_id(around[0]) if around else None,
        name=execution.pipeline_name,
        start=_nanoseconds(columns["start_date"]),
        end=_nanoseconds(columns["end_date"]),
        state=execution.state,
        attributes=attributes,
        error=_error(columns["execution_metadata"].get("error")) if execution.state is ExecutionState.FAILED else None,
    )


def trace_id(root: Identity) -> int:
    """Return the trace that an execution is the root of: its own UUID, where it has one."""
    try:
        found = uuid.UUID(root.external_id).int
    except ValueError:
        found = 0
    return found or _digest(f"trace/{root.source.value}/{root.external_id}", 16)


def span_id(identity: Identity) -> int:
    """Return the span of an execution."""
    return _digest(f"span/{identity.source.value}/{identity.external_id}", 8)


def _run_of(identity: Identity) -> Identity:
    """The run that something in Dagster is part of; whatever else is no part of a run."""
    if identity.source is not ExecutionSource.DAGSTER or identity.external_id.startswith(RUNLESS):
        return identity
    return Identity(identity.source, identity.external_id.partition("/")[0])


def _digest(text: str, size: int) -> int:
    # No id may be zero.
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:size]) or 1


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
