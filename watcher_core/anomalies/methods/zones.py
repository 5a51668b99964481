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

import numpy as np

from watcher_core.anomalies.methods.arrays import DAY, Floats, Integers
from watcher_core.anomalies.methods.scales import TO_DEVIATION, median, middle
from watcher_core.anomalies.methods.seasons import (
    FEWEST_RUNS,
    HOUR_OF_PART,
    HOUR_OF_WEEK,
    SLOTS,
    Clock,
    Grouping,
)
from watcher_core.calendars import is_known, zone_of

# One zone for each date at which clocks change where most people with clock changes live.
LIKELY = ("Europe/Berlin", "America/New_York", "Australia/Sydney")
KNOWN_YEARS = (1995, 2045)  # the rules of earlier and later years are those of the first and the last one

# The runs since a clock change decide if the difference between the errors with it and without it is as many times what
# noise makes of it; both are accepted for so long.
CLEARLY = 3.0
UNDECIDED = 14 * DAY
MOST_BEFORE = 700  # so many runs before a clock change show the season; four weeks of an hourly job
FEWEST_WEEKS = 4  # with fewer, weekdays are not distinguished


class _Moved:
    """A clock that follows local time, whose last change lies among the earlier runs.

    Before the change, it has the runs in other hours than the clock that does not follow local time, and since then in
    the same ones.

    Args:
        clock: The clock.
        plain: The clock that does not.
        change: When local time changed last.
        at: Logical times of the earlier runs.

    Attributes:
        clock: As above.
        change: As above.
        after: The place of the first run since then.
    """

    def __init__(self, clock: Clock, plain: Clock, change: float, at: Floats) -> None:
        self.clock, self._plain, self.change = clock, plain, change
        self.after = int(at.searchsorted(change))
        self._before = slice(max(0, self.after - MOST_BEFORE), self.after)
        self._hours = HOUR_OF_WEEK if plain.days > FEWEST_WEEKS * 7 else HOUR_OF_PART

    @functools.cached_property
    def _groupings(self) -> list[Grouping]:
        """The runs before the change by both clocks; by the plain one alone if this one has the same groups."""
        clocks = [self._plain] if self._renamed is not None else [self._plain, self.clock]
        groups = [self._hours.take(clock.slots[self._before]) for clock in clocks]
        return [Grouping(each, int(self._hours[-1]) + 1) for each in groups]

    @functools.cached_property
    def _renamed(self) -> Integers | None:
        """The group by the plain clock that has the same runs before the change, for each slot by this one, if any."""
        later = (self.clock.slots[self._before] - self._plain.slots[self._before]) % SLOTS
        if self._hours is not HOUR_OF_WEEK or np.count_nonzero(later != later[0]):
            return None
        renamed: Integers = (np.arange(SLOTS) - later[0]) % SLOTS
        return renamed

    def predictions(self, values: Floats, order: Integers) -> tuple[Floats, Floats]:
        """Return the season of the runs before the change: for each slot, by the plain clock and by this one.

        Args:
            values: The values of the runs.
            order: The places of the runs, by value.
        """
        order = order.compress((order >= self._before.start) & (order < self.after))
        ordered = values.take(order)
        order -= self._before.start
        by_clock = []
        for grouping in self._groupings:
            medians = grouping.medians(ordered, order)
            by_clock.append(np.where(grouping.sizes > 0, medians, middle(ordered)) if grouping.has_gaps else medians)
        by_this = self._hours if self._renamed is None else self._renamed
        return by_clock[0].take(self._hours), by_clock[-1].take(by_this)

    def gain(self, values: Floats, by_plain: Floats, by_this: Floats) -> float:
        """Return by how much the predictions of the runs since the change are better by this clock, in all."""
        values, slots = values[self.after :], self._plain.slots[self.after :]
        gains = np.abs(values - by_plain.take(slots))
        gains -= np.abs(values - by_this.take(slots))
        return float(gains.sum())

    def clear_gain(self, values: Floats, by_plain: Floats) -> float:
        """Return the largest gain that noise brings, by the errors before the change."""
        errors = np.abs(values[self._before] - by_plain.take(self._plain.slots[self._before]))
        return CLEARLY * TO_DEVIATION * median(errors) * math.sqrt(2 * max(len(values) - self.after, 1))


class Clocks:
    """The clocks by which a run may be judged, as far as they do not depend on values.

    Args:
        at: Logical times of the earlier runs, in UTC epoch seconds, the nearest last.
        now: Logical time of the run to judge.
        zone: The time zone of the schedule, as in `Europe/Berlin`; `None` if it is not known.

    Attributes:
        plain: The clock in UTC.
    """

    def __init__(self, at: Floats, now: float, zone: str | None) -> None:
        self._now = now
        self._moved: list[_Moved] = []
        self._decided = self.plain = Clock.of(at, now)
        if zone is not None and is_known(zone):
            self._decided = Clock.of(at + offsets(zone, at), now + offset(zone, now))
            return
        moved = [
            _Moved(self.plain.moved(offsets(likely, at) - offset(likely, now)), self.plain, change, at)
            for likely in LIKELY
            if (change := last_change(likely, max(now, float(at[0])))) > min(now, float(at[0]))
        ]
        hours = [each.clock.hours for each in moved]
        best, plain = min(hours, default=0), self.plain.hours
        if moved and best < plain:
            self._decided = moved[hours.index(best)].clock
        elif best == plain:
            # Of runs in reverse order, as before a backfill, all are later than the run to judge.
            self._moved = [each for each in moved if each.change <= now and each.after >= FEWEST_RUNS]

    def by(self, values: Floats, order: Integers) -> list[Clock]:
        """Return the clocks by which a run may be judged: one, or more in the days after a clock change.

        One that follows local time is used if it predicts the runs since the last change better than the plain one.

        Args:
            values: Those of the earlier runs, on a scale where spread does not depend on level.
            order: The places of the runs, by value.
        """
        undecided = []
        most, follows = 0.0, self._decided
        for each in self._moved:
            by_plain, by_this = each.predictions(values, order)
            gain = each.gain(values, by_plain, by_this)
            is_new = self._now - each.change <= UNDECIDED
            if gain <= most and not is_new:
                continue
            clear = each.clear_gain(values, by_plain)
            if gain > max(clear, most):
                most, follows = gain, each.clock
            elif gain >= -clear and is_new:
                undecided.append(each.clock)
        return [follows] if most else [self._decided, *undecided]


def offset(zone: str, at: float) -> float:
    """Return how many seconds a zone is ahead of UTC."""
    changes, ahead = _changes(zone)
    return ahead[bisect(changes, at)]


def offsets(zone: str, at: Floats) -> Floats:
    """Return how many seconds a zone is ahead of UTC, for each time; they are in order, or in reverse order."""
    changes, ahead = _changes(zone)
    if not len(at):
        return at
    first, last = sorted(bisect(changes, float(end)) for end in (at[0], at[-1]))
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
    known = zone_of(zone)

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
