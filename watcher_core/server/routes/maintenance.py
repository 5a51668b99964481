"""Maintenance windows: times in which alerts are kept, but not sent; and the clock that they go by."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import Query, Request
from pydantic import BaseModel, Field

from watcher_core import alerts, values
from watcher_core.server.fields import Body, Cursor, Id, Instant, Limit, LongName, PathId
from watcher_core.server.routing import Page, access_of, covered_pipeline, errors, page, router, short, watcher_of

maintenance = router("maintenance")

# More than a window may have; what is longer than a length of time can be is refused here.
MOST_SECONDS = 1e9


class MaintenanceBody(Body):
    """A window: of a pipeline, of a type, or of all alerts; once, or by `cron`."""

    pipeline_id: Id | None = None
    pipeline_name: LongName | None = None
    pipeline_type_id: Id | None = None
    pipeline_type_name: LongName | None = None
    starts_at: Instant | None = Field(None, description="By default now.")
    ends_at: Instant | None = Field(None, description="Or `duration_seconds`; with `cron`, when it starts no more.")
    duration_seconds: float | None = Field(None, le=MOST_SECONDS, ge=-MOST_SECONDS, allow_inf_nan=False, examples=[900])
    cron: str | None = Field(None, max_length=300, description="When it starts again and again, as `0 2 * * 0`.")
    timezone: str | None = Field(None, max_length=100, description="That of `cron`; by default UTC.")
    by: str | None = Field(None, max_length=200)
    note: str | None = Field(None, max_length=1000, examples=["deploy of the warehouse"])


class MaintenanceAnswer(BaseModel):
    """A window. `subject`: what it is about, in words. `active_until`: `null` where it is not active now."""

    id: int
    subject: str
    pipeline_name: str | None
    pipeline_type_name: str | None
    starts_at: dt.datetime
    ends_at: dt.datetime | None
    cron: str | None
    timezone: str | None
    duration_seconds: float | None
    created_by: str | None
    note: str | None
    created_at: dt.datetime
    active_until: dt.datetime | None
    next_at: dt.datetime | None


class MaintenancePage(Page[MaintenanceAnswer]):
    pass


class ClockAnswer(BaseModel):
    now: dt.datetime


def _window(window: values.MaintenanceWindow) -> dict[str, Any]:
    return {**vars(window), "subject": window.subject}


@maintenance.get("/maintenance", response_model=list[MaintenanceAnswer] | MaintenancePage, responses=errors(400))
def list_maintenance(
    request: Request,
    now: Annotated[Instant | None, Query(description="The time at which they are looked at.")] = None,
    limit: Limit = None,
    cursor: Cursor = None,
) -> Any:
    """List the maintenance windows that are not over, by their start."""
    access = access_of(request)

    def covers(window: values.MaintenanceWindow) -> bool:
        return not access.is_limited or (window.pipeline_name is not None and access.covers(window.pipeline_name))

    return page(short(watcher_of(request).maintenance(now=now)), _window, limit=limit, cursor=cursor, covers=covers)


@maintenance.post("/maintenance", status_code=201, response_model=MaintenanceAnswer, responses=errors(400, 404))
def add_maintenance(body: MaintenanceBody, request: Request) -> Any:
    """Add a maintenance window: alerts are opened in it, and sent at its end where they are still open.

    Sent twice, the second is refused: windows of one pipeline, of one type, or of all do not overlap.
    """
    watcher, access = watcher_of(request), access_of(request)
    pipeline = body.pipeline_name if body.pipeline_id is None else body.pipeline_id
    pipeline_type: int | str | None = body.pipeline_type_id
    if pipeline_type is None and body.pipeline_type_name is not None:
        pipeline_type = watcher.known_name("pipeline_type", body.pipeline_type_name)
    if pipeline is None:
        access.require_all()
    found = None if pipeline is None else covered_pipeline(request, pipeline)
    return _window(
        watcher.add_maintenance(
            pipeline=None if found is None else found.id,
            pipeline_type=pipeline_type,
            starts_at=body.starts_at,
            ends_at=body.ends_at,
            duration=None if body.duration_seconds is None else dt.timedelta(seconds=body.duration_seconds),
            cron=body.cron,
            timezone=body.timezone,
            by=body.by or access.name or None,
            note=body.note,
        )
    )


@maintenance.post("/maintenance/{window_id}/end", response_model=MaintenanceAnswer, responses=errors(400, 404))
def end_maintenance(window_id: PathId, request: Request) -> Any:
    """End a maintenance window now, with all of its times. What is still wrong is sent with the next delivery."""
    watcher = watcher_of(request)
    with watcher._transaction() as (session, now):
        pipeline_name = alerts.get_maintenance(session, window_id=window_id, now=now).pipeline_name
    access_of(request).require_pipeline(pipeline_name)
    return _window(watcher.end_maintenance(window_id))


@maintenance.get("/clock", response_model=ClockAnswer)
def get_clock(request: Request) -> Any:
    """Return the time by the database's clock, which all that is late goes by."""
    return {"now": watcher_of(request).clock()}
