"""Findings: their facts as an alert keeps them, and what they cost."""

from __future__ import annotations

import datetime as dt
import json
import pickle
import sys
from typing import Any

import pytest

from watcher_core import AlertKind, AlertLevel, DatePart, ExecutionState, Finding, text

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def finding(**fields: Any) -> Finding:
    default = {
        "kind": AlertKind.TIMELINESS,
        "level": AlertLevel.WARNING,
        "pipeline_id": 1,
        "pipeline_name": "prices",
        "execution_id": 7,
        "new": True,
        "deduplication_key": "timeliness/7",
        "at": NOON + dt.timedelta(hours=2),
    }
    return Finding(**{**default, **fields})


def test_facts_are_plain_json_and_hold_what_is_known() -> None:
    found = finding(
        expected_number=15,
        expected_datepart=DatePart.MINUTE,
        used_child_config=False,
        measured_from=NOON,
        due_at=NOON + dt.timedelta(minutes=15),
        duration_seconds=0.0,
        execution_state=ExecutionState.RUNNING,
        owners=("team:sales",),
        pipeline_type_name="api",
        details={"partition": "2026-03-01"},
    )
    assert found.facts == {
        "expected_number": 15,
        "expected_datepart": "minute",
        "used_child_config": False,
        "measured_from": "2026-03-01T12:00:00+00:00",
        "due_at": "2026-03-01T12:15:00+00:00",
        "duration_seconds": 0.0,
        "execution_state": "running",
        "partition": "2026-03-01",
    }
    assert json.loads(json.dumps(found.facts)) == found.facts
    assert all(type(value) in (str, int, float, bool) for value in found.facts.values())


def test_facts_of_one_that_knows_nothing() -> None:
    assert finding().facts == {}


def test_as_json_holds_all_of_it() -> None:
    told = finding(due_at=NOON, details={"a": 1}).as_json()
    assert json.loads(json.dumps(told)) == told
    assert (told["kind"], told["new"], told["at"]) == ("timeliness", True, "2026-03-01T14:00:00+00:00")
    assert told["details"] == {"a": 1}
    assert told["overdue_seconds"] == 7200


@pytest.mark.parametrize(
    ("fields", "seconds"),
    [
        ({}, None),
        ({"due_at": NOON}, 7200),
        ({"due_at": NOON, "measured_from": NOON - dt.timedelta(minutes=5), "duration_seconds": 301.5}, 1.5),
    ],
)
def test_how_far_it_is_past_its_threshold(fields: dict[str, Any], seconds: float | None) -> None:
    assert finding(**fields).overdue_seconds == seconds


def test_it_cannot_be_changed_and_can_be_sent_to_another_process() -> None:
    found = finding(details={"a": 1})
    with pytest.raises(AttributeError):
        found.new = False  # type: ignore[misc] # the mistake
    assert pickle.loads(pickle.dumps(found)) == found


def test_a_hundred_thousand_fit() -> None:
    found = finding()
    assert not hasattr(found, "__dict__")
    assert sys.getsizeof(found) < 300


@pytest.mark.parametrize(
    ("declared", "owners"),
    [
        (None, ()),
        ('["a", 1, null, "b"]', ("a", "b")),
        ('"team:sales"', ("team:sales",)),
        ('{"name": "a"}', ()),
        ("7", ()),
        ("null", ()),
    ],
)
def test_owners_are_whatever_people_wrote(declared: str | None, owners: tuple[str, ...]) -> None:
    assert text.owners(declared) == owners
