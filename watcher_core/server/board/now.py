"""Now: what is wrong, what is behind each, and what nobody watches."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from watcher_core.server.board.frame import render
from watcher_core.server.routing import watcher_of

routes = APIRouter()


@routes.get("/")
def now(request: Request) -> Response:
    """What is wrong now, the worst first."""
    watcher_of(request)
    return render(request, "now.html")
