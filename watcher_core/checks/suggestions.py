"""Rules that would fit: freshness from how often a pipeline runs, timeliness from how long it takes."""

from __future__ import annotations

import math
from typing import Final

from sqlalchemy.orm import Session

from watcher_core import database
from watcher_core.checks.cadence import Cadence
from watcher_core.checks.missed import list_cadences
from watcher_core.checks.usual import usual_seconds
from watcher_core.enums import DatePart
from watcher_core.values import RuleSuggestion

# A rule for timeliness that is worth a message: so many times what 95 % of the last runs took, and no less.
TIMES_USUAL: Final = 2
LEAST_SECONDS: Final = 300.0

# A longer time than this between two runs is a weekend, where none of them was on one.
WEEKEND_SECONDS: Final = 2 * 86400.0
WORKING_DAYS: Final = frozenset("01234")  # Monday is 0

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


def suggest_rules(session: Session) -> list[RuleSuggestion]:
    """Return a rule for each pipeline that has none for freshness, and whose rhythm is known, by name."""
    known = list_cadences(session)
    rows = database.driver(session).execute(DURATIONS, {"ids": [each.pipeline_id for each in known]}).fetchall()
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
