"""Report: what pipelines did in the last days, beside as many days before; as a page and as CSV."""

from __future__ import annotations

from fastapi import APIRouter, Query, Request, Response

from watcher_core.overview import report_as_csv
from watcher_core.server.board.frame import render
from watcher_core.server.routing import watcher_of
from watcher_core.values import Report

routes = APIRouter()

SPANS = (7, 30, 90, 365)
GROUPINGS = ("type", "owner", "pipeline")
SHOWN = 100


def _read(request: Request, days: int, by: str, owner: str, kind: str, pipeline: str, limit: int) -> Report:
    return watcher_of(request).report(
        days=days,
        by=by,
        owner=owner or None,
        pipeline_type=kind or None,
        pipeline=pipeline or None,
        limit=limit,
    )


@routes.get("/report")
def report(
    request: Request,
    days: int = 30,
    by: str = "type",
    owner: str = Query("", max_length=500),
    type: str = Query("", max_length=500),  # noqa: A002  # what the page calls it
    pipeline: str = Query("", max_length=2048),
) -> Response:
    """The page."""
    found = _read(request, days, by, owner, type, pipeline, SHOWN)
    return render(request, "report.html", found=found, days=days, spans=SPANS, groupings=GROUPINGS)


@routes.get("/report.csv")
def as_csv(
    request: Request,
    days: int = 30,
    by: str = "type",
    owner: str = Query("", max_length=500),
    type: str = Query("", max_length=500),  # noqa: A002  # what the page calls it
    pipeline: str = Query("", max_length=2048),
) -> Response:
    """All groups, for a spreadsheet."""
    found = _read(request, days, by, owner, type, pipeline, 100_000)
    name = f"watcher-report-{found.last:%Y-%m-%d}-{days}-days-by-{by}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return Response(report_as_csv(found), headers=headers, media_type="text/csv; charset=utf-8")
