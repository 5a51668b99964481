"""Executions: start, end, read; what is refused, and with which words."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories import NOON, at, record, unique
from tests.integration.test_check_pipeline import transactions
from watcher_core import (
    Execution,
    ExecutionEndedError,
    ExecutionSource,
    ExecutionState,
    ExecutionTree,
    InvalidValueError,
    NotFoundError,
    Watcher,
)

NAIVE = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - what is refused


@pytest.fixture
def watcher(module_watcher: Watcher) -> Watcher:
    return module_watcher


@pytest.fixture
def pipeline(watcher: Watcher) -> str:
    return watcher.get_or_create_pipeline(unique("pipeline")).name


@pytest.fixture
def running(watcher: Watcher, pipeline: str) -> Execution:
    return watcher.start_execution(pipeline_id=pipeline, start_date=NOON, next_watermark=150)


# Starting


def test_a_start_of_which_nothing_else_is_known(watcher: Watcher, pipeline: str) -> None:
    before = dt.datetime.now(dt.UTC)
    execution = watcher.start_execution(pipeline_id=pipeline)
    assert execution.state is ExecutionState.RUNNING
    assert execution.source is ExecutionSource.PYTHON
    assert execution.external_id
    assert before <= execution.start_date <= dt.datetime.now(dt.UTC)
    assert (execution.end_date, execution.duration_seconds, execution.completed_successfully) == (None, None, None)
    assert (execution.inserts, execution.updates, execution.soft_deletes, execution.total_rows) == (None,) * 4
    assert execution.execution_metadata == {}
    assert execution.pipeline_name == pipeline
    assert watcher.execution(execution.id) == execution


def test_a_start_with_all_that_can_be_told(watcher: Watcher, pipeline: str) -> None:
    parent = watcher.start_execution(pipeline_id=pipeline)
    execution = watcher.start_execution(
        pipeline_id=watcher.pipeline(pipeline).id,
        start_date=NOON,
        parent_id=parent.id,
        full_load=True,
        next_watermark=150,
        execution_metadata={"partition": "2026-03-01"},
        source=ExecutionSource.HTTP,
        external_id=" as given ",
        logical_date=at(-720),
        attempt=3,
    )
    assert execution.start_date == NOON
    assert execution.parent_id == parent.id
    assert execution.full_load is True
    assert execution.next_watermark == "150"
    assert execution.execution_metadata == {"partition": "2026-03-01", "attempts": 3}
    assert (execution.source, execution.external_id) == (ExecutionSource.HTTP, " as given ")
    assert execution.logical_date == at(-720)


def test_times_of_any_zone_come_back_as_the_same_moment_in_utc(watcher: Watcher, pipeline: str) -> None:
    zone = dt.timezone(dt.timedelta(hours=5, minutes=45))
    execution = watcher.start_execution(pipeline_id=pipeline, start_date=NOON.astimezone(zone))
    assert execution.start_date == NOON
    assert execution.start_date.utcoffset() == dt.timedelta(0)


def test_an_execution_takes_both_watermarks_with_it_and_its_own_wins(watcher: Watcher, pipeline: str) -> None:
    watcher.rewind_pipeline(pipeline, watermark=100)
    watcher.update_pipeline(pipeline, next_watermark=150)
    declared = watcher.start_execution(pipeline_id=pipeline)
    own = watcher.start_execution(pipeline_id=pipeline, next_watermark=130)
    assert (declared.watermark, declared.next_watermark) == ("100", "150")
    assert (own.watermark, own.next_watermark) == ("100", "130")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"start_date": NAIVE}, "start_date is 2026-01-01T00:00:00 without a time zone"),
        ({"start_date": "2026-01-01"}, "start_date is '2026-01-01'; it must be a datetime"),
        ({"logical_date": NAIVE}, "logical_date is 2026-01-01T00:00:00 without a time zone"),
        ({"parent_id": "7"}, "parent_id is '7'; it must be a whole number"),
        ({"parent_id": 2**70}, "parent_id is 1180591620717411303424"),
        ({"full_load": None}, "full_load is None"),
        ({"next_watermark": object}, "next_watermark is"),
        ({"execution_metadata": "text"}, "execution_metadata is 'text'; it must be a dictionary"),
        ({"execution_metadata": {"a": object()}}, "execution_metadata cannot be stored as JSON because of 'a'"),
        ({"source": "pigeon"}, "source is 'pigeon'; it may be dagster, python, cli, http"),
        ({"external_id": "x" * 2561}, "external_id is"),
        ({"external_id": 7}, "external_id is 7; it must be text"),
        ({"attempt": 0}, "attempt is 0"),
        ({"pipeline_id": None}, "pipeline_id is None; it must be a whole number or text"),
        ({"pipeline_id": True}, "pipeline_id is True; it must be a whole number or text"),
        ({"pipeline_id": 2**70}, "an id is a whole number"),
    ],
)
def test_a_start_that_breaks_a_rule_names_it_and_writes_nothing(
    watcher: Watcher, pipeline: str, wrong: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidValueError) as raised:
        watcher.start_execution(**{"pipeline_id": pipeline} | wrong)
    assert message in str(raised.value)
    assert watcher.executions(pipeline=pipeline) == []


@pytest.mark.parametrize("unknown", ["nobody", 0, 2**63 - 1])
def test_an_unknown_pipeline_is_named(watcher: Watcher, unknown: int | str) -> None:
    with pytest.raises(NotFoundError) as raised:
        watcher.start_execution(pipeline_id=unknown)
    assert (raised.value.kind, raised.value.reference) == ("pipeline", unknown)


@pytest.mark.parametrize("unknown", [0, -1, 2**63 - 1])
def test_a_parent_that_does_not_exist_is_refused_and_named(watcher: Watcher, pipeline: str, unknown: int) -> None:
    """The reference accepts it."""
    with pytest.raises(NotFoundError) as raised:
        watcher.start_execution(pipeline_id=pipeline, parent_id=unknown)
    assert (raised.value.kind, raised.value.reference) == ("parent execution", unknown)
    assert watcher.executions(pipeline=pipeline) == []


def test_a_watermark_of_any_length(watcher: Watcher, pipeline: str) -> None:
    """The reference answers 500 to one above 50 characters."""
    long = "x" * 100_000
    execution = watcher.start_execution(pipeline_id=pipeline, next_watermark=long)
    watcher.end_execution(execution.id)
    assert watcher.pipeline(pipeline).watermark == long


# The same identity again


def test_the_same_identity_again_is_the_same_execution(watcher: Watcher, pipeline: str) -> None:
    first = watcher.start_execution(pipeline_id=pipeline, external_id=pipeline, start_date=NOON)
    again = watcher.start_execution(pipeline_id=pipeline, external_id=pipeline, start_date=at(5))
    assert vars(again) | {"updated_at": None} == vars(first) | {"updated_at": None}


def test_the_same_external_id_of_another_source_is_another_execution(watcher: Watcher, pipeline: str) -> None:
    sources = [
        watcher.start_execution(pipeline_id=pipeline, external_id=pipeline, source=source) for source in ExecutionSource
    ]
    assert len({execution.id for execution in sources}) == len(ExecutionSource)


def test_a_source_may_be_told_by_its_value(watcher: Watcher, pipeline: str) -> None:
    source: Any = "cli"
    assert watcher.start_execution(pipeline_id=pipeline, source=source).source is ExecutionSource.CLI


def test_a_replayed_start_keeps_the_watermark_that_the_first_one_was_given(watcher: Watcher, pipeline: str) -> None:
    """Its caller reads from there. With today's watermark the compare-and-set would pass, and move it back."""
    watcher.rewind_pipeline(pipeline, watermark=100)
    first = watcher.start_execution(pipeline_id=pipeline, external_id=pipeline, next_watermark=120)
    with watcher.track(pipeline, next_watermark=200):
        pass
    again = watcher.start_execution(pipeline_id=pipeline, external_id=pipeline, next_watermark=120)
    assert (again.id, again.watermark) == (first.id, "100")
    watcher.end_execution(again.id)
    assert watcher.pipeline(pipeline).watermark == "200"


