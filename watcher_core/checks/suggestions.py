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
from itertools import pairwise
from statistics import median
from typing import Final

from watcher_core import calendars
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

# A rule does not fit that has found data stale after so many of these runs, before anything ran again; or after fewer,
# where that was so on weekends alone. The newest run does not count: nobody knows whether anything runs again.
LAST_RUNS: Final = 10
LEAST_STALE: Final = 3
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
           run.starts, run.ends, run.found_stale_at
      FROM often
      JOIN watcher.pipeline ON pipeline.id = often.pipeline_id
      JOIN watcher.pipeline_type AS type ON type.id = pipeline.pipeline_type_id
     CROSS JOIN LATERAL (SELECT array_agg(newest.start_date ORDER BY newest.start_date) AS starts,
                                array_agg(newest.end_date ORDER BY newest.start_date) AS ends,
                                array_agg(log.evaluation_timestamp ORDER BY newest.start_date) AS found_stale_at
                           FROM (SELECT start_date, end_date
                                   FROM watcher.pipeline_execution
                                  WHERE pipeline_id = pipeline.id
                                    AND end_date IS NOT NULL
                                  ORDER BY start_date DESC
                                  LIMIT %(last_runs)s + 1) AS newest
                           LEFT JOIN watcher.freshness_pipeline_log AS log
                             ON log.pipeline_id = pipeline.id
                            AND log.last_dml_timestamp = newest.end_date
                            AND log.freshness_number = {thresholds.number("freshness")}
                            AND log.freshness_datepart = {thresholds.datepart("freshness")}) AS run
     WHERE {thresholds.is_checked("freshness", one=False)}
       AND {thresholds.number("freshness")} IS NOT NULL
       AND coalesce({thresholds.CALENDAR}, {thresholds.TIMEZONE}) IS NULL
       AND cardinality(run.ends) > %(last_runs)s
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
    given = {
        "now": now,
        "ids": None if pipeline_ids is None else list(pipeline_ids),
        "least": LEAST_WEEKENDS,
        "last_runs": LAST_RUNS,
    }
    found = [
        better
        for name, zone, number, part, *runs in connection.execute(OFTEN_STALE, given)
        if (better := _better(name, zone, (number, DatePart(part)), *runs)) is not None
    ]
    found += _first_rules(connection, pipeline_ids)
    return sorted(found, key=lambda each: each.pipeline_name)


def _better(
    name: str,
    zone: str | None,
    rule: tuple[int, DatePart],
    starts: Sequence[dt.datetime],
    ends: Sequence[dt.datetime],
    found_stale_at: Sequence[dt.datetime | None],
) -> RuleSuggestion | None:
    """Return a rule that fits better than `rule`; `None` where that does.

    What was found stale while it failed again and again tells nothing of the rule.
    """
    waits = list(pairwise(ends))
    stale = [
        wait
        for wait, found_at, start in zip(waits, found_stale_at, starts[1:], strict=False)
        if found_at is not None and found_at < start
    ]
    clock = calendars.zone_of(zone if calendars.is_known(zone) else None)
    weekends = [wait for wait in waits if [moment.astimezone(clock).weekday() for moment in wait] == [FRIDAY, MONDAY]]
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
    if len(stale) < LEAST_STALE:
        return None
    # Without the longest of many, which may have been an outage.
    longest = sorted((until - since).total_seconds() for since, until in stale)[4 * (len(stale) - 1) // 5]
    number, part = _threshold(longest * (1 + PART) + LEAST_TOLERANCE.total_seconds())
    return replace(better, freshness_number=number, freshness_datepart=part)


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
