"""Pipelines that seldom run: their history reaches back as far as their rhythm needs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories import at, record, unique
from watcher_core import Watcher
from watcher_core.cli.doctor_anomalies import anomaly_findings, rule_findings

NOW = at(60)


@pytest.mark.parametrize("days", [7, 30, 91])
def test_a_default_rule_judges_what_runs_seldom(watcher: Watcher, days: int) -> None:
    watcher.get_or_create_pipeline("p")
    watcher.get_or_create_anomaly_rule("p", metric_field="total_rows")
    watcher.record(record("p", total_rows=1_000 + run % 4, start=-run * days * 24 * 60) for run in range(1, 36))
    watcher.cleanup(retention_days=90, now=NOW)
    watcher.record([record("p", total_rows=0)])
    found = watcher.detect_pending_anomalies(now=NOW)
    [flagged] = found.flagged
    assert (flagged.value, flagged.explanation["runs"], found.alerts) == (0, 30, 1)


@pytest.mark.parametrize(
    ("runs", "every", "rule", "reason", "more_runs_help"),
    [
        (0, 1, {}, "no run has succeeded yet; it needs 10", True),
        (4, 1, {}, "4 runs with total_rows; it needs 10", True),
        (10, 1, {}, None, False),
        (10, 30, {}, None, False),
        (5, 1, {"minimum_executions": 2}, "5 runs with total_rows; it needs 8", True),
        (12, 1, {"metric_field": "inserts"}, "12 runs without inserts; it needs 10", False),
        (12, 1, {"metric_field": "metadata:revenue"}, "12 runs without metadata:revenue; it needs 10", False),
        (12, 1, {"method": "zscore"}, None, False),
        (12, 7, {"method": "zscore"}, "5 runs at the same hour in 30 days; it needs 10", False),
        (40, 7, {"minimum_executions": 35}, "30 runs in 60 days; it needs 35", False),
        (3, 1, {"active": False}, None, False),
    ],
)
def test_a_rule_that_cannot_judge_says_why(
    module_watcher: Watcher, runs: int, every: int, rule: dict[str, Any], reason: str | None, more_runs_help: bool
) -> None:
    watcher, name = module_watcher, unique("standing")
    watcher.get_or_create_pipeline(name)
    watcher.get_or_create_anomaly_rule(name, **{"metric_field": "total_rows", **rule})
    watcher.record(record(name, total_rows=100, start=-run * every * 24 * 60) for run in range(runs))
    [found] = watcher.anomaly_rules(pipeline=name, standing=True)
    assert (found.cannot_judge, found.more_runs_help) == (reason, more_runs_help)
    assert watcher.anomaly_rules(pipeline=name)[0].cannot_judge is None
    watcher.record([record(name, total_rows=0, start=60)])
    judged = watcher.detect_pending_anomalies(now=NOW).results
    assert bool(judged) == (reason is None and rule.get("active", True))


def test_the_doctor_names_rules_that_cannot_judge(watcher: Watcher) -> None:
    for name, metric, runs in (("young", "total_rows", 3), ("fine", "total_rows", 12), ("silent", "inserts", 12)):
        watcher.get_or_create_pipeline(name)
        watcher.get_or_create_anomaly_rule(name, metric_field=metric)
        watcher.record(record(name, total_rows=100, start=-run * 60) for run in range(runs))
    young, unable = rule_findings(watcher.anomaly_rules(active=True, standing=True))
    assert (young.level, young.message) == ("ok", "1 rule waits for more runs; see: watcher anomalies rules list")
    assert (unable.level, unable.message) == (
        "warning",
        "1 rule cannot judge: silent inserts: 12 runs without inserts; it needs 10",
    )
    found = [finding.message for finding in anomaly_findings(watcher)]
    assert found == [young.message, unable.message]


@pytest.mark.parametrize(("every", "judged"), [(1, 50), (7, 30), (30, 30)])
def test_a_backtest_looks_as_far_back_as_the_rhythm_needs(module_watcher: Watcher, every: int, judged: int) -> None:
    watcher, name = module_watcher, unique("backtest")
    watcher.get_or_create_pipeline(name)
    watcher.record(record(name, total_rows=100 + run % 5, start=-run * every * 24 * 60) for run in range(60))
    verdicts = watcher.backtest_anomalies(name, metric_field="total_rows")
    assert len(verdicts) == judged
    assert {verdict.runs for verdict in verdicts[-1:]} == {59 if every == 1 else 30}
    assert len(watcher.backtest_anomalies(name, metric_field="total_rows", days=every * 3)) == 3
