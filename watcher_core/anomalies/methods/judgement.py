"""The verdict of a method of anomaly detection on one value, with the numbers that explain it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from watcher_core.anomalies.methods.arrays import Integers


@dataclass(slots=True, kw_only=True)
class Judgement:
    """A verdict and its reasons.

    `lower <= expected <= upper` holds. The value is flagged if it lies outside `lower` to `upper`, or if it has
    `repeated` too often.
    """

    flagged: bool
    value: float
    expected: float
    lower: float  # a smaller value is unusual
    upper: float  # a larger value is unusual
    z_score: float  # the deviation, in units of the history's spread
    confidence: float  # from 0 where the value is as expected to 1 at the edge of the band and outside
    deviation_percent: float | None  # of the expected value; `None` if that is zero
    profile: str  # the runs that it was compared with, in words: "Mondays 09:00"
    compared_with: Integers = field(compare=False, repr=False)  # their positions in the history, oldest first
    reason: str  # why it is flagged or not, in words
    repeated: int = 0  # how many runs in a row have this value, if it is flagged for that

    @classmethod
    def by_band(
        cls,
        value: float,
        *,
        expected: float,
        lower: float,
        upper: float,
        z_score: float,
        profile: str,
        compared_with: Integers,
    ) -> Judgement:
        """Judge a value by a band: it is unusual outside."""
        is_above, is_below = value > upper, value < lower
        edge = upper if value > expected else lower
        return cls(
            flagged=is_above or is_below,
            value=value,
            expected=expected,
            lower=lower,
            upper=upper,
            z_score=z_score,
            confidence=1.0 if is_above or is_below else _share(value - expected, edge - expected),
            deviation_percent=None if expected == 0 else _finite(100.0 * (value - expected) / abs(expected)),
            profile=profile,
            compared_with=compared_with,
            reason="more than usual" if is_above else "less than usual" if is_below else "as usual",
        )

    def for_repeating(self, runs: int, reason: str) -> Judgement:
        """Return the same numbers, flagged because this many runs in a row have the value."""
        return replace(self, flagged=True, confidence=1.0, repeated=runs, reason=reason)

    @property
    def runs(self) -> int:
        """The number of runs that the value was compared with."""
        return len(self.compared_with)


def _share(part: float, whole: float) -> float:
    return 0.0 if part == 0 else min(1.0, abs(part / whole))


def _finite(number: float) -> float | None:
    """Return `None` for infinity, which JSON cannot hold."""
    return number if math.isfinite(number) else None