def test_a_replayed_start_after_the_end_changes_nothing(watcher: Watcher, pipeline: str) -> None:
    execution = watcher.start_execution(pipeline_id=pipeline, external_id=pipeline, attempt=2)
    ended = watcher.end_execution(execution.id, inserts=5)
    for attempt in (1, 2):
        assert watcher.start_execution(pipeline_id=pipeline, external_id=pipeline, attempt=attempt) == ended


def test_a_later_attempt_takes_the_execution_up_again(watcher: Watcher, pipeline: str) -> None:
    first = watcher.start_execution(pipeline_id=pipeline, external_id=pipeline, next_watermark=150, start_date=NOON)
    failure = {"error": {"class": "ValueError"}, "host": "a"}
    watcher.end_execution(first.id, completed_successfully=False, inserts=3, execution_metadata=failure)
    watcher.rewind_pipeline(pipeline, watermark=100)

    again = watcher.start_execution(pipeline_id=pipeline, external_id=pipeline, attempt=2)
    assert (again.id, again.state, again.start_date) == (first.id, ExecutionState.RUNNING, NOON)
    assert (again.end_date, again.inserts, again.duration_seconds) == (None, None, None)
    assert (again.watermark, again.next_watermark) == ("100", "150")
    assert again.execution_metadata == {"host": "a", "attempts": 2}

    watcher.end_execution(again.id)
    assert watcher.pipeline(pipeline).watermark == "150"


