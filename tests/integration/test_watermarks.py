"""Watermarks: how far a pipeline has got. They move with successes only, by compare-and-set, and by hand on record."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import NOON, at, record, unique
from watcher_core import Execution, ExecutionSource, ExecutionState, NotFoundError, Watcher, WatermarkEventKind


@pytest.fixture
def watcher(module_watcher: Watcher) -> Watcher:
    return module_watcher


@pytest.fixture
def pipeline(watcher: Watcher) -> str:
    return watcher.get_or_create_pipeline(unique("pipeline")).name


def watermark(watcher: Watcher, pipeline: str) -> str | None:
    return watcher.pipeline(pipeline).watermark


def start(watcher: Watcher, pipeline: str, next_watermark: object = None, **fields: Any) -> Execution:
    return watcher.start_execution(pipeline_id=pipeline, next_watermark=next_watermark, **fields)


# Compare-and-set


def test_a_success_moves_it_to_the_executions_own_next_watermark(watcher: Watcher, pipeline: str) -> None:
    execution = start(watcher, pipeline, 100)
    assert watermark(watcher, pipeline) is None
    watcher.end_execution(execution.id)
    assert watermark(watcher, pipeline) == "100"


def test_it_never_jumps_to_what_a_later_unfinished_run_declared(watcher: Watcher, pipeline: str) -> None:
    """The reference takes the pipeline's newest next watermark, and skips the data between."""
    watcher.get_or_create_pipeline(pipeline, next_watermark=100)
    first = start(watcher, pipeline)
    watcher.get_or_create_pipeline(pipeline, next_watermark=200)
    start(watcher, pipeline)
    watcher.end_execution(first.id)
    assert watermark(watcher, pipeline) == "100"


def test_a_failure_leaves_it(watcher: Watcher, pipeline: str) -> None:
    watcher.end_execution(start(watcher, pipeline, 100).id, completed_successfully=False)
    assert watermark(watcher, pipeline) is None
    assert watcher.watermark_events(pipeline) == []


def test_a_success_without_a_next_watermark_leaves_it(watcher: Watcher, pipeline: str) -> None:
    watcher.rewind_pipeline(pipeline, watermark=100)
    watcher.end_execution(start(watcher, pipeline).id)
    assert watermark(watcher, pipeline) == "100"


def test_a_next_watermark_that_is_known_only_at_the_end(watcher: Watcher, pipeline: str) -> None:
    execution = start(watcher, pipeline, 100)
    assert watcher.end_execution(execution.id, next_watermark=120).next_watermark == "120"
    assert watermark(watcher, pipeline) == "120"


