"""The queue of failures: what waits until a check finds that it was made good, and what comes back to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.factories import at, record
from watcher_core import ExecutionSource, ExecutionState, Watcher

FAILED, SUCCEEDED, RUNNING = ExecutionState.FAILED, ExecutionState.SUCCEEDED, ExecutionState.RUNNING


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


def told(watcher: Watcher, *states: ExecutionState, start: float = 0) -> None:
    """Tell of executions of one pipeline that followed each other, a minute apart."""
    watcher.record(
        record("p", f"p/{start + number}", start=start + number, state=state) for number, state in enumerate(states)
    )


def queued(connection: psycopg.Connection[Any]) -> list[int]:
    rows = connection.execute("SELECT DISTINCT pipeline_execution_id FROM watcher.failure_pending ORDER BY 1")
    return [execution_id for (execution_id,) in rows]


def failures(watcher: Watcher) -> list[int | None]:
    return [finding.failures_in_a_row for finding in watcher.check_failures(now=at(60))]


def test_a_failure_waits_until_it_is_made_good(watcher: Watcher, connection: psycopg.Connection[Any]) -> None:
    told(watcher, SUCCEEDED, FAILED, FAILED)
    assert failures(watcher) == [2]
    assert failures(watcher) == [2]
    assert queued(connection) == [2, 3]
    told(watcher, SUCCEEDED, start=3)
    assert failures(watcher) == []
    assert queued(connection) == []


def test_a_dry_run_leaves_the_queue_as_it_is(watcher: Watcher, connection: psycopg.Connection[Any]) -> None:
    told(watcher, FAILED, SUCCEEDED)
    assert watcher.check_failures(now=at(60), dry_run=True) == []
    assert queued(connection) == [1]


def test_a_failure_that_is_recorded_late_is_known_to_be_made_good(
    watcher: Watcher, connection: psycopg.Connection[Any]
) -> None:
    told(watcher, SUCCEEDED, start=5)
    assert failures(watcher) == []
    told(watcher, FAILED, start=1)
    assert queued(connection) == [2]
    assert failures(watcher) == []
    assert queued(connection) == []


@pytest.mark.parametrize(
    "correction",
    [
        "state = 'canceled'",
        "state = 'failed'",
        "start_date = start_date - interval '1 hour', end_date = end_date - interval '1 hour'",
        "scope = 'another'",
        "instance_id = 'another'",
    ],
)
def test_a_success_that_is_corrected_makes_nothing_good(
    watcher: Watcher, connection: psycopg.Connection[Any], correction: str
) -> None:
    told(watcher, FAILED, SUCCEEDED)
    connection.execute("UPDATE watcher.pipeline_execution SET scope = 'day', instance_id = 'production'")
    assert failures(watcher) == []
    assert queued(connection) == []
    connection.execute(f"UPDATE watcher.pipeline_execution SET {correction} WHERE id = 2")
    assert 1 in queued(connection)
    assert failures(watcher) == ([2] if "'failed'" in correction else [1])


def test_an_execution_that_fails_once_more_is_queued_once_more(
    watcher: Watcher, connection: psycopg.Connection[Any]
) -> None:
    told(watcher, FAILED)
    connection.execute("UPDATE watcher.pipeline_execution SET state = 'running', end_date = NULL")
    watcher.check_failures(now=at(60))
    assert queued(connection) == []
    connection.execute("UPDATE watcher.pipeline_execution SET state = 'failed', end_date = start_date")
    assert failures(watcher) == [1]


def test_what_is_gone_or_imported_does_not_wait(watcher: Watcher, connection: psycopg.Connection[Any]) -> None:
    watcher.record([record("imported", "i", state=FAILED, source=ExecutionSource.IMPORT)])
    assert queued(connection) == []
    told(watcher, FAILED)
    connection.execute("DELETE FROM watcher.pipeline_execution")
    assert failures(watcher) == []
    assert queued(connection) == []