def test_a_later_attempt_of_one_that_was_killed_takes_todays_watermark(watcher: Watcher, pipeline: str) -> None:
    first = watcher.start_execution(pipeline_id=pipeline, external_id=pipeline, next_watermark=150)
    watcher.rewind_pipeline(pipeline, watermark=100)
    again = watcher.start_execution(pipeline_id=pipeline, external_id=pipeline, attempt=2)
    assert (again.id, again.watermark, again.execution_metadata) == (first.id, "100", {"attempts": 2})


@pytest.mark.parametrize("theirs", ["many", None, [], {}, 1.5, True])
def test_attempts_in_the_callers_own_metadata_do_no_harm(watcher: Watcher, pipeline: str, theirs: Any) -> None:
    first = watcher.start_execution(pipeline_id=pipeline, external_id=pipeline, execution_metadata={"attempts": theirs})
    watcher.end_execution(first.id)
    assert watcher.start_execution(pipeline_id=pipeline, external_id=pipeline).state is ExecutionState.SUCCEEDED
    again = watcher.start_execution(pipeline_id=pipeline, external_id=pipeline, attempt=2)
    assert again.state is ExecutionState.RUNNING


def test_an_identity_belongs_to_one_pipeline(watcher: Watcher, pipeline: str) -> None:
    first = watcher.start_execution(pipeline_id=pipeline, external_id=pipeline)
    other = watcher.get_or_create_pipeline(unique("pipeline")).name
    with pytest.raises(InvalidValueError, match=f"is execution {first.id} of pipeline '{pipeline}'"):
        watcher.start_execution(pipeline_id=other, external_id=pipeline)


def test_code_that_starts_what_the_recorder_has_seen_already_fills_the_row(watcher: Watcher, pipeline: str) -> None:
    watcher.record([record(pipeline, pipeline, state=ExecutionState.RUNNING, execution_metadata={"step": "a"})])
    execution = watcher.start_execution(
        pipeline_id=pipeline,
        source=ExecutionSource.DAGSTER,
        external_id=pipeline,
        next_watermark=150,
        execution_metadata={"code": 1},
        logical_date=at(-60),
        full_load=True,
    )
    assert execution.start_date == NOON
    assert execution.execution_metadata == {"step": "a", "code": 1}
    assert (execution.next_watermark, execution.logical_date, execution.full_load) == ("150", at(-60), True)


def test_code_knows_better_than_the_recorder_when_its_partition_begins(watcher: Watcher, pipeline: str) -> None:
    seen = record(pipeline, pipeline, state=ExecutionState.RUNNING, logical_date=at(0))
    watcher.record([seen])
    own: dict[str, Any] = {"pipeline_id": pipeline, "source": ExecutionSource.DAGSTER, "external_id": pipeline}
    assert watcher.start_execution(**own, logical_date=at(-60)).logical_date == at(-60)
    assert watcher.start_execution(**own).logical_date == at(-60)
    watcher.record([dataclasses.replace(seen, state=ExecutionState.SUCCEEDED, end_date=at(1))])
    assert watcher.executions(pipeline=pipeline)[0].logical_date == at(-60)


def test_what_the_recorder_has_seen_takes_the_declared_next_watermark_when_code_starts_it(
    watcher: Watcher, pipeline: str
) -> None:
    watcher.record([record(pipeline, pipeline, state=ExecutionState.RUNNING)])
    watcher.update_pipeline(pipeline, next_watermark=7)
    started = watcher.start_execution(pipeline_id=pipeline, source=ExecutionSource.DAGSTER, external_id=pipeline)
    assert started.next_watermark == "7"


