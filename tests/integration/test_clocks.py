"""Clocks that disagree: what lies ahead counts as now, and an end without a date is never before the start."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests import faketime
from tests.factories import record, unique
from tests.http_server import Failure, http_server
from watcher_core import Execution, ExecutionEndedError, ExecutionState, HostClock, InvalidValueError, Settings, Watcher
from watcher_core.recording import clocks

MINUTE = dt.timedelta(minutes=1)
AHEAD = [10 * MINUTE, dt.timedelta(days=365)]


@pytest.fixture
def watcher(module_watcher: Watcher) -> Watcher:
    return module_watcher


@pytest.fixture
def database_now(module_database_url: str) -> Iterator[Callable[[], dt.datetime]]:
    with Watcher(module_database_url, settings=Settings()) as watcher:
        engine = watcher._connect()

        def now() -> dt.datetime:
            with engine.connect() as connection:
                found: dt.datetime = connection.execute(sa.text("SELECT clock_timestamp()")).scalar_one()
                return found

        yield now


def started_and_ended(watcher: Watcher, pipeline: str, ahead: dt.timedelta) -> Execution:
    execution = watcher.start_execution(pipeline_id=pipeline, start_date=dt.datetime.now(dt.UTC) + ahead)
    return watcher.end_execution(execution.id, end_date=dt.datetime.now(dt.UTC) + ahead)


def recorded(watcher: Watcher, pipeline: str, ahead: dt.timedelta) -> Execution:
    now = dt.datetime.now(dt.UTC) + ahead
    watcher.record([replace(record(pipeline), start_date=now, end_date=now)])
    return watcher.executions(pipeline=pipeline)[0]


@pytest.mark.parametrize("ahead", AHEAD)
@pytest.mark.parametrize("write", [started_and_ended, recorded])
def test_what_lies_ahead_counts_as_now_and_is_kept_as_reported(
    watcher: Watcher,
    database_now: Callable[[], dt.datetime],
    write: Callable[[Watcher, str, dt.timedelta], Execution],
    ahead: dt.timedelta,
) -> None:
    pipeline = watcher.get_or_create_pipeline(unique("ahead")).name
    before = database_now()
    execution = write(watcher, pipeline, ahead)
    assert execution.end_date is not None
    assert before <= execution.start_date <= execution.end_date <= database_now()
    assert watcher.pipeline(pipeline).last_target_update == execution.end_date
    kept = execution.execution_metadata
    assert {"reported_start_date", "reported_end_date"} <= kept.keys()
    assert dt.datetime.fromisoformat(kept["reported_end_date"]) >= before + ahead
    assert kept["reported_by"] == clocks.this_host()


@pytest.mark.parametrize("ahead", AHEAD)
def test_a_success_that_lies_ahead_neither_hides_failures_nor_mutes_freshness(
    watcher: Watcher, ahead: dt.timedelta
) -> None:
    name = watcher.get_or_create_pipeline(unique("hides"), freshness_number=2, freshness_datepart="minute").name
    recorded(watcher, name, ahead)
    now = dt.datetime.now(dt.UTC)
    failed = replace(record(name, state=ExecutionState.FAILED), start_date=now, end_date=now)
    watcher.record([failed])
    found = watcher.check_failures(now=now, dry_run=True)
    assert name in {finding.pipeline_name for finding in found}
    later = watcher.check_freshness(pipeline=name, now=now + 3 * MINUTE, dry_run=True)
    assert [finding.pipeline_name for finding in later] == [name]


def test_a_clock_that_is_ahead_by_less_than_the_tolerance_is_believed(watcher: Watcher) -> None:
    pipeline = watcher.get_or_create_pipeline(unique("near")).name
    start = dt.datetime.now(dt.UTC) + clocks.TOLERANCE / 2
    execution = watcher.start_execution(pipeline_id=pipeline, start_date=start)
    assert (execution.start_date, execution.execution_metadata) == (start, {})


def test_ending_again_with_the_same_date_ahead_changes_nothing(watcher: Watcher) -> None:
    execution = watcher.start_execution(pipeline_id=watcher.get_or_create_pipeline(unique("again")).name)
    end = dt.datetime.now(dt.UTC) + 10 * MINUTE
    ended = watcher.end_execution(execution.id, end_date=end)
    assert watcher.end_execution(execution.id, end_date=end) == ended
    with pytest.raises(ExecutionEndedError):
        watcher.end_execution(execution.id, end_date=end + MINUTE)


def test_an_attempt_that_ends_in_time_keeps_no_date_of_the_one_before(watcher: Watcher) -> None:
    pipeline = watcher.get_or_create_pipeline(unique("attempt")).name
    identity = unique("identity")
    first = watcher.start_execution(pipeline_id=pipeline, external_id=identity)
    watcher.end_execution(first.id, end_date=dt.datetime.now(dt.UTC) + 10 * MINUTE)
    watcher.start_execution(pipeline_id=pipeline, external_id=identity, attempt=2)
    assert "reported_end_date" not in watcher.end_execution(first.id).execution_metadata


def test_a_host_whose_clock_is_behind_ends_what_another_has_started(watcher: Watcher) -> None:
    pipeline = watcher.get_or_create_pipeline(unique("behind")).name
    started = dt.datetime.now(dt.UTC) + clocks.TOLERANCE / 2  # the other host's clock
    execution = watcher.start_execution(pipeline_id=pipeline, start_date=started)
    with pytest.raises(InvalidValueError, match="is before the start of execution"):
        watcher.end_execution(execution.id, end_date=started - MINUTE)
    ended = watcher.end_execution(execution.id)
    assert (ended.state, ended.end_date, ended.duration_seconds) == (ExecutionState.SUCCEEDED, started, 0)


def test_the_hosts_that_are_ahead_are_named(watcher: Watcher) -> None:
    pipeline = watcher.get_or_create_pipeline(unique("named")).name
    execution = recorded(watcher, pipeline, 10 * MINUTE)
    report = watcher.clock_report()
    (found,) = [host for host in report.hosts if host.host == clocks.this_host()]
    assert (found.execution_id, found.pipeline_name) == (execution.id, pipeline)
    assert 590 < found.seconds_ahead < 700
    assert abs(report.seconds_ahead) < 60


@pytest.mark.parametrize(
    "value", ["soon", "12:00:00", 3, None, [], {"a": 1}, "9999-99-99T00:00:00Z", "0001-01-01T00:00:00+14:00"]
)
def test_dates_in_a_callers_own_metadata_are_none_that_a_clock_says(watcher: Watcher, value: Any) -> None:
    pipeline = watcher.get_or_create_pipeline(unique("own")).name
    own = {"reported_start_date": value, "reported_end_date": value, "reported_by": f"host of {value}"}
    execution = watcher.start_execution(pipeline_id=pipeline, execution_metadata=own)
    watcher.end_execution(execution.id, end_date=dt.datetime.now(dt.UTC))
    assert f"host of {value}" not in {host.host for host in watcher.clock_report().hosts}


@pytest.mark.parametrize("field", ["start_date", "logical_date"])
def test_an_instant_that_cannot_be_read_again_is_refused_before_anything_is_written(
    watcher: Watcher, field: str
) -> None:
    pipeline = watcher.get_or_create_pipeline(unique("refused")).name
    moment = dt.datetime(1, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=1)))
    with pytest.raises(InvalidValueError, match=r"must be in the years 1 to 9999$"):
        watcher.start_execution(pipeline_id=pipeline, **{field: moment})  # type: ignore[arg-type] # one of two names
    with pytest.raises(InvalidValueError, match=r"must be in the years 1 to 9999$"):
        watcher.record([replace(record(pipeline), **{field: moment})])  # type: ignore[arg-type] # one of two names
    assert watcher.executions(pipeline=pipeline) == []


@pytest.mark.skipif(faketime.LIBRARY is None, reason="faketime is not installed")
@pytest.mark.parametrize("offset", ["+3h", "-3h"])
def test_a_deliverer_whose_clock_is_off_puts_nothing_off_and_raises_no_false_alarm(
    watcher: Watcher, module_database_url: str, database_now: Callable[[], dt.datetime], tmp_path: Path, offset: str
) -> None:
    """What it could not deliver, and what it has taken, is tried again when all others would."""
    pipeline = unique("stale")
    watcher.get_or_create_pipeline(pipeline, freshness_number=1, freshness_datepart="minute")
    watcher.check_freshness(now=database_now() + 5 * MINUTE)
    [alert] = watcher.alerts(pipeline=pipeline)
    watcher.check_health(dagster=False)
    before = {each.id for each in watcher.alerts(state="open")}
    with http_server() as place:
        place.fail(*[Failure(status=500)] * 5)
        (tmp_path / "routes.toml").write_text('[[routes]]\nto = "PLACE"\n')
        environment = {
            **os.environ,
            **faketime.clock_off_by(offset),
            "WATCHER_DATABASE_URL": module_database_url,
            "WATCHER_ROUTES": str(tmp_path / "routes.toml"),
            "PLACE": f"{place.url}/alerts",
        }
        command = [sys.executable, "-m", "watcher_core", "check", "health", "--deliver"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    [delivery] = watcher.alert_deliveries(alert.id)
    assert delivery.last_error is not None, done.stderr
    assert delivery.next_attempt_at is not None
    assert abs(delivery.next_attempt_at - database_now()) < 5 * MINUTE
    new = [each for each in watcher.alerts(state="open") if each.id not in before]
    assert [each.deduplication_key for each in new] == []


@pytest.mark.skipif(faketime.LIBRARY is None, reason="faketime is not installed")
def test_a_cleanup_on_a_host_whose_clock_is_ahead_deletes_nothing_that_is_not_old(
    watcher: Watcher, module_database_url: str
) -> None:
    pipeline = unique("kept")
    start = dt.datetime.now(dt.UTC) - dt.timedelta(days=10)
    watcher.record(
        replace(record(pipeline, str(number)), start_date=start + number * MINUTE, end_date=start + number * MINUTE)
        for number in range(40)
    )
    environment = {**os.environ, **faketime.clock_off_by("+200d"), "WATCHER_DATABASE_URL": module_database_url}
    command = [sys.executable, "-m", "watcher_core", "cleanup", "--retention-days", "90"]
    subprocess.run(command, env=environment, capture_output=True, timeout=120, check=True)
    assert len(watcher.executions(pipeline=pipeline, limit=100)) == 40


COMMANDS_IN_ONE_PROCESS = """
import shlex, sys
from watcher_core.cli import main
for command in sys.argv[1:]:
    try:
        main(shlex.split(command))
    except SystemExit as ended:
        if ended.code:
            raise
