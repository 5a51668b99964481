"""The method `seasonal`: robust, aware of seasons, and adapting to new levels.

A run is predicted from the earlier ones as season + level, on a scale where spread does not depend on level. It is
unusual if the prediction error is clearly larger than past errors. Three conditions widen the band:

- The deviation must be large on the plain scale, too. A ratio of two is much for a thousand rows, and little for three.
- Other normal values are accepted: those of the level before the last change, of an hour earlier or later, of the last
  edge of a month, and of a weekday that was seen only once or twice.
- The caller may pass a least deviation; smaller ones are not flagged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from watcher_core.anomalies.methods import levels, repeats, seasons, tails, zeros
from watcher_core.anomalies.methods.history import (
    DAY,
    Flags,
    Floats,
    History,
    Integers,
    Series,
    Slice,
    judgeable,
)
from watcher_core.anomalies.methods.judgement import Judgement
from watcher_core.anomalies.methods.scales import LOOKED_AT, Scale, as_rows, median, middle, standard_deviations
from watcher_core.anomalies.methods.seasons import Clock, Season
from watcher_core.anomalies.methods.windows import Window, is_month_edge

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
    short_seasons: bool = True
    month_edges: bool = True
    zeros: bool = True
    repeats: bool = True
    plain_scale: bool = True


ALL = Parts()


class Question(NamedTuple):
    """The value of one metric of a run, and how to judge it.

    Attributes:
        history: The metric of earlier runs.
        value: The metric of this run, in any unit.
        multiplier: Scales the width of the band, which the method finds itself: 2 leaves it as it is, 4 doubles it.
        lookback_days: How much history to learn from; at most the newest 2,000 runs. A weekly season takes four weeks
            to learn.
        minimum_executions: With fewer earlier runs there is no verdict; at least 8.
        least_deviation: In the unit of the value: smaller deviations from the expected value are not flagged.
        zone: The time zone of the schedule, whose seasons are those of local time; `None` if it is not known.
    """

    history: History
    value: float
    multiplier: float = MULTIPLIER
    lookback_days: float = LOOKBACK_DAYS
    minimum_executions: int = MINIMUM_EXECUTIONS
    least_deviation: float = 0.0
    zone: str | None = None

    @property
    def fewest(self) -> int:
        """The fewest runs to judge by."""
        return max(self.minimum_executions, MINIMUM_EXECUTIONS)


class _Runs(NamedTuple):
    """The runs to compare with, the nearest in time last.

    Attributes:
        series: All runs of the history that have a value.
        span: Those to compare with.
        window: The same without their values.
        lone: Whether each is unusual, and not the beginning of a new level.
    """

    series: Series
    span: Slice
    window: Window
    lone: Flags

    @property
    def values(self) -> Floats:
        return self.series.values[self.span.of]

    def compared(self, places: Integers) -> Integers:
        """Return the positions of some of them in the history, oldest first."""
        positions = self.window.positions[places]
        return positions[::-1] if self.span.is_reversed else positions

    def on_scale(self) -> _OnScale:
        """Return the values on the scale that fits them."""
        values, order = self.values, self.series.order(self.span)
        ordered = values[order]
        least = float(ordered[0])
        typical = abs(float(middle(ordered))) if least >= 0 else median(np.abs(values))
        scale = Scale(typical, is_count=bool(self.series.is_whole[self.span.of][-LOOKED_AT:].all()))
        scaled = self.series.as_counts[self.span.of] if scale.is_count else scale.to(values)
        ordered = scaled[order]
        if (ordered[1:] < ordered[:-1]).any():  # values that differ in their last digit, in another order on the scale
            order = np.argsort(scaled)
            ordered = scaled[order]
        return _OnScale(scale, scaled, ordered, order, least)


class _OnScale(NamedTuple):
    """The values of runs on the scale that fits them.

    Attributes:
        scale: The scale.
        scaled: The values on it.
        ordered: The same by size.
        order: The places of the runs, by value.
        least: The smallest value, as it was measured.
    """

    scale: Scale
    scaled: Floats
    ordered: Floats
    order: Integers
    least: float


class _Pending(NamedTuple):
    """A question that needs a band.

    Attributes:
        place: Its place among the questions.
        question: The question.
        runs: The runs to compare with.
            starts: The first runs at new levels.
        repeated: How many earlier runs in a row have the value, if that has just become improbable; else 0.
    """

    place: int
    question: Question
    runs: _Runs
    starts: list[int]
    repeated: int


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
        multiplier: As in `Question`, and so are the next four.
        lookback_days: See there.
        minimum_executions: See there.
        least_deviation: See there.
        zone: See there.
        parts: The parts to use; for experiments.

    Returns:
        The judgement; `None` if the value cannot be judged or the history is too short.
    """
    asked = Question(history, value, multiplier, lookback_days, minimum_executions, least_deviation, zone)
    return judge_all([asked], at, parts=parts)[0]


