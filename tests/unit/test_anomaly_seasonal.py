"""The method `seasonal`: what it finds, and above all what it leaves people alone with."""

import datetime as dt
import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher_core.anomalies import judge
from watcher_core.anomalies.judge import Rule
from watcher_core.anomalies.methods import seasonal, tails
from watcher_core.anomalies.methods.arrays import DAY, HOUR
from watcher_core.anomalies.methods.history import LARGEST_VALUE, History
from watcher_core.anomalies.methods.judgement import Judgement
from watcher_core.anomalies.methods.scales import TO_DEVIATION
from watcher_core.anomalies.methods.tails import student_factor
from watcher_core.enums import AnomalyMethod, AnomalyMetric

RULE = Rule(0, 1, AnomalyMetric.TOTAL_ROWS, AnomalyMethod.SEASONAL, 60, 8, 2.0)
MONDAY = 1_736_121_600.0  # 2025-01-06, UTC
NEW_YEAR_2013 = 1_356_998_400.0

# Flights that left New York City, a day from 2013-01-01 to 2013-03-10. The 8th and 9th of February were a blizzard.
FLIGHTS = [
    *(
        838,
        935,
        904,
        909,
        717,
        831,
        930,
        895,
        897,
        929,
        919,
        684,
        812,
        926,
        881,
        855,
        918,
        914,
        673,
        782,
        904,
        885,
        888,
    ),
    *(
        911,
        887,
        671,
        807,
        859,
        877,
        802,
        843,
        911,
        680,
        795,
        922,
        880,
        893,
        928,
        458,
        291,
        803,
        856,
        887,
        905,
        952,
        948,
    ),
    *(
        737,
        832,
        945,
        928,
        936,
        939,
        940,
        740,
        871,
        948,
        907,
        904,
        954,
        944,
        754,
        910,
        959,
        936,
        792,
        882,
        799,
        756,
        903,
    ),
]


def noisy(level, runs, *, share=0.08, seed=1):
    """Values around a level; with one level a run, as many as it has."""
    return np.rint(level * np.exp(np.random.default_rng(seed).normal(0, share, runs)))


def every(step, runs, start=MONDAY):
    return start + step * np.arange(runs)


def judged(at, values, value, now=None, flagged=None, unflagged=None, **parameters) -> Judgement:
    history = History.of(at, values, flagged, unflagged)
    judgement = seasonal.judge(history, value, at[-1] + (at[-1] - at[-2]) if now is None else now, **parameters)
    assert judgement is not None
    return judgement


def flags_online(at, values, **parameters):
    """Judge each run by those before it, and give the positions of those that are flagged."""
    flags = np.zeros(len(at), np.bool_)
    for run in range(len(at)):
        history = History(at[:run], values[:run], flags[:run])
        judgement = seasonal.judge(history, float(values[run]), float(at[run]), **parameters)
        flags[run] = judgement is not None and judgement.flagged
    return np.flatnonzero(flags).tolist()


# What is found


@pytest.mark.parametrize(
    ("value", "reason"), [(5_000, "more than usual"), (0, "less than usual"), (300, "less than usual")]
)
def test_too_much_and_too_little_are_flagged(value, reason):
    judgement = judged(every(DAY, 30), noisy(1_000, 30), value)
    assert (judgement.flagged, judgement.reason, judgement.confidence) == (True, reason, 1)


def test_100_rows_every_day_and_then_none():
    assert judged(every(DAY, 10), [100] * 10, 0).flagged
    assert judged(every(DAY, 10), [100] * 10, 200).flagged
    assert not judged(every(DAY, 10), [100] * 10, 101).flagged


def test_seven_rows_every_day_are_steadier_than_chance():
    assert judged(every(DAY, 40), [7] * 40, 14).flagged


def test_the_same_value_again_and_again_is_told_once():
    values = noisy(1_000, 90)
    values[60:80] = values[59]
    assert len(flags_online(every(DAY, 90), values)) == 1


def test_zeros_that_do_not_end_are_told_once():
    values = np.where(np.random.default_rng(1).random(200) < 0.33, 0, noisy(50, 200))
    values[150:] = 0
    found = flags_online(every(HOUR, 200), values)
    assert len(found) == 1
    assert 153 <= found[0] <= 175


