"""Anomaly rules: get-or-create, configuration from code, changes by hand, bounds, and those of new pipelines."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.factories import record, unique
from watcher_core import (
    AnomalyMethod,
    AnomalyMetric,
    AnomalyRule,
    AnomalyRuleConfiguration,
    DatabaseError,
    InvalidValueError,
    NotFoundError,
    PipelineConfiguration,
    PipelineLineage,
    Settings,
    Watcher,
)


@pytest.fixture
def pipeline(module_watcher: Watcher) -> str:
    return module_watcher.get_or_create_pipeline(unique("pipeline")).name


@pytest.fixture
def automatic(database_url: str, tmp_path: Path) -> Iterator[Watcher]:
    """A Watcher that gives new pipelines their rules."""
    settings = Settings(home=tmp_path / "watcher-home", auto_create_anomaly_detection_rules=True)
    with Watcher(database_url, settings=settings) as watcher:
        yield watcher


def configuration(rule: AnomalyRule) -> tuple[Any, ...]:
    return (
        rule.method,
        rule.lookback_days,
        rule.minimum_executions,
        rule.std_deviation_threshold_multiplier,
        rule.active,
    )


DEFAULTS = (AnomalyMethod.SEASONAL, 30, 10, 2.0, True)


def test_a_rule_is_made_once(module_watcher: Watcher, pipeline: str) -> None:
    made = module_watcher.get_or_create_anomaly_rule(pipeline, metric_field="total_rows")
    assert made.created
    assert made.pipeline_name == pipeline
    assert made.metric_field is AnomalyMetric.TOTAL_ROWS
    assert configuration(made) == DEFAULTS
    again = module_watcher.get_or_create_anomaly_rule(made.pipeline_id, metric_field="TOTAL_ROWS")
    assert (again.id, again.created) == (made.id, False)
    assert module_watcher.anomaly_rules(pipeline=pipeline) == [again]
    assert module_watcher.anomaly_rule(made.id) == again


def test_only_what_is_passed_changes(module_watcher: Watcher, pipeline: str) -> None:
    def rule(**fields: Any) -> AnomalyRule:
        return module_watcher.get_or_create_anomaly_rule(pipeline, metric_field="inserts", **fields)

    assert configuration(rule(method="zscore", lookback_days=7)) == (AnomalyMethod.ZSCORE, 7, 10, 2.0, True)
    changed = rule(std_deviation_threshold_multiplier=3)
    assert configuration(changed) == (AnomalyMethod.ZSCORE, 7, 10, 3.0, True)
    assert configuration(rule(active=False, minimum_executions=20)) == (AnomalyMethod.ZSCORE, 7, 20, 3.0, False)
    assert configuration(rule()) == (AnomalyMethod.ZSCORE, 7, 20, 3.0, False)


def test_a_change_by_hand_stays_until_the_code_changes(module_watcher: Watcher, pipeline: str) -> None:
    declared: dict[str, Any] = {"metric_field": "inserts", "lookback_days": 14}
    rule = module_watcher.get_or_create_anomaly_rule(pipeline, **declared)
    by_hand = module_watcher.update_anomaly_rule(rule.id, lookback_days=90, active=False)
    assert (by_hand.lookback_days, by_hand.active) == (90, False)
    assert module_watcher.get_or_create_anomaly_rule(pipeline, **declared) == by_hand
    after = module_watcher.get_or_create_anomaly_rule(pipeline, **{**declared, "lookback_days": 21})
    assert (after.lookback_days, after.active) == (21, False)


@pytest.mark.parametrize(
    ("name", "metric"),
    [
        ("total_inserts", AnomalyMetric.INSERTS),
        ("total_updates", AnomalyMetric.UPDATES),
        ("total_soft_deletes", AnomalyMetric.SOFT_DELETES),
        (AnomalyMetric.THROUGHPUT, AnomalyMetric.THROUGHPUT),
    ],
)
def test_metrics_have_other_names(module_watcher: Watcher, pipeline: str, name: str, metric: AnomalyMetric) -> None:
    rule = module_watcher.get_or_create_anomaly_rule(pipeline, metric_field=name)
    assert rule.metric_field is metric
    assert module_watcher.get_or_create_anomaly_rule(pipeline, metric_field=metric.value).id == rule.id


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"lookback_days": 0}, "lookback_days is 0; it must be a whole number from 1 to 365"),
        ({"lookback_days": 366}, "lookback_days is 366"),
        ({"lookback_days": 1.5}, "lookback_days is 1.5"),
        ({"minimum_executions": 1}, "minimum_executions is 1; it must be a whole number from 2 to 10,000"),
        ({"minimum_executions": 10_001}, "minimum_executions is 10001"),
        ({"minimum_executions": None}, "minimum_executions is None"),
        ({"std_deviation_threshold_multiplier": 0.4}, "multiplier is 0.4; it must be a number from 0.5 to 10"),
        ({"std_deviation_threshold_multiplier": 10.1}, "multiplier is 10.1"),
        ({"std_deviation_threshold_multiplier": math.nan}, "multiplier is nan"),
        ({"std_deviation_threshold_multiplier": math.inf}, "multiplier is inf"),
        ({"std_deviation_threshold_multiplier": True}, "multiplier is True"),
        ({"method": "iqr"}, "method is 'iqr'; it may be seasonal, zscore"),
        ({"active": "yes"}, "active is 'yes'"),
        ({"metric_field": "bytes"}, "metric_field is 'bytes'; it may be duration_seconds, total_rows, inserts"),
    ],
)
def test_what_breaks_a_bound_is_refused(
    module_watcher: Watcher, pipeline: str, fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidValueError, match=message):
        module_watcher.get_or_create_anomaly_rule(pipeline, **{"metric_field": "inserts", **fields})
    assert module_watcher.anomaly_rules(pipeline=pipeline) == []
    if "metric_field" not in fields:
        rule = module_watcher.get_or_create_anomaly_rule(pipeline, metric_field="inserts")
        with pytest.raises(InvalidValueError, match=message):
            module_watcher.update_anomaly_rule(rule.id, **fields)
        assert configuration(module_watcher.anomaly_rules(pipeline=pipeline)[0]) == DEFAULTS


def test_the_bounds_themselves_are_allowed(module_watcher: Watcher, pipeline: str) -> None:
    for days, runs, multiplier in ((1, 2, 0.5), (365, 10_000, 10)):
        rule = module_watcher.get_or_create_anomaly_rule(
            pipeline,
            metric_field="updates",
            lookback_days=days,
            minimum_executions=runs,
            std_deviation_threshold_multiplier=multiplier,
        )
        assert configuration(rule)[1:4] == (days, runs, multiplier)


def test_the_database_keeps_the_bounds_too(module_watcher: Watcher, module_database_url: str, pipeline: str) -> None:
    rule = module_watcher.get_or_create_anomaly_rule(pipeline, metric_field="inserts")
    with psycopg.connect(module_database_url) as connection, pytest.raises(psycopg.errors.CheckViolation):
        connection.execute("UPDATE watcher.anomaly_detection_rule SET lookback_days = 0 WHERE id = %s", (rule.id,))


def test_what_is_not_there_is_said(module_watcher: Watcher) -> None:
    with pytest.raises(NotFoundError, match="no pipeline named 'nowhere'"):
        module_watcher.get_or_create_anomaly_rule("nowhere", metric_field="inserts")
    with pytest.raises(NotFoundError, match="no pipeline with id 987654"):
        module_watcher.get_or_create_anomaly_rule(987654, metric_field="inserts")
    with pytest.raises(NotFoundError, match="no anomaly rule with id 987654"):
        module_watcher.update_anomaly_rule(987654, active=False)
    with pytest.raises(NotFoundError, match="no pipeline named 'nowhere'"):
        module_watcher.anomaly_rules(pipeline="nowhere")


def test_rules_are_listed_by_pipeline_and_metric(watcher: Watcher) -> None:
    for name in ("b", "a"):
        watcher.get_or_create_pipeline(name)
        for metric in ("inserts", "duration_seconds"):
            watcher.get_or_create_anomaly_rule(name, metric_field=metric, active=name == "a")
    listed = [(rule.pipeline_name, rule.metric_field.value) for rule in watcher.anomaly_rules()]
    assert listed == [("a", "duration_seconds"), ("a", "inserts"), ("b", "duration_seconds"), ("b", "inserts")]
    assert {rule.pipeline_name for rule in watcher.anomaly_rules(active=True)} == {"a"}
    assert {rule.pipeline_name for rule in watcher.anomaly_rules(active=False)} == {"b"}


def test_clients_that_race_get_one_rule(module_watcher: Watcher, pipeline: str) -> None:
    barrier = threading.Barrier(8)
    ids: list[int] = []

    def race() -> None:
        barrier.wait()
        ids.append(module_watcher.get_or_create_anomaly_rule(pipeline, metric_field="inserts", lookback_days=9).id)

    threads = [threading.Thread(target=race) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 8
    assert len(set(ids)) == 1


# Many at once


def test_many_rules_are_configured_at_once(watcher: Watcher) -> None:
    told = [
        AnomalyRuleConfiguration(pipeline_name=name, metric_field=metric, lookback_days=9)
        for name in ("a", "b")
        for metric in ("total_inserts", "total_rows")
    ]
    assert watcher.configure_anomaly_rules(told) == 4
    assert watcher.configure_anomaly_rules(iter(told)) == 0
    rules = watcher.anomaly_rules()
    assert [(rule.pipeline_name, rule.metric_field.value) for rule in rules] == [
        ("a", "total_rows"),
        ("a", "inserts"),
        ("b", "total_rows"),
        ("b", "inserts"),
    ]
    assert {rule.lookback_days for rule in rules} == {9}
    by_hand = watcher.update_anomaly_rule(rules[0].id, lookback_days=90)
    assert watcher.configure_anomaly_rules(told) == 0
    assert watcher.anomaly_rules()[0] == by_hand
    # One that is told of without any configuration is made, and then left alone.
    bare = [AnomalyRuleConfiguration(pipeline_name="c", metric_field="updates")]
    assert (watcher.configure_anomaly_rules(bare), watcher.configure_anomaly_rules(bare)) == (1, 0)
    assert watcher.configure_anomaly_rules([]) == 0


def test_one_that_is_wrong_stops_all(watcher: Watcher) -> None:
    told = [
        AnomalyRuleConfiguration(pipeline_name="a", metric_field="inserts"),
        AnomalyRuleConfiguration(pipeline_name="a", metric_field="updates", lookback_days=0),
    ]
    with pytest.raises(InvalidValueError, match="lookback_days is 0"):
        watcher.configure_anomaly_rules(told)
    assert watcher.pipelines() == []


# New pipelines


def metrics(watcher: Watcher, name: str) -> set[str]:
    rules = watcher.anomaly_rules(pipeline=name)
    assert all(configuration(rule) == DEFAULTS for rule in rules)
    return {rule.metric_field.value for rule in rules}


def test_new_pipelines_have_no_rules_unless_asked_for(watcher: Watcher) -> None:
    watcher.get_or_create_pipeline("a")
    watcher.record([record("b")])
    assert watcher.anomaly_rules() == []


def test_new_pipelines_get_a_rule_for_every_metric(automatic: Watcher) -> None:
    automatic.get_or_create_pipeline("made")
    automatic.configure_pipelines([PipelineConfiguration(name="configured")])
    automatic.record([record("recorded"), record("recorded too")])
    with automatic.track("tracked"):
        pass
    with automatic.recorder("instance") as session:
        assert session is not None
        session.record([record("read back")], cursor={})
    automatic.set_lineage([PipelineLineage(pipeline_name="declared")], origin="declared")
    names = {pipeline.name for pipeline in automatic.pipelines()}
    assert names == {"made", "configured", "recorded", "recorded too", "tracked", "read back", "declared"}
    for name in names:
        assert metrics(automatic, name) == set(AnomalyMetric), name


def test_a_pipeline_that_is_there_keeps_its_rules(watcher: Watcher, automatic: Watcher) -> None:
    watcher.get_or_create_pipeline("old")
    automatic.get_or_create_pipeline("old", freshness_number=1, freshness_datepart="hour")
    automatic.record([record("old")])
    assert metrics(automatic, "old") == set()


def test_a_rule_that_was_made_by_itself_takes_the_configuration_of_code(automatic: Watcher) -> None:
    automatic.get_or_create_pipeline("p")
    rule = automatic.get_or_create_anomaly_rule("p", metric_field="inserts", method="zscore")
    assert (rule.method, rule.created) == (AnomalyMethod.ZSCORE, False)


def test_a_pipeline_and_its_rules_are_one_transaction(automatic: Watcher, database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("ALTER TABLE watcher.anomaly_detection_rule ADD CONSTRAINT never CHECK (false) NOT VALID")
        with pytest.raises(DatabaseError, match="never"):
            automatic.record([record("p")])
    assert automatic.pipelines() == []
