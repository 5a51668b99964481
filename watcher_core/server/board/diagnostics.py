"""Diagnostics: whether Watcher itself works, and how its database is."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from watcher_core.server.board.frame import render
from watcher_core.server.routing import watcher_of

routes = APIRouter()


@routes.get("/diagnostics")
def diagnostics(request: Request) -> Response:
    """What a person looks at who does not trust the silence."""
    found = watcher_of(request).diagnostics()
    return render(request, "diagnostics.html", now=found.at, found=found)
