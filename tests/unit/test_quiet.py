"""Quiet hours and digests: when what happens at a moment may be sent, whatever the clocks do."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from watcher_core import ConfigurationError, InvalidValueError
from watcher_core.alerts.quiet import Collection, Hold, earliest_release, read_quiet_hours
from watcher_core.alerts.routes_file import read_routes

BERLIN = "Europe/Berlin"


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def hold(*quiet: str, **fields: Any) -> Hold:
    return Hold(tuple(map(read_quiet_hours, quiet)), **fields)


# 2026-03-02 is a Monday.
@pytest.mark.parametrize(
    ("quiet", "zone", "moment", "until"),
    [
        (["22:00-07:00"], None, "2026-03-02 21:59:59", None),
        (["22:00-07:00"], None, "2026-03-02 22:00", "2026-03-03 07:00"),
        (["22:00-07:00"], None, "2026-03-03 06:59:59", "2026-03-03 07:00"),
        (["22:00-07:00"], None, "2026-03-03 07:00", None),
        (["22:00-07:00"], BERLIN, "2026-03-02 21:00", "2026-03-03 06:00"),
        (["12:00-13:00"], None, "2026-03-02 12:30", "2026-03-02 13:00"),
        (["0:00-24:00"], None, "2026-03-02 12:30", "never"),
        (["Sat-Sun"], None, "2026-03-07 00:00", "2026-03-09 00:00"),
        (["Sat-Sun"], None, "2026-03-09 00:00", None),
        (["Fri 22:00-07:00"], None, "2026-03-07 06:00", "2026-03-07 07:00"),  # it began on Friday
        (["Sat 22:00-07:00"], None, "2026-03-07 06:00", None),
        (["Mon-Fri 22:00-07:00", "Sat-Sun"], None, "2026-03-06 23:00", "2026-03-09 00:00"),
        (["22:00-07:00", "Sat-Sun"], None, "2026-03-07 12:00", "2026-03-09 07:00"),
        # Clocks go forward on 2026-03-29 and back on 2026-10-25.
        (["22:00-07:00"], BERLIN, "2026-03-28 22:00", "2026-03-29 05:00"),
        (["22:00-07:00"], BERLIN, "2026-10-24 21:00", "2026-10-25 06:00"),
        (["22:00-02:30"], BERLIN, "2026-10-25 00:15", "2026-10-25 01:30"),  # at the last of two
        (["02:30-07:00"], BERLIN, "2026-03-29 01:15", "2026-03-29 05:00"),
    ],
)
def test_quiet_hours(quiet: list[str], zone: str | None, moment: str, until: str | None) -> None:
    found = hold(*quiet, timezone=zone)
    if until == "never":
        with pytest.raises(InvalidValueError, match="no end"):
            found.quiet_until(utc(moment))
    else:
        assert found.quiet_until(utc(moment)) == (None if until is None else utc(until))


@pytest.mark.parametrize(
    ("fields", "moment", "released", "why"),
    [
        ({}, "2026-03-02 12:00", None, None),
        ({"digest": "0 9 * * 1-5"}, "2026-03-02 08:59", "2026-03-02 09:00", Collection.DIGEST),
        ({"digest": "0 9 * * 1-5"}, "2026-03-02 09:00", "2026-03-03 09:00", Collection.DIGEST),
        ({"digest": "0 9 * * 1-5"}, "2026-03-06 10:00", "2026-03-09 09:00", Collection.DIGEST),
        ({"digest": "0 9 * * *", "timezone": BERLIN}, "2026-07-01 00:00", "2026-07-01 07:00", Collection.DIGEST),
        ({"quiet": "22:00-07:00", "digest": "0 * * * *"}, "2026-03-02 22:30", "2026-03-03 07:00", Collection.DIGEST),
        ({"quiet": "22:00-07:00"}, "2026-03-02 22:30", "2026-03-03 07:00", Collection.QUIET),
    ],
)
def test_when_something_may_be_sent(
    fields: dict[str, Any], moment: str, released: str | None, why: Collection | None
) -> None:
    quiet = [fields.pop("quiet")] if "quiet" in fields else []
    expected = None if released is None else (utc(released), why)
    assert hold(*quiet, **fields).release(utc(moment), now=utc(moment)) == expected


def test_what_is_late_for_another_reason_is_not_sent_in_quiet_hours_either() -> None:
    night = hold("22:00-07:00")
    due_at, end = utc("2026-03-02 21:00"), utc("2026-03-03 07:00")
    assert night.release(due_at, now=utc("2026-03-02 21:59")) is None
    assert night.release(due_at, now=utc("2026-03-02 22:00")) == (end, Collection.QUIET)
    assert night.release(due_at, now=end) is None


def test_of_several_routes_to_one_place_the_first_that_sends_counts() -> None:
    night, day = hold("22:00-07:00"), hold("22:00-23:00")
    early, late = utc("2026-03-02 22:30"), utc("2026-03-02 23:30")
    assert earliest_release([night, day], early, now=early) == (utc("2026-03-02 23:00"), Collection.QUIET)
    assert earliest_release([night, day], late, now=late) is None
    assert earliest_release([], early, now=early) is None


@pytest.mark.parametrize(
    ("entries", "rule"),
    [
        ('quiet = "22-7"', r"route 1: quiet is '22-7'; write it as 22:00-07:00"),
        ('quiet = "25:00-07:00"', "a time that there is not"),
        ('quiet = "22:60-07:00"', "a time that there is not"),
        ('quiet = "22:00-22:00"', "a time that there is not"),
        ('quiet = ""', "write it as"),
        ('quiet = "Moon 22:00-07:00"', "write it as"),
        ('quiet = ["Mon-Sun", "12:00-13:00"]', "quiet has no end"),
        ('quiet = "22:00-07:00"\ntimezone = "Europe/Berlino"', "timezone is 'Europe/Berlino'; it must be a time zone"),
        ('timezone = "Europe/Berlin"', "about quiet or digest"),
        ("hold_critical = true", "about quiet or digest"),
        ('digest = "every day"', r"digest is 'every day'; write it as cron does"),
        ('digest = "Mon-Fri"', "write it as cron does"),
        ('digest = "0 0 31 2 *"', "write it as cron does"),
        ('quite = "22:00-07:00"', "did you mean quiet"),
    ],
)
def test_bad_input_is_named(entries: str, rule: str, tmp_path: Path) -> None:
    file = tmp_path / "routes.toml"
    file.write_text(f'[[routes]]\nchannel = "#data"\n{entries}\n')
    with pytest.raises(ConfigurationError, match=rule):
        read_routes(file)
