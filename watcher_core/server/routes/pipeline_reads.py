"""Pipelines: how they stand, which thresholds hold for them, and what became of their watermarks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import Query, Request

from watcher_core import values
from watcher_core.arguments import MAX_BIGINT
from watcher_core.overview import NEVER_RAN
from watcher_core.server.access import Access
from watcher_core.server.fields import DEFAULT_PAGE, MAX_PAGE, PathId, Text
from watcher_core.server.routing import (
    access_of,
    asked_pipeline,
    covered_ids,
    covered_pipeline,
    errors,
    router,
    watcher_of,
)

reads = router("pipelines")


@dataclass(frozen=True, kw_only=True)
class PipelineListAnswer(values.PipelineList):
    """Pipelines as they stand, narrowed down and sorted. `states`: how many have a newest execution in each state."""

    states: dict[str, int]  # type: ignore[assignment]  # a key of JSON is text


@reads.get("/pipeline_list", response_model=PipelineListAnswer, responses=errors(400))
def list_pipeline_summaries(
    request: Request,
    state: Annotated[str | None, Query(description=f"Of their newest execution, or `{NEVER_RAN}`.")] = None,
    owner: Text = None,
    pipeline_type: Text = None,
    group: Text = None,
    search: Text = None,
    active: bool | None = None,
    sort: str = "name",
    descending: bool = False,
    limit: Annotated[int, Query(ge=0, le=MAX_PAGE)] = DEFAULT_PAGE,
    offset: Annotated[int, Query(ge=0, le=MAX_BIGINT)] = 0,
) -> Any:
    """List pipelines with their newest executions, freshness and alerts. Counts are of those that the token covers."""
    access = access_of(request)
    found = watcher_of(request).pipeline_list(
        state=state,
        owner=owner,
        pipeline_type=pipeline_type,
        group=group,
        search=search,
        active=active,
        sort=sort,
        descending=descending,
        limit=None if access.is_limited else limit,
        offset=0 if access.is_limited else offset,
    )
    if access.is_limited:
        found = _covered(found, access)
        found = replace(found, pipelines=found.pipelines[offset : offset + limit])
    states = {NEVER_RAN if state is None else state.value: count for state, count in found.states.items()}
    return {**vars(found), "states": states}


def _covered(found: values.PipelineList, access: Access) -> values.PipelineList:
    """Return of a list what the request may know of."""
    kept = [each for each in found.pipelines if access.covers(each.pipeline.name)]
    return values.PipelineList(
        at=found.at,
        pipelines=tuple(kept),
        total=len(kept),
        states=Counter(each.activity.state for each in kept),
        owners=tuple(sorted({owner for each in kept for owner in each.owners})),
        types=tuple(sorted({each.pipeline.pipeline_type_name for each in kept})),
        groups=tuple(sorted({each.group for each in kept})),
    )


@reads.get("/threshold", response_model=list[values.EffectiveThreshold], responses=errors(404))
def list_thresholds(
    request: Request,
    pipeline: Annotated[str | None, Query(max_length=2048, description="Of this pipeline only, by name.")] = None,
    pipeline_id: Annotated[int | None, Query(ge=0, le=MAX_BIGINT)] = None,
) -> Any:
    """List the thresholds that hold: for each pipeline and check its own, else its type's."""
    watcher = watcher_of(request)
    reference = asked_pipeline(request, pipeline, pipeline_id)
    if reference is not None:
        return watcher.thresholds(pipeline=reference)
    covered = covered_ids(request)
    return [each for each in watcher.thresholds() if covered is None or each.pipeline_id in covered]


@reads.get(
    "/pipeline/{pipeline_id}/watermark_events", response_model=list[values.WatermarkEvent], responses=errors(404)
)
def list_watermark_events(pipeline_id: PathId, request: Request) -> Any:
    """List the changes of a pipeline's watermark by hand, and its conflicts, the newest first."""
    return watcher_of(request).watermark_events(covered_pipeline(request, pipeline_id).id)