def test_of_two_that_started_from_the_same_place_the_first_moves_it_and_the_second_is_reported(
    watcher: Watcher, pipeline: str, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = start(watcher, pipeline, 100), start(watcher, pipeline, 200)
    watcher.end_execution(second.id)
    watcher.end_execution(first.id, inserts=5)
    assert watermark(watcher, pipeline) == "200"

    (event,) = watcher.watermark_events(pipeline)
    assert event.kind is WatermarkEventKind.CONFLICT
    assert event.pipeline_execution_id == first.id
    assert (event.old_watermark, event.new_watermark) == ("200", "100")
    (logged,) = [entry for entry in caplog.records if entry.levelno == logging.WARNING]
    assert logged.getMessage() == (
        f"pipeline '{pipeline}': execution {first.id} was to move the watermark to '100', but another had moved it to "
        "'200' since it started; it stays there"
    )
    assert watcher.pipeline(pipeline).last_target_insert is not None, "its rows were written all the same"


def test_a_conflict_leaves_the_older_watermark_so_that_data_is_read_again_and_never_skipped(
    watcher: Watcher, pipeline: str
) -> None:
    short, long = start(watcher, pipeline, 100), start(watcher, pipeline, 200)
    watcher.end_execution(short.id)
    watcher.end_execution(long.id)
    assert watermark(watcher, pipeline) == "100"


def test_two_that_got_to_the_same_place_are_no_conflict(watcher: Watcher, pipeline: str) -> None:
    first, second = start(watcher, pipeline, 100), start(watcher, pipeline, 100)
    watcher.end_execution(first.id)
    watcher.end_execution(second.id)
    assert watcher.watermark_events(pipeline) == []


def test_a_pipeline_without_a_watermark_is_a_place_to_start_from_too(watcher: Watcher, pipeline: str) -> None:
    first = start(watcher, pipeline, 100)
    watcher.rewind_pipeline(pipeline, watermark=50)
    watcher.end_execution(first.id)
    assert watermark(watcher, pipeline) == "50"


def test_watermarks_are_compared_as_they_are_and_not_as_numbers(watcher: Watcher, pipeline: str) -> None:
    watcher.rewind_pipeline(pipeline, watermark="007")
    execution = start(watcher, pipeline, 8)
    watcher.rewind_pipeline(pipeline, watermark="7")
    watcher.end_execution(execution.id)
    assert watermark(watcher, pipeline) == "7"


def test_an_empty_watermark_is_a_watermark(watcher: Watcher, pipeline: str) -> None:
    watcher.end_execution(start(watcher, pipeline, "").id)
    assert watermark(watcher, pipeline) == ""


# Partitions


def partition(watcher: Watcher, pipeline: str, day: int) -> Execution:
    return start(watcher, pipeline, f"day {day}", logical_date=NOON + dt.timedelta(days=day))


def test_partitions_move_it_on_even_when_they_run_side_by_side(watcher: Watcher, pipeline: str) -> None:
    running = [partition(watcher, pipeline, day) for day in range(3)]
    for execution in (running[1], running[0], running[2]):
        watcher.end_execution(execution.id)
    assert watermark(watcher, pipeline) == "day 2"
    assert watcher.watermark_events(pipeline) == []


def test_backfills_of_old_partitions_never_move_it_backwards(watcher: Watcher, pipeline: str) -> None:
    watcher.end_execution(partition(watcher, pipeline, 5).id)
    watcher.end_execution(partition(watcher, pipeline, 3).id)
    assert watermark(watcher, pipeline) == "day 5"


def test_a_later_partition_that_failed_or_still_runs_holds_nobody_back(watcher: Watcher, pipeline: str) -> None:
    watcher.end_execution(partition(watcher, pipeline, 9).id, completed_successfully=False)
    partition(watcher, pipeline, 8)
    watcher.end_execution(partition(watcher, pipeline, 3).id)
    assert watermark(watcher, pipeline) == "day 3"


def test_the_same_partition_again_moves_it_to_where_it_got_this_time(watcher: Watcher, pipeline: str) -> None:
    watcher.end_execution(partition(watcher, pipeline, 5).id)
    again = start(watcher, pipeline, "day 5, again", logical_date=NOON + dt.timedelta(days=5))
    watcher.end_execution(again.id)
    assert watermark(watcher, pipeline) == "day 5, again"


# By hand


def test_a_rewind_sets_it_and_is_on_record(watcher: Watcher, pipeline: str) -> None:
    watcher.end_execution(start(watcher, pipeline, 100).id)
    before = dt.datetime.now(dt.UTC)
    assert watcher.rewind_pipeline(pipeline, watermark=20).watermark == "20"
    assert watcher.rewind_pipeline(watcher.pipeline(pipeline).id, watermark=None).watermark is None

    newest, oldest = watcher.watermark_events(pipeline)
    assert {event.kind for event in (newest, oldest)} == {WatermarkEventKind.REWIND}
    assert (oldest.old_watermark, oldest.new_watermark) == ("100", "20")
    assert (newest.old_watermark, newest.new_watermark) == ("20", None)
    assert before <= oldest.created_at <= newest.created_at
    assert newest.pipeline_execution_id is None


@pytest.mark.parametrize("is_tracked", [True, False], ids=["in a block", "read from a log"])
def test_a_partition_that_was_begun_before_a_rewind_does_not_undo_it(
    is_tracked: bool, watcher: Watcher, pipeline: str
) -> None:
    def made(day: int) -> Iterator[None]:
        date, key = dt.datetime(2026, 1, day, tzinfo=dt.UTC), f"2026-01-{day:02}"
        if is_tracked:
            with watcher.track(pipeline, logical_date=date, next_watermark=key):
                yield
            return
        at = dt.datetime.now(dt.UTC)
        yield
        facts = {"logical_date": date, "next_watermark": key, "start_date": at, "end_date": dt.datetime.now(dt.UTC)}
        watcher.record([replace(record(pipeline, key), **facts)])  # type: ignore[arg-type] # mixed values

    list(made(10))
    assert watcher.pipeline(pipeline).watermark == "2026-01-10"
    for _ in made(11):
        watcher.rewind_pipeline(pipeline, watermark="2026-01-05")
    assert watcher.pipeline(pipeline).watermark == "2026-01-05"
    list(made(12))
    assert watcher.pipeline(pipeline).watermark == "2026-01-12"


def test_an_execution_that_started_before_a_rewind_does_not_undo_it(watcher: Watcher, pipeline: str) -> None:
    watcher.rewind_pipeline(pipeline, watermark=100)
    execution = start(watcher, pipeline, 200)
    watcher.rewind_pipeline(pipeline, watermark=50)
    watcher.end_execution(execution.id)
    assert watermark(watcher, pipeline) == "50"
    assert [event.kind for event in watcher.watermark_events(pipeline)] == ["conflict", "rewind", "rewind"]


def test_unknown_pipelines_are_named(watcher: Watcher) -> None:
    for call in (lambda: watcher.rewind_pipeline("nobody", watermark=1), lambda: watcher.watermark_events("nobody")):
        with pytest.raises(NotFoundError, match="no pipeline named 'nobody'"):
            call()


# Any order of events, against a model


@dataclass
class Model:
    """Compare-and-set, in ten lines."""

    watermark: str | None = None
    running: dict[int, tuple[str | None, str | None]] = field(default_factory=dict)

    def end(self, execution_id: int, *, succeeded: bool) -> None:
        started_from, reaches = self.running.pop(execution_id)
        if succeeded and reaches is not None and self.watermark == started_from:
            self.watermark = reaches


WATERMARKS = st.none() | st.integers(0, 3)
ACTIONS = st.one_of(
    st.tuples(st.just("start"), WATERMARKS),
    st.tuples(st.just("succeed"), st.integers(0, 5)),
    st.tuples(st.just("fail"), st.integers(0, 5)),
    st.tuples(st.just("rewind"), WATERMARKS),
    st.tuples(st.just("declare"), WATERMARKS),
)
PROPERTY = settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@PROPERTY
@given(actions=st.lists(ACTIONS, max_size=15))
def test_any_order_of_starts_ends_and_rewinds_is_compare_and_set(
    module_watcher: Watcher, actions: list[tuple[str, int | None]]
) -> None:
    watcher, pipeline, model = module_watcher, unique("property"), Model()
    watcher.get_or_create_pipeline(pipeline)
    declared: Any = None
    for action, argument in actions:
        before = model.watermark
        if action == "start":
            execution = start(watcher, pipeline, argument)
            reaches = declared if argument is None else argument
            model.running[execution.id] = (model.watermark, None if reaches is None else str(reaches))
            assert (execution.watermark, execution.next_watermark) == model.running[execution.id]
        elif action == "declare":
            declared = argument
            watcher.get_or_create_pipeline(pipeline, next_watermark=argument)
        elif action == "rewind":
            model.watermark = None if argument is None else str(argument)
            watcher.rewind_pipeline(pipeline, watermark=argument)
        elif model.running:
            execution_id = sorted(model.running)[(argument or 0) % len(model.running)]
            started_from, reaches = model.running[execution_id]
            model.end(execution_id, succeeded=action == "succeed")
            watcher.end_execution(execution_id, completed_successfully=action == "succeed")
            if model.watermark != before:
                assert (before, model.watermark) == (started_from, reaches), (
                    "moved from where it started, or not at all"
                )
        assert watermark(watcher, pipeline) == model.watermark


@PROPERTY
@given(
    ends=st.lists(st.tuples(st.integers(0, 6), st.booleans(), st.booleans()), min_size=1, max_size=8),
    order=st.randoms(use_true_random=False),
)
def test_partitions_in_any_order_leave_it_at_the_latest_that_succeeded(
    module_watcher: Watcher, ends: list[tuple[int, bool, bool]], order: Any
) -> None:
    watcher, pipeline = module_watcher, unique("property")
    watcher.get_or_create_pipeline(pipeline)
    running = {}
    for day, succeeds, starts_at_once in ends:
        execution = partition(watcher, pipeline, day)
        running[execution.id] = (day, succeeds)
        if starts_at_once:
            watcher.end_execution(execution.id, completed_successfully=running.pop(execution.id)[1])
    for execution_id in order.sample(sorted(running), len(running)):
        watcher.end_execution(execution_id, completed_successfully=running[execution_id][1])
    succeeded = [day for day, succeeds, _ in ends if succeeds]
    assert watermark(watcher, pipeline) == (f"day {max(succeeded)}" if succeeded else None)


# Start, end, record, replay: in any order, as often as it likes


TELLINGS = ("start", "record running", "record success", "end")


@PROPERTY
@given(order=st.lists(st.sampled_from(TELLINGS), max_size=8))
def test_telling_of_one_success_in_any_order_gives_one_and_the_same_row(
    module_watcher: Watcher, order: list[str]
) -> None:
    """Code inside the job, the recorder outside of it, and replays of both."""
    watcher, pipeline = module_watcher, unique("property")
    watcher.get_or_create_pipeline(pipeline)
    counts: dict[str, Any] = {"inserts": 5, "updates": 0, "total_rows": 5}

    def tell(telling: str) -> None:
        if telling == "record running":
            watcher.record([record(pipeline, pipeline, state=ExecutionState.RUNNING)])
        elif telling == "record success":
            watcher.record([record(pipeline, pipeline, next_watermark=7, **counts)])
        else:
            execution = start(
                watcher, pipeline, 7, source=ExecutionSource.DAGSTER, external_id=pipeline, start_date=at(0)
            )
            if telling == "end":
                watcher.end_execution(execution.id, end_date=at(1), next_watermark=7, **counts)

    for telling in [*order, "end"]:
        tell(telling)
    (row,) = watcher.executions(pipeline=pipeline)
    assert (row.state, row.start_date, row.end_date) == (ExecutionState.SUCCEEDED, at(0), at(1))
    assert (row.inserts, row.updates, row.soft_deletes, row.total_rows) == (5, 0, None, 5)
    assert (row.watermark, row.next_watermark) == (None, "7")
    known = watcher.pipeline(pipeline)
    assert (known.watermark, known.last_target_insert, known.last_target_update) == ("7", at(1), None)
    assert watcher.watermark_events(pipeline) == []
