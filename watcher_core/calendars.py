"""Calendars of freshness: on which days data ages, or when changes of it are expected; and when it is due.

A calendar only ever gives more time than its threshold alone would: what is fresh without a calendar is fresh with one.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from watcher_core import arguments
from watcher_core.enums import DatePart
from watcher_core.errors import InvalidValueError

DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

# What cron has a name for.
ALIASES: Final = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
DEADLINES: Final = "by "

# A change that comes a little before its time, by a clock that is a little behind, is that time's change.
EARLY: Final = dt.timedelta(minutes=1)

RULE: Final = (
    "a calendar is days, as in Mon-Fri, times as cron has them, as in 0 6 * * 1-5, or deadlines, as in by 0 8 * * 1-5"
)

# Hosts differ: in how old their zones are, and in whether they have those with former names, as US/Pacific is one.
ZONE_RULE: Final = (
    "it must be a time zone that this host knows, as in Europe/Berlin; all that there are come with tzdata: "
    "pip install --upgrade tzdata"
)

# Each of tzdata, "Etc/GMT+5" and "America/Argentina/Salta" among them. Of other texts Python makes names of packages,
# which it imports.
_ZONE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,3}")
_DAY_RANGE = re.compile(r"([a-z]{3})(?:\s*-\s*([a-z]{3}))?")
_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """One of three: days on which data ages; times after which, or deadlines by which, a change is expected."""

    text: str
    days: frozenset[int] = frozenset(range(7))  # Monday is 0
    cron: str | None = None
    is_deadline: bool = False


EVERY_DAY: Final = Calendar("Mon-Sun")


def clean_calendar(value: object, argument: str) -> str | None:
    """A calendar in its usual spelling.

    Raises:
        InvalidValueError: It is none.
    """
    return None if value is None else read_calendar(arguments.text(value, argument), argument).text


def clean_timezone(value: object, argument: str) -> str | None:
    """The name of a time zone.

    Raises:
        InvalidValueError: There is none of that name.
    """
    if value is None:
        return None
    name = arguments.text(value, argument).strip()
    _zone(name, argument)
    return name


@lru_cache(maxsize=1024)
def read_calendar(text: str, argument: str = "calendar") -> Calendar:
    """Read a calendar.

    Raises:
        InvalidValueError: It is none.
    """
    words = " ".join(text.split())
    days = _read_days(words.lower())
    if days is not None:
        spelling, numbers = days
        return Calendar(spelling, days=numbers)
    is_deadline = words.lower().startswith(DEADLINES)
    cron = words[len(DEADLINES) :].strip() if is_deadline else words
    cron = ALIASES.get(cron.lower(), cron)
    try:
        if len(cron.split()) != 5:
            raise CronSimError("cron has five fields")
        next(CronSim(cron, dt.datetime(2000, 1, 1, tzinfo=dt.UTC)))
    except (CronSimError, StopIteration):
        raise InvalidValueError(f"{argument} is {arguments.shown(text)}; {RULE}") from None
    return Calendar(f"{DEADLINES}{cron}" if is_deadline else cron, cron=cron, is_deadline=is_deadline)


def _read_days(words: str) -> tuple[str, frozenset[int]] | None:
    numbers: set[int] = set()
    spelled: list[str] = []
    lower = [day.lower() for day in DAYS]
    for item in words.split(","):
        found = _DAY_RANGE.fullmatch(item.strip())
        if found is None or not {found[1], found[2] or found[1]} <= set(lower):
            return None
        first, last = lower.index(found[1]), lower.index(found[2] or found[1])
        numbers |= {(first + step) % 7 for step in range((last - first) % 7 + 1)}
        spelled.append(DAYS[first] + (f"-{DAYS[last]}" if found[2] else ""))
    return ",".join(spelled), frozenset(numbers)


def due_at(
    changed_at: dt.datetime,
    *,
    number: int,
    datepart: DatePart,
    calendar: str | None,
    timezone: str | None,
    now: dt.datetime,
) -> dt.datetime | None:
    """Return when data that changed last at a moment was due to change again; `None` where it is not due by `now`.

    Args:
        changed_at: Its last change.
        number, datepart: The threshold.
        calendar, timezone: The calendar and its time zone; every day, and UTC, where there is none.
        now: The time of the check.

    Raises:
        InvalidValueError: The calendar is none, or this host does not know the time zone.
    """
    read = EVERY_DAY if calendar is None else read_calendar(calendar)
    zone = zone_of(timezone)
    changed_at = changed_at.astimezone(dt.UTC)  # Python adds hours to a local time as if clocks never changed
    try:
        if read.cron is None:
            due = _on_days(changed_at, number, datepart, read.days, zone, now)
        elif read.is_deadline:
            due = _next_time(read.cron, _later(changed_at, number, datepart, zone), zone)
        else:
            due = _later(_next_time(read.cron, changed_at + EARLY, zone), number, datepart, zone)
    except (OverflowError, ValueError):  # after the year 9999
        return None
    return due.astimezone(dt.UTC) if due is not None and due <= now else None


@lru_cache(maxsize=256)
def _zone(name: str, argument: str) -> dt.tzinfo:
    if name == "UTC":
        return dt.UTC  # computing in it is faster than in a zone of that name
    try:
        if _ZONE_NAME.fullmatch(name):
            return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # a name of none, or of a folder
        pass
    raise InvalidValueError(f"{argument} is {arguments.shown(name)}; {ZONE_RULE}")


def _later(since: dt.datetime, number: int, datepart: DatePart, zone: dt.tzinfo) -> dt.datetime:
    """Minutes and hours are spans of time; days and longer units go by the calendar, at the same time of day.

    From the last day of a month, months lead to the last day of a month: what is done at month's end is done on the
    28th, the 30th or the 31st.
    """
    match datepart:
        case DatePart.MINUTE:
            return since + dt.timedelta(minutes=number)
        case DatePart.HOUR:
            return since + dt.timedelta(hours=number)
        case DatePart.DAY | DatePart.WEEK:
            days = number * (7 if datepart is DatePart.WEEK else 1)
            local = since.astimezone(zone)
            return _at(local.date() + dt.timedelta(days=days), local, zone)
        case _:
            local = since.astimezone(zone)
            months = number * (12 if datepart is DatePart.YEAR else 1) + local.year * 12 + local.month - 1
            first = dt.date(months // 12, months % 12 + 1, 1)
            last = (first + dt.timedelta(days=31)).replace(day=1) - _ONE_DAY
            is_last = (local.date() + _ONE_DAY).day == 1
            return _at(last if is_last else first.replace(day=min(local.day, last.day)), local, zone)


def _on_days(
    since: dt.datetime, number: int, datepart: DatePart, days: frozenset[int], zone: dt.tzinfo, now: dt.datetime
) -> dt.datetime | None:
    """Add a threshold of which only certain days count."""
    if len(days) == len(DAYS):
        return _later(since, number, datepart, zone)
    local = since.astimezone(zone)
    if local.weekday() not in days:
        local = _at(_next_day(local.date(), days), dt.time(), zone)
    match datepart:
        case DatePart.MINUTE | DatePart.HOUR:
            left = dt.timedelta(**{f"{datepart.value}s": number})
            while local <= now:
                end = _at(local.date() + _ONE_DAY, dt.time(), zone)
                # In UTC, because a day on which clocks change is longer or shorter.
                room = end.astimezone(dt.UTC) - local.astimezone(dt.UTC)
                if left < room:
                    return local.astimezone(dt.UTC) + left
                left -= room
                local = _at(_next_day(local.date(), days), dt.time(), zone)
            return None
        case DatePart.DAY:
            date = local.date() + dt.timedelta(weeks=number // len(days))
            for _ in range(number % len(days)):
                date = _next_day(date, days)
            return _at(date, local, zone)
        case _:
            due = _later(local, number, datepart, zone).astimezone(zone)
            return due if due.weekday() in days else _at(_next_day(due.date(), days), due, zone)


def _next_day(date: dt.date, days: frozenset[int]) -> dt.date:
    return next(day for step in range(1, 8) if (day := date + dt.timedelta(days=step)).weekday() in days)


def _at(date: dt.date, time: dt.datetime | dt.time, zone: dt.tzinfo) -> dt.datetime:
    clock = dt.time(time.hour, time.minute, time.second, time.microsecond)
    return dt.datetime.combine(date, clock, tzinfo=zone)


def _next_time(cron: str, after: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """Return the first time after a moment. When clocks go back, the first of two would be before it: passed over."""
    times = CronSim(cron, after.astimezone(zone))
    return next(time for time in times if time.astimezone(dt.UTC) > after)


def clean_cron(value: object, argument: str) -> str:
    """Times as cron has them, in five fields.

    Raises:
        InvalidValueError: It is none, or has no time at all.
    """
    text = arguments.text(value, argument)
    try:
        read = read_calendar(text, argument)
    except InvalidValueError:
        read = None
    if read is None or read.cron is None or read.is_deadline:
        raise InvalidValueError(f"{argument} is {arguments.shown(text)}; write it as cron does, as in 0 9 * * 1-5")
    return read.cron


def time_after(cron: str, moment: dt.datetime, timezone: str | None) -> dt.datetime | None:
    """Return the first time of cron after a moment, in UTC; `None` where there is none.

    Raises:
        InvalidValueError: This host does not know the time zone.
    """
    zone = zone_of(timezone)
    try:
        return _next_time(cron, moment.astimezone(dt.UTC), zone).astimezone(dt.UTC)
    except (StopIteration, OverflowError, ValueError):
        return None


def read_days(words: str) -> frozenset[int] | None:
    """Read days of the week, as in `Mon-Fri`; Monday is 0. `None` where these are none."""
    found = _read_days(words.lower())
    return None if found is None else found[1]


def zone_of(timezone: str | None) -> dt.tzinfo:
    """Return the time zone with a name; UTC without one.

    What was stored may name a zone that the host that stored it knows, and this one does not.

    Raises:
        InvalidValueError: This host knows none of that name.
    """
    return dt.UTC if timezone is None else _zone(timezone, "timezone")


@cache
def is_known(timezone: str | None) -> bool:
    """Return whether this host knows a time zone; no zone is UTC, which all know."""
    try:
        zone_of(timezone)
    except InvalidValueError:
        return False
    return True