# Ending


def test_an_end_of_which_nothing_else_is_known(watcher: Watcher, pipeline: str) -> None:
    execution = watcher.start_execution(pipeline_id=pipeline)
    ended = watcher.end_execution(execution.id)
    assert (ended.state, ended.completed_successfully) == (ExecutionState.SUCCEEDED, True)
    assert ended.end_date is not None
    assert ended.start_date <= ended.end_date <= dt.datetime.now(dt.UTC)
    assert watcher.execution(execution.id) == ended


def test_an_end_with_all_that_can_be_told(watcher: Watcher, running: Execution) -> None:
    ended = watcher.end_execution(
        running.id,
        end_date=NOON + dt.timedelta(seconds=90, microseconds=123_456),
        completed_successfully=False,
        inserts=1,
        updates=0,
        soft_deletes=2,
        total_rows=3,
        next_watermark=160,
        execution_metadata={"error": {"message": "bad row"}},
    )
    assert (ended.state, ended.completed_successfully) == (ExecutionState.FAILED, False)
    assert (ended.inserts, ended.updates, ended.soft_deletes, ended.total_rows) == (1, 0, 2, 3)
    assert ended.next_watermark == "160"
    assert ended.execution_metadata == {"error": {"message": "bad row"}}


def test_duration_keeps_its_parts_of_a_second(watcher: Watcher, running: Execution) -> None:
    ended = watcher.end_execution(running.id, end_date=NOON + dt.timedelta(seconds=90, microseconds=123_456))
    assert ended.duration_seconds == pytest.approx(90.123456, abs=1e-9)


def test_a_very_long_and_a_very_short_execution(watcher: Watcher, pipeline: str) -> None:
    long_ago = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    long = watcher.start_execution(pipeline_id=pipeline, start_date=long_ago)
    assert watcher.end_execution(long.id, end_date=NOON).duration_seconds == (NOON - long_ago).total_seconds()
    none = watcher.start_execution(pipeline_id=pipeline, start_date=NOON)
    assert watcher.end_execution(none.id, end_date=NOON).duration_seconds == 0


def test_huge_counts(watcher: Watcher, running: Execution) -> None:
    """The reference answers 500: its counts are 32 bits wide."""
    most = 2**63 - 1
    ended = watcher.end_execution(running.id, inserts=most, updates=most, soft_deletes=most, total_rows=most)
    assert (ended.inserts, ended.updates, ended.soft_deletes, ended.total_rows) == (most,) * 4


def test_metadata_of_start_and_end_are_put_together(watcher: Watcher, pipeline: str) -> None:
    execution = watcher.start_execution(pipeline_id=pipeline, execution_metadata={"a": 1, "b": {"x": 1}})
    ended = watcher.end_execution(execution.id, execution_metadata={"b": {"y": 2}, "c": 3})
    assert ended.execution_metadata == {"a": 1, "b": {"y": 2}, "c": 3}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"end_date": NOON - dt.timedelta(microseconds=1)}, "is before the start of execution"),
        ({"end_date": NAIVE}, "end_date is 2026-01-01T00:00:00 without a time zone"),
        ({"inserts": -1}, "inserts is -1; it must be a whole number from 0"),
        ({"updates": 2**63}, "updates is 9223372036854775808"),
        ({"soft_deletes": 1.5}, "soft_deletes is 1.5"),
        ({"total_rows": "5"}, "total_rows is '5'"),
        ({"next_watermark": []}, "next_watermark is []"),
        ({"execution_metadata": {"a": object()}}, "execution_metadata cannot be stored as JSON because of 'a'"),
    ],
)
def test_an_end_that_breaks_a_rule_names_it_and_leaves_it_running(
    watcher: Watcher, running: Execution, wrong: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidValueError) as raised:
        watcher.end_execution(running.id, **wrong)
    assert message in str(raised.value)
    assert watcher.execution(running.id) == running


def test_an_end_before_the_start_names_both(watcher: Watcher, running: Execution) -> None:
    with pytest.raises(
        InvalidValueError, match=rf"end_date 2026-03-01 11:59.* before the start of execution {running.id}"
    ):
        watcher.end_execution(running.id, end_date=at(-1))


