"""Pipelines and their types."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import Query, Request, Response
from pydantic import BaseModel, Field, TypeAdapter, model_validator

from watcher_core import catalog, recording, values
from watcher_core.enums import AlertLevel, DatePart
from watcher_core.server.fields import (
    Body,
    Cursor,
    Id,
    Limit,
    LongName,
    LowerDatePart,
    Name,
    PathId,
    ThresholdNumber,
    Watermark,
)
from watcher_core.server.routing import (
    Page,
    access_of,
    covered_pipeline,
    covers_of,
    errors,
    page,
    router,
    short,
    watcher_of,
)

STORED_PIPELINE: TypeAdapter[values.Pipeline] = TypeAdapter(values.Pipeline)

pipelines = router("pipelines")
types = router("pipeline types")


class ThresholdsBody(Body):
    freshness_number: ThresholdNumber | None = None
    freshness_datepart: LowerDatePart | None = None
    freshness_calendar: str | None = None
    freshness_timezone: str | None = None
    mute_freshness_check: bool | None = None
    timeliness_number: ThresholdNumber | None = None
    timeliness_datepart: LowerDatePart | None = None
    mute_timeliness_check: bool | None = None
    failure_number: ThresholdNumber | None = None
    mute_failure_check: bool | None = None
    mute_asset_check: bool | None = None
    column_changes: bool | None = None
    alert_level: AlertLevel | None = None


class PipelineBody(ThresholdsBody):
    """A pipeline, as its code declares it."""

    name: Name = Field(examples=["nightly_export"])
    pipeline_type_name: Name = Field(examples=["extraction"])
    next_watermark: Watermark | None = Field(None, examples=["2026-01-02"])
    pipeline_metadata: dict[str, Any] | None = None
    load_lineage: bool | None = None

    @model_validator(mode="after")
    def _together(self) -> PipelineBody:
        for check in ("freshness", "timeliness"):
            number, datepart = f"{check}_number", f"{check}_datepart"
            if (getattr(self, number) is None) != (getattr(self, datepart) is None):
                raise ValueError(f"Both {number} and {datepart} must be provided together")
        return self


class ThresholdFields(ThresholdsBody):
    """Thresholds. Here `null` takes one away."""

    def declared(self) -> dict[str, Any]:
        """Return the fields that were declared; those that are taken away are `None`."""
        thresholds = self.model_fields_set & ThresholdsBody.model_fields.keys()
        return self.said() | {name: getattr(self, name) for name in thresholds}


class ConfigurationFields(ThresholdFields):
    """What code declares of a pipeline. Here `null` takes a threshold away."""

    pipeline_type_name: LongName | None = None
    pipeline_metadata: dict[str, Any] | None = None


class ChangedFields(ConfigurationFields):
    """What of a pipeline is to change. Here `null` takes a threshold away, and the next watermark."""

    next_watermark: Watermark | None = None

    def declared(self) -> dict[str, Any]:
        """Return the fields that were said; those that are taken away are `None`."""
        is_said = "next_watermark" in self.model_fields_set
        return super().declared() | ({"next_watermark": self.next_watermark} if is_said else {})


class PipelinePatch(ThresholdsBody):
    """What of a pipeline is to change. With an id, `name` is its new name."""

    id: Id | None = Field(None, examples=[1])
    pipeline_id: Id | None = Field(None, description="The same as `id`.")
    name: LongName | None = None
    pipeline_type_id: Id | None = None
    watermark: Watermark | None = None
    next_watermark: Watermark | None = None
    pipeline_metadata: dict[str, Any] | None = None
    load_lineage: bool | None = None
    active: bool | None = None
    configuration: ChangedFields | None = Field(None, description="What is said here comes before what is said beside.")

    @model_validator(mode="after")
    def _named(self) -> PipelinePatch:
        if self.id is None and self.pipeline_id is None and self.name is None:
            raise ValueError("Either 'id' or 'name' must be provided")
        return self


class RewindBody(Body):
    """Where a pipeline's watermark is to stand; `null` takes it away."""

    watermark: Watermark | None = Field(examples=["2026-01-02"])


