"""Processes and threads at once: one id a name, one mover of a watermark, one connection a process."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import sqlalchemy as sa

from watcher_core import Settings, Watcher

PROCESSES = 8
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def race(arguments: tuple[str, str, int]) -> list[int]:
    url, home, rounds = arguments
    ids = []
    with Watcher(url, settings=Settings(home=Path(home))) as watcher:
        for number in range(rounds):
            ids.append(watcher.get_or_create_pipeline(f"new-{number}", pipeline_type_name=f"type-{number}").id)
            ids.append(
                watcher.get_or_create_pipeline_type(f"other-{number}", freshness_number=1, freshness_datepart="day").id
            )
            address = watcher.get_or_create_address(
                f"address-{number}", address_type_name=f"kind-{number}", address_type_group_name="database"
            )
            ids.append(address.id or 0)
    return ids


def test_eight_processes_that_race_on_new_names_get_one_id_each(database_url: str, tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, mp_context=spawn) as pool:
        seen = list(pool.map(race, [(database_url, str(tmp_path), 15)] * PROCESSES))
    assert all(ids == seen[0] for ids in seen)
    assert 0 not in seen[0]


def test_of_executions_that_end_at_once_one_moves_the_watermark(watcher: Watcher) -> None:
    watcher.get_or_create_pipeline("p")
    started = [watcher.start_execution(pipeline_id="p", next_watermark=number) for number in range(PROCESSES)]
    with ThreadPoolExecutor(PROCESSES) as pool:
        list(pool.map(lambda execution: watcher.end_execution(execution.id), started))
    conflicts = watcher.watermark_events("p")
    assert len(conflicts) == PROCESSES - 1
    moved = watcher.pipeline("p").watermark
    assert moved not in {event.new_watermark for event in conflicts}


def test_of_partitions_that_end_at_once_the_latest_holds(watcher: Watcher) -> None:
    watcher.get_or_create_pipeline("p")
    for attempt in range(5):
        days = [START + dt.timedelta(days=10 * attempt + number) for number in range(PROCESSES)]
        started = [
            watcher.start_execution(pipeline_id="p", next_watermark=day.date(), logical_date=day) for day in days
        ]
        with ThreadPoolExecutor(PROCESSES) as pool:
            list(pool.map(lambda execution: watcher.end_execution(execution.id), started))
        assert watcher.pipeline("p").watermark == str(days[-1].date())


def test_a_forked_child_uses_connections_of_its_own(watcher: Watcher) -> None:
    watcher.get_or_create_pipeline("parent")
    child = os.fork()
    if child == 0:
        try:
            watcher.get_or_create_pipeline("child")
            os._exit(0)
        except BaseException:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert [pipeline.name for pipeline in watcher.list_pipelines()] == ["child", "parent"]


def test_a_connection_that_the_server_ended_is_replaced(watcher: Watcher) -> None:
    watcher.get_or_create_pipeline("p")
    other = sa.create_engine(watcher.url, poolclass=sa.NullPool)
    with other.connect() as connection:
        connection.execute(
            sa.text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    assert watcher.pipeline("p").name == "p"
