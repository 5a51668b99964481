"""What is pending: how it gets into the queue and out of it, once, whoever judges, and whatever happens meanwhile."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.factories import at, record
from watcher_core import ExecutionState, Settings, UnjudgedExecutions, Watcher
from watcher_core.anomalies import detect
from watcher_core.client import anomalies

DAY = 24 * 60
NOW = at(40 * DAY)


def pipelines(watcher: Watcher, *names: str) -> None:
    for name in names:
        watcher.get_or_create_pipeline(name)
        watcher.get_or_create_anomaly_rule(name, metric_field="total_rows")


def days(watcher: Watcher, name: str, first: int, last: int, count: int = 1000, **fields: Any) -> None:
    watcher.record(
        record(name, f"{name}/{day}", start=day * DAY, total_rows=count + day % 7, **fields)
        for day in range(first, last)
    )


def pending(database_url: str) -> list[int]:
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "SELECT pipeline_execution_id FROM watcher.anomaly_pending ORDER BY pipeline_id, id"
        ).fetchall()
    return [row[0] for row in rows]


@contextmanager
def held(database_url: str, pipeline_id: int) -> Iterator[None]:
    """As if another process judged that pipeline."""
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('watcher.anomaly/' || %s::bigint, 0))", (pipeline_id,)
        )
        yield


# Into the queue


def test_successes_of_pipelines_with_rules_are_pending(watcher: Watcher, database_url: str) -> None:
    pipelines(watcher, "p")
    watcher.get_or_create_pipeline("none")
    with watcher.track("p") as tracked, watcher.track("none"):
        tracked.record(total_rows=1)
    started = watcher.start_execution(pipeline_id="p")
    assert pending(database_url) == [tracked.id]
    watcher.end_execution(started.id, total_rows=2)
    watcher.end_execution(started.id, total_rows=2)  # a replay
    assert pending(database_url) == [tracked.id, started.id]
    failed = watcher.start_execution(pipeline_id="p")
    watcher.end_execution(failed.id, completed_successfully=False)
    watcher.record([record("p", "r", state=ExecutionState.RUNNING), record("p", "s"), record("none")])
    recorded = [each.id for each in watcher.executions() if each.external_id == "s"]
    assert pending(database_url) == [tracked.id, started.id, *recorded]


def test_what_waits_is_counted_once_an_execution(watcher: Watcher) -> None:
    assert watcher.unjudged_executions() == UnjudgedExecutions(count=0, since=None)
    pipelines(watcher, "p")
    days(watcher, "p", 0, 2)
    watcher.record([record("p", "p/1", start=DAY, inserts=4)])
    waiting = watcher.unjudged_executions()
    assert waiting.count == 2
    assert waiting.since == min(execution.updated_at for execution in watcher.executions())


def test_a_rule_that_is_switched_off_makes_nothing_pending(watcher: Watcher, database_url: str) -> None:
    pipelines(watcher, "p")
    watcher.update_anomaly_rule(watcher.anomaly_rules()[0].id, active=False)
    days(watcher, "p", 0, 2)
    assert pending(database_url) == []
    assert not watcher.unjudged_executions().count


def test_what_changes_is_pending_again_and_what_does_not_is_not(watcher: Watcher, database_url: str) -> None:
    pipelines(watcher, "p")
    watcher.record([record("p", "a")])
    assert len(pending(database_url)) == 1
    watcher.record([record("p", "a")])
    assert len(pending(database_url)) == 1
    watcher.record([record("p", "a", total_rows=5)])
    [execution] = watcher.executions()
    assert pending(database_url) == [execution.id, execution.id]
    found = watcher.detect_pending_anomalies(now=NOW)
    assert (found.executions, pending(database_url)) == (1, [])


def test_an_execution_and_its_place_in_the_queue_are_one_transaction(watcher: Watcher, database_url: str) -> None:
    pipelines(watcher, "p")
    with psycopg.connect(database_url) as connection:
        connection.execute("ALTER TABLE watcher.anomaly_pending ADD CONSTRAINT never CHECK (false) NOT VALID")
    started = watcher.start_execution(pipeline_id="p")
    with pytest.raises(Exception, match="never"):
        watcher.end_execution(started.id)
    assert watcher.execution(started.id).state is ExecutionState.RUNNING


# Out of it


def test_detection_is_idempotent(watcher: Watcher) -> None:
    pipelines(watcher, "p")
    days(watcher, "p", 0, 30)
    first = watcher.detect_pending_anomalies(now=NOW)
    assert (first.executions, first.remaining) == (30, False)
    results = watcher.anomaly_results(limit=100)
    again = watcher.detect_pending_anomalies(now=NOW)
    assert (again.executions, again.results) == (0, 0)
    for execution in watcher.executions(limit=100):
        watcher.detect_anomalies(execution.id)
    assert watcher.anomaly_results(limit=100) == results


def test_a_limit_leaves_the_rest(watcher: Watcher, database_url: str) -> None:
    pipelines(watcher, "p", "q")
    days(watcher, "p", 0, 10)
    days(watcher, "q", 0, 10)
    found = watcher.detect_pending_anomalies(limit=7, now=NOW)
    assert (found.executions, found.remaining, len(pending(database_url))) == (7, True, 13)
    found = watcher.detect_pending_anomalies(limit=7, now=NOW)
    assert (found.executions, len(pending(database_url))) == (7, 6)
    assert watcher.detect_pending_anomalies(limit=0, now=NOW).executions == 0
    assert watcher.detect_pending_anomalies(now=NOW).remaining is False
    assert pending(database_url) == []


def test_time_that_is_up_leaves_the_rest(watcher: Watcher) -> None:
    pipelines(watcher, "p")
    days(watcher, "p", 0, 3)
    found = watcher.detect_pending_anomalies(seconds=0, now=NOW)
    assert (found.executions, found.remaining) == (0, True)
    assert watcher.detect_pending_anomalies(seconds=600, now=NOW).executions == 3


def test_batches_give_what_one_batch_gives(
    watcher: Watcher, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"p{number}" for number in range(5)]
    pipelines(watcher, *names)
    for name in names:
        days(watcher, name, 0, 25)
        days(watcher, name, 25, 27, count=100)
    told: list[int] = []
    monkeypatch.setattr(anomalies, "BATCH", 4)
    found = watcher.detect_pending_anomalies(now=NOW, progress=told.append)
    assert (found.executions, len(found.flagged), pending(database_url)) == (135, 10, [])
    assert told[:2] == [4, 8]
    assert told[-1] == 135
    by_batch = [(each.pipeline_execution_id, each.flagged, each.lower) for each in watcher.anomaly_results(limit=1000)]
    with psycopg.connect(database_url) as connection:
        connection.execute("DELETE FROM watcher.anomaly_detection_result")
        connection.execute(
            "INSERT INTO watcher.anomaly_pending (pipeline_id, pipeline_execution_id)"
            " SELECT pipeline_id, id FROM watcher.pipeline_execution"
        )
    monkeypatch.setattr(anomalies, "BATCH", 1000)
    watcher.detect_pending_anomalies(now=NOW)
    at_once = [(each.pipeline_execution_id, each.flagged, each.lower) for each in watcher.anomaly_results(limit=1000)]
    assert at_once == by_batch


def test_a_dry_run_writes_nothing(watcher: Watcher, database_url: str) -> None:
    pipelines(watcher, "p")
    days(watcher, "p", 0, 30)
    watcher.detect_pending_anomalies(now=NOW)
    days(watcher, "p", 37, 38, count=1)
    found = watcher.detect_pending_anomalies(now=NOW, dry_run=True)
    assert (found.executions, len(found.flagged), found.alerts) == (1, 1, 0)
    assert not found.remaining  # beyond what it looked at
    assert len(pending(database_url)) == 1
    assert watcher.anomaly_results(flagged=True) == []
    assert watcher.alerts() == []
    assert len(watcher.detect_pending_anomalies(now=NOW).flagged) == 1


def test_executions_that_are_gone_are_passed_over(watcher: Watcher, database_url: str) -> None:
    pipelines(watcher, "p", "q")
    days(watcher, "p", 0, 12)
    days(watcher, "q", 0, 2)
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "DELETE FROM watcher.pipeline_execution WHERE external_id IN ('p/3', 'p/11') OR external_id LIKE 'q/%'"
        )
        connection.execute("DELETE FROM watcher.pipeline WHERE name = 'q'")
    found = watcher.detect_pending_anomalies(now=NOW)
    assert (found.executions, found.remaining) == (14, False)
    assert len(watcher.anomaly_results()) == found.results


def test_executions_that_run_again_are_passed_over(watcher: Watcher, database_url: str) -> None:
    pipelines(watcher, "p")
    days(watcher, "p", 0, 20)
    pipeline = watcher.pipeline("p")
    told: dict[str, Any] = {"pipeline_id": pipeline.id, "external_id": "x", "start_date": at(20 * DAY)}
    execution = watcher.start_execution(**told)
    watcher.end_execution(execution.id, total_rows=1, end_date=at(20 * DAY + 1))
    watcher.start_execution(**told, attempt=2)
    assert watcher.detect_pending_anomalies(now=NOW).flagged == ()
    assert watcher.anomaly_results(execution_id=execution.id) == []
    assert pending(database_url) == []


def test_an_error_leaves_the_batch_pending(
    watcher: Watcher, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipelines(watcher, "p", "q")
    days(watcher, "p", 0, 12)
    days(watcher, "q", 0, 12)
    monkeypatch.setattr(anomalies, "BATCH", 12)
    recorded = detect._record
    calls = iter([recorded, None])

    def record_results(*args: Any, **kwargs: Any) -> Any:
        call = next(calls)
        if call is None:
            raise RuntimeError("out of memory")
        return call(*args, **kwargs)

    monkeypatch.setattr(detect, "_record", record_results)
    with pytest.raises(RuntimeError, match="out of memory"):
        watcher.detect_pending_anomalies(now=NOW)
    assert len(pending(database_url)) == 12
    assert {result.pipeline_name for result in watcher.anomaly_results(limit=100)} == {"p"}


def test_cleanup_takes_results_along(watcher: Watcher) -> None:
    pipelines(watcher, "p")
    days(watcher, "p", 0, 60)
    watcher.detect_pending_anomalies(now=at(60 * DAY))
    results = len(watcher.anomaly_results(limit=100))
    counts = watcher.cleanup(now=at(59 * DAY) + dt.timedelta(days=90)).deleted
    assert counts["pipeline_execution"] == 30
    assert 0 < counts["anomaly_detection_result"] == results - 30


# Several at once


def test_a_pipeline_that_another_judges_is_passed_over(watcher: Watcher, database_url: str) -> None:
    pipelines(watcher, "p", "q")
    days(watcher, "p", 0, 3)
    days(watcher, "q", 0, 3)
    with held(database_url, watcher.pipeline("p").id):
        found = watcher.detect_pending_anomalies(now=NOW)
        assert (found.executions, found.remaining) == (3, True)
    found = watcher.detect_pending_anomalies(now=NOW)
    assert (found.executions, found.remaining) == (3, False)


def test_one_execution_waits_for_who_judges_its_pipeline(watcher: Watcher, database_url: str) -> None:
    pipelines(watcher, "p")
    days(watcher, "p", 0, 20)
    execution = watcher.executions(limit=1)[0]
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.extend(watcher.detect_anomalies(execution.id, now=NOW)))
    with held(database_url, execution.pipeline_id):
        thread.start()
        with psycopg.connect(database_url, autocommit=True) as connection:
            waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            while connection.execute(waiting).fetchone() == (0,):
                pass
        assert results == []
    thread.join()
    assert [result.pipeline_execution_id for result in results] == [execution.id]


def test_what_is_corrected_while_it_is_judged_is_judged_again(
    watcher: Watcher, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipelines(watcher, "p")
    days(watcher, "p", 0, 20)
    watcher.detect_pending_anomalies(now=NOW)
    watcher.record([record("p", "late", start=37 * DAY, inserts=3)])
    recorded = detect._record

    def record_results(*args: Any, **kwargs: Any) -> Any:
        found = recorded(*args, **kwargs)
        monkeypatch.setattr(detect, "_record", recorded)
        watcher.record([record("p", "late", start=37 * DAY, inserts=3, total_rows=1)])  # waits for nobody
        return found

    monkeypatch.setattr(detect, "_record", record_results)
    found = watcher.detect_pending_anomalies(now=NOW)
    assert (found.executions, found.results, found.remaining) == (1, 0, True)
    assert [result.value for result in watcher.detect_pending_anomalies(now=NOW).flagged] == [1]


def test_recording_does_not_wait_for_detection(watcher: Watcher, database_url: str) -> None:
    """Whoever judges holds executions so that nobody deletes them; others may end and correct them all the same."""
    pipelines(watcher, "p")
    days(watcher, "p", 0, 3)
    with psycopg.connect(database_url) as connection:
        connection.execute("SELECT FROM watcher.pipeline_execution FOR KEY SHARE")
        watcher.record([record("p", "p/1", start=DAY, inserts=4)])
        watcher.record([record("p", "new", start=DAY)])


def drain(url: str, home: str) -> tuple[int, int]:
    """Judge until there is nothing left that nobody else judges."""
    executions = results = 0
    with Watcher(url, settings=Settings(home=Path(home))) as watcher:
        while watcher.unjudged_executions().count:
            found = watcher.detect_pending_anomalies(now=NOW, limit=40)
            executions, results = executions + found.executions, results + found.results
    return executions, results


def test_processes_share_the_work(watcher: Watcher, database_url: str, tmp_path: Path) -> None:
    names = [f"p{number}" for number in range(12)]
    pipelines(watcher, *names)
    for name in names:
        days(watcher, name, 0, 25)
        days(watcher, name, 38, 39, count=100)
    with ProcessPoolExecutor(3, multiprocessing.get_context("spawn")) as pool:
        done = list(pool.map(drain, [database_url] * 3, [str(tmp_path)] * 3))
    assert sum(executions for executions, _ in done) == 12 * 26
    assert pending(database_url) == []
    results = watcher.anomaly_results(limit=10_000)
    assert sum(results for _, results in done) == len(results)
    assert len({(result.rule_id, result.pipeline_execution_id) for result in results}) == len(results)
    assert len(watcher.anomaly_results(flagged=True)) == 12
    assert len(watcher.alerts(state="open")) == 12


def test_threads_that_judge_the_same_execution(watcher: Watcher) -> None:
    pipelines(watcher, "p")
    days(watcher, "p", 0, 25)
    watcher.detect_pending_anomalies(now=NOW)
    days(watcher, "p", 38, 39, count=1)
    execution = watcher.executions(limit=1)[0]
    barrier = threading.Barrier(6)
    told: list[Any] = []

    def judge(number: int) -> None:
        barrier.wait()
        if number % 2:
            told.append(watcher.detect_pending_anomalies(now=NOW).results)
        else:
            told.append(watcher.detect_anomalies(execution.id, now=NOW))

    threads = [threading.Thread(target=judge, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 6
    assert len(watcher.anomaly_results(execution_id=execution.id)) == 1
    assert len(watcher.alerts()) == 1
