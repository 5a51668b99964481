"""A pipeline: how it does, since when, compared with what is usual, and why."""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Sequence
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from watcher_core import alerts, values
from watcher_core.enums import ExecutionState
from watcher_core.errors import NotFoundError
from watcher_core.server.board import drawings
from watcher_core.server.board.frame import render
from watcher_core.server.board.rules import rules
from watcher_core.server.board.words import link, web_address
from watcher_core.server.routing import watcher_of

routes = APIRouter()

PATH = "/ui/pipeline"
EXECUTIONS = "/ui/executions/"
DAYS = (7, 30, 90, 365)
# At first these days are drawn, or more, so that there are so many values.
USUAL_DAYS, LEAST_VALUES = 30, 10
# The executions of the table at first, how many more a click shows, and what the page reads.
SHOWN, READ, MOST = 20, 200, 2_000
BARS = 120
TABLE_POINTS = 100
PAST_ALERTS = 5
CHECK_RESULTS = 24
# Where the name is not known.
SIMILAR = 8


@routes.get("/pipeline")
def pipeline(
    request: Request,
    name: str = Query(max_length=4096),
    days: int | None = Query(None, ge=1, le=365),
    shown: int = Query(SHOWN, ge=1, le=MOST),
) -> Response:
    """All that is known of one pipeline."""
    watcher = watcher_of(request)
    try:
        page = watcher.pipeline_page(name, executions=min(MOST, max(READ, shown + 1)), days=days or USUAL_DAYS)
        if days is None:
            days = _days(page.executions)
            if days != USUAL_DAYS:
                page = watcher.pipeline_page(name, executions=len(page.executions), days=days)
    except NotFoundError:
        return _unknown(request, name)
    dagster_url = (watcher.settings.dagster_url or "").rstrip("/")
    runs = page.executions
    return render(
        request,
        "pipeline.html",
        now=page.at,
        page=page,
        days=days,
        all_days=DAYS,
        newest=runs[0] if runs else None,
        strip=drawings.strip(runs[:BARS], usual=page.activity.usual_seconds, now=page.at),
        outcome=_outcome(runs),
        series=[
            (
                each,
                drawings.metric_title(each.metric),
                drawings.chart(each, path=EXECUTIONS),
                each.points[-TABLE_POINTS:],
            )
            for each in page.series
            if each.points
        ],
        old=_newest_data(page.series, before=page.at - dt.timedelta(days=days)),
        rows=drawings.rows_of(page.partitions) if page.partitions else [],
        rules=rules(page.pipeline, page.thresholds),
        quoted=shlex.quote(page.pipeline.name),
        first_metric=_first_metric(page),
        checks=_checks(page),
        alerts=_headlines(page.alerts, page.at),
        past_alerts=_headlines(page.past_alerts[:PAST_ALERTS], page.at),
        shown=shown,
        more=len(runs) > shown and shown < MOST,
        step=SHOWN * 5,
        code_link=web_address(page.code_link),
        runbook_link=web_address(page.runbook),
        asset_url=_asset_url(dagster_url, page.pipeline),
    )


def _unknown(request: Request, name: str) -> Response:
    """Lead to the pipeline that has the name in other letters; else show what is called alike."""
    watcher = watcher_of(request)
    known = watcher.known_name("pipeline", name)
    if known != name:
        return RedirectResponse(str(link(PATH, name=known)).replace("&amp;", "&"), status_code=303)
    hits = [hit for hit in watcher.search(name[:200], limit=SIMILAR) if hit.kind == "pipeline"] if name.strip() else []
    return render(request, "pipeline_unknown.html", status=404, name=name, hits=hits)


def _days(runs: Sequence[values.PipelineRun]) -> int:
    """The days up to its newest data that have enough values for a picture: more of what runs seldom."""
    times = [run.start_date for run in runs if run.state is ExecutionState.SUCCEEDED][:LEAST_VALUES]
    span = times[0] - times[-1] if times else dt.timedelta()
    return next((days for days in DAYS if days >= USUAL_DAYS and span <= dt.timedelta(days=days)), DAYS[-1])


def _first_metric(page: values.PipelinePage) -> str:
    """The metric to judge first: rows, where they are reported. A rule on what nobody reports judges nothing."""
    reported = {each.metric for each in page.series if each.points}
    if "total_rows" in reported:
        return "total_rows"
    return "inserts" if "rows" in reported and page.pipeline.last_target_insert else "duration_seconds"


def _newest_data(series: Sequence[values.MetricSeries], *, before: dt.datetime) -> dt.datetime | None:
    """Of when the newest data is, where that was before; `None` for data that is newer, and where there is none."""
    newest = max((each.points[-1].at for each in series if each.points), default=None)
    return newest if newest is not None and newest < before else None


def _outcome(runs: Sequence[values.PipelineRun]) -> tuple[int, int]:
    """How many of the executions that ended by themselves succeeded, and of how many."""
    good = sum(run.state is ExecutionState.SUCCEEDED for run in runs)
    return good, good + sum(run.state is ExecutionState.FAILED for run in runs)


def _checks(page: values.PipelinePage) -> list[tuple[values.AssetCheck, list[values.AssetCheckResult]]]:
    """Each check of Dagster with its newest results, the oldest first."""
    results: dict[int, list[values.AssetCheckResult]] = {}
    for result in sorted(page.asset_check_results, key=lambda each: each.evaluated_at, reverse=True):
        results.setdefault(result.asset_check_id, []).append(result)
    return [(check, results.get(check.id, [])[:CHECK_RESULTS][::-1]) for check in page.asset_checks]


def _headlines(found: Sequence[values.Alert], now: dt.datetime) -> list[tuple[values.Alert, str]]:
    return [(alert, alerts.headline(alert, now=now)) for alert in found]


def _asset_url(dagster_url: str, found: values.Pipeline) -> str | None:
    """The page of the asset in Dagster; `None` for what is no asset."""
    if not dagster_url or found.declared_by is None or found.pipeline_type_name == "job":
        return None
    return f"{dagster_url}/assets/{quote(found.name, safe='/')}"
