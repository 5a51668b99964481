"""The method `seasonal` over clock changes: the season of a job that follows local time moves by an hour in UTC."""

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from tests.unit.test_anomaly_seasonal import every, judged, noisy
from watcher_core.anomalies.methods import seasonal, zones
from watcher_core.anomalies.methods.arrays import DAY, HOUR
from watcher_core.anomalies.methods.history import History

ZONES = ["Europe/Berlin", "Europe/London", "America/New_York", "America/Los_Angeles", "Australia/Sydney"]
YEARS_CHANGES = {
    "Europe": (dt.date(2025, 3, 30), dt.date(2025, 10, 26)),
    "America": (dt.date(2025, 3, 9), dt.date(2025, 11, 2)),
    "Australia": (dt.date(2025, 4, 6), dt.date(2025, 10, 5)),
}
CHANGES = [(zone, change) for zone in ZONES for change in YEARS_CHANGES[zone.split("/")[0]]]


def midnight(day, zone="UTC"):
    return dt.datetime.combine(day, dt.time(), ZoneInfo(zone)).timestamp()


def flags_after(at, values, first, zone=None):
    """Judge each run from the first one on, and give the positions of those that are flagged."""
    flags = np.zeros(len(at), np.bool_)
    for run in range(first, len(at)):
        judgement = seasonal.judge(
            History(at[:run], values[:run], flags[:run]), float(values[run]), float(at[run]), zone=zone
        )
        flags[run] = judgement is not None and judgement.flagged
    return np.flatnonzero(flags).tolist()


def local(at, zone):
    return at + zones.offsets(zone, at)


def hourly(change, zone, days=(40, 9)):
    """The hours around a clock change, their local hours, and whether they are in a working week."""
    at = every(HOUR, sum(days) * 24, midnight(change - dt.timedelta(days=days[0])))
    hours = local(at, zone) % DAY // HOUR
    return at, hours, (local(at, zone) // DAY + 3) % 7 < 5


@pytest.mark.parametrize(("zone", "change"), CHANGES)
@pytest.mark.parametrize("known", [False, True])
def test_an_hourly_job_by_local_office_hours(zone, change, known):
    at, hour, working = hourly(change, zone)
    values = noisy(np.where((hour >= 8) & (hour < 18) & working, 5_000, 300), len(at), share=0.06)
    assert flags_after(at, values, 40 * 24, zone if known else None) == []


@pytest.mark.parametrize(("zone", "change"), CHANGES[:6])
def test_an_hourly_job_that_is_idle_outside_local_office_hours(zone, change):
    at, hour, working = hourly(change, zone)
    values = np.where((hour >= 8) & (hour < 18) & working, noisy(800, len(at), share=0.06), 0)
    assert flags_after(at, values, 40 * 24) == []
    monday_at_ten = next(run for run in range(41 * 24, len(at)) if hour[run] == 10 and working[run])
    values[monday_at_ten] = 0
    assert flags_after(at, values, monday_at_ten) == [monday_at_ten]  # before it, nothing is flagged: as above


@pytest.mark.parametrize(("zone", "change"), CHANGES)
@pytest.mark.parametrize("known", [False, True])
def test_a_daily_job_at_a_local_hour(zone, change, known):
    days = [change + dt.timedelta(days=day) for day in range(-45, 28)]
    at = np.array([dt.datetime.combine(day, dt.time(9), ZoneInfo(zone)).timestamp() for day in days])
    weekend = np.array([day.weekday() >= 5 for day in days])
    values = noisy(np.where(weekend, 200, 1_000), len(at), share=0.05)
    assert flags_after(at, values, 45, zone if known else None) == []


@pytest.mark.parametrize(("zone", "change"), CHANGES)
def test_a_job_that_does_not_follow_local_time(zone, change):
    at, _, _ = hourly(change, zone)
    hour, working = at % DAY // HOUR, (at // DAY + 3) % 7 < 5
    values = noisy(np.where((hour >= 8) & (hour < 18) & working, 5_000, 300), len(at), share=0.06)
    assert flags_after(at, values, 40 * 24) == []
    daily = at[hour == 9]
    values = noisy(np.where((daily // DAY + 3) % 7 >= 5, 200, 1_000), len(daily), share=0.05)
    assert flags_after(daily, values, 40) == []


def test_what_is_wrong_after_a_clock_change_is_still_flagged():
    at, hour, working = hourly(dt.date(2025, 3, 30), "Europe/Berlin", days=(40, 3))
    values = noisy(np.where((hour >= 8) & (hour < 18) & working, 5_000, 300), len(at), share=0.06)
    for wrong in (0, 300):
        assert judged(at[:-36], values[:-36], wrong, at[-36]).flagged  # noon on the Tuesday after


def test_a_known_zone_names_local_hours():
    at = every(DAY, 40, midnight(dt.date(2025, 5, 1), "America/New_York") + 9 * HOUR)
    values = noisy(np.where((at // DAY + 3) % 7 >= 5, 200, 1_000), len(at), share=0.05)
    assert judged(at, values, 1_000, zone="America/New_York").profile.endswith("09:00")


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "No/Such"])
def test_zones_without_clock_changes(zone):
    now = midnight(dt.date(2025, 7, 1))
    assert zones.offset(zone, now) == (9 * HOUR if zone == "Asia/Tokyo" else 0)
    assert zones.last_change(zone, now) < midnight(dt.date(2000, 1, 1))


@pytest.mark.parametrize(("zone", "change"), CHANGES)
def test_clocks_change_when_they_change(zone, change):
    found = zones.last_change(zone, midnight(change) + 2 * DAY)
    before, after = (dt.datetime.fromtimestamp(found + step, ZoneInfo(zone)).utcoffset() for step in (-1, 0))
    assert before is not None
    assert after is not None
    assert before != after
    assert (zones.offset(zone, found - 1), zones.offset(zone, found)) == (before.total_seconds(), after.total_seconds())
