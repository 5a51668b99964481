"""Alerts: the inbox, one alert with all that is known of it, and what people do about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple

import anyio.to_thread
from fastapi import APIRouter, Depends, Query, Request, Response

from watcher_core import alerts, overview, text, values
from watcher_core.enums import AlertKind, AlertLevel, AlertState
from watcher_core.errors import InvalidValueError
from watcher_core.server.board.execution import run_url
from watcher_core.server.board.forms import form, lead_back
from watcher_core.server.board.frame import render
from watcher_core.server.board.maintenance import LENGTHS
from watcher_core.server.board.viewer import viewer_of
from watcher_core.server.board.words import web_address
from watcher_core.server.errors import RefusedError
from watcher_core.server.routing import watcher_of

routes = APIRouter()

# The alerts of the inbox at first, how many more a click shows, and the most.
SHOWN, STEP, MOST = 50, 200, 1_000
HISTORY = 20
MOST_ACTIONS = 100
UNRESOLVED = (AlertState.OPEN, AlertState.ACKNOWLEDGED, AlertState.SNOOZED)
# What the inbox can be narrowed to, by the value in its address.
STATES: Mapping[str, tuple[AlertState, ...]] = {
    "": UNRESOLVED,
    "open": (AlertState.OPEN,),
    "acknowledged": (AlertState.ACKNOWLEDGED,),
    "snoozed": (AlertState.SNOOZED,),
    "resolved": (AlertState.RESOLVED,),
}
# Facts that the page shows as a table, and what the line about the execution says.
ELSEWHERE = ("metrics",)
OF_EXECUTION = (*ELSEWHERE, "took", "had run for")
SNOOZES = {1: "1 hour", 4: "4 hours", 12: "12 hours", 24: "1 day", 72: "3 days", 168: "1 week"}


@routes.get("/alerts")
def inbox(
    request: Request,
    state: str = "",
    kind: str = "",
    pipeline: str = Query("", max_length=2048),
    shown: int = Query(SHOWN, ge=1, le=MOST),
) -> Response:
    """Alerts, the newest first."""
    if state not in STATES:
        raise InvalidValueError(f"state is {state!r}; it must be one of {', '.join(filter(None, STATES))}")
    watcher = watcher_of(request)
    now = watcher.clock()
    found = watcher.alerts(state=STATES[state], kind=kind or None, pipeline=pipeline or None, limit=shown + 1, now=now)
    return render(
        request,
        "alerts.html",
        now=now,
        alerts=[(alert, alerts.headline(alert, now=now)) for alert in found[:shown]],
        windows=[window for window in watcher.maintenance(now=now) if window.active_until],
        lengths=LENGTHS,
        more=len(found) > shown,
        following=min(shown + STEP, MOST),
        most=MOST,
        states=list(STATES),
        kinds=list(AlertKind),
        state=state,
        kind=kind,
        pipeline=pipeline,
    )


@routes.get("/alerts/{alert_id}")
def show(request: Request, alert_id: int) -> Response:
    """An alert: what is wrong, what is behind it, who was notified, what happened before."""
    return _page(request, watcher_of(request).alert(alert_id))


def _page(request: Request, alert: values.Alert, *, typed: str | None = None) -> Response:
    """The page of an alert.

    Args:
        request: The request that it answers.
        alert: The alert.
        typed: The note of a form that was not taken, since somebody has changed the alert meanwhile.
    """
    watcher = watcher_of(request)
    now = watcher.clock()
    cause = None if alert.cause_alert_id is None else watcher.alert(alert.cause_alert_id)
    behind = watcher.alerts(behind=alert.id, state=UNRESOLVED, limit=HISTORY, now=now) if alert.behind else []
    actions = watcher.alert_actions(alert.id, limit=MOST_ACTIONS)
    before = [] if alert.pipeline_id is None else watcher.alerts(pipeline=alert.pipeline_id, limit=HISTORY + 1, now=now)
    metadata = {} if alert.pipeline_id is None else watcher.pipeline(alert.pipeline_id).pipeline_metadata
    runbook = text.parse_runbook(metadata.get("runbook"))
    execution = None if alert.pipeline_execution_id is None else _execution(request, alert.pipeline_execution_id)
    context = watcher.alert_context(alert)
    return render(
        request,
        "alert.html",
        status=200 if typed is None else 409,
        is_answer=typed is not None,
        typed=typed,
        now=now,
        alert=alert,
        seen=_standing(alert),
        is_mine=alert.state is AlertState.ACKNOWLEDGED and alert.acknowledged_by == viewer_of(request).name,
        headline=alerts.headline(alert, now=now),
        cause=cause and (cause, alerts.headline(cause, now=now)),
        behind=[(each, alerts.headline(each, now=now)) for each in behind],
        blocked=context.blocked,
        last_success_at=context.last_success_at,
        last_success_scope=context.last_success_scope,
        execution=execution,
        run_url=execution and run_url(watcher.settings.dagster_url, execution),
        dagster_page=alerts.dagster_page(watcher.settings.dagster_url, alert.facts),
        owners=text.parse_owners(metadata.get("owners")),
        runbook=runbook,
        runbook_link=web_address(runbook),
        error=_error(alert.facts, execution),
        facts={
            title: value
            for title, value in alerts.readable_facts(alert.kind, alert.facts).items()
            if title not in (OF_EXECUTION if execution else ELSEWHERE)
        },
        advice=context.advice,
        unusual=_unusual(alert.facts),
        actions=actions,
        earlier_actions=actions[0].number - 1 if actions else 0,
        deliveries=watcher.alert_deliveries(alert.id),
        before=[(each, alerts.headline(each, now=now)) for each in before if each.id != alert.id][:HISTORY],
        snoozes=SNOOZES,
    )


@routes.post("/alerts/{alert_id}/{action}")
async def act(
    request: Request, alert_id: int, action: str, fields: Annotated[dict[str, str], Depends(form)]
) -> Response:
    """Acknowledge, snooze or resolve an alert, or add a note, in the name of the reader; lead back to where they were.

    Where somebody else has changed it since that page was loaded, or it has become louder, the reader sees so first; a
    note changes nothing.
    """
    by, note = viewer_of(request).name, fields.get("note", "").strip() or None
    seen = {} if action == "note" else fields
    changed = await anyio.to_thread.run_sync(_changed, request, alert_id, by, seen)
    if changed is not None:
        return await anyio.to_thread.run_sync(lambda: _page(request, changed, typed=note or ""))
    await anyio.to_thread.run_sync(_act, request, alert_id, action, by, note, fields)
    return lead_back(fields, f"/ui/alerts/{alert_id}")


def _changed(request: Request, alert_id: int, by: str, fields: Mapping[str, str]) -> values.Alert | None:
    """Return the alert, where it is not as the reader has seen it, and that is not of their own doing."""
    alert = watcher_of(request).alert(alert_id)
    seen, level = fields.get("seen"), fields.get("level", "")
    is_louder = level in list(AlertLevel) and alert.level.loudness > AlertLevel(level).loudness
    is_changed = seen not in (None, _standing(alert)) and _changed_by(alert) != by
    return alert if is_louder or is_changed else None


def _changed_by(alert: values.Alert) -> str | None:
    """Who brought an alert into the state that it has; `None` where nobody did."""
    return {
        AlertState.ACKNOWLEDGED: alert.acknowledged_by,
        AlertState.SNOOZED: alert.snoozed_by,
        AlertState.RESOLVED: alert.resolved_by,
    }.get(alert.state)


def _standing(alert: values.Alert) -> str:
    """Where an alert stands with people, as forms carry it along."""
    return f"{alert.state.value} {_changed_by(alert) or ''}".strip()


def _act(
    request: Request, alert_id: int, action: str, by: str, note: str | None, fields: Mapping[str, str]
) -> values.Alert:
    watcher = watcher_of(request)
    match action:
        case "acknowledge":
            return watcher.acknowledge_alert(alert_id, by=by, note=note)
        case "snooze":
            hours = fields.get("hours", "")
            if not hours.isdecimal() or int(hours) not in SNOOZES:
                raise InvalidValueError(f"hours is {hours!r}; it must be one of {', '.join(map(str, SNOOZES))}")
            until = watcher.clock() + dt.timedelta(hours=int(hours))
            return watcher.snooze_alert(alert_id, until=until, by=by, note=note)
        case "resolve":
            return watcher.resolve_alert(alert_id, by=by, note=note)
        case "note":
            return watcher.note_alert(alert_id, note or "", by=by)
    raise RefusedError(404, f"no action {action!r}")


def _execution(request: Request, execution_id: int) -> values.Execution | None:
    try:
        return watcher_of(request).execution(execution_id)
    except LookupError:
        return None  # retention took it; the alert stays


def _error(facts: Mapping[str, Any], execution: values.Execution | None) -> values.ReadableError | None:
    """The error of the execution, which has the stack; else what the alert says of it."""
    stored = None if execution is None else overview.readable_error(execution.execution_metadata.get("error"))
    return stored or overview.readable_error(facts.get("error"))


class Unusual(NamedTuple):
    """A metric outside of what is usual; numbers that the alert does not say are `None`."""

    metric: str
    value: object
    expected: object
    lower: object
    upper: object
    reason: str


def _unusual(facts: Mapping[str, Any]) -> list[Unusual]:
    """The metrics of an anomaly, of which the headline names the first."""
    listed = facts.get("metrics")
    return [
        Unusual(
            metric=str(each.get("metric_field")),
            value=each.get("value"),
            expected=each.get("expected"),
            lower=each.get("lower"),
            upper=each.get("upper"),
            reason=str(each.get("reason") or ""),
        )
        for each in (listed if isinstance(listed, list) else [])
        if isinstance(each, dict)
    ]
