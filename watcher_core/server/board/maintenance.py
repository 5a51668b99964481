"""Maintenance on the board: what holds alerts back now, its end, and a new one."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Depends, Request, Response

from watcher_core.errors import InvalidValueError
from watcher_core.server.board.forms import form, lead_back
from watcher_core.server.board.viewer import viewer_of
from watcher_core.server.routing import watcher_of

routes = APIRouter()

# How long a window that is added here may be, in minutes.
LENGTHS = {
    15: "15 minutes",
    30: "30 minutes",
    60: "1 hour",
    120: "2 hours",
    240: "4 hours",
    480: "8 hours",
    1440: "1 day",
}


@routes.post("/maintenance")
async def add(request: Request, fields: Annotated[dict[str, str], Depends(form)]) -> Response:
    """Add a window that starts now, of one pipeline or of all alerts, in the name of the reader, and lead back."""
    minutes = fields.get("minutes", "")
    if not minutes.isdecimal() or int(minutes) not in LENGTHS:
        raise InvalidValueError(f"minutes is {minutes!r}; it must be one of {', '.join(map(str, LENGTHS))}")
    add_it = partial(
        watcher_of(request).add_maintenance,
        pipeline=fields.get("pipeline", "").strip() or None,
        duration=dt.timedelta(minutes=int(minutes)),
        by=viewer_of(request).name,
        note=fields.get("note", "").strip() or None,
    )
    await anyio.to_thread.run_sync(add_it)
    return lead_back(fields, "/ui/alerts")


@routes.post("/maintenance/{window_id}/end")
async def end(request: Request, window_id: int, fields: Annotated[dict[str, str], Depends(form)]) -> Response:
    """End a window, with all of its times, and lead back; that the form comes from our own page is checked before."""
    await anyio.to_thread.run_sync(watcher_of(request).end_maintenance, window_id)
    return lead_back(fields, "/ui/alerts")
