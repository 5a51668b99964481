"""Reports: what ended in the last days, by day and by group, from the sums by day and pipeline.

The sums are in two tables: those of days, and what has ended since they were last folded. One statement reads both, so
that everything counts once.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from watcher_core import catalog, text, values
from watcher_core.database import Driver
from watcher_core.errors import InvalidValueError
from watcher_core.overview.pipelines import PIPELINES, Filter
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


# What pipelines are counted under: equal texts are one group. Owners are taken apart once the sums are there.
KEYS = {"type": "type.name", "owner": f"CAST({catalog.OWNERS} AS text)"}
GROUPINGS = (*KEYS, "pipeline")

# For the sums of a few thousand groups in one pass: PostgreSQL expects more of them than there are, and would sort.
ROOM = "SET LOCAL work_mem = '32MB'"

_SUMS = ", ".join(f"sum(daily.{name})" for name in SUMS)
_ASKED = "daily.day BETWEEN %(before)s AND %(last)s"


def _groups(by: str, chosen: Filter) -> str:
    """Each group, for each day. Pipelines that are not known any more are in none, and count all the same."""
    return _both(f"""
    SELECT known.key, day, {_SUMS}
      FROM {{table}} AS daily
      {"LEFT JOIN" if chosen.is_all else "JOIN"} (
           SELECT pipeline.id, {KEYS[by]} AS key FROM {PIPELINES} WHERE {chosen.condition}
           ) AS known ON known.id = daily.pipeline_id
     WHERE {_ASKED}
     GROUP BY known.key, day""")


def _sizes(by: str, chosen: Filter) -> str:
    """How many pipelines there are in each group."""
    return f"SELECT {KEYS[by]} AS key, count(*) FROM {PIPELINES} WHERE {chosen.condition} GROUP BY key"


def _days(chosen: Filter) -> str:
    """All together, for each day."""
    of = (
        ""
        if chosen.is_all
        else f"AND daily.pipeline_id IN (SELECT pipeline.id FROM {PIPELINES} WHERE {chosen.condition})"
    )
    return _both(f"SELECT day, {_SUMS} FROM {{table}} AS daily WHERE {_ASKED} {of} GROUP BY day")


_NAMED = _both(f"""
    SELECT pipeline.name, day, {_SUMS}
      FROM {{table}} AS daily
      JOIN watcher.pipeline ON pipeline.id = daily.pipeline_id
     WHERE {_ASKED} AND daily.pipeline_id = ANY(%(ids)s)
     GROUP BY pipeline.id, day""")


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
    if by not in GROUPINGS:
        raise InvalidValueError(f"by is {by!r}; it must be one of {', '.join(GROUPINGS)}")
    last = now.astimezone(dt.UTC).date()
    first = last - dt.timedelta(days=days - 1)
    dates = [first + dt.timedelta(days=number) for number in range(days)]
    given = {**chosen.given, "before": first - dt.timedelta(days=days), "first": first, "last": last, "limit": most}
    connection.execute(ROOM)
    read = _by_pipeline if by == "pipeline" else _by_key
    by_day, found, sizes, total = read(connection, by, chosen, given)
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

ByDay = dict[dt.date, ReportFigures]
# All by day, each group by day, how many pipelines each group has, and how many groups there are.
Read = tuple[ByDay, dict[str | None, ByDay], dict[str | None, int], int]


def _by_pipeline(connection: Driver, _: str, chosen: Filter, given: Mapping[str, Any]) -> Read:
    by_day: ByDay = {}
    for day, *sums in connection.execute(_days(chosen), given):
        _add(by_day, day, _figures(sums))
    total, ids = 0, []
    for pipeline_id, total in connection.execute(_first_pipelines(chosen), given):  # noqa: B007 (in each row)
        ids.append(pipeline_id)
    found: dict[str | None, ByDay] = {}
    for name, day, *sums in connection.execute(_NAMED, {**given, "ids": ids}):
        _add(found.setdefault(name, {}), day, _figures(sums))
    return by_day, found, {}, total


def _by_key(connection: Driver, by: str, chosen: Filter, given: Mapping[str, Any]) -> Read:
    by_day: ByDay = {}
    found: dict[str | None, ByDay] = {}
    for key, day, *sums in connection.execute(_groups(by, chosen), given):
        figures = _figures(sums)
        _add(by_day, day, figures)
        for name in _names(by, key) if key is not None else ():
            _add(found.setdefault(name, {}), day, figures)
    sizes: dict[str | None, int] = {}
    for key, number in connection.execute(_sizes(by, chosen), given):
        for name in _names(by, key):
            sizes[name] = sizes.get(name, 0) + number
    return by_day, found, sizes, len(found)


def _names(by: str, key: str) -> Sequence[str | None]:
    """The groups that a key means: a pipeline counts for each of its owners."""
    return (key,) if by == "type" else text.parse_owners(json.loads(key)) or (None,)


def _add(by_day: ByDay, day: dt.date, figures: ReportFigures) -> None:
    by_day[day] = _sum((by_day[day], figures)) if day in by_day else figures


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
    return ReportFigures(**whole, seconds=sum((each.seconds for each in figures), 0.0))
