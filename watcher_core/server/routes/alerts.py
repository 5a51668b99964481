"""Alerts: what is open, and what people do about it."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import Query, Request
from pydantic import BaseModel, Field

from watcher_core import catalog, values
from watcher_core.enums import AlertActionKind, AlertKind, AlertLevel, AlertState
from watcher_core.server.fields import DEFAULT_PAGE, MAX_PAGE, Body, Instant, PathId
from watcher_core.server.routing import access_of, covered_pipeline, errors, router, watcher_of

alerts = router("alerts")

NOT_RESOLVED = (AlertState.OPEN, AlertState.ACKNOWLEDGED, AlertState.SNOOZED)


class AlertAnswer(BaseModel):
    id: int
    kind: AlertKind
    level: AlertLevel
    state: AlertState
    subject: str
    pipeline_id: int | None
    pipeline_name: str | None
    pipeline_execution_id: int | None
    facts: dict[str, Any]
    opened_at: dt.datetime
    acknowledged_at: dt.datetime | None
    acknowledged_by: str | None
    snoozed_until: dt.datetime | None
    snoozed_by: str | None
    resolved_at: dt.datetime | None
    resolved_by: str | None
    note: str | None
    noted_by: str | None
    noted_at: dt.datetime | None
    covered_level: AlertLevel | None


class ActionAnswer(BaseModel):
    """What somebody did about an alert."""

    kind: AlertActionKind
    acted_at: dt.datetime
    acted_by: str | None
    snoozed_until: dt.datetime | None
    note: str | None


class DetailedAlertAnswer(AlertAnswer):
    """An alert. `actions`: what people last did about it, the first first, with their notes; `earlier_actions`: how
    many came before these."""

    actions: list[ActionAnswer]
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


def _alert(alert: values.Alert) -> dict[str, Any]:
    return {**vars(alert), "subject": alert.subject}


def _find(request: Request, alert_id: int) -> values.Alert:
    found = watcher_of(request).alert(alert_id)
    if found.pipeline_name is None:
        access_of(request).require_all()
    else:
        access_of(request).require_pipeline(found.pipeline_name)
    return found


def _by(request: Request, body: SignedBody) -> dict[str, Any]:
    return {"by": body.by or access_of(request).name or None, "note": body.note}


@alerts.get("/alert", response_model=list[AlertAnswer], responses=errors(400, 404))
def list_alerts(
    request: Request,
    state: Annotated[list[AlertState] | None, Query(description="By default all but resolved ones.")] = None,
    kind: AlertKind | None = None,
    pipeline: Annotated[str | None, Query(max_length=2048)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = DEFAULT_PAGE,
) -> Any:
    """List alerts, the last opened first."""
    if pipeline is None:
        access_of(request).require_all()
    of = None if pipeline is None else covered_pipeline(request, pipeline).id
    found = watcher_of(request).alerts(state=state or NOT_RESOLVED, kind=kind, pipeline=of, limit=limit)
    return [_alert(each) for each in found]


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
    return {**_alert(found), "actions": [vars(each) for each in actions], "earlier_actions": earlier}


@alerts.post("/alert/{alert_id}/ack", response_model=AlertAnswer, responses=errors(400, 404))
def acknowledge_alert(alert_id: PathId, request: Request, body: SignedBody | None = None) -> Any:
    """Mark an alert as seen: it causes no reminder, and its recovery is still delivered."""
    found = _find(request, alert_id)
    return _alert(watcher_of(request).acknowledge_alert(found.id, **_by(request, body or SignedBody())))


@alerts.post("/alert/{alert_id}/note", response_model=AlertAnswer, responses=errors(400, 404))
def note_alert(alert_id: PathId, body: NoteBody, request: Request) -> Any:
    """Add a note to an alert, also to one that is over; nothing else of it changes, and nobody is notified."""
    found = _find(request, alert_id)
    return _alert(watcher_of(request).note_alert(found.id, **_by(request, body)))


@alerts.post("/alert/{alert_id}/snooze", response_model=AlertAnswer, responses=errors(400, 404))
def snooze_alert(alert_id: PathId, body: SnoozeBody, request: Request) -> Any:
    """Keep an alert quiet until a time; a reminder follows then if it is still open."""
    found = _find(request, alert_id)
    return _alert(watcher_of(request).snooze_alert(found.id, until=body.until, **_by(request, body)))


@alerts.post("/alert/{alert_id}/resolve", response_model=AlertAnswer, responses=errors(400, 404))
def resolve_alert(alert_id: PathId, request: Request, body: SignedBody | None = None) -> Any:
    """Resolve an alert by hand. It stays so until a check finds its cause anew."""
    found = _find(request, alert_id)
    return _alert(watcher_of(request).resolve_alert(found.id, **_by(request, body or SignedBody())))


@alerts.get("/status", response_model=StatusAnswer)
def get_status(request: Request) -> Any:
    """Whether all is well: the alerts that are not resolved first."""
    access = access_of(request)
    watcher = watcher_of(request)
    found = watcher.alerts(state=NOT_RESOLVED, limit=MAX_PAGE)
    problems = [_alert(each) for each in found if not access.is_limited or access.covers(each.pipeline_name or "")]
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