"""


def run_with_clock_off(offset: str, database_url: str, *arguments: str) -> str:
    environment = {**os.environ, **faketime.clock_off_by(offset), "WATCHER_DATABASE_URL": database_url}
    command = [sys.executable, *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(faketime.LIBRARY is None, reason="faketime is not installed")
@pytest.mark.parametrize("offset", ["+3h", "-3h"])
def test_what_people_ask_for_on_a_host_whose_clock_is_off_begins_now_and_lasts_as_long_as_they_say(
    watcher: Watcher, module_database_url: str, database_now: Callable[[], dt.datetime], offset: str
) -> None:
    def run(*commands: str) -> str:
        return run_with_clock_off(offset, module_database_url, "-c", COMMANDS_IN_ONE_PROCESS, *commands)

    def is_near(moment: dt.datetime | None, expected: dt.datetime) -> bool:
        return moment is not None and abs(moment - expected) < 5 * MINUTE

    names = [unique("stale") for _ in range(3)]
    for name in names:
        watcher.get_or_create_pipeline(name, freshness_number=1, freshness_datepart="hour")
    watcher.check_freshness(now=database_now() + 70 * MINUTE)
    snoozed, acknowledged, resolved = (watcher.alerts(pipeline=name)[0].id for name in names)
    run(
        f"alerts snooze {snoozed} '1 hour'",
        f"alerts ack {acknowledged}",
        f"alerts resolve {resolved}",
        f"maintenance add --pipeline {names[1]} --for '1 hour'",
    )
    assert is_near(watcher.alert(snoozed).snoozed_until, database_now() + 60 * MINUTE)
    assert is_near(watcher.alert(acknowledged).acknowledged_at, database_now())
    assert is_near(watcher.alert(resolved).resolved_at, database_now())
    [window] = [each for each in watcher.maintenance() if each.pipeline_name == names[1]]
    assert is_near(window.starts_at, database_now())
    assert is_near(window.active_until, database_now() + 60 * MINUTE)
    assert "snoozed" in run(f"alerts list --pipeline {names[0]}", f"maintenance end {window.id}")
    assert [each.id for each in watcher.maintenance() if each.id == window.id] == []


@pytest.mark.skipif(faketime.LIBRARY is None, reason="faketime is not installed")
@pytest.mark.parametrize("offset", ["+3h", "-3h"])
def test_a_pipeline_that_is_looked_at_from_a_host_whose_clock_is_off_stands_as_it_does_for_all(
    watcher: Watcher, module_database_url: str, database_now: Callable[[], dt.datetime], offset: str
) -> None:
    code = """
