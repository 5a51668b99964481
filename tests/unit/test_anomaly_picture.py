"""Pictures of a metric: drawn from anything that a history may hold, the same each time."""

from __future__ import annotations

import datetime as dt
import math
from xml.etree import ElementTree

import pytest

from watcher_core import (
    AnomalyExplanation,
    AnomalyMethod,
    AnomalyMetric,
    AnomalyRule,
    AnomalyRun,
    AnomalyVerdict,
    InvalidValueError,
    draw_anomaly,
)
from watcher_core.anomalies.chart import draw_backtest

BEGINNING = dt.datetime(2013, 1, 1, tzinfo=dt.UTC)
PNG = b"\x89PNG\r\n"
RULE = AnomalyRule(
    id=1,
    pipeline_id=1,
    pipeline_name="flights",
    metric_field=AnomalyMetric.TOTAL_ROWS,
    method=AnomalyMethod.SEASONAL,
    lookback_days=30,
    minimum_executions=10,
    std_deviation_threshold_multiplier=2.0,
    active=True,
    configuration_hash=None,
    created_at=BEGINNING,
    updated_at=BEGINNING,
)


def day(number: int) -> dt.datetime:
    return BEGINNING + dt.timedelta(days=number)


def run(number: int, value: float | None, *, compared: bool = True) -> AnomalyRun:
    return AnomalyRun(execution_id=number, at=day(number), value=value, compared=compared, flagged=False)


def verdict(number: int, value: float, expected: float, lower: float | None, upper: float | None) -> AnomalyVerdict:
    return AnomalyVerdict(
        execution_id=number,
        at=day(number),
        metric_field=AnomalyMetric.TOTAL_ROWS,
        flagged=not (lower or -math.inf) <= value <= (upper or math.inf),
        value=value,
        expected=expected,
        lower=lower,
        upper=upper,
        z_score=3.0,
        confidence=1.0,
        deviation_percent=None,
        profile="all runs",
        runs=31,
        reason="far below what is usual",
    )


def explanation(history: list[AnomalyRun], said: AnomalyVerdict | None, value: float | None) -> AnomalyExplanation:
    return AnomalyExplanation(
        execution_id=31,
        rule=RULE,
        at=day(31),
        value=value,
        verdict=said,
        reason=said.reason if said else "too few runs",
        result=None,
        history=tuple(history),
    )


HISTORY = [run(number, 900.0 + number % 5, compared=number % 7 == 3) for number in range(30)]
LOW = verdict(31, 458.0, 902.0, 850.0, None)
UNUSUAL = explanation(HISTORY, LOW, 458.0)


@pytest.mark.parametrize(
    "explained",
    [
        UNUSUAL,
        explanation([], None, 0.0),
        explanation([run(0, None), run(1, 5.0)], verdict(31, 5.0, 5.0, 5.0, 5.0), 5.0),
        explanation(HISTORY, verdict(31, 1e99, 902.0, None, 950.0), 1e99),
        explanation(HISTORY, verdict(31, -3.5, 902.0, -math.inf, math.inf), -3.5),
    ],
)
def test_whatever_the_history_holds(explained: AnomalyExplanation) -> None:
    assert draw_anomaly(explained).startswith(PNG)
    if explained.verdict:
        assert draw_backtest([explained.verdict], title="rows").startswith(PNG)


def test_the_same_picture_is_the_same_bytes_and_small() -> None:
    for file_format in ("png", "svg"):
        first, again = (draw_anomaly(UNUSUAL, file_format=file_format) for _ in range(2))
        assert first == again
        assert len(first) < 40_000


def test_names_are_text_and_neither_markup_nor_a_formula() -> None:
    drawn = draw_anomaly(UNUSUAL, title="<b>$a_$ & $b$</b>", file_format="svg")
    told = [element.text for element in ElementTree.fromstring(drawn).iter() if element.text]
    assert "<b>$a_$ & $b$</b>" in told


def test_what_is_seen_in_it() -> None:
    drawn = draw_anomaly(UNUSUAL, file_format="svg").decode()
    for told in ("total_rows: far below what is usual", "compared with", "other runs", "this run", ">rows<"):
        assert told in drawn
    drawn = draw_backtest([verdict(30, 901.0, 902.0, 850.0, None), LOW], title="a", file_format="svg").decode()
    assert "would be flagged" in drawn
    assert "usual runs" in drawn
    assert "usual runs" not in draw_backtest([LOW], title="a", file_format="svg").decode()


def test_what_cannot_be_drawn() -> None:
    with pytest.raises(InvalidValueError, match="execution 31 has no total_rows; there is nothing to draw"):
        draw_anomaly(explanation(HISTORY, None, None))
    with pytest.raises(InvalidValueError, match="the verdicts are of 0 metrics; a picture is of one"):
        draw_backtest([], title="a")


def test_the_settings_of_others_stay() -> None:
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    draw_anomaly(UNUSUAL, file_format="svg")
    assert dict(mpl.rcParams) == before