@pytest.mark.parametrize("unknown", [0, -1, 2**63 - 1])
def test_an_unknown_execution_is_named(watcher: Watcher, unknown: int) -> None:
    for call in (watcher.end_execution, watcher.execution, watcher.execution_tree):
        with pytest.raises(NotFoundError) as raised:
            call(unknown)
        assert (raised.value.kind, raised.value.reference) == ("execution", unknown)


@pytest.mark.parametrize("wrong", [None, "7", 7.5, 2**70, True])
def test_what_is_no_id_is_refused(watcher: Watcher, wrong: Any) -> None:
    for call in (watcher.end_execution, watcher.execution, watcher.execution_tree):
        with pytest.raises(InvalidValueError, match=r"execution_id is .*; (an id is|it must be) a whole number"):
            call(wrong)


# Ending twice


END: dict[str, Any] = {
    "end_date": at(2),
    "inserts": 5,
    "updates": 0,
    "total_rows": 5,
    "next_watermark": 160,
    "execution_metadata": {"a": 1},
}


def test_ending_again_with_the_same_values_changes_nothing(watcher: Watcher, running: Execution) -> None:
    ended = watcher.end_execution(running.id, **END)
    before = watcher.pipeline(running.pipeline_id)
    for same in (END, {**END, "end_date": at(2).astimezone(dt.timezone(dt.timedelta(hours=1)))}, {"inserts": 5}, {}):
        assert watcher.end_execution(running.id, **same) == ended
    assert watcher.pipeline(running.pipeline_id) == before


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ({"end_date": at(3)}, "end_date"),
        ({"completed_successfully": False}, "state"),
        ({"inserts": 6}, "inserts"),
        ({"updates": 1}, "updates"),
        ({"soft_deletes": 0}, "soft_deletes"),
        ({"next_watermark": 161}, "next_watermark"),
        ({"execution_metadata": {"a": 2}}, "a"),
        ({"execution_metadata": {"b": 2}}, "b"),
    ],
)
def test_ending_again_with_other_values_is_an_error_that_names_the_execution(
    watcher: Watcher, running: Execution, other: dict[str, Any], field: str
) -> None:
    """The reference overwrites the result."""
    ended = watcher.end_execution(running.id, **END)
    with pytest.raises(
        ExecutionEndedError, match=f"execution {running.id} has already ended with other values"
    ) as raised:
        watcher.end_execution(running.id, **{**END, **other})
    assert list(raised.value.differences) == [field]
    assert raised.value.execution_id == running.id
    assert watcher.execution(running.id) == ended


# The last changes of data


def changes(watcher: Watcher, name: str) -> tuple[dt.datetime | None, ...]:
    pipeline = watcher.pipeline(name)
    return pipeline.last_target_insert, pipeline.last_target_update, pipeline.last_target_soft_delete


def run(watcher: Watcher, name: str, end: float, **told: Any) -> None:
    execution = watcher.start_execution(pipeline_id=name, start_date=at(end - 1))
    watcher.end_execution(execution.id, end_date=at(end), **told)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"inserts": 1}, (at(1), None, None)),
        ({"updates": 1}, (None, at(1), None)),
        ({"soft_deletes": 1}, (None, None, at(1))),
        ({"inserts": 1, "updates": 2, "soft_deletes": 3}, (at(1), at(1), at(1))),
        ({"inserts": 0, "updates": 2}, (None, at(1), None)),
        ({}, (None, at(1), None)),
        ({"total_rows": 5}, (None, at(1), None)),
        ({"total_rows": 0}, (None, None, None)),
        ({"inserts": 0, "updates": 0, "soft_deletes": 0, "total_rows": 7}, (None, None, None)),
        ({"inserts": 0}, (None, None, None)),
        ({"completed_successfully": False, "inserts": 1}, (None, None, None)),
    ],
    ids=str,
)
def test_a_count_above_zero_or_none_at_all_is_a_change(
    watcher: Watcher, pipeline: str, told: dict[str, Any], expected: tuple[dt.datetime | None, ...]
) -> None:
    run(watcher, pipeline, 1, **told)
    assert changes(watcher, pipeline) == expected


