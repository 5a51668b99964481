"""What a history is loaded for, how its arrays are read, and how a rule calls its method; without a database."""

from __future__ import annotations

import datetime as dt
import struct
from typing import Any

import numpy as np
import pytest

from watcher_core import AnomalyMethod, AnomalyMetric
from watcher_core.anomalies import judge
from watcher_core.anomalies.history import LEAST_DAYS, ArrayLoader, Runs, Span, spans
from watcher_core.anomalies.judge import Rule
from watcher_core.anomalies.methods import seasonal, zscore

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def on(*days: float) -> list[dt.datetime]:
    return [NOON + day * DAY for day in days]


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (on(0), [on(0, 0)]),
        (on(0, 1, 2), [on(0, 2)]),
        (on(2, 0, 1), [on(0, 2)]),
        (on(0, 0), [on(0, 0)]),
        (on(0, 2), [on(0, 2)]),
        (on(0, 2.1), [on(0, 0), on(2.1, 2.1)]),
        (on(0, 1, 9, 10, 30), [on(0, 1), on(9, 10), on(30, 30)]),
    ],
)
def test_what_lies_close_together_shares_a_history(at: list[dt.datetime], expected: list[list[dt.datetime]]) -> None:
    found = list(spans(7, at, days=30))
    assert [[span.first, span.last] for span in found] == expected
    assert {(span.pipeline_id, span.days) for span in found} == {(7, LEAST_DAYS)}


def test_a_longer_lookback_is_loaded() -> None:
    assert list(spans(7, on(0), days=365)) == [Span(7, NOON, NOON, 365)]


def binary(*numbers: float) -> bytes:
    """A `float8[]` as PostgreSQL sends it."""
    header = struct.pack(">iiiii", 1, 0, 701, len(numbers), 1)
    return header + b"".join(struct.pack(">id", 8, number) for number in numbers)


def test_arrays_are_read_as_postgresql_sends_them() -> None:
    loader = ArrayLoader(1022)
    read = loader.load(binary(1.5, -0.0, 9e18, float("nan")))
    assert read.dtype == np.float64
    assert read.tolist()[:3] == [1.5, -0.0, 9e18]
    assert np.isnan(read[3])
    read[0] = 2  # ours to write to
    assert loader.load(binary()).tolist() == []


def runs(ids: list[int], values: list[float]) -> Runs:
    at = np.arange(len(ids), dtype=np.float64) * np.float64(86_400)
    return Runs(
        np.array(ids), at, np.zeros(len(at), np.bool_), dict.fromkeys(AnomalyMetric, np.array(values, np.float64))
    )


def test_executions_are_found_among_the_runs() -> None:
    some = runs([30, 10, 20], [1, 2, 3])
    assert some.positions([10, 20, 99, 5]) == {10: 1, 20: 2}
    assert some.positions([]) == {}
    assert some.marks([30, 99]).tolist() == [True, False, False]
    assert some.marks([]).tolist() == [False] * 3
    assert runs([], []).positions([1]) == {}


def rule(**fields: Any) -> Rule:
    given = {
        "id": 1,
        "pipeline_id": 1,
        "metric_field": AnomalyMetric.TOTAL_ROWS,
        "method": AnomalyMethod.SEASONAL,
        "lookback_days": 30,
        "minimum_executions": 10,
        "multiplier": 3.0,
    }
    return Rule(**{**given, **fields})


@pytest.mark.parametrize(
    ("asked", "module", "told"),
    [
        (rule(), seasonal, {"lookback_days": 60, "least_deviation": 0.0}),
        (rule(lookback_days=90), seasonal, {"lookback_days": 90}),
        (rule(metric_field=AnomalyMetric.DURATION_SECONDS), seasonal, {"least_deviation": 1.0}),
        (rule(method=AnomalyMethod.ZSCORE), zscore, {"lookback_days": 30}),
    ],
)
def test_a_rule_tells_its_method_what_it_asks_for(
    monkeypatch: pytest.MonkeyPatch, asked: Rule, module: Any, told: dict[str, Any]
) -> None:
    calls: list[tuple[Any, ...]] = []

    def record_call(past: Any, value: float, at: float, **options: Any) -> None:
        calls.append((value, at, options))

    monkeypatch.setattr(module, "judge", record_call)
    past = judge.history(runs([1, 2], [5, 6]), asked.metric_field, [1])
    assert judge.judge(asked, past, 1) is None
    [(value, at, options)] = calls
    assert (value, at) == (6, 86_400)
    assert options.items() >= {"multiplier": 3.0, "minimum_executions": 10, **told}.items()
    assert past.flagged.tolist() == [True, False]


@pytest.mark.parametrize("method", list(AnomalyMethod))
@pytest.mark.parametrize("odd", [float("nan"), float("inf"), -float("inf"), 1e200, -1e200])
def test_values_that_are_damage_have_no_verdict_and_harm_nobody(method: AnomalyMethod, odd: float) -> None:
    some = runs(list(range(31)), [100.0 + number % 5 for number in range(15)] + [odd] + [102.0] * 15)
    past = judge.history(some, AnomalyMetric.TOTAL_ROWS)
    assert judge.judge(rule(method=method), past, 15) is None
    judgement = judge.judge(rule(method=method), past, 30)
    assert judgement is not None
    assert not judgement.flagged


@pytest.mark.parametrize("method", list(AnomalyMethod))
def test_negative_values_are_judged(method: AnomalyMethod) -> None:
    some = runs(list(range(30)), [-100.0 - number % 5 for number in range(29)] + [-500.0])
    past = judge.history(some, AnomalyMetric.TOTAL_ROWS)
    judgement = judge.judge(rule(method=method), past, 29)
    assert judgement is not None
    assert judgement.flagged
    told = judge.explanation(rule(method=method), past, judgement)
    assert told["last_run_at"] == "1970-01-29T00:00:00+00:00"
    verdict = judge.verdict(rule(method=method), some, 29, judgement)
    assert (verdict.execution_id, verdict.value) == (29, -500)