def test_what_never_happened_is_flagged():
    assert judged(every(DAY, 40), [0] * 40, 500).flagged
    assert not judged(every(DAY, 40), [0] * 40, 0).flagged


def test_a_run_at_the_wrong_hour_of_a_season():
    at = every(HOUR, 21 * 24)
    values = noisy(np.where(at % DAY / HOUR == 9, 10_000, 100), len(at))
    ten, nine = at[-1] + 11 * HOUR, at[-1] + 10 * HOUR
    assert not judged(at, values, 10_000, nine).flagged
    assert judged(at, values, 10_000, ten).flagged


# What is no news


@pytest.mark.parametrize("earlier", [(), (10,), (3, 12, 20, 30, 47)])  # days whose run came late, too
@pytest.mark.parametrize("late", [9.5, 20.0, 1.2])
def test_a_nightly_load_that_runs_at_another_hour_is_one_of_its_weekday(earlier, late):
    chance = np.random.default_rng(3)
    days = np.arange(56)
    normal = np.where(days % 7 < 5, 5_000, 3_000) * chance.lognormal(0, 0.05, len(days))
    at = MONDAY + days * DAY + np.where(np.isin(days, earlier), 9.5, 2.1) * HOUR
    history = History(at, np.rint(normal), np.zeros(len(days), bool))
    for day, usual, unusual in ((56, 5_050, 3_000), (61, 2_950, 5_000)):  # a Monday, a Saturday
        for value, is_flagged in ((usual, False), (unusual, True)):
            judgement = seasonal.judge(history, value, MONDAY + day * DAY + late * HOUR)
            assert judgement is not None
            assert judgement.flagged == is_flagged, (day, value, judgement)


@pytest.mark.parametrize("hour", [3, 15])
@pytest.mark.parametrize("each", [7, 10])
@pytest.mark.parametrize("rows", [30_000, 300])
def test_a_load_with_an_hour_of_its_own_is_no_late_one(rows, each, hour):
    """Beside daily loads, one on Mondays, or on each tenth day: neither is what the other is expected to be."""
    chance = np.random.default_rng(3)
    days = np.repeat(np.arange(63), 2)
    is_own = np.tile([False, True], 63)
    kept = ~is_own | (days % each == 0)
    days, is_own = days[kept], is_own[kept]
    at = MONDAY + days * DAY + np.where(is_own, hour, 6) * HOUR
    normal = np.where(is_own, rows, 2_000) * chance.lognormal(0, 0.05, len(days))
    order = at.argsort()
    history = History(at[order], np.rint(normal)[order], np.zeros(len(at), bool))
    for value, unusual, now in ((rows, 2_000, hour), (2_000, rows, 6)):
        for found, is_flagged in ((value, False), (unusual, True)):
            judgement = seasonal.judge(history, found, MONDAY + 63 * DAY + now * HOUR)  # a Monday
            assert judgement is not None
            assert judgement.flagged == is_flagged, (now, found, judgement)


def test_zeros_of_a_load_with_an_hour_of_its_own_are_not_usual_for_others():
    """On Sundays at 15:00 there is nothing to load, ever: at six there is."""
    days = np.arange(62)
    daily, own = MONDAY + days * DAY + 6 * HOUR, MONDAY + days[days % 7 == 6] * DAY + 15 * HOUR
    at = np.concatenate([daily, own])
    values = np.concatenate([noisy(1_000, len(daily)), np.zeros(len(own))])
    order = at.argsort()
    history = History(at[order], values[order], np.zeros(len(at), bool))
    for hour, is_flagged in ((6, True), (15, False)):
        judgement = seasonal.judge(history, 0, MONDAY + 62 * DAY + hour * HOUR)  # a Sunday
        assert judgement is not None
        assert judgement.flagged == is_flagged, (hour, judgement)


def test_two_saturdays_of_snow_and_nothing_else():
    assert flags_online(every(DAY, len(FLIGHTS), NEW_YEAR_2013), np.array(FLIGHTS, float)) == [38, 39]


@pytest.mark.parametrize("start", range(7))
def test_a_daily_jobs_second_and_third_saturday_are_no_news(start):
    at = every(DAY, 35, MONDAY + start * DAY)
    weekday = (at - MONDAY) // DAY % 7
    values = noisy(np.where(weekday == 5, 650, np.where(weekday == 6, 800, 1_000)), 35, share=0.03)
    assert flags_online(at, values) == []


