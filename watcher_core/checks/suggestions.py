"""Rules that would fit: freshness from how often a pipeline runs, timeliness from how long it takes.

A pipeline without a rule for freshness gets one from the rhythm that is known of it. One whose rule has found it stale
after several of its last runs, while it ran on, gets another one from these runs: it runs less often than it did, or
rests on weekends.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Sequence
from dataclasses import replace
from statistics import median
from typing import Final

from watcher_core import calendars, catalog
from watcher_core.checks import thresholds
from watcher_core.checks.cadence import LEAST_TOLERANCE, PART, Cadence
from watcher_core.checks.missed import RHYTHM_ZONE, list_cadences
from watcher_core.checks.usual import usual_seconds
from watcher_core.database import Driver
from watcher_core.enums import DatePart
from watcher_core.values import RuleSuggestion

# A rule for timeliness that is worth a message: so many times what 95 % of the last runs took, and no less.
TIMES_USUAL: Final = 2
LEAST_SECONDS: Final = 300.0

# A longer time than this between two runs is a weekend, where none of them was on one.
WEEKEND_SECONDS: Final = 2 * 86400.0
WORKING_DAYS: Final = frozenset("01234")  # Monday is 0
FRIDAY, MONDAY = 4, 0

# After fewer runs than elsewhere, where data was stale on weekends alone.
LEAST_WEEKENDS: Final = 2

DURATIONS: Final = f"""
    SELECT pipeline.id, past.seconds
      FROM watcher.pipeline
      JOIN watcher.pipeline_type AS type ON type.id = pipeline.pipeline_type_id
     CROSS JOIN LATERAL ({usual_seconds("pipeline.id")}) AS past
     WHERE pipeline.id = ANY(%(ids)s)
       AND coalesce(pipeline.timeliness_number, type.timeliness_number) IS NULL
       AND NOT pipeline.mute_timeliness_check
       AND NOT type.mute_timeliness_check
"""

RULE: Final = (thresholds.number("freshness"), f"CAST({thresholds.datepart('freshness')} AS text)")

# Rules by a calendar are left as they are: whoever has written one knows when it runs.
OFTEN_STALE: Final = f"""
    WITH often AS MATERIALIZED (
        SELECT pipeline_id
          FROM watcher.freshness_pipeline_log
         WHERE last_dml_timestamp > %(now)s - interval '90 days'
           AND (CAST(%(ids)s AS bigint[]) IS NULL OR pipeline_id = ANY(%(ids)s))
         GROUP BY pipeline_id
        HAVING count(*) >= %(least)s
    )
    SELECT pipeline.name, {RHYTHM_ZONE} AS zone, {thresholds.number("freshness")}, {thresholds.datepart("freshness")},
           run.since, run.until, run.is_stale
      FROM often
      JOIN watcher.pipeline ON pipeline.id = often.pipeline_id
      JOIN watcher.pipeline_type AS type ON type.id = pipeline.pipeline_type_id
     CROSS JOIN LATERAL (SELECT array_agg(end_date ORDER BY end_date) AS since,
                                array_agg(next_end ORDER BY end_date) AS until,
                                array_agg(is_stale ORDER BY end_date) AS is_stale
                           FROM ({catalog.last_runs("pipeline.id", *RULE)}) AS last
                          WHERE next_end IS NOT NULL) AS run
     WHERE {thresholds.is_checked("freshness", one=False)}
       AND {thresholds.number("freshness")} IS NOT NULL
       AND coalesce({thresholds.CALENDAR}, {thresholds.TIMEZONE}) IS NULL
       AND cardinality(run.since) = {catalog.LAST_RUNS}
     ORDER BY pipeline.name
