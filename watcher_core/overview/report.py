"""Reports: what ended in the last days, by day and by group, from the sums by day and pipeline.

The sums are in two tables: those of days, and what has ended since they were last folded. One statement reads both, so
that everything counts once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
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


# What has not been folded yet, in the columns of what has.
PENDING = f"""(SELECT day, pipeline_id, {", ".join(f"{_pending(name)} AS {name}" for name in SUMS)}
                FROM watcher.execution_daily_pending)"""
TABLES = ("watcher.execution_daily", PENDING)


def _both(select: str) -> str:
    """A statement on both tables. Each is added up by itself, in parallel where PostgreSQL likes; Python adds both."""
    return " UNION ALL ".join(f"({select.format(table=table)})" for table in TABLES)


# What a pipeline is counted under, by what that is grouped, and how it is found.
GROUPS = {
    "type": ("type.name", "type.id", ""),
    "pipeline": ("pipeline.name", "pipeline.id", ""),
    "owner": ("owner", "owner", f"LEFT JOIN LATERAL jsonb_array_elements_text({OWNERS}) AS owner ON true"),
}

_SUMS = ", ".join(f"sum(daily.{name})" for name in SUMS)
_ASKED = "daily.day BETWEEN %(before)s AND %(last)s"


def _days(chosen: Filter) -> str:
    """All together, for each day."""
    of = (
        ""
        if chosen.is_all
        else f"AND daily.pipeline_id IN (SELECT pipeline.id FROM {PIPELINES} WHERE {chosen.condition})"
    )
    return _both(f"SELECT day, {_SUMS} FROM {{table}} AS daily WHERE {_ASKED} {of} GROUP BY day")


def _groups(by: str, chosen: Filter) -> str:
    """Each group, for each day; of pipelines, those that are named."""
    name, key, joined = GROUPS[by]
    named = "AND daily.pipeline_id = ANY(%(ids)s)" if by == "pipeline" else ""
    return _both(f"""
    SELECT {name}, day, {_SUMS}
      FROM {{table}} AS daily
      JOIN {PIPELINES} ON pipeline.id = daily.pipeline_id {joined}
     WHERE {_ASKED} {named} AND {chosen.condition}
     GROUP BY {key}, day""")


def _sizes(by: str, chosen: Filter) -> str:
    """How many pipelines there are in each group."""
    name, key, joined = GROUPS[by]
    return (
        f"SELECT {name}, count(DISTINCT pipeline.id) FROM {PIPELINES} {joined} WHERE {chosen.condition} GROUP BY {key}"
    )


def _first_pipelines(chosen: Filter) -> str:
    """Of all pipelines, which may be many, those that come first, and how many there are."""
    counted = _both(f"""
        SELECT pipeline_id, sum(runs) FILTER (WHERE day >= %(first)s) AS runs,
               sum(failed) FILTER (WHERE day >= %(first)s) AS failed
          FROM {{table}} AS daily
         WHERE {_ASKED}
         GROUP BY pipeline_id""")
    return f"""
    SELECT pipeline.id, count(*) OVER ()
      FROM (SELECT pipeline_id, sum(runs) AS runs, sum(failed) AS failed
              FROM ({counted}) AS counted
             GROUP BY pipeline_id) AS daily
      JOIN {PIPELINES} ON pipeline.id = daily.pipeline_id
     WHERE {chosen.condition}
     ORDER BY coalesce(failed, 0) DESC, coalesce(runs, 0) DESC, pipeline.name
     LIMIT %(limit)s"""


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
    dates = [first + dt.timedelta(days=number) for number in range(days)]
    given = {**chosen.given, "before": first - dt.timedelta(days=days), "first": first, "last": last, "limit": most}
    by_day: dict[dt.date, ReportFigures] = {}
    for day, *sums in connection.execute(_days(chosen), given):
        by_day[day] = _sum((by_day.get(day, NONE), _figures(sums)))
    total, ids = 0, []
    if by == "pipeline":
        for pipeline_id, total in connection.execute(_first_pipelines(chosen), given):  # noqa: B007 (in each row)
            ids.append(pipeline_id)
    found: dict[str | None, dict[dt.date, ReportFigures]] = {}
    for name, day, *sums in connection.execute(_groups(by, chosen), {**given, "ids": ids}):
        of_group = found.setdefault(name, {})
        of_group[day] = _sum((of_group.get(day, NONE), _figures(sums)))
    sizes: dict[str | None, int] = (
        {} if by == "pipeline" else dict(connection.execute(_sizes(by, chosen), given).fetchall())
    )
    groups = [_group(name, sizes.get(name, 1), days_of, dates) for name, days_of in found.items()]
    groups.sort(key=lambda group: (-group.figures.failed, -group.figures.runs, group.name is None, group.name))
    return values.Report(
        first=first,
        last=last,
        by=by,
        figures=_sum(figures for day, figures in by_day.items() if day >= first),
        before=_sum(figures for day, figures in by_day.items() if day < first),
        days=tuple(ReportDay(day=day, figures=by_day.get(day, NONE)) for day in dates),
        groups=tuple(groups[:most]),
        left_out=max(total, len(groups)) - len(groups[:most]),
    )


NONE = ReportFigures()


def _group(
    name: str | None, pipelines: int, by_day: Mapping[dt.date, ReportFigures], dates: Sequence[dt.date]
) -> ReportGroup:
    return ReportGroup(
        name=name,
        pipelines=pipelines,
        figures=_sum(figures for day, figures in by_day.items() if day >= dates[0]),
        before=_sum(figures for day, figures in by_day.items() if day < dates[0]),
        runs_by_day=tuple(by_day.get(day, NONE).runs for day in dates),
        failures_by_day=tuple(by_day.get(day, NONE).failed for day in dates),
    )


def _figures(sums: Sequence[Any]) -> ReportFigures:
    *whole, seconds = sums
    return ReportFigures(**dict(zip(SUMS[:-1], map(int, whole), strict=True)), seconds=float(seconds))


def _sum(given: Iterable[ReportFigures]) -> ReportFigures:
    figures = list(given)
    whole = {name: sum(getattr(each, name) for each in figures) for name in SUMS[:-1]}
    return ReportFigures(**whole, seconds=sum(each.seconds for each in figures))
