"""The method `seasonal` on zeros: usual in some runs, an empty load in others."""

import numpy as np
import pytest

from tests.unit.test_anomaly_seasonal import MONDAY, every, flags_online, judged, noisy
from watcher_core.anomalies.methods.arrays import DAY, HOUR


def weekday(at):
    return (at - MONDAY) // DAY % 7


@pytest.mark.parametrize("empty", [(20, 33, 50), (20, 41, 59), (30, 31, 45), (12, 13, 58), (15, 25, 35, 45, 55)])
def test_every_empty_load_of_60_days_is_flagged(empty):
    values = noisy(1_000, 60, share=0.05)
    values[list(empty)] = 0
    assert flags_online(every(DAY, 60), values) == list(empty)


@pytest.mark.parametrize("earlier", [(2,), (2, 5), (20, 40), (20, 30, 40)])
def test_empty_loads_before_there_was_a_rule_do_not_make_zero_usual(earlier):
    values = noisy(1_000, 60)
    values[list(earlier)] = 0
    assert judged(every(DAY, 60), values, 0).flagged
    assert not judged(every(DAY, 60), values, 1_000).flagged


@pytest.mark.parametrize("weeks", [3, 4, 8])
@pytest.mark.parametrize("start", range(7))
def test_zero_is_usual_on_idle_sundays_alone(weeks, start):
    at = every(DAY, weeks * 7, MONDAY + start * DAY + 9 * HOUR)
    values = np.where(weekday(at) == 6, 0, noisy(1_000, len(at)))
    for now in at[-1] + DAY * np.arange(1, 8):
        assert judged(at, values, 0, float(now)).flagged == (weekday(now) != 6)
        assert judged(at, values, 1_000, float(now)).flagged is False


def test_idle_sundays_and_an_empty_tuesday():
    at = every(DAY, 84)
    values = np.where(weekday(at) == 6, 0, noisy(1_000, 84, share=0.05))
    tuesdays = [22, 50, 57, 78]
    values[tuesdays] = 0
    assert [run for run in flags_online(at, values) if run > 21] == tuesdays


def test_an_hourly_job_that_is_idle_at_night_and_at_weekends():
    at = every(HOUR, 35 * 24)
    hour = (at - MONDAY) % DAY // HOUR
    values = np.where((hour >= 8) & (hour < 18) & (weekday(at) < 5), noisy(500, len(at)), 0)
    wednesday_at_ten = 30 * 24 + 10
    values[wednesday_at_ten] = 0
    assert [run for run in flags_online(at, values) if run > 10 * 24] == [wednesday_at_ten]


def test_zeros_that_were_unflagged_are_usual():
    values = noisy(1_000, 60)
    empty = np.isin(np.arange(60), [20, 25, 30, 33, 36, 41, 50, 55])
    values[empty] = 0
    assert judged(every(DAY, 60), values, 0, flagged=empty).flagged
    assert not judged(every(DAY, 60), values, 0, flagged=empty, unflagged=empty).flagged


def test_zero_is_within_chance_for_a_small_count():
    chance = np.random.default_rng(1)
    for mean in (2, 3, 4):
        assert len(flags_online(every(HOUR, 1_000), chance.poisson(mean, 1_000).astype(float))) <= 2


def test_a_small_number_that_is_always_the_same_and_then_zero():
    assert judged(every(DAY, 40), [3] * 40, 0).flagged
    values = np.where(weekday(every(DAY, 40)) == 6, 0, 4)
    assert judged(every(DAY, 40), values, 0, MONDAY + 43 * DAY).flagged
    assert not judged(every(DAY, 40), values, 0, MONDAY + 41 * DAY).flagged


def test_zeros_that_have_become_the_level_are_flagged_three_times():
    values = np.where(np.arange(200) % 3 == 0, 0, noisy(50, 200))
    values[150:] = 0
    assert flags_online(every(HOUR, 200), values) == [151, 152, 154]


def test_no_zero_at_a_months_edge_makes_the_next_one_usual():
    values = noisy(1_000, 100)
    firsts = [26, 54, 85]  # the first days of February, March and April
    values[firsts] = 0
    assert flags_online(every(DAY, 100), values) == firsts


def test_zero_is_usual_beside_small_rates():
    chance = np.random.default_rng(3)
    requests = chance.uniform(5_000, 9_000, 800)
    errors = chance.negative_binomial(1.5, 1.5 / (1.5 + 8), 800)
    at, rate = every(HOUR, 800), errors / requests
    assert np.count_nonzero(rate == 0) > 10
    assert not [run for run in flags_online(at, rate) if rate[run] == 0 and run > 100]
    assert judged(at, rate, 0.2).flagged
    steady = noisy(1.0, 800, share=0.1) + chance.uniform(0, 0.3, 800)
    assert judged(at, steady, 0).flagged
