"""Which earlier runs a run is compared with: all, or those of the same hour, part of the week, or weekday."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from watcher_core.anomalies.methods.history import DAY, HOUR, Flags, Floats, Integers
from watcher_core.anomalies.methods.scales import median

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


@dataclass(frozen=True)
class Season:
    """The predictions of a season, on the scale of the values.

    Attributes:
        fitted: For each earlier run, the median of its group.
        expected: For the run to judge, the median of its group.
        nearby: The values expected an hour earlier and an hour later; empty if the hour makes no difference.
        peers: The earlier runs in the group of the run to judge.
        profile: That group in words.
        groups: The group of each hour of the week.
    """

    fitted: Floats
    expected: float
    nearby: tuple[float, ...]
    peers: Flags
    profile: str
    groups: Slots

    def expected_by(self, clock: Clock, scaled: Floats) -> float:
        """Return the value expected by the same season of another clock."""
        same = scaled[self.groups[clock.slots] == self.groups[clock.slot]]
        return median(same) if len(same) >= SMALLEST_GROUP else self.expected


class Clock:
    """Divides times into slots of an hour, centred on the minute of the hour at which runs happen.

    A job that starts at 09:59:50, and at 10:00:10 when it is late, therefore has one slot. The minute is the circular
    mean of the newest runs (Mardia and Jupp, "Directional Statistics", 2000), if they agree on one.

    Args:
        at: Logical times of the earlier runs, in UTC epoch seconds, the nearest last.
        now: Logical time of the run to judge.

    Attributes:
        slots: Hour of the week of each earlier run; Monday's first is 0.
        slot: Hour of the week of the run to judge.
        days: How many days the earlier runs go back.
    """

    def __init__(self, at: Floats, now: float) -> None:
        angle = at[-LOOKED_AT:] * (2 * math.pi / HOUR)
        cosine, sine = float(np.cos(angle).sum()) / len(angle), float(np.sin(angle).sum()) / len(angle)
        self._agreed = math.hypot(cosine, sine) > AGREEMENT
        # Without agreement, slots are full hours, whose middle is half past.
        self._minute = math.atan2(sine, cosine) / (2 * math.pi) * HOUR if self._agreed else HOUR / 2
        since_monday = MONDAY + self._minute - HOUR / 2
        self.slots = np.floor((at - since_monday) / HOUR).astype(np.int64) % SLOTS
        self.slot = math.floor((now - since_monday) / HOUR) % SLOTS
        self.days = abs(now - float(at[0])) / DAY

    def moved(self, seconds: Floats) -> Clock:
        """Return a clock by which each earlier run has happened so much later, in whole hours."""
        other = copy.copy(self)
        other.slots = (self.slots + np.rint(seconds / HOUR).astype(np.int64)) % SLOTS
        return other

    @property
    def is_daily(self) -> bool:
        """Whether all runs happen at the same hour of the day."""
        return bool((HOUR_OF_DAY[self.slots] == HOUR_OF_DAY[self.slot]).all())

    @property
    def hours(self) -> int:
        """At how many hours of the day runs happen."""
        counts = np.bincount(self.slots, minlength=SLOTS).reshape(7, 24).sum(0)
        counts[self.slot % 24] += 1
        return int(np.count_nonzero(counts))

    def same_slot(self) -> Flags:
        """Return which earlier runs have the same weekday and hour."""
        same: Flags = self.slots == self.slot
        return same

    def seasons(self) -> Iterator[tuple[Slots, str]]:
        """Yield the seasons that can be known, from coarse to fine: each slot's group, and the run's group in words."""
        is_daily = self.is_daily
        time = self._time(is_daily=is_daily)
        if not is_daily:
            yield HOUR_OF_DAY, time
        if self.days > FEWEST_DAYS:
            if not is_daily:
                part = "weekends" if HOUR_OF_PART[self.slot] >= 24 else "weekdays"
                yield HOUR_OF_PART, f"{part} {time}"
            yield HOUR_OF_WEEK, f"{WEEKDAYS[self.slot // 24]} {time}".rstrip()

    def _time(self, *, is_daily: bool) -> str:
        """Return the hour of the run to judge, in words; empty for the midnight of daily partitions."""
        hour = self.slot % 24
        minutes = round((hour * HOUR + self._minute) / 60) % 1440 if self._agreed else hour * 60
        return "" if is_daily and minutes == 0 else f"{minutes // 60:02}:{minutes % 60:02}"


def best(clock: Clock, scaled: Floats, *, any_season: bool = True) -> Season:
    """Return the season that best predicts each earlier run from the other ones.

    Args:
        clock: When the runs happened.
        scaled: Their values, on a scale where spread does not depend on level.
        any_season: Whether to look for a season at all.
    """
    runs = len(scaled)
    predictions = np.full(SLOTS, median(scaled))  # for each slot, until a finer season is known
    # Without a run the median moves away from it, so that its error grows by about n / (n - 1).
    left_out = np.full(SLOTS, runs / (runs - 1))
    all_runs = np.ones(runs, np.bool_)
    found = Season(
        predictions[clock.slots], float(predictions[clock.slot]), (), all_runs, "all runs", np.zeros(SLOTS, np.uint8)
    )
    if runs < FEWEST_RUNS or not any_season:
        return found
    least = _bounded_mean(np.abs(scaled - found.fitted) * left_out[clock.slots])
    order = np.argsort(scaled)
    groups, words = found.groups, found.profile
    is_daily = clock.is_daily
    for finer, words_if_known in clock.seasons():
        middles, sizes = medians(scaled, order, finer[clock.slots])
        size = sizes[finer]
        is_known = size >= SMALLEST_GROUP
        predictions = np.where(is_known, middles[finer], predictions)  # a small group keeps the coarser prediction
        left_out = np.where(is_known, size / np.maximum(size - 1, 1), left_out)
        if is_known[clock.slot]:
            groups, words = finer, words_if_known
        fitted = predictions[clock.slots]
        error = _bounded_mean(np.abs(scaled - fitted) * left_out[clock.slots])
        if error < BETTER * least:
            peers = groups[clock.slots] == groups[clock.slot]
            nearby = () if is_daily else (predictions[clock.slot - 1], predictions[(clock.slot + 1) % SLOTS])
            least = error
            found = Season(fitted, float(predictions[clock.slot]), tuple(map(float, nearby)), peers, words, groups)
    return found


def _bounded_mean(errors: Floats) -> float:
    bound = np.sort(errors)[int(LARGEST_ERRORS * (len(errors) - 1))]
    return float(np.minimum(errors, bound).sum()) / len(errors)


def medians(scaled: Floats, order: Integers, group: Slots) -> tuple[Floats, Integers]:
    """Return the median of each group, and its size.

    Args:
        scaled: The values.
        order: Their positions by size.
        group: The group of each.
    """
    by_group = order[np.argsort(group[order], kind="stable")]  # linear time, since groups are small integers
    sizes = np.bincount(group, minlength=SLOTS)
    first = np.cumsum(sizes) - sizes
    last = len(scaled) - 1  # keeps positions valid for groups without runs
    low = np.minimum(first + np.maximum(sizes - 1, 0) // 2, last)
    high = np.minimum(first + sizes // 2, last)
    return 0.5 * (scaled[by_group[low]] + scaled[by_group[high]]), sizes
