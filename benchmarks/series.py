"""Execution histories with known anomalies, and how well a method finds them, judging run after run.

Each kind of series has what metrics of pipelines have: seasons of the day and the week, growth, levels that change for
good, zeros, small counts, month ends, a run a week or a month, office hours by a clock that changes. Anomalies are put
in: too much, too little, nothing, twice the load. All chance comes from a seed.

An anomaly is found when a flag falls on one of its runs or on the one after. Every other flag is a false alert; but the
first three after a level has changed for good are owed.
"""

from __future__ import annotations

import datetime as dt
import math
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields, replace
from functools import partial
from zoneinfo import ZoneInfo

import numpy as np

from watcher_core.anomalies.methods import seasonal, zscore
from watcher_core.anomalies.methods.arrays import DAY, HOUR, Flags, Floats, Integers
from watcher_core.anomalies.methods.history import History
from watcher_core.anomalies.methods.judgement import Judgement

Judge = Callable[[History, float, float], Judgement | None]

START = 1_735_689_600.0  # 2025-01-01, UTC
SCORED_AFTER = 0.25  # of a series; before, a method may learn, and its flags do not count
SCHEDULES = {"daily": (DAY, 180), "hourly": (HOUR, 45), "every 15 minutes": (HOUR / 4, 21)}  # seconds apart, days
EVENTS = 6
OWED = 3

# Zones, and the days on which their clocks change in the year that series begin.
CLOCK_CHANGES = {
    "Europe/Berlin": (dt.date(2025, 3, 30), dt.date(2025, 10, 26)),
    "America/New_York": (dt.date(2025, 3, 9), dt.date(2025, 11, 2)),
    "Australia/Sydney": (dt.date(2025, 4, 6), dt.date(2025, 10, 5)),
}
DAYS_BEFORE_CHANGE, DAYS_AFTER_CHANGE = 45, 27


@dataclass(frozen=True, eq=False)
class Series:
    """A history, and its anomalies.

    Attributes:
        name: Kind and schedule.
        at: Logical times, in UTC epoch seconds.
        values: The metric.
        events: First and last run of each anomaly.
        change: The run at which the level changed for good; `None` where it did not.
    """

    name: str
    at: Floats
    values: Floats
    events: list[tuple[int, int]]
    change: int | None = None


@dataclass(frozen=True, kw_only=True)
class Quality:
    """How well a method finds anomalies, over all series.

    Attributes:
        method: Its name.
        found: Anomalies and changes of level that were flagged.
        missed: Those that were not.
        false_alerts: Flags where nothing was unusual.
        false_alerts_in_30_days: The same, a series and 30 days.
        microseconds: CPU time of a judgement, on average.
    """

    method: str
    found: int
    missed: int
    false_alerts: int
    false_alerts_in_30_days: float
    microseconds: float

    @property
    def precision(self) -> float:
        return self.found / max(self.found + self.false_alerts, 1)

    @property
    def recall(self) -> float:
        return self.found / max(self.found + self.missed, 1)

    @property
    def f1(self) -> float:
        return 2 * self.found / max(2 * self.found + self.false_alerts + self.missed, 1)


# Series


def make(seed: int) -> Iterator[Series]:
    """Make one series of each kind and schedule, and those that have a schedule of their own."""
    for kind, build in KINDS.items():
        for schedule, (step, days) in SCHEDULES.items():
            chance = np.random.default_rng([seed, *kind.encode(), *schedule.encode()])
            runs = int(days * DAY / step)
            at = START + chance.integers(0, 24) * HOUR + step * np.arange(runs)
            values, change = build(chance, at)
            at = at + chance.uniform(0, 90, runs)  # as schedulers start runs
            events = _put_in_anomalies(chance, values, change)
            yield Series(f"{kind}, {schedule}", at, values, events, change)
    for name, build_one in RHYTHMS.items():
        yield build_one(name, np.random.default_rng([seed, *name.encode()]))


