"""Calendars of freshness: how they are written, and when data is due."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from zoneinfo import ZoneInfo

import pytest

from watcher_core import DatePart, InvalidValueError
from watcher_core import calendars as subject

FAR = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)


def due(changed: str, threshold: str, calendar: str | None, zone: str | None = None, now: dt.datetime = FAR) -> str:
    """When it is due, in the calendar's zone; times are without a date where that is the same day."""
    number, unit = threshold.split()
    local = ZoneInfo(zone or "UTC")
    found = subject.due_at(
        dt.datetime.fromisoformat(changed).replace(tzinfo=local),
        number=int(number),
        datepart=DatePart(unit.removesuffix("s")),
        calendar=calendar,
        timezone=zone,
        now=now,
    )
    return "never" if found is None else found.astimezone(local).isoformat(" ", "minutes")[:16]


@pytest.mark.parametrize(
    ("calendar", "kept"),
    [
        ("Mon-Fri", "Mon-Fri"),
        (" mon - FRI ", "Mon-Fri"),
        ("mon,wed , Fri", "Mon,Wed,Fri"),
        ("Sat-Mon,Thu", "Sat-Mon,Thu"),
        ("0  6 * * 1-5", "0 6 * * 1-5"),
        ("0 6 L * *", "0 6 L * *"),
        ("@daily", "0 0 * * *"),
        ("By  0 8 * * MON-FRI", "by 0 8 * * MON-FRI"),
        ("by @monthly", "by 0 0 1 * *"),
        (None, None),
    ],
)
def test_calendars_as_they_are_kept(calendar: str | None, kept: str | None) -> None:
    assert subject.clean_calendar(calendar, "freshness_calendar") == kept
    assert kept is None or subject.clean_calendar(kept, "freshness_calendar") == kept


@pytest.mark.parametrize(
    "calendar",
    ["", "Mon-", "Monday", "Foo-Fri", "0 6 * *", "0 0 6 * * *", "0 25 * * *", "0 0 31 2 *", "by", "by Mon-Fri", 5],
)
def test_what_is_no_calendar_is_refused(calendar: object) -> None:
    with pytest.raises(InvalidValueError, match=r"^freshness_calendar is "):
        subject.clean_calendar(calendar, "freshness_calendar")


@pytest.mark.parametrize(("zone", "kept"), [("Europe/Berlin", "Europe/Berlin"), (" UTC ", "UTC"), (None, None)])
def test_time_zones(zone: str | None, kept: str | None) -> None:
    assert subject.clean_timezone(zone, "freshness_timezone") == kept


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../etc/passwd", "/etc/localtime", "Europe", 1])
def test_what_is_no_time_zone_is_refused(zone: object) -> None:
    with pytest.raises(InvalidValueError, match=r"^freshness_timezone is "):
        subject.clean_timezone(zone, "freshness_timezone")


def test_any_text_in_metadata_may_be_asked_for_as_a_time_zone() -> None:
    """Of some, Python's own reader imports hundreds of packages, one in the other, until it has no stack left."""
    assert not any(map(subject.is_known, ["a.b" * 400 + "/c", "x/" * 900 + "x", '{"zone": ["Europe/Berlin"]}', "\0"]))
    assert all(map(subject.is_known, [None, *zoneinfo.available_timezones()]))


# 2026-03-06 is a Friday.
@pytest.mark.parametrize(
    ("changed", "threshold", "expected"),
    [
        ("2026-03-05 06:00", "1 day", "2026-03-06 06:00"),
        ("2026-03-06 06:00", "1 day", "2026-03-09 06:00"),
        ("2026-03-06 06:00", "2 days", "2026-03-10 06:00"),
        ("2026-03-06 06:00", "7 days", "2026-03-17 06:00"),
        ("2026-03-07 10:00", "1 day", "2026-03-10 00:00"),  # on a day off: the next day begins it
        ("2026-03-06 23:00", "2 hours", "2026-03-09 01:00"),
        ("2026-03-06 22:00", "2 hours", "2026-03-09 00:00"),  # midnight is Saturday's
        ("2026-03-06 21:30", "90 minutes", "2026-03-06 23:00"),
        ("2026-03-05 12:00", "36 hours", "2026-03-09 00:00"),
        ("2026-03-06 06:00", "1 week", "2026-03-13 06:00"),
        ("2026-03-07 06:00", "1 week", "2026-03-16 00:00"),
        ("2026-02-06 06:00", "1 month", "2026-03-06 06:00"),
        ("2026-02-07 06:00", "1 month", "2026-03-09 00:00"),
        ("2026-01-14 06:00", "1 month", "2026-02-16 06:00"),  # the 14th of February is a Saturday
    ],
)
def test_days_off_do_not_count(changed: str, threshold: str, expected: str) -> None:
    assert due(changed, threshold, "Mon-Fri") == expected