def judge_all(questions: Sequence[Question], at: float, *, parts: Parts = ALL) -> list[Judgement | None]:
    """Judge several metrics of a run.

    Metrics whose values are compared with the same runs are judged as rows of arrays: that takes a third of the time,
    and nothing else changes.

    Args:
        questions: The metrics; their histories are of the same runs.
        at: Logical time of the run, in UTC epoch seconds.
        parts: The parts to use; for experiments.

    Returns:
        The judgement of each; `None` if the value cannot be judged or the history is too short.
    """
    windows: dict[Hashable, Window] = {}
    found: list[Judgement | None] = [None] * len(questions)
    pending: dict[Window, list[_Pending]] = defaultdict(list)
    for place, question in enumerate(questions):
        answer = _begin(place, question, at, windows, parts)
        if isinstance(answer, _Pending):
            pending[answer.runs.window].append(answer)
        else:
            found[place] = answer
    for together in pending.values():
        for place, judgement in _by_bands(together, parts):
            found[place] = judgement
    return found


def _begin(
    place: int, question: Question, at: float, windows: dict[Hashable, Window], parts: Parts
) -> _Pending | Judgement | None:
    """Find the runs to compare a value with; judge a zero where zero is usual."""
    history, value = question.history, question.value
    if not judgeable(value):
        return None
    series = history.series
    span = series.timeline.nearest(at, days=question.lookback_days, runs=MOST_RUNS, fewest=question.fewest)
    if span.runs < question.fewest:
        return None

    def runs_of(series: Series, span: Slice, lone: Flags) -> _Runs:
        key = series.timeline, span, question.zone
        window = windows.get(key) or windows.setdefault(key, Window(series.timeline, span, at, question.zone))
        return _Runs(series, span, window, lone)

    unusual = history.unusual[series.timeline.positions[span.of]]
    changes = levels.changes(unusual) if parts.new_levels else levels.Changes(unusual, [])
    runs = runs_of(series, span, changes.lone)
    values, starts = runs.values, np.array(changes.starts, np.int64)
    is_zero = series.is_zero[span.of]
    if parts.zeros and is_zero.any():
        counted = ~is_zero
        is_near = zeros.is_near_zero(values[counted])
        is_apart = zeros.are_apart(values, ~runs.lone, near=is_near)
        usual = _zero(runs, starts, near=is_near) if is_apart and value == 0 else None
        if usual is not None:
            return usual
        if is_apart and not zeros.are_almost_all(values):
            # The same runs, by their positions among the values other than zero.
            starts = np.cumsum(counted)[starts] - counted[starts]
            runs = runs_of(*series.without_zeros(span), runs.lone[counted])
    if runs.span.runs - np.count_nonzero(runs.lone) < question.fewest:
        return None
    repeated = repeats.stuck(values, changes.lone, value) if parts.repeats else 0
    return _Pending(place, question, runs, starts.tolist(), repeated)


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
    counted = np.where(is_zero[np.newaxis], 0.0, 1.0)
    return runs.window.clocks.by(counted, np.argsort(counted))[0]


def _by_bands(pending: Sequence[_Pending], parts: Parts) -> Iterator[tuple[int, Judgement]]:
    """Predict values, and judge each by the band around its prediction; they are compared with the same runs."""
    measured = [each.runs.on_scale() for each in pending]
    scaled, order = as_rows([each.scaled for each in measured]), as_rows([each.order for each in measured])
    clocks = pending[0].runs.window.clocks
    by_row = clocks.by(scaled, order) if parts.clock_changes else [[clocks.plain]] * len(pending)
    # Those that have the same clock, and the same lone runs, which are left out of what follows.
    alike: dict[tuple[Clock, bytes], list[int]] = defaultdict(list)
    for row, (each, (clock, *_)) in enumerate(zip(pending, by_row, strict=True)):
        alike[clock, each.runs.lone.tobytes()].append(row)
    for (clock, _), rows in alike.items():
        yield from _in_rows(
            [pending[row] for row in rows],
            [measured[row] for row in rows],
            clock,
            [by_row[row][1:] for row in rows],
            scaled[rows] if len(rows) < len(scaled) else scaled,
            order[rows] if len(rows) < len(order) else order,
            parts,
        )


