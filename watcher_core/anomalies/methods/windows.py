"""The runs that an execution is judged by: what is the same for all rules with values in the same runs."""

from __future__ import annotations

import time
from functools import cached_property

from watcher_core.anomalies.methods.history import DAY, Slice, Timeline
from watcher_core.anomalies.methods.zones import Clocks

MONTH_EDGE = 2 * DAY


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


def window(timeline: Timeline, span: Slice, now: float, zone: str | None) -> Window:
    """Return a window; the same as before if it was asked for last, by another rule."""
    key = (span, now, zone)
    if timeline.newest is None or timeline.newest[0] != key:
        timeline.newest = key, Window(timeline, span, now, zone)
    return timeline.newest[1]


def is_month_edge(at: float) -> bool:
    """Return whether a time lies in the first or last two days of its month, in UTC."""
    month = time.gmtime(at).tm_mon
    return month != time.gmtime(at - MONTH_EDGE).tm_mon or month != time.gmtime(at + MONTH_EDGE).tm_mon
