"""Rules on numbers in the metadata of executions, and on the hours of a time zone."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from tests.factories import at, record, unique
from watcher_core import AnomalyMethod, InvalidValueError, Watcher

DAY = 24 * 60


def runs(watcher: Watcher, name: str, values: list[Any], *, key: str = "revenue", first: int = 0) -> None:
    """Record a run a day, each with a value under a key of its metadata."""
    watcher.record(
        record(name, f"{name}/{first + day}", start=(first + day) * DAY, execution_metadata={key: value, "pages": 7})
        for day, value in enumerate(values)
    )


@pytest.mark.parametrize("method", AnomalyMethod)
@pytest.mark.parametrize("key", ["revenue", "dagster/nested key", "Umsatz in €", "a:b", "metadata:x"])
def test_any_number_in_metadata_can_be_judged(module_watcher: Watcher, key: str, method: AnomalyMethod) -> None:
    watcher, name = module_watcher, unique("metadata")
    watcher.get_or_create_pipeline(name)
    rule = watcher.get_or_create_anomaly_rule(name, metric_field=f"metadata:{key}", method=method)
    assert (rule.metric_field, rule.metric_field.value) == (f"metadata:{key}", f"metadata:{key}")
    runs(watcher, name, [100.5 + day % 5 for day in range(30)], key=key)
    runs(watcher, name, [12.25], key=key, first=30)
    found = watcher.detect_pending_anomalies(now=at(30 * DAY + 60))
    assert [(result.metric_field, result.value) for result in found.flagged] == [(f"metadata:{key}", 12.25)]
    [alert] = [each for each in watcher.alerts(kind="anomaly") if each.pipeline_name == name]
    assert alert.facts["metrics"][0]["metric_field"] == f"metadata:{key}"
    execution_id = found.flagged[0].pipeline_execution_id
    [explained] = watcher.explain_anomalies(execution_id)
    assert (explained.value, len(explained.history)) == (12.25, 30)
    [replayed] = watcher.backtest_anomalies(
        name, metric_field=f"metadata:{key}", method=method, days=1, until=at(30 * DAY)
    )
    assert (replayed.flagged, replayed.value) == (True, 12.25)
    assert watcher.unflag_anomaly(execution_id, metric_field=f"metadata:{key}")[0].metric_field == f"metadata:{key}"


def test_what_is_no_number_has_no_value(module_watcher: Watcher) -> None:
    watcher, name = module_watcher, unique("metadata")
    watcher.get_or_create_pipeline(name)
    watcher.get_or_create_anomaly_rule(name, metric_field="metadata:revenue")
    runs(watcher, name, [100 + day % 5 for day in range(30)])
    wrong = ["many", None, True, [1], {"a": 1}, "12", "NaN", "Infinity", math.nan, -math.inf, 1e308, -1e308, 5e-324]
    runs(watcher, name, wrong, first=30)
    judged = watcher.detect_pending_anomalies(now=at(50 * DAY))
    assert [result.value for result in judged.flagged] == [0]  # 5e-324
    for value in (10**400, "1e-400"):
        watcher.record([record(name, start=50 * DAY, execution_metadata={"revenue": json.loads(str(value))})])
    assert len(watcher.detect_pending_anomalies(now=at(50 * DAY + 60)).flagged) <= 1


def test_rules_on_columns_and_metadata_of_several_pipelines_are_judged_together(module_watcher: Watcher) -> None:
    watcher = module_watcher
    one, other, third = unique("one"), unique("other"), unique("third")
    for name, metrics in (
        (one, ["metadata:a", "metadata:b", "duration_seconds"]),
        (other, ["metadata:b"]),
        (third, ["duration_seconds"]),
    ):
        watcher.get_or_create_pipeline(name)
        for metric in metrics:
            watcher.get_or_create_anomaly_rule(name, metric_field=metric)
        watcher.record(
            record(name, f"{name}/{day}", start=day * DAY, execution_metadata={"a": 100 + day % 3, "b": 500 + day % 7})
            for day in range(20)
        )
    watcher.record(
        record(name, f"{name}/20", start=20 * DAY, execution_metadata={"a": 100, "b": 0})
        for name in (one, other, third)
    )
    flagged = watcher.detect_pending_anomalies(now=at(20 * DAY + 60)).flagged
    assert [(result.pipeline_name, result.metric_field) for result in flagged] == [
        (one, "metadata:b"),
        (other, "metadata:b"),
    ]


@pytest.mark.parametrize(
    ("metric", "message"),
    [
        ("metadata:", "a key follows, as in metadata:revenue"),
        ("metadata:  ", "a key follows"),
        ("revenue", "metric_field is 'revenue'; it may be duration_seconds, .*, or metadata: and a key"),
        ("metadata:" + "x" * 3000, "a name has 1 to 2,048 bytes"),
        (7, "metric_field is 7; it must be an AnomalyMetric or text"),
    ],
)
def test_what_is_no_metric_is_refused(module_watcher: Watcher, metric: Any, message: str) -> None:
    name = unique("metadata")
    module_watcher.get_or_create_pipeline(name)
    with pytest.raises(InvalidValueError, match=message):
        module_watcher.get_or_create_anomaly_rule(name, metric_field=metric)
    assert module_watcher.anomaly_rules(pipeline=name) == []


def test_a_rule_knows_the_time_zone_of_a_schedule(module_watcher: Watcher) -> None:
    watcher, name = module_watcher, unique("zone")
    watcher.get_or_create_pipeline(name)
    rule = watcher.get_or_create_anomaly_rule(name, metric_field="total_rows", timezone="Asia/Tokyo")
    assert (rule.timezone, rule.method) == ("Asia/Tokyo", AnomalyMethod.SEASONAL)
    watcher.record(
        record(name, f"{name}/{day}", start=day * DAY, total_rows=100 if day % 7 == 4 else 1_000) for day in range(35)
    )
    watcher.detect_pending_anomalies(now=at(35 * DAY))
    profiles = {result.explanation["profile"] for result in watcher.anomaly_results(pipeline=name, limit=1_000)}
    assert {profile.rpartition(" ")[2] for profile in profiles} <= {"21:00", "runs"}  # noon in UTC
    assert watcher.update_anomaly_rule(rule.id, timezone=None).timezone is None
    with pytest.raises(InvalidValueError, match="timezone is 'Mars/Base'; it must be a time zone"):
        watcher.update_anomaly_rule(rule.id, timezone="Mars/Base")


@pytest.mark.parametrize(
    ("metadata", "declared", "hour"),
    [
        ({"partitions_timezone": "Asia/Tokyo"}, None, "21:00"),
        ({"schedule_timezone": "Asia/Tokyo"}, None, "21:00"),
        ({"partitions_timezone": "Asia/Tokyo", "schedule_timezone": "Asia/Dubai"}, None, "21:00"),
        ({"partitions_timezone": "Asia/Tokyo"}, "Asia/Dubai", "16:00"),
        ({"partitions_timezone": "Mars/Base"}, None, "12:00"),
        ({"schedule_timezone": 7}, None, "12:00"),
    ],
)
@pytest.mark.parametrize("method", AnomalyMethod)
def test_the_time_zone_of_partitions_or_of_a_schedule_reaches_the_rule(
    module_watcher: Watcher, metadata: dict[str, Any], declared: str | None, hour: str, method: AnomalyMethod
) -> None:
    watcher, name = module_watcher, unique("zone")
    watcher.get_or_create_pipeline(name, pipeline_metadata=metadata)
    given: dict[str, Any] = {} if declared is None else {"timezone": declared}
    watcher.get_or_create_anomaly_rule(name, metric_field="total_rows", method=method, **given)
    watcher.record(
        record(name, f"{name}/{day}", start=day * DAY, total_rows=100 if day % 7 == 4 else 1_000) for day in range(35)
    )
    watcher.detect_pending_anomalies(now=at(35 * DAY))
    [newest] = watcher.anomaly_results(pipeline=name, limit=1)
    assert hour in newest.explanation["profile"]
    [listed] = watcher.anomaly_rules(pipeline=name, standing=True)
    assert (listed.timezone, listed.cannot_judge) == (declared, None)
    [explained] = watcher.explain_anomalies(newest.pipeline_execution_id)
    assert explained.verdict is not None
    assert hour in explained.verdict.profile
    backtest = watcher.backtest_anomalies(name, metric_field="total_rows", method=method, timezone=declared)
    assert hour in backtest[-1].profile
