"""Reports: what ended in the last days, by day and by group, from the sums by day and pipeline.

The sums are in two tables: those of whole days, and what has ended since they were last folded. One statement reads
both, so that everything counts once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from watcher_core import values
from watcher_core.database import Driver
from watcher_core.errors import InvalidValueError
from watcher_core.overview.pipelines import OWNERS, PIPELINES, Filter
from watcher_core.values import ReportDay, ReportFigures, ReportGroup

MOST_DAYS = 366
MOST_GROUPS = 100_000

STATES = ("succeeded", "failed", "canceled", "skipped", "blocked")
AMOUNTS = ("inserts", "updates", "soft_deletes", "rows")
SUMS = ("runs", *STATES, *AMOUNTS, "timed", "seconds")


def _pending(name: str) -> str:
    if name in STATES:
        return f"CASE WHEN state = '{name}' THEN sign ELSE 0 END"
    if name == "timed":
        return "CASE WHEN seconds IS NOT NULL THEN sign ELSE 0 END"
    return "sign" if name == "runs" else f"sign * coalesce({name}, 0)"


COUNTED = f"""
    counted AS (
        SELECT day, pipeline_id, {", ".join(SUMS)}
          FROM watcher.execution_daily
         WHERE day BETWEEN %(before)s AND %(last)s
         UNION ALL
        SELECT day, pipeline_id, {", ".join(map(_pending, SUMS))}
          FROM watcher.execution_daily_pending
         WHERE day BETWEEN %(before)s AND %(last)s
    )"""

# What a pipeline is counted under.
GROUPS = {
    "type": ("type.name", ""),
    "pipeline": ("pipeline.name", ""),
    "owner": ("owner", f"LEFT JOIN LATERAL jsonb_array_elements_text({OWNERS}) AS owner ON true"),
}

MATCHING = """
    matching AS MATERIALIZED (
        SELECT DISTINCT pipeline.id, {name} AS name
          FROM {pipelines} {joined}
         WHERE {condition}
    )"""

_DAYS = ", ".join(f"sum({name})" for name in SUMS)
DAYS = f"""
    WITH {COUNTED}
    SELECT day, {_DAYS}
      FROM counted
     WHERE {{condition}}
     GROUP BY day
"""
OF_MATCHING = f"pipeline_id IN (SELECT pipeline.id FROM {PIPELINES} WHERE {{condition}})"

_BY_PERIOD = ", ".join(f"sum({name}) AS {name}" for name in SUMS)
_PERIODS = ", ".join(
    f"coalesce(sum({name}) FILTER (WHERE {period}), 0) AS {prefix}{name}"
    for prefix, period in (("", "is_current"), ("before_", "NOT is_current"))
    for name in SUMS
)
BY_GROUP = f"""
    WITH {COUNTED}, {{matching}}, each AS (
        SELECT pipeline_id, day >= %(first)s AS is_current, {_BY_PERIOD}
          FROM counted
         GROUP BY 1, 2
    )
    SELECT name, count(DISTINCT pipeline_id), count(*) OVER (), {_PERIODS}
      FROM each
      JOIN matching ON matching.id = each.pipeline_id
     GROUP BY name
     ORDER BY coalesce(sum(failed) FILTER (WHERE is_current), 0) DESC,
              coalesce(sum(runs) FILTER (WHERE is_current), 0) DESC, name
     LIMIT %(limit)s
"""

BY_GROUP_AND_DAY = f"""
    WITH {COUNTED}, {{matching}}
    SELECT name, day, sum(runs), sum(failed)
      FROM counted
      JOIN matching ON matching.id = counted.pipeline_id
     WHERE day >= %(first)s
       AND (name = ANY(%(names)s) OR name IS NULL)
     GROUP BY name, day
"""


def read_report(
    connection: Driver, *, by: str, days: int, chosen: Filter, most: int, now: dt.datetime
) -> values.Report:
    """Return what ended in the last days, beside as many days before.

    Args:
        connection: The transaction.
        by: `type`, `owner` or `pipeline`.
        days: How many days.
        chosen: Of these pipelines only.
        most: At most so many groups.
        now: The time whose day is the last one.

    Raises:
        InvalidValueError: There are no such groups.
    """
    if by not in GROUPS:
        raise InvalidValueError(f"by is {by!r}; it must be one of {', '.join(GROUPS)}")
    last = now.astimezone(dt.UTC).date()
    first = last - dt.timedelta(days=days - 1)
    given = {**chosen.given, "before": first - dt.timedelta(days=days), "first": first, "last": last, "limit": most}
    matching = "true" if chosen.is_all else OF_MATCHING.format(condition=chosen.condition)
    by_day = {day: _figures(sums) for day, *sums in connection.execute(DAYS.format(condition=matching), given)}
    name, joined = GROUPS[by]
    grouped = MATCHING.format(name=name, pipelines=PIPELINES, joined=joined, condition=chosen.condition)
    rows = connection.execute(BY_GROUP.format(matching=grouped), given).fetchall()
    dates = [first + dt.timedelta(days=number) for number in range(days)]
    shown = {**given, "names": [row[0] for row in rows if row[0] is not None]}
    counts: dict[str | None, dict[dt.date, tuple[int, int]]] = {}
    for group, day, runs, failed in connection.execute(BY_GROUP_AND_DAY.format(matching=grouped), shown):
        counts.setdefault(group, {})[day] = int(runs), int(failed)
    return values.Report(
        first=first,
        last=last,
        by=by,
        figures=_sum([figures for day, figures in by_day.items() if day >= first]),
        before=_sum([figures for day, figures in by_day.items() if day < first]),
        days=tuple(ReportDay(day=day, figures=by_day.get(day, ReportFigures())) for day in dates),
        groups=tuple(_group(row, dates, counts.get(row[0], {})) for row in rows),
        left_out=rows[0][2] - len(rows) if rows else 0,
    )


def _group(row: Sequence[Any], dates: Sequence[dt.date], counts: dict[dt.date, tuple[int, int]]) -> ReportGroup:
    name, pipelines, _, *sums = row
    each = [counts.get(day, (0, 0)) for day in dates]
    return ReportGroup(
        name=name,
        pipelines=pipelines,
        figures=_figures(sums[: len(SUMS)]),
        before=_figures(sums[len(SUMS) :]),
        runs_by_day=tuple(runs for runs, _ in each),
        failures_by_day=tuple(failed for _, failed in each),
    )


def _figures(sums: Sequence[Any]) -> ReportFigures:
    *whole, seconds = sums
    return ReportFigures(**dict(zip(SUMS[:-1], map(int, whole), strict=True)), seconds=float(seconds))


def _sum(figures: Sequence[ReportFigures]) -> ReportFigures:
    whole = {name: sum(getattr(each, name) for each in figures) for name in SUMS[:-1]}
    return ReportFigures(**whole, seconds=sum(each.seconds for each in figures))
