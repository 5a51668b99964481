"""Which earlier runs a run is compared with: all, or those of the same hour, part of the week, or weekday."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from watcher_core.anomalies.methods.history import DAY, HOUR, Floats, Integers
from watcher_core.anomalies.methods.scales import as_rows, in_order, median, middle

WEEKDAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
MONDAY = 4 * DAY  # the epoch began on a Thursday

# The hours of a week; and the group of each if weekdays are ignored, and if only weekends are separated.
Slots = npt.NDArray[np.uint8]
SLOTS = 168
HOUR_OF_WEEK = np.arange(SLOTS, dtype=np.uint8)
HOUR_OF_DAY = HOUR_OF_WEEK % 24
HOUR_OF_PART = HOUR_OF_DAY + 24 * (HOUR_OF_WEEK >= 5 * 24).astype(np.uint8)

LOOKED_AT = 200  # this many of the newest runs decide at which minute of the hour runs happen
AGREEMENT = 0.5  # they agree on a minute if their mean direction is at least this long

SMALLEST_GROUP = 3  # fewer runs have no useful median
FEWEST_RUNS = 12  # with fewer, there is no season
FEWEST_DAYS = 9  # with fewer, there is no weekly season, which needs more than a week
BETTER = 0.97  # a finer season is used if it leaves at most this share of the error
LARGEST_ERRORS = 0.97  # errors are bounded by this quantile, so that anomalies do not choose the season


@dataclass(slots=True)
class Season:
    """The predictions of a season, on the scale of the values.

    Attributes:
        predictions: For each hour of the week, the median of its group.
        fitted: The same for each earlier run.
        expected: The same for the run to judge.
        nearby: The values expected an hour earlier and an hour later; empty if the hour makes no difference.
        group: The group of the run to judge.
    """

    predictions: Floats
    fitted: Floats
    expected: float
    nearby: tuple[float, ...]
    group: Group

    def expected_by(self, clock: Clock, scaled: Floats) -> float:
        """Return the value expected by the same season of another clock."""
        slots = self.group.slots
        same = scaled[slots[clock.slots] == slots[clock.slot]]
        return median(same) if len(same) >= SMALLEST_GROUP else self.expected


class Group:
    """The runs that a run is compared with, by one of the seasons.

    Attributes:
        slots: The group of each hour of the week.
        profile: This group in words.
    """

    def __init__(self, clock: Clock, slots: Slots, profile: str) -> None:
        self.slots, self.profile = slots, profile
        self._clock = clock

    @cached_property
    def peers(self) -> Integers:
        """The places of the earlier runs in it."""
        return np.flatnonzero(self.slots[self._clock.slots] == self.slots[self._clock.slot])


class Clock:
    """Divides times into slots of an hour, centred on the minute of the hour at which runs happen.

    A job that starts at 09:59:50, and at 10:00:10 when it is late, therefore has one slot. The minute is the circular
    mean of the newest runs (Mardia and Jupp, "Directional Statistics", 2000), if they agree on one.

    Args:
        slots: Hour of the week of each earlier run; Monday's first is 0.
        slot: Hour of the week of the run to judge.
        days: How many days the earlier runs go back.
        minute: The second of the hour at which runs happen; `None` if they do not agree on one.
    """

    def __init__(self, slots: Integers, slot: int, days: float, minute: float | None) -> None:
        self.slots, self.slot, self.days = slots, slot, days
        self._minute = minute

    @classmethod
    def of(cls, at: Floats, now: float) -> Clock:
        """Return the clock of some runs.

        Args:
            at: Logical times of the earlier runs, in UTC epoch seconds, the nearest last.
            now: Logical time of the run to judge.
        """
        angle = at[-LOOKED_AT:] * (2 * math.pi / HOUR)
        cosine, sine = float(np.cos(angle).sum()) / len(angle), float(np.sin(angle).sum()) / len(angle)
        agreed = math.hypot(cosine, sine) > AGREEMENT
        # Without agreement, slots are full hours, whose middle is half past.
        minute = math.atan2(sine, cosine) / (2 * math.pi) * HOUR if agreed else HOUR / 2
        since_monday = MONDAY + minute - HOUR / 2
        slots = np.floor((at - since_monday) / HOUR).astype(np.int64) % SLOTS
        slot = math.floor((now - since_monday) / HOUR) % SLOTS
        return cls(slots, slot, abs(now - float(at[0])) / DAY, minute if agreed else None)

    def moved(self, seconds: Floats) -> Clock:
        """Return a clock by which each earlier run has happened so much later, in whole hours."""
        slots = (self.slots + np.rint(seconds / HOUR).astype(np.int64)) % SLOTS
        return Clock(slots, self.slot, self.days, self._minute)

    @cached_property
    def is_daily(self) -> bool:
        """Whether all runs happen at the same hour of the day."""
        return bool((HOUR_OF_DAY[self.slots] == HOUR_OF_DAY[self.slot]).all())

    @property
    def hours(self) -> int:
        """At how many hours of the day runs happen."""
        counts = np.bincount(self.slots, minlength=SLOTS).reshape(7, 24).sum(0)
        counts[self.slot % 24] += 1
        return int(np.count_nonzero(counts))

    @cached_property
    def same_slot(self) -> Integers:
        """The places of the earlier runs that have the same weekday and hour."""
        return np.flatnonzero(self.slots == self.slot)

    def finer(self) -> Iterator[tuple[Slots, str]]:
        """Yield the seasons that can be known, from coarse to fine: each slot's group, and the run's group in words."""
        time = self._time()
        if not self.is_daily:
            yield HOUR_OF_DAY, time
        if self.days > FEWEST_DAYS:
            if not self.is_daily:
                part = "weekends" if HOUR_OF_PART[self.slot] >= 24 else "weekdays"
                yield HOUR_OF_PART, f"{part} {time}"
            yield HOUR_OF_WEEK, f"{WEEKDAYS[self.slot // 24]} {time}".rstrip()

    def _time(self) -> str:
        """Return the hour of the run to judge, in words; empty for the midnight of daily partitions."""
        hour = self.slot % 24
        minutes = hour * 60 if self._minute is None else round((hour * HOUR + self._minute) / 60) % 1440
        return "" if self.is_daily and minutes == 0 else f"{minutes // 60:02}:{minutes % 60:02}"

    @cached_property
    def all_runs(self) -> Group:
        """All runs, whatever their season."""
        return Group(self, np.zeros(SLOTS, np.uint8), "all runs")

    @cached_property
    def seasons(self) -> Seasons | None:
        """The seasons that can be known; `None` if there is none."""
        finer = list(self.finer())
        return Seasons(self, finer) if finer else None


class Grouping:
    """Runs divided into groups, in one or more ways.

    Args:
        groups: The group of each run, a row for each way.

    Attributes:
        sizes: The sizes of the groups, a row for each way.
    """

    def __init__(self, groups: Sequence[Slots]) -> None:
        self._groups = groups
        self.sizes = as_rows([np.bincount(each, minlength=SLOTS) for each in groups])
        first = np.cumsum(self.sizes, axis=1) - self.sizes
        last = len(groups[0]) - 1  # keeps places valid for groups without runs
        # The places of the middle runs of each group, by group and value.
        self._low = np.minimum(first + np.maximum(self.sizes - 1, 0) // 2, last)
        self._high = np.minimum(first + self.sizes // 2, last)

    def medians(self, ordered: Floats, order: Integers) -> Floats:
        """Return the medians of the groups; of a group without runs, any number.

        Args:
            ordered: The values of some metrics by size, a row for each.
            order: The places of their runs, by value.

        Returns:
            For each way, a row for each metric.
        """
        rows, runs = ordered.shape
        row = runs * np.arange(rows)[:, np.newaxis]
        medians = np.empty((len(self._groups), rows, SLOTS))
        for way, (groups, first, second) in enumerate(zip(self._groups, self._low, self._high, strict=True)):
            by_group = groups.take(order).argsort(axis=1, kind="stable")  # linear time, since groups are small integers
            low, high = (in_order(ordered, by_group.ravel().take(places + row)) for places in (first, second))
            medians[way] = 0.5 * (low + high)
        return medians


class Seasons:
    """The seasons that can be known from some runs, whatever their values; the first is none.

    Attributes:
        grouping: The runs by the other seasons.
        known: For each slot, whether its group has runs enough for a median; a row for each of the other seasons.
        slots: The group of each slot; a row for each of the other seasons.
        left_out: How much larger the error of each run would be if it were left out of its group; a row for each.
        groups: The group of the run to judge, for each.
    """

    def __init__(self, clock: Clock, finer: Sequence[tuple[Slots, str]]) -> None:
        runs = len(clock.slots)
        self.grouping = Grouping([slots[clock.slots] for slots, _ in finer])
        self.known = []
        self.groups = [clock.all_runs]
        # Without a run the median moves away from it, so that its error grows by about n / (n - 1).
        left_out = [np.full(SLOTS, runs / (runs - 1))]
        for (slots, words), sizes in zip(finer, self.grouping.sizes, strict=True):
            size = sizes[slots]
            is_known = size >= SMALLEST_GROUP
            left_out.append(np.where(is_known, size / np.maximum(size - 1, 1), left_out[-1]))
            self.known.append(is_known)
            self.groups.append(Group(clock, slots, words) if is_known[clock.slot] else self.groups[-1])
        self.slots = [slots for slots, _ in finer]
        self.left_out = [each[clock.slots] for each in left_out]


def best(clock: Clock, scaled: Floats, ordered: Floats, order: Integers, *, any_season: bool = True) -> list[Season]:
    """Return the season of each of some metrics that best predicts each earlier run from the other ones.

    Args:
        clock: When the runs happened.
        scaled: Their values, on a scale where spread does not depend on level; a row for each metric.
        ordered: The same by size.
        order: The places of the runs, by value.
        any_season: Whether to look for a season at all.
    """
    rows, runs = scaled.shape
    overall = middle(ordered)
    seasons = clock.seasons if any_season and runs >= FEWEST_RUNS else None
    if seasons is None:
        return [
            Season(np.full(SLOTS, each), np.full(runs, each), each, (), clock.all_runs) for each in overall.tolist()
        ]
    predictions, fitted, errors = [np.repeat(overall, SLOTS).reshape(rows, SLOTS)], [], []
    for medians, slots, is_known in zip(
        seasons.grouping.medians(ordered, order), seasons.slots, seasons.known, strict=True
    ):
        # A small group keeps the coarser prediction.
        predictions.append(np.where(is_known, medians.take(slots, axis=1), predictions[-1]))
    for by_slot, left_out in zip(predictions, seasons.left_out, strict=True):
        fitted.append(by_slot.take(clock.slots, axis=1))
        errors.append(_bounded_means(scaled - fitted[-1], left_out))
    found = []
    for metric, by_season in enumerate(zip(*errors, strict=True)):
        chosen = 0
        for row, error in enumerate(by_season):
            if error < BETTER * by_season[chosen]:
                chosen = row
        by_slot = predictions[chosen][metric]
        nearby: tuple[float, ...] = ()
        if chosen and not clock.is_daily:
            nearby = float(by_slot[clock.slot - 1]), float(by_slot[(clock.slot + 1) % SLOTS])
        group = seasons.groups[chosen]
        found.append(Season(by_slot, fitted[chosen][metric], float(by_slot[clock.slot]), nearby, group))
    return found


def _bounded_means(errors: Floats, left_out: Floats) -> list[float]:
    """Return the mean size of the errors of each row, bounded, if each run had been left out; changes the errors."""
    runs = errors.shape[1]
    np.abs(errors, out=errors)
    errors *= left_out
    bounded = int(LARGEST_ERRORS * (runs - 1))
    bounds = np.partition(errors, bounded)[:, bounded, np.newaxis]
    means: list[float] = (np.minimum(errors, bounds, out=errors).sum(axis=1) / runs).tolist()
    return means
