"""The scale on which metrics are judged: one where the spread does not depend on the level.

Small counts scatter like Poisson's, by the square root of their level; larger numbers by a share of it. With the
variance `level + DISPERSION * level²`, that of a negative binomial, the inverse hyperbolic sine of the square root is
the transformation that makes the variance the same everywhere (Anscombe, "The transformation of Poisson, binomial and
negative-binomial data", Biometrika 35, 1948). It is the square root for small numbers and the logarithm for large ones,
so that a difference of 0.2 means some 20 %. Negative numbers mirror positive ones.
"""

from __future__ import annotations

import math

import numpy as np

from watcher_core.anomalies.methods.history import Floats

DISPERSION = 0.03  # where both parts of the variance are equal: at counts of 33
LOOKED_AT = 200  # so many of the newest values say whether a metric counts
SMALLEST_UNIT = 1e-100
TO_DEVIATION = 1.4826  # from the median absolute size of normal errors to their standard deviation
LARGEST = 450.0  # on the scale; beyond the largest value that is judged


class Scale:
    """The scale for values like these.

    A metric with fractions has no unit that means "one"; a five-hundredth of the median takes its place.
    """

    def __init__(self, values: Floats) -> None:
        newest = values[-LOOKED_AT:]
        size = np.abs(values)
        self.is_count = bool((newest == np.rint(newest)).all())
        self._typical = median(size)
        unit = 1.0 if self.is_count else max(0.002 * self._typical, SMALLEST_UNIT)
        self._per_unit = DISPERSION / unit

    def to(self, values: Floats) -> Floats:
        """Values to the scale."""
        scaled: Floats = np.copysign(2.0 * np.arcsinh(np.sqrt(np.abs(values) * self._per_unit)), values)
        return scaled

    def back(self, scaled: Floats) -> Floats:
        """From the scale to values."""
        values: Floats = np.copysign(np.sinh(np.minimum(np.abs(scaled), LARGEST) / 2) ** 2 / self._per_unit, scaled)
        return values

    def to_one(self, value: float) -> float:
        """One value to the scale."""
        return math.copysign(2.0 * math.asinh(math.sqrt(abs(value) * self._per_unit)), value)

    def back_one(self, scaled: float) -> float:
        """One value from the scale."""
        return math.copysign(math.sinh(min(abs(scaled), LARGEST) / 2) ** 2 / self._per_unit, scaled)

    @property
    def poisson_spread(self) -> float:
        """The standard deviation on the scale that a count has by mere chance, at the typical level; else zero."""
        return math.sqrt(DISPERSION / (1 + self._per_unit * self._typical)) if self.is_count else 0.0


def median(values: Floats) -> float:
    """The median of some values, by `numpy.sort`, which is several times faster than `numpy.median`."""
    return middle(np.sort(values))


def middle(ordered: Floats) -> float:
    """The median of values that are in order."""
    half = len(ordered) // 2
    return float(ordered[half]) if len(ordered) % 2 else 0.5 * float(ordered[half - 1] + ordered[half])


def spread(errors: Floats) -> float:
    """The standard deviation of errors around zero, from their median absolute size.

    Half of the errors may be anything (Hampel, "The influence curve and its role in robust estimation", JASA 69, 1974).
    """
    return TO_DEVIATION * median(np.abs(errors))