def _in_rows(
    pending: Sequence[_Pending],
    measured: Sequence[_OnScale],
    clock: Clock,
    others: Sequence[Sequence[Clock]],
    scaled: Floats,
    order: Integers,
    parts: Parts,
) -> Iterator[tuple[int, Judgement]]:
    """Judge by bands what has the same clock and the same lone runs: rows of arrays.

    Args:
        pending: What to judge.
        measured: The values to compare with, on scales that fit them.
        clock: When these runs happened.
        others: Other clocks that are accepted, for each row.
        scaled: The values on their scales, as rows.
        order: Their places by value, as rows.
        parts: The parts to use.
    """
    normal = np.flatnonzero(~pending[0].runs.lone)

    def of_normal(rows: Floats) -> Floats:
        return rows.take(normal, axis=1) if len(normal) < rows.shape[1] else rows

    chances = np.array([each.scale.poisson_spread for each in measured])
    found = seasons.best(clock, scaled, as_rows([each.ordered for each in measured]), order, any_season=parts.season)
    errors = scaled - as_rows([season.fitted for season in found])
    formers = [levels.bring_to_present(row, each.starts) for row, each in zip(errors, pending, strict=True)]
    level = levels.follow(of_normal(errors), chances, drifts=parts.drift)
    spreads = tails.spreads(scaled.shape[1] / max(clock.days, 1.0))
    half_widths = tails.half_widths(level.errors, chances, spreads)
    now = level.now.tolist()
    # A season has one value for each hour of the week, so few values are converted.
    by_slot = [
        each.scale.back(season.predictions + level_now)
        for each, season, level_now in zip(measured, found, now, strict=True)
    ]
    on_plain_scale = as_rows([each.runs.values for each in pending]) - as_rows(by_slot).take(clock.slots, axis=1)
    deviations = standard_deviations(of_normal(on_plain_scale)).tolist()
    for row, each in enumerate(pending):
        prediction = _Prediction(
            found[row], now[row], formers[row], half_widths[row] / spreads, spreads, deviations[row]
        )
        judgement = _by_band(each, measured[row], prediction, clock, others[row], parts)
        if each.repeated:
            reason = f"the same value {each.repeated + 1} times in a row"
            judgement = judgement.for_repeating(each.repeated + 1, reason)
        yield each.place, judgement


class _Prediction(NamedTuple):
    """What a value is expected to be, and how far it may be from that.

    Attributes:
        season: The season, on the scale.
        level: The level, on the scale.
        former: The former level, relative to the present one, if it is still accepted; else `None`.
        deviation: The standard deviation of errors, on the scale.
        spreads: How many of them are unusual.
        plain_deviation: The standard deviation of errors in the unit of the value.
    """

    season: Season
    level: float
    former: float | None
    deviation: float
    spreads: float
    plain_deviation: float


def _by_band(
    pending: _Pending,
    measured: _OnScale,
    prediction: _Prediction,
    clock: Clock,
    others: Sequence[Clock],
    parts: Parts,
) -> Judgement:
    """Judge a value by the band around its prediction."""
    runs, scale, scaled = pending.runs, measured.scale, measured.scaled
    season, level, former, deviation, spreads, plain_deviation = prediction
    wide = pending.question.multiplier / MULTIPLIER
    half = wide * spreads * deviation
    centre = season.expected + level
    centres = [centre]
    if former is not None:
        centres.append(centre + former)
    centres += [season.expected_by(other, scaled) + level for other in others]
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
        away = PLAIN_DEVIATIONS * wide * plain_deviation
        lower = min(lower, max(expected - away, CLEARLY_LESS * expected) if expected > 0 else expected - away)
        upper = max(upper, expected + away)
    least_deviation = pending.question.least_deviation
    lower, upper = min(lower, expected - least_deviation), max(upper, expected + least_deviation)
    if scale.is_count and deviation >= scale.poisson_spread:
        lower = min(lower, tails.least_by_chance(expected))
    if measured.least >= 0:
        lower = max(lower, 0.0)
    value = pending.question.value
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
    same = scaled[places[~runs.lone[places]]]
    if len(same) >= seasons.SMALLEST_GROUP:
        yield median(same)
    elif clock.is_daily:
        yield from same.tolist()


def _last_month(runs: _Runs, scaled: Floats) -> Iterator[float]:
    """Yield the scaled values of unusual runs at the edges of earlier months, if this is the edge of a month."""
    at, now = runs.window.at, runs.window.now
    if runs.window.is_month_edge and runs.lone.any():
        for position in np.flatnonzero(runs.lone & (np.abs(at - now) > LAST_MONTH)):
            if is_month_edge(float(at[position])):
                yield float(scaled[position])
