"""Which earlier runs a run is compared with: all, or those of the same hour, part of the week, or weekday."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from watcher_core.anomalies.methods.arrays import DAY, HOUR, Floats, Integers
from watcher_core.anomalies.methods.scales import large, median, middle, size_at

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

# Where all but this part of the runs happen at usual hours, each of which has this part of the runs of the busiest one,
# runs at other hours are late ones, or early ones by fewer hours.
RARE, MOST_RARE = 0.2, 0.15
EARLY = 10  # an hour too early is as far as so many hours too late
OWN_HOURS = 0.9  # runs are at hours of their own, and not late, if that leaves at most this share of the error

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
        error: How far from earlier runs it is, on average, each predicted from the others; zero if these are few.
    """

    predictions: Floats
    fitted: Floats
    expected: float
    nearby: tuple[float, ...]
    group: Group
    error: float

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
        places: Integers = (self.slots.take(self._clock.slots) == self.slots[self._clock.slot]).nonzero()[0]
        return places


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
    def _by_hour(self) -> list[int]:
        """How many runs happen at each hour of the day."""
        counts: list[int] = np.bincount(self.slots, minlength=SLOTS).reshape(7, 24).sum(0).tolist()
        return counts

    @cached_property
    def is_daily(self) -> bool:
        """Whether all runs happen at the same hour of the day."""
        return self._by_hour[self.slot % 24] == len(self.slots)

    @property
    def hours(self) -> int:
        """At how many hours of the day runs happen, with the run to judge."""
        return 24 - self._by_hour.count(0) + (self._by_hour[self.slot % 24] == 0)

    @cached_property
    def at_usual_hours(self) -> Clock:
        """The clock by which a run that comes at another hour belongs to the usual hour that it makes good."""
        least = RARE * max(self._by_hour)
        elsewhere = sum(runs for runs in self._by_hour if runs < least)
        is_usual = self._by_hour[self.slot % 24] >= least
        if elsewhere > MOST_RARE * len(self.slots) or (is_usual and not elsewhere):
            return self
        hours = np.arange(24)
        usual = (np.array(self._by_hour) >= least).nonzero()[0]
        late = (hours[:, None] - usual) % 24
        early = (24 - late) % 24
        distance = np.minimum(late, EARLY * early)
        moves = np.where(late <= EARLY * early, -late, early)[hours, distance.argmin(1)]
        slots = (self.slots + moves.take(self.slots % 24)) % SLOTS
        return Clock(slots, (self.slot + int(moves[self.slot % 24])) % SLOTS, self.days, self._minute)

    @cached_property
    def same_slot(self) -> Integers:
        """The places of the earlier runs that have the same weekday and hour."""
        places: Integers = (self.slots == self.slot).nonzero()[0]
        return places

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
    def seasons(self) -> list[Finer]:
        """The seasons that can be known, from coarse to fine."""
        found: list[Finer] = []
        for slots, words in self.finer():
            found.append(Finer(self, slots, words, found[-1] if found else None))
        return found


class Grouping:
    """Runs divided into groups.

    Args:
        groups: The group of each run.
        number: How many groups there may be.

    Attributes:
        sizes: The sizes of the groups.
    """

    def __init__(self, groups: Slots, number: int) -> None:
        self._groups = groups
        self.sizes = np.bincount(groups, minlength=number)
        ends = self.sizes.cumsum()
        first_and_end = ends + ends - self.sizes
        # The places of both middle runs of each group, by group and value; of a group without runs, any.
        self._middle = np.array([first_and_end - 1, first_and_end]) >> 1

    @cached_property
    def has_gaps(self) -> bool:
        """Whether there are groups without runs."""
        return 0 in self.sizes

    def medians(self, ordered: Floats, order: Integers) -> Floats:
        """Return the medians of the groups; of a group without runs, any number.

        Args:
            ordered: The values, by size.
            order: The places of the runs, by value.
        """
        by_group = self._groups.take(order).argsort(kind="stable")  # linear time, since groups are small integers
        low, high = ordered.take(by_group.take(self._middle, mode="clip"))
        medians: Floats = low + high
        medians *= 0.5
        return medians


