"""The failure check: what counts as a failure, how many are one, whose they are, and when they are over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.factories import NOON, at, record
from watcher_core import (
    AlertKind,
    AlertLevel,
    ExecutionRecord,
    ExecutionSource,
    ExecutionState,
    Finding,
    InvalidValueError,
    Watcher,
)

FAILED = ExecutionState.FAILED
SUCCEEDED = ExecutionState.SUCCEEDED
RUNNING = ExecutionState.RUNNING


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


def told(watcher: Watcher, name: str, *states: ExecutionState, start: float = 0) -> None:
    """Tell of executions that followed each other, a minute apart."""
    watcher.record(
        [
            record(name, f"{name}/{start + number}", start=start + number, state=state, source=ExecutionSource.PYTHON)
            for number, state in enumerate(states)
        ]
    )


def run(
    run_id: str,
    state: ExecutionState,
    *,
    start: float = 0,
    assets: dict[str, ExecutionState] | None = None,
    retry_of: str | None = None,
    root: str | None = None,
    will_retry: bool = False,
) -> list[ExecutionRecord]:
    """A run of Dagster with its assets, as the recorder tells of it."""
    known: dict[str, Any] = {"run_id": run_id, "job": "job"} | ({"will_retry": True} if will_retry else {})
    if retry_of is not None:
        known |= {"parent_run_id": retry_of, "root_run_id": root or retry_of}
    return [
        record("location/job", run_id, start=start, state=state, execution_metadata=known),
        *(
            record(
                asset,
                f"{run_id}/{asset}/{asset}",
                start=start,
                state=state,
                parent_external_id=run_id,
                execution_metadata={"run_id": run_id, "step_key": asset},
            )
            for asset, state in (assets or {}).items()
        ),
    ]


def found(watcher: Watcher, **options: Any) -> dict[str, Finding]:
    return {finding.pipeline_name: finding for finding in watcher.check_failures(now=at(60), **options)}


def open_alerts(watcher: Watcher) -> list[str]:
    return sorted(alert.subject for alert in watcher.alerts(state="open"))


# One failure


def test_nothing_has_failed(watcher: Watcher) -> None:
    assert watcher.check_failures() == []
    told(watcher, "p", SUCCEEDED)
    assert watcher.check_failures() == []


def test_all_that_is_known_of_a_finding(watcher: Watcher, connection: psycopg.Connection[Any]) -> None:
    watcher.get_or_create_pipeline("p", pipeline_metadata={"owners": ["ann"]})
    error = {"class": "ValueError", "message": "x" * 1000, "stack": "…"}
    watcher.record([record("p", state=FAILED, execution_metadata={"error": error, "run_id": "R", "partition": "1"})])
    (finding,) = watcher.check_failures(now=at(60))
    assert finding == Finding(
        kind=AlertKind.FAILURE,
        level=AlertLevel.ERROR,
        pipeline_id=1,
        pipeline_name="p",
        pipeline_type_name="default",
        execution_id=1,
        new=True,
        deduplication_key="failure/1",
        at=at(60),
        owners=("ann",),
        expected_number=1,
        used_child_config=False,
        measured_from=NOON,
        duration_seconds=60,
        execution_state=FAILED,
        failures_in_a_row=1,
        details={
            "error": "x" * 500,
            "error_class": "ValueError",
            "ended_at": at(1).isoformat(),
            "run_id": "R",
            "partition": "1",
            "failed_partitions": ["1"],
            "failed_partition_count": 1,
        },
    )
    rows = connection.execute("SELECT * FROM watcher.failure_pipeline_execution_log").fetchall()
    assert rows == [(1, 1, 1, at(60), 1, False)]


def test_an_error_may_be_anything(watcher: Watcher) -> None:
    for number, error in enumerate(["boom", ["boom"], None, {"message": 7}, {"message": {"a": 1}}]):
        watcher.record([record(f"p{number}", state=FAILED, execution_metadata={"error": error})])
    assert len(watcher.check_failures()) == 5


def test_tracking_that_raises_is_a_failure(watcher: Watcher) -> None:
    with pytest.raises(ZeroDivisionError), watcher.track("p"):
        _ = 1 / 0
    (finding,) = watcher.check_failures()
    assert (finding.details["error"], finding.details["error_class"]) == ("division by zero", "ZeroDivisionError")


# Failures in a row


def test_the_next_success_resolves(watcher: Watcher) -> None:
    told(watcher, "p", SUCCEEDED, FAILED)
    assert found(watcher)["p"].failures_in_a_row == 1
    assert open_alerts(watcher) == ["p"]
    told(watcher, "p", SUCCEEDED, start=10)
    assert found(watcher) == {}
    assert open_alerts(watcher) == []


def test_failures_in_a_row_are_one_alert(watcher: Watcher) -> None:
    told(watcher, "p", FAILED)
    assert found(watcher)["p"].new
    told(watcher, "p", FAILED, FAILED, start=1)
    again = found(watcher)["p"]
    assert (again.new, again.failures_in_a_row, again.execution_id) == (True, 3, 3)
    assert not found(watcher)["p"].new
    (alert,) = watcher.alerts()
    assert alert.facts["failures_in_a_row"] == 3


@pytest.mark.parametrize(
    ("states", "failures"),
    [
        ([FAILED, FAILED], None),
        ([FAILED, FAILED, FAILED], 3),
        ([SUCCEEDED, FAILED, FAILED, FAILED, FAILED], 4),
        ([FAILED, FAILED, SUCCEEDED, FAILED], None),
        ([FAILED, FAILED, ExecutionState.CANCELED, FAILED], 3),
        ([FAILED, FAILED, ExecutionState.SKIPPED, FAILED], 3),  # a skip makes nothing good
        ([FAILED, FAILED, FAILED, ExecutionState.CANCELED], 3),
        ([FAILED, FAILED, FAILED, RUNNING], 3),
        ([FAILED, FAILED, FAILED, ExecutionState.SKIPPED], 3),
        ([FAILED, FAILED, FAILED, ExecutionState.BLOCKED], 3),
    ],
)
def test_so_many_in_a_row_as_the_rule_says(
    watcher: Watcher, states: list[ExecutionState], failures: int | None
) -> None:
    watcher.get_or_create_pipeline("p", failure_number=3)
    told(watcher, "p", *states)
    finding = found(watcher).get("p")
    assert (finding and finding.failures_in_a_row) == failures


def test_whose_rule_holds(watcher: Watcher) -> None:
    watcher.get_or_create_pipeline_type("patient", failure_number=3)
    watcher.get_or_create_pipeline_type("muted", mute_failure_check=True)
    watcher.get_or_create_pipeline("own", pipeline_type_name="patient", failure_number=2)
    watcher.get_or_create_pipeline("its type's", pipeline_type_name="patient")
    watcher.get_or_create_pipeline("muted", mute_failure_check=True)
    watcher.get_or_create_pipeline("of a muted type", pipeline_type_name="muted")
    watcher.get_or_create_pipeline("inactive")
    names = ("own", "its type's", "muted", "of a muted type", "inactive", "none")
    for name in names:
        told(watcher, name, FAILED, FAILED)
    watcher.update_pipeline("inactive", active=False)
    assert set(found(watcher)) == {"own", "none"}
    for name in names:
        told(watcher, name, FAILED, start=5)
    findings = found(watcher)
    assert set(findings) == {"own", "its type's", "none"}
    assert {name: (each.expected_number, each.used_child_config) for name, each in findings.items()} == {
        "own": (2, True),
        "its type's": (3, False),
        "none": (1, False),
    }


def test_a_pipeline_that_never_worked_is_counted_to_a_bound(watcher: Watcher) -> None:
    watcher.record([record("p", str(number), start=number, state=FAILED) for number in range(1_100)])
    assert found(watcher)["p"].failures_in_a_row == 1_000


def test_an_older_success_that_ends_later_takes_nothing_back(watcher: Watcher) -> None:
    watcher.record(
        [record("p", "old", start=0, end_date=at(50)), record("p", "new", start=10, end_date=at(11), state=FAILED)]
    )
    assert set(found(watcher)) == {"p"}


@pytest.mark.parametrize("end", [11, 12])
def test_what_is_made_good_of_executions_side_by_side_takes_no_other_back(watcher: Watcher, end: float) -> None:
    """The success began before the second failure did, and after the first, which ended last."""
    watcher.record(
        [
            record("p", "new", start=10, end_date=at(11), state=FAILED),
            record("p", "old", start=0, end_date=at(end), state=FAILED),
            record("p", "good", start=5, end_date=at(50)),
        ]
    )
    for _ in range(2):
        assert found(watcher)["p"].measured_from == at(10)
    watcher.record([record("p", "better", start=51)])
    assert found(watcher) == {}


def test_a_range_of_partitions_that_is_made_good_takes_no_other_one_back(watcher: Watcher) -> None:
    ranges = [{"partition_range": {"start": first, "end": last}} for first, last in (("1", "3"), ("4", "6"))]
    watcher.record(
        record("p", f"{state} {number}", start=start, state=state, execution_metadata=ranges[number])
        for start, (number, state) in enumerate([(0, FAILED), (1, FAILED), (1, SUCCEEDED)])
    )
    for _ in range(2):
        assert found(watcher)["p"].measured_from == NOON
    watcher.record([record("p", "all", start=9)])
    assert found(watcher) == {}


@pytest.mark.parametrize("number", [0, -1, 101, 1.5, True])
def test_a_number_of_failures_that_is_none_is_refused(watcher: Watcher, number: Any) -> None:
    with pytest.raises(InvalidValueError, match="failure_number is"):
        watcher.get_or_create_pipeline("p", failure_number=number)


def test_the_rule_is_configuration_like_any_other(watcher: Watcher) -> None:
    watcher.get_or_create_pipeline("p", failure_number=3, mute_failure_check=True)
    watcher.get_or_create_pipeline("p", mute_failure_check=False)
    pipeline = watcher.pipeline("p")
    assert (pipeline.failure_number, pipeline.mute_failure_check) == (3, False)
    assert watcher.update_pipeline("p", failure_number=None).failure_number is None
    assert watcher.get_or_create_pipeline_type("t", failure_number=2).failure_number == 2
    assert watcher.update_pipeline_type("t", mute_failure_check=True).mute_failure_check


# Runs of Dagster


def test_a_failure_is_told_of_the_asset_and_not_of_its_run_as_well(watcher: Watcher) -> None:
    watcher.record(run("R1", FAILED, assets={"a": FAILED, "b": SUCCEEDED}))
    assert set(found(watcher)) == {"a"}
    assert open_alerts(watcher) == ["a"]


def test_a_run_that_failed_without_an_asset_is_told_itself(watcher: Watcher) -> None:
    watcher.record(run("R1", FAILED, assets={"b": SUCCEEDED}))
    assert set(found(watcher)) == {"location/job"}


def test_a_run_with_failed_assets_counts_neither_way(watcher: Watcher) -> None:
    watcher.get_or_create_pipeline("location/job", failure_number=2)
    watcher.record(run("R1", FAILED, start=0))
    watcher.record(run("R2", FAILED, start=1, assets={"a": FAILED}))
    assert set(found(watcher)) == {"a"}
    watcher.record(run("R3", FAILED, start=2))
    findings = found(watcher)
    assert set(findings) == {"a", "location/job"}
    assert findings["location/job"].failures_in_a_row == 2


def test_a_run_and_its_retries_are_one_failure(watcher: Watcher) -> None:
    watcher.get_or_create_pipeline("a", failure_number=2)
    watcher.record(run("R1", FAILED, start=0, assets={"a": FAILED}))
    watcher.record(run("R2", FAILED, start=1, assets={"a": FAILED}, retry_of="R1"))
    watcher.record(run("R3", FAILED, start=2, assets={"a": FAILED}, retry_of="R2", root="R1"))
    assert found(watcher) == {}
    watcher.record(run("R4", FAILED, start=3, assets={"a": FAILED}))
    assert found(watcher)["a"].failures_in_a_row == 2


def test_while_a_retry_runs_a_failure_is_no_news(watcher: Watcher) -> None:
    watcher.record(run("R1", FAILED, start=0, assets={"a": FAILED}))
    watcher.record(run("R2", RUNNING, start=1, retry_of="R1"))
    assert found(watcher) == {}
    watcher.record(run("R2", FAILED, start=1, assets={"a": FAILED}, retry_of="R1"))
    assert found(watcher)["a"].failures_in_a_row == 1


def test_what_the_last_retry_did_not_come_to_has_failed_for_good(watcher: Watcher) -> None:
    watcher.record(run("R1", FAILED, start=50, assets={"a": FAILED, "b": FAILED}, will_retry=True))
    watcher.record(run("R2", RUNNING, start=51, retry_of="R1"))
    assert found(watcher) == {}
    watcher.record(run("R2", FAILED, start=51, assets={"a": FAILED}, retry_of="R1", will_retry=True))
    assert found(watcher) == {}, "Dagster is about to start the next one"
    watcher.record(run("R3", FAILED, start=52, assets={"a": FAILED}, retry_of="R2", root="R1"))
    assert {name: finding.failures_in_a_row for name, finding in found(watcher).items()} == {"a": 1, "b": 1}


def test_a_retry_that_succeeds_leaves_nothing_to_tell(watcher: Watcher) -> None:
    watcher.record(run("R1", FAILED, start=0, assets={"a": FAILED}))
    watcher.record(run("R2", RUNNING, start=1, retry_of="R1"))
    assert found(watcher) == {}
    watcher.record(run("R2", SUCCEEDED, start=1, assets={"a": SUCCEEDED}, retry_of="R1"))
    assert found(watcher) == {}
    assert watcher.alerts() == []


def test_a_told_failure_stays_until_its_retry_is_over(watcher: Watcher) -> None:
    """Else people would be told that it is over, and then again that it is not."""
    watcher.record(run("R1", FAILED, start=0, assets={"a": FAILED}))
    assert found(watcher)["a"].new
    watcher.record(run("R2", RUNNING, start=1, retry_of="R1"))
    assert not found(watcher)["a"].new
    assert open_alerts(watcher) == ["a"]
    watcher.record(run("R2", SUCCEEDED, start=1, assets={"a": SUCCEEDED}, retry_of="R1"))
    assert found(watcher) == {}
    assert open_alerts(watcher) == []


def test_a_told_failure_stays_while_its_step_is_tried_again(watcher: Watcher) -> None:
    """Code inside the step says that it failed; whether Dagster tries it again nobody knows then."""
    watcher.get_or_create_pipeline("a")
    first = watcher.start_execution(pipeline_id="a", external_id="R1/a/a", source=ExecutionSource.DAGSTER)
    watcher.end_execution(first.id, completed_successfully=False)
    assert found(watcher)["a"].new
    again = watcher.start_execution(pipeline_id="a", external_id="R1/a/a", source=ExecutionSource.DAGSTER, attempt=2)
    assert again.id == first.id
    finding = found(watcher)["a"]
    assert (finding.new, finding.execution_state, finding.failures_in_a_row) == (False, RUNNING, 1)
    assert open_alerts(watcher) == ["a"]
    watcher.end_execution(again.id)
    assert found(watcher) == {}
    assert open_alerts(watcher) == []


def test_partitions_that_fail_in_one_run_are_one_failure(watcher: Watcher) -> None:
    watcher.get_or_create_pipeline("a", failure_number=2)
    parent, *_ = run("R1", FAILED)
    parts = [
        record(
            "a",
            f"R1/a/a/{number}",
            state=FAILED,
            parent_external_id="R1",
            execution_metadata={"run_id": "R1", "partition": str(number)},
        )
        for number in range(5)
    ]
    watcher.record([parent, *parts])
    assert found(watcher) == {}


def test_jobs_outside_dagster_are_not_taken_for_its_runs(watcher: Watcher) -> None:
    watcher.get_or_create_pipeline("p", failure_number=2)
    same = {"run_id": "daily", "root_run_id": "daily"}
    watcher.record(
        [
            record("p", str(n), start=n, state=FAILED, source=ExecutionSource.PYTHON, execution_metadata=same)
            for n in range(2)
        ]
    )
    assert found(watcher)["p"].failures_in_a_row == 2


def test_a_failure_that_is_corrected_is_gone(watcher: Watcher) -> None:
    """The log knows better how an execution ended than the code inside of it."""
    watcher.record([record("p", "1", state=FAILED)])
    assert set(found(watcher)) == {"p"}
    watcher.record([record("p", "1", state=SUCCEEDED)])
    assert found(watcher) == {}
    assert open_alerts(watcher) == []


# Writing


def test_a_dry_run_writes_nothing(watcher: Watcher, connection: psycopg.Connection[Any]) -> None:
    told(watcher, "p", FAILED)
    assert found(watcher, dry_run=True)["p"].new
    assert watcher.alerts() == []
    assert found(watcher, dry_run=True)["p"].new
    assert found(watcher)["p"].new
    assert not found(watcher, dry_run=True)["p"].new


def test_resolved_by_hand_it_stays_so_until_it_fails_again(watcher: Watcher) -> None:
    told(watcher, "p", FAILED)
    found(watcher)
    watcher.resolve_alert(watcher.alerts()[0].id)
    found(watcher)
    assert open_alerts(watcher) == []
    told(watcher, "p", FAILED, start=5)
    found(watcher)
    assert open_alerts(watcher) == ["p"]


def test_the_alert_of_a_step_goes_on_when_its_assets_get_another_owner(watcher: Watcher) -> None:
    def owned(owner: str, *names: str) -> None:
        for name in names:
            watcher.get_or_create_pipeline(name)
            watcher.update_pipeline(name, pipeline_metadata={"owners": [owner]})

    def alerting(minute: float) -> dict[int, list[str]]:
        """The open alerts, each with its assets."""
        watcher.check_failures(now=at(minute))
        found = watcher.alerts(state="open")
        return {alert.id: alert.facts.get("assets", [alert.pipeline_name]) for alert in found}

    owned("sales", *"abc")
    watcher.record(
        record(
            name,
            f"{name}/1",
            start=0,
            state=ExecutionState.FAILED,
            execution_metadata={"run_id": "r", "step_key": "s", "error": {"message": "no"}},
        )
        for name in "abc"
    )
    [shared] = alerting(2)
    owned("stock", *"abc")
    assert alerting(3) == {shared: ["a", "b", "c"]}
    owned("finance", "a")  # whose people have not heard of it
    assert alerting(4) == {shared: ["b", "c"], shared + 1: ["a"]}
    watcher.record([record("b", "b/2", start=5)])
    assert alerting(7) == {shared: ["c"], shared + 1: ["a"]}
    watcher.record([record("a", "a/2", start=5), record("c", "c/2", start=5)])
    assert alerting(8) == {}
