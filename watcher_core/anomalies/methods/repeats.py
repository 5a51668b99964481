"""A metric that stands still: the same value, or zero, in more runs than chance explains.

Such a series is flagged once, at the run that makes it improbable, and not again while it lasts.
"""

from __future__ import annotations

import math

import numpy as np

from watcher_core.anomalies.methods.history import Flags, Floats

IMPROBABLE = 1e-6  # the probability below which a series of equal values is no longer attributed to chance
FEWEST_RUNS = 20
FEWEST_RUNS_WITH_ZEROS = 30
FEWEST_EQUAL = 3
MOST_EQUAL = 0.1  # where more of the runs repeat the value before, repetition is normal for the metric
LONGER_THAN_BEFORE = 1.5

# From this share of zeros on, zero means that there was nothing to count. It is then judged apart from other values.
ZEROS = 0.03


def stuck(values: Floats, lone: Flags, value: float) -> int:
    """Return how many earlier runs in a row have the value, if that has just become improbable; else 0."""
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
    """Return whether zeros are common enough to be judged apart."""
    return int(np.count_nonzero(values == 0)) >= ZEROS * len(values)


def is_almost_always_zero(values: Floats) -> bool:
    """Return whether other values are so rare that each is unusual."""
    return len(values) >= FEWEST_RUNS_WITH_ZEROS and int(np.count_nonzero(values)) < ZEROS * len(values)


def zeros_at_end(values: Floats) -> int:
    """Return how many of the last runs are zero, if one more zero has just become improbable; else 0.

    Zeros come in series (weekends, quiet months). A series is therefore improbable only if it is also half as long
    again as the longest one before.
    """
    nonzero = np.flatnonzero(values)
    if len(values) < FEWEST_RUNS_WITH_ZEROS or not len(nonzero):
        return 0
    zeros = len(values) - 1 - int(nonzero[-1])
    longest = int(np.diff(nonzero).max()) - 1 if len(nonzero) > 1 else 0
    share = min(max(1 - len(nonzero) / len(values), 0.02), 0.995)
    limit = max(_improbable(share), int(LONGER_THAN_BEFORE * longest) + 1, FEWEST_EQUAL)
    return zeros if zeros + 1 == limit else 0


def _improbable(share: float) -> int:
    """Return how many repetitions, each with this probability, are improbable together."""
    return math.ceil(math.log(IMPROBABLE) / math.log(share))
