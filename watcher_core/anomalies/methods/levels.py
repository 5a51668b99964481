"""The level of a metric: when it has changed for good, and how it drifts."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from watcher_core.anomalies.methods.history import Flags, Floats
from watcher_core.anomalies.methods.scales import median, spread

# Three flags within five runs are a new level.
STREAK = 3
WINDOW = 5
# A new level is measured by these many runs after it began, and the former one by so many before.
RUNS_AFTER = 40
RUNS_BEFORE = 25
FEWEST_BEFORE = 5
# For so many runs after a change, the former level is no news either: the change may be taken back.
UNSETTLED = 12
SMALLEST_SHIFT = 0.02

# How fast the level follows the runs: not at all, or by these shares of each error. Whichever predicted best is taken;
# a faster one only if it leaves at most this share of the error.
RATES = (0.08, 0.3)
BETTER = 0.95
FEWEST_FOLLOWED = 15
BOUND = 4.0  # an error moves the level as if it were at most so many standard deviations


class Changes(NamedTuple):
    """Which unusual runs stand alone, and which began something new.

    Attributes:
        lone: Whether a run is unusual, and the level did not stay there.
        starts: The first runs at new levels.
    """

    lone: Flags
    starts: list[int]


def changes(unusual: Flags) -> Changes:
    """Tell lone unusual runs from those that began a new level."""
    if np.count_nonzero(unusual) < STREAK:
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
    """Move what lies before a change of level to the new one.

    Args:
        errors: Values less their season, on the scale, oldest first.
        starts: The first runs at new levels.

    Returns:
        The errors as they would have been at the present level, and where the former level lies, seen from the
        present one, while that is no news; else `None`.
    """
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
    """A level, and how well it was known.

    Attributes:
        now: The level that the next run is expected at.
        errors: Of each past run, predicted from those before it.
    """

    now: float
    errors: Floats


def follow(values: Floats, least_spread: float, *, drifts: bool) -> Level:
    """Find the level of some values, and how well it predicted each of them.

    The level is their median, or follows them by exponential smoothing, whose errors are bounded so that no single run
    tears it away (Gelper, Fried and Croux, "Robust forecasting with exponential and Holt-Winters smoothing", Journal of
    Forecasting 29, 2010).

    Args:
        values: Values less their season, on the scale, oldest first.
        least_spread: The smallest standard deviation that they may be taken to have.
        drifts: Whether the level may follow at all.
    """
    middle = median(values)
    errors = values - middle
    best = Level(middle, errors)
    if not drifts or len(values) < FEWEST_FOLLOWED:
        return best
    bound = BOUND * max(spread(errors), least_spread)
    steps = np.clip(errors, -bound, bound)
    least = float(np.abs(steps).mean())
    for rate in RATES:
        weights = rate * (1 - rate) ** np.arange(min(len(values), math.ceil(3.5 / rate)))  # 97 % of all weight
        drift = np.convolve(steps, weights)[: len(values)]
        predicted = errors.copy()
        predicted[1:] -= drift[:-1]
        error = float(np.abs(np.clip(predicted, -bound, bound)).mean())
        if error < BETTER * least:
            least, best = error, Level(middle + float(drift[-1]), predicted)
    return best
