"""What a job records over HTTP, in requests: its start, heartbeats and end, and what it declares."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from watcher_core import arguments, recording, values
from watcher_core.errors import NotFoundError, PipelineInactiveError
from watcher_core.remote.answers import value_of
from watcher_core.remote.server import RemoteServer

# What the server takes in one request.
MAX_BATCH = 10_000

# What nobody has asked for waits for no lock.
IN_PASSING = "wait=0"


def start_tracked(server: RemoteServer, request: recording.TrackRequest, start_date: dt.datetime) -> values.Execution:
    """Record the start of an execution, with all that it declares."""
    body = {
        "pipeline_name": request.name,
        **_declared(request),
        "external_id": request.external_id,
        "source": request.source,
        "start_date": start_date,
        "next_watermark": request.next_watermark,
        "parent_id": request.parent_id,
        "parent": None if request.parent is None else _record(request.parent),
        "full_load": request.full_load,
        "execution_metadata": request.execution_metadata,
        "logical_date": request.logical_date,
        "attempt": request.attempt,
        "part_of": None if request.part_of is None else vars(request.part_of),
        "instance_id": request.instance_id,
        "scope": request.scope,
        "heartbeats_from": None if request.process is None else request.process.host,
    }
    return value_of(values.Execution, server.send("/execution", body))


def record_executions(
    server: RemoteServer, records: Iterable[values.ExecutionRecord], *, in_passing: bool = False
) -> int:
    """Record executions; each 10,000 are a transaction. Where there are none, the server is asked all the same.

    Args:
        server: Where.
        records: What.
        in_passing: Whether something else was asked for, so that this waits for no lock.
    """
    all_of_them = [_record(record) for record in records]
    prefer = {"Prefer": IN_PASSING} if in_passing else None
    recorded = 0
    for first in range(0, max(1, len(all_of_them)), MAX_BATCH):
        body = {"executions": all_of_them[first : first + MAX_BATCH]}
        recorded += server.send("/execution/batch", body, headers=prefer)["recorded"]
    return recorded


def declare(server: RemoteServer, request: recording.TrackRequest) -> None:
    """Write what code declares of a pipeline, without an execution.

    Raises:
        PipelineInactiveError: The pipeline is switched off.
    """
    answer = server.send("/pipeline_declaration", {"pipeline_name": request.name, **_declared(request)})
    if not answer["active"]:
        raise PipelineInactiveError(request.name)


def beat(server: RemoteServer, execution_id: int, process: recording.Process) -> bool:
    """Send a heartbeat; whether the execution runs."""
    try:
        answer = server.send("/heartbeat", {"id": execution_id, "host": process.host})
    except NotFoundError:
        return False
    return bool(answer["running"])


def _declared(request: recording.TrackRequest) -> dict[str, Any]:
    lineage = request.lineage
    return {
        "configuration": request.configuration,
        "sources": [] if lineage is None else [vars(each) for each in lineage.sources],
        "targets": [] if lineage is None else [vars(each) for each in lineage.targets],
    }


def _record(record: values.ExecutionRecord) -> dict[str, Any]:
    dates = {name: _instant(getattr(record, name), name) for name in ("start_date", "end_date", "logical_date")}
    metadata = arguments.json_object(record.execution_metadata, "execution_metadata")
    return {**vars(record), **dates, "execution_metadata": metadata}


def _instant(value: dt.datetime | None, argument: str) -> dt.datetime | None:
    return None if value is None else arguments.instant(value, argument)