def test_an_older_execution_that_ends_later_never_moves_changes_backwards(watcher: Watcher, pipeline: str) -> None:
    """The reference does."""
    run(watcher, pipeline, 10, inserts=1, updates=1, soft_deletes=1)
    run(watcher, pipeline, 5, inserts=1, updates=1, soft_deletes=1)
    assert changes(watcher, pipeline) == (at(10), at(10), at(10))
    run(watcher, pipeline, 15, updates=1)
    assert changes(watcher, pipeline) == (at(10), at(15), at(10))


# Reading


def test_executions_come_newest_first(watcher: Watcher, pipeline: str) -> None:
    starts = [3, 1, 2, 2]
    ids = [watcher.start_execution(pipeline_id=pipeline, start_date=at(start)).id for start in starts]
    assert [execution.id for execution in watcher.executions(pipeline=pipeline)] == [ids[0], ids[3], ids[2], ids[1]]
    assert [execution.id for execution in watcher.executions(pipeline=pipeline, limit=2)] == [ids[0], ids[3]]
    assert watcher.executions(pipeline=pipeline, limit=0) == []


def test_executions_are_asked_for_by_pipeline_state_and_start(watcher: Watcher, pipeline: str) -> None:
    succeeded, failed, running = (
        watcher.start_execution(pipeline_id=pipeline, start_date=at(start)).id for start in (1, 2, 3)
    )
    watcher.end_execution(succeeded, end_date=at(9))
    watcher.end_execution(failed, end_date=at(9), completed_successfully=False)

    def found(**asked: Any) -> list[int]:
        return [execution.id for execution in watcher.executions(pipeline=pipeline, **asked)]

    assert found() == [running, failed, succeeded]
    assert found(state="running") == [running]
    assert found(state=ExecutionState.FAILED) == [failed]
    assert found(since=at(2)) == [running, failed]
    assert found(since=at(2), state="succeeded") == []
    of_eu = watcher.start_execution(pipeline_id=pipeline, scope="eu", start_date=at(4)).id
    assert (found(scope="eu"), found(scope="us")) == ([of_eu], [])
    by_id = watcher.executions(pipeline=watcher.pipeline(pipeline).id)
    assert [execution.id for execution in by_id] == found()


def test_the_executions_of_a_pipeline_are_read_in_one_transaction(watcher: Watcher) -> None:
    pipeline = unique("pipeline")
    watcher.record([record(pipeline, f"{pipeline}/1")])
    for reference in (pipeline, watcher.pipeline(pipeline).id):
        with transactions(watcher) as begun:
            assert len(watcher.executions(pipeline=reference)) == 1
        assert len(begun) == 1


def test_all_executions_are_listed_without_a_pipeline(watcher: Watcher, pipeline: str) -> None:
    newest = watcher.start_execution(pipeline_id=pipeline, start_date=dt.datetime(2100, 1, 1, tzinfo=dt.UTC))
    assert watcher.executions(limit=1) == [newest]
    watcher.end_execution(newest.id, end_date=dt.datetime(2100, 1, 2, tzinfo=dt.UTC))


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "asleep"},
        {"since": NAIVE},
        {"since": "today"},
        {"scope": 7},
        {"limit": -1},
        {"limit": 1.5},
        {"pipeline": None, "limit": "1"},
    ],
)
def test_questions_that_are_refused(watcher: Watcher, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidValueError):
        watcher.executions(**wrong)


def test_executions_of_an_unknown_pipeline(watcher: Watcher) -> None:
    with pytest.raises(NotFoundError, match="no pipeline named 'nobody'"):
        watcher.executions(pipeline="nobody")


# The tree


def shape(tree: ExecutionTree) -> Any:
    return tree.execution.id, [shape(child) for child in tree.children]


def test_the_tree_holds_its_root_and_all_below_oldest_first(watcher: Watcher, pipeline: str) -> None:
    """The reference leaves roots out."""

    def start(minute: float, parent: Execution | None = None) -> Execution:
        return watcher.start_execution(
            pipeline_id=pipeline, start_date=at(minute), parent_id=parent.id if parent else None
        )

    root = start(0)
    late, early = start(5, root), start(1, root)
    grandchild = start(2, early)
    start(0)
    assert shape(watcher.execution_tree(root.id)) == (root.id, [(early.id, [(grandchild.id, [])]), (late.id, [])])
    assert shape(watcher.execution_tree(early.id)) == (early.id, [(grandchild.id, [])])
    assert watcher.execution_tree(late.id) == ExecutionTree(execution=late)