import sys
from watcher_core import Watcher
with Watcher() as watcher:
    for name in sys.argv[1:]:
        print(len(watcher.check_pipeline(name, "freshness").findings), watcher.pipeline_page(name).freshness.is_stale)
"""
    fresh, stale = unique("fresh"), unique("stale")
    for name, age in ((fresh, 0), (stale, 120)):
        watcher.get_or_create_pipeline(name, freshness_number=1, freshness_datepart="hour")
        at = database_now() - age * MINUTE
        watcher.record([replace(record(name), start_date=at, end_date=at)])
    said = run_with_clock_off(offset, module_database_url, "-c", code, fresh, stale)
    assert said.split() == ["0", "False", "1", "True"]


@pytest.mark.skipif(faketime.LIBRARY is None, reason="faketime is not installed")
def test_the_hosts_that_are_behind_are_named(watcher: Watcher, module_database_url: str) -> None:
    def behind() -> list[HostClock]:
        return [each for each in watcher.clock_report().hosts if each.seconds_ahead < 0]

    pipeline = unique("behind")
    hour_ago = dt.datetime.now(dt.UTC) - 60 * MINUTE
    watcher.record([replace(record(pipeline), start_date=hour_ago, end_date=hour_ago)])  # told late, by a right clock
    assert behind() == []
    code = f"from watcher_core import Watcher\nwith Watcher() as watcher, watcher.track('{pipeline}'): pass"
    run_with_clock_off("-10m", module_database_url, "-c", code)
    execution = watcher.executions(pipeline=pipeline)[0]
    [found] = behind()
    assert (found.host, found.execution_id, found.pipeline_name) == (None, execution.id, pipeline)
    assert -700 < found.seconds_ahead < -500
