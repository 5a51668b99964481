"""The method `zscore` does what anyone can compute by hand."""

import statistics
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher_core.anomalies.methods import zscore
from watcher_core.anomalies.methods.arrays import DAY, HOUR
from watcher_core.anomalies.methods.history import History
from watcher_core.anomalies.methods.judgement import Judgement

MONDAY = 1_736_121_600.0  # 2025-01-06, UTC
NINE = MONDAY + 9 * HOUR
VALUES = [100, 110, 90, 105, 95, 100, 110, 90, 105, 95, 102, 98]


def daily(values: Sequence[float | None], **marks: list[bool]) -> History:
    return History.of([NINE + day * DAY for day in range(len(values))], values, **marks)


def judged(history: History, value: float, **parameters: Any) -> Judgement:
    judgement = zscore.judge(history, value, NINE + len(history) * DAY, **parameters)
    assert judgement is not None
    return judgement


def test_the_band_is_the_mean_and_two_sample_standard_deviations_around_it():
    judgement = judged(daily(VALUES), 120)
    mean, deviation = statistics.mean(VALUES), statistics.stdev(VALUES)
    assert judgement.expected == pytest.approx(mean)
    assert judgement.lower == pytest.approx(mean - 2 * deviation)
    assert judgement.upper == pytest.approx(mean + 2 * deviation)
    assert judgement.z_score == pytest.approx((120 - mean) / deviation)


@pytest.mark.parametrize(("value", "flagged"), [(80, True), (90, False), (100, False), (110, False), (120, True)])
def test_too_much_and_too_little_are_flagged(value, flagged):
    assert judged(daily(VALUES), value).flagged is flagged


def test_confidence_is_the_share_of_the_threshold():
    deviation = statistics.stdev(VALUES)
    assert judged(daily(VALUES), 100 + deviation).confidence == pytest.approx(0.5)
    assert judged(daily(VALUES), 100).confidence == 0
    assert judged(daily(VALUES), 1_000).confidence == 1


def test_deviation_is_in_percent_of_the_mean():
    assert judged(daily(VALUES), 150).deviation_percent == pytest.approx(50)
    assert judged(daily([0] * 12), 5).deviation_percent is None


def test_the_multiplier_is_the_threshold():
    assert judged(daily(VALUES), 120).flagged
    assert not judged(daily(VALUES), 120, multiplier=4).flagged


def test_a_least_deviation_widens_the_band():
    assert not judged(daily(VALUES), 120, least_deviation=25).flagged


def test_only_runs_at_the_same_hour_count():
    at = [MONDAY + hour * HOUR for hour in range(14 * 24)]
    history = History.of(at, [1_000 if hour % 24 == 9 else 10 + hour % 3 for hour in range(14 * 24)])
    at_nine = zscore.judge(history, 1_000, MONDAY + 14 * DAY + 9 * HOUR)
    at_ten = zscore.judge(history, 1_000, MONDAY + 14 * DAY + 10 * HOUR)
    assert at_nine is not None
    assert at_ten is not None
    assert (at_nine.flagged, at_nine.runs, at_nine.profile) == (False, 14, "09:00 to 09:59")
    assert at_ten.flagged


def test_ten_runs_are_needed():
    assert zscore.judge(daily(VALUES[:9]), 1e6, NINE + 9 * DAY) is None
    assert zscore.judge(daily(VALUES[:10]), 1e6, NINE + 10 * DAY) is not None
    assert zscore.judge(daily(VALUES[:5]), 1e6, NINE + 5 * DAY, minimum_executions=5) is not None


def test_runs_before_the_lookback_do_not_count():
    history = daily(list(range(100)))
    assert judged(history, 1).runs == 30
    assert judged(history, 1, lookback_days=12).runs == 12


def test_flagged_runs_stay_in_the_mean():
    assert judged(daily([*VALUES, 1_000], flagged=[False] * 12 + [True]), 100).runs == 13


def test_100_rows_every_day_and_then_none():
    judgement = judged(daily([100] * 12), 0)
    assert (judgement.flagged, judgement.reason, judgement.deviation_percent) == (True, "less than usual", -100)
    assert judged(daily([100] * 12), 1_000).flagged
    assert not judged(daily([100] * 12), 101).flagged


def test_what_was_always_zero_may_stay_so():
    assert not judged(daily([0] * 12), 0).flagged
    assert judged(daily([0] * 12), 50).flagged


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 1e200])
def test_what_is_no_number_is_not_judged(value):
    assert zscore.judge(daily(VALUES), value, NINE + 12 * DAY) is None


def test_missing_and_damaged_values_are_left_out():
    assert judged(daily([*VALUES, None, float("nan"), 1e300]), 100).runs == 12


def test_a_later_run_does_not_count_for_a_backfilled_day():
    judgement = zscore.judge(daily(VALUES + [1e6] * 10), 100, NINE + 12 * DAY)
    assert judgement is not None
    assert judgement.runs == 12


def test_nothing_is_said_without_history():
    assert zscore.judge(History.of([], []), 5, NINE) is None
    assert zscore.judge(History(np.full(20, NINE), np.ones(20), np.zeros(20, np.bool_)), 5, NINE) is None


@given(values=st.lists(st.floats(-9e99, 9e99), min_size=10, max_size=30), value=st.floats(-9e99, 9e99))
@settings(max_examples=200)
def test_any_history_is_judged(values, value):
    judgement = judged(daily(values), value)
    assert judgement.lower <= judgement.expected <= judgement.upper
    assert judgement.flagged == (not judgement.lower <= value <= judgement.upper)
    assert 0 <= judgement.confidence <= 1
