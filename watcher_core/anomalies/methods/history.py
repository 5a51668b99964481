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

# Squares of larger values overflow. No count or duration comes near this, so such a value is damaged and not judged.
LARGEST_VALUE = 1e100

# A pipeline that seldom runs is judged by this many runs, however old, unless it paused: by runs that are older than
# this many times what its rhythm explains.
RHYTHM_RUNS = 30
LONGEST_GAP = 1.5


@dataclass(frozen=True, eq=False)
class History:
    """The successful runs of a pipeline, oldest first, by one metric.

    Args:
        at: Logical times, in UTC epoch seconds.
        values: The metric; NaN where a run has none.
        flagged: Whether the run was flagged when it was judged.
        unflagged: Whether a person said later that the run was normal; such a run counts as not flagged.
        superseded: Whether a later run has loaded the same data again; such a run is not learned from.

    Raises:
        ValueError: The columns differ in length.
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
        """Return a history of plain Python values, in any order; `None` is a missing value.

        Raises:
            ValueError: The columns differ in length.
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
        """Whether each run was flagged and not unflagged."""
        return self.flagged if self.unflagged is None else self.flagged & ~self.unflagged

    def before(self, at: float, *, days: float) -> Integers:
        """Return the positions of the runs with a value in the last `days` before `at`, oldest first."""
        first, last = np.searchsorted(self.at, (at - days * DAY, at))
        return self._judgeable(int(first), int(last))

    def nearest(self, at: float, *, days: float, runs: int, fewest: int) -> Integers:
        """Return the positions of at most `runs` runs to compare a run at `at` with, the nearest in logical time last.

        These are the runs of the last `days` before `at`; of a pipeline that seldom runs, the last `RHYTHM_RUNS`, if
        its rhythm explains their age. If there are fewer than `fewest`, as in a backfill of days before all others, the
        runs after `at` are used in reverse order. A run with the same logical time has loaded the same data, and is
        never compared with.
        """
        before = self.before(at, days=days)[-runs:]
        if len(before) < RHYTHM_RUNS:
            earlier = self._judgeable(0, int(np.searchsorted(self.at, at)))
            before = self._by_rhythm(earlier[::-1], at, len(before))[::-1]
        if len(before) >= fewest:
            return before
        first, last = np.searchsorted(self.at, (math.nextafter(at, math.inf), at + days * DAY))
        after = self._judgeable(int(first), int(last))[:runs]
        if len(after) < RHYTHM_RUNS:
            after = self._by_rhythm(self._judgeable(int(first), len(self.at)), at, len(after))
        return after[::-1] if len(after) >= fewest else before

    def _by_rhythm(self, positions: Integers, at: float, near: int) -> Integers:
        """Return the first `near` runs, nearest first, and of `RHYTHM_RUNS` those whose age the rhythm explains."""
        nearest = positions[:RHYTHM_RUNS]
        if len(nearest) <= near:
            return nearest
        distances = np.abs(self.at[nearest] - at)
        usual = float(np.median(np.diff(distances, prepend=0.0)))
        return nearest[: max(near, int(np.searchsorted(distances, RHYTHM_RUNS * LONGEST_GAP * usual, "right")))]

    def _judgeable(self, first: int, last: int) -> Integers:
        known = np.abs(self.values[first:last]) < LARGEST_VALUE  # NaN is not smaller
        return first + np.flatnonzero(known if self.superseded is None else known & ~self.superseded[first:last])


def judgeable(value: float | None) -> bool:
    """Return whether a value can be judged."""
    return value is not None and abs(value) < LARGEST_VALUE  # false for NaN, too