@pytest.mark.parametrize("factor", [0.4, 2.5])
def test_a_level_that_stays_is_accepted_after_three_runs(factor):
    values = noisy(1_000, 90)
    values[60:] = np.rint(values[60:] * factor)
    assert flags_online(every(DAY, 90), values) == [60, 61, 62]


def test_a_level_that_is_taken_back_soon_is_no_news():
    values = noisy(1_000, 90)
    values[60:66] *= 3
    assert flags_online(every(DAY, 90), values) == [60, 61, 62]


def test_a_single_flagged_run_stays_out_of_the_band():
    at, values = every(DAY, 40), noisy(1_000, 40)
    spiked = np.where(np.arange(40) == 35, 50_000, values)
    before, after = judged(at, values, 1_000), judged(at, spiked, 1_000, flagged=np.arange(40) == 35)
    assert after.upper == pytest.approx(before.upper, rel=0.05)


def test_an_unflagged_run_counts_as_normal():
    at, values = every(DAY, 20), noisy(1_000, 20)
    values[[10, 15]] = 5_000
    flagged = values == 5_000
    assert judged(at, values, 4_500, flagged=flagged).flagged
    assert not judged(at, values, 4_500, flagged=flagged, unflagged=flagged).flagged


def test_growth_is_followed():
    assert flags_online(every(DAY, 180), noisy(1_000 * 1.01 ** np.arange(180), 180)) == []


def test_a_job_at_09_59_50_is_not_torn_in_two():
    chance = np.random.default_rng(3)
    at = every(HOUR, 21 * 24) - 10 + chance.uniform(-20, 40, 21 * 24)
    hour = np.rint((at - MONDAY) / HOUR) % 24
    values = noisy(np.where(hour == 10, 10_000, 100), len(at))
    for late in (-15, 0, 15):
        judgement = judged(at, values, 10_000, MONDAY + 21 * DAY + 10 * HOUR + late)
        assert not judgement.flagged
        assert judgement.profile == "10:00"


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_change_is_no_news(hours):
    at = every(HOUR, 42 * 24)
    local = at + np.where(at > MONDAY + 35 * DAY, hours * HOUR, 0)
    values = noisy(1_000 * np.exp(0.4 * np.cos(local / DAY * 2 * math.pi)), len(at))
    assert flags_online(at, values) == []


def test_less_than_usual_in_an_hour_of_peak():
    at = every(HOUR, 28 * 24)
    values = noisy(np.where(at % DAY / HOUR == 9, 10_000, 100), len(at))
    assert judged(at, values, 2_000, MONDAY + 28 * DAY + 9 * HOUR).flagged


def test_a_month_end_like_the_last_is_no_news():
    at = every(DAY, 100, MONDAY)
    month_ends = [25, 53, 84]  # 2025-01-31, 2025-02-28, 2025-03-31
    values = noisy(1_000, 100)
    values[month_ends] *= 3
    assert flags_online(at, values) == month_ends[:1]


def test_zeros_are_no_news_where_they_are_common():
    values = np.where(np.random.default_rng(1).random(120) < 0.5, 0, noisy(50, 120))
    assert flags_online(every(DAY, 120), values) == []


def test_jitter_of_short_runs_is_no_news_with_a_least_deviation():
    chance = np.random.default_rng(1)
    seconds = 1.5 * chance.uniform(0.7, 1.3, 400) * np.where(chance.random(400) < 0.03, 2.0, 1.0)
    assert flags_online(every(HOUR, 400), seconds, least_deviation=5) == []


# How


def test_eight_runs_are_needed():
    assert seasonal.judge(History.of(every(DAY, 7), [100] * 7), 0, MONDAY + 7 * DAY) is None
    assert seasonal.judge(History.of(every(DAY, 8), [100] * 8), 0, MONDAY + 8 * DAY) is not None
    assert seasonal.judge(History.of(every(DAY, 8), [100] * 8), 0, MONDAY + 8 * DAY, minimum_executions=9) is None


