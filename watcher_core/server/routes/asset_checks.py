"""Dagster's asset checks, and what came of them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query, Request

from watcher_core import values
from watcher_core.arguments import MAX_BIGINT
from watcher_core.enums import AssetCheckStatus
from watcher_core.server.fields import DEFAULT_PAGE, MAX_LIST, Instant
from watcher_core.server.routing import asked_pipeline, errors, own_watcher_of, router

asset_checks = router("asset checks")

Name = Annotated[str | None, Query(max_length=2048, description="Of this pipeline only, by name.")]
Identifier = Annotated[int | None, Query(ge=0, le=MAX_BIGINT)]
Most = Annotated[int, Query(ge=0, le=MAX_LIST, description="At most so many.")]


@asset_checks.get("/asset_check", response_model=list[values.AssetCheck], responses=errors(404))
def list_asset_checks(
    request: Request,
    pipeline: Name = None,
    pipeline_id: Identifier = None,
    failing: Annotated[
        bool | None, Query(description="Only those that do not pass now, or only those that do.")
    ] = None,
    limit: Most = DEFAULT_PAGE,
) -> Any:
    """List asset checks, each with its last result, by the names of asset and check."""
    asked = asked_pipeline(request, pipeline, pipeline_id)
    return own_watcher_of(request).asset_checks(pipeline=asked, failing=failing, limit=limit)


@asset_checks.get("/asset_check_result", response_model=list[values.AssetCheckResult], responses=errors(400, 404))
def list_asset_check_results(
    request: Request,
    pipeline: Name = None,
    pipeline_id: Identifier = None,
    check: Annotated[str | None, Query(max_length=2048, description="Of checks of this name only.")] = None,
    status: AssetCheckStatus | None = None,
    since: Annotated[Instant | None, Query(description="Of this time or later.")] = None,
    limit: Most = DEFAULT_PAGE,
) -> Any:
    """List results of asset checks, newest first."""
    asked = asked_pipeline(request, pipeline, pipeline_id)
    return own_watcher_of(request).asset_check_results(
        pipeline=asked, check=check, status=status, since=since, limit=limit
    )
