"""Clock changes: a season of local time moves by an hour in UTC.

Where the time zone of a schedule is known, seasons are those of its local time. Elsewhere the data show whether it
follows one: by the hours at which runs happen (a job at 09:00 local time runs at 08:00, then at 07:00 UTC), else by how
well the runs since the last clock change are predicted with it and without it. Until they show it, both are accepted.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
from bisect import bisect
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from watcher_core.anomalies.methods.history import DAY, Floats, Integers
from watcher_core.anomalies.methods.scales import median, spread
from watcher_core.anomalies.methods.seasons import FEWEST_RUNS, HOUR_OF_PART, HOUR_OF_WEEK, Clock, medians

# One zone for each date at which clocks change where most people with clock changes live.
LIKELY = ("Europe/Berlin", "America/New_York", "Australia/Sydney")
KNOWN_YEARS = (1995, 2045)  # the rules of earlier and later years are those of the first and the last one

# The runs since a clock change decide if the difference between the errors with it and without it is as many times what
# noise makes of it; both are accepted for so long.
CLEARLY = 3.0
UNDECIDED = 14 * DAY
MOST_BEFORE = 700  # so many runs before a clock change show the season; four weeks of an hourly job
FEWEST_WEEKS = 4  # with fewer, weekdays are not distinguished


class _Moved(NamedTuple):
    """A clock that follows local time, and when local time changed last."""

    clock: Clock
    change: float


def clocks(at: Floats, now: float, values: Floats, zone: str | None) -> list[Clock]:
    """Return the clocks by which a run may be judged: one, or two in the days after a clock change.

    Args:
        at: Logical times of the earlier runs, in UTC epoch seconds, the nearest last.
        now: Logical time of the run to judge.
        values: Those of the earlier runs, on a scale where spread does not depend on level.
        zone: The time zone of the schedule, as in `Europe/Berlin`; `None` if it is not known.
    """
    if zone is not None and is_known(zone):
        local = offset(zone, now)
        return [Clock(at + offsets(zone, at), now + local)]
    plain = Clock(at, now)
    moved = [
        _Moved(plain.moved(offsets(likely, at) - offset(likely, now)), change)
        for likely in LIKELY
        if (change := last_change(likely, max(now, float(at[0])))) > min(now, float(at[0]))
    ]
    if not moved:
        return [plain]
    hours = [clock.hours for clock in (plain, *(each.clock for each in moved))]
    best = min(hours[1:])
    if best != hours[0]:
        return [moved[hours[1:].index(best)].clock if best < hours[0] else plain]
    return _by_values(plain, moved, at, now, values)


def _by_values(plain: Clock, moved: list[_Moved], at: Floats, now: float, values: Floats) -> list[Clock]:
    """Choose the clock that predicts the runs since its last change better than the plain one does."""
    undecided = []
    most, follows = 0.0, plain
    for clock, change in moved:
        after = int(np.searchsorted(at, change))
        # Of runs in reverse order, as before a backfill, all are later than the run to judge.
        if change > now or after < FEWEST_RUNS:
            continue
        before = slice(max(0, after - MOST_BEFORE), after)
        order = np.argsort(values[before])
        errors = _errors(plain, values, before, order)
        moved_errors = _errors(clock, values, before, order)
        clear = CLEARLY * spread(errors[: before.stop - before.start]) * math.sqrt(2 * max(len(at) - after, 1))
        gain = float((np.abs(errors) - np.abs(moved_errors))[before.stop - before.start :].sum())
        if gain > max(clear, most):
            most, follows = gain, clock
        elif gain >= -clear and now - change <= UNDECIDED:
            undecided.append(clock)
    return [follows] if most else [plain, *undecided]


def _errors(clock: Clock, values: Floats, before: slice, order: Integers) -> Floats:
    """Return the errors of runs before a clock change and after it, around the season of those before it."""
    group = (HOUR_OF_WEEK if clock.days > FEWEST_WEEKS * 7 else HOUR_OF_PART)[clock.slots[before.start :]]
    known = values[before]
    middles, sizes = medians(known, order, group[: len(known)])
    middles = np.where(sizes > 0, middles, median(known))
    return values[before.start :] - middles[group]


@functools.cache
def is_known(zone: str) -> bool:
    """Return whether there is a time zone of that name."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def offset(zone: str, at: float) -> float:
    """Return how many seconds a zone is ahead of UTC."""
    changes, ahead = _changes(zone)
    return ahead[bisect(changes, at)]


def offsets(zone: str, at: Floats) -> Floats:
    """Return how many seconds a zone is ahead of UTC, for each time."""
    changes, ahead = _changes(zone)
    first, last = bisect(changes, float(at.min(initial=np.inf))), bisect(changes, float(at.max(initial=-np.inf)))
    found = np.full(len(at), ahead[first])
    for place in range(first, last):  # few: clocks change twice a year
        found[at >= changes[place]] = ahead[place + 1]
    return found


def last_change(zone: str, at: float) -> float:
    """Return when the clocks of a zone changed last; minus infinity if they never did."""
    changes, _ = _changes(zone)
    position = bisect(changes, at)
    return changes[position - 1] if position else -math.inf


@functools.cache
def _changes(zone: str) -> tuple[list[float], list[float]]:
    """Return when the clocks of a zone change, and the offsets before, between and after; none for an unknown zone."""
    if not is_known(zone):
        return [], [0.0]
    known = ZoneInfo(zone)

    def ahead(at: float) -> float:
        difference = dt.datetime.fromtimestamp(at, known).utcoffset()
        return 0.0 if difference is None else difference.total_seconds()

    first, last = (dt.datetime(year, 1, 1, tzinfo=dt.UTC).timestamp() for year in KNOWN_YEARS)
    changes, found = [], [ahead(first)]
    for end in np.arange(first + 7 * DAY, last, 7 * DAY).tolist():
        if ahead(end) != found[-1]:
            low, high = end - 7 * DAY, end
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if ahead(middle) == found[-1] else (low, middle)
            changes.append(high)
            found.append(ahead(end))
    return changes, found