class PipelineCreated(BaseModel):
    id: int
    active: bool
    load_lineage: bool
    watermark: str | None


class ThresholdsAnswer(BaseModel):
    freshness_number: int | None
    freshness_datepart: DatePart | None
    freshness_calendar: str | None
    freshness_timezone: str | None
    mute_freshness_check: bool
    timeliness_number: int | None
    timeliness_datepart: DatePart | None
    mute_timeliness_check: bool
    failure_number: int | None
    mute_failure_check: bool
    mute_asset_check: bool
    column_changes: bool
    alert_level: AlertLevel | None


class PipelineAnswer(ThresholdsAnswer):
    id: int
    name: str
    pipeline_type_id: int
    pipeline_type_name: str
    watermark: str | None
    next_watermark: str | None
    pipeline_metadata: dict[str, Any] | None
    last_target_insert: dt.datetime | None
    last_target_update: dt.datetime | None
    last_target_soft_delete: dt.datetime | None
    load_lineage: bool
    active: bool
    input_hash: str | None = Field(description="A hash of what code declared last.")
    configuration_hash: str | None = Field(description="As `input_hash`.")
    lineage_hash: str | None
    address_id: int | None
    declared_by: str | None = Field(description="The code location whose definitions last had it.")
    removed_at: dt.datetime | None = Field(description="When that had it no more.")
    created_at: dt.datetime
    updated_at: dt.datetime | None


class PipelinePage(Page[PipelineAnswer]):
    pass


class PipelineTypeBody(ThresholdsBody):
    """A type of pipelines. One that exists is left as it is."""

    name: Name = Field(examples=["extraction"])


class PipelineTypePatch(ThresholdsBody):
    """What of a pipeline type is to change. With an id, `name` is its new name."""

    id: Id | None = Field(None, examples=[1])
    name: LongName | None = None
    configuration: ThresholdFields | None = Field(
        None, description="What is said here comes before what is said beside."
    )

    @model_validator(mode="after")
    def _named(self) -> PipelineTypePatch:
        if self.id is None and self.name is None:
            raise ValueError("Either 'id' or 'name' must be provided")
        return self


class PipelineTypeAnswer(ThresholdsAnswer):
    id: int
    name: str
    configuration_hash: str | None = Field(description="A hash of what code declared last.")
    created_at: dt.datetime
    updated_at: dt.datetime | None


class PipelineTypePage(Page[PipelineTypeAnswer]):
    pass


class Created(BaseModel):
    id: int


def _pipeline(found: values.Pipeline) -> dict[str, Any]:
    return {**vars(found), "input_hash": found.configuration_hash}


def _type(found: values.PipelineType) -> dict[str, Any]:
    return vars(found)


@pipelines.post(
    "/pipeline",
    status_code=201,
    response_model=PipelineCreated,
    responses={200: {"model": PipelineCreated, "description": "It existed."}, **errors(400)},
)
def create_pipeline(body: PipelineBody, request: Request, response: Response) -> Any:
    """Declare a pipeline: created where no pipeline has that name, else changed where the declaration has changed."""
    watcher = watcher_of(request)
    name = watcher.known_name("pipeline", body.name)
    access_of(request).require_pipeline(name)
    said = body.said("name")
    said["pipeline_type_name"] = watcher.known_name("pipeline_type", body.pipeline_type_name)
    found = watcher.get_or_create_pipeline(name, **said)
    response.status_code = 201 if found.created else 200
    return vars(found)


@pipelines.get("/pipeline", response_model=list[PipelineAnswer] | PipelinePage, responses=errors(404))
def list_pipelines(
    request: Request,
    name: Annotated[str | None, Query(max_length=2048, description="The one with this name only.")] = None,
    limit: Limit = None,
    cursor: Cursor = None,
) -> Any:
    """List all pipelines, by name."""
    if name is not None:
        return page(short([covered_pipeline(request, name)]), _pipeline, limit=limit, cursor=cursor)
    covers = covers_of(request, lambda pipeline: pipeline.name)
    return page(watcher_of(request).pipelines, _pipeline, limit=limit, cursor=cursor, covers=covers)


