"""Maintenance on the board: what holds alerts back now, and its end."""

from __future__ import annotations

from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from watcher_core.server.board.forms import form
from watcher_core.server.routing import watcher_of

routes = APIRouter()


@routes.post("/maintenance/{window_id}/end")
async def end(request: Request, window_id: int, fields: Annotated[dict[str, str], Depends(form)]) -> Response:
    """End a window, with all of its times, and lead back; that the form comes from our own page is checked before."""
    await anyio.to_thread.run_sync(watcher_of(request).end_maintenance, window_id)
    back = fields.get("back", "")
    return RedirectResponse(back if back.startswith("/ui/") else "/ui/alerts", status_code=303)
