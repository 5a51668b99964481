"""The level of a metric: when it has changed for good, and how it drifts."""

from __future__ import annotations

import functools
import math
from typing import NamedTuple

import numpy as np

from watcher_core.anomalies.methods.arrays import Flags, Floats
from watcher_core.anomalies.methods.scales import TO_DEVIATION, median, middle, middle_size

# Three flags within five runs are a new level.
STREAK = 3
WINDOW = 5
# How many runs after the beginning of a new level measure it, and how many before measure the former one.
RUNS_AFTER = 40
RUNS_BEFORE = 25
FEWEST_BEFORE = 5
# For this many runs after a change, the former level is accepted, too: the change may be reverted.
UNSETTLED = 12
SMALLEST_SHIFT = 0.02

# How fast the level follows the runs: not at all, or by one of these shares of each error. The one that predicted best
# is used; a faster one only if it leaves at most `BETTER` of the error.
RATES = (0.08, 0.3)
BETTER = 0.95
FEWEST_FOLLOWED = 15
ENOUGH = 3.5  # divided by the rate: so many runs have 97 % of all weight
BOUND = 4.0  # an error moves the level by at most this many standard deviations


class Changes(NamedTuple):
    """Unusual runs, divided into single ones and those that began a new level.

    Attributes:
        lone: Whether a run is unusual, and not part of a new level.
        starts: The first runs at new levels.
    """

    lone: Flags
    starts: list[int]


def changes(unusual: Flags) -> Changes:
    """Separate single unusual runs from those that began a new level."""
    those = unusual.nonzero()[0]
    if len(those) < STREAK or (those[STREAK - 1 :] - those[: 1 - STREAK]).min() >= WINDOW:
        return Changes(unusual, [])
    in_window = np.convolve(unusual, np.ones(WINDOW), "valid")
    begins = np.flatnonzero(in_window >= STREAK)
    if not len(begins):
        return Changes(unusual, [])
    lone = unusual.copy()
    starts = []
    for windows in np.split(begins, np.flatnonzero(np.diff(begins) > 1) + 1):
        accepted = windows[0] + np.flatnonzero(unusual[windows[0] : windows[-1] + WINDOW])
        lone[accepted] = False
        starts.append(int(accepted[0]))
    return Changes(lone, starts)


def brought_to_present(errors: Floats, starts: list[int]) -> tuple[Floats, float | None]:
    """Shift the errors before each change of level to the new level.

    Args:
        errors: Values less their season, on the scale, oldest first.
        starts: The first runs at new levels.

    Returns:
        The errors as they would have been at the present level, and the former level relative to the present one if
        it is still accepted; else `None`.
    """
    if not starts:
        return errors, None
    moved, former = errors.copy(), None
    for start in starts:
        if start >= FEWEST_BEFORE and len(errors) - start >= STREAK:
            step = median(moved[start : start + RUNS_AFTER]) - median(moved[max(0, start - RUNS_BEFORE) : start])
            if len(errors) - start <= UNSETTLED:
                former = -step
            if abs(step) > SMALLEST_SHIFT:
                moved[:start] += step
    return moved, former


class Level(NamedTuple):
    """A level, and the errors with which it was predicted.

    Attributes:
        now: The level at which the next run is expected.
        errors: The errors of the past runs, each predicted from those before it; sorted.
        size: The median size of the errors.
    """

    now: float
    errors: Floats
    size: float


def follow(values: Floats, least_spread: float, *, drifts: bool) -> Level:
    """Find the level of some values, and its prediction error for each of them.

    The level is their median, or follows them by exponential smoothing with bounded errors, so that a single run cannot
    move it far (Gelper, Fried and Croux, "Robust forecasting with exponential and Holt-Winters smoothing", Journal of
    Forecasting 29, 2010).

    Args:
        values: Values less their season, on the scale, oldest first.
        least_spread: The smallest standard deviation to assume.
        drifts: Whether the level may follow the values.
    """
    ordered, runs = np.sort(values), len(values)
    steady = middle(ordered)
    ordered -= steady
    size = middle_size(ordered)
    if not drifts or runs < FEWEST_FOLLOWED:
        return Level(steady, ordered, size)
    now: float = steady
    best: Floats | None = None
    errors: Floats = values - steady
    # Up to half of the errors may be outliers (Hampel, "The influence curve and its role in robust estimation", JASA
    # 69, 1974).
    bound = BOUND * max(TO_DEVIATION * size, least_spread)
    steps = np.minimum(np.maximum(errors, -bound), bound)
    least = float(np.abs(steps).sum()) / runs
    for rate in RATES:
        drift = np.convolve(steps, _weights(rate, min(runs, math.ceil(ENOUGH / rate))))[:runs]
        predicted: Floats = errors.copy()
        predicted[1:] -= drift[:-1]
        error = float(np.minimum(np.abs(predicted), bound).sum()) / runs
        if error < BETTER * least:
            least, now, best = error, steady + float(drift[-1]), predicted
    if best is None:
        return Level(steady, ordered, size)
    best.sort()
    return Level(now, best, middle_size(best))


@functools.cache
def _weights(rate: float, runs: int) -> Floats:
    """Return the weights of so many of the last runs in a level that follows at a rate."""
    weights: Floats = rate * (1 - rate) ** np.arange(runs, dtype=np.float64)
    return weights
