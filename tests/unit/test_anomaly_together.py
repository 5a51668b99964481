"""The method `seasonal` shares what metrics and executions have in common: bit for bit as if each were judged alone."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.series import make
from watcher_core import calendars
from watcher_core.anomalies.methods import levels, repeats, scales, seasonal, seasons, tails, zeros, zones
from watcher_core.anomalies.methods.arrays import DAY, HOUR
from watcher_core.anomalies.methods.history import LARGEST_VALUE, History
from watcher_core.anomalies.methods.judgement import Judgement
from watcher_core.anomalies.methods.seasons import SLOTS
from watcher_core.anomalies.methods.windows import LONGEST_GAP, RHYTHM_RUNS, Timelines

# A plain computation: one metric of one run, nothing shared, the functions of NumPy that everybody knows.


def rhythm(nearest, at, near):
    """Of the runs of a pipeline that seldom runs, those whose age its rhythm explains."""
    nearest = nearest[:RHYTHM_RUNS]
    if len(nearest) <= near:
        return nearest
    distances = [abs(time - at) for time, _ in nearest]
    usual = float(np.median(np.diff([0.0, *distances])))
    explained = sum(distance <= RHYTHM_RUNS * LONGEST_GAP * usual for distance in distances)
    return nearest[: max(near, explained)]


def compared_with(history, at, days, fewest):
    """The positions of the runs to compare with, the nearest last."""
    known = np.abs(history.values) < LARGEST_VALUE
    if history.superseded is not None:
        known = known & ~history.superseded
    runs = [(float(history.at[place]), place) for place in np.flatnonzero(known)]
    before = [run for run in runs if run[0] < at]
    chosen = [run for run in before if run[0] >= at - days * DAY][-seasonal.MOST_RUNS :]
    if len(chosen) < RHYTHM_RUNS:
        chosen = rhythm(before[::-1], at, len(chosen))[::-1]
    if len(chosen) < fewest:
        after = [run for run in runs if run[0] > at]
        later = [run for run in after if run[0] < at + days * DAY][: seasonal.MOST_RUNS]
        if len(later) < RHYTHM_RUNS:
            later = rhythm(after, at, len(later))
        if len(later) >= fewest:
            chosen = later[::-1]
    return np.array([place for _, place in chosen], np.int64)


def group_medians(scaled, group):
    middles, sizes = np.zeros(SLOTS), np.bincount(group, minlength=SLOTS)
    for each in np.unique(group):
        middles[each] = np.median(scaled[group == each])
    return middles, sizes


def clocks_of(at, now, values, zone):
    if zone is not None and calendars.is_known(zone):
        return [seasons.Clock.of(at + zones.offsets(zone, at), now + zones.offset(zone, now))]
    plain = seasons.Clock.of(at, now)
    latest, earliest = max(now, float(at[0])), min(now, float(at[0]))
    moved = []
    for likely in zones.LIKELY:
        change = zones.last_change(likely, latest)
        if change > earliest:
            moved.append((plain.moved(zones.offsets(likely, at) - zones.offset(likely, now)), change))
    if not moved:
        return [plain]
    fewest = min(moved, key=lambda each: each[0].hours)[0]
    if fewest.hours != plain.hours:
        return [fewest if fewest.hours < plain.hours else plain]
    most, follows, undecided = 0.0, None, []
    for clock, change in moved:
        after = int(np.sum(at < change))
        if change > now or after < seasons.FEWEST_RUNS:
            continue
        first = max(0, after - zones.MOST_BEFORE)
        errors = []
        for each in (plain, clock):
            hours = seasons.HOUR_OF_WEEK if each.days > zones.FEWEST_WEEKS * 7 else seasons.HOUR_OF_PART
            group = hours[each.slots[first:]]
            middles, sizes = group_medians(values[first:after], group[: after - first])
            middles = np.where(sizes > 0, middles, np.median(values[first:after]))
            errors.append(np.abs(values[first:] - middles[group]))
        deviation = scales.TO_DEVIATION * float(np.median(errors[0][: after - first]))
        clear = zones.CLEARLY * deviation * math.sqrt(2 * max(len(at) - after, 1))
        gain = float((errors[0] - errors[1])[after - first :].sum())
        if gain > max(clear, most):
            most, follows = gain, clock
        elif gain >= -clear and now - change <= zones.UNDECIDED:
            undecided.append(clock)
    return [plain, *undecided] if follows is None else [follows]


def at_usual_hours(clock):
    """The clock by which a run at an hour at which hardly any run happens belongs to the hour that it makes good."""
    hours = [int(slot) % 24 for slot in clock.slots]
    busiest = max(hours.count(hour) for hour in range(24))
    usual = [hour for hour in range(24) if hours.count(hour) >= seasons.RARE * busiest]
    if sum(hour not in usual for hour in hours) > seasons.MOST_RARE * len(hours):
        return clock

    def moved(slot):
        moves = []
        for hour in usual:
            late, early = (slot - hour) % 24, (hour - slot) % 24
            moves.append((late, -late) if late <= seasons.EARLY * early else (seasons.EARLY * early, early))
        return (slot + min(moves, key=lambda move: move[0])[1]) % SLOTS

    return seasons.Clock(
        np.array([moved(int(slot)) for slot in clock.slots]), moved(clock.slot), clock.days, clock._minute
    )


def at_better_hours(clocks, scaled):
    """Clocks with late runs at usual hours, unless the season of the first one predicts better by their own hours."""
    usual = [at_usual_hours(clock) for clock in clocks]
    return clocks if season_of(clocks[0], scaled)[-1] < seasons.OWN_HOURS * season_of(usual[0], scaled)[-1] else usual


def season_of(clock, scaled):
    """Predictions by slot, the slots' groups, the group in words, the values nearby, and the error."""
    runs = len(scaled)
    predictions, left_out = np.full(SLOTS, np.median(scaled)), np.full(SLOTS, runs / (runs - 1))
    groups, words = np.zeros(SLOTS, np.uint8), "all runs"
    nearby: tuple[float, ...] = ()
    best = predictions, groups, words, nearby, 0.0

    def error():
        errors = np.abs(scaled - predictions[clock.slots]) * left_out[clock.slots]
        return np.minimum(errors, np.sort(errors)[int(seasons.LARGEST_ERRORS * (runs - 1))]).sum() / runs

    if runs < seasons.FEWEST_RUNS:
        return best
    least = error()
    best = *best[:-1], least
    for finer, finer_words in clock.finer():
        middles, sizes = group_medians(scaled, finer[clock.slots])
        known = sizes[finer] >= seasons.SMALLEST_GROUP
        predictions = np.where(known, middles[finer], predictions)
        left_out = np.where(known, sizes[finer] / np.maximum(sizes[finer] - 1, 1), left_out)
        if known[clock.slot]:
            groups, words = finer, finer_words
        if error() < seasons.BETTER * least:
            least = error()
            nearby = () if clock.is_daily else (predictions[clock.slot - 1], predictions[(clock.slot + 1) % SLOTS])
            best = predictions, groups, words, nearby, least
    return best


