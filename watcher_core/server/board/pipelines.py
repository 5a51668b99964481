"""Pipelines: a list of all, narrowed down and sorted by its address."""

from __future__ import annotations

from fastapi import APIRouter, Query, Request, Response

from watcher_core.enums import ExecutionState
from watcher_core.server.board.frame import render
from watcher_core.server.routing import watcher_of

routes = APIRouter()

PATH = "/ui/pipelines"
PAGE = 100
NEVER_RAN = "never ran"
# The columns: what they are sorted by, their title, whether their first order is descending, how they are aligned.
COLUMNS = (
    ("name", "Pipeline", False, ""),
    ("state", "Last run", False, ""),
    ("alerts", "Alerts", True, ""),
    ("started", "Started", True, ""),
    ("took", "Took", True, "right"),
    ("", "Usually", False, "right"),
    ("rows", "Rows", True, "right"),
    ("", "Last change", False, ""),
    ("owner", "Owner", False, ""),
    ("type", "Type", False, ""),
)


@routes.get("/pipelines")
def pipelines(
    request: Request,
    state: str = Query("", max_length=20),
    owner: str = Query("", max_length=500),
    type: str = Query("", max_length=500),  # noqa: A002  # what the page calls it
    group: str = Query("", max_length=500),
    q: str = Query("", max_length=500),
    active: bool | None = None,
    sort: str = Query("name", max_length=20),
    page: int = Query(1, ge=1, le=1_000_000),
) -> Response:
    """Pipelines, by name or as the address says: a `-` before what they are sorted by turns the order around."""
    found = watcher_of(request).pipeline_list(
        state=state or None,
        owner=owner or None,
        pipeline_type=type or None,
        group=group or None,
        search=q or None,
        active=active,
        sort=sort.removeprefix("-"),
        descending=sort.startswith("-"),
        limit=PAGE,
        offset=PAGE * (page - 1),
    )
    known = sum(found.states.values())
    return render(
        request,
        "pipelines.html",
        now=found.at,
        found=found,
        states=[("", "all", known)]
        + [
            (each or NEVER_RAN, each or NEVER_RAN, found.states.get(each, 0))
            for each in (*ExecutionState, None)
            if found.states.get(each) or state == (each or NEVER_RAN)
        ],
        state=state,
        columns=[
            (key, title, _next_sort(key, sort, first), _order(key, sort), side)
            for key, title, first, side in COLUMNS
            if key != "owner" or found.owners
        ],
        page=page,
        last_page=max(1, -(-found.total // PAGE)),
        first=PAGE * (page - 1) + 1,
    )


def _next_sort(key: str, sort: str, descends_first: bool) -> str:
    """What a click on a column sorts by: the other way round where it is sorted by that already."""
    if sort.removeprefix("-") == key:
        return key if sort.startswith("-") else f"-{key}"
    return f"-{key}" if descends_first else key


def _order(key: str, sort: str) -> str | None:
    if not key or sort.removeprefix("-") != key:
        return None
    return "descending" if sort.startswith("-") else "ascending"
