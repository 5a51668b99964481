"""The scale on which metrics are judged: one where the spread does not depend on the level.

Small counts vary by the square root of their level, as in a Poisson distribution; larger numbers vary by a share of it.
For the variance of a negative binomial distribution, `level + DISPERSION * level²`, the inverse hyperbolic sine of the
square root makes the variance equal at every level (Anscombe, "The transformation of Poisson, binomial and
negative-binomial data", Biometrika 35, 1948). It is close to the square root for small numbers and to the logarithm for
large ones, so that a difference of 0.2 means about 20 %. Negative numbers mirror positive ones.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy import special

if TYPE_CHECKING:
    from watcher_core.anomalies.methods.history import Floats, Integers

DISPERSION = 0.03  # both parts of the variance are equal at counts of 33
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
    """Return the median, by `numpy.partition`, which is several times faster than `numpy.median`."""
    return float(medians(values))


def medians(values: Floats) -> Floats:
    """Return the median of each row."""
    half = values.shape[-1] // 2
    return middle(np.partition(values, half if values.shape[-1] % 2 else (half - 1, half)))


def middle(ordered: Floats) -> Floats:
    """Return the median of each row, of which the middle values are where sorting would put them."""
    half = ordered.shape[-1] // 2
    found: Floats = ordered[..., half] if ordered.shape[-1] % 2 else 0.5 * (ordered[..., half - 1] + ordered[..., half])
    return found


def spread(errors: Floats) -> Floats:
    """Return the standard deviation of errors around zero, from their median absolute size; of each row.

    Up to half of the errors may be outliers (Hampel, "The influence curve and its role in robust estimation", JASA 69,
    1974).
    """
    return TO_DEVIATION * medians(np.abs(errors))


def standard_deviations(errors: Floats) -> Floats:
    """Return the standard deviation of each row, as `numpy.std` computes it, in a quarter of its time."""
    runs = errors.shape[-1]
    centred = errors - (errors.sum(axis=-1) / runs)[:, np.newaxis]
    found: Floats = np.sqrt((centred * centred).sum(axis=-1) / runs)
    return found


def as_rows(columns: Sequence[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    """Return arrays as the rows of one; a single one, which is the usual case of few rules, is not copied."""
    return columns[0][np.newaxis] if len(columns) == 1 else np.stack(columns)


def in_order(values: Floats, places: Integers) -> Floats:
    """Return the values of each row at some of its places."""
    rows, runs = values.shape
    found: Floats = values.ravel().take(places + runs * np.arange(rows)[:, np.newaxis])
    return found


# The scale of counts is the same whatever their size.
COUNTS = Scale(0.0, is_count=True)
