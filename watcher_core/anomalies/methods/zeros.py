"""Zeros: where zero is a usual value, and where it is an empty load.

Zero is usual for the hour and weekday of a run if earlier runs there were often zero: idle Sundays say nothing about
Tuesdays. Zeros that were flagged are not usual until a person unflags them, they are a new level, or they are so many
that one more is no news. A count that is small anyway is zero by chance now and then.
"""

from __future__ import annotations

import math

import numpy as np

from watcher_core.anomalies.methods.history import Flags, Floats, Integers
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

# A count is small if chance alone brings zeros this often at its level, and if its variance is at least this share of
# that of chance: where it is always 4, zero is no chance.
BY_CHANCE = 0.01
LEAST_VARIANCE = 0.25
# So is a number, as a rate of errors, that comes so close to zero, measured by its median, in this share of its runs.
REACHES_DOWN = 0.1
LOW = 0.05
FEW_ZEROS = 0.03  # fewer zeros of a small count are judged with its other values

FEWEST_RUNS = 30
FEWEST_IN_A_ROW = 3
LONGER_THAN_BEFORE = 1.5


def are_apart(values: Floats, normal: Flags) -> bool:
    """Return whether zero is no low value of the metric but says that there was nothing, and is judged apart.

    Args:
        values: The metric of earlier runs; some are zero.
        normal: Whether each is not unusual.
    """
    is_zero = values == 0
    if is_near_zero(values[~is_zero]):
        return int(np.count_nonzero(is_zero & normal)) >= FEW_ZEROS * len(values)
    return True


def is_near_zero(counted: Floats) -> bool:
    """Return whether values other than zero are so small, or vary so much, that zero is one of them."""
    if not len(counted):
        return False
    ordered = np.sort(np.abs(counted))
    level = middle(ordered)
    if ordered[int(LOW * len(ordered))] <= REACHES_DOWN * level:
        return True
    return math.exp(-level) >= BY_CHANCE and float(counted.var()) >= LEAST_VARIANCE * level


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
    for group, _ in clock.seasons():
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
