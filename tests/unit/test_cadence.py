"""How often pipelines run, learned from families of histories: false alarms of a year, and how soon a miss is known."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest

from watcher_core.checks.cadence import Cadence, learn_cadence

BERLIN = ZoneInfo("Europe/Berlin")
FIRST = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
Day = Callable[[dt.datetime, random.Random], list[dt.datetime]]


def _at(day: dt.datetime, hours: float, chance: random.Random, seconds: float = 60) -> dt.datetime:
    return day + dt.timedelta(hours=hours, seconds=chance.gauss(0, seconds))


def _in_berlin(day: dt.datetime, hour: int) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day, hour, tzinfo=BERLIN).astimezone(dt.UTC)


def _works(day: dt.datetime) -> bool:
    return day.weekday() < 5


# What a family does on a day; the false alarms of a year that it may have; hours from due to missed; the grouping.
FAMILIES: dict[str, tuple[Day, int, float, str]] = {
    "daily": (lambda day, c: [_at(day, 6, c)], 0, 1.2, "always"),
    "daily, 20 minutes more or less": (lambda day, c: [_at(day, 6, c, 1200)], 1, 1.5, "always"),
    "by the clock of Berlin, which nobody said": (lambda day, _: [_in_berlin(day, 6)], 0, 1.2, "always"),
    "later each day": (lambda day, c: [_at(day, 6 + (day - FIRST).days / 30, c)], 0, 1.2, "always"),
    "at midnight of working days": (lambda day, c: [_at(day, 24, c)] if _works(day) else [], 0, 1.2, "weekday"),
    "working days": (lambda day, c: [_at(day, 6, c)] if _works(day) else [], 0, 1.2, "weekday"),
    "hourly": (lambda day, c: [_at(day, hour, c) for hour in range(24)], 0, 0.17, "always"),
    "office hours": (
        lambda day, c: [_at(day, hour, c) for hour in range(8, 18)] if _works(day) else [],
        0,
        0.17,
        "weekday and hour",
    ),
    "retries": (lambda day, c: [_at(day, 6, c), *([_at(day, 6.2, c)] if c.random() < 0.2 else [])], 0, 1.2, "always"),
    "weekly": (lambda day, c: [_at(day, 6, c)] if day.weekday() == 0 else [], 0, 8.4, "always"),
    "monthly": (lambda day, c: [_at(day, 6, c)] if day.day == 1 else [], 0, 1.3, "month"),
    "at midnight of each first": (lambda day, c: [_at(day, 0, c)] if day.day == 1 else [], 0, 1.3, "month"),
    "at the end of each month": (
        lambda day, c: [_at(day, 18, c)] if (day + DAY).day == 1 else [],
        0,
        1.3,
        "end of month",
    ),
    "twice a month": (lambda day, c: [_at(day, 6, c)] if day.day in (1, 15) else [], 1, 1.3, "day of month"),
    "the first ten days": (lambda day, c: [_at(day, 6, c)] if day.day <= 10 else [], 1, 1.3, "day of month"),
    "the first working day": (
        lambda day, c: (
            [_at(day, 7, c)] if _works(day) and (day.day == 1 or (day.weekday() == 0 and day.day < 4)) else []
        ),
        0,
        125,
        "always",
    ),
    "each 30 days": (lambda day, c: [_at(day, 6, c)] if (day - FIRST).days % 30 == 0 else [], 0, 36, "always"),
    "each second week": (lambda day, c: [_at(day, 6, c)] if (day - FIRST).days % 14 == 0 else [], 0, 17, "always"),
    "after something of 2 to 5 hours": (lambda day, c: [_at(day, c.uniform(2, 5), c)], 0, 5, "always"),
}


def history(family: Day, *, days: int = 400) -> list[dt.datetime]:
    chance = random.Random(3)
    return sorted(start for day in range(days) for start in family(FIRST + dt.timedelta(days=day), chance))


@pytest.mark.parametrize("name", FAMILIES)
def test_a_year_of(name: str) -> None:
    family, most_false, hours, grouping = FAMILIES[name]
    starts = history(family)
    false, waits, cadence, learned = 0, [], None, None
    for number, start in enumerate(starts[:-1]):
        if learned is None or start - learned > dt.timedelta(days=7):
            cadence, learned = learn_cadence(starts[max(0, number - 699) : number + 1]), start
        due = None if cadence is None else cadence.due(start)
        if due is not None:
            false += starts[number + 1] > due[1]
            waits.append((due[1] - due[0]).total_seconds() / 3600)
    assert false <= most_false
    assert sorted(waits)[len(waits) // 2] <= hours * 1.2
    assert cadence is not None
    assert cadence.grouping == grouping
    assert Cadence.from_json(cadence.as_json()) == cadence


@pytest.mark.parametrize(
    "family",
    [
        lambda day, c: [day + dt.timedelta(hours=c.uniform(0, 24)) for _ in range(c.choice([0, 0, 1, 3]))],
        lambda day, c: [_at(day, 12, c, 18_000)] if c.random() < 0.8 else [],
        lambda day, c: [_at(day, 6, c)] if c.random() < 1 / 30 else [],
        lambda day, c: [_at(day, c.uniform(8, 18), c)] if _works(day) and c.random() < 0.5 else [],
    ],
    ids=["at any time", "on most days", "about once a month", "by hand, now and then"],
)
def test_no_rhythm_is_no_cadence(family: Day) -> None:
    assert learn_cadence(history(family)) is None


@pytest.mark.parametrize("hours", [1, 3, 6])
def test_what_runs_monthly_at_any_time_of_a_day_is_not_missed_for_the_few_runs_before(hours: float) -> None:
    """Of a hundred pipelines with seven runs each: after four of these, the latest one is no limit."""
    false = 0
    for seed in range(100):
        chance = random.Random(seed)
        starts = [
            dt.datetime(2025, month, 10, 12, tzinfo=dt.UTC) + dt.timedelta(hours=chance.gauss(0, hours))
            for month in range(1, 8)
        ]
        for number in range(4, len(starts)):
            cadence = learn_cadence(starts[:number])
            due = None if cadence is None else cadence.due(starts[number - 1])
            false += due is not None and starts[number] > due[1]
    assert false <= 4


def test_three_weeks_are_needed() -> None:
    daily = FAMILIES["daily"][0]
    assert learn_cadence(history(daily, days=22)) is None
    assert learn_cadence(history(daily, days=24)) is not None
    assert learn_cadence([]) is None


def test_a_few_days_without_a_run_are_no_rhythm() -> None:
    starts = [start for start in history(FAMILIES["daily"][0], days=80) if start.day != 15]
    cadence = learn_cadence(starts)
    assert cadence is not None
    due = cadence.due(starts[-1])
    assert due is not None
    assert abs(due[0] - starts[-1] - dt.timedelta(days=1)) < dt.timedelta(minutes=5)


def test_clocks_change() -> None:
    """A run at six in Berlin is due at six on the day on which clocks change, too."""
    starts = [_in_berlin(FIRST + dt.timedelta(days=day), 6) for day in range(87)]
    assert starts[-1].date() == dt.date(2025, 3, 28)
    cadence = learn_cadence(starts, zone="Europe/Berlin")
    assert cadence is not None
    due = cadence.due(_in_berlin(dt.datetime(2025, 3, 29, tzinfo=dt.UTC), 6))
    assert due is not None
    assert due[0] == _in_berlin(dt.datetime(2025, 3, 30, tzinfo=dt.UTC), 6)


@pytest.mark.parametrize(
    ("days", "rhythm"),
    [
        ([(2026, month, 1) for month in (5, 6, 7, 8)], "every month"),
        ([(2025, 7, 1), (2025, 10, 1), (2026, 1, 1), (2026, 4, 1)], "every 3 months"),
        ([(2026, 6, 30), (2026, 7, 31), (2026, 8, 31), (2026, 9, 30)], "every month"),
        ([(2026, 6, day) for day in (1, 8, 15, 22, 29)] + [(2026, 7, 6)], "every 7 d"),
    ],
)
def test_what_is_said_of_a_rhythm(days: list[tuple[int, int, int]], rhythm: str) -> None:
    cadence = learn_cadence([dt.datetime(*day, 6, tzinfo=dt.UTC) for day in days])
    assert cadence is not None
    assert cadence.rhythm == rhythm


def test_after_a_short_month_a_monthly_run_is_due_on_its_day() -> None:
    cadence = learn_cadence([dt.datetime(2025, month, 1, 6, tzinfo=dt.UTC) for month in range(4, 13)])
    assert cadence is not None
    due = cadence.due(dt.datetime(2026, 2, 1, 6, tzinfo=dt.UTC))
    assert due is not None
    assert due[0] == dt.datetime(2026, 3, 1, 6, tzinfo=dt.UTC)
    assert due[1] - due[0] < dt.timedelta(hours=2)
