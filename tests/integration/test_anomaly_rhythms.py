"""Pipelines that seldom run: their history reaches back as far as their rhythm needs."""

from __future__ import annotations

import pytest

from tests.factories import at, record
from watcher_core import Watcher

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
