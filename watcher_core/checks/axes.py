"""Lines on which moments lie: time as it passes, and the days of months, of which each has 31 there.

Months are of unequal length. What comes on the same day of each, counted from its first day or from its last one, comes
at equal distances on such a line.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Final, NamedTuple

DAY: Final = 86400.0
MONTH: Final = 31 * DAY
START: Final = 1970 * 12  # as months are counted


class Axis(NamedTuple):
    """Where on a line a moment of the clock lies, in seconds, and which moment lies there."""

    position: Callable[[dt.datetime], float]
    moment: Callable[[float], dt.datetime]


def _first_of(month: int) -> dt.datetime:
    return dt.datetime.combine(dt.date(month // 12, month % 12 + 1, 1), dt.time())


def _month(moment: dt.datetime) -> int:
    return moment.year * 12 + moment.month - 1


def _after_first(moment: dt.datetime) -> float:
    month = _month(moment)
    return month * MONTH + (moment - _first_of(month)).total_seconds()


def _before_last(moment: dt.datetime) -> float:
    month = _month(moment) + 1
    return month * MONTH - (_first_of(month) - moment).total_seconds()


def _moment_after_first(position: float) -> dt.datetime:
    month, seconds = divmod(position, MONTH)
    return _first_of(int(month)) + dt.timedelta(seconds=seconds)


def _moment_before_last(position: float) -> dt.datetime:
    month, seconds = divmod(position, MONTH)
    return _first_of(int(month) + 1) - dt.timedelta(seconds=MONTH - seconds)


def _after_start(moment: dt.datetime) -> float:
    return (moment - _first_of(START)).total_seconds()


def _moment_after_start(position: float) -> dt.datetime:
    return _first_of(START) + dt.timedelta(seconds=position)


TIME: Final = Axis(_after_start, _moment_after_start)
FROM_FIRST: Final = Axis(_after_first, _moment_after_first)
TO_LAST: Final = Axis(_before_last, _moment_before_last)
