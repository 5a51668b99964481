"""The scale on which metrics are judged: one where the spread does not depend on the level.

Small counts vary by the square root of their level, as in a Poisson distribution; larger numbers vary by a share of it.
For the variance of a negative binomial distribution, `level + DISPERSION * level²`, the inverse hyperbolic sine of the
square root makes the variance equal at every level (Anscombe, "The transformation of Poisson, binomial and
negative-binomial data", Biometrika 35, 1948). It is close to the square root for small numbers and to the logarithm for
large ones, so that a difference of 0.2 means about 20 %. Negative numbers mirror positive ones.
"""

from __future__ import annotations

import math
import statistics

import numpy as np
from scipy import special

from watcher_core.anomalies.methods.arrays import Floats

DISPERSION = 0.03  # both parts of the variance are equal at counts of 33
FEW = 20  # Python sorts so few values sooner than NumPy divides them
ENOUGH_TIMES = 1.6  # about a fifth of the sizes of errors are so many times as large as their mean
LOOKED_AT = 200  # this many of the newest values decide whether a metric is a count
SMALLEST_UNIT = 1e-100
# From the median absolute size of normally distributed errors to their standard deviation: 1.4826.
TO_DEVIATION = 1.0 / float(special.ndtri(0.75))
LARGEST = 450.0  # on the scale; above the largest value that is judged


class Scale:
    """The scale that fits some values.

    A metric with fractions has no natural unit; a five-hundredth of its median is used.

    Args:
        typical: The median size of the values.
        is_count: Whether they are whole numbers.
    """

    def __init__(self, typical: float, *, is_count: bool) -> None:
        self.is_count = is_count
        self._typical = typical
        unit = 1.0 if is_count else max(0.002 * typical, SMALLEST_UNIT)
        self._per_unit = DISPERSION / unit

    def to(self, values: Floats) -> Floats:
        """Convert values to the scale."""
        scaled: Floats = np.copysign(2.0 * np.arcsinh(np.sqrt(np.abs(values) * self._per_unit)), values)
        return scaled

    def back(self, scaled: Floats) -> Floats:
        """Convert values back from the scale."""
        values: Floats = np.copysign(np.sinh(np.minimum(np.abs(scaled), LARGEST) / 2) ** 2 / self._per_unit, scaled)
        return values

    def to_one(self, value: float) -> float:
        """Convert one value to the scale."""
        return math.copysign(2.0 * math.asinh(math.sqrt(abs(value) * self._per_unit)), value)

    def back_one(self, scaled: float) -> float:
        """Convert one value back from the scale."""
        return math.copysign(math.sinh(min(abs(scaled), LARGEST) / 2) ** 2 / self._per_unit, scaled)

    @property
    def poisson_spread(self) -> float:
        """The standard deviation that a count has by chance at its typical level, on the scale; zero for fractions."""
        return math.sqrt(DISPERSION / (1 + self._per_unit * self._typical)) if self.is_count else 0.0


def median(values: Floats) -> float:
    """Return the median, several times faster than `numpy.median`."""
    if len(values) < FEW:
        return float(statistics.median(values.tolist()))
    half = len(values) // 2
    return middle(np.partition(values, half if len(values) % 2 else (half - 1, half)))


def middle(ordered: Floats) -> float:
    """Return the median of values of which those in the middle are where sorting would put them."""
    half = len(ordered) // 2
    return float(ordered[half]) if len(ordered) % 2 else 0.5 * float(ordered[half - 1] + ordered[half])


def large(values: Floats, place: int) -> float:
    """Return which of positive values is at a place near the end if they are sorted; only large ones are looked at."""
    candidates = values.compress(values > ENOUGH_TIMES * (float(values.sum()) / len(values)))
    from_end = len(values) - place
    if len(candidates) < from_end:  # few are so large that the mean is, too
        candidates = values.copy()
    place = len(candidates) - from_end
    candidates.partition(place)
    return float(candidates[place])


def size_at(ordered: Floats, place: int) -> float:
    """Return which size is at a place if sorted values are sorted by their size instead.

    The smallest sizes lie side by side in sorted values, so that the largest of them is at one of both ends.
    """
    ends = np.maximum(-ordered[: len(ordered) - place], ordered[place:])
    return abs(float(ends[ends.argmin()]))  # sooner than `min`


def middle_size(ordered: Floats) -> float:
    """Return the median size of sorted values."""
    half = len(ordered) // 2
    size = size_at(ordered, half)
    return size if len(ordered) % 2 else 0.5 * (size_at(ordered, half - 1) + size)


def standard_deviation(errors: Floats) -> float:
    """Return the standard deviation, as `numpy.std` computes it, in a quarter of its time."""
    centred = errors - errors.sum() / len(errors)
    return math.sqrt(float((centred * centred).sum()) / len(errors))


# The scale of counts is the same whatever their size.
COUNTS = Scale(0.0, is_count=True)
