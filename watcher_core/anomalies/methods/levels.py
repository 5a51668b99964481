"""The level of a metric: when it has changed for good, and how it drifts."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from watcher_core.anomalies.methods.history import Flags, Floats
from watcher_core.anomalies.methods.scales import as_rows, median, medians, spread

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
    those = np.flatnonzero(unusual)
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


def bring_to_present(errors: Floats, starts: list[int]) -> float | None:
    """Shift the errors before each change of level to the new level, in place.

    Args:
        errors: Values less their season, on the scale, oldest first; they become what they would have been at the
            present level.
        starts: The first runs at new levels.

    Returns:
        The former level relative to the present one if it is still accepted; else `None`.
    """
    former = None
    for start in starts:
        if start >= FEWEST_BEFORE and len(errors) - start >= STREAK:
            step = median(errors[start : start + RUNS_AFTER]) - median(errors[max(0, start - RUNS_BEFORE) : start])
            if len(errors) - start <= UNSETTLED:
                former = -step
            if abs(step) > SMALLEST_SHIFT:
                errors[:start] += step
    return former


class Levels(NamedTuple):
    """The levels of some metrics, a row for each, and the errors with which they were predicted.

    Attributes:
        now: The level at which the next run is expected.
        errors: The error of each past run, predicted from those before it.
    """

    now: Floats
    errors: Floats


def follow(values: Floats, least_spreads: Floats, *, drifts: bool) -> Levels:
    """Find the level of some metrics, and its prediction error for each of their values.

    The level is their median, or follows them by exponential smoothing with bounded errors, so that a single run cannot
    move it far (Gelper, Fried and Croux, "Robust forecasting with exponential and Holt-Winters smoothing", Journal of
    Forecasting 29, 2010).

    Args:
        values: Values less their season, on the scale, oldest first; a row for each metric.
        least_spreads: The smallest standard deviation to assume, of each.
        drifts: Whether the level may follow the values.
    """
    runs = values.shape[1]
    middles = medians(values)
    errors = values - middles[:, np.newaxis]
    best = Levels(middles, errors)
    if not drifts or runs < FEWEST_FOLLOWED:
        return best
    bounds = BOUND * np.maximum(spread(errors), least_spreads)[:, np.newaxis]
    steps = _bounded(errors, bounds)
    least = np.abs(steps).mean(axis=1)
    for rate in RATES:
        weights = rate * (1 - rate) ** np.arange(min(runs, math.ceil(3.5 / rate)))  # 97 % of all weight
        drift = as_rows([np.convolve(row, weights)[:runs] for row in steps])
        predicted = errors.copy()
        predicted[:, 1:] -= drift[:, :-1]
        error = np.abs(_bounded(predicted, bounds)).mean(axis=1)
        is_better = error < BETTER * least
        if is_better.any():
            least = np.where(is_better, error, least)
            now = np.where(is_better, middles + drift[:, -1], best.now)
            best = Levels(now, np.where(is_better[:, np.newaxis], predicted, best.errors))
    return best


def _bounded(errors: Floats, bounds: Floats) -> Floats:
    bounded = np.maximum(errors, -bounds)
    return np.minimum(bounded, bounds, out=bounded)
