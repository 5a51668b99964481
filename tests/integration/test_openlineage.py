"""What events of OpenLineage become: executions, lineage and results of checks, in whatever order they come."""

from __future__ import annotations

import itertools
import json
import os
import random
import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import psycopg
import pytest

from tests.factories import at, unique
from tests.openlineage_events import dataset, places, replaced, run_event, run_id, sample
from watcher_core import (
    Address,
    AssetCheckStatus,
    DatabaseError,
    Execution,
    ExecutionRecord,
    ExecutionSource,
    ExecutionState,
    InvalidValueError,
    LineageOrigin,
    NotFoundError,
    Settings,
    Watcher,
    catalog,
    recording,
)

DB = "postgres://db:5432/"
ROWS_OF_PART = "watcher_core.database.connections.ROWS_OF_PART"
# So many hostile events; more find more.
HOSTILE = int(os.environ.get("HOSTILE_EVENTS", "150"))


@pytest.fixture
def watcher(module_watcher: Watcher) -> Watcher:
    return module_watcher


@pytest.fixture
def job() -> str:
    """The name of a job that no other test uses; its runs are named after it."""
    return unique("job")


def execution(watcher: Watcher, job: str) -> Execution:
    [found] = watcher.executions(pipeline=f"shop/{job}")
    return found


def edges(watcher: Watcher, pipeline: str) -> set[tuple[str, str]]:
    """The edges of a pipeline, without where its database is."""
    return {
        (edge.source.removeprefix(DB), edge.target.removeprefix(DB))
        for edge in watcher.lineage_graph().edges
        if edge.pipeline_name == pipeline and edge.origin is LineageOrigin.OPENLINEAGE
    }


# Runs


def test_a_run_is_an_execution_of_its_job(watcher: Watcher, job: str) -> None:
    watcher.record_openlineage([run_event(job, "START", job=job)])
    running = execution(watcher, job)
    assert (running.state, running.source, running.external_id) == (
        ExecutionState.RUNNING,
        ExecutionSource.OPENLINEAGE,
        run_id(job),
    )
    nominal = {"nominalStartTime": "2026-02-28T00:00:00Z"}
    outputs = (dataset(f"{job}.a", rows=7), dataset(f"{job}.b", rows=5))
    watcher.record_openlineage([run_event(job, "COMPLETE", 2, job=job, outputs=outputs, nominalTime=nominal)])
    ended = execution(watcher, job)
    assert (ended.state, ended.start_date, ended.end_date, ended.inserts) == (
        ExecutionState.SUCCEEDED,
        at(0),
        at(2),
        12,
    )
    assert ended.logical_date is not None
    assert ended.logical_date.isoformat() == "2026-02-28T00:00:00+00:00"
    assert ended.execution_metadata == {
        "openlineage": {"namespace": "shop", "job": job, "producer": "https://example.com/loader"}
    }
    pipeline = watcher.pipeline(f"shop/{job}")
    assert (pipeline.pipeline_type_name, pipeline.last_target_insert) == ("openlineage", at(2))


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("COMPLETE", ExecutionState.SUCCEEDED),
        ("fail", ExecutionState.FAILED),
        ("Abort", ExecutionState.CANCELED),
        ("OTHER", ExecutionState.RUNNING),
        ("RUNNING", ExecutionState.RUNNING),
        (None, ExecutionState.RUNNING),
    ],
)
def test_one_event_without_a_start_is_an_execution(
    watcher: Watcher, job: str, kind: str | None, state: ExecutionState
) -> None:
    watcher.record_openlineage([run_event(job, kind, 3, job=job)])
    found = execution(watcher, job)
    assert (found.state, found.start_date) == (state, at(3))


def test_the_last_end_counts_by_its_time_and_of_two_at_once_the_worse(watcher: Watcher, job: str) -> None:
    watcher.record_openlineage([run_event(job, "FAIL", 5, job=job), run_event(job, "COMPLETE", 6, job=job)])
    assert execution(watcher, job).state is ExecutionState.SUCCEEDED
    watcher.record_openlineage([run_event(job, "ABORT", 6, job=job)])
    watcher.record_openlineage([run_event(job, "FAIL", 4, job=job)])
    found = execution(watcher, job)
    assert (found.state, found.end_date) == (ExecutionState.CANCELED, at(6))


def test_an_error_message_is_the_error_of_a_failure(watcher: Watcher, job: str) -> None:
    facet = {"message": "no such table", "programmingLanguage": "java", "stackTrace": "at Loader.java:13"}
    watcher.record_openlineage(
        [run_event(job, "START", job=job), run_event(job, "FAIL", 1, job=job, errorMessage=facet)]
    )
    [finding] = [each for each in watcher.check_failures() if each.pipeline_name == f"shop/{job}"]
    assert "no such table" in str(finding.details)
    assert execution(watcher, job).execution_metadata["error"] == {
        "message": "no such table",
        "stack": "at Loader.java:13",
    }


def test_an_execution_that_was_ended_by_hand_stays_ended_until_its_run_says_how_it_ended(
    watcher: Watcher, job: str
) -> None:
    watcher.record_openlineage([run_event(job, "START", job=job)])
    watcher.close_execution(execution(watcher, job).id, reason="its host is gone")
    watcher.record_openlineage([run_event(job, "RUNNING", 1, job=job)])
    ended = execution(watcher, job)
    assert ended.state is ExecutionState.FAILED
    assert ended.execution_metadata["error"] == {"message": "ended by hand: its host is gone"}
    watcher.record_openlineage([run_event(job, "COMPLETE", 2, job=job)])
    found = execution(watcher, job)
    assert (found.state, found.end_date) == (ExecutionState.SUCCEEDED, at(2))
    assert not {"error", "ended_by_hand"} & found.execution_metadata.keys()


def test_the_same_event_again_changes_no_row(watcher: Watcher, job: str) -> None:
    event = run_event(job, "COMPLETE", job=job, outputs=(dataset(job, rows=1),), inputs=(dataset(f"{job}.in"),))
    watcher.record_openlineage([event])
    before = execution(watcher, job)
    watcher.record_openlineage([event, event])
    assert execution(watcher, job) == before


def test_nothing_is_written_of_events_of_which_one_is_none(watcher: Watcher, job: str) -> None:
    with pytest.raises(InvalidValueError, match="eventType is 'DONE'"):
        watcher.record_openlineage([run_event(job, job=job), run_event(job, "DONE", job=job)])
    with pytest.raises(NotFoundError):
        watcher.pipeline(f"shop/{job}")