@pytest.mark.parametrize("seconds", [0.001, 1])
def test_runs_that_were_recorded_in_one_batch_are_compared(seconds):
    judgement = judged(every(seconds, 29), noisy(1_000, 29), 9, now=MONDAY + 29 * seconds)
    assert judgement.flagged


def test_runs_at_the_very_same_time_are_not_compared():
    at = np.full(30, float(MONDAY))
    history = History(at, np.append(noisy(1_000, 29), 9.0), np.zeros(30, np.bool_))
    assert seasonal.judge(history, 9.0, float(MONDAY)) is None


def test_runs_before_the_lookback_do_not_count():
    assert judged(every(HOUR, 90), noisy(1_000, 90), 1_000, lookback_days=2).runs == 48


@pytest.mark.parametrize("days", [7, 30.4, 91])
def test_a_job_that_seldom_runs_is_judged_by_its_last_thirty_runs(days):
    at, values = every(days * DAY, 40), noisy(1_000, 40)
    assert judged(at, values, 1_000).runs == 30
    assert judged(at[:10], values[:10], 0).flagged
    assert judged(at[:10], values[:10], 1_000).flagged is False
    assert judged(at[1:], values[1:], 3_000, at[0]).runs == 30  # older than all others


def test_runs_before_a_pause_do_not_count():
    at = np.append(every(DAY, 50), every(DAY, 9, MONDAY + 500 * DAY))
    assert judged(at, noisy(1_000, 59), 1_000).runs == 9


def test_the_band_is_as_wide_as_the_multiplier_says():
    at, values = every(DAY, 40), noisy(1_000, 40)
    narrow, usual, wide = (judged(at, values, 1_000, multiplier=multiplier) for multiplier in (1.5, 2, 3))
    assert wide.lower < usual.lower < narrow.lower < narrow.upper < usual.upper < wide.upper
    assert math.log(wide.upper / wide.expected) == pytest.approx(1.5 * math.log(usual.upper / usual.expected), rel=0.05)


def test_a_judgement_says_what_it_was_compared_with():
    at = every(DAY, 56, MONDAY + 9 * HOUR)
    values = noisy(np.where((at - MONDAY) // DAY % 7 == 0, 5_000, 1_000), 56)
    history = History.of(at, values)
    judgement = seasonal.judge(history, 20_000, MONDAY + 56 * DAY + 9 * HOUR)
    assert judgement is not None
    assert (judgement.profile, judgement.runs, judgement.reason) == ("Mondays 09:00", 8, "more than usual")
    assert judgement.compared_with.tolist() == list(range(0, 56, 7))
    explanation = judge.explanation(RULE, history, judgement)
    assert json.loads(json.dumps(explanation)) == explanation
    ends = [dt.datetime.fromisoformat(explanation[name]).timestamp() for name in ("first_run_at", "last_run_at")]
    assert ends == [at[0], at[49]]


def test_a_backfilled_day_is_judged_by_the_days_before_it():
    at, values = every(DAY, 80), noisy(1_000, 80)
    values[50:] *= 10
    assert not judged(at, values, 1_000, at[50]).flagged
    assert judged(at, values, 10_000, at[50]).flagged


def test_a_backfill_of_days_before_all_others_is_judged_by_those_after_it():
    at, values = every(DAY, 40), noisy(1_000, 40)
    judgement = judged(at, values, 5_000, at[0] - DAY)
    assert (judgement.flagged, judgement.runs) == (True, 40)
    assert judgement.compared_with.tolist() == list(range(40))


def test_the_same_piece_of_data_loaded_again_is_not_compared_with_itself():
    at = np.append(every(DAY, 20), [MONDAY + 20 * DAY] * 5)
    assert judged(at, [1_000] * 20 + [5_000] * 5, 1_000, MONDAY + 20 * DAY).runs == 20


def test_students_factor_is_that_of_the_table():
    # The quantiles of 99.9 % of Student's distribution, from any table, over that of the normal distribution.
    table = {7: 4.785, 10: 4.144, 20: 3.552, 30: 3.385, 120: 3.160}
    for degrees, quantile in table.items():
        assert student_factor(degrees) == pytest.approx(quantile / 3.0902, rel=0.006)


@pytest.mark.parametrize(
    ("degrees", "by_expansion", "tolerance"),
    [
        (7, 1.5409158, 5e-3),
        (8, 1.4520828, 3.1e-3),
        (10, 1.3391550, 1.4e-3),
        (15, 1.2076098, 3e-4),
        (20, 1.1492597, 1e-4),
        (30, 1.0954247, 2.1e-5),
        (60, 1.0457798, 2.1e-6),
        (120, 1.0224271, 6e-7),
        (500, 1.0053003, 3e-7),
        (2_000, 1.0013203, 3e-7),
    ],
)
def test_students_factor_is_that_of_fishers_expansion(degrees, by_expansion, tolerance):
    """The series of four terms (Abramowitz and Stegun, 26.7.5), whose error falls with the degrees of freedom."""
    assert student_factor(degrees) == pytest.approx(by_expansion, rel=tolerance)


def test_a_median_absolute_size_is_two_thirds_of_a_standard_deviation():
    assert pytest.approx(1.4826, abs=5e-6) == TO_DEVIATION


# Whatever comes


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), LARGEST_VALUE])
def test_what_is_no_number_is_not_judged(value):
    assert seasonal.judge(History.of(every(DAY, 20), [100] * 20), value, MONDAY + 20 * DAY) is None


