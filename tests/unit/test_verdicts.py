"""Findings in words, as the UI shows them on assets."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from watcher_core import AlertKind, AlertLevel, DatePart, ExecutionState, Finding
from watcher_dagster.checks.verdicts import FINDING_KEY, Verdict, of_finding

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def finding(kind: AlertKind, **fields: Any) -> Finding:
    known: dict[str, Any] = {
        "level": AlertLevel.WARNING,
        "pipeline_id": 7,
        "pipeline_name": "orders",
        "execution_id": None,
        "new": True,
        "deduplication_key": f"{kind}/7",
        "at": NOON,
        "expected_number": 1,
        "expected_datepart": DatePart.HOUR,
        "used_child_config": True,
        "measured_from": NOON - dt.timedelta(hours=3),
        "due_at": NOON - dt.timedelta(hours=2),
    }
    return Finding(kind=kind, **{**known, **fields})


def test_stale_data() -> None:
    verdict = of_finding(finding(AlertKind.FRESHNESS, last_dml_timestamp=NOON - dt.timedelta(hours=3)))
    assert verdict.description == "Stale: last change 2026-03-01 09:00:00 UTC, 3 h ago; expected within 1 hour."
    assert {key: value.value for key, value in verdict.metadata.items()} == {
        "watcher/last_change": (NOON - dt.timedelta(hours=3)).timestamp(),
        "watcher/age_seconds": 10_800.0,
        "watcher/expected_within": "1 hour",
        "watcher/overdue_seconds": 7_200.0,
        "watcher/finding": "freshness/7 since 2026-03-01T09:00:00+00:00",
    }


def test_data_that_never_changed() -> None:
    verdict = of_finding(finding(AlertKind.FRESHNESS, used_child_config=False, expected_number=2))
    assert verdict.description == (
        "Stale: no change since 2026-03-01 09:00:00 UTC, 3 h ago; expected within 2 hours (rule of its type)."
    )
    assert "watcher/last_change" not in verdict.metadata


@pytest.mark.parametrize(
    ("state", "told"), [(ExecutionState.RUNNING, "has been running for"), (ExecutionState.FAILED, "failed after")]
)
def test_a_late_execution(state: ExecutionState, told: str) -> None:
    late = finding(AlertKind.TIMELINESS, execution_id=9, execution_state=state, duration_seconds=5_400.1234567)
    verdict = of_finding(late)
    assert verdict.description == f"Late: execution 9 {told} 1 h 30 min; expected within 1 hour."
    assert verdict.metadata["watcher/duration_seconds"].value == 5_400.0
    assert verdict.metadata["watcher/execution"].value == "9"


def test_one_finding_is_told_from_another() -> None:
    def told(**fields: Any) -> Any:
        return of_finding(finding(AlertKind.FRESHNESS, **fields)).metadata[FINDING_KEY].value

    assert told() == told(at=NOON + dt.timedelta(hours=1), new=False)
    assert told() != told(measured_from=NOON - dt.timedelta(hours=2))
    assert Verdict(kind=AlertKind.FRESHNESS, passed=True, description="").metadata[FINDING_KEY].value == "none"