def test_nothing_is_half_written(watcher: Watcher, job: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Results of checks come last: what was written before them goes with them."""

    def fail(*_: Any, **__: Any) -> int:
        raise psycopg.OperationalError("the connection is gone")

    event = run_event(job, "COMPLETE", job=job, inputs=(dataset(f"{job}.a"),), outputs=(dataset(f"{job}.b"),))
    with monkeypatch.context() as patch:
        patch.setattr(recording, "record_asset_checks", fail)
        with pytest.raises(Exception, match=r"connection is gone|cannot be reached"):
            watcher.record_openlineage([event])
    with pytest.raises(NotFoundError):
        watcher.pipeline(f"shop/{job}")
    assert not [address for address in watcher.addresses() if job in address.name]
    watcher.record_openlineage([event])
    assert edges(watcher, f"shop/{job}") == {(f"{job}.a", f"{job}.b")}


# Parents


def test_a_parent_may_come_after_all_that_ran_in_it(watcher: Watcher, job: str) -> None:
    parent = f"{job}-parent"
    for event in (
        run_event(job, "START", 1, job=job, parent=parent),
        run_event(job, "COMPLETE", 2, job=job, parent=parent),
        run_event(parent, "COMPLETE", 3, job=parent),
    ):
        watcher.record_openlineage([event])
    tree = watcher.execution_tree(execution(watcher, parent).id)
    assert [child.execution.external_id for child in tree.children] == [run_id(job)]


def test_a_parent_that_never_comes_is_no_execution(watcher: Watcher, job: str) -> None:
    watcher.record_openlineage([run_event(job, "COMPLETE", job=job, parent=f"{job}-parent")])
    assert execution(watcher, job).parent_id is None
    with pytest.raises(NotFoundError):
        watcher.pipeline(f"shop/{job}-parent")


def test_a_run_that_names_itself_as_its_parent_has_none(watcher: Watcher, job: str) -> None:
    watcher.record_openlineage([run_event(job, "COMPLETE", job=job, parent=job)])
    assert execution(watcher, job).parent_id is None


@pytest.mark.parametrize("calls", [1, 2, 6])
def test_what_ran_in_a_run_is_not_its_parent(watcher: Watcher, job: str, calls: int) -> None:
    """In a circle each failure would count as that of what ran in it, and nobody would hear of one."""
    names = [f"{job}-{number}" for number in range(3)]
    events = [
        run_event(name, kind, minutes, job=name, parent=names[(number + 1) % 3])
        for number, name in enumerate(names)
        for kind, minutes in (("START", 0), ("FAIL", 1))
    ]
    size = len(events) // calls
    for start in range(0, len(events), size):
        watcher.record_openlineage(events[start : start + size])
    watcher.record_openlineage(events)
    parents = [execution(watcher, name).parent_id for name in names]
    assert parents.count(None) == 1
    assert [found for found in watcher.check_failures() if found.pipeline_name.startswith(f"shop/{job}-")]


@pytest.mark.parametrize("is_late", [False, True])
def test_a_run_of_two_jobs_is_one_of_the_job_that_it_named_last(watcher: Watcher, job: str, is_late: bool) -> None:
    events = [
        run_event(job, "START", job=f"{job}-first"),
        run_event(job, "COMPLETE", 1, job=job, outputs=(dataset(job, rows=3),)),
    ]
    for event in reversed(events) if is_late else events:
        watcher.record_openlineage([event])
    found = execution(watcher, job)
    assert (found.state, found.start_date, found.inserts) == (ExecutionState.SUCCEEDED, at(0), 3)
    assert found.execution_metadata["openlineage"]["job"] == job
    assert watcher.pipeline(f"shop/{job}").last_target_insert == at(1)


# Datasets


def test_inputs_and_outputs_are_lineage_without_edges_to_themselves(watcher: Watcher, job: str) -> None:
    both = dataset(f"{job}.swapped")
    watcher.record_openlineage(
        [run_event(job, "COMPLETE", job=job, inputs=(dataset(f"{job}.a"), both), outputs=(both, dataset(f"{job}.b")))]
    )
    assert edges(watcher, f"shop/{job}") == {
        (f"{job}.a", f"{job}.swapped"),
        (f"{job}.a", f"{job}.b"),
        (f"{job}.swapped", f"{job}.b"),
    }
    assert watcher.verify_lineage().is_right


def test_columns_are_lineage_and_name_inputs_too(watcher: Watcher, job: str) -> None:
    outputs = (dataset(f"{job}.b", columns={"total": [f"{job}.seed.amount"], "own": [f"{job}.b.own"]}),)
    watcher.record_openlineage([run_event(job, job=job, inputs=(dataset(f"{job}.model"),), outputs=outputs)])
    assert edges(watcher, f"shop/{job}") == {(f"{job}.model", f"{job}.b"), (f"{job}.seed", f"{job}.b")}
    [step] = watcher.column_lineage(f"{DB}{job}.b", "total")
    assert (step.address, step.column) == (f"{DB}{job}.seed", "amount")
    assert watcher.column_lineage(f"{DB}{job}.b", "own") == []


def test_columns_go_with_the_dataset_that_the_newest_run_reads_no_more(watcher: Watcher, job: str) -> None:
    outputs = (dataset(f"{job}.b", columns={"total": [f"{job}.a.amount"]}),)
    watcher.record_openlineage([run_event(f"{job}-1", job=job, inputs=(dataset(f"{job}.a"),), outputs=outputs)])
    for minutes, source, found in ((1, "a", 1), (2, "c", 0)):
        inputs, outputs = (dataset(f"{job}.{source}"),), (dataset(f"{job}.b"),)
        watcher.record_openlineage(
            [run_event(f"{job}-{source}", minutes=minutes, job=job, inputs=inputs, outputs=outputs)]
        )
        assert len(watcher.column_lineage(f"{DB}{job}.b", "total")) == found


def test_what_the_start_names_stays_where_the_end_does_not(watcher: Watcher, job: str) -> None:
    inputs, outputs = (dataset(f"{job}.a"),), (dataset(f"{job}.b"),)
    watcher.record_openlineage([run_event(job, "START", job=job, inputs=inputs, outputs=outputs)])
    watcher.record_openlineage([run_event(job, "FAIL", 1, job=job, inputs=inputs)])
    assert edges(watcher, f"shop/{job}") == {(f"{job}.a", f"{job}.b")}


def test_the_newest_run_decides_and_a_late_event_of_an_older_one_does_not(watcher: Watcher, job: str) -> None:
    def run(number: int, source: str, minutes: float, kind: str = "COMPLETE") -> dict[str, Any]:
        return run_event(
            f"{job}-{number}", kind, minutes, job=job, inputs=(dataset(f"{job}.{source}"),), outputs=(dataset(job),)
        )

    watcher.record_openlineage([run(1, "old", 0)])
    watcher.record_openlineage([run(2, "new", 10)])
    assert edges(watcher, f"shop/{job}") == {(f"{job}.new", job)}
    watcher.record_openlineage([run(1, "old", 1, "OTHER")])
    watcher.record_openlineage([run(0, "older", -5)])
    assert edges(watcher, f"shop/{job}") == {(f"{job}.new", job)}
    # The same lineage again is that of the newest run: one between the two is no news.
    watcher.record_openlineage([run(4, "new", 30)])
    watcher.record_openlineage([run(3, "old", 20)])
    assert edges(watcher, f"shop/{job}") == {(f"{job}.new", job)}


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_of_runs_that_name_one_side_alone_the_newest_that_named_both_decides(
    watcher: Watcher, job: str, order: tuple[int, ...]
) -> None:
    def run(number: int, **named: Any) -> dict[str, Any]:
        return run_event(f"{job}-{number}", "COMPLETE", number, job=job, **named)

    old, new, target = (dataset(f"{job}.{name}") for name in ("old", "new", "target"))
    events = [
        run(0, inputs=(old,), outputs=(target,)),
        run(1, inputs=(new,), outputs=(target,)),
        run(2, inputs=(dataset(f"{job}.alone"),)),
        run(3, outputs=(target,)),
    ]
    for place in order:
        watcher.record_openlineage([events[place]])
    assert edges(watcher, f"shop/{job}") == {(f"{job}.new", f"{job}.target")}
    watcher.record_openlineage([run(3, inputs=(dataset(f"{job}.last"),))])
    assert edges(watcher, f"shop/{job}") == {(f"{job}.last", f"{job}.target")}


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
@pytest.mark.parametrize("at_the_start", ["names nothing", "names all"])
def test_the_run_that_started_last_decides_whenever_its_events_come(
    watcher: Watcher, job: str, order: tuple[int, ...], at_the_start: str
) -> None:
    """A long run that started first ends last; when it started is not known before its START has come."""

    def run(kind: str, source: str, minutes: float) -> dict[str, Any]:
        named: dict[str, Any] = {"inputs": (dataset(f"{job}.{source}"),), "outputs": (dataset(job),)}
        is_bare = kind == "START" and at_the_start == "names nothing"
        return run_event(f"{job}-{source}", kind, minutes, job=job, **({} if is_bare else named))

    events = [run("START", "old", 0), run("START", "new", 10), run("COMPLETE", "new", 20), run("COMPLETE", "old", 60)]
    for place in order:
        watcher.record_openlineage([events[place]])
    assert edges(watcher, f"shop/{job}") == {(f"{job}.new", job)}
    watcher.record_openlineage([events[place] for place in order])
    watcher.record_openlineage([run("COMPLETE", "newest", 30)])
    assert edges(watcher, f"shop/{job}") == {(f"{job}.newest", job)}


@pytest.mark.parametrize("at_once", [2, 3, 4])
def test_runs_that_overlap_are_lineage_where_the_start_names_inputs_and_the_end_outputs(
    watcher: Watcher, job: str, at_once: int
) -> None:
    """Each run ends after the next one has started, so that the newest has never named both."""
    for number in range(at_once + 2):
        inputs = (dataset(f"{job}.{number}"),)
        watcher.record_openlineage([run_event(f"{job}-{number}", "START", number, job=job, inputs=inputs)])
        ended = number - at_once + 1
        if ended >= 0:
            end = run_event(f"{job}-{ended}", "COMPLETE", number + 0.5, job=job, outputs=(dataset(job),))
            watcher.record_openlineage([end])
            assert edges(watcher, f"shop/{job}") == {(f"{job}.{ended}", job)}


def test_the_newest_run_decides_where_another_says_the_same_at_the_same_moment(
    watcher: Watcher, job: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest run names what is known. What comes from an older one while that is written must not win over it."""

    def run(number: int, source: str, minutes: float) -> dict[str, Any]:
        return run_event(
            f"{job}-{number}",
            "COMPLETE",
            minutes,
            job=job,
            inputs=(dataset(f"{job}.{source}"),),
            outputs=(dataset(job),),
        )

    watcher.record_openlineage([run(0, "known", 0)])
    ensure = catalog.ensure_pipelines

    def meanwhile(*given: Any, **named: Any) -> int:
        monkeypatch.undo()
        watcher.record_openlineage([run(1, "other", 1)])
        return ensure(*given, **named)

    monkeypatch.setattr(catalog, "ensure_pipelines", meanwhile)
    watcher.record_openlineage([run(2, "known", 2)])
    assert edges(watcher, f"shop/{job}") == {(f"{job}.known", job)}


def test_events_of_jobs_and_datasets_have_no_execution(watcher: Watcher, job: str) -> None:
    event = run_event(job, job=job, inputs=(dataset(f"{job}.a"),), outputs=(dataset(f"{job}.b"),))
    watcher.record_openlineage([{name: value for name, value in event.items() if name not in ("run", "eventType")}])
    assert edges(watcher, f"shop/{job}") == {(f"{job}.a", f"{job}.b")}
    assert watcher.executions(pipeline=f"shop/{job}") == []
    alone = {"eventTime": event["eventTime"], "dataset": dataset(f"/{job}/x.csv", namespace="s3://lake")}
    watcher.record_openlineage([alone])
    [address] = [each for each in watcher.addresses() if each.name == f"s3://lake/{job}/x.csv"]
    assert (address.address_type_name, address.address_type_group_name) == ("s3", "bucket")


def test_other_origins_lineage_stays(watcher: Watcher, job: str) -> None:
    pipeline = watcher.get_or_create_pipeline(f"shop/{job}")
    declared = Address(f"{job}-declared", "postgresql", "database")
    watcher.create_lineage(pipeline.id, [declared], [Address(f"{DB}{job}.b", "postgresql", "database")])
    watcher.record_openlineage([run_event(job, job=job, inputs=(dataset(f"{job}.a"),), outputs=(dataset(f"{job}.b"),))])
    found = {(edge.source, edge.origin) for edge in watcher.lineage_graph().edges if edge.target == f"{DB}{job}.b"}
    assert found == {
        (f"{job}-declared", LineageOrigin.DECLARED),
        (f"{DB}{job}.a", LineageOrigin.OPENLINEAGE),
    }


def test_more_edges_than_a_pipeline_may_have_are_no_reason_to_lose_the_run(watcher: Watcher, job: str) -> None:
    many = tuple(dataset(f"{job}.{number}") for number in range(400))
    watcher.record_openlineage([run_event(job, "COMPLETE", job=job, inputs=many, outputs=many)])
    assert execution(watcher, job).state is ExecutionState.SUCCEEDED
    assert edges(watcher, f"shop/{job}") == set()


# Checks


def assertion(name: str | None, success: bool, **more: Any) -> dict[str, Any]:
    return {"assertion": "not_null", "success": success, **({"name": name} if name else {}), **more}


def test_assertions_are_results_of_checks_of_their_job(watcher: Watcher, job: str) -> None:
    found = {"assertions": [assertion(None, True, column="id"), assertion("rows", False, expected="1", actual="0")]}
    asserted = {**dataset("orders"), "inputFacets": {"dataQualityAssertions": found}}
    tests = {"tests": [{"name": "no orphans", "status": "fail", "severity": "warn"}, {"name": "x", "status": "skip"}]}
    watcher.record_openlineage([run_event(job, "COMPLETE", job=job, inputs=(asserted,), test=tests)])
    checks = {check.name: check for check in watcher.asset_checks(pipeline=f"shop/{job}")}
    assert {name: check.status for name, check in checks.items()} == {
        "no orphans": AssetCheckStatus.FAILED,
        "orders: not_null id": AssetCheckStatus.PASSED,
        "orders: rows": AssetCheckStatus.FAILED,
    }
    assert checks["no orphans"].severity == "warning"
    [result] = watcher.asset_check_results(pipeline=f"shop/{job}", check="orders: rows")
    assert (result.description, result.result_metadata["dataset"]) == ("expected 1, got 0", f"{DB}orders")


def test_an_older_result_of_a_run_is_no_news(watcher: Watcher, job: str) -> None:
    def event(minutes: float, success: bool) -> dict[str, Any]:
        asserted = dataset("orders", dataQualityAssertions={"assertions": [assertion("rows", success)]})
        return run_event(job, "RUNNING", minutes, job=job, inputs=(asserted,))

    watcher.record_openlineage([event(2, False)])
    watcher.record_openlineage([event(1, True)])
    [check] = watcher.asset_checks(pipeline=f"shop/{job}")
    assert (check.status, check.failing, check.evaluated_at) == (AssetCheckStatus.FAILED, 1, at(2))


@pytest.mark.parametrize("is_one_event", [True, False])
@pytest.mark.parametrize("verdicts", [(True, False), (False, True)])
def test_of_two_results_at_the_same_time_the_worse_counts(
    watcher: Watcher, job: str, verdicts: tuple[bool, bool], is_one_event: bool
) -> None:
    """As of an assertion about a column that is made twice, with other limits."""
    found = [[assertion("rows", success)] for success in verdicts]
    for assertions in [[*found[0], *found[1]]] if is_one_event else found:
        asserted = dataset("orders", dataQualityAssertions={"assertions": assertions})
        watcher.record_openlineage([run_event(job, "COMPLETE", job=job, inputs=(asserted,))])
    [check] = watcher.asset_checks(pipeline=f"shop/{job}")
    assert (check.status, check.failing) == (AssetCheckStatus.FAILED, 1)


def test_columns_stay_until_a_newer_run_names_others_whatever_the_order(watcher: Watcher, job: str) -> None:
    """A run names its columns when it ends, so that those of the run before stay while it runs."""
    told = run_event("told", "START", 0, job=job, outputs=(dataset(job, columns={"x": ["orders.x"]}),))
    other = run_event("other", "START", 1, job=job, inputs=(dataset("c"),), outputs=(dataset(f"{job}-2"),))
    plain = run_event("plain", "START", 2, job=job, inputs=(dataset("orders"),), outputs=(dataset(job),))
    for number, order in enumerate(itertools.permutations((told, other, plain))):
        events = [json.loads(json.dumps(event).replace(job, f"{job}-{number}")) for event in order]
        for event in events:
            event["run"]["runId"] = run_id(f"{event['run']['runId']} {number}")
            watcher.record_openlineage([event])
        [edge] = watcher.column_edges(f"{DB}{job}-{number}")
        assert (edge.source_column, edge.target_column) == ("x", "x")


# What producers send


def test_a_build_of_dbt(watcher: Watcher) -> None:
    """Recorded of `dbt-ol build`: a seed, a model that is no table, one that fails, one that was skipped, tests."""
    for event in sample("dbt_build"):
        watcher.record_openlineage([event])
    states = {
        each.pipeline_name: each.state
        for each in watcher.executions()
        if each.execution_metadata["openlineage"]["producer"].endswith("integration/dbt")
    }
    assert states == {
        "shop/dbt-run-shop": ExecutionState.FAILED,
        "shop/model.shop.orders": ExecutionState.SUCCEEDED,
        "shop/model.shop.customers": ExecutionState.SUCCEEDED,
        "shop/model.shop.broken": ExecutionState.FAILED,
    }
    [run] = watcher.executions(pipeline="shop/dbt-run-shop")
    assert len(watcher.execution_tree(run.id).children) == 3
    table = "duckdb:///srv/shop.duckdb/shop.main."

    def of(pipeline: str) -> set[tuple[str, str]]:
        return {tuple(end.removeprefix(table) for end in edge) for edge in edges(watcher, pipeline)}  # type: ignore[misc]  # two ends

    assert of("shop/model.shop.orders") == {("raw_orders", "orders"), ("recent", "orders")}
    assert of("shop/model.shop.broken") == {("orders", "broken")}
    [step] = watcher.column_lineage(f"{table}customers", "total", max_depth=1)
    assert step.column == "amount"
    checks = {check.name: check.status for check in watcher.asset_checks(pipeline="shop/model.shop.customers")}
    assert checks["accepted_values_customers_total__15"] is AssetCheckStatus.FAILED
    assert checks["unique_customers_customer"] is AssetCheckStatus.PASSED


def test_a_dag_of_airflow(watcher: Watcher) -> None:
    watcher.record_openlineage(reversed(sample("airflow_dag")))
    [dag] = watcher.executions(pipeline="airflow/shop")
    children = {child.execution.pipeline_name: child.execution for child in watcher.execution_tree(dag.id).children}
    load, report = children["airflow/shop.load"], children["airflow/shop.report"]
    assert (load.state, load.inserts, load.execution_metadata["bytes_written"]) == (ExecutionState.SUCCEEDED, 120, 4096)
    assert load.logical_date is not None
    assert load.logical_date.isoformat() == "2026-03-01T00:00:00+00:00"
    assert (report.state, report.duration_seconds) == (ExecutionState.FAILED, 3.25)
    assert 'relation "orders_today" does not exist' in report.execution_metadata["error"]["message"]
    steps = watcher.address_lineage("postgres://db.example:5432/shop.public.report")
    assert [step.address.name for step in steps] == [
        "postgres://db.example:5432/shop.public.orders",
        "s3://landing/orders/2026-03-01.csv",
    ]


def test_two_dags_of_airflow_3(watcher: Watcher) -> None:
    """As its scheduler and three workers sent them: a mapped task whose first try failed, and a query that is wrong."""
    events = sample("airflow_3")
    random.Random(1).shuffle(events)
    for event in events:
        watcher.record_openlineage([event])
    [dag] = watcher.executions(pipeline="airflow_3/shop")
    states: dict[str, list[ExecutionState]] = {}
    for child in watcher.execution_tree(dag.id).children:
        states.setdefault(child.execution.pipeline_name, []).append(child.execution.state)
    done = [ExecutionState.SUCCEEDED]
    assert {name: sorted(found) for name, found in states.items()} == {
        **{f"airflow_3/shop.{task}": done for task in ("create", "load", "report", "export")},
        "airflow_3/shop.flaky": [ExecutionState.FAILED, *done * 3],
    }
    failed = {finding.pipeline_name: finding for finding in watcher.check_failures()}
    [name] = [name for name in failed if name.startswith("airflow_3/")]
    assert name == "airflow_3/broken.bad"  # its DAG failed by it, and the mapped task ran once more
    assert failed[name].details["error"].startswith('column "no_such_column" does not exist')
    table = "postgres://warehouse.example:5432/shop.public."
    assert [step.address.name for step in watcher.address_lineage(f"{table}report")] == [
        f"{table}orders",
        f"{table}raw_orders",
    ]


def test_a_job_of_spark(watcher: Watcher) -> None:
    events = sample("spark_job")
    random.Random(1).shuffle(events)
    for event in events:
        watcher.record_openlineage([event])
    [application] = watcher.executions(pipeline="spark/sums")
    [child] = watcher.execution_tree(application.id).children
    assert (child.execution.inserts, child.execution.execution_metadata["files_written"]) == (42, 2)
    assert {step.address.name for step in watcher.address_lineage("s3://lake/marts/sums")} == {
        "s3://lake/raw/orders",
        "s3://lake/raw/customers",
    }
    assert {(edge.source_column, edge.target_column) for edge in watcher.column_edges("s3://lake/marts/sums")} == {
        ("name", "name"),
        ("amount", "total"),
    }


# Any order

ROWS = {
    "executions": """
        SELECT pipeline.name, execution.external_id, parent.external_id, execution.state, execution.start_date,
               execution.end_date, execution.logical_date, execution.inserts, execution.execution_metadata
          FROM watcher.pipeline_execution AS execution
          JOIN watcher.pipeline ON pipeline.id = execution.pipeline_id
          LEFT JOIN watcher.pipeline_execution AS parent ON parent.id = execution.parent_id""",
    "pipelines": "SELECT name, last_target_insert, last_target_update, watermark FROM watcher.pipeline",
    "addresses": "SELECT name, table_name, address_metadata FROM watcher.address",
    "edges": """
        SELECT pipeline.name, source.name, target.name, origin
          FROM watcher.address_lineage AS edge
          JOIN watcher.pipeline ON pipeline.id = edge.pipeline_id
          JOIN watcher.address AS source ON source.id = edge.source_address_id
          JOIN watcher.address AS target ON target.id = edge.target_address_id""",
    "columns": """
        SELECT pipeline.name, source.name, source_column, target.name, target_column
          FROM watcher.column_lineage AS edge
          JOIN watcher.pipeline ON pipeline.id = edge.pipeline_id
          JOIN watcher.address AS source ON source.id = edge.source_address_id
          JOIN watcher.address AS target ON target.id = edge.target_address_id""",
    "checks": """
        SELECT pipeline.name, asset_check.name, asset_check.status, result.status, result.evaluated_at, result.open
          FROM watcher.asset_check_result AS result
          JOIN watcher.asset_check ON asset_check.id = result.asset_check_id
          JOIN watcher.pipeline ON pipeline.id = asset_check.pipeline_id""",
    "runs": "SELECT id, parent_run_id, facts FROM watcher.openlineage_run",
    "jobs": "SELECT name, run_id, at, lineage FROM watcher.openlineage_job",
    "days": """
        SELECT pipeline.name, sum(runs), sum(inserts)
          FROM (SELECT pipeline_id, sign AS runs, sign * coalesce(inserts, 0) AS inserts
                  FROM watcher.execution_daily_pending
                 UNION ALL
                SELECT pipeline_id, runs, inserts FROM watcher.execution_daily) AS daily
          JOIN watcher.pipeline ON pipeline.id = daily.pipeline_id
         GROUP BY pipeline.name""",
}

# What refers to others comes first; emptying tables by TRUNCATE would take as long as all else here.
EMPTY = "; ".join(
    f"DELETE FROM watcher.{table}"
    for table in (
        *("pipeline_execution", "pipeline", "address", "address_lineage_closure", "openlineage_run"),
        *("openlineage_job", "execution_daily", "execution_daily_pending"),
    )
)


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


def rows(connection: psycopg.Connection[Any]) -> dict[str, list[str]]:
    """All that events become, without what depends on when and in which order it was written."""
    return {name: sorted(map(str, connection.execute(query).fetchall())) for name, query in ROWS.items()}


def of_one_run(end: str) -> list[dict[str, Any]]:
    """The events of a run and of its parent, which say all that is read."""
    test = {"assertions": [assertion("rows", end == "COMPLETE")]}
    seen = {"assertions": [assertion("rows", True)]}
    error: dict[str, Any] = {"errorMessage": {"message": "no"}} if end == "FAIL" else {}
    return [
        run_event("parent", "START", 0, job="all"),
        run_event(
            "run",
            "START",
            1,
            parent="parent",
            inputs=(dataset("a", dataQualityAssertions=seen),),
            outputs=(dataset("b"),),
        ),
        run_event(
            "run",
            "RUNNING",
            2,
            parent="parent",
            outputs=(dataset("b", rows=3, columns={"x": ["a.x"]}), dataset("c", rows=1)),
            nominalTime={"nominalStartTime": "2026-03-01T00:00:00Z"},
        ),
        run_event(
            "run",
            end,
            3,
            parent="parent",
            inputs=(dataset("a", dataQualityAssertions=test), dataset("b")),
            outputs=(dataset("b", rows=5, columns={"x": ["d.x"]}),) if end == "COMPLETE" else (),
            **error,
        ),
        run_event("parent", end, 4, job="all"),
    ]


def orders_of(events: Sequence[Any]) -> Iterator[list[Any]]:
    """Orders of the events, so that any four of them come in each of their orders at least once: a fifth of all."""
    places = list(itertools.permutations(range(len(events))))
    left = set(itertools.permutations(range(len(events)), 4))
    while left:
        order = max(places, key=lambda order: len(left & set(itertools.combinations(order, 4))))
        left -= set(itertools.combinations(order, 4))
        yield [events[place] for place in order]


@pytest.mark.parametrize("end", ["COMPLETE", "FAIL"])
def test_the_order_of_events_does_not_matter_nor_how_often_they_come(
    database_url: str, connection: psycopg.Connection[Any], end: str
) -> None:
    events = of_one_run(end)
    chance = random.Random(end)
    expected: dict[str, list[str]] = {}
    with Watcher(database_url, settings=Settings()) as watcher:

        def record(calls: Iterable[list[dict[str, Any]]]) -> dict[str, list[str]]:
            connection.execute(EMPTY)
            for call in calls:
                watcher.record_openlineage(call)
            return rows(connection)

        expected = record([event] for event in events)
        assert len(expected["executions"]) == 2
        assert len(expected["edges"]) == (5 if end == "COMPLETE" else 3)
        for order in orders_of(events):
            doubled = [*order, chance.choice(order)]
            doubled.insert(chance.randrange(len(doubled)), chance.choice(order))
            assert record([event] for event in doubled) == expected
        for _ in range(5):
            shuffled = [*events, *events]
            chance.shuffle(shuffled)
            cut = chance.randrange(len(shuffled))
            assert record([shuffled[:cut], shuffled[cut:]]) == expected
            assert watcher.verify_lineage().is_right


def of_many_runs() -> list[dict[str, Any]]:
    """Events of runs, all STARTs first: with parents and their parents among them, and one that never comes.

    One run names itself as its parent, and one that only tests is a parent.
    """
    around = {1: 0, 2: 11, 4: 10, 5: 5, 6: 7, 7: 3, 8: 4, 9: "absent", 10: 1, 11: 3}
    test = {"dbt_node": {"unique_id": "test.shop.rows"}, "jobType": {"jobType": "TEST"}}
    error: dict[str, Any] = {"errorMessage": {"message": "no"}}
    return [
        run_event(
            f"run {number}",
            kind,
            minute + number / 60,
            job=f"job {number % 4}",
            parent=f"run {around[number]}" if number in around else None,
            inputs=(dataset(f"in {number % 4}"),),
            outputs=(dataset(f"out {number % 4}", rows=number),) if kind != "START" else (),
            job_facets=test if number == 7 else None,
            **(error if kind == "FAIL" else {}),
        )
        for minute, kinds in enumerate((["START"], ["COMPLETE", "FAIL", "COMPLETE"]))
        for number in range(12)
        for kind in [kinds[number % len(kinds)]]
    ]


@pytest.mark.parametrize("size", [1, 2, 5])
def test_a_batch_that_is_written_in_parts_becomes_the_same_rows(
    database_url: str, connection: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    events = of_many_runs()
    chance = random.Random(size)
    with Watcher(database_url, settings=Settings()) as watcher:
        for event in events:
            watcher.record_openlineage([event])
        expected = rows(connection)
        assert len(expected["executions"]) == 11
        monkeypatch.setattr(ROWS_OF_PART, size)
        for known in (0, 0, 9, 15):  # so many were known before
            chance.shuffle(events)
            connection.execute(EMPTY)
            watcher.record_openlineage(events[:known])
            watcher.record_openlineage(events)
            assert rows(connection) == expected
            watcher.record_openlineage(events)
            assert rows(connection) == expected
        assert watcher.verify_lineage().is_right


def test_runs_that_turn_out_to_be_older_by_their_starts_are_put_behind_the_newest(
    database_url: str, connection: psycopg.Connection[Any]
) -> None:
    events = of_many_runs()
    with Watcher(database_url, settings=Settings()) as watcher:
        watcher.record_openlineage(events)
        expected = rows(connection)
        for seed in range(4):
            connection.execute(EMPTY)
            for event in random.Random(seed).sample(events, len(events)):
                watcher.record_openlineage([event])
            assert rows(connection) == expected


@pytest.mark.parametrize("table", ["openlineage_run", "pipeline_execution"])
def test_an_error_in_one_part_leaves_nothing(
    database_url: str, connection: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    monkeypatch.setattr(ROWS_OF_PART, 3)
    events = of_many_runs()
    column = "external_id" if table == "pipeline_execution" else "id"
    unlucky = sorted(run_id(f"run {number}") for number in range(7))[5]  # in neither the first part nor the last
    with Watcher(database_url, settings=Settings()) as watcher:
        watcher.record_openlineage([run_event("before", job="before")])
        before = rows(connection)
        connection.execute(f"ALTER TABLE watcher.{table} ADD CONSTRAINT luck CHECK ({column} <> '{unlucky}') NOT VALID")
        with pytest.raises(DatabaseError, match="luck"):
            watcher.record_openlineage(events)
        assert rows(connection) == before
        connection.execute(f"ALTER TABLE watcher.{table} DROP CONSTRAINT luck")
        assert watcher.record_openlineage(events) == len(events)


def test_two_servers_take_the_same_batches_in_parts_at_the_same_time(
    database_url: str, connection: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits in a circle, whatever is in each part."""
    events = of_many_runs()
    with Watcher(database_url, settings=Settings()) as one, Watcher(database_url, settings=Settings()) as other:
        one.record_openlineage(events)
        expected = rows(connection)
        monkeypatch.setattr(ROWS_OF_PART, 2)
        chance = random.Random(5)
        for _ in range(10):
            connection.execute(EMPTY)
            failed: list[Exception] = []

            def send(watcher: Watcher, given: list[list[dict[str, Any]]]) -> None:
                try:
                    for batch in given:
                        watcher.record_openlineage(batch)
                except Exception as exc:
                    failed.append(exc)  # noqa: B023  # the threads end within the round

            threads = []
            for watcher in (one, other):
                chance.shuffle(events)
                threads.append(threading.Thread(target=send, args=(watcher, [events[:16], events[8:]])))
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert not failed
            assert rows(connection) == expected


def test_two_servers_take_the_events_of_a_run_at_the_same_time(
    database_url: str, connection: psycopg.Connection[Any]
) -> None:
    events = of_one_run("COMPLETE")
    with Watcher(database_url, settings=Settings()) as one, Watcher(database_url, settings=Settings()) as other:
        for event in events:
            one.record_openlineage([event])
        expected = rows(connection)
        chance = random.Random(7)
        for _ in range(12):
            connection.execute(EMPTY)
            barrier = threading.Barrier(2)
            failed: list[Exception] = []

            def send(watcher: Watcher, given: list[dict[str, Any]], barrier: threading.Barrier = barrier) -> None:
                barrier.wait()
                try:
                    for event in given:
                        watcher.record_openlineage([event])
                except Exception as exc:
                    failed.append(exc)  # noqa: B023  # the threads end within the round

            orders = [chance.sample(events, len(events)) for _ in range(2)]
            threads = [
                threading.Thread(target=send, args=(watcher, order))
                for watcher, order in zip((one, other), orders, strict=True)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert not failed
            assert rows(connection) == expected
        assert one.verify_lineage().is_right


def test_a_batch_of_many_runs(watcher: Watcher, job: str) -> None:
    events = [
        run_event(
            f"{job}-{number}", kind, number / 60, job=f"{job}-{number % 7}", outputs=(dataset(f"{job}.o", rows=1),)
        )
        for number in range(300)
        for kind in ("START", "COMPLETE")
    ]
    random.Random(3).shuffle(events)
    assert watcher.record_openlineage(events) == 600
    assert sum(len(watcher.executions(pipeline=f"shop/{job}-{number}", limit=1000)) for number in range(7)) == 300


def test_datasets_of_a_batch_are_told_apart_by_their_names_alone(
    watcher: Watcher, job: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To compare each with each other would take minutes of a batch of 10,000 events, and no request may take that."""

    def compared(*_: object) -> bool:
        raise AssertionError("an address was compared with another")

    monkeypatch.setattr(Address, "__eq__", compared)
    inputs, outputs = (dataset(f"{job}.a"), dataset(f"{job}.b")), (dataset(f"{job}.c"),)
    watcher.record_openlineage([run_event(job, "COMPLETE", job=job, inputs=inputs, outputs=outputs)])
    assert len(edges(watcher, f"shop/{job}")) == 2


NASTY: tuple[Any, ...] = (
    *(None, True, -1, 2**70, 1e300, "", " ", "x" * 3000, "a\0b", "\ud800", "s3://u:p@h", "2026-02-30T00:00:00Z"),
    *([], [[]], {}, {"a": {"b": [None]}}),
)


# Other names of datasets


TABLE = {"namespace": "hive://metastore:9083", "name": "shop.orders", "type": "TABLE"}


def linked(name: str, *identifiers: Any) -> dict[str, Any]:
    return dataset(name, namespace="s3://lake", symlinks={"identifiers": list(identifiers)})


@pytest.mark.parametrize("is_link_first", [True, False])
def test_a_dataset_with_two_names_is_one_address(watcher: Watcher, job: str, is_link_first: bool) -> None:
    place, table = f"warehouse/{job}", {**TABLE, "name": f"shop.{job}"}
    writes = run_event(
        f"{job}-w", "COMPLETE", job=job, inputs=(dataset(f"{job}.raw"),), outputs=(linked(place, table),)
    )
    reads = run_event(
        f"{job}-r",
        "COMPLETE",
        job=f"{job}-r",
        inputs=(dataset(table["name"], namespace=table["namespace"]),),
        outputs=(dataset(f"{job}.report"),),
    )
    for event in (writes, reads) if is_link_first else (reads, writes):
        watcher.record_openlineage([event])
    report = watcher.address_lineage(f"{DB}{job}.report", "upstream")
    assert [each.address.name for each in report] == [f"s3://lake/{place}", f"{DB}{job}.raw"]
    assert watcher.address(f"hive://metastore:9083/shop.{job}").name == f"s3://lake/{place}"
    closure = watcher.verify_lineage()
    assert (closure.missing, closure.unexpected, closure.wrong_depth) == (0, 0, 0)


@pytest.mark.parametrize("is_one_batch", [True, False])
def test_a_dataset_that_two_producers_name_the_other_way_round_is_one_address(
    watcher: Watcher, job: str, is_one_batch: bool
) -> None:
    place = {"namespace": "s3://lake", "name": f"warehouse/{job}", "type": "LOCATION"}
    table = {**TABLE, "name": f"shop.{job}"}
    turned = dataset(table["name"], namespace=table["namespace"], symlinks={"identifiers": [place]})
    events = [
        run_event(f"{job}-w", job=job, inputs=(dataset(f"{job}.raw"),), outputs=(linked(place["name"], table),)),
        run_event(f"{job}-r", job=f"{job}-r", inputs=(turned,), outputs=(dataset(f"{job}.report"),)),
    ]
    for batch in [events] if is_one_batch else [[event] for event in events]:
        watcher.record_openlineage(batch)
    report = watcher.address_lineage(f"{DB}{job}.report", "upstream")
    assert [each.address.name for each in report][1:] == [f"{DB}{job}.raw"]
    assert watcher.address(f"hive://metastore:9083/shop.{job}") == watcher.address(f"s3://lake/warehouse/{job}")
    assert watcher.verify_lineage().is_right


def test_what_each_of_several_addresses_knew_is_known_of_the_one_that_they_become(watcher: Watcher, job: str) -> None:
    tables = [{**TABLE, "name": f"{job}.{name}"} for name in "ab"]
    for table in tables:
        watcher.record_openlineage([{"eventTime": "2026-03-01T12:00:00Z", "dataset": table}])
    watcher.update_address(f"hive://metastore:9083/{job}.a", primary_key="id")
    watcher.update_address(f"hive://metastore:9083/{job}.b", address_metadata={"team": "sales"})
    watcher.record_openlineage([{"eventTime": "2026-03-01T12:00:00Z", "dataset": linked(job, *tables)}])
    address = watcher.address(f"s3://lake/{job}")
    assert (address.primary_key, address.address_metadata["team"]) == ("id", "sales")


def test_a_dataset_keeps_the_name_that_it_came_with(watcher: Watcher, job: str) -> None:
    def write(number: int, name: str) -> dict[str, Any]:
        outputs = ({"namespace": "s3://lake", "name": name},)
        event = run_event(f"{job}-{number}", minutes=number, job=job, inputs=(dataset(f"{job}.a"),), outputs=outputs)
        watcher.record_openlineage([event])
        return watcher.address(f"s3://lake/{job}").address_metadata

    own = {"openlineage": {"namespace": "s3://lake", "name": f"/{job}"}}
    assert write(0, f"/{job}") == own
    assert write(1, job) == own
    assert watcher.update_address(f"s3://lake/{job}", address_metadata={"team": "sales"}).address_metadata == {
        **own,
        "team": "sales",
    }
    assert watcher.update_address(f"s3://lake/{job}", address_metadata=None).address_metadata == own


def test_a_dataset_becomes_one_with_the_address_that_a_person_has_named_otherwise(watcher: Watcher, job: str) -> None:
    table = {**TABLE, "name": f"shop.{job}"}
    watcher.record_openlineage([run_event(f"{job}-r", job=f"{job}-r", inputs=(table,), outputs=(dataset(f"{job}.b"),))])
    watcher.get_or_create_address(f"mart.{job}", address_type_name=unique("type"), address_type_group_name="warehouse")
    watcher.update_address(f"hive://metastore:9083/shop.{job}", name=f"mart.{job}")
    writes = run_event(f"{job}-w", job=job, inputs=(dataset(f"{job}.a"),), outputs=(linked(f"new/{job}", table),))
    watcher.record_openlineage([writes])
    found = [step.address.name for step in watcher.address_lineage(f"{DB}{job}.b")]
    assert found == [f"mart.{job}", f"{DB}{job}.a"]
    assert watcher.address(f"s3://lake/new/{job}").name == f"mart.{job}"


def test_a_table_that_has_moved_is_not_the_place_where_it_was(watcher: Watcher, job: str) -> None:
    table = {**TABLE, "name": f"shop.{job}"}
    for number, place in enumerate((f"old/{job}", f"new/{job}")):
        inputs, outputs = (dataset(f"{job}.a"),), (linked(place, table),)
        watcher.record_openlineage(
            [run_event(f"{job}-{number}", minutes=number, job=job, inputs=inputs, outputs=outputs)]
        )
    assert watcher.address(f"s3://lake/new/{job}").id != watcher.address(f"s3://lake/old/{job}").id


def test_a_name_that_another_address_has_stays_its_own(watcher: Watcher, job: str) -> None:
    own = watcher.get_or_create_address(
        f"hive://metastore:9083/{job}", address_type_name="hive", address_type_group_name="warehouse"
    )
    event = run_event(job, "COMPLETE", job=job, outputs=(linked(job, {**TABLE, "name": job}),))
    watcher.record_openlineage([event, {**event, "eventType": "START"}])
    assert watcher.address(own.name).id == own.id
    assert watcher.address(f"s3://lake/{job}").id != own.id


def test_columns_of_a_dataset_under_its_other_name_are_its_own(watcher: Watcher, job: str) -> None:
    table = {**TABLE, "name": f"shop.{job}"}
    fields = {"total": {"inputFields": [{**table, "field": "total"}, {**dataset(f"{job}.raw"), "field": "amount"}]}}
    target = dataset(job, namespace="s3://lake", symlinks={"identifiers": [table]}, columnLineage={"fields": fields})
    watcher.record_openlineage([run_event(job, "COMPLETE", job=job, outputs=(target,))])
    assert edges(watcher, f"shop/{job}") == {(f"{job}.raw", f"s3://lake/{job}")}
    [step] = watcher.column_lineage(f"s3://lake/{job}", "total")
    assert step.address == f"{DB}{job}.raw"


def test_an_event_of_a_dataset_gives_it_names(watcher: Watcher, job: str) -> None:
    event = {"eventTime": "2026-03-01T12:00:00Z", "dataset": linked(job, {**TABLE, "name": job})}
    watcher.record_openlineage([event])
    watcher.record_openlineage([event])
    assert watcher.address(f"hive://metastore:9083/{job}").name == f"s3://lake/{job}"


def test_a_broken_name_is_passed_over(watcher: Watcher, job: str) -> None:
    watcher.record_openlineage([run_event(job, "COMPLETE", job=job, outputs=(linked(job, {"namespace": 1}),))])
    assert "symlinks of" in str(execution(watcher, job).execution_metadata["refused"])


def test_hostile_events_are_recorded_or_refused_as_such(watcher: Watcher) -> None:
    """Whatever stands in place of anything in a real event is no error of the database."""
    chance = random.Random(HOSTILE)
    events = [event for name in ("dbt_build", "airflow_dag", "airflow_3", "spark_job") for event in sample(name)]
    refused = 0
    for _ in range(HOSTILE):
        event = chance.choice(events)
        for _ in range(chance.randint(1, 3)):
            event = replaced(event, chance.choice(places(event)), chance.choice(NASTY))
        try:
            watcher.record_openlineage([event])
        except InvalidValueError:
            refused += 1
    assert 0 < refused < HOSTILE


def test_a_record_of_another_source_keeps_what_the_row_says(watcher: Watcher, job: str) -> None:
    """Only events of OpenLineage are put together before they are recorded."""
    for inserts in (1, 2):
        watcher.record(
            [
                ExecutionRecord(
                    pipeline_name=job,
                    source=ExecutionSource.HTTP,
                    external_id=job,
                    state=ExecutionState.SUCCEEDED,
                    start_date=at(0),
                    end_date=at(1),
                    inserts=inserts,
                )
            ]
        )
    [found] = watcher.executions(pipeline=job)
    assert found.inserts == 1
