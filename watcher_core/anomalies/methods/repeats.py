"""A metric that stands still: the same value in more runs than chance explains.

Such a series is flagged once, at the run that makes it improbable, and not again while it lasts.
"""

from __future__ import annotations

import math

import numpy as np

from watcher_core.anomalies.methods.arrays import Flags, Floats

IMPROBABLE = 1e-6  # the probability below which a series of equal values is no longer attributed to chance
FEWEST_RUNS = 20
FEWEST_EQUAL = 3
MOST_EQUAL = 0.1  # where more of the runs repeat the value before, repetition is normal for the metric


def stuck(values: Floats, lone: Flags, value: float) -> int:
    """Return how many earlier runs in a row have the value, if that has just become improbable; else 0."""
    if len(values) < FEWEST_RUNS or value == 0 or values[-FEWEST_EQUAL:].tolist() != [value] * FEWEST_EQUAL:
        return 0
    others = np.flatnonzero(values != value)
    equal = len(values) - 1 - int(others[-1]) if len(others) else 0
    if not equal:
        return 0
    earlier = values[:-equal][~lone[:-equal]]
    share = (np.count_nonzero(earlier[1:] == earlier[:-1]) + 1) / (len(earlier) + 1)
    if share >= MOST_EQUAL:
        return 0
    return equal if equal == max(FEWEST_EQUAL, improbable(share)) else 0


def improbable(share: float) -> int:
    """Return how many repetitions, each with this probability, are improbable together."""
    return math.ceil(math.log(IMPROBABLE) / math.log(share))
