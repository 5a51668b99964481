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
from typing import Any, Final

from watcher_core import calendars

LEAST_RUNS: Final = 6
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
DAY: Final = 86400.0

# By the clock, moved so that runs lie in the middle of their group and not at its edge.
GROUPINGS: Final[Mapping[str, Callable[[dt.datetime], str]]] = {
    "always": lambda _: "",
    "hour": lambda run: str(run.hour),
    "weekday": lambda run: str(run.weekday()),
    "weekday and hour": lambda run: f"{run.weekday()} {run.hour}",
}


@dataclass(frozen=True, slots=True)
class Cadence:
    """When the next run of a pipeline is due.

    Attributes:
        zone: The time zone whose clock it follows.
        grouping: What the time to the next run depends on: a key of `GROUPINGS`.
        shift: By how many seconds the clock is moved for that.
        every: Seconds from a run to the next one, by group, and how much later it may be.
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
        due = by_clock + dt.timedelta(seconds=seconds)
        missed = due + dt.timedelta(seconds=tolerance)
        return due.replace(tzinfo=zone).astimezone(dt.UTC), missed.replace(tzinfo=zone).astimezone(dt.UTC)

    def group(self, run: dt.datetime) -> str:
        """Return the group of a run, which is given by the clock of the zone."""
        return GROUPINGS[self.grouping](run + dt.timedelta(seconds=self.shift))

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
    if len(runs) < LEAST_RUNS or runs[-1] - runs[0] < LEAST_SPAN:
        return None
    waits = [(later - run).total_seconds() for run, later in pairwise(runs)]
    tolerance = max(median(waits) * PART, LEAST_TOLERANCE.total_seconds())
    best: tuple[float, Cadence] | None = None
    for grouping, group_of in GROUPINGS.items():
        shift = _shift(runs, DAY if grouping == "weekday" else HOUR)
        groups = defaultdict(list)
        for run, wait in zip(runs, waits, strict=False):
            groups[group_of(run + dt.timedelta(seconds=shift))].append(wait)
        every: dict[str, tuple[float, float]] = {}
        missed = known = 0
        for group, times in groups.items():
            if len(times) < LEAST_TIMES:
                continue
            usual = median(times)
            allowed = max(tolerance, DEVIATIONS * median(abs(time - usual) for time in times))
            if allowed > usual:
                continue  # no rhythm
            every[group] = usual, allowed
            known += len(times)
            missed += sum(time > usual + allowed for time in times)
        if known < LEAST_KNOWN * len(waits) or missed > max(1, MOST_MISSED * known):
            continue
        if best is None or missed / known < best[0]:
            best = missed / known, Cadence(zone=zone, grouping=grouping, shift=shift, every=every)
    return None if best is None else best[1]


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
