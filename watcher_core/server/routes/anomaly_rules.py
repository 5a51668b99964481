"""Anomaly rules: which metrics of a pipeline are judged, and how."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Annotated, Any

from fastapi import Query, Request, Response
from pydantic import BaseModel, Field, model_validator

from watcher_core import values
from watcher_core.arguments import MAX_BIGINT
from watcher_core.enums import AnomalyMethod
from watcher_core.server.errors import RefusedError
from watcher_core.server.fields import Body, Count, Cursor, Id, Limit, LongName, PathId
from watcher_core.server.routes.pipelines import Created
from watcher_core.server.routing import (
    Page,
    access_of,
    asked_pipeline,
    covered_pipeline,
    covers_of,
    errors,
    page,
    router,
    watcher_of,
)

rules = router("anomaly rules")

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
        said = self.said("z_threshold", "pipeline_id", "metric_field", "id", "configuration")
        return said if self.z_threshold is None else {**said, "std_deviation_threshold_multiplier": self.z_threshold}


class AnomalyRuleConfiguration(Body):
    """What code declares of a rule; what is not said stays. Here `null` takes the time zone away."""

    method: Annotated[str, Field(max_length=100)] | None = Field(
        None, description="`seasonal`, by default, or `zscore`."
    )
    lookback_days: Count | None = None
    minimum_executions: Count | None = None
    std_deviation_threshold_multiplier: float | None = None
    active: bool | None = None
    timezone: Annotated[str, Field(max_length=100)] | None = None

    def declared(self) -> dict[str, Any]:
        """Return the fields that were said."""
        return self.said() | ({"timezone": self.timezone} if "timezone" in self.model_fields_set else {})


class AnomalyRuleDeclaration(Body):
    """Which metric of a pipeline is judged, and how, as `Watcher.get_or_create_anomaly_rule` takes it."""

    pipeline_id: Id | None = None
    pipeline_name: LongName | None = Field(None, examples=["nightly_export"])
    metric_field: str = Field(max_length=300, examples=["total_rows"])
    configuration: AnomalyRuleConfiguration | None = None

    @model_validator(mode="after")
    def _named(self) -> AnomalyRuleDeclaration:
        if self.pipeline_id is None and self.pipeline_name is None:
            raise ValueError("Either 'pipeline_id' or 'pipeline_name' must be provided")
        return self


class AnomalyRuleBody(AnomalyRuleFields):
    """Which metric of a pipeline is judged. A rule that exists is left as it is."""

    pipeline_id: Id = Field(examples=[1])
    metric_field: str = Field(max_length=300, examples=["total_rows"])


class AnomalyRulePatch(AnomalyRuleFields):
    """What of a rule is to change."""

    id: Id = Field(examples=[1])
    pipeline_id: Id | None = None
    metric_field: str | None = Field(None, max_length=300)
    configuration: AnomalyRuleConfiguration | None = Field(None, description="It comes before what is said beside it.")


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
    timezone: str | None
    pipeline_timezone: str | None = Field(description="Of its partitions or schedule; used where the rule names none.")
    cannot_judge: str | None = Field(description="Why it judges nothing yet; known with `standing`.")
    more_runs_help: bool
    configuration_hash: str | None = Field(description="A hash of what code declared last.")
    created_at: dt.datetime
    updated_at: dt.datetime | None


class AnomalyRulePage(Page[AnomalyRuleAnswer]):
    pass


def _rule(rule: values.AnomalyRule) -> dict[str, Any]:
    return {
        **vars(rule),
        "metric_field": str(rule.metric_field),
        "z_threshold": f"{rule.std_deviation_threshold_multiplier:.2f}",
    }


def clean_metric(given: str) -> str:
    """Return a metric as it is stored; the key of one in metadata is kept as it is."""
    return given.strip() if ":" in given else given.strip().lower()


@rules.post(
    "/anomaly_detection_rule",
    status_code=201,
    response_model=Created,
    responses={200: {"model": Created, "description": "It existed."}, **errors(400, 404)},
)
def create_anomaly_rule(body: AnomalyRuleBody, request: Request, response: Response) -> Any:
    """Let a metric of a pipeline be judged. A rule that exists is left as it is."""
    watcher = watcher_of(request)
    pipeline = covered_pipeline(request, body.pipeline_id)
    metric = clean_metric(body.metric_field)
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


@rules.post("/anomaly_rule_declaration", response_model=values.AnomalyRule, responses=errors(400, 404))
def declare_anomaly_rule(body: AnomalyRuleDeclaration, request: Request) -> Any:
    """Declare how a metric of a pipeline is judged; answer all that is known of the rule."""
    pipeline = covered_pipeline(request, body.pipeline_name or "" if body.pipeline_id is None else body.pipeline_id)
    said = {} if body.configuration is None else body.configuration.declared()
    return watcher_of(request).get_or_create_anomaly_rule(pipeline.id, metric_field=body.metric_field, **said)


@rules.get(
    "/anomaly_detection_rule", response_model=list[AnomalyRuleAnswer] | AnomalyRulePage, responses=errors(400, 404)
)
def list_anomaly_rules(
    request: Request,
    pipeline: Annotated[str | None, Query(max_length=2048, description="Of this pipeline only, by name.")] = None,
    pipeline_id: Annotated[int | None, Query(ge=0, le=MAX_BIGINT)] = None,
    active: Annotated[bool | None, Query(description="Only those that are used, or not.")] = None,
    standing: Annotated[bool, Query(description="Whether to say why those that judge nothing yet cannot.")] = False,
    limit: Limit = None,
    cursor: Cursor = None,
) -> Any:
    """List anomaly rules, by the name of their pipeline and by their metric."""
    reference = asked_pipeline(request, pipeline, pipeline_id)
    read = partial(
        watcher_of(request).anomaly_rules,
        pipeline=reference,
        active=active,
        standing=standing,
    )
    covers = covers_of(request, lambda rule: rule.pipeline_name)
    return page(read, _rule, limit=limit, cursor=cursor, covers=covers)


def _find(request: Request, rule_id: int) -> values.AnomalyRule:
    rule = watcher_of(request).anomaly_rule(rule_id)
    access_of(request).require_pipeline(rule.pipeline_name)
    return rule


@rules.get("/anomaly_detection_rule/{rule_id}", response_model=AnomalyRuleAnswer, responses=errors(404))
def get_anomaly_rule(rule_id: PathId, request: Request) -> Any:
    """Return an anomaly rule."""
    return _rule(_find(request, rule_id))


@rules.patch("/anomaly_detection_rule", response_model=AnomalyRuleAnswer, responses=errors(400, 404))
def update_anomaly_rule(body: AnomalyRulePatch, request: Request) -> Any:
    """Change an anomaly rule. Its pipeline and its metric stay what they are."""
    known = _find(request, body.id)
    if body.pipeline_id not in (None, known.pipeline_id):
        raise RefusedError(400, f"pipeline_id is {body.pipeline_id}; rule {known.id} stays one of {known.pipeline_id}")
    if body.metric_field is not None and clean_metric(body.metric_field) != str(known.metric_field):
        raise RefusedError(
            400, f"metric_field is {body.metric_field!r}; rule {known.id} stays one of {known.metric_field}"
        )
    said = body.rule() | ({} if body.configuration is None else body.configuration.declared())
    return _rule(watcher_of(request).update_anomaly_rule(known.id, **said))
