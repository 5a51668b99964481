"""Anomaly rules, results, explanations, and unflagging."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import Header, Query, Request, Response
from pydantic import BaseModel, Field, TypeAdapter

from watcher_core import values
from watcher_core.arguments import MAX_BIGINT
from watcher_core.enums import AnomalyMethod
from watcher_core.errors import NotFoundError
from watcher_core.server.errors import RefusedError
from watcher_core.server.fields import DEFAULT_PAGE, MAX_PAGE, Body, Cursor, Id, Instant, Limit, PathId
from watcher_core.server.routes.pipelines import Created
from watcher_core.server.routing import (
    Page,
    access_of,
    by_date,
    covered_pipeline,
    covers_of,
    errors,
    own_watcher_of,
    page,
    place_of,
    router,
    watcher_of,
)

anomalies = router("anomaly rules")

RESULTS = TypeAdapter(list[values.AnomalyResult])

# What holds where a rule says nothing else: as the API has always had it.
DEFAULT_THRESHOLD = 3.0
DEFAULT_LOOKBACK_DAYS = 30
DEFAULT_EXECUTIONS = 30


class AnomalyRuleFields(Body):
    z_threshold: float | None = Field(None, ge=1, le=10)
    std_deviation_threshold_multiplier: float | None = Field(None, ge=0.5, le=10, description="As `z_threshold`.")
    lookback_days: int | None = Field(None, ge=1, le=365)
    minimum_executions: int | None = Field(None, ge=5, le=1000)
    active: bool | None = None
    method: AnomalyMethod | None = None

    def rule(self) -> dict[str, Any]:
        """Return the fields of a rule that were said."""
        said = self.said("z_threshold", "pipeline_id", "metric_field", "id")
        return said if self.z_threshold is None else {**said, "std_deviation_threshold_multiplier": self.z_threshold}


class AnomalyRuleBody(AnomalyRuleFields):
    """Which metric of a pipeline is judged. A rule that exists is left as it is."""

    pipeline_id: Id = Field(examples=[1])
    metric_field: str = Field(max_length=300, examples=["total_rows"])


class AnomalyRulePatch(AnomalyRuleFields):
    """What of a rule is to change."""

    id: Id = Field(examples=[1])
    pipeline_id: Id | None = None
    metric_field: str | None = Field(None, max_length=300)


class AnomalyRuleAnswer(BaseModel):
    id: int
    pipeline_id: int
    pipeline_name: str
    metric_field: str
    z_threshold: str
    std_deviation_threshold_multiplier: float
    lookback_days: int
    minimum_executions: int
    active: bool
    method: AnomalyMethod
    created_at: dt.datetime
    updated_at: dt.datetime | None


class AnomalyRulePage(Page[AnomalyRuleAnswer]):
    pass


class UnflagBody(Body):
    """Which flags of an execution are wrong; all without `metric_field`."""

    pipeline_id: Id | None = Field(None, description="That of the execution, to be sure.")
    pipeline_execution_id: Id = Field(examples=[1])
    metric_field: list[str] | None = Field(None, min_length=1, max_length=100, examples=[["total_rows"]])
    by: Annotated[str, Field(max_length=200)] | None = Field(None, description="Who says so; by default the token.")


def _rule(rule: values.AnomalyRule) -> dict[str, Any]:
    return {
        **vars(rule),
        "metric_field": str(rule.metric_field),
        "z_threshold": f"{rule.std_deviation_threshold_multiplier:.2f}",
    }


def _metric(given: str) -> str:
    # The key of a metadata metric is kept as it is.
    return given.strip() if ":" in given else given.strip().lower()


@anomalies.post(
    "/anomaly_detection_rule",
    status_code=201,
    response_model=Created,
    responses={200: {"model": Created, "description": "It existed."}, **errors(400, 404)},
)
def create_anomaly_rule(body: AnomalyRuleBody, request: Request, response: Response) -> Any:
    """Let a metric of a pipeline be judged. A rule that exists is left as it is."""
    watcher = watcher_of(request)
    pipeline = covered_pipeline(request, body.pipeline_id)
    metric = _metric(body.metric_field)
    for known in watcher.anomaly_rules(pipeline=pipeline.id):
        if str(known.metric_field) == metric:
            response.status_code = 200
            return {"id": known.id}
    fields: dict[str, Any] = {
        "method": AnomalyMethod.ZSCORE,
        "std_deviation_threshold_multiplier": DEFAULT_THRESHOLD,
        "lookback_days": DEFAULT_LOOKBACK_DAYS,
        "minimum_executions": DEFAULT_EXECUTIONS,
    }
    rule = watcher.get_or_create_anomaly_rule(pipeline.id, metric_field=metric, **{**fields, **body.rule()})
    response.status_code = 201 if rule.created else 200
    return {"id": rule.id}


@anomalies.get("/anomaly_detection_rule", response_model=list[AnomalyRuleAnswer] | AnomalyRulePage)
def list_anomaly_rules(request: Request, limit: Limit = None, cursor: Cursor = None) -> Any:
    """List all anomaly rules."""
    covers = covers_of(request, lambda rule: rule.pipeline_name)
    return page(watcher_of(request).anomaly_rules, _rule, limit=limit, cursor=cursor, covers=covers)


def _find(request: Request, rule_id: int) -> values.AnomalyRule:
    rule = watcher_of(request).anomaly_rule(rule_id)
    access_of(request).require_pipeline(rule.pipeline_name)
    return rule


@anomalies.get("/anomaly_detection_rule/{rule_id}", response_model=AnomalyRuleAnswer, responses=errors(404))
def get_anomaly_rule(rule_id: PathId, request: Request) -> Any:
    """Return an anomaly rule."""
    return _rule(_find(request, rule_id))


@anomalies.patch("/anomaly_detection_rule", response_model=AnomalyRuleAnswer, responses=errors(400, 404))
def update_anomaly_rule(body: AnomalyRulePatch, request: Request) -> Any:
    """Change an anomaly rule. Its pipeline and its metric stay what they are."""
    known = _find(request, body.id)
    if body.pipeline_id not in (None, known.pipeline_id):
        raise RefusedError(400, f"pipeline_id is {body.pipeline_id}; rule {known.id} stays one of {known.pipeline_id}")
    if body.metric_field is not None and _metric(body.metric_field) != str(known.metric_field):
        raise RefusedError(
            400, f"metric_field is {body.metric_field!r}; rule {known.id} stays one of {known.metric_field}"
        )
    return _rule(watcher_of(request).update_anomaly_rule(known.id, **body.rule()))


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
    reference = pipeline if pipeline_id is None else pipeline_id
    if reference is not None:
        reference = covered_pipeline(request, reference).id
    elif execution_id is not None and access_of(request).is_limited:
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
            unflagged += watcher.unflag_anomaly(execution.id, metric_field=metric and _metric(metric), by=by)
        except NotFoundError as exc:
            missing = exc
    if not unflagged and missing is not None:
        raise missing
    if "return=representation" in prefer:
        return Response(RESULTS.dump_json(unflagged), media_type="application/json")
    return Response(status_code=204)
