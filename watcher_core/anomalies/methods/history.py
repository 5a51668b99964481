"""The history of one metric: what a method of anomaly detection learns from.

Many executions are judged by one history, and by several rules whose metrics have values in the same runs. What does
not depend on the execution is computed once for a history (`Series`), and what does not depend on the metric once for
all rules (`Timeline`, and the windows in it).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from watcher_core.anomalies.methods import scales
from watcher_core.anomalies.methods.arrays import Flags, Floats, Integers
from watcher_core.anomalies.methods.windows import Slice, Timelines

# Squares of larger values overflow. No count or duration comes near this, so such a value is damaged and not judged.
LARGEST_VALUE = 1e100


class Series:
    """The values of some runs, and what is computed of them once for all executions that are judged by them.

    Args:
        known: Which runs of the history these are.
        at: Logical times of all runs of the history.
        values: The metric of all runs of the history.
        timelines: Those of the history.

    Attributes:
        timeline: The runs.
        values: The metric.
    """

    def __init__(self, known: Flags, at: Floats, values: Floats, timelines: Timelines) -> None:
        self._at, self._all_values, self._timelines = at, values, timelines
        self.timeline = timelines.of(known, at)
        self.values = values[self.timeline.positions]

    @cached_property
    def is_zero(self) -> Flags:
        """Whether each value is zero."""
        is_zero: Flags = self.values == 0
        return is_zero

    @cached_property
    def is_whole(self) -> Flags:
        """Whether each value is a whole number."""
        is_whole: Flags = self.values == np.rint(self.values)
        return is_whole

    @cached_property
    def as_counts(self) -> Floats:
        """The values on the scale of counts, which does not depend on the other values."""
        return scales.COUNTS.to(self.values)

    @cached_property
    def _by_value(self) -> Integers:
        return np.argsort(self.values)

    def order(self, span: Slice) -> Integers:
        """Return the places of some runs among them, by value."""
        by_value = self._by_value
        those = by_value.compress((by_value >= span.first) & (by_value < span.last))
        return span.last - 1 - those if span.is_reversed else those - span.first

    def without_zeros(self, span: Slice) -> tuple[Series, Slice]:
        """Return the values other than zero, and which of them are those of some runs."""
        others, before = self._without_zeros
        return others, Slice(int(before[span.first]), int(before[span.last]), span.is_reversed)

    @cached_property
    def _without_zeros(self) -> tuple[Series, Integers]:
        known = self.timeline.known.copy()
        known[self.timeline.positions[self.is_zero]] = False
        others = Series(known, self._at, self._all_values, self._timelines)
        return others, np.concatenate([[0], np.cumsum(~self.is_zero)])


@dataclass(frozen=True, eq=False)
class History:
    """The successful runs of a pipeline, oldest first, by one metric.

    Args:
        at: Logical times, in UTC epoch seconds.
        values: The metric; NaN where a run has none.
        flagged: Whether the run was flagged when it was judged; this may change while the history is used.
        unflagged: Whether a person said later that the run was normal; such a run counts as not flagged.
        superseded: Whether a later run has loaded the same data again; such a run is not learned from.
        timelines: Those of the same runs by other metrics.

    Raises:
        ValueError: The columns differ in length.
    """

    at: Floats
    values: Floats
    flagged: Flags
    unflagged: Flags | None = None
    superseded: Flags | None = None
    timelines: Timelines = field(default_factory=Timelines, repr=False)

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
        given = cls(times, numbers, marks[0], marks[1])
        order = np.argsort(times, kind="stable")
        return cls(given.at[order], given.values[order], marks[0][order], marks[1][order])

    def __len__(self) -> int:
        return len(self.at)

    @property
    def unusual(self) -> Flags:
        """Whether each run was flagged and not unflagged."""
        return self.flagged if self.unflagged is None else self.flagged & ~self.unflagged

    @cached_property
    def series(self) -> Series:
        """The runs that have a value and are learned from."""
        known = np.abs(self.values) < LARGEST_VALUE  # NaN is not smaller
        if self.superseded is not None:
            known &= ~self.superseded
        return Series(known, self.at, self.values, self.timelines)

    def before(self, at: float, *, days: float) -> Integers:
        """Return the positions of the runs with a value in the last `days` before `at`, oldest first."""
        timeline = self.series.timeline
        first, last, _ = timeline.before(at, days=days)
        return timeline.positions[first:last]


def judgeable(value: float | None) -> bool:
    """Return whether a value can be judged."""
    return value is not None and abs(value) < LARGEST_VALUE  # false for NaN, too
