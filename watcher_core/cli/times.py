"""Times in this host's time zone, and the times and thresholds that people type."""

from __future__ import annotations

import datetime as dt
import re

from watcher_core import arguments
from watcher_core.enums import DatePart

# pendulum is loaded where it is used: `watcher --help` has no need of it.

UNITS = {
    "s": "seconds",
    "sec": "seconds",
    "second": "seconds",
    "m": "minutes",
    "min": "minutes",
    "minute": "minutes",
    "h": "hours",
    "hour": "hours",
    "d": "days",
    "day": "days",
    "w": "weeks",
    "week": "weeks",
    "month": "months",
    "year": "years",
}
SPANS_OF_TIME = {"seconds", "minutes", "hours"}  # others go by the calendar: a day may have 23 hours
SPAN = re.compile(r"(\d+)\s*([a-z]+?)s?(\s+ago)?")
DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
DAY = re.compile(r"(yesterday|today|tomorrow)(?:\s+(\d{1,2}:\d{2}))?")

SINCE_EXAMPLES = 'as in "2024-01-31", "2024-01-31 06:00", "24 hours", "7d", today or yesterday'
UNTIL_EXAMPLES = 'as in "2 hours", "1d", tomorrow, "tomorrow 09:00" or "2024-02-01 09:00"'
LENGTH_EXAMPLES = 'as in "2 hours" or "1d"'
THRESHOLD_EXAMPLES = 'as in "2 hours", "15 minutes" or none'
DATE_PARTS = [part.value for part in DatePart]


def clock(moment: dt.datetime | None) -> str:
    """A moment in this host's time zone, as in `2024-01-31 06:00:00+01:00`."""
    return "–" if moment is None else moment.astimezone().isoformat(" ", "seconds")


def ago(moment: dt.datetime | None, *, now: dt.datetime | None = None) -> str:
    """How long ago that was, as in `5 minutes ago`, or how far ahead, as in `in 2 hours`."""
    if moment is None:
        return "–"
    import pendulum

    now = now or dt.datetime.now(dt.UTC)
    # Pendulum cuts units off: what was put off for two hours a moment ago would be `in 1 hour`.
    if moment - now > dt.timedelta(minutes=1):
        moment += dt.timedelta(seconds=30)
    # Both in UTC: in two time zones, it takes five minutes for an hour where one of them is in the next day.
    difference = pendulum.instance(moment.astimezone(dt.UTC)).diff(pendulum.instance(now.astimezone(dt.UTC)))
    return pendulum.format_diff(difference)


def clock_and_ago(moment: dt.datetime | None) -> str:
    """Both, as in `2024-01-31 06:00:00+01:00 (5 minutes ago)`."""
    if moment is None:
        return "–"
    return f"{clock(moment)} ({ago(moment)})"


def read_since(text: str, *, now: dt.datetime | None = None) -> dt.datetime:
    """Read a moment in the past; one without a time zone is in this host's.

    Raises:
        ValueError: It is neither a date, a time nor a span.
    """
    read = _read(text, now, sign=-1)
    if read is None:
        raise ValueError(f"{text!r} is no time that can be read; write it {SINCE_EXAMPLES}")
    return arguments.plain_moment(read)


def read_until(text: str, *, now: dt.datetime | None = None) -> dt.datetime:
    """Read a moment in the future, or how long from now; one without a time zone is in this host's.

    Raises:
        ValueError: It is neither a date, a time nor a span.
    """
    read = _read(text, now, sign=1)
    if read is None:
        raise ValueError(f"{text!r} is no time that can be read; write it {UNTIL_EXAMPLES}")
    return arguments.plain_moment(read)


def read_length(text: str, *, start: dt.datetime) -> dt.timedelta:
    """Read how long something is that starts then: from Friday on, a day may have 23 hours though today has 24.

    Raises:
        ValueError: It is no span.
    """
    span = SPAN.fullmatch(text.strip().lower())
    end = None if span is None or span[3] else _read(text, start, sign=1)
    if end is None:
        raise ValueError(f"{text!r} is no length of time; write it {LENGTH_EXAMPLES}")
    return arguments.plain_moment(end) - start


def _read(text: str, now: dt.datetime | None, *, sign: int) -> dt.datetime | None:
    """Read a moment: a day and a time of it, a span from now in one direction, or what pendulum reads."""
    import pendulum

    current = pendulum.instance(now) if now else pendulum.now("UTC")
    shown = pendulum.instance(current.astimezone().replace(tzinfo=None))
    words = text.strip().lower()
    span = SPAN.fullmatch(words)
    day = DAY.fullmatch(words)
    try:
        if words == "now":
            return current
        if day:
            hour, _, minute = (day[2] or "0:00").partition(":")
            at = shown.start_of("day").add(days=DAYS[day[1]])
            return _by_clock(at.replace(hour=int(hour), minute=int(minute)))
        if span and span[2] in UNITS:
            unit, count = UNITS[span[2]], (-1 if span[3] else sign) * int(span[1])
            return current.add(**{unit: count}) if unit in SPANS_OF_TIME else _by_clock(shown.add(**{unit: count}))
        # What names no zone gets one that nothing else has, and is what the clock shows.
        unnamed = pendulum.FixedTimezone(0)
        read = pendulum.parse(text.strip(), tz=unnamed, now=shown)
        if not isinstance(read, dt.datetime):
            return None
        return _by_clock(read) if read.tzinfo is unnamed else read
    except (ValueError, OverflowError):
        return None


def _by_clock(shown: dt.datetime) -> dt.datetime:
    """The moment at which this host's clock shows a time, by the zone that `clock` and all other programs go by.

    The one that pendulum finds may be another: it reads /etc/timezone first, which images of containers leave at UTC,
    and knows no rule in `TZ`, as in CET-1CEST.
    """
    return shown.replace(tzinfo=None).astimezone()


def read_threshold(text: str) -> tuple[int | None, str | None]:
    """Read a number and a unit; `none` is none of either.

    Raises:
        ValueError: It is no threshold.
    """
    words = text.strip().lower()
    if words == "none":
        return None, None
    span = SPAN.fullmatch(words)
    unit = UNITS.get(span[2], "").removesuffix("s") if span else ""
    if span is None or span[3] or unit not in DATE_PARTS or int(span[1]) < 1:
        raise ValueError(f"{text!r} is no threshold; write a number and one of {', '.join(DATE_PARTS)}, or none")
    return int(span[1]), unit