def lone_and_starts(unusual):
    """Unusual runs that began no new level, and the first runs at new levels."""
    lone, starts = unusual.copy(), []
    places = np.flatnonzero(unusual).tolist()
    crowded = [
        first
        for first in range(len(unusual) - levels.WINDOW + 1)
        if sum(first <= place < first + levels.WINDOW for place in places) >= levels.STREAK
    ]
    while crowded:
        series = [crowded.pop(0)]
        while crowded and crowded[0] == series[-1] + 1:
            series.append(crowded.pop(0))
        accepted = [place for place in places if series[0] <= place < series[-1] + levels.WINDOW]
        lone[accepted] = False
        starts.append(accepted[0])
    return lone, starts


def level_of(moved, least_spread):
    middle = float(np.median(moved))
    errors = best = moved - middle
    now = middle
    if len(moved) < levels.FEWEST_FOLLOWED:
        return now, best
    bound = levels.BOUND * max(scales.TO_DEVIATION * float(np.median(np.abs(errors))), least_spread)
    least = np.abs(np.clip(errors, -bound, bound)).mean()
    for rate in levels.RATES:
        weights = rate * (1 - rate) ** np.arange(min(len(moved), math.ceil(3.5 / rate)))
        drift = np.convolve(np.clip(errors, -bound, bound), weights)[: len(moved)]
        predicted = np.concatenate([errors[:1], errors[1:] - drift[:-1]])
        error = np.abs(np.clip(predicted, -bound, bound)).mean()
        if error < levels.BETTER * least:
            least, now, best = error, middle + float(drift[-1]), predicted
    return now, best


def half_width(errors, chance, spreads):
    sizes = np.sort(np.abs(errors))
    deviation = scales.TO_DEVIATION * float(np.median(sizes))
    if deviation < chance:
        bounded = np.minimum(sizes, 4 * chance)
        deviation = max(deviation, min(chance, 2.0 * math.sqrt(float(bounded @ bounded) / len(bounded))))
    if len(sizes) < tails.FEW:
        by_tail = tails.BEYOND_FEW * float(sizes[-2])
    else:
        tail = float(sizes[min(len(sizes) - 1, math.ceil(tails.TAIL * len(sizes)))])
        by_tail = tails.BEYOND_TAIL * spreads / tails.USUAL_SPREADS * tail
    by_spread = spreads * tails.student_factor(len(sizes) - 1) * deviation
    return max(by_spread, by_tail, tails.SMALLEST_SHARE)


