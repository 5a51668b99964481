"""Reads from the key of a partition when it begins, and which watermark it is."""

from __future__ import annotations

import datetime as dt
import logging
import re
from functools import lru_cache
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
from cronsim import CronSim, CronSimError

logger = logging.getLogger("watcher.partitions")

# The keys that Dagster's time windows make: a day, a month, an hour, and the second of two hours when clocks go back.
_TIME_WINDOW = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2})(?:-(\d{2}):(\d{2})([+-]\d{4})?)?)?", re.ASCII)
_DIMENSIONS = "|"
# The formats of those keys. With any other one, only the definition of the partitions says what a key is.
_USUAL_FORMATS = frozenset({"%Y-%m-%d", "%Y-%m", "%Y-%m-%d-%H:%M"})
# So many windows are looked at: more than a day has hours, or half a year weeks.
_LOOKED_AT = 30


def time_windows(partitions_def: dg.PartitionsDefinition[Any] | None) -> dg.TimeWindowPartitionsDefinition | None:
    """Return the partitions that are cut by time, of one dimension or of several; `None` where there are none."""
    if isinstance(partitions_def, dg.MultiPartitionsDefinition) and partitions_def.has_time_window_dimension:
        partitions_def = partitions_def.time_window_dimension.partitions_def
    return partitions_def if isinstance(partitions_def, dg.TimeWindowPartitionsDefinition) else None


def readable_windows(partitions_def: dg.PartitionsDefinition[Any] | None) -> dg.TimeWindowPartitionsDefinition | None:
    """Return the partitions that are cut by time, and whose keys say when they begin; `None` where there are none.

    By a format such as `%Y-W%W` all keys of a year are read as the first of January, also by Dagster. As times and
    watermarks they would be wrong, so that such partitions are recorded as if they were not cut by time.
    """
    windows = time_windows(partitions_def)
    if windows is None or windows.fmt in _USUAL_FORMATS:
        return windows
    return windows if _is_readable(windows.fmt, windows.get_cron_schedule(), windows.start) else None


@lru_cache(maxsize=1_000)  # also so that it is said once
def _is_readable(fmt: str, schedule: str, start: dt.datetime) -> bool:
    try:
        begins = list(islice(CronSim(schedule, start.replace(tzinfo=None) - dt.timedelta(minutes=1)), _LOOKED_AT))
    except CronSimError:  # of a kind that Dagster alone reads
        return True
    before = dt.datetime.min  # noqa: DTZ901 - on the clock of the definition
    for begin in begins:
        key = begin.strftime(fmt)
        try:
            found: dt.datetime | None = dt.datetime.strptime(key, fmt)  # noqa: DTZ007 (the clock of the definition)
        except (ValueError, re.error):  # the latter of a format that names one thing twice
            found = None
        # A key may leave out what is the same for all, as the hour of days that begin at six.
        if found is None or not before < found <= begin:
            read = "as no time" if found is None else f"as {found}"
            logger.warning(
                "partitions with the format %r and the schedule %r are recorded without a logical date and without a"
                " watermark: a key must say when its window begins, and %r, which begins at %s, is read %s; use another"
                " fmt, as '%%Y-%%m-%%d'",
                fmt,
                schedule,
                key,
                begin,
                read,
            )
            return False
        before = begin
    return True


def partitions_timezone(partitions_def: dg.PartitionsDefinition[Any] | None) -> str | None:
    """Return the time zone in which partitions are cut; `None` where that is UTC, or they are not cut by time."""
    windows = readable_windows(partitions_def)
    return None if windows is None or windows.timezone == "UTC" else windows.timezone


def partitions_format(partitions_def: dg.PartitionsDefinition[Any] | None) -> str | None:
    """Return the format of the keys of partitions that are cut by time, where it is none of the usual ones."""
    windows = readable_windows(partitions_def)
    return None if windows is None or windows.fmt in _USUAL_FORMATS else windows.fmt


@lru_cache(maxsize=10_000)
def partition_start(key: str, timezone: str | None = None, fmt: str | None = None) -> dt.datetime | None:
    """The time that a partition begins, if its key is one that a time window makes: `2024-01-31`, `2024-01-31-05:00`.

    A partition of several dimensions has the time of the one dimension that is a time window. A key does not say in
    which time zone its partitions are cut. Where that is not known, its clock is read as if it were in UTC. So is that
    of the one hour whose key has an offset, the second of two when clocks go back: by its offset, it would come hours
    before or after its neighbours.

    Args:
        key: The partition's key.
        timezone: The time zone of its definition; `None` where it is not known, or UTC.
        fmt: The format of its definition, as of `strptime`; `None` where it is not known, or one of those above.
    """
    zone = dt.UTC if timezone is None else ZoneInfo(timezone)
    if _DIMENSIONS in key:
        starts = [
            start for part in key.split(_DIMENSIONS) if (start := _time_window_start(part, zone, fmt)) is not None
        ]
        return starts[0] if len(starts) == 1 else None
    return _time_window_start(key, zone, fmt)


def partition_watermark(key: str, fmt: str | None = None) -> str | None:
    """The watermark of a partition: its key, where partitions follow one another in time."""
    return key if _time_window_start(key, dt.UTC, fmt) is not None else None


def partition_series(key: str, fmt: str | None = None) -> str | None:
    """Return a partition's key without what says when it begins: partitions of one series follow one another in time.

    `None` where nothing is left of it.
    """
    if partition_start(key, fmt=fmt) is None:
        return key
    return _DIMENSIONS.join(part for part in key.split(_DIMENSIONS) if partition_start(part, fmt=fmt) is None) or None


def _time_window_start(key: str, zone: dt.tzinfo, fmt: str | None = None) -> dt.datetime | None:
    if fmt is not None:
        return _formatted_start(key, zone, fmt) or _formatted_start(key, zone, f"{fmt}%z")
    found = _TIME_WINDOW.fullmatch(key)
    if found is None:
        return None
    year, month, day = int(found[1]), int(found[2]), int(found[3] or 1)
    if not 1900 <= year < 2200:  # four digits and two more may be an order number
        return None
    try:
        if found[6] and zone is not dt.UTC:
            zone = dt.datetime.strptime(found[6], "%z").tzinfo or zone
        start = dt.datetime(year, month, day, int(found[4] or 0), int(found[5] or 0), tzinfo=zone)
        return start.astimezone(dt.UTC)
    except ValueError:
        return None


def _formatted_start(key: str, zone: dt.tzinfo, fmt: str) -> dt.datetime | None:
    try:
        start = dt.datetime.strptime(key, fmt)  # noqa: DTZ007 (the next line says in which time zone)
        return start.replace(tzinfo=start.tzinfo or zone).astimezone(dt.UTC)
    except (ValueError, OverflowError, re.error):  # the last of a format that names one thing twice
        return None
