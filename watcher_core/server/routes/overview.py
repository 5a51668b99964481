"""What people look at: how all stands, reports, a search, and rules that would fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Query, Request
from pydantic import WithJsonSchema

from watcher_core import values
from watcher_core.arguments import MAX_BIGINT
from watcher_core.enums import DatePart
from watcher_core.overview import MOST_HITS, MOST_INCIDENTS, MOST_REPORT_DAYS
from watcher_core.server.fields import DEFAULT_PAGE, MAX_LIST, Instant, Text
from watcher_core.server.routing import (
    access_of,
    asked_pipeline,
    covered_ids,
    errors,
    own_watcher_of,
    router,
    watcher_of,
)

overview = router("overview")


# As an array of anything: many generators know no tuple.
NumberAndUnit = Annotated[
    tuple[int, DatePart],
    WithJsonSchema(
        {"type": "array", "items": {"anyOf": [{"type": "integer"}, {"type": "string"}]}, "minItems": 2, "maxItems": 2}
    ),
]


@dataclass(frozen=True, kw_only=True)
class RuleSuggestionAnswer(values.RuleSuggestion):
    """A rule that fits what a pipeline has done so far. `instead_of`: the number and unit of one that does not fit."""

    instead_of: NumberAndUnit | None = None


@overview.get("/now", response_model=values.Overview, responses=errors(400))
def get_overview(
    request: Request,
    problem: Annotated[str | None, Query(description="Incidents of this problem only, as `failing`.")] = None,
    state: Annotated[str | None, Query(description="`open`, `acknowledged` or `snoozed`.")] = None,
    owner: Text = None,
    pipeline_type: Text = None,
    group: Text = None,
    search: Text = None,
    limit: Annotated[int, Query(ge=1, le=MOST_INCIDENTS)] = DEFAULT_PAGE,
) -> Any:
    """Return what is wrong now, what is fine, and what nobody watches."""
    access_of(request).require_all()
    return watcher_of(request).now(
        problem=problem,
        state=state,
        owner=owner,
        pipeline_type=pipeline_type,
        group=group,
        search=search,
        limit=limit,
    )


@overview.get("/unwatched_pipelines", response_model=list[values.UnwatchedPipelines])
def list_unwatched_pipelines(
    request: Request,
    names: Annotated[int | None, Query(ge=0, le=MAX_BIGINT, description="So many of each; all without it.")] = None,
) -> Any:
    """List the pipelines about which nobody would be notified, by reason."""
    return own_watcher_of(request).unwatched_pipelines(names=names)


@overview.get("/pipeline_activity", response_model=list[values.PipelineActivity])
def list_pipeline_activity(request: Request) -> Any:
    """List the newest execution of each pipeline, and how long its executions usually take, by the pipelines' names."""
    covered = covered_ids(request)
    found = watcher_of(request).pipeline_activity()
    return [each for each in found if covered is None or each.pipeline_id in covered]


@overview.get("/delivery_health", response_model=values.HealthFact)
def get_delivery_health(request: Request) -> Any:
    """Whether alerts get through; of a token of some pipelines, those of these."""
    return own_watcher_of(request).delivery_health()


@overview.get("/report", response_model=values.Report, responses=errors(400, 404))
def get_report(
    request: Request,
    days: Annotated[int, Query(ge=1, le=MOST_REPORT_DAYS)] = 30,
    by: Annotated[str, Query(max_length=100, description="`type`, `owner` or `pipeline`.")] = "type",
    owner: Annotated[str | None, Query(max_length=2048, description="Empty: of nobody's.")] = None,
    pipeline_type: Text = None,
    pipeline: Annotated[str | None, Query(max_length=2048, description="Of this pipeline only, by name.")] = None,
    pipeline_id: Annotated[int | None, Query(ge=0, le=MAX_BIGINT)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIST, description="At most so many groups.")] = DEFAULT_PAGE,
    now: Annotated[Instant | None, Query(description="The time whose day is the last one.")] = None,
) -> Any:
    """Return what ended in the last days, by day and by group, beside as many days before."""
    reference = asked_pipeline(request, pipeline, pipeline_id)
    return own_watcher_of(request).report(
        days=days,
        by=by,
        owner=owner,
        pipeline_type=pipeline_type,
        pipeline=reference,
        limit=limit,
        now=now,
    )


@overview.get("/rule_suggestion", response_model=list[RuleSuggestionAnswer])
def list_rule_suggestions(
    request: Request,
    now: Annotated[Instant | None, Query(description="The time of the question.")] = None,
) -> Any:
    """List a rule for each pipeline that has none for freshness, or one that does not fit, by name."""
    return [vars(each) for each in watcher_of(request).suggest_rules(pipelines=covered_ids(request), now=now)]


@overview.get("/search", response_model=list[values.SearchHit], responses=errors(400))
def search(
    request: Request,
    text: Annotated[str, Query(max_length=2048, description="Several words are all in the name.", examples=["orders"])],
    limit: Annotated[int, Query(ge=1, le=MOST_HITS)] = 20,
) -> Any:
    """List pipelines, addresses and alerts whose names contain a text, whatever its case."""
    return own_watcher_of(request).search(text, limit=limit)
