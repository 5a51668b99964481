"""A few faults with the real parts of Dagster, from cause to recovery; `make faults` runs all of them, and measures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.cases import CASES
from tests.faults.matrix import run_cases
from tests.faults.stack import Stack, running_stack
from watcher_core import Settings, Watcher

SHORT = [case for case in CASES if case.name in ("orders", "stock", "inbox", "marketing")]


@pytest.fixture
def stack(tmp_path: Path, dagster_home: Path, database_url: str) -> Iterator[Stack]:
    places = [case.subject for case in SHORT if case.has_own_place]
    with running_stack(
        tmp_path, dagster_home, database_url, own_places=places, locations=["sales"], interval=2
    ) as running:
        yield running


def check(stack: Stack, *, now: dt.datetime | None = None, run_wait_minutes: float = 15) -> dict[str, str]:
    """The messages of the alerts about Dagster that are open after a check of health, by subject."""
    settings = Settings(dagster_url=stack.url, run_wait_minutes=run_wait_minutes)
    with Watcher(stack.database_url, settings=settings) as watcher:
        watcher.check_health(now=now)
        alerts = watcher.alerts(state="open", kind="health")
    return {alert.subject: alert.facts["message"] for alert in alerts if "/dagster/" in alert.deduplication_key}


def test_a_few_faults_are_one_message_each_and_what_no_sensor_sees_is_found(stack: Stack) -> None:
    outcomes = run_cases(stack, SHORT, measured=False)
    assert not [problem for outcome in outcomes for problem in outcome.problems]

    stack.stop("health")
    stack.stop("daemon")
    missing = check(stack, now=dt.datetime.now(dt.UTC) + dt.timedelta(hours=1))
    assert {"schedules of sales", "sensors of sales"} <= set(missing)
    assert "minutely (" in missing["schedules of sales"]

    stack.change("DELETE FROM daemon_heartbeats")
    assert check(stack)["Dagster's daemon"].endswith("; the last was never")

    stack.launch("archive")  # without a daemon, what is launched stays queued
    assert check(stack, run_wait_minutes=0.0001)["runs that are queued"].endswith(": archive")

    stack.change("ALTER TABLE event_logs RENAME TO away")
    assert "Dagster's event log" in check(stack)
    stack.change("ALTER TABLE away RENAME TO event_logs")
    assert "Dagster's event log" not in check(stack)

    stack.stop("webserver")
    # What cannot be asked any more stays as it is.
    assert {"Dagster's daemon", f"webserver 127.0.0.1:{stack.ports['webserver']}"} <= set(check(stack))
