"""How large a prediction error must be to be unusual, given the errors of the past."""

from __future__ import annotations

import functools
import math

import numpy as np
from scipy import special

from watcher_core.anomalies.methods.arrays import Floats
from watcher_core.anomalies.methods.scales import TO_DEVIATION, size_at

# An error of 3.5 robust standard deviations is an outlier (Iglewicz and Hoaglin, "How to Detect and Handle Outliers",
# 1993). A pipeline is judged again and again: the limit is such that chance alone brings this many false alerts in 30
# days, however often it runs, within bounds. For an hourly job it is 3.6.
FALSE_ALERTS = 0.23
LEAST_SPREADS, MOST_SPREADS = 3.3, 4.0
USUAL_SPREADS = 3.6
# Student's distribution is compared with the normal one at this quantile.
QUANTILE = 0.999
# The largest past errors show how heavy the tail is. An error is unusual when it exceeds this quantile by a fifth.
TAIL = 0.99
BEYOND_TAIL = 1.2
# Fewer errors than this do not show their tail. The second largest is used, since the largest may be an anomaly.
FEW = 30
BEYOND_FEW = 1.3
# The probability of a count so small that it is unusual, and the counts that this makes a difference for.
RARELY = 2e-4
SMALL_COUNT = 100.0
# A difference of less than 20 % is not reported, however steady the past.
SMALLEST_SHARE = 0.2


@functools.lru_cache(maxsize=100)  # rules of an execution ask for the same
def spreads(runs_a_day: float) -> float:
    """Return how many standard deviations an error must have to be unusual, by how often a pipeline runs."""
    rarely = FALSE_ALERTS / (30 * max(runs_a_day, 1.0))
    return min(max(-float(special.ndtri(rarely / 2)), LEAST_SPREADS), MOST_SPREADS)


def half_width(errors: Floats, size: float, chance: float, spreads: float) -> float:
    """Return half the width of the band, on the scale of the errors.

    Args:
        errors: The errors of past predictions, on the scale, sorted; seven or more.
        size: Their median size.
        chance: The standard deviation that a count has by chance alone. The deviation of the errors is raised to it,
            unless they show a metric that is steadier than chance.
        spreads: How many standard deviations are unusual.
    """
    runs = len(errors)
    deviation = TO_DEVIATION * size
    if deviation < chance:
        bounded = np.minimum(np.sort(np.abs(errors)), 4 * chance)
        deviation = max(deviation, min(chance, 2.0 * math.sqrt(float(bounded @ bounded) / runs)))
    by_spread = spreads * student_factor(runs - 1) * deviation
    if runs < FEW:
        by_tail = BEYOND_FEW * size_at(errors, runs - 2)
    else:
        by_tail = BEYOND_TAIL * spreads / USUAL_SPREADS * size_at(errors, min(runs - 1, math.ceil(TAIL * runs)))
    return max(by_spread, by_tail, SMALLEST_SHARE)


def least_by_chance(expected: float) -> float:
    """Return the count below which chance alone brings a count rarely; the scale is too narrow below small counts."""
    return float(special.pdtrik(RARELY, expected)) if 0 < expected < SMALL_COUNT else max(expected, 0.0)


@functools.cache  # one entry for each number of runs, of which there are at most 2,000
def student_factor(degrees: int) -> float:
    """Return how much wider Student's distribution is than the normal one, at the quantile of 99.9 %."""
    return float(special.stdtrit(degrees, QUANTILE) / special.ndtri(QUANTILE))
