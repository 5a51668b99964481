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

    days: int = 30
    by: str = "type"
    owner: Annotated[str, Query(max_length=500)] = ""
    type: Annotated[str, Query(max_length=500)] = ""
    pipeline: Annotated[str, Query(max_length=2048)] = ""

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


@routes.get("/report")
def report(request: Request, asked: Annotated[Asked, Depends()]) -> Response:
    """The page."""
    found = asked.read(request, limit=SHOWN)
    return render(request, "report.html", found=found, days=asked.days, spans=SPANS, groupings=GROUPINGS)


@routes.get("/report.csv")
def as_csv(request: Request, asked: Annotated[Asked, Depends()]) -> Response:
    """All groups, for a spreadsheet."""
    found = asked.read(request, limit=MOST)
    name = f"watcher-report-{found.last:%Y-%m-%d}-{asked.days}-days-by-{found.by}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return Response(report_as_csv(found), headers=headers, media_type="text/csv; charset=utf-8")
