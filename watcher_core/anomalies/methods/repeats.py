"""A metric that stands still: the same value, or zero, in more runs than chance explains.

Such a run of equal values is told once, at the run that makes it improbable, and not again while it lasts.
"""

from __future__ import annotations

import math

import numpy as np

from watcher_core.anomalies.methods.history import Flags, Floats

IMPROBABLE = 1e-6  # that chance alone makes so long a run of equal values, from a given run on
FEWEST_RUNS = 20
FEWEST_RUNS_WITH_ZEROS = 30
FEWEST_EQUAL = 3
MOST_EQUAL = 0.1  # where more of the runs repeat the one before, repeating is this metric's nature
LONGER_THAN_BEFORE = 1.5

# A metric with this share of zeros often has nothing to count. Zero is then no small number, but another state.
ZEROS = 0.03


def stuck(values: Floats, lone: Flags, value: float) -> int:
    """How many earlier runs in a row have the value, where that has just become improbable; else 0."""
    if len(values) < FEWEST_RUNS or value == 0 or not (values[-FEWEST_EQUAL:] == value).all():
        return 0
    others = np.flatnonzero(values != value)
    equal = len(values) - 1 - int(others[-1]) if len(others) else 0
    if not equal:
        return 0
    earlier = values[:-equal][~lone[:-equal]]
    share = (np.count_nonzero(earlier[1:] == earlier[:-1]) + 1) / (len(earlier) + 1)
    if share >= MOST_EQUAL:
        return 0
    return equal if equal == max(FEWEST_EQUAL, _improbable(share)) else 0


def is_often_zero(values: Floats) -> bool:
    """Whether zeros are common enough to be a state of its own."""
    return int(np.count_nonzero(values == 0)) >= ZEROS * len(values)


def is_almost_always_zero(values: Floats) -> bool:
    """Whether other values are so rare that one is unusual by itself."""
    return len(values) >= FEWEST_RUNS_WITH_ZEROS and int(np.count_nonzero(values)) < ZEROS * len(values)


def nothing(values: Floats) -> int:
    """How many runs in a row are zero at the end, where one more zero has just become improbable; else 0.

    Zeros come in stretches (weekends, quiet months), so that they must also be half as long again as ever before.
    """
    others = np.flatnonzero(values)
    if len(values) < FEWEST_RUNS_WITH_ZEROS or not len(others):
        return 0
    zeros = len(values) - 1 - int(others[-1])
    longest = int(np.diff(others).max()) - 1 if len(others) > 1 else 0
    share = min(max(1 - len(others) / len(values), 0.02), 0.995)
    limit = max(_improbable(share), int(LONGER_THAN_BEFORE * longest) + 1, FEWEST_EQUAL)
    return zeros if zeros + 1 == limit else 0


def _improbable(share: float) -> int:
    """After how many repetitions, each with this chance, their chance together is too small to believe in."""
    return math.ceil(math.log(IMPROBABLE) / math.log(share))
