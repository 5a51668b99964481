"""The method `seasonal`: robust, aware of seasons, and adapting to new levels.

A run is predicted from the earlier ones as season + level, on a scale where spread does not depend on level. It is
unusual if the prediction error is clearly larger than past errors. Three conditions widen the band:

- The deviation must be large on the plain scale, too. A ratio of two is much for a thousand rows, and little for three.
- Other normal values are accepted: those of the level before the last change, of an hour earlier or later, of the last
  edge of a month, and of a weekday that was seen only once or twice.
- The caller may pass a least deviation; smaller ones are not flagged.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from watcher_core.anomalies.methods import levels, repeats, seasons, tails, windows, zeros
from watcher_core.anomalies.methods.arrays import DAY, Flags, Floats, Integers
from watcher_core.anomalies.methods.history import History, Series, judgeable
from watcher_core.anomalies.methods.judgement import Judgement
from watcher_core.anomalies.methods.scales import LOOKED_AT, Scale, median, middle, standard_deviation
from watcher_core.anomalies.methods.seasons import Clock
from watcher_core.anomalies.methods.windows import Slice

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

LAST_MONTH = 20 * DAY


@dataclass(frozen=True)
class Parts:
    """The parts of the method that can be left out, to measure what each contributes."""

    new_levels: bool = True
    drift: bool = True
    season: bool = True
    nearby_hours: bool = True
    clock_changes: bool = True
    usual_hours: bool = True
    short_seasons: bool = True
    month_edges: bool = True
    zeros: bool = True
    repeats: bool = True
    plain_scale: bool = True


ALL = Parts()


class _Runs:
    """The runs to compare with, the nearest in time last.

    Args:
        series: All runs of the history that have a value.
        span: Those to compare with.
        lone: Whether each is unusual, and not the beginning of a new level.
        now: Logical time of the run to judge.
        zone: The time zone of the schedule; `None` if it is not known.
    """

    def __init__(self, series: Series, span: Slice, lone: Flags, now: float, zone: str | None) -> None:
        self._series, self._span = series, span
        self.values: Floats = series.values[span.of]
        self.lone = lone
        self.any_lone = bool(np.count_nonzero(lone))
        self.window = series.timeline.window(span, now, zone)

    def normal(self, column: Floats) -> Floats:
        """Return a column of the runs that are not lone."""
        return column.take(self._normal) if self.any_lone else column

    @cached_property
    def _normal(self) -> Integers:
        return (~self.lone).nonzero()[0]

    def compared(self, places: Integers) -> Integers:
        """Return the positions of some runs in the history, oldest first."""
        positions = self.window.positions[places]
        return positions[::-1] if self._span.is_reversed else positions

    def on_scale(self) -> _OnScale:
        """Return the values on the scale that fits them."""
        order = self._series.order(self._span)
        ordered = self.values.take(order)
        least = float(ordered[0])
        typical = abs(middle(ordered)) if least >= 0 else median(np.abs(self.values))
        newest = self._series.is_whole[self._span.of][-LOOKED_AT:]
        scale = Scale(typical, is_count=np.count_nonzero(newest) == len(newest))
        values = self._series.as_counts[self._span.of] if scale.is_count else scale.to(self.values)
        ordered = values.take(order)
        if np.count_nonzero(ordered[1:] < ordered[:-1]):  # last digits differ, in another order on the scale
            order = np.argsort(values)
            ordered = values[order]
        return _OnScale(scale, values, ordered, order, least)


class _OnScale(NamedTuple):
    """The values of runs on the scale that fits them.

    Attributes:
        scale: The scale.
        values: The values on it.
        ordered: The same by size.
        order: The places of the runs, by value.
        least: The smallest value, as it was measured.
    """

    scale: Scale
    values: Floats
    ordered: Floats
    order: Integers
    least: float


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
    series = history.series
    span = series.timeline.nearest(at, days=lookback_days, runs=MOST_RUNS, fewest=fewest)
    if span.runs < fewest:
        return None
    unusual = history.unusual[series.timeline.positions[span.of]]
    changes = levels.changes(unusual) if parts.new_levels else levels.Changes(unusual, [])
    runs = _Runs(series, span, changes.lone, at, zone)
    values, starts = runs.values, np.array(changes.starts, np.int64)
    is_zero = series.is_zero[span.of]
    if parts.zeros and np.count_nonzero(is_zero):
        counted = ~is_zero
        is_near = zeros.is_near_zero(values[counted])
        is_apart = zeros.are_apart(values, ~runs.lone, near=is_near)
        usual = _zero(runs, starts, near=is_near) if is_apart and value == 0 else None
        if usual is not None:
            return usual
        if is_apart and not zeros.are_almost_all(values):
            # The same runs, by their positions among the values other than zero.
            starts = np.cumsum(counted)[starts] - counted[starts]
            runs = _Runs(*series.without_zeros(span), runs.lone[counted], at, zone)
    if len(runs.values) - np.count_nonzero(runs.lone) < fewest:
        return None
    judgement = _by_band(runs, value, starts.tolist(), multiplier, least_deviation, parts)
    stuck = repeats.stuck(values, changes.lone, value) if parts.repeats else 0
    if stuck:
        return judgement.for_repeating(stuck + 1, f"the same value {stuck + 1} times in a row")
    return judgement


def _zero(runs: _Runs, starts: Integers, *, near: bool) -> Judgement | None:
    """Judge a zero at an hour and weekday where zero is usual, unless there were too many in a row; else `None`."""
    is_zero = runs.values == 0
    is_level = zeros.are_the_level(runs.values, starts)
    is_usual = is_level or near or any(zeros.are_usual(clock, is_zero, ~runs.lone) for clock in _clocks(runs, is_zero))
    if not is_usual:
        return None
    judgement = Judgement.by_band(
        0.0,
        expected=0.0,
        lower=0.0,
        upper=0.0,
        z_score=0.0,
        profile="runs with zero",
        compared_with=runs.compared(np.flatnonzero(is_zero)),
    )
    in_a_row = 0 if is_level else zeros.at_end(runs.values)
    return judgement.for_repeating(in_a_row + 1, f"zero {in_a_row + 1} times in a row") if in_a_row else judgement


def _clocks(runs: _Runs, is_zero: Flags) -> list[Clock]:
    """Return the clocks by which zeros come and go."""
    counted = np.where(is_zero, 0.0, 1.0)
    order = np.argsort(counted)
    return seasons.at_better_hours(runs.window.clocks.by(counted, order), counted, counted[order], order)[0]


def _by_band(
    runs: _Runs, value: float, starts: list[int], multiplier: float, least_deviation: float, parts: Parts
) -> Judgement:
    """Predict the value, and judge it by the band around the prediction."""
    scale, scaled, ordered, order, least = runs.on_scale()
    clocks = runs.window.clocks
    found = clocks.by(scaled, order) if parts.clock_changes else [clocks.plain]
    if parts.usual_hours:
        found, season = seasons.at_better_hours(found, scaled, ordered, order, any_season=parts.season)
    else:
        season = seasons.best(found[0], scaled, ordered, order, any_season=parts.season)
    clock, *others = found
    moved, former = levels.brought_to_present(scaled - season.fitted, starts)
    level = levels.follow(runs.normal(moved), scale.poisson_spread, drifts=parts.drift)
    spreads = tails.spreads(len(scaled) / max(clock.days, 1.0))
    deviation = tails.half_width(level.errors, level.size, scale.poisson_spread, spreads) / spreads
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
        centres += _last_month(runs, scaled)
    expected = scale.back_one(centre)
    lower, upper = scale.back_one(min(centres) - half), scale.back_one(max(centres) + half)
    if parts.plain_scale:
        predicted = scale.back(season.predictions + level.now).take(clock.slots)
        away = PLAIN_DEVIATIONS * wide * standard_deviation(runs.normal(runs.values - predicted))
        lower = min(lower, max(expected - away, CLEARLY_LESS * expected) if expected > 0 else expected - away)
        upper = max(upper, expected + away)
    lower, upper = min(lower, expected - least_deviation), max(upper, expected + least_deviation)
    if scale.is_count and deviation >= scale.poisson_spread:
        lower = min(lower, tails.least_by_chance(expected))
    if least >= 0:
        lower = max(lower, 0.0)
    return Judgement.by_band(
        value,
        expected=expected,
        lower=lower,
        upper=upper,
        z_score=(scale.to_one(value) - centre) / deviation,
        profile=season.group.profile,
        compared_with=runs.compared(season.group.peers),
    )


def _short_season(runs: _Runs, clock: Clock, scaled: Floats) -> Iterator[float]:
    """Yield the scaled values of runs at the same weekday and hour if they are few, else the median."""
    places = clock.same_slot
    same = scaled.take(places[~runs.lone[places]] if runs.any_lone else places)
    if len(same) >= seasons.SMALLEST_GROUP:
        yield median(same)
    elif clock.is_daily:
        yield from same.tolist()


def _last_month(runs: _Runs, scaled: Floats) -> Iterator[float]:
    """Yield the scaled values of unusual runs at the edges of earlier months, if this is the edge of a month."""
    if runs.any_lone and runs.window.is_month_edge:
        for place in runs.lone.nonzero()[0].tolist():
            at = float(runs.window.at[place])
            if abs(at - runs.window.now) > LAST_MONTH and windows.is_month_edge(at):
                yield float(scaled[place])
