"""Failures that nobody has fixed: of each pipeline its newest end only, by what the errors have in common."""

from __future__ import annotations

from contextlib import suppress

import anyio.to_thread
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from watcher_core import overview
from watcher_core.enums import AlertKind, AlertState
from watcher_core.errors import InvalidValueError
from watcher_core.server.board.alerts import UNRESOLVED
from watcher_core.server.board.forms import form
from watcher_core.server.board.frame import render
from watcher_core.server.board.viewer import viewer_of
from watcher_core.server.routing import watcher_of

routes = APIRouter()

ERRORS = 100
PIPELINES = 50
# Few errors are shown with their pipelines at once; of many, the reader chooses.
OPEN_UP_TO = 3


@routes.get("/failures")
def failures(request: Request) -> Response:
    """The errors, those of the most pipelines first."""
    watcher = watcher_of(request)
    found = watcher.unfixed_failures(limit=ERRORS, pipelines=PIPELINES)
    unresolved = watcher.alerts(state=UNRESOLVED, kind=AlertKind.FAILURE, limit=ERRORS * PIPELINES) if found else []
    is_open = {alert.id for alert in unresolved if alert.state is AlertState.OPEN}
    return render(
        request,
        "failures.html",
        errors=found,
        pipelines=sum(each.count for each in found),
        never=sum(one.last_success_at is None for each in found for one in each.pipelines),
        without_alert=sum(one.alert_id is None for each in found for one in each.pipelines),
        alerts={alert.id: alert for alert in unresolved},
        to_acknowledge={each.fingerprint: len(is_open & {one.alert_id for one in each.pipelines}) for each in found},
        full=len(found) == ERRORS,
        open_up_to=OPEN_UP_TO,
    )


@routes.post("/failures/{fingerprint}/acknowledge", dependencies=[Depends(form)])
async def acknowledge(request: Request, fingerprint: str) -> Response:
    """Acknowledge all alerts of one error, in the name of the reader: a cause that stops many is seen once."""
    await anyio.to_thread.run_sync(_acknowledge, request, fingerprint, viewer_of(request).name)
    return RedirectResponse("/ui/failures", status_code=303)


def _acknowledge(request: Request, fingerprint: str, by: str) -> None:
    watcher = watcher_of(request)
    found = watcher.unfixed_failures(limit=overview.MOST_ERRORS, pipelines=overview.MOST_PIPELINES)
    ids = {one.alert_id for each in found if each.fingerprint == fingerprint for one in each.pipelines}
    if not ids:
        return  # fixed meanwhile
    most = overview.MOST_ERRORS * overview.MOST_PIPELINES
    for alert in watcher.alerts(state=AlertState.OPEN, kind=AlertKind.FAILURE, limit=most):
        if alert.id in ids:
            with suppress(InvalidValueError):  # resolved in this very moment
                watcher.acknowledge_alert(alert.id, by=by)
