"""What executions did by day and pipeline is right, whatever ends, corrects or deletes an execution."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.factories import at, record, unique
from watcher_core import ExecutionState, Settings, Watcher

Sums = dict[tuple[dt.date, int], tuple[Any, ...]]

SUMS = "runs, succeeded, failed, canceled, skipped, blocked, inserts, updates, soft_deletes, rows, timed, seconds"

KEPT = f"SELECT day, pipeline_id, {SUMS} FROM watcher.execution_daily WHERE runs <> 0 OR rows <> 0 OR seconds <> 0"

# Written anew, on purpose: what the executions themselves say.
COUNTED = """
    SELECT CAST(end_date AT TIME ZONE 'UTC' AS date), pipeline_id, count(*),
           count(*) FILTER (WHERE state = 'succeeded'), count(*) FILTER (WHERE state = 'failed'),
           count(*) FILTER (WHERE state = 'canceled'), count(*) FILTER (WHERE state = 'skipped'),
           count(*) FILTER (WHERE state = 'blocked'),
           coalesce(sum(inserts), 0), coalesce(sum(updates), 0), coalesce(sum(soft_deletes), 0),
           sum(coalesce(total_rows, 0.0 + coalesce(inserts, 0) + coalesce(updates, 0) + coalesce(soft_deletes, 0))),
           count(*) FILTER (WHERE own), coalesce(sum(extract(epoch FROM end_date - start_date)) FILTER (WHERE own), 0)
      FROM watcher.pipeline_execution
     CROSS JOIN LATERAL (
           SELECT state = 'succeeded' AND coalesce(execution_metadata ->> 'duration_of', '') <> 'step' AS own) AS timed
     WHERE state <> 'running'
     GROUP BY 1, 2
"""


@pytest.fixture
def watcher(module_watcher: Watcher) -> Watcher:
    return module_watcher


@pytest.fixture
def connection(module_database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(module_database_url, autocommit=True) as connection:
        yield connection


def kept(connection: psycopg.Connection[Any]) -> Sums:
    """The sums, once all that waits is in them."""
    while connection.execute("SELECT watcher.fold_execution_daily()").fetchone() != (0,):
        pass
    return {(day, pipeline_id): tuple(sums) for day, pipeline_id, *sums in connection.execute(KEPT)}


def counted(connection: psycopg.Connection[Any]) -> Sums:
    return {(day, pipeline_id): tuple(sums) for day, pipeline_id, *sums in connection.execute(COUNTED)}


def test_an_execution_counts_once_on_the_day_in_utc_on_which_it_ended(
    watcher: Watcher, connection: psycopg.Connection[Any]
) -> None:
    zone = dt.timezone(dt.timedelta(hours=2))
    pipeline = watcher.get_or_create_pipeline(unique("night"))
    start = dt.datetime(2026, 3, 2, 0, 30, tzinfo=zone)
    execution = watcher.start_execution(pipeline_id=pipeline.id, start_date=start)
    assert kept(connection) == counted(connection)  # what runs is not counted
    watcher.end_execution(execution.id, end_date=start + dt.timedelta(hours=1), inserts=7, updates=2)
    watcher.end_execution(execution.id, end_date=start + dt.timedelta(hours=1), inserts=7, updates=2)  # a replay
    assert kept(connection)[dt.date(2026, 3, 1), pipeline.id] == (1, 1, 0, 0, 0, 0, 7, 2, 0, 9, 1, 3600)
    assert kept(connection) == counted(connection)


def test_what_corrects_an_execution_corrects_the_sums(watcher: Watcher, connection: psycopg.Connection[Any]) -> None:
    name = unique("corrected")
    pipeline = watcher.get_or_create_pipeline(name)

    # An end that somebody inferred is replaced by the one that the job reports.
    inferred = watcher.start_execution(pipeline_id=pipeline.id, start_date=at(0))
    watcher.close_execution(inferred.id, reason="it seems to be gone")
    assert kept(connection) == counted(connection)
    watcher.end_execution(inferred.id, end_date=at(5), total_rows=100)

    # A step that is tried again, and whose numbers were provisional.
    failed = record(name, unique("step"), state=ExecutionState.FAILED, inserts=3)
    watcher.record([failed])
    assert kept(connection) == counted(connection)
    watcher.start_execution(
        pipeline_id=pipeline.id, source=failed.source, external_id=failed.external_id, attempt=2, start_date=at(0)
    )
    assert kept(connection) == counted(connection)
    provisional = unique("provisional")
    watcher.record([record(name, provisional, inserts=5, is_provisional=True)])
    watcher.record([record(name, provisional, inserts=50, total_rows=60, end_date=at(60 * 24))])

    # The log says later that the time was that of the whole step, and how an execution really ended.
    shared, other = unique("shared"), unique("other")
    watcher.record([record(name, shared), record(name, other)])
    assert kept(connection) == counted(connection)
    watcher.record([record(name, shared, duration_is_shared=True), record(name, other, state=ExecutionState.CANCELED)])
    assert kept(connection) == counted(connection)
    assert not [sums for sums in kept(connection).values() if any(Decimal(number) < 0 for number in sums)]


def test_counts_beyond_a_bigint_together_do_not_stop_an_execution(
    watcher: Watcher, connection: psycopg.Connection[Any]
) -> None:
    name, most = unique("large"), 2**63 - 1
    watcher.record([record(name, inserts=most, updates=most), record(name, total_rows=most)])
    assert kept(connection) == counted(connection)


def test_cleanup_leaves_the_sums(database_url: str, tmp_path: Path) -> None:
    with (
        psycopg.connect(database_url, autocommit=True) as connection,
        Watcher(database_url, settings=Settings(home=tmp_path)) as watcher,
    ):
        watcher.record([record("old", start=minute, state=ExecutionState.FAILED) for minute in range(40)])
        before = counted(connection)
        result = watcher.cleanup(now=at(60 * 24 * 200))
        assert result.deleted["pipeline_execution"] == 40
        assert kept(connection) == before


def test_who_ends_executions_at_once_waits_for_nobody_and_loses_none(
    watcher: Watcher, connection: psycopg.Connection[Any], module_database_url: str
) -> None:
    """Batches in opposite orders, and single ends of the same pipelines, while sums are folded."""
    names = [unique("busy") for _ in range(12)]
    ids = [watcher.get_or_create_pipeline(name).id for name in names]
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for turn in range(8):
                ordered = names if number % 2 else names[::-1]
                watcher.record([record(name, start=turn, state=ExecutionState.FAILED) for name in ordered * 3])
                execution = watcher.start_execution(pipeline_id=ids[turn], start_date=at(turn))
                watcher.end_execution(execution.id, end_date=at(turn + 1), total_rows=turn)
                with psycopg.connect(module_database_url, autocommit=True) as own:
                    own.execute("SELECT watcher.fold_execution_daily()")
        except BaseException as error:  # shown below: a thread's is lost
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert kept(connection) == counted(connection)


def test_a_transaction_that_folds_holds_up_nobody(
    watcher: Watcher, connection: psycopg.Connection[Any], module_database_url: str
) -> None:
    name = unique("held")
    watcher.record([record(name)])
    with psycopg.connect(module_database_url) as other:
        assert other.execute("SELECT watcher.fold_execution_daily()").fetchone() == (1,)
        watcher.record([record(name, start=minute) for minute in range(600)])  # past the next fold
        assert connection.execute("SELECT watcher.fold_execution_daily()").fetchone() == (0,)
        other.rollback()
    assert kept(connection) == counted(connection)
