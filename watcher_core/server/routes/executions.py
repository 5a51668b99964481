"""Executions: start, end, record, read.

Start and end are called for each run of everything, so they read their body and write their answer by themselves:
FastAPI would take longer over both than PostgreSQL over the statement.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
from typing import Annotated, Any

import anyio.to_thread
from fastapi import Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field, TypeAdapter, ValidationError, model_validator

from watcher_core import recording, values
from watcher_core.enums import ExecutionSource, ExecutionState
from watcher_core.errors import ExecutionEndedError
from watcher_core.server.errors import RefusedError
from watcher_core.server.fields import (
    DEFAULT_PAGE,
    MAX_PAGE,
    Body,
    Count,
    Cursor,
    Id,
    Instant,
    JsonError,
    LongName,
    PathId,
    Watermark,
    read_json,
)
from watcher_core.server.routes.pipelines import Created, ThresholdsBody
from watcher_core.server.routing import Page, access_of, covered_pipeline, errors, router, watcher_of

executions = router("executions")

# Equal starts within this time are one start that was sent again.
REPEATED_WITHIN = dt.timedelta(minutes=5)
# The server's clock may differ from the database's, which decides.
SURELY_NEW = dt.timedelta(minutes=4)

MAX_BATCH = 10_000
MAX_KEY_CHARACTERS = 255

# What Watcher itself adds to the metadata of an execution.
OWN_METADATA = ("reported_watermark", "reported_start_date", "reported_end_date", "reported_by")


class StartBody(Body):
    """An execution that starts."""

    pipeline_id: Id = Field(examples=[1])
    start_date: Instant | None = Field(None, description="Null: now.", examples=["2026-01-02T06:00:00Z"])
    watermark: Watermark | None = Field(None, description="Where it begins; kept with the execution.")
    next_watermark: Watermark | None = Field(None, description="The pipeline's watermark, if it succeeds.")
    parent_id: Id | None = None
    parent_execution_id: Id | None = Field(None, description="The same as `parent_id`.")
    full_load: bool | None = None
    execution_metadata: dict[str, Any] | None = None


class EndBody(Body):
    """An execution that ends. Of two ends, the first one wins."""

    id: Id = Field(examples=[1])
    end_date: Instant = Field(examples=["2026-01-02T06:05:00Z"])
    completed_successfully: bool = Field(examples=[True])
    inserts: Count | None = Field(None, examples=[3])
    updates: Count | None = None
    soft_deletes: Count | None = None
    total_rows: Count | None = Field(None, examples=[3])
    next_watermark: Watermark | None = None
    execution_metadata: dict[str, Any] | None = None


class ExecutionAnswer(BaseModel):
    """An execution, in the form that the API has always had."""

    id: int
    parent_id: int | None
    pipeline_id: int
    start_date: dt.datetime
    end_date: dt.datetime | None
    duration_seconds: int | None
    completed_successfully: bool | None
    inserts: int | None
    updates: int | None
    soft_deletes: int | None
    total_rows: int | None
    watermark: str | None
    next_watermark: str | None
    execution_metadata: dict[str, Any] | None
    anomaly_flags: dict[str, bool] | None
    throughput: float | None
    full_load: bool
    child_executions: list[ExecutionAnswer]


class AddressFields(Body):
    """An address, as the lineage of an execution names it."""

    name: LongName
    address_type_name: LongName
    address_type_group_name: LongName | None = None
    database_name: LongName | None = None
    schema_name: LongName | None = None
    table_name: LongName | None = None
    primary_key: LongName | None = None
    address_metadata: dict[str, Any] | None = None


class ConfigurationFields(ThresholdsBody):
    """What code declares of the pipeline."""

    pipeline_type_name: LongName | None = None
    pipeline_metadata: dict[str, Any] | None = None


class RecordFields(Body):
    """An execution that is recorded after the fact. `source` and `external_id` are its identity."""

    pipeline_name: LongName = Field(examples=["nightly_export"])
    external_id: Annotated[str, Field(min_length=1, max_length=2560)] = Field(examples=["export-2026-01-02"])
    source: ExecutionSource = ExecutionSource.HTTP
    state: ExecutionState = Field(examples=["succeeded"])
    start_date: Instant = Field(examples=["2026-01-02T06:00:00Z"])
    end_date: Instant | None = Field(None, examples=["2026-01-02T06:05:00Z"])
    parent_external_id: Annotated[str, Field(min_length=1, max_length=2560)] | None = None
    parent_id: Id | None = None
    instance_id: str | None = None
    scope: str | None = None
    pipeline_type_name: LongName | None = None
    logical_date: Instant | None = None
    full_load: bool = False
    next_watermark: Watermark | None = None
    inserts: Count | None = None
    updates: Count | None = None
    soft_deletes: Count | None = None
    total_rows: Count | None = None
    execution_metadata: dict[str, Any] = Field(default_factory=dict)
    former_external_id: Annotated[str, Field(min_length=1, max_length=2560)] | None = None
    duration_is_shared: bool | None = None
    is_provisional: bool = False
    may_be_no_change: bool = False

    def record(self) -> values.ExecutionRecord:
        """Return it as `Watcher.record` takes it."""
        return values.ExecutionRecord(**dict(self))


class BatchBody(Body):
    """Executions that are recorded in one transaction; the same ones again change nothing."""

    executions: list[RecordFields] = Field(max_length=MAX_BATCH)


class Recorded(BaseModel):
    recorded: int


class TrackBody(Body):
    """An execution that starts, of a pipeline that is created where it is not known."""

    pipeline_name: LongName | None = Field(None, examples=["nightly_export"])
    pipeline_id: Id | None = Field(None, description="In place of the name; the pipeline must exist.")
    must_exist: bool = Field(
        False, description="Whether an unknown pipeline is an error; an inactive one is none then."
    )
    external_id: Annotated[str, Field(min_length=1, max_length=2560)] | None = Field(
        None, description="Its identity at the source: the same again is the same execution."
    )
    source: ExecutionSource = ExecutionSource.HTTP
    start_date: Instant | None = None
    configuration: ConfigurationFields | None = None
    next_watermark: Watermark | None = None
    parent_id: Id | None = None
    parent: RecordFields | None = None
    full_load: bool = False
    execution_metadata: dict[str, Any] | None = None
    sources: list[AddressFields] = Field(default_factory=list, max_length=10_000)
    targets: list[AddressFields] = Field(default_factory=list, max_length=10_000)
    logical_date: Instant | None = None
    attempt: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    instance_id: str | None = None
    scope: str | None = None

    @model_validator(mode="after")
    def _named(self) -> TrackBody:
        if (self.pipeline_name is None) == (self.pipeline_id is None):
            raise ValueError("Either 'pipeline_name' or 'pipeline_id' must be provided")
        return self

    def started(self) -> dict[str, Any]:
        """Return it as `Watcher.start_execution` takes it, without the pipeline."""
        names = (
            *("external_id", "source", "start_date", "next_watermark", "parent_id", "full_load"),
            *("execution_metadata", "logical_date", "attempt", "scope"),
        )
        return {name: getattr(self, name) for name in names}

    def request(self) -> recording.TrackRequest:
        """Return it as `track` takes it."""
        configuration = {} if self.configuration is None else self.configuration.said()
        sources, targets = (
            [
                values.Address(
                    **{**dict(each), "address_metadata": each.address_metadata or {}},
                )
                for each in side
            ]
            for side in (self.sources, self.targets)
        )
        return recording.TrackRequest(
            pipeline=values.PipelineConfiguration(name=self.pipeline_name or "", **configuration),
            external_id=self.external_id or str(uuid.uuid4()),
            next_watermark=self.next_watermark,
            parent_id=self.parent_id,
            parent=None if self.parent is None else self.parent.record(),
            full_load=self.full_load,
            execution_metadata=self.execution_metadata,
            sources=sources,
            targets=targets,
            source=self.source,
            logical_date=self.logical_date,
            attempt=self.attempt,
            instance_id=self.instance_id,
            scope=self.scope,
        )


class StoredExecution(BaseModel):
    """An execution, as it is stored."""

    id: int
    pipeline_id: int
    pipeline_name: str
    parent_id: int | None
    source: ExecutionSource
    external_id: str
    instance_id: str | None
    scope: str | None
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


class TreeAnswer(BaseModel):
    """An execution, and all that ran as part of it."""

    execution: StoredExecution
    children: list[TreeAnswer]


STORED: TypeAdapter[values.Execution] = TypeAdapter(values.Execution)


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
async def start(request: Request) -> Response:
    """Start an execution.

    The same start again is the same execution: with the same `Idempotency-Key`, or where the whole body is equal, its
    start date has a time, and the first came within five minutes.
    """
    given, body = _read(StartBody, await request.body())
    execution = await anyio.to_thread.run_sync(_start, request, given, body)
    return Response(b'{"id":%d}' % execution.id, 201, media_type="application/json")


def _start(request: Request, given: dict[str, Any], body: StartBody) -> values.Execution:
    watcher = watcher_of(request)
    if access_of(request).is_limited:
        covered_pipeline(request, body.pipeline_id)
    metadata = body.execution_metadata
    if body.watermark is not None:
        metadata = {**(metadata or {}), "reported_watermark": body.watermark}
    key = request.headers.get("idempotency-key")
    external_id = _identity(key, given, body)
    fields: dict[str, Any] = {
        "pipeline_id": body.pipeline_id,
        "start_date": body.start_date,
        "parent_id": body.parent_execution_id if body.parent_id is None else body.parent_id,
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
    if dt.datetime.now(dt.UTC) - execution.created_at > SURELY_NEW:
        with watcher._driver_statements() as (connection, _):
            released = recording.release_identity(connection, execution.id, older_than=REPEATED_WITHIN)
        if released:
            return watcher.start_execution(**fields)
    return execution


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
async def end(request: Request) -> Response:
    """End an execution. Of two ends, the first one wins, and the second answers 204 too."""
    _, body = _read(EndBody, await request.body())
    prefer = request.headers.get("prefer", "")
    execution = await anyio.to_thread.run_sync(_end, request, body, "handling=strict" in prefer)
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


# Record


@executions.post("/execution", status_code=201, response_model=StoredExecution, responses=errors(400, 404, 409))
def track(body: TrackBody, request: Request) -> Response:
    """Start an execution of a pipeline by its name; the pipeline is created where it is not known."""
    watcher = watcher_of(request)
    if body.pipeline_id is not None or body.must_exist:
        reference = body.pipeline_name if body.pipeline_id is None else body.pipeline_id
        execution = watcher.start_execution(pipeline_id=covered_pipeline(request, reference or "").id, **body.started())
        return Response(STORED.dump_json(execution), 201, media_type="application/json")
    name = watcher.known_name("pipeline", body.pipeline_name or "")
    body = body.model_copy(update={"pipeline_name": name})
    access_of(request).require_pipeline(name)
    if body.parent is not None:
        access_of(request).require_pipeline(body.parent.pipeline_name)
    execution = watcher._start_tracked(body.request(), body.start_date or dt.datetime.now(dt.UTC))
    return Response(STORED.dump_json(execution), 201, media_type="application/json")


@executions.post(
    "/execution/batch", response_model=Recorded, responses=errors(400, 404), openapi_extra=_json_body(BatchBody)
)
async def record(request: Request) -> Response:
    """Record up to 10,000 executions in one transaction. The same ones again change nothing."""
    count = await anyio.to_thread.run_sync(_record, request, await request.body())
    return Response(b'{"recorded":%d}' % count, media_type="application/json")


def _record(request: Request, body: bytes) -> int:
    _, batch = _read(BatchBody, body)
    access = access_of(request)
    records = [each.record() for each in batch.executions]
    if access.is_limited:
        for name in {each.pipeline_name for each in records}:
            access.require_pipeline(name)
    return watcher_of(request).record(records)


# Read


@executions.get("/pipeline_execution/{execution_id}", response_model=ExecutionAnswer, responses=errors(404))
def get_execution(execution_id: PathId, request: Request) -> Any:
    """Return an execution, with those that are directly part of it."""
    watcher = watcher_of(request)
    tree = watcher.execution_tree(execution_id)
    access_of(request).require_pipeline(tree.execution.pipeline_name)
    children = [_answer(child.execution) for child in tree.children]
    flags = {
        str(result.metric_field): result.flagged and result.unflagged_at is None
        for result in watcher.anomaly_results(execution_id=execution_id)
    }
    return {**_answer(tree.execution), "child_executions": children, "anomaly_flags": flags or None}


def _answer(execution: values.Execution) -> dict[str, Any]:
    seconds = None if execution.duration_seconds is None else int(execution.duration_seconds)
    throughput = None
    if seconds is not None and execution.total_rows is not None:
        throughput = round(execution.total_rows / seconds, 4) if seconds else 0.0
    metadata = {name: value for name, value in execution.execution_metadata.items() if name not in OWN_METADATA}
    return {
        **vars(execution),
        "watermark": execution.execution_metadata.get("reported_watermark", execution.watermark),
        "completed_successfully": execution.completed_successfully,
        "duration_seconds": seconds,
        "execution_metadata": metadata or None,
        "throughput": throughput,
        "anomaly_flags": None,
        "child_executions": [],
    }


@executions.get("/execution", response_model=Page[StoredExecution], responses=errors(400, 404))
def list_executions(
    request: Request,
    pipeline: Annotated[str | None, Query(max_length=2048, description="Of this pipeline only, by name.")] = None,
    pipeline_id: Annotated[int | None, Query(ge=0, le=2**63 - 1)] = None,
    state: ExecutionState | None = None,
    since: Annotated[Instant | None, Query(description="Started at or after this time.")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = DEFAULT_PAGE,
    cursor: Cursor = None,
) -> Response:
    """List executions, newest first, a page at a time."""
    reference = pipeline if pipeline_id is None else pipeline_id
    if reference is not None:
        reference = covered_pipeline(request, reference).id
    else:
        access_of(request).require_all()
    found = watcher_of(request).executions(
        pipeline=reference, state=state, since=since, before=_position(cursor), limit=limit + 1
    )
    more = len(found) > limit
    last = found[limit - 1] if more else None
    next_cursor = None if last is None else f"{last.start_date.isoformat()}~{last.id}"
    return Response(
        b'{"data":[%s],"next_cursor":%s}'
        % (b",".join(STORED.dump_json(each) for each in found[:limit]), json.dumps(next_cursor).encode()),
        media_type="application/json",
    )


def _position(cursor: str | None) -> tuple[dt.datetime, int] | None:
    if cursor is None:
        return None
    date, _, row_id = cursor.replace(" ", "+").partition("~")
    try:
        position = dt.datetime.fromisoformat(date), int(row_id)
        if position[0].tzinfo is None or not 0 <= position[1] < 2**63:
            raise ValueError
    except ValueError:
        raise RefusedError(400, f"cursor is {cursor!r}; it must be next_cursor of the page before") from None
    return position


@executions.get("/execution/{execution_id}", response_model=StoredExecution, responses=errors(404))
def get_stored(execution_id: PathId, request: Request) -> Response:
    """Return an execution, as it is stored."""
    execution = watcher_of(request).execution(execution_id)
    access_of(request).require_pipeline(execution.pipeline_name)
    return Response(STORED.dump_json(execution), media_type="application/json")


@executions.get("/execution/{execution_id}/tree", response_model=TreeAnswer, responses=errors(404))
def get_tree(execution_id: PathId, request: Request) -> Any:
    """Return an execution, with all that ran as part of it."""
    tree = watcher_of(request).execution_tree(execution_id)
    access_of(request).require_pipeline(tree.execution.pipeline_name)
    return _tree(tree)


def _tree(tree: values.ExecutionTree) -> dict[str, Any]:
    return {"execution": vars(tree.execution), "children": [_tree(child) for child in tree.children]}