def plainly(history, value, now, *, multiplier=2.0, lookback_days=60.0, least_deviation=0.0, zone=None):
    """The judgement of one metric of a run, computed alone."""
    days, fewest = lookback_days, seasonal.MINIMUM_EXECUTIONS
    if not abs(value) < LARGEST_VALUE:
        return None
    positions = compared_with(history, now, days, fewest)
    if len(positions) < fewest:
        return None
    at, values = history.at[positions], history.values[positions]
    lone, starts = lone_and_starts(history.unusual[positions])
    stuck = repeats.stuck(values, lone, value)
    is_zero = values == 0
    if is_zero.any():
        near = zeros.is_near_zero(values[~is_zero])
        if zeros.are_apart(values, ~lone, near=near):
            is_level = zeros.are_the_level(values, np.array(starts, np.int64))
            if value == 0 and (
                is_level
                or near
                or any(
                    zeros.are_usual(clock, is_zero, ~lone)
                    for clock in at_better_hours(clocks_of(at, now, 1.0 - is_zero, zone), 1.0 - is_zero)
                )
            ):
                in_a_row = 0 if is_level else zeros.at_end(values)
                judgement = Judgement.by_band(
                    0.0,
                    expected=0.0,
                    lower=0.0,
                    upper=0.0,
                    z_score=0.0,
                    profile="runs with zero",
                    compared_with=np.sort(positions[is_zero]),
                )
                reason = f"zero {in_a_row + 1} times in a row"
                return judgement.for_repeating(in_a_row + 1, reason) if in_a_row else judgement
            if not zeros.are_almost_all(values):
                starts = [int(np.count_nonzero(~is_zero[:start])) for start in starts]
                at, values, lone, positions = (column[~is_zero] for column in (at, values, lone, positions))
    if np.count_nonzero(~lone) < fewest:
        return None
    newest = values[-scales.LOOKED_AT :]
    scale = scales.Scale(float(np.median(np.abs(values))), is_count=bool((newest == np.rint(newest)).all()))
    scaled = scale.to(values)
    clock, *others = at_better_hours(clocks_of(at, now, scaled, zone), scaled)
    predictions, groups, words, nearby, _ = season_of(clock, scaled)
    fitted, centre = predictions[clock.slots], float(predictions[clock.slot])
    moved, former = scaled - fitted, None
    for start in starts:
        if start >= levels.FEWEST_BEFORE and len(moved) - start >= levels.STREAK:
            after, before = moved[start : start + levels.RUNS_AFTER], moved[max(0, start - levels.RUNS_BEFORE) : start]
            step = float(np.median(after)) - float(np.median(before))
            if len(moved) - start <= levels.UNSETTLED:
                former = -step
            if abs(step) > levels.SMALLEST_SHIFT:
                moved[:start] += step
    level, errors = level_of(moved[~lone], scale.poisson_spread)
    spreads = tails.spreads(len(at) / max(clock.days, 1.0))
    deviation = half_width(errors, scale.poisson_spread, spreads) / spreads
    wide = multiplier / seasonal.MULTIPLIER
    half = wide * spreads * deviation
    season = centre
    centre += level
    centres = [centre]
    if former is not None:
        centres.append(centre + former)
    for other in others:
        same = scaled[groups[other.slots] == groups[other.slot]]
        known = len(same) >= seasons.SMALLEST_GROUP
        centres.append((float(np.median(same)) if known else season) + level)
    bound = seasonal.NEARBY * half
    centres += [centre + min(max(float(each) - season, -bound), bound) for each in nearby]
    same = scaled[(clock.slots == clock.slot) & ~lone]
    if len(same) >= seasons.SMALLEST_GROUP:
        centres.append(float(np.median(same)))
    elif clock.is_daily:
        centres += same.tolist()
    if is_month_edge(now):
        centres += [
            float(scaled[place])
            for place in np.flatnonzero(lone)
            if abs(at[place] - now) > seasonal.LAST_MONTH and is_month_edge(at[place])
        ]
    expected = scale.back_one(centre)
    lower, upper = scale.back_one(min(centres) - half), scale.back_one(max(centres) + half)
    away = seasonal.PLAIN_DEVIATIONS * wide * float(np.std(values[~lone] - scale.back(fitted[~lone] + level)))
    lower = min(lower, max(expected - away, seasonal.CLEARLY_LESS * expected) if expected > 0 else expected - away)
    upper = max(upper, expected + away)
    lower, upper = min(lower, expected - least_deviation), max(upper, expected + least_deviation)
    if scale.is_count and deviation >= scale.poisson_spread:
        lower = min(lower, tails.least_by_chance(expected))
    if values.min() >= 0:
        lower = max(lower, 0.0)
    judgement = Judgement.by_band(
        value,
        expected=expected,
        lower=lower,
        upper=upper,
        z_score=(scale.to_one(value) - centre) / deviation,
        profile=words,
        compared_with=np.sort(positions[groups[clock.slots] == groups[clock.slot]]),
    )
    return judgement.for_repeating(stuck + 1, f"the same value {stuck + 1} times in a row") if stuck else judgement


