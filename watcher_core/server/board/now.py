"""Now: what is wrong, what is behind each, what is fine, and what nobody watches."""

from __future__ import annotations

from fastapi import APIRouter, Query, Request, Response

from watcher_core import overview
from watcher_core.enums import AlertState
from watcher_core.server.board.frame import render
from watcher_core.server.routing import watcher_of
from watcher_core.values import Problem

routes = APIRouter()

SHOWN = 100
STATES = (AlertState.OPEN, AlertState.ACKNOWLEDGED, AlertState.SNOOZED)


@routes.get("/")
def now(
    request: Request,
    problem: str = "",
    state: str = "",
    owner: str = Query("", max_length=500),
    type: str = Query("", max_length=500),  # noqa: A002  # what the page calls it
    group: str = Query("", max_length=500),
    q: str = Query("", max_length=500),
    all: bool = False,  # noqa: A002  # what the page calls it
) -> Response:
    """What is wrong now, the worst first."""
    found = watcher_of(request).now(
        problem=problem or None,
        state=state or None,
        owner=owner or None,
        pipeline_type=type or None,
        group=group or None,
        search=q or None,
        limit=SHOWN * 10 if all else SHOWN,
    )
    return render(
        request,
        "now.html",
        now=found.at,
        found=found,
        all_problems=list(Problem),
        all_states=STATES,
        no_freshness=overview.NO_FRESHNESS,
    )


@routes.get("/version")
def version(request: Request) -> Response:
    """What changes when a page would look different; pages ask for it, to be up to date."""
    return Response(
        request.app.state.board_version.get(), media_type="text/plain", headers={"Cache-Control": "no-store"}
    )
