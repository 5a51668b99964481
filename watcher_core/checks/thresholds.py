"""The thresholds of the checks: which one holds for a pipeline, which pipelines are checked, when a threshold ends.

A pipeline's own threshold holds, else its type's. That is written here and nowhere else, in SQL, because a check
compares all pipelines in one statement.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from watcher_core import database, values
from watcher_core.database import Driver
from watcher_core.enums import AlertKind, DatePart

if TYPE_CHECKING:
    from sqlalchemy.orm import Session  # which lists do without

# The checks with thresholds, as the names of their columns begin.
CHECKS = (AlertKind.FRESHNESS.value, AlertKind.TIMELINESS.value, AlertKind.FAILURE.value)

# A threshold of 100,000 years never ends, and one that is longer is no time that PostgreSQL could compute.
_LONGEST = {
    DatePart.MINUTE: ("mins", 2_000_000_000),  # what its integer holds: 3,800 years
    DatePart.HOUR: ("hours", 876_000_000),
    DatePart.DAY: ("days", 36_500_000),
    DatePart.WEEK: ("weeks", 5_200_000),
    DatePart.MONTH: ("months", 1_200_000),
    DatePart.YEAR: ("years", 100_000),
}


# SQL, with `pipeline` and its `type` in reach


def number(check: str) -> str:
    """The number of the threshold that holds. Without one the first failure counts, and all else is NULL."""
    default = ", 1" if check == "failure" else ""
    return f"coalesce(pipeline.{check}_number, type.{check}_number{default})"


def is_own(check: str) -> str:
    """Whether the threshold is the pipeline's own."""
    return f"pipeline.{check}_number IS NOT NULL"


def datepart(check: str) -> str:
    """The unit of the threshold that holds."""
    return f"CASE WHEN {is_own(check)} THEN pipeline.{check}_datepart ELSE type.{check}_datepart END"


def columns(check: str) -> str:
    """The columns of the threshold that holds.

    `number`, `datepart` and `allowed`, the interval that they make, are NULL where neither the pipeline nor its type
    has one.
    """
    return f"""
           {is_own(check)} AS used_child_config,
           {number(check)} AS number,
           {datepart(check)} AS datepart,
           CASE WHEN {is_own(check)} THEN {_interval(f"pipeline.{check}")}
                ELSE {_interval(f"type.{check}")} END AS allowed"""


def is_checked(check: str, *, one: bool) -> str:
    """The pipelines that a check looks at: active, not gone from the code, and muted neither themselves nor by type.

    Args:
        check: Which check.
        one: Only the pipeline `%(pipeline_id)s`, as a condition that its primary key serves.
    """
    checked = (
        "pipeline.active AND pipeline.removed_at IS NULL"
        f" AND NOT pipeline.mute_{check}_check AND NOT type.mute_{check}_check"
    )
    return f"pipeline.id = %(pipeline_id)s AND {checked}" if one else checked


def due(since: str, allowed: str = "allowed") -> str:
    """The time at which a threshold ends that began at `since`.

    Computed in UTC, whatever the time zone of the session: elsewhere a day has 23 hours when the clocks change, and a
    month begins on another day.
    """
    return f"({since} AT TIME ZONE 'UTC' + {allowed}) AT TIME ZONE 'UTC'"


# The calendar of freshness that holds, and its time zone; NULL where there is none.
CALENDAR = "coalesce(pipeline.freshness_calendar, type.freshness_calendar)"
TIMEZONE = "coalesce(pipeline.freshness_timezone, type.freshness_timezone)"


def due_by_calendar(since: str, allowed: str = "allowed", datepart: str = "datepart") -> str:
    """As `due`, where months that begin on the last day of a month end on the last day of one."""
    local = f"({since} AT TIME ZONE 'UTC')"
    return f"""
           CASE WHEN {datepart} IN ('month', 'year') AND extract(day FROM {local} + interval '1 day') = 1
                THEN (date_trunc('month', {local} + {allowed}) + interval '1 month - 1 day'
                      + ({local} - date_trunc('day', {local}))) AT TIME ZONE 'UTC'
                ELSE {due(since, allowed)} END"""