class Finer:
    """A season that can be known from some runs, whatever their values.

    Attributes:
        grouping: The runs by this season.
        slots: The group of each slot.
        is_known: For each slot, whether its group has runs enough for a median.
        left_out: How much larger the error of each run would be if it were left out of its group.
        group: The group of the run to judge; that of the coarser season if it is not known.
    """

    def __init__(self, clock: Clock, slots: Slots, words: str, coarser: Finer | None) -> None:
        self.slots = slots
        self.grouping = Grouping(slots.take(clock.slots), int(slots[-1]) + 1)
        size = self.grouping.sizes.take(slots)
        self.is_known = size >= SMALLEST_GROUP
        coarser_growth = coarser._growth if coarser else growth(len(clock.slots))
        self._growth: Floats = np.where(self.is_known, size / np.maximum(size - 1, 1), coarser_growth)
        self.left_out = self._growth.take(clock.slots)
        coarser_group = coarser.group if coarser else clock.all_runs
        self.group: Group = Group(clock, slots, words) if self.is_known[clock.slot] else coarser_group


def growth(runs: int) -> float:
    """Return by how much the error of a run grows if it is left out of its group: the median moves away from it."""
    return runs / (runs - 1)


def best(clock: Clock, scaled: Floats, ordered: Floats, order: Integers, *, any_season: bool = True) -> Season:
    """Return the season that best predicts each earlier run from the other ones.

    Args:
        clock: When the runs happened.
        scaled: Their values, on a scale where spread does not depend on level.
        ordered: The same by size.
        order: The places of the runs, by value.
        any_season: Whether to look for a season at all.
    """
    runs, overall, least = len(scaled), middle(ordered), 0.0
    predictions = np.full(SLOTS, overall)
    chosen, fitted, group = predictions, None, clock.all_runs
    if any_season and runs >= FEWEST_RUNS and clock.seasons:
        place = int(LARGEST_ERRORS * (runs - 1))
        errors = np.abs(scaled - overall)
        errors *= growth(runs)
        least = _bounded_mean(errors, size_at(ordered - overall, place) * growth(runs))
        for finer in clock.seasons:
            # A small group keeps the coarser prediction.
            medians = finer.grouping.medians(ordered, order)
            predictions = np.where(finer.is_known, medians.take(finer.slots), predictions)
            predicted = predictions.take(clock.slots)
            np.subtract(scaled, predicted, out=errors)
            np.abs(errors, out=errors)
            errors *= finer.left_out
            error = _bounded_mean(errors, large(errors, place))
            if error < BETTER * least:
                least, chosen, fitted, group = error, predictions, predicted, finer.group
    nearby: tuple[float, ...] = ()
    if fitted is None:
        fitted = np.full(runs, overall)
    elif not clock.is_daily:
        nearby = float(chosen[clock.slot - 1]), float(chosen[(clock.slot + 1) % SLOTS])
    return Season(chosen, fitted, float(chosen[clock.slot]), nearby, group, least)


def at_better_hours(
    clocks: list[Clock], scaled: Floats, ordered: Floats, order: Integers, *, any_season: bool = True
) -> tuple[list[Clock], Season]:
    """Return clocks by which late runs belong to usual hours, and the best season of the first one.

    Where that predicts better by their own hours, the clocks stay as they are: a weekly full load beside daily ones is
    at an hour of which there are few runs, too, and makes good none of the others.
    """
    usual = [clock.at_usual_hours for clock in clocks]
    season = best(usual[0], scaled, ordered, order, any_season=any_season)
    if usual[0] is not clocks[0]:
        own = best(clocks[0], scaled, ordered, order, any_season=any_season)
        if own.error < OWN_HOURS * season.error:
            return clocks, own
    return usual, season


def _bounded_mean(errors: Floats, bound: float) -> float:
    """Return the mean of errors that are bounded, in place."""
    return float(np.minimum(errors, bound, out=errors).sum()) / len(errors)
