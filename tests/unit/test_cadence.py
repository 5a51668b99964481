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
    "monthly": (lambda day, c: [_at(day, 6, c)] if day.day == 1 else [], 0, 40, "always"),
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
        lambda day, c: [_at(day, c.uniform(8, 18), c)] if _works(day) and c.random() < 0.5 else [],
    ],
    ids=["at any time", "by hand, now and then"],
)
def test_no_rhythm_is_no_cadence(family: Day) -> None:
    assert learn_cadence(history(family)) is None


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
