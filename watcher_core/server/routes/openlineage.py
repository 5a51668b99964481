"""Events of OpenLineage, from clients that are pointed here as they are at Marquez.

They drop what is answered with an error that they do not know, and turn a redirected event into an empty request: the
path is answered as it is and with a slash behind it, and a token that makes too many requests gets a 503, which they
send again.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from watcher_core import arguments, openlineage
from watcher_core.enums import ExecutionSource
from watcher_core.errors import InvalidValueError
from watcher_core.server.access import Access
from watcher_core.server.errors import RefusedError
from watcher_core.server.routes.execution_parents import Parents
from watcher_core.server.routing import access_of, errors, others_pipelines, watcher_of, workers_of

# Of a batch. More are sent in several.
MAX_EVENTS = 10_000

# Watcher answers all but these; see above.
ERRORS = {status: answer for status, answer in errors(400).items() if status != 429}

# No routes of FastAPI's kind: their 422 is not in this API's answers.
events = APIRouter(tags=["openlineage"], responses=ERRORS)

ANY = {"type": "object", "additionalProperties": True}
NAMED: dict[str, Any] = {
    "title": "LineageName",
    "type": "object",
    "description": "A job or a dataset.",
    "required": ["namespace", "name"],
    "properties": {
        "namespace": {"type": "string", "minLength": 1},
        "name": {"type": "string", "minLength": 1},
        "facets": ANY,
    },
    "additionalProperties": True,
}
RUN: dict[str, Any] = {
    "title": "LineageRun",
    "type": "object",
    "required": ["runId"],
    "properties": {"runId": {"type": "string", "format": "uuid"}, "facets": ANY},
    "additionalProperties": True,
}
NAME = {"$ref": "#/components/schemas/LineageName"}
EVENT: dict[str, Any] = {
    "title": "LineageEvent",
    "type": "object",
    "description": "An event of a run (`run` and `job`), of a job (`job`) or of a dataset (`dataset`).",
    "required": ["eventTime"],
    "properties": {
        "eventTime": {"type": "string", "format": "date-time"},
        "eventType": {"$ref": "#/components/schemas/LineageEventType"},
        "run": {"$ref": "#/components/schemas/LineageRun"},
        "job": NAME,
        "dataset": NAME,
        "inputs": {"type": "array", "items": NAME},
        "outputs": {"type": "array", "items": NAME},
        "producer": {"type": "string"},
    },
    "additionalProperties": True,
    "example": {
        "eventTime": "2026-01-31T09:30:00Z",
        "eventType": "COMPLETE",
        "run": {"runId": "0190f2f4-6f0a-7c3e-9b5e-3f2f6f0f9a11"},
        "job": {"namespace": "shop", "name": "load_orders"},
        "inputs": [{"namespace": "s3://landing", "name": "orders.csv"}],
        "outputs": [{"namespace": "postgres://db:5432", "name": "shop.public.orders"}],
        "producer": "https://example.com/loader",
    },
    "$defs": {
        "LineageName": NAMED,
        "LineageRun": RUN,
        "LineageEventType": {
            "title": "LineageEventType",
            "type": "string",
            "enum": [kind.value for kind in openlineage.EventType],
        },
    },
}
BATCH = {"type": "array", "items": {"$ref": "#/components/schemas/LineageEvent"}, "maxItems": MAX_EVENTS}


class RefusedEvent(BaseModel):
    """An event of a batch that is not recorded: its place in the batch, from 0, and why."""

    index: int
    detail: str


class LineageBatchAnswer(BaseModel):
    """What came of a batch."""

    received: int
    recorded: int
    refused: list[RefusedEvent]


def _body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


@events.post(
    "/api/v1/lineage",
    status_code=201,
    response_class=Response,
    responses={201: {"description": "It is recorded."}},
    openapi_extra=_body(EVENT),
)
@events.post("/api/v1/lineage/", status_code=201, include_in_schema=False)
async def record_lineage_event(request: Request) -> Response:
    """Record an event of OpenLineage. The same one again changes nothing, and the order of events does not matter."""
    body = await request.body()
    await workers_of(request).run(_take, request, body)
    return Response(status_code=201)


def _take(request: Request, body: bytes) -> None:
    event = openlineage.read_event(_read(request, body))
    _require(access_of(request), event, _others(request, [event]))
    _leave_out_parents(request, [event])
    watcher_of(request)._record_events([event])


@events.post(
    "/api/v1/lineage/batch",
    status_code=200,
    response_model=LineageBatchAnswer,
    openapi_extra=_body(BATCH),
)
@events.post("/api/v1/lineage/batch/", status_code=200, include_in_schema=False)
async def record_lineage_events(request: Request) -> Response:
    """Record up to 10,000 events of OpenLineage in one transaction; refused ones are named, with the reason."""
    body = await request.body()
    answer = await workers_of(request).run(_take_batch, request, body)
    return Response(answer.model_dump_json(), media_type="application/json")


def _take_batch(request: Request, body: bytes) -> LineageBatchAnswer:
    given = _read(request, body)
    if not isinstance(given, list) or len(given) > MAX_EVENTS:
        what = f"a list of {len(given):,}" if isinstance(given, list) else arguments.shown(given)
        raise InvalidValueError(f"the batch is {what}; it must be a list of at most {MAX_EVENTS:,} events")
    refused: dict[int, str] = {}
    read: dict[int, openlineage.Event] = {}
    for place, one in enumerate(given):
        try:
            read[place] = openlineage.read_event(one)
        except InvalidValueError as error:
            refused[place] = str(error)
    access = access_of(request)
    if access.is_limited:
        others = _others(request, list(read.values()))
        for place, event in list(read.items()):
            try:
                _require(access, event, others)
            except RefusedError as error:
                refused[place] = str(error)
                del read[place]
    _leave_out_parents(request, list(read.values()))
    watcher_of(request)._record_events(list(read.values()))
    return LineageBatchAnswer(
        received=len(given),
        recorded=len(read),
        # What a client sent may hold halves of characters that UTF-8 has no bytes for.
        refused=[
            RefusedEvent(index=place, detail=detail.encode("utf-8", "replace").decode("utf-8"))
            for place, detail in sorted(refused.items())
        ],
    )


def _others(request: Request, events: Sequence[openlineage.Event]) -> dict[tuple[ExecutionSource, str], str]:
    """Return the pipelines of runs that are of another job than that of their event."""
    return others_pipelines(
        request,
        [
            (ExecutionSource.OPENLINEAGE, event.run_id, event.pipeline_name)
            for event in events
            if event.run_id is not None and event.pipeline_name is not None
        ],
    )


def _require(access: Access, event: openlineage.Event, others: dict[tuple[ExecutionSource, str], str]) -> None:
    """Refuse what is about a pipeline that the token does not cover; a dataset alone is about none."""
    if event.pipeline_name is None:
        access.require_all()
        return
    access.require_pipeline(event.pipeline_name)
    other = others.get((ExecutionSource.OPENLINEAGE, event.run_id or ""))
    if other is not None:
        access.require_pipeline(other)


def _leave_out_parents(request: Request, events: Sequence[openlineage.Event]) -> None:
    """Leave out the parents that the token does not cover: producers name them by themselves, and go on without."""
    if not access_of(request).is_limited:
        return
    named = [(event, parent) for event in events if (parent := openlineage.named_parent(event)) is not None]
    parents = Parents(request, identities=[(ExecutionSource.OPENLINEAGE, run_id) for _, (run_id, _) in named])
    for event, (run_id, pipeline_name) in named:
        if not parents.allow((ExecutionSource.OPENLINEAGE, run_id), claimed=pipeline_name):
            openlineage.leave_out_parent(event, "the token that has sent it does not cover the pipeline of this run")


def _read(request: Request, body: bytes) -> Any:
    """Read JSON as producers write it: NaN in a facet that nobody reads is no reason to lose an event."""
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("gzip", "x-gzip"):
        body = _unpacked(body, request.app.state.limits.batch_bytes)
    elif encoding not in ("", "identity"):
        raise InvalidValueError(f"Content-Encoding is {arguments.shown(encoding)}; it may be gzip")
    try:
        return json.loads(body.decode("utf-8"), parse_constant=lambda _: None)
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise InvalidValueError(f"the body is no JSON: {reason}") from None


def _unpacked(body: bytes, limit: int) -> bytes:
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        unpacked = unpacker.decompress(body, limit + 1)
    except zlib.error as error:
        raise InvalidValueError(f"the body is not compressed with gzip: {error}") from None
    if len(unpacked) > limit:
        raise RefusedError(413, f"the body has more than {limit:,} bytes when it is unpacked")
    if not unpacker.eof:
        raise InvalidValueError("the body is not compressed with gzip: its end is missing")
    if unpacker.unused_data:
        raise InvalidValueError("the body has more behind the end of what is compressed; send one member of gzip")
    return unpacked