def is_month_edge(at):
    day = dt.datetime.fromtimestamp(at, dt.UTC)
    return any((day + sign * dt.timedelta(days=2)).month != day.month for sign in (-1, 1))


def facts(judgement):
    """All of a judgement; floats are equal in every bit."""
    if judgement is None:
        return None
    found = {field.name: getattr(judgement, field.name) for field in dataclasses.fields(judgement)}
    compared = found.pop("compared_with")
    return {
        name: value.hex() if isinstance(value, float) else value for name, value in found.items()
    }, compared.tolist()


# Comparisons


def test_series_with_known_anomalies():
    for series in make(1):
        chance = np.random.default_rng(1)
        flagged = chance.random(len(series.at)) < 0.02
        history = History(series.at, series.values, flagged)
        for run in np.linspace(0, len(series.at) - 1, 3).astype(int).tolist():
            now = float(series.at[run])
            for zone in (None, "Europe/Berlin"):
                asked = history, float(series.values[run]), now
                assert facts(seasonal.judge(*asked, zone=zone)) == facts(plainly(*asked, zone=zone)), series.name
            flagged[run] ^= chance.random() < 0.3  # a judgement changes the marks that the next one reads


STEPS = st.sampled_from([HOUR / 4, HOUR, 6 * HOUR, DAY, 7 * DAY])


@st.composite
def metrics(draw):
    """Metrics of the same runs: some whole, some with fractions, with gaps, zeros and marks of their own."""
    chance = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    runs, step = draw(st.integers(5, 400)), draw(STEPS)
    begin = draw(st.integers(1_700_000_000, 1_800_000_000))
    at = np.sort(begin + step * np.arange(runs) + chance.normal(0, step * draw(st.sampled_from([0, 0.01, 0.3])), runs))
    season = 1 + draw(st.sampled_from([0, 0.5])) * np.sin(at / DAY * 2 * math.pi)
    season = season * np.where(at // DAY % 7 > 4, draw(st.sampled_from([1, 0.3])), 1)
    rows = draw(st.sampled_from([2, 80, 5_000])) * season * chance.lognormal(0, 0.15, runs)
    rows[runs // 2 :] *= draw(st.sampled_from([1, 1, 3]))
    rows[chance.random(runs) < draw(st.sampled_from([0, 0, 0.05, 0.6]))] = 0
    superseded = chance.random(runs) < draw(st.sampled_from([0, 0.1]))
    timelines = Timelines()

    def history(values):
        values = np.where(chance.random(runs) < draw(st.sampled_from([0, 0, 0.2])), np.nan, values)
        flagged = chance.random(runs) < draw(st.sampled_from([0, 0.02, 0.2]))
        return History(at, values, flagged, flagged & (chance.random(runs) < 0.2), superseded, timelines)

    counts = np.rint(rows)
    columns = [counts, np.rint(counts / 3), np.full(runs, 7.0), 60 * chance.lognormal(0, 0.2, runs), rows, -rows]
    return [history(values) for values in columns]


@given(
    metrics(),
    st.lists(st.floats(0, 1), min_size=1, max_size=4),
    st.sampled_from([None, "America/New_York"]),
    st.sampled_from([7.0, 60.0, 400.0]),
    st.sampled_from([1.0, 2.0, 5.0]),
)
@settings(max_examples=20)
def test_random_histories(histories, places, zone, days, multiplier):
    for place in places:  # one after another: what is computed for one run is used for the next
        run = int(place * (len(histories[0]) - 1))
        now = float(histories[0].at[run])
        for history, least in zip(histories, [0.0, 1.0, 0.0, 1.0, 0.0, 0.0], strict=True):
            asked = history, float(history.values[run]), now
            options = {"multiplier": multiplier, "lookback_days": days, "zone": zone, "least_deviation": least}
            judgement = seasonal.judge(*asked, **options)
            assert facts(judgement) == facts(plainly(*asked, **options))
            history.flagged[run] = judgement is not None and judgement.flagged
