"""Alerts: what is open, and what people do about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar

from fastapi import Query, Request
from pydantic import BaseModel, ConfigDict, Field, computed_field

from watcher_core import catalog, values
from watcher_core.arguments import MAX_BIGINT
from watcher_core.enums import AlertKind, AlertState
from watcher_core.server.fields import DEFAULT_PAGE, MAX_PAGE, Body, Cursor, Instant, PathId
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

alerts = router("alerts")

NOT_RESOLVED = (AlertState.OPEN, AlertState.ACKNOWLEDGED, AlertState.SNOOZED)


@dataclass(frozen=True, kw_only=True)
class AlertAnswer(values.Alert):
    """Something that a check found, open until it is resolved, as `Watcher.alert` has it. `subject`: what it is about,
    in words."""

    # All of it is always answered.
    __pydantic_config__: ClassVar = ConfigDict(json_schema_serialization_defaults_required=True)

    @computed_field  # type: ignore[prop-decorator]  # as pydantic documents it
    @property
    def subject(self) -> str:
        return super().subject


@dataclass(frozen=True, kw_only=True)
class DetailedAlertAnswer(AlertAnswer):
    """An alert. `actions`: what people last did about it, the first first, with their notes; `earlier_actions`: how
    many came before these."""

    actions: list[values.AlertAction]
    earlier_actions: int


class SignedBody(Body):
    """Who does so, and why."""

    by: Annotated[str, Field(max_length=200)] | None = None
    note: Annotated[str, Field(max_length=1000)] | None = Field(default=None, examples=["the supplier is late"])


class NoteBody(SignedBody):
    """Who notes what."""

    note: Annotated[str, Field(max_length=1000)] = Field(examples=["the supplier sends it at noon"])


class SnoozeBody(SignedBody):
    """Until when the alert is quiet."""

    until: Instant = Field(examples=["2036-01-02T06:00:00Z"])


class StatusAnswer(BaseModel):
    """Whether all is well. `problems`: the alerts that are not resolved, the last opened first."""

    status: str = Field(examples=["ok"])
    pipelines: int
    unjudged_executions: int
    undelivered_alerts: int
    problems: list[AlertAnswer]


class AlertPage(Page[AlertAnswer]):
    pass


def _alert(alert: values.Alert) -> AlertAnswer:
    return AlertAnswer(**vars(alert))


def _find(request: Request, alert_id: int) -> values.Alert:
    found = own_watcher_of(request).alert(alert_id)
    access_of(request).require_pipeline(found.pipeline_name)
    return found


def _acted(found: values.Alert, acted: values.Alert) -> AlertAnswer:
    """Return an alert after an action: what is behind it is counted as for the token that found it."""
    return _alert(replace(acted, behind=found.behind))


def _by(request: Request, body: SignedBody) -> dict[str, Any]:
    return {"by": body.by or access_of(request).name or None, "note": body.note}


@alerts.get("/alert", response_model=AlertPage, responses=errors(400, 404))
def list_alerts(
    request: Request,
    state: Annotated[list[AlertState] | None, Query(description="By default all but resolved ones.")] = None,
    kind: AlertKind | None = None,
    pipeline: Annotated[str | None, Query(max_length=2048, description="Of this pipeline only, by name.")] = None,
    pipeline_id: Annotated[int | None, Query(ge=0, le=MAX_BIGINT)] = None,
    behind: Annotated[
        int | None, Query(ge=0, le=MAX_BIGINT, description="Only what is behind the alert with this id, its cause.")
    ] = None,
    changed_since: Annotated[
        Instant | None, Query(description="Opened, opened again or resolved at or after this time.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = DEFAULT_PAGE,
    cursor: Cursor = None,
    now: Annotated[Instant | None, Query(description="The time at which snoozes are over.")] = None,
) -> Any:
    """List alerts, the last opened first, a page at a time; of a token of some pipelines, those of these."""
    reference = asked_pipeline(request, pipeline, pipeline_id)
    if reference is None and behind is not None and access_of(request).is_limited:
        _find(request, behind)
    found = own_watcher_of(request).alerts(
        state=state or NOT_RESOLVED,
        kind=kind,
        pipeline=reference,
        behind=behind,
        changed_since=changed_since,
        before=place_of(cursor),
        limit=limit + 1,
        now=now,
    )
    return by_date(found, _alert, limit=limit, place=lambda alert: (alert.opened_at, alert.id))


@alerts.get("/alert/{alert_id}", response_model=DetailedAlertAnswer, responses=errors(400, 404))
def get_alert(
    alert_id: PathId,
    request: Request,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE, description="Of what people did, the last so many.")] = DEFAULT_PAGE,
) -> Any:
    """Return an alert, with what people did about it."""
    found = _find(request, alert_id)
    actions = watcher_of(request).alert_actions(found.id, limit=limit)
    earlier = actions[0].number - 1 if actions else 0
    return DetailedAlertAnswer(**vars(found), actions=actions, earlier_actions=earlier)


@alerts.get("/alert/{alert_id}/actions", response_model=list[values.AlertAction], responses=errors(404))
def list_alert_actions(
    alert_id: PathId,
    request: Request,
    last: Annotated[int | None, Query(ge=0, le=MAX_BIGINT, description="The last so many; all without it.")] = None,
) -> Any:
    """List what people did about an alert, the first first, with their notes."""
    return watcher_of(request).alert_actions(_find(request, alert_id).id, limit=last)


@alerts.get("/alert/{alert_id}/deliveries", response_model=list[values.AlertDelivery], responses=errors(404))
def list_alert_deliveries(alert_id: PathId, request: Request) -> Any:
    """List what each destination of an alert knows of it. Those that are not notified yet may be missing."""
    return watcher_of(request).alert_deliveries(_find(request, alert_id).id)


@alerts.get("/alert/{alert_id}/context", response_model=values.AlertContext, responses=errors(404))
def get_alert_context(alert_id: PathId, request: Request) -> Any:
    """Return what whoever acts on an alert asks next, as it is now. Of what is blocked, what the token covers."""
    found = watcher_of(request).alert_context(_find(request, alert_id))
    access = access_of(request)
    return replace(found, blocked=tuple(filter(access.covers, found.blocked))) if access.is_limited else found


@alerts.post("/alert/{alert_id}/ack", response_model=AlertAnswer, responses=errors(400, 404))
def acknowledge_alert(alert_id: PathId, request: Request, body: SignedBody | None = None) -> Any:
    """Mark an alert as seen: it causes no reminder, and its recovery is still delivered."""
    found = _find(request, alert_id)
    acted = watcher_of(request).acknowledge_alert(found.id, **_by(request, body or SignedBody()))
    return _acted(found, acted)


@alerts.post("/alert/{alert_id}/note", response_model=AlertAnswer, responses=errors(400, 404))
def note_alert(alert_id: PathId, body: NoteBody, request: Request) -> Any:
    """Add a note to an alert, also to one that is over; nothing else of it changes, and nobody is notified."""
    found = _find(request, alert_id)
    acted = watcher_of(request).note_alert(found.id, **_by(request, body))
    return _acted(found, acted)


@alerts.post("/alert/{alert_id}/snooze", response_model=AlertAnswer, responses=errors(400, 404))
def snooze_alert(alert_id: PathId, body: SnoozeBody, request: Request) -> Any:
    """Keep an alert quiet until a time; a reminder follows then if it is still open."""
    found = _find(request, alert_id)
    acted = watcher_of(request).snooze_alert(found.id, until=body.until, **_by(request, body))
    return _acted(found, acted)


@alerts.post("/alert/{alert_id}/resolve", response_model=AlertAnswer, responses=errors(400, 404))
def resolve_alert(alert_id: PathId, request: Request, body: SignedBody | None = None) -> Any:
    """Resolve an alert by hand. It stays so until a check finds its cause anew."""
    found = _find(request, alert_id)
    acted = watcher_of(request).resolve_alert(found.id, **_by(request, body or SignedBody()))
    return _acted(found, acted)


@alerts.get("/status", response_model=StatusAnswer)
def get_status(request: Request) -> Any:
    """Whether all is well: the alerts that are not resolved first."""
    access = access_of(request)
    watcher = own_watcher_of(request)
    problems = [_alert(each) for each in watcher.alerts(state=NOT_RESOLVED, limit=MAX_PAGE)]
    if access.is_limited:
        pipelines = sum(access.covers(pipeline.name) for pipeline in watcher.pipelines())
    else:
        with watcher._driver_statements() as (connection, _):
            pipelines = catalog.count_pipelines(connection)
    return {
        "status": "problems" if problems else "ok",
        "pipelines": pipelines,
        "unjudged_executions": watcher.unjudged_executions().count,
        "undelivered_alerts": watcher.undelivered_alerts().count,
        "problems": problems,
    }
