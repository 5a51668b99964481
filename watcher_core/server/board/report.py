"""Report: what pipelines did in the last days, beside as many days before; as a page and as CSV."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from watcher_core.overview import report_as_csv
from watcher_core.server.board.frame import render
from watcher_core.server.routing import watcher_of
from watcher_core.values import Report

routes = APIRouter()

SPANS = (7, 30, 90, 365)
GROUPINGS = ("type", "owner", "pipeline")
SHOWN = 100
MOST = 100_000


@dataclass
class Asked:
    """Which report, as its address says."""

    days: int
    by: str
    owner: str
    type: str
    pipeline: str

    def read(self, request: Request, *, limit: int) -> Report:
        """Return the report, with at most so many groups."""
        return watcher_of(request).report(
            days=self.days,
            by=self.by,
            owner=self.owner or None,
            pipeline_type=self.type or None,
            pipeline=self.pipeline or None,
            limit=limit,
        )


# A function: of a class, FastAPI reads annotations that are text only from a later version on.
def asked(
    days: int = 30,
    by: str = "type",
    owner: str = Query("", max_length=500),
    type: str = Query("", max_length=500),  # noqa: A002  # what the page calls it
    pipeline: str = Query("", max_length=2048),
) -> Asked:
    """Return which report is asked for."""
    return Asked(days, by, owner, type, pipeline)


@routes.get("/report")
def report(request: Request, wanted: Annotated[Asked, Depends(asked)]) -> Response:
    """The page."""
    found = wanted.read(request, limit=SHOWN)
    return render(request, "report.html", found=found, days=wanted.days, spans=SPANS, groupings=GROUPINGS)


@routes.get("/report.csv")
def as_csv(request: Request, wanted: Annotated[Asked, Depends(asked)]) -> Response:
    """All groups, for a spreadsheet."""
    found = wanted.read(request, limit=MOST)
    name = f"watcher-report-{found.last:%Y-%m-%d}-{wanted.days}-days-by-{found.by}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return Response(report_as_csv(found), headers=headers, media_type="text/csv; charset=utf-8")
