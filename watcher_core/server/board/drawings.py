"""What the pages draw: runs as a strip of bars, days as bars, partitions as a grid, metrics as data for a script.

What the server draws is there without scripts, and in files.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from markupsafe import Markup

from watcher_core import text, values
from watcher_core.enums import AnomalyMetric, ExecutionState
from watcher_core.web import script_json

# The strip: pixels. A bar is a run; above it is room for what is unusual, below it for the shape of its state.
STEP, WIDTH, TOP, TALLEST, SHORTEST = 10, 7, 10, 44, 3
BOTTOM = TOP + TALLEST
# Bars that are longer than so many times the usual are cut, so that one of them makes not all others flat.
CUT_AT = 3.0

# The bars of days, and the small ones in a line of a table.
BAR, GAP, HEIGHT = 18, 4, 120
SPARK_BAR, SPARK_HEIGHT = 4, 22

# Partitions of these definitions are drawn a row for each month, day or year: what their names begin with.
ROW_PREFIX = {"daily": 7, "hourly": 10, "weekly": 4, "monthly": 4}
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

TITLES = {
    AnomalyMetric.DURATION_SECONDS.value: "Duration",
    AnomalyMetric.TOTAL_ROWS.value: "Rows",
    AnomalyMetric.SOFT_DELETES.value: "Soft deletes",
}


class Bar(NamedTuple):
    """A run in a strip: where it stands, how high it is, and whether it is cut."""

    run: values.PipelineRun
    x: int
    y: int
    height: int
    is_cut: bool


class Strip(NamedTuple):
    """Runs, the oldest first, and the height at which the usual duration is."""

    bars: Sequence[Bar]
    width: int
    usual_y: int | None


def strip(runs: Sequence[values.PipelineRun], *, usual: float | None, now: dt.datetime) -> Strip:
    """Return runs as bars.

    Args:
        runs: The newest first.
        usual: How many seconds a run usually takes.
        now: Up to when those that run have taken.
    """
    durations = [_seconds(run, now) for run in runs]
    highest = max(durations, default=0.0)
    full = max(min(highest, usual * CUT_AT) if usual else highest, 1e-9)
    bars = []
    for place, (run, seconds) in enumerate(zip(reversed(runs), reversed(durations), strict=True)):
        height = max(SHORTEST, round(TALLEST * min(1.0, seconds / full)))
        bars.append(Bar(run, place * STEP, BOTTOM - height, height, seconds > full * 1.001))
    usual_y = None if usual is None or usual > full else BOTTOM - round(TALLEST * usual / full)
    return Strip(bars, len(bars) * STEP, usual_y)


def run_title(run: values.PipelineRun) -> str:
    """Return what the title of a bar says: when, how it ended, and what is known of it."""
    has_begun = run.state is not ExecutionState.BLOCKED
    return " · ".join(
        filter(
            None,
            (
                f"{run.start_date.isoformat(' ')[:16]} UTC",
                run.state.value,
                text.scope(run.scope)[:200],
                text.duration(run.duration_seconds) if has_begun and run.duration_seconds is not None else None,
                None if run.rows is None else text.plural(run.rows, "row"),
                f"unusual: {', '.join(run.flagged)}" if run.flagged else None,
                (run.error or "")[:200],
            ),
        )
    )


def _seconds(run: values.PipelineRun, now: dt.datetime) -> float:
    if run.state is ExecutionState.BLOCKED:
        return 0.0  # it has the times of the run that it is part of
    if run.duration_seconds is not None:
        return run.duration_seconds
    return max(0.0, (now - run.start_date).total_seconds()) if run.end_date is None else 0.0


def rows_of(grid: values.PartitionGrid) -> list[tuple[str, list[values.PartitionCell]]]:
    """Return the cells of a grid in rows, each with what its partitions have in common; else one row without."""
    definition = grid.definition or ("daily" if all(DAY.fullmatch(cell.partition) for cell in grid.cells) else "")
    prefix = ROW_PREFIX.get(definition)
    if prefix is None or not all(DAY.match(cell.partition) for cell in grid.cells):
        return [("", list(grid.cells))] if grid.cells else []
    return [(common, list(cells)) for common, cells in groupby(grid.cells, lambda cell: cell.partition[:prefix])]


def chart(series: values.MetricSeries, *, path: str) -> Markup:
    """Return a metric over time as JSON, for the script that draws it.

    Args:
        series: The metric.
        path: Where the page of an execution is; its id comes at the end.
    """
    points = series.points
    return data_block(
        {
            "title": metric_title(series.metric),
            "unit": series.unit,
            "path": path,
            "ids": [point.execution_id for point in points],
            "at": [round(point.at.timestamp(), 3) for point in points],
            "value": [_finite(point.value) for point in points],
            "expected": [_finite(point.expected) for point in points],
            "lower": [_finite(point.lower) for point in points],
            "upper": [_finite(point.upper) for point in points],
            "flagged": [int(point.flagged) for point in points],
        }
    )


def metric_title(metric: str) -> str:
    """Return a metric in words."""
    return TITLES.get(metric) or metric.removeprefix("metadata:").replace("_", " ").strip().capitalize() or "Metric"


def data_block(data: object) -> Markup:
    """Return data for a script element of a type that no browser runs."""
    return Markup(script_json(data))  # noqa: S704  # escaped there


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def day_bars(days: Sequence[values.ReportDay]) -> Markup:
    """Runs of each day as bars, failures in front of them; each says its numbers. Below are days and what is drawn."""
    most = max((each.figures.runs for each in days), default=0) or 1
    width = len(days) * (BAR + GAP)
    bars = Markup("").join(_day(position, each, most) for position, each in enumerate(days))
    return Markup(
        '<svg class="bars" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img"'
        ' aria-label="Runs and failures of each day, at most {} a day">{}</svg>'
        '<div class="days muted" aria-hidden="true">{}</div>'
        '<ul class="legend"><li class="run"><i></i>runs that ended</li><li class="failed"><i></i>of these, failed</li>'
        "<li>at most {} a day</li></ul>"
    ).format(max(width, 1), HEIGHT, text.number(most), bars, _below(days), text.number(most))


def _day(position: int, each: values.ReportDay, most: int) -> Markup:
    figures = each.figures
    x = position * (BAR + GAP)
    runs, failed = HEIGHT * figures.runs / most, HEIGHT * figures.failed / most
    said = f"{each.day:%a %Y-%m-%d}: {text.plural(figures.runs, 'run')}, {figures.failed:,} failed"
    return Markup(
        '<g><title>{}</title><rect class="behind" x="{}" y="0" width="{}" height="{}"/>'
        '<rect class="run" x="{}" y="{:.1f}" width="{}" height="{:.1f}" rx="2"/>'
        '<rect class="failed" x="{}" y="{:.1f}" width="{}" height="{:.1f}" rx="2"/></g>'
    ).format(
        said,
        x,
        BAR + GAP,
        HEIGHT,
        x,
        HEIGHT - runs,
        BAR,
        runs,
        x,
        HEIGHT - _visible(failed),
        BAR,
        _visible(failed),
    )


def _visible(height: float) -> float:
    """One failure among thousands of runs is seen, too."""
    return max(height, 3.0) if height else 0.0


def _below(days: Sequence[values.ReportDay]) -> Markup:
    """The first day, the last, and up to three between: text beside the drawing keeps its size on every screen."""
    last = len(days) - 1
    shown = sorted({round(last * share / 4) for share in range(5)}) if days else []
    return Markup("").join(Markup("<span>{} {}</span>").format(days[at].day.day, f"{days[at].day:%b}") for at in shown)


def spark(runs: Sequence[int], failures: Sequence[int]) -> Markup:
    """Runs and failures of each day, small: how a group goes, in a line of a table."""
    most = max(runs, default=0) or 1
    bars = Markup("").join(
        Markup('<rect class="{}" x="{}" y="{:.1f}" width="3" height="{:.1f}"/>').format(
            kind, position * SPARK_BAR, SPARK_HEIGHT - height, height
        )
        for position, (ran, failed) in enumerate(zip(runs, failures, strict=True))
        for kind, height in (("run", SPARK_HEIGHT * ran / most), ("failed", min(SPARK_HEIGHT, _small(failed, most))))
        if height
    )
    said = f"{text.plural(sum(runs), 'run')}, {sum(failures):,} failed"
    return Markup('<svg class="spark bars" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        max(len(runs) * SPARK_BAR, 1), SPARK_HEIGHT, said, bars
    )


def _small(failed: int, most: int) -> float:
    return max(2.5, SPARK_HEIGHT * failed / most) if failed else 0.0