def test_of_a_large_tree_the_nearest_are_read(watcher: Watcher, pipeline: str) -> None:
    root = watcher.start_execution(pipeline_id=pipeline, start_date=at(0))
    late, early = (
        watcher.start_execution(pipeline_id=pipeline, start_date=at(minute), parent_id=root.id) for minute in (5, 1)
    )
    watcher.start_execution(pipeline_id=pipeline, start_date=at(2), parent_id=early.id)
    assert shape(watcher.execution_tree(root.id, limit=3)) == (root.id, [(early.id, []), (late.id, [])])
    assert shape(watcher.execution_tree(root.id, limit=1)) == (root.id, [])
    assert watcher.child_executions(root.id) == [watcher.execution(early.id), watcher.execution(late.id)]
    assert [each.id for each in watcher.child_executions(root.id, limit=1)] == [early.id]
    assert watcher.child_executions(late.id) == []
    with pytest.raises(InvalidValueError, match="limit is 0"):
        watcher.execution_tree(root.id, limit=0)


def nest(watcher: Watcher, pipeline: str, levels: int, metadata: Mapping[str, Any] | None = None) -> list[int]:
    """Record executions, each within the one before, and return their ids."""
    ids = [f"{pipeline}/{level}" for level in range(levels + 1)]
    watcher.record(
        [
            record(pipeline, own, start=level, parent_external_id=parent, execution_metadata=dict(metadata or {}))
            for level, (parent, own) in enumerate(zip([None, *ids], ids, strict=False))
        ]
    )
    found = watcher.executions(pipeline=pipeline, limit=levels + 1)
    return [execution.id for execution in reversed(found)]


def levels_of(tree: ExecutionTree) -> int:
    levels = 0
    while tree.children:
        (tree,) = tree.children
        levels += 1
    return levels


def test_a_deep_tree(watcher: Watcher, pipeline: str) -> None:
    root, *_ = nest(watcher, pipeline, 100)
    assert levels_of(watcher.execution_tree(root)) == 100
    assert levels_of(watcher.execution_tree(root, levels=100)) == 100
    assert levels_of(watcher.execution_tree(root, levels=7)) == 7
    assert watcher.execution_tree(root, levels=0) == ExecutionTree(execution=watcher.execution(root))


def test_a_tree_that_is_too_deep_for_any_reader_is_read_in_parts(watcher: Watcher, pipeline: str) -> None:
    ids = nest(watcher, pipeline, 600)
    with pytest.raises(InvalidValueError, match=f"execution {ids[101]} is more than 100 levels down in the tree; ask"):
        watcher.execution_tree(ids[0])
    tree = watcher.execution_tree(ids[0], levels=100)
    assert levels_of(tree) == 100
    assert levels_of(watcher.execution_tree(ids[-101])) == 100


@pytest.mark.parametrize("levels", [-1, 101, 1.5, True, "many"])
def test_levels_that_a_tree_cannot_have(watcher: Watcher, pipeline: str, levels: Any) -> None:
    execution = watcher.start_execution(pipeline_id=pipeline)
    with pytest.raises(InvalidValueError, match=r"^levels is .*; it must be a whole number"):
        watcher.execution_tree(execution.id, levels=levels)


def test_a_circle_of_parents_ends(watcher: Watcher, pipeline: str) -> None:
    """Nobody should make one; but a question must not run for ever where somebody did."""
    first = watcher.start_execution(pipeline_id=pipeline, external_id=pipeline, start_date=at(0))
    second = watcher.start_execution(pipeline_id=pipeline, parent_id=first.id, start_date=at(1))
    watcher.start_execution(pipeline_id=pipeline, external_id=pipeline, parent_id=second.id)
    assert watcher.execution(first.id).parent_id == second.id
    assert shape(watcher.execution_tree(first.id)) == (first.id, [(second.id, [])])
    assert shape(watcher.execution_tree(second.id)) == (second.id, [(first.id, [])])


def test_a_child_never_dangles(watcher: Watcher, pipeline: str, module_database_url: str) -> None:
    parent = watcher.start_execution(pipeline_id=pipeline)
    child = watcher.start_execution(pipeline_id=pipeline, parent_id=parent.id)
    engine = sa.create_engine(watcher.url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM watcher.pipeline_execution WHERE id = :id"), {"id": parent.id})
    assert watcher.execution(child.id).parent_id is None
