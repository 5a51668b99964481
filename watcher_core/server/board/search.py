"""Search anything: pipelines, addresses, alerts, by name."""

from __future__ import annotations

from fastapi import APIRouter, Query, Request, Response

from watcher_core.server.board.frame import render
from watcher_core.server.board.words import link
from watcher_core.server.routing import watcher_of
from watcher_core.values import SearchHit

routes = APIRouter()

# Below the field there is room for a few; the page has all.
SHOWN = 50


@routes.get("/search")
def search(request: Request, q: str = Query("", max_length=200)) -> Response:
    """What has that name; a field on every page asks for the list in it."""
    hits = watcher_of(request).search(q, limit=SHOWN) if q.strip() else []
    return render(request, "search.html", q=q, hits=[(hit, _address(hit)) for hit in hits])


def _address(hit: SearchHit) -> str:
    match hit.kind:
        case "pipeline":
            return link("/ui/pipeline", name=hit.name)
        case "address":
            return link("/ui/lineage", focus=hit.name)
        case "alert":
            return f"/ui/alerts/{hit.id}"