@pytest.mark.parametrize(
    ("changed", "threshold", "expected"),
    [
        ("2026-03-06 06:10", "2 hours", "2026-03-09 08:00"),
        ("2026-03-05 06:10", "2 hours", "2026-03-06 08:00"),
        ("2026-03-06 05:30", "2 hours", "2026-03-06 08:00"),  # too early to be that day's
        ("2026-03-06 05:59:30", "2 hours", "2026-03-09 08:00"),  # by a clock that is a little behind
        ("2026-03-06 06:10", "1 month", "2026-04-09 06:00"),
    ],
)
def test_a_change_is_expected_after_each_time(changed: str, threshold: str, expected: str) -> None:
    assert due(changed, threshold, "0 6 * * 1-5") == expected


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ("2026-03-06 06:10", "2026-03-09 08:00"),
        ("2026-03-06 05:59", "2026-03-06 08:00"),  # older than two hours at the deadline
        ("2026-03-06 06:00", "2026-03-09 08:00"),  # exactly two hours are not
        ("2026-03-06 09:00", "2026-03-09 08:00"),
    ],
)
def test_a_change_is_expected_by_each_deadline(changed: str, expected: str) -> None:
    assert due(changed, "2 hours", "by 0 8 * * 1-5") == expected


@pytest.mark.parametrize(
    ("changed", "threshold", "expected"),
    [
        ("2026-01-31 06:00", "1 month", "2026-02-28 06:00"),
        ("2026-02-28 06:00", "1 month", "2026-03-31 06:00"),
        ("2026-04-30 06:00", "1 month", "2026-05-31 06:00"),
        ("2026-01-30 06:00", "1 month", "2026-02-28 06:00"),
        ("2026-03-30 06:00", "1 month", "2026-04-30 06:00"),
        ("2023-02-28 06:00", "1 year", "2024-02-29 06:00"),
        ("2024-02-29 06:00", "1 year", "2025-02-28 06:00"),
        ("2026-12-31 06:00", "2 months", "2027-02-28 06:00"),
    ],
)
def test_from_one_month_end_to_another(changed: str, threshold: str, expected: str) -> None:
    assert due(changed, threshold, None, "Asia/Tokyo") == expected


# Clocks in Berlin go forward on 2026-03-29 at 02:00, and back on 2026-10-25 at 03:00; both are Sundays.
@pytest.mark.parametrize(
    ("changed", "threshold", "calendar", "expected"),
    [
        ("2026-03-28 06:00", "1 day", None, "2026-03-29 06:00"),
        ("2026-03-28 06:00", "24 hours", None, "2026-03-29 07:00"),
        ("2026-10-24 06:00", "24 hours", None, "2026-10-25 05:00"),
        ("2026-03-29 00:00", "24 hours", "Sun,Mon", "2026-03-30 01:00"),
        ("2026-10-25 00:00", "24 hours", "Sun,Mon", "2026-10-25 23:00"),
        ("2026-03-28 06:10", "2 hours", "0 6 * * *", "2026-03-29 08:00"),
        ("2026-10-25 00:30", "10 minutes", "30 2 * * *", "2026-10-25 02:40"),
        (
            "2026-03-29 00:30",
            "10 minutes",
            "30 2 * * *",
            "2026-03-29 03:10",
        ),  # there is no 02:30: the next time there is
    ],
)
def test_time_zones_with_clock_changes(changed: str, threshold: str, calendar: str | None, expected: str) -> None:
    assert due(changed, threshold, calendar, "Europe/Berlin") == expected


def test_the_second_of_two_hours_is_not_before_the_first() -> None:
    changed = dt.datetime(2026, 10, 25, 2, 40, tzinfo=ZoneInfo("Europe/Berlin"), fold=1)
    given = {"number": 10, "datepart": DatePart.MINUTE, "calendar": "45 2 * * *", "timezone": "Europe/Berlin"}
    found = subject.due_at(changed, now=FAR, **given)  # type: ignore[arg-type] # one mapping of several types
    assert found == dt.datetime(2026, 10, 26, 2, 55, tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize("calendar", [None, "Mon-Fri", "0 6 * * *", "by 0 6 * * *"])
@pytest.mark.parametrize("unit", DatePart)
def test_what_is_not_due_yet_or_ever(calendar: str | None, unit: str) -> None:
    assert (
        due("2026-03-06 06:00", f"1 {unit}", calendar, now=dt.datetime(2026, 3, 6, 6, 0, 30, tzinfo=dt.UTC)) == "never"
    )
    assert due("2026-03-06 06:00", f"{2**62} {unit}", calendar) == "never"


def test_what_names_a_zone_that_only_another_host_knows_says_so() -> None:
    since = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    rule = "^timezone is 'Mars/Base'; it must be a time zone that this host knows.*pip install --upgrade tzdata"
    with pytest.raises(InvalidValueError, match=rule):
        subject.due_at(since, number=1, datepart=DatePart.DAY, calendar=None, timezone="Mars/Base", now=FAR)
    with pytest.raises(InvalidValueError, match=rule):
        subject.time_after("0 6 * * *", since, "Mars/Base")
