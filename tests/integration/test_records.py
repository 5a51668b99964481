"""Executions told of after the fact: in any order, as often as it takes, one row each."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import replace
from typing import Any

import pytest

from tests.factories import at, record, unique
from watcher_core import (
    Execution,
    ExecutionRecord,
    ExecutionSource,
    ExecutionState,
    InvalidValueError,
    NotFoundError,
    Watcher,
)

ROWS_OF_PART = "watcher_core.database.connections.ROWS_OF_PART"
NAIVE = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - what is refused
ORDERS = list(itertools.permutations(range(3)))
COMPLETE: dict[str, Any] = {
    "logical_date": at(-720),
    "full_load": True,
    "next_watermark": 150,
    "inserts": 1,
    "updates": 2,
    "soft_deletes": 0,
    "total_rows": 2**62,
    "execution_metadata": {"partition": "2026-03-01"},
}


@pytest.fixture
def watcher(module_watcher: Watcher) -> Watcher:
    return module_watcher


@pytest.fixture
def name() -> str:
    return unique("pipeline")


def only(watcher: Watcher, pipeline: str) -> Execution:
    (execution,) = watcher.executions(pipeline=pipeline)
    return execution


def told(execution: Execution) -> dict[str, Any]:
    """What a replay must leave as it is."""
    return {field: value for field, value in vars(execution).items() if field != "updated_at"}


# One record


def test_a_record_makes_the_pipeline_and_the_execution(watcher: Watcher, name: str) -> None:
    assert watcher.record([record(name, name, pipeline_type_name=f"type of {name}", **COMPLETE)]) == 1
    execution = only(watcher, name)
    assert (execution.pipeline_name, execution.source, execution.external_id) == (name, ExecutionSource.DAGSTER, name)
    assert (execution.state, execution.start_date, execution.end_date) == (ExecutionState.SUCCEEDED, at(0), at(1))
    assert execution.duration_seconds == 60
    assert {field: getattr(execution, field) for field in COMPLETE} == COMPLETE | {"next_watermark": "150"}
    assert watcher.pipeline(name).pipeline_type_name == f"type of {name}"


def test_a_known_pipeline_keeps_its_type(watcher: Watcher, name: str) -> None:
    watcher.get_or_create_pipeline(name, pipeline_type_name=f"type of {name}")
    watcher.record([record(name, pipeline_type_name="another")])
    assert watcher.pipeline(name).pipeline_type_name == f"type of {name}"


def test_whoever_knows_the_type_of_a_new_pipeline_is_heard(watcher: Watcher, name: str) -> None:
    watcher.record([record(name, pipeline_type_name=f"type of {name}"), record(name)])
    assert watcher.pipeline(name).pipeline_type_name == f"type of {name}"


def test_nothing_told(watcher: Watcher) -> None:
    assert watcher.record([]) == 0


def test_an_iterator_will_do(watcher: Watcher, name: str) -> None:
    assert watcher.record(record(name) for _ in range(3)) == 3


def test_a_clock_that_was_set_back_makes_no_negative_duration(watcher: Watcher, name: str) -> None:
    watcher.record([record(name, end_date=at(-5))])
    assert only(watcher, name).duration_seconds == 0


def test_a_success_changes_what_an_ended_execution_changes(watcher: Watcher, name: str) -> None:
    watcher.record([record(name, inserts=1), record(name, start=5, updates=1), record(name, start=3, soft_deletes=1)])
    pipeline = watcher.pipeline(name)
    assert (pipeline.last_target_insert, pipeline.last_target_update, pipeline.last_target_soft_delete) == (
        at(1),
        at(6),
        at(4),
    )
    assert not pipeline.load_lineage


@pytest.mark.parametrize("state", [ExecutionState.FAILED, ExecutionState.CANCELED, ExecutionState.SKIPPED])
def test_only_a_success_changes_the_pipeline(watcher: Watcher, name: str, state: ExecutionState) -> None:
    watcher.record([record(name, state=state, inserts=1, next_watermark=7)])
    pipeline = watcher.pipeline(name)
    assert (pipeline.last_target_insert, pipeline.watermark, pipeline.load_lineage) == (None, None, True)


# Replays


def test_telling_again_changes_nothing(watcher: Watcher, name: str) -> None:
    records = [record(name, f"{name}/{number}", start=number, **COMPLETE) for number in range(5)]
    watcher.record(records)
    before = [told(execution) for execution in watcher.executions(pipeline=name)], watcher.pipeline(name)
    for again in (records, reversed(records), records[:2], records + records):
        watcher.record(again)
        assert ([told(execution) for execution in watcher.executions(pipeline=name)], watcher.pipeline(name)) == before


def test_running_never_takes_an_end_back(watcher: Watcher, name: str) -> None:
    for state in (ExecutionState.SUCCEEDED, ExecutionState.FAILED, ExecutionState.CANCELED):
        identity = f"{name}/{state}"
        watcher.record([record(name, identity, state=state)])
        watcher.record([record(name, identity, state=ExecutionState.RUNNING)])
        assert watcher.executions(pipeline=name, state=state)[0].end_date == at(1)


def test_an_end_ends_what_was_running(watcher: Watcher, name: str) -> None:
    watcher.record([record(name, name, state=ExecutionState.RUNNING)])
    assert only(watcher, name).state is ExecutionState.RUNNING
    watcher.record([record(name, name, state=ExecutionState.FAILED)])
    assert (only(watcher, name).state, only(watcher, name).end_date) == (ExecutionState.FAILED, at(1))


def test_the_log_is_right_about_how_it_ended(watcher: Watcher, name: str) -> None:
    execution = watcher.start_execution(
        pipeline_id=watcher.get_or_create_pipeline(name).id,
        source=ExecutionSource.DAGSTER,
        external_id=name,
        start_date=at(0),
    )
    watcher.end_execution(execution.id, end_date=at(1), inserts=5)
    watcher.record([record(name, name, state=ExecutionState.FAILED, end_date=at(2), execution_metadata={"error": "x"})])
    failed = only(watcher, name)
    assert (failed.state, failed.end_date, failed.inserts) == (ExecutionState.FAILED, at(2), 5)
    assert failed.execution_metadata == {"error": "x"}


def test_an_error_of_a_former_attempt_goes_with_the_success(watcher: Watcher, name: str) -> None:
    watcher.record([record(name, name, state=ExecutionState.FAILED, execution_metadata={"error": "x", "host": "a"})])
    watcher.record([record(name, name, end_date=at(5), execution_metadata={"attempts": 2})])
    assert only(watcher, name).execution_metadata == {"host": "a", "attempts": 2}


def test_a_success_after_a_failure_moves_the_pipeline_on(watcher: Watcher, name: str) -> None:
    watcher.record([record(name, name, state=ExecutionState.FAILED, next_watermark=7)])
    watcher.record([record(name, name, end_date=at(5), inserts=1)])
    pipeline = watcher.pipeline(name)
    assert (pipeline.watermark, pipeline.last_target_insert) == ("7", at(5))


def test_what_the_row_knows_stays_and_gaps_are_filled(watcher: Watcher, name: str) -> None:
    pipeline = watcher.get_or_create_pipeline(name)
    execution = watcher.start_execution(
        pipeline_id=pipeline.id,
        source=ExecutionSource.DAGSTER,
        external_id=name,
        start_date=at(0),
        next_watermark="mine",
        execution_metadata={"both": "mine", "mine": 1},
    )
    watcher.end_execution(execution.id, end_date=at(1), inserts=0, total_rows=9)
    theirs = {**COMPLETE, "next_watermark": "theirs", "execution_metadata": {"both": "theirs", "theirs": 1}}
    watcher.record([record(name, name, start=-1, end_date=at(3), **theirs)])

    known = only(watcher, name)
    assert (known.start_date, known.end_date, known.next_watermark) == (at(0), at(1), "mine")
    assert (known.inserts, known.updates, known.soft_deletes, known.total_rows) == (0, 2, 0, 9)
    assert known.execution_metadata == {"both": "mine", "mine": 1, "theirs": 1}
    assert (known.logical_date, known.full_load) == (COMPLETE["logical_date"], True)
    assert watcher.pipeline(name).watermark == "mine"


def test_counts_that_come_later_tell_the_pipeline_of_the_change(watcher: Watcher, name: str) -> None:
    watcher.record([record(name, name)])
    watcher.record([record(name, name, inserts=5)])
    assert watcher.pipeline(name).last_target_insert == at(1)


def test_a_watermark_that_comes_later_moves_the_pipeline_on(watcher: Watcher, name: str) -> None:
    watcher.record([record(name, name)])
    watcher.record([record(name, name, next_watermark=7)])
    assert watcher.pipeline(name).watermark == "7"
    assert watcher.watermark_events(name) == []


def test_attempts_are_counted_by_the_log(watcher: Watcher, name: str) -> None:
    watcher.record([record(name, name, execution_metadata={"attempts": 2})])
    watcher.record([record(name, name, execution_metadata={"attempts": 3})])
    watcher.record([record(name, name)])
    assert only(watcher, name).execution_metadata == {"attempts": 3}


# Many in one call


@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_one_execution_may_be_told_of_several_times_in_one_call(
    watcher: Watcher, name: str, order: tuple[int, ...]
) -> None:
    """The recorder reads a batch of events; which of them is the last is not for the caller to sort out."""
    tellings = [
        record(name, name, state=ExecutionState.RUNNING, execution_metadata={"started": 1}),
        record(name, name, inserts=5, next_watermark=7),
        record(name, name, execution_metadata={"seen": 1}),
    ]
    assert watcher.record([tellings[place] for place in order]) == 1
    execution = only(watcher, name)
    assert (execution.state, execution.end_date, execution.inserts) == (ExecutionState.SUCCEEDED, at(1), 5)
    assert execution.execution_metadata == {"started": 1, "seen": 1}
    pipeline = watcher.pipeline(name)
    assert (pipeline.watermark, pipeline.last_target_insert) == ("7", at(1))


def test_several_successes_of_one_pipeline_in_one_call_move_it_to_the_last(watcher: Watcher, name: str) -> None:
    """They did not start from the same watermark, though nobody wrote down which one each took with it."""
    watcher.record([record(name, start=start, next_watermark=start) for start in (2, 0, 4, 3, 1)])
    assert watcher.pipeline(name).watermark == "4"
    assert watcher.watermark_events(name) == []


@pytest.mark.parametrize("size", [1, 2, 100])
def test_ends_that_come_in_one_call_count_in_the_order_in_which_they_were(
    watcher: Watcher, name: str, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """All started from the same watermark: the first to end moves it on, whichever part of the call it is in."""
    monkeypatch.setattr(ROWS_OF_PART, size)
    identities = [f"{name}/{letter}" for letter in "dacb"]  # in the order of their ends
    watcher.record([record(name, each, state=ExecutionState.RUNNING) for each in identities])
    ends = [
        record(name, each, end_date=at(minute), next_watermark=minute)
        for minute, each in enumerate(identities, start=1)
    ]
    watcher.record(reversed(ends))
    assert watcher.pipeline(name).watermark == "1"
    assert sorted(event.new_watermark or "" for event in watcher.watermark_events(name)) == ["2", "3", "4"]


def test_history_that_is_told_late_never_moves_a_watermark_back(watcher: Watcher, name: str) -> None:
    watcher.record([record(name, start=10, next_watermark=10)])
    watcher.record([record(name, start=5, next_watermark=5)])
    assert watcher.pipeline(name).watermark == "10"
    assert watcher.watermark_events(name) == []


def test_what_is_told_late_does_not_undo_what_a_person_set_since(watcher: Watcher, name: str) -> None:
    """A watermark that was taken away means: load all again. An old execution must not say that it is loaded."""
    watcher.record([record(name, next_watermark=10)])
    watcher.rewind_pipeline(name, watermark=None)
    watcher.record([record(name, start=5, next_watermark=15)])
    assert watcher.pipeline(name).watermark is None


def test_what_starts_beside_a_success_starts_from_where_that_has_got_to(watcher: Watcher, name: str) -> None:
    watcher.record(
        [
            record(name, f"{name}/2", start=2, state=ExecutionState.RUNNING, next_watermark=20),
            record(name, f"{name}/1", start=0, next_watermark=10),
        ]
    )
    assert only_running(watcher, name).watermark == "10"
    watcher.record([record(name, f"{name}/2", start=2)])
    assert watcher.pipeline(name).watermark == "20"
    assert watcher.watermark_events(name) == []


def only_running(watcher: Watcher, name: str) -> Execution:
    (execution,) = watcher.executions(pipeline=name, state="running")
    return execution


def test_many_pipelines_and_executions_at_once(watcher: Watcher, name: str) -> None:
    records = [record(f"{name}/{number % 100}", start=number, inserts=number) for number in range(5000)]
    assert watcher.record(records) == 5000
    assert len(watcher.executions(pipeline=f"{name}/7", limit=1000)) == 50
    assert watcher.pipeline(f"{name}/7").last_target_insert == at(4908)


def test_one_wrong_record_writes_none(watcher: Watcher, name: str) -> None:
    with pytest.raises(InvalidValueError):
        watcher.record([record(name), record(name, inserts=-1)])
    with pytest.raises(NotFoundError):
        watcher.pipeline(name)


# Parents


def parents(watcher: Watcher, name: str) -> dict[str, str | None]:
    executions = watcher.executions(pipeline=name)
    names = {execution.id: execution.external_id for execution in executions}
    return {execution.external_id: names.get(execution.parent_id or 0) for execution in executions}


@pytest.mark.parametrize("size", [1, 100])
@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_parents_may_be_told_of_in_the_same_call_in_any_order(
    watcher: Watcher, name: str, monkeypatch: pytest.MonkeyPatch, order: tuple[int, ...], size: int
) -> None:
    monkeypatch.setattr(ROWS_OF_PART, size)
    family = [
        record(name, f"{name}/run"),
        record(name, f"{name}/step", parent_external_id=f"{name}/run"),
        record(name, f"{name}/asset", parent_external_id=f"{name}/step"),
    ]
    watcher.record([family[place] for place in order])
    assert parents(watcher, name) == {
        f"{name}/run": None,
        f"{name}/step": f"{name}/run",
        f"{name}/asset": f"{name}/step",
    }


def test_a_parent_that_is_told_of_later_is_found_when_the_child_is_told_of_again(watcher: Watcher, name: str) -> None:
    child = record(name, f"{name}/child", parent_external_id=f"{name}/parent")
    watcher.record([child])
    assert parents(watcher, name) == {f"{name}/child": None}
    watcher.record([record(name, f"{name}/parent")])
    watcher.record([child])
    assert parents(watcher, name) == {f"{name}/child": f"{name}/parent", f"{name}/parent": None}


def test_a_parent_is_of_the_same_source_unless_another_is_named(watcher: Watcher, name: str) -> None:
    child = record(name, f"{name}/child", parent_external_id=f"{name}/run")
    watcher.record([record(name, f"{name}/run", source=ExecutionSource.HTTP)])
    watcher.record([child])
    assert parents(watcher, name)[f"{name}/child"] is None
    watcher.record([replace(child, parent_source=ExecutionSource.HTTP)])
    assert parents(watcher, name)[f"{name}/child"] == f"{name}/run"


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=str)
def test_a_parent_of_another_source_may_have_the_same_external_id(
    watcher: Watcher, name: str, order: tuple[int, int]
) -> None:
    run = record(name, f"{name}/run", source=ExecutionSource.HTTP)
    child = replace(run, source=ExecutionSource.PYTHON, parent_source=run.source, parent_external_id=run.external_id)
    family = [run, child]
    watcher.record([family[place] for place in order])
    by_source = {execution.source: execution for execution in watcher.executions(pipeline=name)}
    assert by_source[ExecutionSource.PYTHON].parent_id == by_source[ExecutionSource.HTTP].id
    circle = replace(run, parent_source=ExecutionSource.PYTHON, parent_external_id=run.external_id)
    watcher.record([circle])
    assert watcher.execution(by_source[ExecutionSource.HTTP].id).parent_id is None


def test_a_parent_that_has_a_row_is_told_by_its_id(watcher: Watcher, name: str) -> None:
    parent = watcher.start_execution(pipeline_id=watcher.get_or_create_pipeline(name).id)
    watcher.record([record(name, f"{name}/child", parent_id=parent.id), record(name, f"{name}/orphan", parent_id=0)])
    by_identity = {execution.external_id: execution.parent_id for execution in watcher.executions(pipeline=name)}
    assert by_identity[f"{name}/child"] == parent.id
    assert by_identity[f"{name}/orphan"] is None  # cleaned up, perhaps; the execution itself is no less true


def test_a_circle_of_parents_is_no_trap(watcher: Watcher, name: str) -> None:
    circle = [
        record(name, f"{name}/a", parent_external_id=f"{name}/b"),
        record(name, f"{name}/b", parent_external_id=f"{name}/a"),
    ]
    for _ in range(2):
        watcher.record(circle)
    execution = watcher.executions(pipeline=name)[0]
    assert watcher.execution_tree(execution.id).execution.id == execution.id


# What is refused


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"pipeline_name": ""}, "pipeline_name is ''"),
        ({"pipeline_type_name": "x" * 2049}, "pipeline_type_name is"),
        ({"source": "pigeon"}, "source is 'pigeon'"),
        ({"external_id": ""}, "external_id is ''"),
        ({"external_id": "x" * 2561}, "external_id is"),
        ({"parent_external_id": "x" * 2561}, "parent_external_id is"),
        ({"external_id": "a", "parent_external_id": "a"}, "an execution is not its own parent"),
        ({"parent_id": "7"}, "parent_id is '7'"),
        ({"state": "asleep"}, "state is 'asleep'"),
        ({"state": ExecutionState.RUNNING}, "all but running ones have an end"),
        ({"end_date": None}, "all but running ones have an end"),
        ({"start_date": NAIVE}, "start_date is 2026-01-01T00:00:00 without a time zone"),
        ({"end_date": NAIVE}, "end_date is 2026-01-01T00:00:00 without a time zone"),
        ({"logical_date": NAIVE}, "logical_date is 2026-01-01T00:00:00 without a time zone"),
        ({"full_load": "yes"}, "full_load is 'yes'"),
        ({"next_watermark": []}, "next_watermark is []"),
        ({"inserts": -1}, "inserts is -1"),
        ({"total_rows": 2**63}, "total_rows is"),
        ({"execution_metadata": {"a": object()}}, "execution_metadata cannot be stored as JSON because of 'a'"),
        ({"execution_metadata": "text"}, "execution_metadata is 'text'"),
    ],
)
def test_a_record_that_breaks_a_rule_names_it(watcher: Watcher, wrong: dict[str, Any], message: str) -> None:
    fields: dict[str, Any] = vars(record(unique("pipeline"))) | wrong
    with pytest.raises(InvalidValueError) as raised:
        watcher.record([ExecutionRecord(**fields)])
    assert message in str(raised.value)


def test_of_many_records_the_one_that_breaks_a_rule_is_named(watcher: Watcher) -> None:
    records = [record(unique("pipeline"), external_id=unique("run")) for _ in range(3)]
    records[1] = ExecutionRecord(**{**vars(records[1]), "end_date": None})
    with pytest.raises(InvalidValueError) as raised:
        watcher.record(records)
    assert str(raised.value).startswith(
        f"execution {records[1].external_id!r} of {records[1].pipeline_name!r}: end_date is None"
    )


def test_metadata_with_what_json_and_postgresql_cannot_hold(watcher: Watcher, name: str) -> None:
    watcher.record([record(name, execution_metadata={"mean": float("nan"), "text": "a\x00b\ud800"})])
    assert only(watcher, name).execution_metadata == {"mean": "NaN", "text": "a\ufffdb?"}