def _interval(threshold: str) -> str:
    cases = " ".join(
        f"WHEN '{part}' THEN make_interval({unit} => CAST(least({threshold}_number, {longest}) AS integer))"
        for part, (unit, longest) in _LONGEST.items()
    )
    return f"CASE {threshold}_datepart {cases} END"


# How many have one

COVERAGE = {
    check: f"""
    SELECT count(*) FILTER (WHERE {number(check)} IS NOT NULL AND NOT muted),
           count(*) FILTER (WHERE {number(check)} IS NULL),
           count(*) FILTER (WHERE {number(check)} IS NOT NULL AND muted)
      FROM watcher.pipeline
      JOIN watcher.pipeline_type AS type ON type.id = pipeline.pipeline_type_id
     CROSS JOIN LATERAL (SELECT pipeline.mute_{check}_check OR type.mute_{check}_check AS muted) AS mute
     WHERE pipeline.active
       AND pipeline.removed_at IS NULL
"""
    for check in (AlertKind.FRESHNESS.value, AlertKind.TIMELINESS.value)
}


def count_rules(session: Session, *, kind: AlertKind) -> values.RuleCoverage:
    """Return how many pipelines the check of freshness or of timeliness looks at."""
    row = database.driver(session).execute(COVERAGE[kind.value]).fetchone() or (0, 0, 0)
    return values.RuleCoverage(kind=kind, with_rule=row[0], without_rule=row[1], muted=row[2])


# The thresholds as values


def _values(check: str) -> str:
    unit = "NULL" if check == "failure" else datepart(check)  # failures in a row have no unit
    calendar, timezone = (CALENDAR, TIMEZONE) if check == "freshness" else ("NULL", "NULL")
    return f"""(
           '{check}', {number(check)}, {unit}, {calendar}, {timezone},
           CASE WHEN {is_own(check)} THEN 'pipeline' WHEN type.{check}_number IS NOT NULL THEN 'pipeline type' END,
           CASE WHEN pipeline.mute_{check}_check THEN 'pipeline'
                WHEN type.mute_{check}_check THEN 'pipeline type' END)"""


_NAMES = ("kind", "number", "datepart", "calendar", "timezone", "set_by", "muted_by")
COLUMNS: tuple[str, ...] = (
    *("pipeline.id", "type.name", "pipeline.active", "pipeline.removed_at"),
    *(f"threshold.{name}" for name in _NAMES),
)


def joined(*asked: str) -> str:
    """The thresholds of these checks, as a join that gives `COLUMNS`."""
    return f"CROSS JOIN LATERAL (VALUES {', '.join(map(_values, asked))}) AS threshold ({', '.join(_NAMES)})"


def _select(condition: str) -> str:
    return f"""
    SELECT {", ".join(COLUMNS)}
      FROM watcher.pipeline
      JOIN watcher.pipeline_type AS type ON type.id = pipeline.pipeline_type_id
     {joined(*CHECKS)}
     WHERE {condition}
     ORDER BY pipeline.name
"""


ALL, SOME = _select("true"), _select("pipeline.id = ANY(%(ids)s)")


def select_thresholds(
    connection: Driver, *, pipeline_ids: Collection[int] | None = None
) -> Iterator[values.EffectiveThreshold]:
    """Ask for the thresholds that hold, one for each pipeline and check, by the pipelines' names.

    Args:
        connection: The transaction.
        pipeline_ids: Of these pipelines only.
    """
    ids = None if pipeline_ids is None else list(pipeline_ids)
    return map(threshold_of, connection.execute(ALL if ids is None else SOME, {"ids": ids}))


def threshold_of(row: Sequence[Any]) -> values.EffectiveThreshold:
    """Return a row of `COLUMNS` as a threshold."""
    pipeline_id, type_name, active, removed_at, check, given, unit, calendar, timezone, set_by, muted_by = row
    return values.EffectiveThreshold(
        pipeline_id=pipeline_id,
        pipeline_type_name=type_name,
        active=active,
        removed_at=removed_at,
        kind=AlertKind(check),
        number=given,
        datepart=None if unit is None else DatePart(unit),
        calendar=calendar,
        timezone=timezone,
        set_by=set_by,
        muted_by=muted_by,
    )
