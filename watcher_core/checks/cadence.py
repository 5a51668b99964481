"""How often a pipeline usually runs, learned from when it ran: what a person would see in a list of its starts.

The time from a run to the next depends on when the run was: after Friday's, a job of working days rests for three days;
after the last of the evening, an hourly one until morning. So the times between runs are grouped: by nothing, by hour,
by weekday, or by both, and each group has its median. The grouping under which the fewest runs of the past would have
been missed is taken, the coarsest of equals. Where more than `MOST_MISSED` would have been, there is no cadence.

A run is missed when it is later than the median of its group by more than four times the usual deviation (the median of
absolute deviations), by five percent of the usual time between runs, and by ten minutes. For a daily run five percent
are 72 minutes: more than the hour by which it moves in another time zone when clocks change.

Of what runs so often that only one start of each hour is looked at, the longest wait within the hours of four weeks is
usual: it is missed after that and ten minutes, unless hours without a start are usual, too, as since it runs hourly.

What runs a few times a month, or not on each day of it, may follow the days of months, which are of unequal length.
Such runs are as far apart each time where each month is said to have 31 days, and its own ones come first, or last: of
the first of each month, and of each month's last day. Where that halves by how much the times between runs differ, it
is taken: without groups where runs are a month apart or more, else by the day of the month. Then a run is missed when
it is later than any before by twice the usual deviation and by 72 minutes, and four runs are enough. Of few runs the
latest is less late than later ones will be: after three times between runs, twice by how much these differ is added.

All of this is by the clock of one zone, without its changes: a day is a day.
"""

from __future__ import annotations

import cmath
import datetime as dt
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import Any, Final, NamedTuple

from watcher_core import calendars, text
from watcher_core.checks.axes import DAY, FROM_FIRST, MONTH, TIME, TO_LAST, Axis

LEAST_RUNS: Final = 6
LEAST_MONTHLY_RUNS: Final = 4
# Three weekends: before, a job of working days looks like one of every day.
LEAST_SPAN: Final = dt.timedelta(days=22)
# Of a group; what follows a run whose group has fewer is not known.
LEAST_TIMES: Final = 3

# Runs that follow each other within this part of the usual time are one: retries, and runs by hand.
SAME_RUN: Final = 0.2
# As much of what is usual is a deviation that is usual.
PART: Final = 0.05
DEVIATIONS: Final = 4
LEAST_TOLERANCE: Final = dt.timedelta(minutes=10)

# The part of the past's runs that may have been missed: days without a daemon, holidays.
MOST_MISSED: Final = 0.05
# The part of the past's runs whose next one has to be known.
LEAST_KNOWN: Final = 0.6

HOUR: Final = 3600.0

# What runs weekly or more often follows no days of months, unless it has no other rhythm; what runs less often follows
# no weekdays.
SELDOM: Final = 8 * DAY
# What comes no more often than this comes once a month, or less.
MONTHLY: Final = 27 * DAY
# What follows the days of months may be later than ever before by this, and by twice the usual deviation or more.
MONTHLY_TOLERANCE: Final = PART * DAY
# That the next is later than all before is the less likely, the more there are: what is added is so many times by how
# much they differ, divided by their number.
MONTHLY_DIFFERENCES: Final = 6
# What may be later by more, or by half of the usual time between runs, follows no days.
MOST_LATE: Final = 3 * DAY


class Grouping(NamedTuple):
    """What the time to the next run depends on: the group of a run, by the clock.

    The clock is moved first, within `period`, so that runs lie in the middle of their group and not at its edge.
    """

    of: Callable[[dt.datetime], str]
    axis: Axis = TIME
    period: float = HOUR


GROUPINGS: Final[Mapping[str, Grouping]] = {
    "always": Grouping(lambda _: ""),
    "hour": Grouping(lambda run: str(run.hour)),
    "weekday": Grouping(lambda run: str(run.weekday()), period=DAY),
    "weekday and hour": Grouping(lambda run: f"{run.weekday()} {run.hour}"),
    "month": Grouping(lambda _: "", FROM_FIRST, DAY),
    "end of month": Grouping(lambda _: "", TO_LAST, DAY),
    "day of month": Grouping(lambda run: str(run.day), FROM_FIRST, DAY),
}
BY_TIME: Final = tuple(name for name, grouping in GROUPINGS.items() if grouping.axis is TIME)
BY_MONTH: Final = tuple(name for name, grouping in GROUPINGS.items() if grouping.axis is not TIME)


