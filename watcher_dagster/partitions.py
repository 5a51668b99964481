"""Reads from the key of a partition when it begins, and which watermark it is."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache

# The keys that Dagster's time windows make: a day, a month, an hour, and the second of two hours when clocks go back.
_TIME_WINDOW = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2})(?:-(\d{2}):(\d{2})([+-]\d{4})?)?)?", re.ASCII)
_DIMENSIONS = "|"


@lru_cache(maxsize=10_000)
def partition_start(key: str) -> dt.datetime | None:
    """The time that a partition begins, if its key is one that a time window makes: `2024-01-31`, `2024-01-31-05:00`.

    A partition of several dimensions has the time of the one dimension that is a time window. Times are taken to be in
    UTC: a key does not say in which time zone its partitions are cut.
    """
    if _DIMENSIONS in key:
        starts = [start for start in map(_time_window_start, key.split(_DIMENSIONS)) if start is not None]
        return starts[0] if len(starts) == 1 else None
    return _time_window_start(key)


def partition_watermark(key: str) -> str | None:
    """The watermark of a partition: its key, where partitions follow one another in time."""
    return key if _time_window_start(key) is not None else None


def _time_window_start(key: str) -> dt.datetime | None:
    found = _TIME_WINDOW.fullmatch(key)
    if found is None:
        return None
    year, month, day = int(found[1]), int(found[2]), int(found[3] or 1)
    if not 1900 <= year < 2200:  # four digits and two more may be an order number
        return None
    try:
        zone = dt.datetime.strptime(found[6], "%z").tzinfo if found[6] else dt.UTC
        start = dt.datetime(year, month, day, int(found[4] or 0), int(found[5] or 0), tzinfo=zone)
        return start.astimezone(dt.UTC)
    except ValueError:
        return None
