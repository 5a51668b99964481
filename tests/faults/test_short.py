"""A few faults with the real parts of Dagster, from cause to recovery; `make faults` runs all of them, and measures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from tests.faults.cases import CASES
from tests.faults.causes import event_log_away
from tests.faults.matrix import run_cases
from tests.faults.stack import START_SECONDS, Stack, running_stack
from watcher_core import Settings, Watcher

SHORT = [case for case in CASES if case.name in ("orders", "stock", "inbox", "marketing")]


@pytest.fixture(scope="module")
def stack(
    tmp_path_factory: pytest.TempPathFactory, module_dagster_home: Path, module_database_url: str
) -> Iterator[Stack]:
    places = [case.subject for case in SHORT if case.has_own_place]
    with running_stack(
        tmp_path_factory.mktemp("stack"),
        module_dagster_home,
        module_database_url,
        own_places=places,
        locations=["sales"],
        interval=2,
    ) as running:
        yield running


def check(stack: Stack, *, now: dt.datetime | None = None, run_wait_minutes: float = 15) -> dict[str, str]:
    """The messages of the alerts about Dagster that are open after a check of health, by subject."""
    settings = Settings(dagster_url=stack.url, run_wait_minutes=run_wait_minutes)
    with Watcher(stack.database_url, settings=settings) as watcher:
        watcher.check_health(now=now)
        alerts = watcher.alerts(state="open", kind="health")
    return {alert.subject: alert.facts["message"] for alert in alerts if "/dagster/" in alert.deduplication_key}


def test_what_follows_a_job_outside_dagster_runs_when_it_has_run(stack: Stack) -> None:
    """With Dagster's own automation: once for each success, be it one that comes while the run before it goes on."""

    def runs() -> int:
        found = stack.instance.get_run_records(dg.RunsFilter(statuses=[dg.DagsterRunStatus.SUCCESS]))
        return sum(dg.AssetKey("landed") in (record.dagster_run.asset_selection or ()) for record in found)

    def reported() -> int:
        return len(stack.instance.fetch_materializations(dg.AssetKey("landing"), limit=10).records)

    def message() -> str:
        statement = """
            SELECT tick_body::jsonb ->> 'skip_reason' FROM job_ticks
             WHERE tick_body::jsonb ->> 'job_name' = 'watcher_external_sensor' ORDER BY id DESC LIMIT 1"""
        return stack.ask(statement) or ""

    stack.wait("the first tick", lambda: message() == "nothing to report", START_SECONDS)
    stack.on("landed")
    with stack.watcher.track("copy") as execution:
        execution.record(inserts=3)
    stack.wait("the run begins", lambda: stack.worker("landed"), START_SECONDS)
    stack.watcher.ping("copy")
    stack.wait("the second success waits", lambda: "began before it" in message(), START_SECONDS)
    assert reported() == 1
    stack.off("landed")
    stack.wait("the second run", lambda: runs() == 2, START_SECONDS)
    assert reported() == 2


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

    unreadable = event_log_away()
    unreadable.cause(stack)
    assert "Dagster's event log" in check(stack)
    unreadable.mend(stack)
    assert "Dagster's event log" not in check(stack)

    stack.stop("webserver")
    # What cannot be asked any more stays as it is.
    assert {"Dagster's daemon", f"webserver 127.0.0.1:{stack.ports['webserver']}"} <= set(check(stack))