def _rows(chance: np.random.Generator, at: Floats, *, growth: float = 0.0, noise: float = 0.12) -> Floats:
    """Row counts that swing with the day and fall at weekends; `growth` a month and `noise` are logarithms."""
    hour = at % DAY / HOUR
    swing = chance.uniform(0.1, 0.8) * np.cos((hour - chance.uniform(0, 24)) * (2 * math.pi / 24))
    weekend = math.log(chance.uniform(0.4, 1.0)) * (_weekday(at) >= 5)
    months = (at - at[0]) / (30 * DAY)
    level = math.log(10.0) * chance.uniform(2, 6)
    values: Floats = np.rint(np.exp(level + swing + weekend + growth * months + chance.normal(0, noise, len(at))))
    return values


def _weekday(at: Floats) -> Floats:
    # The epoch began on a Thursday.
    return (at // DAY + 3) % 7


Built = tuple[Floats, int | None]


def _seasonal(chance: np.random.Generator, at: Floats) -> Built:
    return _rows(chance, at), None


def _growing(chance: np.random.Generator, at: Floats) -> Built:
    return _rows(chance, at, growth=chance.uniform(0.1, 0.3)), None


def _changing(chance: np.random.Generator, at: Floats) -> Built:
    values = _rows(chance, at)
    change = int(len(at) * chance.uniform(0.4, 0.7))
    values[change:] = np.rint(values[change:] * chance.choice([0.4, 2.5]))
    return values, change


def _durations(chance: np.random.Generator, at: Floats) -> Built:
    """Seconds with a heavy tail: Student's with three degrees of freedom."""
    return np.exp(chance.uniform(2, 7) + 0.15 * chance.standard_t(3, len(at))), None


def _small_counts(chance: np.random.Generator, at: Floats) -> Built:
    return chance.poisson(chance.uniform(3, 15), len(at)).astype(float), None


def _often_zero(chance: np.random.Generator, at: Floats) -> Built:
    something = chance.random(len(at)) < chance.uniform(0.2, 0.6)
    return np.where(something, 1 + chance.negative_binomial(2, 0.05, len(at)), 0).astype(float), None


def _constant(chance: np.random.Generator, at: Floats) -> Built:
    return np.full(len(at), float(chance.choice([7, 100, 2500]))), None


def _month_ends(chance: np.random.Generator, at: Floats) -> Built:
    values = _rows(chance, at)
    month = at.astype("datetime64[s]").astype("datetime64[M]")
    is_last = (at + DAY).astype("datetime64[s]").astype("datetime64[M]") != month
    return np.rint(np.where(is_last, 2.0 * values, values)), None


KINDS: dict[str, Callable[[np.random.Generator, Floats], Built]] = {
    "seasonal rows": _seasonal,
    "growing rows": _growing,
    "rows at a new level": _changing,
    "rows with month ends": _month_ends,
    "durations": _durations,
    "small counts": _small_counts,
    "often zero": _often_zero,
    "constant": _constant,
}


def _put_in_anomalies(chance: np.random.Generator, values: Floats, change: int | None) -> list[tuple[int, int]]:
    """Change some values, and return the first and last run of each anomaly."""
    first, usual = int(len(values) * SCORED_AFTER) + 5, max(float(np.median(values[values > 0])), 1.0)
    events: list[tuple[int, int]] = []
    places = np.arange(first, len(values) - 5, 10)
    for start in np.sort(chance.choice(places, min(EVENTS, len(places)), replace=False)).tolist():
        if change is not None and -10 < start - change < 40:
            continue
        end = start + int(chance.choice([0, 0, 0, 1, 2]))
        runs = slice(start, end + 1)
        kind = "more" if (values == 0).mean() > 0.1 else chance.choice(["more", "more", "twice", "less", "nothing"])
        if kind == "more":
            values[runs] = np.rint(np.maximum(values[runs], usual) * chance.uniform(3, 8) + 6 * math.sqrt(usual))
        else:
            values[runs] *= {"twice": 2.0, "less": 0.3, "nothing": 0.0}[str(kind)]
        events.append((start, end))
    return events


# Series with a schedule of their own


def _with_anomalies(name: str, chance: np.random.Generator, at: Floats, values: Floats) -> Series:
    events = _put_in_anomalies(chance, values, None)
    return Series(name, at + chance.uniform(0, 90, len(at)), values, events)


def _weekly(name: str, chance: np.random.Generator) -> Series:
    at = START + chance.integers(0, 168) * HOUR + 7 * DAY * np.arange(104)
    return _with_anomalies(name, chance, at, _rows(chance, at, growth=chance.uniform(0, 0.05)))


def _monthly(name: str, chance: np.random.Generator) -> Series:
    months = np.datetime64("2020-01") + np.arange(72).astype("timedelta64[M]")
    at = months.astype("datetime64[s]").astype(np.float64) + chance.integers(0, 24) * HOUR
    return _with_anomalies(name, chance, at, _rows(chance, at, growth=chance.uniform(0, 0.02)))


def _office_hours(name: str, chance: np.random.Generator, *, autumn: bool, closed: float) -> Series:
    """An hourly job whose rows follow the office hours of a place; `closed` is their share outside these hours."""
    zone = ZoneInfo(str(chance.choice(list(CLOCK_CHANGES))))
    change = CLOCK_CHANGES[zone.key][autumn]
    first = dt.datetime.combine(change - dt.timedelta(days=DAYS_BEFORE_CHANGE), dt.time(), zone).timestamp()
    at = first + HOUR * np.arange((DAYS_BEFORE_CHANGE + DAYS_AFTER_CHANGE) * 24)
    local = [dt.datetime.fromtimestamp(moment, zone) for moment in at.tolist()]
    is_open = np.array([moment.weekday() < 5 and 8 <= moment.hour < 18 for moment in local])
    rows = chance.uniform(500, 20_000) * np.exp(chance.normal(0, chance.uniform(0.05, 0.12), len(at)))
    values = np.rint(np.where(is_open, rows, closed * rows))
    events = _put_in_events(chance, values, np.flatnonzero(is_open), [0.0, 0.3, 3.0])
    return Series(name, at + chance.uniform(0, 90, len(at)), values, events)


def _at_local_hour(name: str, chance: np.random.Generator) -> Series:
    """A daily job at nine o'clock where clocks change, with weekends."""
    zone = ZoneInfo(str(chance.choice(list(CLOCK_CHANGES))))
    days = [dt.date(2025, 1, 1) + dt.timedelta(days=day) for day in range(365)]
    at = np.array([dt.datetime.combine(day, dt.time(9), zone).timestamp() for day in days])
    working = np.array([day.weekday() < 5 for day in days])
    values = np.rint(np.where(working, 1.0, 0.2) * 5_000 * np.exp(chance.normal(0, 0.08, len(at))))
    events = _put_in_events(chance, values, np.flatnonzero(working), [0.0, 0.3, 3.0])
    return Series(name, at + chance.uniform(0, 90, len(at)), values, events)


def _rare_zeros(name: str, chance: np.random.Generator, *, schedule: str) -> Series:
    """Rows with an empty load now and then, none of which is usual."""
    step, days = SCHEDULES[schedule]
    at: Floats = START + step * np.arange(int(days * DAY / step), dtype=np.float64)
    values = _rows(chance, at)
    events = _put_in_events(chance, values, np.arange(len(values)), [0.0])
    return Series(name, at + chance.uniform(0, 90, len(at)), values, events)


def _idle_weekdays(name: str, chance: np.random.Generator) -> Series:
    """Nothing on some weekdays, which is usual, and nothing on others, which is not."""
    at: Floats = START + 9 * HOUR + DAY * np.arange(240, dtype=np.float64)
    values = _rows(chance, at)
    idle = np.isin(_weekday(at), chance.choice(7, chance.integers(1, 3), replace=False))
    values[idle] = 0
    events = _put_in_events(chance, values, np.flatnonzero(~idle), [0.0, 0.0, 3.0])
    return Series(name, at + chance.uniform(0, 90, len(at)), values, events)


RHYTHMS: dict[str, Callable[[str, np.random.Generator], Series]] = {
    "weekly": _weekly,
    "monthly": _monthly,
    "office hours, spring": partial(_office_hours, autumn=False, closed=0.05),
    "office hours, autumn": partial(_office_hours, autumn=True, closed=0.05),
    "office hours, idle outside": partial(_office_hours, autumn=False, closed=0.0),
    "at a local hour": _at_local_hour,
    "rare zeros, daily": partial(_rare_zeros, schedule="daily"),
    "rare zeros, hourly": partial(_rare_zeros, schedule="hourly"),
    "idle weekdays": _idle_weekdays,
}


def _put_in_events(
    chance: np.random.Generator, values: Floats, places: Integers, factors: list[float]
) -> list[tuple[int, int]]:
    """Multiply single values by one of the factors, in scored runs among the places, apart from each other."""
    scored = places[places > SCORED_AFTER * len(values) + 5]
    chosen = np.sort(chance.choice(len(scored) // 5, EVENTS, replace=False) * 5)
    events = scored[chosen]
    values[events] = np.rint(values[events] * chance.choice(factors, EVENTS))
    return [(run, run) for run in events.tolist()]


# Scores


def quality(method: str, judge: Judge, series: Iterable[Series]) -> Quality:
    """Judge series by a method, run after run, and count what it finds."""
    found = missed = false_alerts = judged = 0
    months = seconds = 0.0
    for one in series:
        start = time.process_time()
        flags = judged_online(judge, one)
        seconds += time.process_time() - start
        judged += len(flags)
        first = int(len(flags) * SCORED_AFTER)
        months += (one.at[-1] - one.at[first]) / (30 * DAY)
        flags[:first] = False
        right, wrong = _score(one, flags)
        found += right
        missed += len(one.events) + (one.change is not None) - right
        false_alerts += wrong
    return Quality(
        method=method,
        found=found,
        missed=missed,
        false_alerts=false_alerts,
        false_alerts_in_30_days=float(false_alerts / months),
        microseconds=1e6 * seconds / judged,
    )


def judged_online(judge: Judge, series: Series) -> Flags:
    """Judge each run by those before it, and by which of them were flagged."""
    flags = np.zeros(len(series.at), np.bool_)
    for run in range(len(series.at)):
        history = History(series.at[:run], series.values[:run], flags[:run])
        judgement = judge(history, float(series.values[run]), float(series.at[run]))
        flags[run] = judgement is not None and judgement.flagged
    return flags


def _score(series: Series, flags: Flags) -> tuple[int, int]:
    """Return how many anomalies and changes of level were found, and how many flags were false."""
    others = flags.copy()
    found = 0
    for first, last in series.events:
        found += bool(flags[first : last + 2].any())
        others[first : last + 2] = False
    if series.change is not None:
        after = series.change + np.flatnonzero(others[series.change :])[:OWED]
        found += bool(len(after)) and int(after[0]) < series.change + 10
        others[after] = False
    return found, int(np.count_nonzero(others))


# Methods


SIMPLEST = "z-score of all runs"


def methods() -> dict[str, Judge]:
    """Return the methods, and the simplest one to compare with."""
    return {SIMPLEST: z_score_of_all_runs, "zscore": zscore.judge, "seasonal": seasonal.judge}


def parts() -> dict[str, Judge]:
    """Return `seasonal` without one part after another."""
    return {
        f"seasonal without {part.name.replace('_', ' ')}": partial(
            seasonal.judge, parts=replace(seasonal.ALL, **{part.name: False})
        )
        for part in fields(seasonal.Parts)
    }


def z_score_of_all_runs(history: History, value: float, at: float) -> Judgement | None:
    """The simplest method: three standard deviations around the mean of the last 30 days."""
    positions = history.before(at, days=30)
    if len(positions) < 10:
        return None
    values = history.values[positions]
    mean, deviation = float(values.mean()), float(values.std(ddof=1))
    return Judgement.by_band(
        value,
        expected=mean,
        lower=mean - 3 * deviation,
        upper=mean + 3 * deviation,
        z_score=(value - mean) / deviation if deviation else 0.0,
        profile="all runs",
        compared_with=positions,
    )
