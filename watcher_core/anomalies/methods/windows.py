"""When runs happened, and which of them an execution is judged by.

That is the same for all rules whose metrics have values in the same runs, and computed once for them.
"""

from __future__ import annotations

import math
import time
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np

from watcher_core.anomalies.methods.arrays import DAY, Flags, Floats, Integers
from watcher_core.anomalies.methods.zones import Clocks

MONTH_EDGE = 2 * DAY

# A pipeline that seldom runs is judged by this many runs, however old, unless it paused: by runs that are older than
# this many times what its rhythm explains.
RHYTHM_RUNS = 30
LONGEST_GAP = 1.5


class Slice(NamedTuple):
    """Some runs of a timeline that lie side by side, in reverse order if they are later than the run to judge."""

    first: int
    last: int
    is_reversed: bool = False

    @property
    def runs(self) -> int:
        """How many runs these are."""
        return self.last - self.first

    @property
    def of(self) -> slice:
        """These runs in a column, the nearest in time last."""
        if not self.is_reversed:
            return slice(self.first, self.last)
        return slice(self.last - 1, self.first - 1 if self.first else None, -1)


class Timeline:
    """When the runs of some metrics happened: those that have a value, oldest first.

    Args:
        known: Which runs of the history these are.
        at: Logical times of all runs of the history.

    Attributes:
        known: As above.
        positions: The positions of these runs in the history.
        at: Their logical times.
    """

    def __init__(self, known: Flags, at: Floats) -> None:
        self.known = known
        self.positions: Integers = known.nonzero()[0]
        self.at = at[self.positions]
        self._newest: tuple[object, Window] | None = None

    def before(self, at: float, *, days: float) -> Slice:
        """Return the runs in the last `days` before `at`."""
        first, last = self.at.searchsorted((at - days * DAY, at)).tolist()
        return Slice(first, last)

    def nearest(self, at: float, *, days: float, runs: int, fewest: int) -> Slice:
        """Return at most `runs` runs to compare a run at `at` with.

        These are the runs of the last `days` before `at`; of a pipeline that seldom runs, the last `RHYTHM_RUNS`, if
        its rhythm explains their age. If there are fewer than `fewest`, as in a backfill of days before all others, the
        runs after `at` are used in reverse order. A run with the same logical time has loaded the same data, and is
        never compared with.
        """
        first, last, _ = self.before(at, days=days)
        first = max(first, last - runs)
        if last - first < RHYTHM_RUNS:
            earlier = self.at[max(0, last - RHYTHM_RUNS) : last][::-1]
            first = last - _by_rhythm(earlier, at, last - first)
        if last - first >= fewest:
            return Slice(first, last)
        begin, end = self.at.searchsorted((math.nextafter(at, math.inf), at + days * DAY)).tolist()
        end = min(end, begin + runs)
        if end - begin < RHYTHM_RUNS:
            end = begin + _by_rhythm(self.at[begin : begin + RHYTHM_RUNS], at, end - begin)
        return Slice(begin, end, is_reversed=True) if end - begin >= fewest else Slice(first, last)

    def window(self, span: Slice, now: float, zone: str | None) -> Window:
        """Return the window for a run at `now`; the same as before if it was asked for last, by another rule."""
        key = (span, now, zone)
        if self._newest is None or self._newest[0] != key:
            self._newest = key, Window(self, span, now, zone)
        return self._newest[1]


class Timelines:
    """The timelines of the metrics of some runs: one for all metrics that have values in the same runs."""

    def __init__(self) -> None:
        self._made: list[Timeline] = []

    def of(self, known: Flags, at: Floats) -> Timeline:
        """Return the timeline of these runs."""
        for made in self._made:
            if np.array_equal(made.known, known):
                return made
        self._made.append(Timeline(known, at))
        return self._made[-1]


class Window:
    """Earlier runs, the nearest in time last, and the time of the run to judge.

    Args:
        timeline: When runs happened.
        span: Those to compare with.
        now: Logical time of the run to judge.
        zone: The time zone of the schedule; `None` if it is not known.

    Attributes:
        at: Logical times of the runs.
        positions: Their positions in the history.
        now: As above.
    """

    def __init__(self, timeline: Timeline, span: Slice, now: float, zone: str | None) -> None:
        self.at = timeline.at[span.of]
        self.positions = timeline.positions[span.of]
        self.now = now
        self._zone = zone

    @cached_property
    def clocks(self) -> Clocks:
        """The clocks by which the run may be judged."""
        return Clocks(self.at, self.now, self._zone)

    @cached_property
    def is_month_edge(self) -> bool:
        """Whether the run to judge is at the edge of a month."""
        return is_month_edge(self.now)


@lru_cache(maxsize=1_000)  # the unusual runs of a history are looked at by each execution
def is_month_edge(at: float) -> bool:
    """Return whether a time lies in the first or last two days of its month, in UTC."""
    month = time.gmtime(at).tm_mon
    return month != time.gmtime(at - MONTH_EDGE).tm_mon or month != time.gmtime(at + MONTH_EDGE).tm_mon


def _by_rhythm(times: Floats, at: float, near: int) -> int:
    """Return how many runs to use: those of the days asked for, and of `RHYTHM_RUNS` those whose age is explained.

    Args:
        times: Logical times of the runs, the nearest first; at most `RHYTHM_RUNS`.
        at: Logical time of the run to judge.
        near: How many of them lie in the days asked for.
    """
    if len(times) <= near:
        return len(times)
    distances = np.abs(times - at)
    usual = float(np.median(np.diff(distances, prepend=0.0)))
    return min(len(times), max(near, int(np.searchsorted(distances, RHYTHM_RUNS * LONGEST_GAP * usual, "right"))))
