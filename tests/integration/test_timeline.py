"""What ran in some time, and the failures that nobody has fixed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from tests.factories import unique
from watcher_core import ExecutionRecord, ExecutionSource, ExecutionState, InvalidValueError, Settings, Watcher

MIDNIGHT = dt.datetime(2026, 3, 10, tzinfo=dt.UTC)
NIGHT = MIDNIGHT, MIDNIGHT + dt.timedelta(hours=6)


def hour(hours: float) -> dt.datetime:
    return MIDNIGHT + dt.timedelta(hours=hours)


def ran(name: str, begin: float, end: float | None, state: str = "succeeded", **fields: Any) -> ExecutionRecord:
    return ExecutionRecord(
        pipeline_name=name,
        source=ExecutionSource.DAGSTER,
        external_id=unique("run"),
        state=ExecutionState(state),
        start_date=hour(begin),
        end_date=None if end is None else hour(end),
        **fields,
    )


def error(message: str, kind: str = "OperationalError") -> dict[str, Any]:
    return {"error": {"class": kind, "message": message}}


@pytest.fixture(scope="module")
def watcher(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watcher]:
    with Watcher(module_database_url, settings=Settings(home=tmp_path_factory.mktemp("home"))) as watcher:
        for name, kind, owners in (
            ("orders", "sales", ["ada", "bob"]),
            ("revenue", "sales", ["ada"]),
            ("ledger", "finance", []),
            ("away", "finance", []),
        ):
            watcher.get_or_create_pipeline(name, pipeline_type_name=kind, pipeline_metadata={"owners": owners})
        watcher.record(
            [
                ran("orders", -30, -29),  # long over
                ran("orders", -1, 1),  # over midnight
                ran("orders", 2, 3, "failed", execution_metadata=error("could not connect to 10.0.0.7:5432")),
                ran("revenue", 3, 3.5, "failed", execution_metadata=error("could not connect to 10.0.0.8:5432")),
                ran("ledger", -2, 9),  # from before until after
                ran("away", 4, None, "running"),
                ran("away", 1, 1.2, "failed", execution_metadata=error("'id'", "KeyError")),
                ran("orders", 7, 8, "skipped"),  # after
            ]
        )
        yield watcher


def test_what_ran_in_a_night_with_its_usual_end(watcher: Watcher) -> None:
    found = watcher.timeline(*NIGHT, now=hour(10))
    assert [
        (group.name, [(each.pipeline_name, each.state) for each in group.executions], group.failures)
        for group in found.groups
    ] == [
        ("finance", [("ledger", "succeeded"), ("away", "failed"), ("away", "running")], 1),
        ("sales", [("orders", "succeeded"), ("orders", "failed"), ("revenue", "failed")], 2),
    ]
    orders = found.groups[1].executions[1]
    assert orders.usual_end == orders.start_date + dt.timedelta(hours=1.5)
    assert found.groups[0].executions[-1].usual_end is None
    assert (found.shown, found.left_out, found.known_since) == (6, 0, hour(-30))


def test_failures_come_before_others_where_there_are_too_many(watcher: Watcher) -> None:
    found = watcher.timeline(*NIGHT, group_by="pipeline", limit=4, now=hour(10))
    assert [(group.name, len(group.executions)) for group in found.groups] == [
        ("away", 1),
        ("orders", 1),
        ("revenue", 1),
        ("ledger", 1),
    ]
    assert (found.shown, found.left_out) == (4, 2)


def test_groups_and_filters_of_a_timeline(watcher: Watcher) -> None:
    found = watcher.timeline(*NIGHT, group_by="owner", now=hour(10))
    assert [(group.name, len(group.executions)) for group in found.groups] == [("ada", 3), (None, 3)]
    assert watcher.timeline(*NIGHT, owner="bob").shown == 2
    assert watcher.timeline(hour(100), hour(101), pipeline_type="sales").groups == ()
    for begin, end, group_by in (
        (*NIGHT, "colour"),
        (NIGHT[1], NIGHT[0], "type"),
        (NIGHT[0], NIGHT[0] + dt.timedelta(days=32), "type"),
        (NIGHT[0].replace(tzinfo=None), NIGHT[1], "type"),
    ):
        with pytest.raises(InvalidValueError):
            watcher.timeline(begin, end, group_by=group_by)


def test_failures_that_nobody_has_fixed_are_grouped_by_their_error(watcher: Watcher) -> None:
    first, second = watcher.unfixed_failures()
    assert (first.error_class, first.message, first.count) == (
        "OperationalError",
        "could not connect to 10.0.0.8:5432",
        2,
    )
    assert [(each.pipeline_name, each.last_success_at, each.alert_id) for each in first.pipelines] == [
        ("revenue", None, None),
        ("orders", hour(1), None),
    ]
    assert (first.first_at, first.last_at) == (hour(3), hour(3.5))
    # One that runs again has fixed nothing yet.
    assert (second.error_class, second.count, second.pipelines[0].pipeline_name) == ("KeyError", 1, "away")
    [limited] = watcher.unfixed_failures(limit=1, pipelines=1)
    assert (limited.fingerprint, limited.count, len(limited.pipelines)) == (first.fingerprint, 2, 1)
    watcher.record([ran("away", 9, 9.5)])
    assert [each.error_class for each in watcher.unfixed_failures()] == ["OperationalError"]
