"""The method `seasonal`: robust, aware of seasons, and adapting to new levels.

A run is predicted from the earlier ones as season + level, on a scale where spread does not depend on level. It is
unusual if the prediction error is clearly larger than past errors. Three conditions widen the band:

- The deviation must be large on the plain scale, too. A ratio of two is much for a thousand rows, and little for three.
- Other normal values are accepted: those of the level before the last change, of an hour earlier or later, of the last
  edge of a month, and of a weekday that was seen only once or twice.
- The caller may pass a least deviation; smaller ones are not flagged.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from watcher_core.anomalies.methods import levels, repeats, seasons, tails, zeros, zones
from watcher_core.anomalies.methods.history import DAY, Flags, Floats, History, Integers, judgeable
from watcher_core.anomalies.methods.judgement import Judgement
from watcher_core.anomalies.methods.scales import Scale, median
from watcher_core.anomalies.methods.seasons import Clock

MULTIPLIER = 2.0
LOOKBACK_DAYS = 60.0
MINIMUM_EXECUTIONS = 8
MOST_RUNS = 2000

# A value must deviate by three standard deviations on the plain scale, or lie below a quarter of the expected value.
PLAIN_DEVIATIONS = 3.0
CLEARLY_LESS = 0.25

# A season is not exact to the hour. The values expected an hour earlier and later therefore widen the band, by at most
# this share of half its width.
NEARBY = 0.5

MONTH_EDGE = 2 * DAY
LAST_MONTH = 20 * DAY


@dataclass(frozen=True)
class Parts:
    """The parts of the method that can be left out, to measure what each contributes."""

    new_levels: bool = True
    drift: bool = True
    season: bool = True
    nearby_hours: bool = True
    clock_changes: bool = True
    short_seasons: bool = True
    month_edges: bool = True
    zeros: bool = True
    repeats: bool = True
    plain_scale: bool = True


ALL = Parts()


@dataclass(frozen=True, eq=False)
class _Runs:
    """The runs to compare with, the nearest in time last."""

    at: Floats
    values: Floats
    lone: Flags  # unusual, and not the beginning of a new level
    positions: Integers

    def only(self, which: Flags) -> _Runs:
        return _Runs(self.at[which], self.values[which], self.lone[which], self.positions[which])


def judge(
    history: History,
    value: float,
    at: float,
    *,
    multiplier: float = MULTIPLIER,
    lookback_days: float = LOOKBACK_DAYS,
    minimum_executions: int = MINIMUM_EXECUTIONS,
    least_deviation: float = 0.0,
    zone: str | None = None,
    parts: Parts = ALL,
) -> Judgement | None:
    """Judge the value of a run by the runs before it.

    Args:
        history: The metric of earlier runs.
        value: The metric of this run, in any unit.
        at: Logical time of this run, in UTC epoch seconds.
        multiplier: Scales the width of the band, which the method finds itself: 2 leaves it as it is, 4 doubles it.
        lookback_days: How much history to learn from; at most the newest 2,000 runs. A weekly season takes four weeks
            to learn.
        minimum_executions: With fewer earlier runs there is no verdict; at least 8.
        least_deviation: In the unit of the value: smaller deviations from the expected value are not flagged.
        zone: The time zone of the schedule, whose seasons are those of local time; `None` if it is not known.
        parts: The parts to use; for experiments.

    Returns:
        The judgement; `None` if the value cannot be judged or the history is too short.
    """
    if not judgeable(value):
        return None
    fewest = max(minimum_executions, MINIMUM_EXECUTIONS)
    positions = history.nearest(at, days=lookback_days, runs=MOST_RUNS, fewest=fewest)
    if len(positions) < fewest:
        return None
    unusual = history.unusual[positions]
    changes = levels.changes(unusual) if parts.new_levels else levels.Changes(unusual, [])
    runs = _Runs(history.at[positions], history.values[positions], changes.lone, positions)
    starts = np.array(changes.starts, np.int64)
    is_zero = runs.values == 0
    if parts.zeros and is_zero.any():
        counted = ~is_zero
        is_near = zeros.is_near_zero(runs.values[counted])
        is_apart = zeros.are_apart(runs.values, ~runs.lone, near=is_near)
        usual = _zero(runs, at, starts, zone, near=is_near) if is_apart and value == 0 else None
        if usual is not None:
            return usual
        if is_apart and not zeros.are_almost_all(runs.values):
            # The same runs, by their positions among the values other than zero.
            starts = np.cumsum(counted)[starts] - counted[starts]
            runs = runs.only(counted)
    if len(runs.values) - np.count_nonzero(runs.lone) < fewest:
        return None
    judgement = _by_band(runs, value, at, starts, multiplier, least_deviation, zone, parts)
    stuck = repeats.stuck(history.values[positions], changes.lone, value) if parts.repeats else 0
    if stuck:
        return judgement.for_repeating(stuck + 1, f"the same value {stuck + 1} times in a row")
    return judgement


def _zero(runs: _Runs, at: float, starts: Integers, zone: str | None, *, near: bool) -> Judgement | None:
    """Judge a zero at an hour and weekday where zero is usual, unless there were too many in a row; else `None`."""
    counted = runs.values != 0
    is_level = zeros.are_the_level(runs.values, starts)
    is_usual = (
        is_level
        or near
        or any(
            zeros.are_usual(clock, ~counted, ~runs.lone)
            for clock in zones.clocks(runs.at, at, counted.astype(np.float64), zone)
        )
    )
    if not is_usual:
        return None
    judgement = Judgement.by_band(
        0.0,
        expected=0.0,
        lower=0.0,
        upper=0.0,
        z_score=0.0,
        profile="runs with zero",
        compared_with=runs.positions[~counted],
    )
    in_a_row = 0 if is_level else zeros.at_end(runs.values)
    return judgement.for_repeating(in_a_row + 1, f"zero {in_a_row + 1} times in a row") if in_a_row else judgement


def _by_band(
    runs: _Runs,
    value: float,
    at: float,
    starts: Integers,
    multiplier: float,
    least_deviation: float,
    zone: str | None,
    parts: Parts,
) -> Judgement:
    """Predict the value, and judge it by the band around the prediction."""
    scale = Scale(runs.values)
    scaled = scale.to(runs.values)
    clock, *others = zones.clocks(runs.at, at, scaled, zone) if parts.clock_changes else [Clock(runs.at, at)]
    season = seasons.best(clock, scaled, any_season=parts.season)
    moved, former = levels.brought_to_present(scaled - season.fitted, starts.tolist())
    normal = ~runs.lone
    level = levels.follow(moved[normal], scale.poisson_spread, drifts=parts.drift)
    spreads = tails.spreads(len(runs.at) / max(clock.days, 1.0))
    deviation = tails.half_width(level.errors, scale.poisson_spread, spreads) / spreads
    wide = multiplier / MULTIPLIER
    half = wide * spreads * deviation
    centre = season.expected + level.now
    centres = [centre]
    if former is not None:
        centres.append(centre + former)
    centres += [season.expected_by(other, scaled) + level.now for other in others]
    if parts.nearby_hours:
        # Bounded, since next to a peak almost any value would be usual.
        bound = NEARBY * half
        centres += [centre + min(max(nearby - season.expected, -bound), bound) for nearby in season.nearby]
    if parts.short_seasons:
        centres += _short_season(runs, clock, scaled)
    if parts.month_edges:
        centres += _last_month(runs, scaled, at)
    expected = scale.back_one(centre)
    lower, upper = scale.back_one(min(centres) - half), scale.back_one(max(centres) + half)
    if parts.plain_scale:
        errors = runs.values[normal] - scale.back(season.fitted[normal] + level.now)
        away = PLAIN_DEVIATIONS * wide * float(np.std(errors))
        lower = min(lower, max(expected - away, CLEARLY_LESS * expected) if expected > 0 else expected - away)
        upper = max(upper, expected + away)
    lower, upper = min(lower, expected - least_deviation), max(upper, expected + least_deviation)
    if scale.is_count and deviation >= scale.poisson_spread:
        lower = min(lower, tails.least_by_chance(expected))
    if runs.values.min() >= 0:
        lower = max(lower, 0.0)
    return Judgement.by_band(
        value,
        expected=expected,
        lower=lower,
        upper=upper,
        z_score=(scale.to_one(value) - centre) / deviation,
        profile=season.profile,
        compared_with=runs.positions[season.peers],
    )


def _short_season(runs: _Runs, clock: Clock, scaled: Floats) -> Iterator[float]:
    """Yield the scaled values of runs at the same weekday and hour if they are few, else the median."""
    same = scaled[clock.same_slot() & ~runs.lone]
    if len(same) >= seasons.SMALLEST_GROUP:
        yield median(same)
    elif clock.is_daily:
        yield from same.tolist()


def _last_month(runs: _Runs, scaled: Floats, at: float) -> Iterator[float]:
    """Yield the scaled values of unusual runs at the edges of earlier months, if this is the edge of a month."""
    if runs.lone.any() and _is_month_edge(at):
        for position in np.flatnonzero(runs.lone & (np.abs(runs.at - at) > LAST_MONTH)):
            if _is_month_edge(float(runs.at[position])):
                yield float(scaled[position])


def _is_month_edge(at: float) -> bool:
    """Return whether a time lies in the first or last two days of its month, in UTC."""
    month = time.gmtime(at).tm_mon
    return month != time.gmtime(at - MONTH_EDGE).tm_mon or month != time.gmtime(at + MONTH_EDGE).tm_mon
