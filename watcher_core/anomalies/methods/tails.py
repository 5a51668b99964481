"""How large an error must be to be unusual, judged by the errors of the past."""

from __future__ import annotations

import math

import numpy as np

from watcher_core.anomalies.methods.history import Floats
from watcher_core.anomalies.methods.scales import TO_DEVIATION, middle

# An error of 3.5 robust standard deviations is an outlier (Iglewicz and Hoaglin, "How to Detect and Handle Outliers",
# 1993). It is a little more here, because a pipeline is judged again and again.
SPREADS = 3.6
# The largest errors of the past say how heavy the tail is. An error is unusual when it is larger yet, by a fifth.
TAIL = 0.99
BEYOND_TAIL = 1.2
# So few errors do not show their tail: the largest but one stands for it, since the largest may be an anomaly.
FEW = 30
BEYOND_FEW = 1.3
# A difference of less than 20 % is no news, however steady the past.
SMALLEST_SHARE = 0.2


def half_width(errors: Floats, chance: float) -> float:
    """Half the width of the band, on the scale, for an error that past errors predict.

    Args:
        errors: Of past predictions, on the scale; seven or more.
        chance: The standard deviation that a count has by mere chance. It is a floor under that of the errors, except
            where they show a metric that is steadier than chance.
    """
    sizes = np.sort(np.abs(errors))
    deviation = TO_DEVIATION * middle(sizes)
    if deviation < chance:
        bounded = np.minimum(sizes, 4 * chance)
        deviation = max(deviation, min(chance, 2.0 * math.sqrt(float(bounded @ bounded) / len(bounded))))
    by_spread = SPREADS * student_factor(len(errors) - 1) * deviation
    if len(sizes) < FEW:
        by_tail = BEYOND_FEW * float(sizes[-2])
    else:
        by_tail = BEYOND_TAIL * float(sizes[min(len(sizes) - 1, math.ceil(TAIL * len(sizes)))])
    return max(by_spread, by_tail, SMALLEST_SHARE)


def student_factor(degrees: int) -> float:
    """By how much wider than the normal distribution Student's is, at the quantile of 99.9 %.

    By the expansion of Fisher (Abramowitz and Stegun, "Handbook of Mathematical Functions", 26.7.5); from 7 degrees of
    freedom on it is exact to 0.6 %, and costs no import of SciPy.
    """
    z = 3.0902
    return (
        1
        + (z**2 + 1) / 4 / degrees
        + (5 * z**4 + 16 * z**2 + 3) / 96 / degrees**2
        + (3 * z**6 + 19 * z**4 + 17 * z**2 - 15) / 384 / degrees**3
    )