def test_nothing_is_said_without_history():
    assert seasonal.judge(History.of([], []), 5, MONDAY) is None
    assert seasonal.judge(History.of([MONDAY] * 20, [5] * 20), 5, MONDAY) is None


def test_columns_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="one length"):
        History.of([1, 2], [1])


numbers = st.one_of(
    st.none(),
    st.integers(0, 20),
    st.integers(-5, 2_000),
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from([0.0, 1.0, 100.0, 1e-300, 9e99, -9e99]),
)
seconds = st.one_of(st.integers(0, 90).map(lambda day: day * DAY), st.floats(0, 60 * DAY), st.just(0.0))
runs = st.lists(st.tuples(seconds, numbers, st.booleans(), st.booleans()), max_size=80)


@given(runs=runs, value=numbers, at=seconds, multiplier=st.floats(0, 6), floor=st.sampled_from([0.0, 5.0]))
@settings(max_examples=300)
def test_any_history_is_judged_without_a_word(runs, value, at, multiplier, floor):
    history = (
        History.of(*zip(*((MONDAY + time, *rest) for time, *rest in runs), strict=True)) if runs else History.of([], [])
    )
    value = math.nan if value is None else float(value)
    judgement = seasonal.judge(history, value, MONDAY + at, multiplier=multiplier, least_deviation=floor)
    if judgement is None:
        return
    assert judgement.lower <= judgement.expected <= judgement.upper
    assert judgement.flagged == (not judgement.lower <= value <= judgement.upper or judgement.repeated > 0)
    assert 0 <= judgement.confidence <= 1
    assert set(judgement.compared_with.tolist()) <= set(range(len(history)))
    assert json.dumps(judge.explanation(RULE, history, judgement), allow_nan=False)
    assert seasonal.judge(history, value, MONDAY + at, multiplier=multiplier, least_deviation=floor) == judgement


@given(seed=st.integers(0, 1_000), factor=st.floats(1e-6, 1e6), deviation=st.floats(0.1, 10))
@settings(max_examples=50)
def test_the_unit_of_a_measure_does_not_matter(seed, factor, deviation):
    at, values = every(DAY, 40), 1.5 + np.random.default_rng(seed).normal(0, 0.1, 40)
    one = judged(at, values, deviation)
    other = judged(at, values * factor, deviation * factor)
    assert other.z_score == pytest.approx(one.z_score, rel=1e-6)
    assert other.upper == pytest.approx(one.upper * factor, rel=1e-6)


def test_two_thousand_runs_are_the_most_that_are_looked_at():
    at, values = every(900.0, 5_000), noisy(1_000, 5_000)
    assert not judged(at, values, 1_000).flagged
    assert judged(at, values, 9_000).flagged


def test_the_band_is_wider_where_runs_are_frequent():
    widths = [tails.spreads(runs_a_day) for runs_a_day in (1 / 30, 1, 8, 24, 96, 1_440)]
    assert widths == sorted(widths)
    assert (widths[0], widths[1], round(widths[3], 1), widths[-1]) == (3.3, 3.3, 3.6, 4.0)
