"""The facts of an alert in words: what tells a person something, without ids and what the first line says."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from watcher_core.alerts import readable_facts

AT = "2026-03-01T08:12:00+00:00"
WHEN = dt.datetime(2026, 3, 1, 8, 12, tzinfo=dt.UTC)
METRIC = {"metric_field": "total_rows", "value": 458, "expected": 930, "lower": 840, "upper": 1020, "confidence": 1.0}


@pytest.mark.parametrize(
    ("kind", "facts", "shown"),
    [
        ("freshness", {"due_at": AT, "measured_from": AT, "expected_number": 2}, {"was due": WHEN}),
        ("failure", {"run_id": "7c1a…", "failures_in_a_row": 1, "failing": 3, "used_child_config": True}, {}),
        ("failure", {"failures_in_a_row": 4, "step_key": "orders"}, {"failures in a row": "4", "step": "orders"}),
        ("failure", {"duration_seconds": 300.0, "execution_state": "failed"}, {"took": "5 min"}),
        ("timeliness", {"duration_seconds": 300.0, "execution_state": "running"}, {"had run for": "5 min"}),
        ("missed", {"usual_seconds": 86400.0}, {"usually every": "1 d"}),
        ("stuck", {"usual_seconds": 300.0, "reason": "runs_long"}, {"usually takes": "5 min"}),
        (
            "failure",
            {"failed_partitions": ["a", "b"], "failed_partition_count": 12},
            {"failed partitions": "a, b and 10 more"},
        ),
        ("anomaly", {"metrics": [METRIC]}, {"metrics": "total_rows is 458; usual is 930 (840 to 1,020)"}),
        ("health", {"metrics": "as somebody wrote it", "note": {"a": 1}}, {"metrics": "as somebody wrote it"}),
    ],
)
def test_what_a_person_needs_is_in_words(kind: str, facts: dict[str, Any], shown: dict[str, Any]) -> None:
    assert readable_facts(kind, facts) == shown