@pipelines.get("/pipeline/{pipeline_id}", response_model=PipelineAnswer, responses=errors(404))
def get_pipeline(pipeline_id: PathId, request: Request) -> Any:
    """Return a pipeline."""
    return _pipeline(covered_pipeline(request, pipeline_id))


@pipelines.patch("/pipeline", response_model=PipelineAnswer, responses=errors(400, 404))
def update_pipeline(body: PipelinePatch, request: Request) -> Any:
    """Change a pipeline by hand, also its watermark. Found by `id`, else by `name`."""
    watcher = watcher_of(request)
    given_id = body.pipeline_id if body.id is None else body.id
    known = covered_pipeline(request, body.name or "" if given_id is None else given_id)
    beside = ("id", "pipeline_id", "watermark", "pipeline_type_id", "configuration")
    said = body.said(*beside, *(("name",) if given_id is None else ()))
    if "name" in said:
        access_of(request).require_pipeline(said["name"])
    if body.pipeline_type_id is not None:
        said["pipeline_type_name"] = watcher.pipeline_type(body.pipeline_type_id).name
    if body.configuration is not None:
        said |= body.configuration.declared()
    with watcher._transaction() as (session, now):
        if body.watermark is not None:
            recording.rewind_watermark(session, reference=known.id, watermark=body.watermark, now=now)
        return _pipeline(catalog.update_pipeline(session, reference=known.id, fields=said, now=now))


@pipelines.post("/pipeline/{pipeline_id}/rewind", response_model=PipelineAnswer, responses=errors(400, 404))
def rewind_pipeline(pipeline_id: PathId, body: RewindBody, request: Request) -> Any:
    """Set a pipeline's watermark by hand, on record: its next execution starts from there."""
    known = covered_pipeline(request, pipeline_id)
    return _pipeline(watcher_of(request).rewind_pipeline(known.id, watermark=body.watermark))


@types.post(
    "/pipeline_type",
    status_code=201,
    response_model=Created,
    responses={200: {"model": Created, "description": "It existed."}, **errors(400)},
)
def create_pipeline_type(body: PipelineTypeBody, request: Request, response: Response) -> Any:
    """Create a type of pipelines. One that exists is left as it is."""
    access_of(request).require_all()
    watcher = watcher_of(request)
    name = watcher.known_name("pipeline_type", body.name)
    with watcher._transaction() as (session, now):
        found = catalog.get_or_create_pipeline_type(session, name=name, fields={}, now=now)
        if found.created:
            fields = body.said("name")
            if fields:
                catalog.update_pipeline_type(session, reference=found.id, fields=fields, now=now)
    response.status_code = 201 if found.created else 200
    return {"id": found.id}


@types.get("/pipeline_type", response_model=list[PipelineTypeAnswer] | PipelineTypePage, responses=errors(404))
def list_pipeline_types(
    request: Request,
    name: Annotated[str | None, Query(max_length=2048, description="The one with this name only.")] = None,
    limit: Limit = None,
    cursor: Cursor = None,
) -> Any:
    """List all pipeline types, by name."""
    watcher = watcher_of(request)
    found = (
        watcher.pipeline_types() if name is None else [watcher.pipeline_type(watcher.known_name("pipeline_type", name))]
    )
    return page(short(found), _type, limit=limit, cursor=cursor)


@types.get("/pipeline_type/{pipeline_type_id}", response_model=PipelineTypeAnswer, responses=errors(404))
def get_pipeline_type(pipeline_type_id: PathId, request: Request) -> Any:
    """Return a pipeline type."""
    return _type(watcher_of(request).pipeline_type(pipeline_type_id))


@types.patch("/pipeline_type", response_model=PipelineTypeAnswer, responses=errors(400, 404))
def update_pipeline_type(body: PipelineTypePatch, request: Request) -> Any:
    """Change a pipeline type by hand. Found by `id`, else by `name`."""
    access_of(request).require_all()
    watcher = watcher_of(request)
    reference = watcher.known_name("pipeline_type", body.name or "") if body.id is None else body.id
    said = body.said("id", "configuration", *(("name",) if body.id is None else ()))
    if body.configuration is not None:
        said |= body.configuration.declared()
    return _type(watcher.update_pipeline_type(reference, **said))
