"""Results of anomaly detection, explanations, and unflagging."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import Header, Query, Request, Response
from pydantic import Field, TypeAdapter

from watcher_core import values
from watcher_core.arguments import MAX_BIGINT
from watcher_core.errors import NotFoundError
from watcher_core.server.errors import RefusedError
from watcher_core.server.fields import DEFAULT_PAGE, MAX_PAGE, Body, Id, Instant, PathId
from watcher_core.server.routes.anomaly_rules import clean_metric
from watcher_core.server.routing import (
    Page,
    access_of,
    asked_pipeline,
    by_date,
    errors,
    own_watcher_of,
    place_of,
    router,
    watcher_of,
)

anomalies = router("anomaly rules")

RESULTS = TypeAdapter(list[values.AnomalyResult])


class UnflagBody(Body):
    """Which flags of an execution are wrong; all without `metric_field`."""

    pipeline_id: Id | None = Field(None, description="That of the execution, to be sure.")
    pipeline_execution_id: Id = Field(examples=[1])
    metric_field: list[str] | None = Field(None, min_length=1, max_length=100, examples=[["total_rows"]])
    by: Annotated[str, Field(max_length=200)] | None = Field(None, description="Who says so; by default the token.")


class AnomalyResultPage(Page[values.AnomalyResult]):
    pass


@anomalies.get("/anomaly_result", response_model=AnomalyResultPage, responses=errors(400, 404))
def list_anomaly_results(
    request: Request,
    pipeline: Annotated[str | None, Query(max_length=2048, description="Of this pipeline only, by name.")] = None,
    pipeline_id: Annotated[int | None, Query(ge=0, le=MAX_BIGINT)] = None,
    execution_id: Annotated[int | None, Query(ge=0, le=MAX_BIGINT, description="Of this execution only.")] = None,
    flagged: Annotated[bool | None, Query(description="Only those that are flagged and not unflagged, or not.")] = None,
    since: Annotated[Instant | None, Query(description="Of executions that started at or after this time.")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = DEFAULT_PAGE,
    cursor: Annotated[str | None, Query(max_length=2048, description="`next_cursor` of the page before.")] = None,
) -> Any:
    """List recorded results, those of the newest execution first, a page at a time; of a token of some pipelines, its
    own."""
    reference = asked_pipeline(request, pipeline, pipeline_id)
    if reference is None and execution_id is not None and access_of(request).is_limited:
        access_of(request).require_pipeline(watcher_of(request).execution(execution_id).pipeline_name)
    found = own_watcher_of(request).anomaly_results(
        pipeline=reference,
        execution_id=execution_id,
        flagged=flagged,
        since=since,
        before=place_of(cursor, parts=3),
        limit=limit + 1,
    )
    return by_date(found, lambda result: result, limit=limit, place=_place)


def _place(result: values.AnomalyResult) -> tuple[dt.datetime, int, str]:
    return result.start_date, result.pipeline_execution_id, str(result.metric_field)


@anomalies.get(
    "/execution/{execution_id}/anomalies", response_model=list[values.AnomalyExplanation], responses=errors(400, 404)
)
def explain_anomalies(execution_id: PathId, request: Request) -> Any:
    """Judge an execution now by each rule of its pipeline, and return why; nothing is written."""
    watcher = watcher_of(request)
    access_of(request).require_pipeline(watcher.execution(execution_id).pipeline_name)
    return watcher.explain_anomalies(execution_id)


@anomalies.post(
    "/unflag_anomaly",
    status_code=204,
    response_class=Response,
    responses={
        200: {
            "model": list[values.AnomalyResult],
            "description": "What is unflagged, with `Prefer`.",
        },
        **errors(400, 404),
    },
)
def unflag_anomaly(
    body: UnflagBody,
    request: Request,
    prefer: Annotated[str, Header(description="`return=representation` to be answered what is unflagged.")] = "",
) -> Response:
    """Say that what was flagged is normal. It counts as normal from then on."""
    watcher = watcher_of(request)
    execution = watcher.execution(body.pipeline_execution_id)
    access_of(request).require_pipeline(execution.pipeline_name)
    if body.pipeline_id not in (None, execution.pipeline_id):
        raise RefusedError(
            400, f"execution {execution.id} is one of pipeline {execution.pipeline_id}, not {body.pipeline_id}"
        )
    by = body.by or access_of(request).name or None
    unflagged: list[values.AnomalyResult] = []
    missing = None
    metrics: list[str | None] = [*(body.metric_field or ())] or [None]
    for metric in metrics:
        try:
            unflagged += watcher.unflag_anomaly(execution.id, metric_field=metric and clean_metric(metric), by=by)
        except NotFoundError as exc:
            missing = exc
    if not unflagged and missing is not None:
        raise missing
    if "return=representation" in prefer:
        return Response(RESULTS.dump_json(unflagged), media_type="application/json")
    return Response(status_code=204)
