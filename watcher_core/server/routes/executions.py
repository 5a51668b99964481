"""Executions: start, end, record, read.

Start and end are called for each run of everything, so they read their body and write their answer by themselves:
FastAPI would take longer over both than PostgreSQL over the statement.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from watcher_core import recording, values
from watcher_core.enums import ExecutionSource
from watcher_core.errors import ExecutionEndedError
from watcher_core.server.errors import RefusedError
from watcher_core.server.fields import (
    JsonError,
    PathId,
    read_json,
)
from watcher_core.server.routes.execution_bodies import (
    MAX_KEY_CHARACTERS,
    STORED,
    BatchBody,
    CloseBody,
    DeclarationBody,
    EndBody,
    HeartbeatAnswer,
    HeartbeatBody,
    Recorded,
    StartBody,
    StoredExecution,
    TrackBody,
)
from watcher_core.server.routes.execution_parents import leave_out_others_parents, require_parent, with_own_parents
from watcher_core.server.routes.pipelines import STORED_PIPELINE, Created
from watcher_core.server.routing import (
    access_of,
    covered_pipeline,
    errors,
    require_own,
    router,
    watcher_of,
    workers_of,
)

executions = router("executions")

# What of a declaration is passed apart from the pipeline itself.
DECLARED = ("configuration", "sources", "targets")

# Equal starts within this time are one start that was sent again.
REPEATED_WITHIN = dt.timedelta(minutes=5)


def _json_body(model: type[BaseModel]) -> dict[str, Any]:
    """What FastAPI does not know of a route that reads its body by itself."""
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def _read(model: type[Any], body: bytes) -> tuple[Any, Any]:
    """Return a body as it was sent, and as it is read."""
    try:
        given = read_json(body)
        return given, model.model_validate(given)
    except JsonError as exc:
        error = {
            "type": "json_invalid",
            "loc": ("body", exc.pos),
            "msg": "JSON decode error",
            "ctx": {"error": exc.msg},
        }
        raise RequestValidationError([error]) from exc
    except ValidationError as exc:
        raise RequestValidationError([{**each, "loc": ("body", *each["loc"])} for each in exc.errors()]) from exc


# Start and end


@executions.post(
    "/start_pipeline_execution",
    status_code=201,
    response_model=Created,
    responses=errors(400, 404, 409),
    openapi_extra={
        **_json_body(StartBody),
        "parameters": [
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "schema": {"type": "string", "maxLength": MAX_KEY_CHARACTERS},
                "description": "The same key for the same pipeline again is the same execution.",
            }
        ],
    },
)
async def start_execution(request: Request) -> Response:
    """Start an execution.

    The same start again is the same execution: with the same `Idempotency-Key`, or where the whole body is equal, its
    start date has a time, and the first came within five minutes.
    """
    given, body = _read(StartBody, await request.body())
    execution = await workers_of(request).run(_start, request, given, body)
    return Response(b'{"id":%d}' % execution.id, 201, media_type="application/json")


def _start(request: Request, given: dict[str, Any], body: StartBody) -> values.Execution:
    watcher = watcher_of(request)
    parent_id = body.parent_execution_id if body.parent_id is None else body.parent_id
    if access_of(request).is_limited:
        covered_pipeline(request, body.pipeline_id)
        require_parent(request, parent_id)
    metadata = body.execution_metadata
    if body.watermark is not None:
        metadata = {**(metadata or {}), "reported_watermark": body.watermark}
    key = request.headers.get("idempotency-key")
    external_id = _identity(key, given, body)
    fields: dict[str, Any] = {
        "pipeline_id": body.pipeline_id,
        "start_date": body.start_date,
        "parent_id": parent_id,
        "full_load": bool(body.full_load),
        "next_watermark": body.next_watermark,
        "execution_metadata": metadata,
        "source": ExecutionSource.HTTP,
        "external_id": external_id,
    }
    execution = watcher.start_execution(**fields)
    if external_id is None:
        return execution
    if key is not None:
        if body.start_date is not None and execution.start_date != body.start_date and not _was_ahead(execution):
            raise RefusedError(
                409, f"Idempotency-Key {key!r} is that of execution {execution.id}, with another start date"
            )
        return execution
    with watcher._driver_statements() as (connection, _):
        released = recording.release_identity(connection, execution.id, older_than=REPEATED_WITHIN)
    return watcher.start_execution(**fields) if released else execution


def _identity(key: str | None, given: dict[str, Any], body: StartBody) -> str | None:
    if key is not None:
        if not 1 <= len(key.strip()) <= MAX_KEY_CHARACTERS:
            raise RefusedError(400, f"Idempotency-Key has {len(key)} characters; it has 1 to {MAX_KEY_CHARACTERS}")
        return f"key/{body.pipeline_id}/{key.strip()}"
    sent = given.get("start_date")
    if sent is None or (isinstance(sent, str) and ":" not in sent and not sent.strip().replace(".", "").isdecimal()):
        return None
    canonical = json.dumps(given, sort_keys=True).encode()
    return f"body/{hashlib.sha256(canonical).hexdigest()}"


def _was_ahead(execution: values.Execution) -> bool:
    return "reported_start_date" in execution.execution_metadata


@executions.post(
    "/end_pipeline_execution",
    status_code=204,
    response_class=Response,
    responses={
        200: {"model": StoredExecution, "description": "The execution, with `Prefer: return=representation`."},
        **errors(400, 404, 409),
    },
    openapi_extra={
        **_json_body(EndBody),
        "parameters": [
            {
                "name": "Prefer",
                "in": "header",
                "required": False,
                "schema": {"type": "string", "maxLength": 200},
                "description": "`handling=strict`: other values than those of the first end are a clash. "
                "`return=representation`: answer the execution.",
            }
        ],
    },
)
async def end_execution(request: Request) -> Response:
    """End an execution. Of two ends, the first one wins, and the second answers 204 too."""
    _, body = _read(EndBody, await request.body())
    prefer = request.headers.get("prefer", "")
    execution = await workers_of(request).run(_end, request, body, "handling=strict" in prefer)
    if "return=representation" in prefer:
        return Response(STORED.dump_json(execution), 200, media_type="application/json")
    return Response(status_code=204)


def _end(request: Request, body: EndBody, strict: bool) -> values.Execution:
    watcher = watcher_of(request)
    if access_of(request).is_limited:
        access_of(request).require_pipeline(watcher.execution(body.id).pipeline_name)
    fields = dict(body)
    try:
        return watcher.end_execution(fields.pop("id"), **fields)
    except ExecutionEndedError:
        if strict:
            raise
        return watcher.execution(body.id)


@executions.post("/execution/{execution_id}/close", response_model=StoredExecution, responses=errors(400, 404))
def close_execution(execution_id: PathId, body: CloseBody, request: Request) -> Response:
    """End an execution by hand whose process was killed. Where its job reports an end after all, that replaces it."""
    watcher = watcher_of(request)
    if access_of(request).is_limited:
        access_of(request).require_pipeline(watcher.execution(execution_id).pipeline_name)
    execution = watcher.close_execution(execution_id, state=body.state, reason=body.reason)
    return Response(STORED.dump_json(execution), media_type="application/json")


@executions.post("/heartbeat", response_model=HeartbeatAnswer, responses=errors(404))
def heartbeat(body: HeartbeatBody, request: Request) -> Any:
    """Say that an execution lives, at least every minute. One whose heartbeats stop is reported as stuck."""
    watcher = watcher_of(request)
    execution = watcher.execution(body.id)
    access_of(request).require_pipeline(execution.pipeline_name)
    process = recording.Process(body.host or "a host that is not known")
    return {"running": watcher._beat(execution.id, process)}


# Record


@executions.post("/execution", status_code=201, response_model=StoredExecution, responses=errors(400, 404, 409))
def track_execution(body: TrackBody, request: Request) -> Response:
    """Start an execution of a pipeline by its name; the pipeline is created where it is not known."""
    watcher = watcher_of(request)
    if access_of(request).is_limited:
        body = with_own_parents(request, body)
    if body.pipeline_id is not None or body.must_exist:
        reference = body.pipeline_name if body.pipeline_id is None else body.pipeline_id
        fields = body.started()
        if body.parent_id is None:
            with watcher._driver_statements() as (connection, _):
                fields["parent_id"] = recording.find_enclosing_id(connection, body.enclosing)
        pipeline = covered_pipeline(request, reference or "")
        require_own(request, [(body.source, body.external_id, pipeline.name)])
        execution = watcher.start_execution(pipeline_id=pipeline.id, **fields)
        if body.heartbeats_from is not None:
            watcher._beat(execution.id, recording.Process(body.heartbeats_from))
        return Response(STORED.dump_json(execution), 201, media_type="application/json")
    name = watcher.known_name("pipeline", body.pipeline_name or "")
    body = body.model_copy(update={"pipeline_name": name})
    access_of(request).require_pipeline(name)
    if body.parent is not None:
        access_of(request).require_pipeline(body.parent.pipeline_name)
        require_own(request, [(body.parent.source, body.parent.external_id, body.parent.pipeline_name)])
    require_own(request, [(body.source, body.external_id, name)])
    execution = watcher._start_tracked(body.request(), body.start_date or watcher.clock())
    return Response(STORED.dump_json(execution), 201, media_type="application/json")


@executions.post(
    "/execution/batch",
    response_model=Recorded,
    responses=errors(400, 404),
    openapi_extra={
        **_json_body(BatchBody),
        "parameters": [
            {
                "name": "Prefer",
                "in": "header",
                "required": False,
                "schema": {"type": "string", "maxLength": 200},
                "description": "`wait=0`: where another session has locked a pipeline, wait for it for a moment only.",
            }
        ],
    },
)
async def record_executions(request: Request) -> Response:
    """Record up to 10,000 executions in one transaction. The same ones again change nothing."""
    in_passing = "wait=0" in request.headers.get("prefer", "")
    count = await workers_of(request).run(_record, request, await request.body(), in_passing)
    return Response(b'{"recorded":%d}' % count, media_type="application/json")


def _record(request: Request, body: bytes, in_passing: bool) -> int:
    batch: BatchBody = _read(BatchBody, body)[1]
    access = access_of(request)
    if access.is_limited:
        access.require_pipelines(each.pipeline_name for each in batch.executions)
        require_own(
            request,
            (
                (each.source, external_id, each.pipeline_name)
                for each in batch.executions
                for external_id in (each.external_id, each.former_external_id)
            ),
        )
        leave_out_others_parents(request, batch.executions)
    return watcher_of(request)._record_all(_records(batch), in_passing=in_passing)


@executions.post("/pipeline_declaration", response_model=values.Pipeline, responses=errors(400, 409))
def declare_pipeline(body: DeclarationBody, request: Request) -> Response:
    """Declare a pipeline, and what it reads and writes, apart from an execution; answer all that is known of it."""
    watcher = watcher_of(request)
    name = watcher.known_name("pipeline", body.pipeline_name)
    access_of(request).require_pipeline(name)
    configuration = {} if body.configuration is None else body.configuration.declared()
    said = body.said("pipeline_name", *DECLARED)
    if "next_watermark" in body.model_fields_set:
        said["next_watermark"] = body.next_watermark
    found = watcher.get_or_create_pipeline(name, **configuration, **said)
    if body.sources or body.targets:
        of_lineage = {**body.declared(found.name), "pipeline": values.PipelineConfiguration(name=found.name)}
        watcher._declare(recording.TrackRequest(external_id=found.name, **of_lineage))
    return Response(STORED_PIPELINE.dump_json(found), media_type="application/json")


def _records(batch: BatchBody) -> Iterator[values.ExecutionRecord]:
    """The records of a batch, each of which is let go as it is taken: 10,000 of them need megabytes in each form."""
    batch.executions.reverse()
    while batch.executions:
        yield batch.executions.pop().record()
