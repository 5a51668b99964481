"""What a method of anomaly detection says about one value, with the numbers that explain it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from watcher_core.anomalies.methods.history import History, Integers


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """A verdict and its reasons.

    `lower <= expected <= upper` holds. The value is flagged where it lies outside of `lower` to `upper`, or where it
    `repeated` too often.
    """

    flagged: bool
    value: float
    expected: float
    lower: float  # a value below is unusual
    upper: float  # a value above is unusual
    z_score: float  # the deviation, in units of the history's spread
    confidence: float  # from 0 where the value is as expected to 1 at the edge of the band and outside
    deviation_percent: float | None  # of what was expected; `None` where zero was
    profile: str  # the runs it was compared with, in words: "Mondays 09:00"
    compared_with: Integers = field(compare=False, repr=False)  # their positions in the history, oldest first
    reason: str  # why it is flagged, or why not, in words
    repeated: int = 0  # how many runs in a row have this value, where that is why it is flagged

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
        """Judge a value by a band: unusual outside, usual inside."""
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
            compared_with=np.sort(compared_with),
            reason="more than usual" if is_above else "less than usual" if is_below else "as usual",
        )

    def for_repeating(self, runs: int, reason: str) -> Judgement:
        """The same numbers, flagged because the value is that of so many runs in a row."""
        return replace(self, flagged=True, confidence=1.0, repeated=runs, reason=reason)

    @property
    def runs(self) -> int:
        """How many runs the value was compared with."""
        return len(self.compared_with)

    def explanation(self, history: History) -> dict[str, Any]:
        """The numbers as JSON takes them."""
        at = history.at[self.compared_with]
        return {
            "reason": self.reason,
            "profile": self.profile,
            "runs": self.runs,
            "first_run_at": float(at[0]) if len(at) else None,
            "last_run_at": float(at[-1]) if len(at) else None,
            "value": self.value,
            "expected": self.expected,
            "lower": _finite(self.lower),
            "upper": _finite(self.upper),
            "z_score": self.z_score,
            "confidence": self.confidence,
            "deviation_percent": self.deviation_percent,
            "repeated": self.repeated,
        }


def _share(part: float, whole: float) -> float:
    return 0.0 if part == 0 else min(1.0, abs(part / whole))


def _finite(number: float) -> float | None:
    """JSON knows no infinity."""
    return number if math.isfinite(number) else None
