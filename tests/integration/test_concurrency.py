"""Eight processes at once: the same names, the same executions, the same watermark."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import random
import traceback
from collections.abc import Callable
from typing import Any

import pytest

from tests.factories import NOON, at, record, unique
from watcher_core import ExecutionSource, ExecutionState, PipelineConfiguration, Watcher

PROCESSES = 8
ROUNDS = 8

# Python 3.12 warns of forks in a process with threads, as a worker of pytest-xdist is one. Ours use no thread's locks.
pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")

Work = Callable[[Watcher, int, int], Any]


def race(url: str, work: Work, *, rounds: int = ROUNDS) -> list[list[Any]]:
    """Let eight processes work at the same moment, round by round; give what each answered, by round."""
    context = multiprocessing.get_context("fork")
    barrier, answers = context.Barrier(PROCESSES), context.SimpleQueue()

    def run(process: int) -> None:
        try:
            with Watcher(url) as watcher:
                watcher.pipeline_types()  # connect before the race
                answered = []
                for number in range(rounds):
                    barrier.wait(60)
                    answered.append(work(watcher, number, process))
            answers.put((answered, None))
        except BaseException:
            barrier.abort()
            answers.put((None, traceback.format_exc()))

    processes = [context.Process(target=run, args=(number,)) for number in range(PROCESSES)]
    for process in processes:
        process.start()
    told = [answers.get() for _ in processes]
    for process in processes:
        process.join()
    assert [failure for _, failure in told if failure] == []
    return [list(answered) for answered in zip(*(answers for answers, _ in told), strict=True)]


@pytest.fixture
def watcher(module_watcher: Watcher) -> Watcher:
    return module_watcher


@pytest.fixture
def url(module_database_url: str) -> str:
    return module_database_url


# Names


def pipeline(watcher: Watcher, name: str) -> Any:
    return watcher.get_or_create_pipeline(name)


def configured_pipeline(watcher: Watcher, name: str) -> Any:
    return watcher.get_or_create_pipeline(
        name, pipeline_type_name=f"type of {name}", freshness_number=1, freshness_datepart="day", next_watermark=7
    )


def pipeline_type(watcher: Watcher, name: str) -> Any:
    return watcher.get_or_create_pipeline_type(name, timeliness_number=1, timeliness_datepart="day")


def address_type(watcher: Watcher, name: str) -> Any:
    return watcher.get_or_create_address_type(name, group_name="database")


def address(watcher: Watcher, name: str) -> Any:
    return watcher.get_or_create_address(name, address_type_name=f"type of {name}", address_type_group_name="database")


@pytest.mark.parametrize("make", [pipeline, configured_pipeline, pipeline_type, address_type, address])
def test_all_who_race_on_a_new_name_get_the_same_id_and_none_fails(
    url: str, make: Callable[[Watcher, str], Any]
) -> None:
    """In the reference more than half of the calls fail."""
    name = unique("race")

    def work(watcher: Watcher, number: int, _: int) -> Any:
        made = make(watcher, f"{name}/{number}")
        return made.id, made.created

    for answered in race(url, work):
        assert len({made_id for made_id, _ in answered}) == 1
        assert sum(created for _, created in answered) == 1


def test_configuring_the_same_pipelines_in_any_order_never_ends_in_a_deadlock(url: str, watcher: Watcher) -> None:
    name = unique("race")

    def work(watcher: Watcher, number: int, process: int) -> int:
        prefix = f"{name}/{number}"
        configurations = [
            PipelineConfiguration(name=f"{prefix}/{place}", pipeline_type_name=f"type {prefix}/{place % 4}")
            for place in range(12)
        ]
        random.Random(process).shuffle(configurations)
        return watcher.configure_pipelines(configurations)

    race(url, work)
    assert sum(found.name.startswith(f"{name}/") for found in watcher.pipelines()) == ROUNDS * 12


def test_configuring_while_others_record_never_ends_in_a_deadlock(url: str, watcher: Watcher) -> None:
    """Both hold many pipelines at once: in the order of their names, whoever was there first."""
    names = [unique("race") for _ in range(10)]
    for name in reversed(names):
        watcher.get_or_create_pipeline(name)

    def work(watcher: Watcher, number: int, process: int) -> None:
        if process % 2:
            watcher.record([record(name, start=number, next_watermark=number) for name in names])
        else:
            configured: dict[str, Any] = {"freshness_number": 10 * number + process + 1, "freshness_datepart": "day"}
            watcher.configure_pipelines([PipelineConfiguration(name=name, **configured) for name in names])

    race(url, work)
    assert {watcher.pipeline(name).watermark for name in names} == {str(ROUNDS - 1)}


# Executions


def test_one_identity_that_all_start_at_once_is_one_execution(url: str, watcher: Watcher) -> None:
    name = unique("race")
    watcher.get_or_create_pipeline(name)

    def work(watcher: Watcher, number: int, _: int) -> int:
        return watcher.start_execution(pipeline_id=name, external_id=f"{name}/{number}").id

    assert [len(set(answered)) for answered in race(url, work)] == [1] * ROUNDS
    assert len(watcher.executions(pipeline=name)) == ROUNDS


def test_one_execution_that_all_end_with_the_same_values_ends_once(url: str, watcher: Watcher) -> None:
    name = unique("race")
    watcher.get_or_create_pipeline(name)
    ids = [watcher.start_execution(pipeline_id=name, start_date=at(0)).id for _ in range(ROUNDS)]

    def work(watcher: Watcher, number: int, _: int) -> Any:
        return watcher.end_execution(ids[number], end_date=at(1), inserts=5, next_watermark=number).updated_at

    assert [len(set(answered)) for answered in race(url, work)] == [1] * ROUNDS


def test_what_all_record_at_once_is_recorded_once(url: str, watcher: Watcher) -> None:
    name = unique("race")

    def work(watcher: Watcher, number: int, process: int) -> int:
        records = [
            record(
                f"{name}/{number}/{place % 5}",
                f"{name}/{number}/{place}",
                start=place,
                parent_external_id=f"{name}/{number}/0" if place else None,
                pipeline_type_name=f"type {name}/{number}/{place % 3}",
                next_watermark=place,
                inserts=place,
            )
            for place in range(40)
        ]
        random.Random(process).shuffle(records)
        return watcher.record(records)

    assert {answer for answered in race(url, work, rounds=4) for answer in answered} == {40}
    for number in range(4):
        names = [f"{name}/{number}/{place}" for place in range(5)]
        found = [execution for pipeline in names for execution in watcher.executions(pipeline=pipeline)]
        assert len(found) == len({execution.external_id for execution in found}) == 40
        assert sum(execution.parent_id is None for execution in found) == 1
        assert [watcher.pipeline(pipeline).watermark for pipeline in names] == ["35", "36", "37", "38", "39"]


def test_the_job_and_the_recorder_meet_in_one_row(url: str, watcher: Watcher) -> None:
    """Of a pipeline that is new to both. Each holds the execution's row before the pipeline's, or they would block."""
    name = unique("race")

    def work(watcher: Watcher, number: int, process: int) -> None:
        same = f"{name}/{number}"
        if process == 0:
            with watcher.track(same, external_id=same, source=ExecutionSource.DAGSTER, next_watermark=7) as execution:
                execution.record(inserts=5)
        else:
            state = ExecutionState.RUNNING if process % 2 else ExecutionState.SUCCEEDED
            watcher.record([record(same, same, state=state, total_rows=9)])

    race(url, work)
    for number in range(ROUNDS):
        (execution,) = watcher.executions(pipeline=f"{name}/{number}")
        assert execution.state is ExecutionState.SUCCEEDED
        assert execution.inserts == 5
        assert watcher.pipeline(f"{name}/{number}").watermark == "7"


# Watermarks


def started(watcher: Watcher, name: str, **fields: Callable[[int], Any]) -> list[list[int]]:
    """Eight running executions of one new pipeline, for each round."""
    rounds = []
    for number in range(ROUNDS):
        pipeline_id = watcher.get_or_create_pipeline(f"{name}/{number}").id
        told = [{field: give(process) for field, give in fields.items()} for process in range(PROCESSES)]
        rounds.append([watcher.start_execution(pipeline_id=pipeline_id, start_date=at(0), **own).id for own in told])
    return rounds


def test_of_all_that_started_from_the_same_place_exactly_one_moves_the_watermark(url: str, watcher: Watcher) -> None:
    name = unique("race")
    ids = started(watcher, name, next_watermark=lambda process: process)

    race(url, lambda watcher, number, process: watcher.end_execution(ids[number][process], inserts=1))
    for number in range(ROUNDS):
        events = watcher.watermark_events(f"{name}/{number}")
        (moved,) = set(ids[number]) - {event.pipeline_execution_id for event in events}
        assert len(events) == PROCESSES - 1
        assert watcher.pipeline(f"{name}/{number}").watermark == watcher.execution(moved).next_watermark


def test_of_partitions_that_end_at_once_the_latest_has_the_watermark(url: str, watcher: Watcher) -> None:
    name = unique("race")
    ids = started(
        watcher,
        name,
        next_watermark=lambda process: f"day {process}",
        logical_date=lambda process: NOON + dt.timedelta(days=process),
    )

    race(url, lambda watcher, number, process: watcher.end_execution(ids[number][process]))
    for number in range(ROUNDS):
        assert watcher.pipeline(f"{name}/{number}").watermark == f"day {PROCESSES - 1}"
        assert watcher.watermark_events(f"{name}/{number}") == []


def test_changes_of_data_that_end_at_once_leave_the_latest(url: str, watcher: Watcher) -> None:
    name = unique("race")
    ids = started(watcher, name)

    race(
        url,
        lambda watcher, number, process: watcher.end_execution(ids[number][process], end_date=at(process), updates=1),
    )
    for number in range(ROUNDS):
        assert watcher.pipeline(f"{name}/{number}").last_target_update == at(PROCESSES - 1)
