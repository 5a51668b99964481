"""What an asset may declare, and what is refused when it is declared."""

from __future__ import annotations

from typing import Any

import dagster as dg
import pytest

from watcher_core import AnomalyMetric, DatePart, InvalidValueError
from watcher_dagster import watcher_metadata
from watcher_dagster.metadata import parse_anomalies, parse_threshold


def test_nothing_declared_says_nothing() -> None:
    assert watcher_metadata() == {}


def test_everything_declared() -> None:
    assert watcher_metadata(
        freshness=(2, "hour"),
        mute_freshness=False,
        timeliness=(1, "week"),
        mute_timeliness=True,
        failures=3,
        mute_failures=True,
        mute_asset_checks=True,
        column_changes=True,
        level="CRITICAL",
        pipeline_type=" api-integration ",
        address="warehouse.stock_prices",
        address_type="postgresql",
        address_type_group=" database",
        runbook=" https://wiki.example.com/orders",
        metadata={"contact": "#sales", "limits": [1, 2]},
    ) == {
        "watcher/freshness": "2 hours",
        "watcher/mute_freshness": False,
        "watcher/timeliness": "1 week",
        "watcher/mute_timeliness": True,
        "watcher/failures": 3,
        "watcher/mute_failures": True,
        "watcher/mute_asset_checks": True,
        "watcher/column_changes": True,
        "watcher/level": "critical",
        "watcher/pipeline_type": "api-integration",
        "watcher/address": "warehouse.stock_prices",
        "watcher/address_type": "postgresql",
        "watcher/address_type_group": "database",
        "watcher/runbook": "https://wiki.example.com/orders",
        "watcher/metadata": {"contact": "#sales", "limits": [1, 2]},
    }


def test_none_takes_a_threshold_away() -> None:
    assert watcher_metadata(freshness=None, timeliness=None) == {"watcher/freshness": None, "watcher/timeliness": None}


def test_dagster_takes_it_as_an_assets_metadata() -> None:
    declared = watcher_metadata(freshness=(2, "hour"), timeliness=None, mute_freshness=True, metadata={"a": 1})

    @dg.asset(metadata=declared)
    def prices() -> None: ...

    assert dg.Definitions(assets=[prices]).resolve_all_asset_specs()[0].metadata == declared


@pytest.mark.parametrize("value", [(2, "hour"), [2, "hours"], "2 hours", " 2  HOUR ", (2, DatePart.HOUR)])
def test_spellings_of_a_threshold(value: Any) -> None:
    assert parse_threshold("freshness", value) == (2, DatePart.HOUR)


@pytest.mark.parametrize("datepart", list(DatePart))
def test_what_is_written_is_read_back(datepart: DatePart) -> None:
    text = watcher_metadata(freshness=(3, datepart))["watcher/freshness"]
    assert parse_threshold("freshness", text) == (3, datepart)


@pytest.mark.parametrize(
    "value",
    [
        (0, "hour"),
        (-1, "hour"),
        (1.5, "hour"),
        (True, "hour"),
        ("2", "hour"),
        (2, "second"),
        (2,),
        2,
        "2",
        "hour",
        {},
        "",
    ],
)
@pytest.mark.parametrize("field", ["freshness", "timeliness"])
def test_a_threshold_that_breaks_the_rule(field: str, value: Any) -> None:
    with pytest.raises(InvalidValueError, match=field) as raised:
        watcher_metadata(**{field: value})
    assert repr(value) in str(raised.value)
    assert "minute, hour, day, week, month, year" in str(raised.value)


@pytest.mark.parametrize(
    "field", ["mute_freshness", "mute_timeliness", "mute_failures", "mute_asset_checks", "column_changes"]
)
@pytest.mark.parametrize("value", ["yes", 1, None])
def test_a_flag_that_is_none(field: str, value: Any) -> None:
    with pytest.raises(InvalidValueError, match=f"{field} is {value!r}; it must be True or False"):
        watcher_metadata(**{field: value})


@pytest.mark.parametrize("value", [0, 101, -1, 1.5, True, "3"])
def test_a_number_of_failures_that_breaks_the_rule(value: Any) -> None:
    with pytest.raises(InvalidValueError, match=f"failures is {value!r}; it must be a whole number from 1 to 100"):
        watcher_metadata(failures=value)


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (True, True),
        (False, False),
        (["total_rows"], {"total_rows": {}}),
        (("inserts", "total_updates"), {"inserts": {}, "total_updates": {}}),
        (
            {"total_rows": {"std_deviation_threshold_multiplier": 3}, "throughput": {"active": False}},
            {"total_rows": {"std_deviation_threshold_multiplier": 3}, "throughput": {"active": False}},
        ),
    ],
)
def test_metrics_that_are_judged(value: Any, kept: Any) -> None:
    assert watcher_metadata(anomalies=value) == {"watcher/anomalies": kept}


def test_all_metrics_are_judged_or_none() -> None:
    assert set(parse_anomalies("anomalies", True)) == set(AnomalyMetric)
    assert list(parse_anomalies("anomalies", True).values()) == [{}] * 6
    assert list(parse_anomalies("anomalies", False).values()) == [{"active": False}] * 6


@pytest.mark.parametrize(
    "value",
    [[], {}, "total_rows", 3, None, [7], [["total_rows"]], {"total_rows": 3}, {"total_rows": {"sigma": 3}}, {1: {}}],
)
def test_metrics_that_are_none(value: Any) -> None:
    with pytest.raises(InvalidValueError) as raised:
        watcher_metadata(anomalies=value)
    assert str(raised.value).startswith(f"anomalies is {value!r}; it must be True, False, a list of metrics (")


def test_a_metric_that_nobody_measures() -> None:
    with pytest.raises(InvalidValueError, match="anomalies has 'rows'; there are duration_seconds, "):
        watcher_metadata(anomalies=["total_rows", "rows"])


@pytest.mark.parametrize("field", ["pipeline_type", "address", "address_type", "address_type_group"])
@pytest.mark.parametrize("value", ["", "  ", 7, None])
def test_a_name_that_is_blank(field: str, value: Any) -> None:
    with pytest.raises(InvalidValueError, match=f"{field} is {value!r}; it must be text"):
        watcher_metadata(**{field: value})


@pytest.mark.parametrize("value", [{"at": object()}, {"ratio": float("nan")}, {1: "one"}, [("a", 1)], "text"])
def test_metadata_that_json_cannot_hold(value: Any) -> None:
    with pytest.raises(InvalidValueError, match="metadata is"):
        watcher_metadata(metadata=value)
