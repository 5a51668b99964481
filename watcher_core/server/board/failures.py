"""Failures that nobody has fixed: of each pipeline its newest end only, by what the errors have in common."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from watcher_core.enums import AlertKind
from watcher_core.server.board.alerts import UNRESOLVED
from watcher_core.server.board.frame import render
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
    return render(
        request,
        "failures.html",
        errors=found,
        pipelines=sum(each.count for each in found),
        never=sum(one.last_success_at is None for each in found for one in each.pipelines),
        without_alert=sum(one.alert_id is None for each in found for one in each.pipelines),
        alerts={alert.id: alert for alert in unresolved},
        full=len(found) == ERRORS,
        open_up_to=OPEN_UP_TO,
    )
