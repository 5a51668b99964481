"""Zeros: where zero is a usual value, and where it is an empty load.

Zero is usual for the hour and weekday of a run if earlier runs there were often zero: idle Sundays say nothing about
Tuesdays. Zeros that were flagged are not usual until a person unflags them, they are a new level, or they are so many
that one more is no news. A count that is small anyway is zero by chance now and then.
"""

from __future__ import annotations

import math

import numpy as np

from watcher_core.anomalies.methods.arrays import Flags, Floats, Integers
from watcher_core.anomalies.methods.levels import STREAK
from watcher_core.anomalies.methods.repeats import improbable
from watcher_core.anomalies.methods.scales import middle
from watcher_core.anomalies.methods.seasons import SLOTS, Clock, Slots

USUAL = 0.1  # zero is usual for a slot if at least this share of its runs are zero
NO_NEWS = 10  # flagged or not: so many zeros, if they are not few among the runs there, are no news
# Runs that a slot's own share weighs against: two, with the share of the next coarser season.
PRIOR_RUNS = 2.0
# A finer season is used if it makes the zeros of the past this much more likely, as a logarithm.
LIKELIER = 2.0

# Zero is a low value, and no empty load, where chance brings it this often beside the other values: small counts, and
# rates of them. Not where they hardly vary: their variance is less than this share of what chance makes of a count.
BY_CHANCE = 0.002
LEAST_VARIANCE = 0.25
# So is zero where so large a share of the other values comes so close to it, measured by their median.
LOW = 0.05
REACHES_DOWN = 0.1
# The middle two thirds of normally distributed values are a standard deviation from the median at most.
MIDDLE = (0.16, 0.84)
FEW_ZEROS = 0.03  # fewer zeros of a small count are judged with its other values

FEWEST_RUNS = 30
FEWEST_IN_A_ROW = 3
LONGER_THAN_BEFORE = 1.5


def are_apart(values: Floats, normal: Flags, *, near: bool) -> bool:
    """Return whether zeros are judged apart from other values: if not, zero is a small count as others are.

    Args:
        values: The metric of earlier runs; some are zero.
        normal: Whether each is not unusual.
        near: Whether zero is near the other values.
    """
    if near and bool((values == np.rint(values)).all()):
        return int(np.count_nonzero((values == 0) & normal)) >= FEW_ZEROS * len(values)
    return True


def is_near_zero(counted: Floats) -> bool:
    """Return whether values other than zero are so small, or vary so much, that zero is one of them.

    Chance is a negative binomial distribution: counts whose rate varies. The unit of what is no count, as the rate of
    errors, is its smallest value.
    """
    if not len(counted):
        return False
    ordered = np.sort(np.abs(counted))
    if ordered[int(LOW * len(ordered))] <= REACHES_DOWN * middle(ordered):
        return True
    is_count = bool((ordered == np.rint(ordered)).all())
    level = middle(ordered) / (1.0 if is_count else float(ordered[0]))
    low, high = (float(ordered[int(share * (len(ordered) - 1))]) for share in MIDDLE)
    variance = ((high - low) / 2) ** 2 / (1.0 if is_count else float(ordered[0])) ** 2
    if variance < LEAST_VARIANCE * level:
        return False
    excess = (variance - level) / level**2  # of the rate; a Poisson distribution has none
    logarithm = -math.log1p(excess * level) / excess if excess > 0 else -level
    return math.exp(logarithm) >= BY_CHANCE


def are_usual(clock: Clock, is_zero: Flags, normal: Flags) -> bool:
    """Return whether zero is usual in the slot of the run to judge."""
    share, _ = _in_slot(clock.slots[normal], is_zero[normal], clock)
    if share >= USUAL:
        return True
    share, zeros = _in_slot(clock.slots, is_zero, clock)
    return share >= FEW_ZEROS and zeros >= NO_NEWS


def _in_slot(slots: Integers, zero: Flags, clock: Clock) -> tuple[float, int]:
    """Return the probability of a zero in the slot of the run to judge, and the number of zeros there.

    They are those of the season that explains the zeros best. A season is measured by the likelihood of each run's
    being zero or not, predicted from the other runs.
    """
    runs, zeros = len(zero), int(np.count_nonzero(zero))
    if zeros in (0, runs):
        return float(zeros > 0), zeros
    coarser = np.full(SLOTS, (zeros + 0.5) / (runs + 1))
    found = float(coarser[0]), zeros
    most = _likelihood(np.full(runs, zeros), np.full(runs, runs), zero, coarser[slots])
    for group, _ in clock.finer():
        sizes, empty = _by_group(group, slots), _by_group(group, slots[zero])
        mine = group[slots]
        likelihood = _likelihood(empty[mine], sizes[mine], zero, coarser[slots])
        coarser = (empty[group] + PRIOR_RUNS * coarser) / (sizes[group] + PRIOR_RUNS)
        if likelihood > most + LIKELIER:
            most, found = likelihood, (float(coarser[clock.slot]), int(empty[group[clock.slot]]))
    return found


def _by_group(group: Slots, slots: Integers) -> Floats:
    return np.bincount(group[slots], minlength=SLOTS).astype(np.float64)


def _likelihood(empty: Floats, sizes: Floats, zero: Flags, coarser: Floats) -> float:
    """Return the logarithm of the likelihood of zeros, each predicted from the other runs of its group."""
    predicted = (empty - zero + PRIOR_RUNS * coarser) / (sizes - 1 + PRIOR_RUNS)
    return float(np.log(np.where(zero, predicted, 1 - predicted)).sum())


def are_the_level(values: Floats, starts: Integers) -> bool:
    """Return whether most values since the last change of level are zero."""
    present = values[starts[-1] :] if len(starts) else values[:0]
    return len(present) >= STREAK and 2 * int(np.count_nonzero(present)) < len(present)


def are_almost_all(values: Floats) -> bool:
    """Return whether other values are so rare that each is unusual."""
    return len(values) >= FEWEST_RUNS and int(np.count_nonzero(values)) < FEW_ZEROS * len(values)


def at_end(values: Floats) -> int:
    """Return how many of the last runs are zero, if one more zero has just become improbable; else 0.

    Zeros come in series (weekends, quiet months). A series is therefore improbable only if it is also half as long
    again as the longest one before.
    """
    nonzero = np.flatnonzero(values)
    if len(values) < FEWEST_RUNS or not len(nonzero):
        return 0
    zeros = len(values) - 1 - int(nonzero[-1])
    longest = int(np.diff(nonzero).max()) - 1 if len(nonzero) > 1 else 0
    ordinary = min(max(1 - len(nonzero) / len(values), 0.02), 0.995)
    limit = max(improbable(ordinary), int(LONGER_THAN_BEFORE * longest) + 1, FEWEST_IN_A_ROW)
    return zeros if zeros + 1 == limit else 0
