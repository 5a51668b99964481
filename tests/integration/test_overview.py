"""What is wrong now: incidents, what is behind each, what is fine, and what nobody watches."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from tests.factories import unique
from watcher_core import (
    AlertState,
    ExecutionRecord,
    ExecutionSource,
    ExecutionState,
    InvalidValueError,
    Problem,
    Settings,
    Watcher,
)

NOW = dt.datetime.now(dt.UTC)


def ended(name: str, minutes_ago: float, state: str = "succeeded", **fields: Any) -> ExecutionRecord:
    start = NOW - dt.timedelta(minutes=minutes_ago)
    return ExecutionRecord(
        pipeline_name=name,
        source=ExecutionSource.DAGSTER,
        external_id=unique("run"),
        state=ExecutionState(state),
        start_date=start,
        end_date=start + dt.timedelta(minutes=1),
        **fields,
    )


@pytest.fixture(scope="module")
def watcher(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watcher]:
    """A small deployment in which something of each kind is wrong."""
    with Watcher(module_database_url, settings=Settings(home=tmp_path_factory.mktemp("home"))) as watcher:
        for name in ("orders", "revenue", "customers", "fine", "muted", "alone", "off"):
            watcher.get_or_create_pipeline(
                name,
                pipeline_type_name="sales" if name != "fine" else "finance",
                pipeline_metadata={"owners": ["team:sales"] if name != "revenue" else "ada@example.com"},
                freshness_number=None if name == "alone" else 1,
                freshness_datepart=None if name == "alone" else "day",
                mute_failure_check=name == "muted",
            )
        watcher.update_pipeline("off", active=False)
        error = {"error": {"class": "OperationalError", "message": "could not connect to 10.0.0.7"}}
        watcher.record(
            [
                ended("fine", 5),
                ended("alone", 5),
                ended("orders", 10, "failed", execution_metadata={**error, "run_id": "run-1"}),
                ended("revenue", 9, "blocked", execution_metadata={"run_id": "run-1"}),
                ended("muted", 5, "failed"),
            ]
        )
        watcher.check_failures()
        watcher.record(
            [
                ended("customers", 3, "failed", execution_metadata={"error": {"message": "KeyError: 'id'"}}),
                ended("fine", 4),
            ]
        )
        yield watcher


def test_incidents_come_with_what_is_behind_them(watcher: Watcher) -> None:
    found = watcher.now()
    assert [(each.pipeline_name, each.problem, each.behind_names) for each in found.incidents] == [
        ("orders", Problem.FAILING, ("revenue",)),
        ("customers", Problem.FAILING, ()),
    ]
    orders, customers = found.incidents
    assert customers.title == "customers failed: KeyError: 'id'"
    assert (customers.alert_id, customers.kind) == (None, None)
    assert orders.title == "orders failed: could not connect to 10.0.0.7"
    assert orders.alert_id is not None
    assert (orders.state, orders.behind, orders.owners, orders.group) == (AlertState.OPEN, 1, ("team:sales",), "sales")
    assert (found.total, found.problems, found.states) == (2, {Problem.FAILING: 2}, {AlertState.OPEN: 2})
    assert (found.fine, found.affected, found.muted, found.inactive, found.removed) == (2, 3, 1, 1, 0)
    assert found.owners == ("ada@example.com", "team:sales")
    assert set(found.types) >= {"finance", "sales"}


def test_an_incident_is_shown_to_who_owns_what_is_behind_it(watcher: Watcher) -> None:
    found = watcher.now(owner="ada@example.com")
    assert [each.pipeline_name for each in found.incidents] == ["orders"]
    assert (found.fine, found.affected) == (0, 1)
    assert watcher.now(owner="").incidents == ()
    assert watcher.now(pipeline_type="finance").incidents == ()
    assert [each.pipeline_name for each in watcher.now(search="CUST").incidents] == ["customers"]
    assert watcher.now(search="%").incidents == ()
    assert [each.pipeline_name for each in watcher.now(group="sales", limit=1).incidents] == ["orders"]


def test_what_people_did_is_shown_and_asked_for(watcher: Watcher) -> None:
    [alert] = watcher.alerts(state="open", pipeline="orders")
    watcher.acknowledge_alert(alert.id, by="ada", note="the warehouse is down")
    found = watcher.now(state="acknowledged")
    assert [(each.pipeline_name, each.acknowledged_by, each.note) for each in found.incidents] == [
        ("orders", "ada", "the warehouse is down")
    ]
    assert [each.pipeline_name for each in watcher.now().incidents] == ["customers", "orders"]
    assert found.states == {AlertState.OPEN: 1, AlertState.ACKNOWLEDGED: 1}
    assert watcher.now(problem="stale").incidents == ()
    with pytest.raises(InvalidValueError, match="state is 'resolved'"):
        watcher.now(state="resolved")
    with pytest.raises(InvalidValueError, match="limit is 0"):
        watcher.now(limit=0)


def test_a_failure_that_a_person_has_resolved_is_no_incident_until_it_fails_again(watcher: Watcher) -> None:
    watcher.check_failures()
    [alert] = watcher.alerts(state="open", pipeline="customers")
    watcher.resolve_alert(alert.id, by="ada")
    assert [each.pipeline_name for each in watcher.now().incidents] == ["orders"]


def test_who_is_not_watched_is_named_by_reason(watcher: Watcher) -> None:
    found = {each.reason: (each.count, each.names) for each in watcher.unwatched_pipelines()}
    assert found == {
        "no freshness threshold, so that nobody notices when it stops": (1, ("alone",)),
        "failures are muted": (1, ("muted",)),
        "switched off": (1, ("off",)),
    }
    assert watcher.unwatched_pipelines(names=0)[0].names == ()


def test_the_job_of_ad_hoc_runs_is_no_data_that_somebody_should_watch(watcher: Watcher) -> None:
    watcher.record([ended("shop/__ASSET_JOB", 5), ended("__ASSET_JOB", 5), ended("my__ASSET_JOB", 5)])
    [found] = [each for each in watcher.unwatched_pipelines() if "freshness threshold" in each.reason]
    assert "my__ASSET_JOB" in found.names
    assert not {"shop/__ASSET_JOB", "__ASSET_JOB"} & set(found.names)


def test_names_are_found_whatever_their_case_and_former_names_too(watcher: Watcher) -> None:
    watcher.get_or_create_address("warehouse.Order_lines", address_type_name="postgresql", address_type_group_name="db")
    watcher.get_or_create_pipeline("order_lines_old")
    watcher.update_pipeline("order_lines_old", name="lines")
    found = [(hit.kind, hit.name) for hit in watcher.search("ORDER")]
    assert found == [
        ("pipeline", "lines"),
        ("pipeline", "orders"),
        ("alert", "orders"),
        ("address", "warehouse.Order_lines"),
    ]
    assert [hit.name for hit in watcher.search("lines WARE")] == ["warehouse.Order_lines"]
    assert [hit.name for hit in watcher.search("lines")] == ["lines", "warehouse.Order_lines"]
    [alert] = [hit for hit in watcher.search("orders") if hit.kind == "alert"]
    assert [(hit.kind, hit.name) for hit in watcher.search(f"#{alert.id}")] == [("alert", "orders")]
    assert [(hit.kind, hit.detail) for hit in watcher.search("orders", limit=1)] == [("pipeline", "sales")]
    assert [hit.name for hit in watcher.search("order_LINES")] == ["lines", "warehouse.Order_lines"]
    # What LIKE takes for patterns is text like any other.
    assert watcher.search("order%lines") == watcher.search("o_ders") == watcher.search("\\orders") == []
    assert watcher.search(" ") == watcher.search("100%") == watcher.search("9" * 30) == []


def test_an_incident_began_with_the_first_failure_after_the_last_success(watcher: Watcher) -> None:
    def since(name: str) -> dt.datetime:
        [incident] = [each for each in watcher.now(search=name).incidents if each.pipeline_name == name]
        return incident.since

    def ago(minutes: float) -> dt.datetime:
        return NOW - dt.timedelta(minutes=minutes)

    name = unique("began")
    watcher.record(
        [ended(name, 500, "failed"), ended(name, 400), ended(name, 300, "failed"), ended(name, 200, "failed")]
    )
    assert since(name) == ago(299)
    watcher.check_failures()
    assert since(name) == ago(299)
    [alert] = watcher.alerts(pipeline=name)
    watcher.acknowledge_alert(alert.id, by="ada")
    watcher.record([ended(name, 100, "failed")])
    assert since(name) == ago(299)


def test_a_run_is_well_again_once_what_had_failed_in_it_is_good(watcher: Watcher) -> None:
    run = ended("nightly", 30, "failed")
    part = ended("part of it", 30, "failed", parent_external_id=run.external_id)
    watcher.record([run, part])
    watcher.check_failures()
    assert [each.pipeline_name for each in watcher.now().incidents if each.alert_id is None] == ["nightly"]
    watcher.record([ended("part of it", 20)])
    watcher.check_failures()
    assert watcher.now(search="nightly").incidents == watcher.now(search="part of it").incidents == ()
    unfixed = {each.pipeline_name for failure in watcher.unfixed_failures() for each in failure.pipelines}
    assert unfixed.isdisjoint({"nightly", "part of it"})
    # Without parts that failed it is its own failure.
    watcher.record([ended("nightly", 10, "failed")])
    assert [each.pipeline_name for each in watcher.now(search="nightly").incidents] == ["nightly"]


def test_a_failure_of_a_partition_that_is_gone_is_no_incident(watcher: Watcher) -> None:
    failed = ended("parted", 30, "failed", scope="acme", instance_id="here")
    watcher.record([failed])
    watcher.check_failures()
    assert len(watcher.now(search="parted").incidents) == 1
    watcher.mark_removed_partitions({"parted": ["acme"]}, pipelines=["parted"], instance_id="here")
    watcher.check_failures()
    assert watcher.now(search="parted").incidents == ()