@dataclass(frozen=True, slots=True)
class Cadence:
    """When the next run of a pipeline is due.

    Attributes:
        zone: The time zone whose clock it follows.
        grouping: What the time to the next run depends on: a key of `GROUPINGS`.
        shift: By how many seconds the clock is moved for that.
        every: Seconds from a run to the next one, by group, and how much later it may be. By the days of months, a
            month has 31 of them.
    """

    zone: str
    grouping: str
    shift: float
    every: Mapping[str, tuple[float, float]]

    @property
    def usual(self) -> float:
        """The time from a run to the next one that is most usual, in seconds."""
        return median(seconds for seconds, _ in self.every.values())

    @property
    def longest(self) -> float:
        """The longest time from a run to the next one that is still usual, in seconds."""
        return max(seconds + tolerance for seconds, tolerance in self.every.values())

    @property
    def is_monthly(self) -> bool:
        """Whether it follows the days of months."""
        return self.grouping in BY_MONTH

    @property
    def is_known_here(self) -> bool:
        """Whether it can be followed: another host, or another build, may have learned it by what this one lacks."""
        return self.grouping in GROUPINGS and calendars.is_known(self.zone)

    @property
    def rhythm(self) -> str:
        """How often it runs, as people say it."""
        months = round(self.usual / MONTH)
        if not self.is_monthly or months == 0 or abs(self.usual - months * MONTH) > MOST_LATE:
            return f"every {text.duration(self.usual)}"
        return "every month" if months == 1 else f"every {months} months"

    def due(self, last: dt.datetime) -> tuple[dt.datetime, dt.datetime] | None:
        """Return when the run after `last` is due, and when it is missed; `None` where that is not known.

        Raises:
            InvalidValueError: This host does not know the time zone.
        """
        zone = calendars.zone_of(self.zone)
        by_clock = last.astimezone(zone).replace(tzinfo=None)
        found = self.every.get(self.group(by_clock))
        if found is None:
            return None
        seconds, tolerance = found
        axis, shift = GROUPINGS[self.grouping].axis, dt.timedelta(seconds=self.shift)
        due = axis.moment(axis.position(by_clock + shift) + seconds) - shift
        missed = due + dt.timedelta(seconds=tolerance)
        return due.replace(tzinfo=zone).astimezone(dt.UTC), missed.replace(tzinfo=zone).astimezone(dt.UTC)

    def group(self, run: dt.datetime) -> str:
        """Return the group of a run, which is given by the clock of the zone."""
        return GROUPINGS[self.grouping].of(run + dt.timedelta(seconds=self.shift))

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        every = {group: list(seconds) for group, seconds in self.every.items()}
        return {"zone": self.zone, "grouping": self.grouping, "shift": self.shift, "every": every}

    @classmethod
    def from_json(cls, known: Mapping[str, Any]) -> Cadence:
        """Read what `as_json` returned."""
        every = {key: (float(seconds), float(tolerance)) for key, (seconds, tolerance) in known["every"].items()}
        return cls(zone=known["zone"], grouping=known["grouping"], shift=float(known["shift"]), every=every)


def learn_cadence(starts: Sequence[dt.datetime], *, zone: str | None = None) -> Cadence | None:
    """Learn how often a pipeline runs.

    Args:
        starts: When it was started, with time zone, oldest first.
        zone: The time zone that it is scheduled in; UTC where that is not known.

    Returns:
        `None` where it has run too seldom, or without a rhythm.

    Raises:
        InvalidValueError: This host does not know the time zone.
    """
    zone = zone or "UTC"
    clock = calendars.zone_of(zone)
    runs = _runs([start.astimezone(clock).replace(tzinfo=None) for start in starts])
    if len(runs) < LEAST_MONTHLY_RUNS or runs[-1] - runs[0] < LEAST_SPAN:
        return None
    usual = median((later - run).total_seconds() for run, later in pairwise(runs))
    by_time = BY_TIME if usual <= SELDOM else ("always",)
    by_month = ("month", "end of month") if usual > MONTHLY else ("day of month",)
    fits = [fit for name in by_time if (fit := _fit(runs, name, zone)) is not None]
    best = min(fits, key=lambda fit: fit.missed, default=None)
    for name in by_month if best is None or usual > SELDOM else ():
        fit = _fit(runs, name, zone)
        if fit is not None and (best is None or fit.spread < best.spread / 2):
            best = fit
    if best is None or (len(runs) < LEAST_RUNS and not best.cadence.is_monthly):
        return None
    return best.cadence


