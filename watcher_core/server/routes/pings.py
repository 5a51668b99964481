"""Pings, for `curl -fsS` at the end of any script."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from watcher_core import masking
from watcher_core.enums import ExecutionState
from watcher_core.server.fields import Body, Count, LongName
from watcher_core.server.routing import access_of, errors, router, watcher_of, workers_of

pings: APIRouter = router("pings")

# What of a failure's body is kept: the end of a log.
KEPT_CHARACTERS = 2000


class PingCounts(Body):
    rows: Count | None = None
    inserts: Count | None = None
    updates: Count | None = None
    soft_deletes: Count | None = None


COUNTS = TypeAdapter(PingCounts)

EXTRA: dict[str, Any] = {
    "parameters": [
        {
            "name": name,
            "in": "query",
            "required": False,
            "schema": {"type": "integer", "minimum": 0, "maximum": 2**63 - 1},
            "description": description,
        }
        for name, description in (
            ("rows", "Rows handled in all."),
            ("inserts", "Rows inserted."),
            ("updates", "Rows updated."),
            ("soft_deletes", "Rows marked as deleted."),
        )
    ]
    + [
        {
            "name": "key",
            "in": "query",
            "required": False,
            "schema": {"type": "string"},
            "description": "A token, where no header can be sent.",
        }
    ]
}

ANSWER: dict[int | str, dict[str, Any]] = {
    200: {"description": "It is recorded.", "content": {"text/plain": {"schema": {"type": "string"}, "example": "OK"}}}
}


async def _ping(request: Request, state: ExecutionState) -> Response:
    name = request.path_params["pipeline"]
    counts: dict[str, Any] = {}
    if request.scope["query_string"]:
        try:
            counts = COUNTS.validate_python(dict(request.query_params)).said()
        except ValidationError as exc:
            raise RequestValidationError([{**each, "loc": ("query", *each["loc"])} for each in exc.errors()]) from exc
        if "rows" in counts:
            counts["total_rows"] = counts.pop("rows")
    metadata = None
    if state is ExecutionState.FAILED:
        message = masking.end((await request.body()).decode("utf-8", "replace"), KEPT_CHARACTERS).strip()
        metadata = {"error": {"message": message or "the script reported a failure"}}
    await workers_of(request).run(_record, request, name, state, counts, metadata)
    return Response(b"OK\n", media_type="text/plain")


def _record(
    request: Request, name: str, state: ExecutionState, counts: dict[str, Any], metadata: dict[str, Any] | None
) -> None:
    watcher_of(request).ping(_covered_name(request, name), state, **counts, execution_metadata=metadata)


def _covered_name(request: Request, name: str) -> str:
    """Return the name of a pipeline as it is stored, which the token has to cover: it may be sent in other letters."""
    access = access_of(request)
    if access.is_limited:
        name = watcher_of(request).known_name("pipeline", name)
        access.require_pipeline(name)
    return name


async def started(request: Request) -> Response:
    """Say that the pipeline has started."""
    return await _ping(request, ExecutionState.RUNNING)


async def succeeded(request: Request) -> Response:
    """Say that the pipeline has succeeded."""
    return await _ping(request, ExecutionState.SUCCEEDED)


async def failed(request: Request) -> Response:
    """Say that the pipeline has failed. The end of the request's body is kept as the error."""
    return await _ping(request, ExecutionState.FAILED)


class PingBody(Body):
    """A ping with all that can be said of it."""

    pipeline_name: LongName = Field(examples=["nightly_export"])
    state: Literal["running", "succeeded", "failed"] = "succeeded"
    inserts: Count | None = None
    updates: Count | None = None
    soft_deletes: Count | None = None
    total_rows: Count | None = None
    execution_metadata: dict[str, Any] | None = None


class PingAnswer(BaseModel):
    """The execution that started or ended."""

    id: int


@pings.post("/ping", response_model=PingAnswer, responses=errors(400))
def ping(body: PingBody, request: Request) -> Any:
    """Say that a pipeline has started, succeeded or failed, with its metadata. Sent twice, it is two pings."""
    name = _covered_name(request, body.pipeline_name)
    return {"id": watcher_of(request).ping(name, body.state, **body.said("pipeline_name", "state"))}


# The pipeline is not declared by FastAPI's own parameters, which would take longer than the statement.
PIPELINE = {
    "name": "pipeline",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "minLength": 1, "maxLength": 500},
    "description": "The pipeline's name; it is created where it is not known.",
    "example": "nightly_export",
}

# With POST an operation has the name alone: that is how clients of an API send what changes something.
for path, endpoint, operation in (
    ("/ping/{pipeline:path}/start", started, "ping_start"),
    ("/ping/{pipeline:path}/success", succeeded, "ping_success"),
    ("/ping/{pipeline:path}/fail", failed, "ping_fail"),
    ("/ping/{pipeline:path}", succeeded, "ping_pipeline"),
):
    for method, suffix in (("GET", "_by_get"), ("POST", "")):
        pings.add_api_route(
            path,
            endpoint,
            methods=[method],
            response_class=Response,
            responses={**ANSWER, **errors(400)},
            openapi_extra={**EXTRA, "parameters": [PIPELINE, *EXTRA["parameters"]]},
            operation_id=f"{operation}{suffix}",
        )
