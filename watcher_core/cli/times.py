"""Times in this host's time zone, and the times and thresholds that people type."""

from __future__ import annotations

import datetime as dt
import re

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
SPAN = re.compile(r"(\d+)\s*([a-z]+?)s?(?:\s+ago)?")

SINCE_EXAMPLES = 'as in "2024-01-31", "2024-01-31 06:00", "24 hours", "7d", today or yesterday'
UNTIL_EXAMPLES = 'as in "2 hours", "1d", tomorrow, "2024-02-01" or "2024-02-01 09:00"'
THRESHOLD_EXAMPLES = 'as in "2 hours", "15 minutes" or none'
DATE_PARTS = [part.value for part in DatePart]


def clock(moment: dt.datetime | None) -> str:
    """A moment in this host's time zone, as in `2024-01-31 06:00:00+01:00`."""
    return "–" if moment is None else moment.astimezone().isoformat(" ", "seconds")


def ago(moment: dt.datetime | None) -> str:
    """How long ago that was, as in `5 minutes ago`, or how far ahead, as in `in 2 hours`."""
    if moment is None:
        return "–"
    import pendulum

    # Pendulum cuts units off: what was put off for two hours a moment ago would be `in 1 hour`.
    is_far_ahead = moment - dt.datetime.now(dt.UTC) > dt.timedelta(minutes=1)
    return pendulum.instance(moment + dt.timedelta(seconds=30) if is_far_ahead else moment).diff_for_humans()


def clock_and_ago(moment: dt.datetime | None) -> str:
    """Both, as in `2024-01-31 06:00:00+01:00 (5 minutes ago)`."""
    if moment is None:
        return "–"
    return f"{clock(moment)} ({ago(moment)})"


def here(moment: dt.datetime) -> dt.datetime:
    """A moment in this host's time zone, which knows when its clocks change."""
    import pendulum

    return pendulum.instance(moment).in_timezone("local")


def read_since(text: str, *, now: dt.datetime | None = None) -> dt.datetime:
    """Read a moment in the past; one without a time zone is in this host's.

    Raises:
        ValueError: It is neither a date, a time nor a span.
    """
    import pendulum

    current = pendulum.instance(now) if now else pendulum.now()
    words = text.strip().lower()
    if words in ("today", "yesterday"):
        return current.start_of("day").subtract(days=0 if words == "today" else 1)
    span = SPAN.fullmatch(words)
    try:
        if span and span[2] in UNITS:
            return current.subtract(**{UNITS[span[2]]: int(span[1])})
        read = pendulum.parse(text.strip(), tz=current.tz or "UTC", now=current)
    except (ValueError, OverflowError):
        read = None
    if not isinstance(read, dt.datetime):
        raise ValueError(f"{text!r} is no time that can be read; write it {SINCE_EXAMPLES}")
    return read


def read_until(text: str, *, now: dt.datetime | None = None) -> dt.datetime:
    """Read a moment in the future, or how long from now; one without a time zone is in this host's.

    Raises:
        ValueError: It is neither a date, a time nor a span.
    """
    import pendulum

    current = pendulum.instance(now) if now else pendulum.now()
    words = text.strip().lower()
    span = SPAN.fullmatch(words)
    try:
        if span and span[2] in UNITS:
            return current.add(**{UNITS[span[2]]: int(span[1])})
        read = (
            current.start_of("day").add(days=1)
            if words == "tomorrow"
            else pendulum.parse(text.strip(), tz=current.tz or "UTC", now=current)
        )
    except (ValueError, OverflowError):
        read = None
    if not isinstance(read, dt.datetime):
        raise ValueError(f"{text!r} is no time that can be read; write it {UNTIL_EXAMPLES}")
    return read


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
    if span is None or unit not in DATE_PARTS or int(span[1]) < 1:
        raise ValueError(f"{text!r} is no threshold; write a number and one of {', '.join(DATE_PARTS)}, or none")
    return int(span[1]), unit