class _Fit(NamedTuple):
    """A cadence, the part of the past's runs that it would have missed, and by how much times of a group differ."""

    cadence: Cadence
    missed: float
    spread: float


def _fit(runs: Sequence[dt.datetime], name: str, zone: str) -> _Fit | None:
    """Learn the times between runs under a grouping; `None` where they have no rhythm."""
    grouping = GROUPINGS[name]
    is_monthly = name in BY_MONTH
    shift = _shift(runs, grouping.period)
    moved = [run + dt.timedelta(seconds=shift) for run in runs]
    waits = [later - run for run, later in pairwise(map(grouping.axis.position, moved))]
    least = max(median(waits) * PART, LEAST_TOLERANCE.total_seconds())
    groups = defaultdict(list)
    for run, wait in zip(moved, waits, strict=False):
        groups[grouping.of(run)].append(wait)
    every: dict[str, tuple[float, float]] = {}
    missed = known = 0
    spread = 0.0
    for group, times in groups.items():
        if len(times) < LEAST_TIMES:
            continue
        usual = median(times)
        deviation = median(abs(time - usual) for time in times)
        differ = max(times) - min(times)
        if is_monthly:
            later = max(2 * deviation, MONTHLY_DIFFERENCES * differ / len(times))
            allowed, most = max(times) - usual + later + MONTHLY_TOLERANCE, min(MOST_LATE, usual / 2)
        else:
            allowed, most = max(least, DEVIATIONS * deviation), usual
        if allowed > most:
            continue  # no rhythm
        every[group] = usual, allowed
        known += len(times)
        missed += sum(time > usual + allowed for time in times)
        spread = max(spread, differ)
    if known < LEAST_KNOWN * len(waits) or missed > max(1, MOST_MISSED * known):
        return None
    return _Fit(Cadence(zone=zone, grouping=name, shift=shift, every=every), missed / known, spread)


def refine_cadence(cadence: Cadence, waits: Iterable[tuple[dt.datetime, float, float]]) -> Cadence:
    """Wait no hour for what runs more often, where its starts of each hour have been looked at.

    Args:
        cadence: Learned from one start of each hour.
        waits: For each hour, the start after which it waited longest, its usual and its longest wait, in seconds.
    """
    zone = calendars.zone_of(cadence.zone)
    usual, longest = defaultdict(list), defaultdict(list)
    pauses: defaultdict[str, int] = defaultdict(int)
    for start, usual_wait, longest_wait in waits:
        group = cadence.group(start.astimezone(zone).replace(tzinfo=None))
        if longest_wait < HOUR:
            usual[group].append(usual_wait)
            longest[group].append(longest_wait)
        else:  # an hour without a start is what the cadence knows of
            pauses[group] += 1
    every = dict(cadence.every)
    for group, (seconds, tolerance) in cadence.every.items():
        hours = len(longest[group]) + pauses[group]
        is_often = len(longest[group]) >= LEAST_TIMES and pauses[group] <= MOST_MISSED * hours
        if is_often and abs(seconds - HOUR) <= tolerance:
            wait = median(usual[group])
            allowed = max(longest[group]) - wait + LEAST_TOLERANCE.total_seconds()
            if wait + allowed < seconds + tolerance:
                every[group] = wait, allowed
    return replace(cadence, every=every)


def _shift(runs: Sequence[dt.datetime], period: float) -> float:
    """Return the seconds that move the usual run to the middle of its hour or day."""
    turns = [cmath.exp(2j * math.pi * ((run - runs[0]).total_seconds() % period) / period) for run in runs]
    first = runs[0].hour * 3600 + runs[0].minute * 60 + runs[0].second
    usual = first + cmath.phase(sum(turns)) / (2 * math.pi) * period
    return round(period / 2 - usual % period)


def _runs(starts: Sequence[dt.datetime]) -> list[dt.datetime]:
    """Leave out what follows another at once."""
    waits = sorted((later - start).total_seconds() for start, later in pairwise(starts))
    if not waits:
        return list(starts)
    least = SAME_RUN * waits[len(waits) * 3 // 4]
    runs: list[dt.datetime] = []
    for start in starts:
        if not runs or (start - runs[-1]).total_seconds() > least:
            runs.append(start)
    return runs
