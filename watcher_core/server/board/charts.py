"""Small pictures that the server draws: they are there without scripts, and in files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from markupsafe import Markup

from watcher_core import text
from watcher_core.values import ReportDay

BAR, GAP, HEIGHT = 18, 4, 120
SPARK_BAR, SPARK_HEIGHT = 4, 22


def day_bars(days: Sequence[ReportDay]) -> Markup:
    """Runs of each day as bars, failures in front of them; each says its numbers."""
    most = max((each.figures.runs for each in days), default=0) or 1
    width = len(days) * (BAR + GAP)
    bars = Markup("").join(_day(position, each, most) for position, each in enumerate(days))
    return Markup(
        '<svg class="bars" viewBox="0 0 {} {}" role="img" aria-label="Runs and failures of each day">{}</svg>'
    ).format(max(width, 1), HEIGHT + 22, bars)


def _day(position: int, each: ReportDay, most: int) -> Markup:
    figures = each.figures
    x = position * (BAR + GAP)
    runs, failed = HEIGHT * figures.runs / most, HEIGHT * figures.failed / most
    said = f"{each.day:%a %Y-%m-%d}: {text.plural(figures.runs, 'run')}, {figures.failed:,} failed"
    label = (
        Markup('<text x="{}" y="{}">{}</text>').format(x, HEIGHT + 16, _label(each.day))
        if _is_labelled(each.day)
        else ""
    )
    return Markup(
        '<g><title>{}</title><rect class="behind" x="{}" y="0" width="{}" height="{}"/>'
        '<rect class="run" x="{}" y="{:.1f}" width="{}" height="{:.1f}" rx="2"/>'
        '<rect class="failed" x="{}" y="{:.1f}" width="{}" height="{:.1f}" rx="2"/></g>{}'
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
        label,
    )


def _visible(height: float) -> float:
    """One failure among thousands of runs is seen, too."""
    return max(height, 3.0) if height else 0.0


def _is_labelled(day: dt.date) -> bool:
    return day.weekday() == 0


def _label(day: dt.date) -> str:
    return f"{day.day} {day:%b}"


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