"""


def suggest_rules(
    connection: Driver, *, now: dt.datetime, pipeline_ids: Collection[int] | None = None
) -> list[RuleSuggestion]:
    """Return a rule for each pipeline whose rule for freshness does not fit, or that has none and a rhythm, by name.

    Args:
        connection: The transaction.
        now: The time of the question.
        pipeline_ids: Of these pipelines only.
    """
    ids = None if pipeline_ids is None else list(pipeline_ids)
    rows = connection.execute(OFTEN_STALE, {"now": now, "ids": ids, "least": LEAST_WEEKENDS})
    found = [
        better
        for name, zone, number, part, since, until, is_stale in rows
        if (better := _better(name, zone, (number, DatePart(part)), list(zip(since, until, strict=True)), is_stale))
    ]
    found += _first_rules(connection, pipeline_ids)
    return sorted(found, key=lambda each: each.pipeline_name)


def _better(
    name: str,
    zone: str | None,
    rule: tuple[int, DatePart],
    waits: Sequence[tuple[dt.datetime, dt.datetime]],
    is_stale: Sequence[bool],
) -> RuleSuggestion | None:
    """Return a rule that fits better than `rule`; `None` where that does.

    Args:
        name, zone: The pipeline, and the time zone that it follows.
        rule: Its rule.
        waits: The ends of its last runs, each with that of the run after it.
        is_stale: Whether the rule found data stale in each of these waits.
    """
    stale = [wait for wait, was_stale in zip(waits, is_stale, strict=True) if was_stale]
    clock = calendars.zone_of(zone if calendars.is_known(zone) else None)
    weekends = [wait for wait in waits if _is_weekend(wait, clock)]
    better = RuleSuggestion(
        pipeline_name=name,
        usual_seconds=median((until - since).total_seconds() for since, until in waits),
        freshness_number=rule[0],
        freshness_datepart=rule[1],
        instead_of=rule,
        reason=f"stale after {len(stale)} of its last {len(waits)} runs",
    )
    if len(stale) >= LEAST_WEEKENDS and stale == weekends:
        return replace(better, freshness_calendar="Mon-Fri", freshness_timezone=None if clock is dt.UTC else zone)
    if len(stale) < catalog.LEAST_STALE:
        return None
    # Without the longest of many, which may have been an outage.
    longest = sorted((until - since).total_seconds() for since, until in stale)[4 * (len(stale) - 1) // 5]
    number, part = _threshold(longest * (1 + PART) + LEAST_TOLERANCE.total_seconds())
    return replace(better, freshness_number=number, freshness_datepart=part)


def _is_weekend(wait: tuple[dt.datetime, dt.datetime], clock: dt.tzinfo) -> bool:
    return tuple(moment.astimezone(clock).weekday() for moment in wait) == (FRIDAY, MONDAY)


def _first_rules(connection: Driver, pipeline_ids: Collection[int] | None) -> list[RuleSuggestion]:
    """Return a rule for each pipeline that has none for freshness, and whose rhythm is known."""
    known = list_cadences(connection, pipeline_ids=pipeline_ids)
    rows = connection.execute(DURATIONS, {"ids": [each.pipeline_id for each in known]}).fetchall()
    took: dict[int, float] = dict(rows)
    found = []
    for each in known:
        number, part, calendar = _freshness(each.cadence)
        seconds = took.get(each.pipeline_id)
        late = None if seconds is None else _threshold(max(seconds * TIMES_USUAL, LEAST_SECONDS))
        found.append(
            RuleSuggestion(
                pipeline_name=each.pipeline_name,
                usual_seconds=each.cadence.usual,
                freshness_number=number,
                freshness_datepart=part,
                freshness_calendar=calendar,
                freshness_timezone=each.cadence.zone if calendar and each.cadence.zone != "UTC" else None,
                timeliness_number=None if late is None else late[0],
                timeliness_datepart=None if late is None else late[1],
            )
        )
    return found


def _freshness(cadence: Cadence) -> tuple[int, DatePart, str | None]:
    waits = list(cadence.every.values())
    days = {group.split()[0] for group in cadence.every if group}
    if cadence.grouping.startswith("weekday") and days <= WORKING_DAYS:
        # By its calendar a weekend does not age the data.
        waits = [wait for wait in waits if wait[0] < WEEKEND_SECONDS] or waits
        return *_threshold(max(map(sum, waits))), "Mon-Fri"
    return *_threshold(cadence.longest), None


def _threshold(seconds: float) -> tuple[int, DatePart]:
    """The next whole number of the unit that people would say it in."""
    if seconds <= 2 * 3600:
        return math.ceil(seconds / 300) * 5, DatePart.MINUTE
    if seconds <= 3 * 86400:
        return math.ceil(seconds / 3600), DatePart.HOUR
    return math.ceil(seconds / 86400), DatePart.DAY
