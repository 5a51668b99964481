"""The board: pages for people, below `/ui/`.

A page is a module with its routes and a template of the same name. `frame` renders, `early` sends the head before the
content is known, `forms` checks what changes something, `viewer` says who looks. Pages ask `Watcher` and show what it
returns; nothing is decided here.
"""

from __future__ import annotations

from fastapi import APIRouter, Depends

from watcher_core.server.board import (
    alerts,
    diagnostics,
    execution,
    failures,
    lineage,
    login,
    maintenance,
    now,
    pipeline,
    pipelines,
    report,
    search,
    static,
    timeline,
)
from watcher_core.server.board.early import Early
from watcher_core.server.board.frame import board_error
from watcher_core.server.board.versions import Version
from watcher_core.server.board.viewer import require_whole

# What is asked for most often comes first: it is found sooner.
PAGES = (
    search,
    now,
    alerts,
    pipeline,
    pipelines,
    execution,
    timeline,
    failures,
    lineage,
    report,
    diagnostics,
    maintenance,
)

board = APIRouter(prefix="/ui", include_in_schema=False)
for page in PAGES:
    board.include_router(page.routes, dependencies=[Depends(require_whole)])
board.include_router(login.routes)
board.include_router(static.routes)

__all__ = ["Early", "Version", "board", "board_error"]
