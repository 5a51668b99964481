"""The history of one metric: what a method of anomaly detection learns from."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

HOUR = 3600.0
DAY = 86_400.0

# Beyond this, squares overflow. No count and no duration comes near it, so such a value is damage, not a metric.
LARGEST_VALUE = 1e100


@dataclass(frozen=True, eq=False)
class History:
    """The successful runs of a pipeline, oldest first, by one metric.

    Args:
        at: Logical times, in UTC epoch seconds.
        values: The metric; NaN where a run has none.
        flagged: Whether the run was flagged when it was judged.
        unflagged: Whether a person said later that the run was normal; such a run counts as not flagged.
        superseded: Whether a later run has loaded the same data again; nothing is learned from such a run.

    Raises:
        ValueError: The columns are not of one length.
    """

    at: Floats
    values: Floats
    flagged: Flags
    unflagged: Flags | None = None
    superseded: Flags | None = None

    def __post_init__(self) -> None:
        columns = (self.at, self.values, self.flagged, self.unflagged, self.superseded)
        if len({len(column) for column in columns if column is not None}) != 1:
            raise ValueError("the columns of a history must have one length")

    @classmethod
    def of(
        cls,
        at: Iterable[float],
        values: Iterable[float | None],
        flagged: Iterable[bool] | None = None,
        unflagged: Iterable[bool] | None = None,
    ) -> History:
        """Take plain Python values, in any order, `None` for a missing value.

        Raises:
            ValueError: The columns are not of one length.
        """
        times = np.fromiter(at, np.float64)
        numbers = np.array([math.nan if value is None else value for value in values], np.float64)
        no_marks = np.zeros(len(times), np.bool_)
        marks = [no_marks if given is None else np.fromiter(given, np.bool_) for given in (flagged, unflagged)]
        given = cls(times, numbers, *marks)
        order = np.argsort(times, kind="stable")
        return cls(given.at[order], given.values[order], *(column[order] for column in marks))

    def __len__(self) -> int:
        return len(self.at)

    @property
    def unusual(self) -> Flags:
        """Whether a run was flagged and nobody said that it was normal."""
        return self.flagged if self.unflagged is None else self.flagged & ~self.unflagged

    def before(self, at: float, *, days: float) -> Integers:
        """The positions of the runs of the last `days` before `at` that have a value to learn from, oldest first."""
        first, last = np.searchsorted(self.at, (at - days * DAY, at))
        return self._judgeable(int(first), int(last))

    def nearest(self, at: float, *, days: float, runs: int, fewest: int) -> Integers:
        """The positions of the runs to compare a run at `at` with: at most so many, the nearest in logical time last.

        These are runs before `at`. Where those are fewer than `fewest`, it may be a backfill of days that lie before
        all others; then the runs after `at` are taken, as if time ran backwards. A run with the same logical time is
        the same piece of data, loaded again, and is never compared with.
        """
        before = self.before(at, days=days)[-runs:]
        if len(before) >= fewest:
            return before
        first, last = np.searchsorted(self.at, (math.nextafter(at, math.inf), at + days * DAY))
        after = self._judgeable(int(first), int(last))[:runs]
        return after[::-1] if len(after) >= fewest else before

    def _judgeable(self, first: int, last: int) -> Integers:
        known = np.abs(self.values[first:last]) < LARGEST_VALUE  # NaN is not smaller
        return first + np.flatnonzero(known if self.superseded is None else known & ~self.superseded[first:last])


def judgeable(value: float | None) -> bool:
    """Whether a value can be judged at all."""
    return value is not None and abs(value) < LARGEST_VALUE  # false for NaN, too
