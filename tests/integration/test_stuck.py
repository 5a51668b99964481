"""Executions that will not end: their process was killed, or they run far longer than ever."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories import unique
from watcher_core import (
    AlertLevel,
    Execution,
    ExecutionRecord,
    ExecutionState,
    Finding,
    Settings,
    Watcher,
    recording,
    text,
)
from watcher_core.recording import heartbeats, processes
from watcher_core.recording.heartbeats import Pulse

NOW = dt.datetime.now(dt.UTC)


def ago(**span: float) -> dt.datetime:
    return NOW - dt.timedelta(**span)


def write(watcher: Watcher, statement: str, **given: Any) -> None:
    with watcher._transaction() as (session, _):
        session.execute(sa.text(statement), given)


def started(watcher: Watcher, name: str, *, hours: float = 0.1, scope: str | None = None) -> int:
    pipeline = watcher.get_or_create_pipeline(name)
    return watcher.start_execution(pipeline_id=pipeline.id, start_date=ago(hours=hours), scope=scope).id


def history(watcher: Watcher, name: str, *minutes: float) -> None:
    pipeline = watcher.get_or_create_pipeline(name)
    for day, lasted in enumerate(minutes, start=1):
        begun = ago(days=day)
        execution = watcher.start_execution(pipeline_id=pipeline.id, start_date=begun)
        watcher.end_execution(execution.id, end_date=begun + dt.timedelta(minutes=lasted))


def found(watcher: Watcher, name: str, now: dt.datetime = NOW, **options: Any) -> list[Finding]:
    return [finding for finding in watcher.check_stuck(now=now, **options) if finding.pipeline_name == name]


@pytest.fixture
def name() -> str:
    return unique("stuck")


# Too long


@pytest.mark.parametrize(
    ("minutes", "hours", "is_found"),
    [
        ((10, 12, 9, 11, 10), 1.1, True),
        ((10, 12, 9, 11, 10), 0.9, False),  # not an hour
        ((60, 60, 60, 60, 60), 4.9, False),
        ((60, 60, 60, 60, 60), 5.1, True),
        ((10, 12, 9, 11), 50.0, False),  # too few to learn from
        ((), 500.0, False),
    ],
)
def test_what_runs_far_longer_than_its_last_runs(
    module_watcher: Watcher, name: str, minutes: tuple[float, ...], hours: float, is_found: bool
) -> None:
    history(module_watcher, name, *minutes)
    execution_id = started(module_watcher, name, hours=hours)
    findings = found(module_watcher, name)
    assert [finding.execution_id for finding in findings] == [execution_id] * is_found
    if is_found:
        [finding] = findings
        assert (finding.level, finding.details["reason"]) == (AlertLevel.WARNING, "runs_long")
        assert "95 % of its last runs took at most" in finding.details["message"]


@pytest.mark.parametrize(
    ("rule", "ended"),
    [
        (
            {"timeliness_number": 9, "timeliness_datepart": "hour"},
            "its rule for timeliness says now when it is wrong",
        ),
        ({"mute_timeliness_check": True}, "no longer watched: it is muted"),
    ],
)
def test_a_rule_for_timeliness_judges_alone(
    module_watcher: Watcher, name: str, rule: dict[str, Any], ended: str
) -> None:
    history(module_watcher, name, 1, 1, 1, 1, 1)
    started(module_watcher, name, hours=5)
    assert len(found(module_watcher, name)) == 1
    module_watcher.update_pipeline(name, **rule)
    assert found(module_watcher, name) == []
    [alert] = module_watcher.alerts(pipeline=name)
    assert text.resolution(alert.resolution) == ended


def test_what_somebody_has_resolved_stays_so_until_it_is_stuck_anew(module_watcher: Watcher, name: str) -> None:
    watcher = module_watcher
    history(watcher, name, 1, 1, 1, 1, 1)
    execution_id = started(watcher, name, hours=5)
    for _ in range(2):
        found(watcher, name)
    watcher.resolve_alert(watcher.alerts(pipeline=name)[0].id, note="a long one")
    assert [finding.new for finding in found(watcher, name)] == [False]
    assert watcher.alerts(pipeline=name, state="open") == []
    for _ in range(2):
        assert watcher.heartbeat(execution_id)
        silent = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=4)
        assert [finding.new for finding in found(watcher, name, silent)] == [True]
        [alert] = watcher.alerts(pipeline=name, state="open")
        assert alert.facts["reason"] == "silent"
        watcher.resolve_alert(alert.id, note="killed")
        assert [finding.new for finding in found(watcher, name, silent)] == [False]
        assert watcher.alerts(pipeline=name, state="open") == []


def test_of_a_run_and_what_runs_in_it_the_innermost_is_reported(module_watcher: Watcher, name: str) -> None:
    history(module_watcher, name, 1, 1, 1, 1, 1)
    pipeline = module_watcher.pipeline(name)
    run = module_watcher.start_execution(pipeline_id=pipeline.id, start_date=ago(hours=5))
    step = module_watcher.start_execution(pipeline_id=pipeline.id, start_date=ago(hours=5), parent_id=run.id)
    assert [finding.execution_id for finding in found(module_watcher, name)] == [step.id]


# Killed


def test_heartbeats_that_stop(module_watcher: Watcher, name: str) -> None:
    watcher, execution_id = module_watcher, started(module_watcher, name)
    assert found(watcher, name) == []
    assert watcher.heartbeat(execution_id)
    beaten = dt.datetime.now(dt.UTC)
    assert found(watcher, name, beaten + dt.timedelta(minutes=2.9)) == []
    [finding] = found(watcher, name, beaten + dt.timedelta(minutes=3.1))
    assert (finding.level, finding.new, finding.details["reason"]) == (AlertLevel.ERROR, True, "silent")
    assert finding.details["message"].startswith(f"no heartbeat for 3 min 6 s of a process on {recording.this_host()}")
    [again] = found(watcher, name, beaten + dt.timedelta(minutes=4))
    assert not again.new
    assert watcher.heartbeat(execution_id)
    assert found(watcher, name) == []
    [alert] = watcher.alerts(pipeline=name, state="resolved")
    assert alert.deduplication_key == f"stuck/{execution_id}"
    assert text.resolution(alert.resolution).startswith("a heartbeat came again at 20")


def test_a_dry_run_writes_nothing(module_watcher: Watcher, name: str) -> None:
    module_watcher.heartbeat(started(module_watcher, name))
    assert len(found(module_watcher, name, NOW + dt.timedelta(hours=1), dry_run=True)) == 1
    assert module_watcher.alerts(pipeline=name) == []


def test_a_later_success_of_the_same_makes_it_good(module_watcher: Watcher, name: str) -> None:
    watcher, later = module_watcher, NOW + dt.timedelta(hours=1)
    for scope in ("a", "b"):
        watcher.heartbeat(started(watcher, name, scope=scope))
    assert len(found(watcher, name, later)) == 2
    again = watcher.start_execution(pipeline_id=name, start_date=NOW, scope="a")
    watcher.end_execution(again.id)
    assert len(found(watcher, name, later)) == 1
    again = watcher.start_execution(pipeline_id=name, start_date=NOW)
    watcher.end_execution(again.id)
    assert found(watcher, name, later) == []
    over = watcher.alerts(pipeline=name, state="resolved")
    assert [(alert.resolution or {})["how"] for alert in over] == ["execution", "execution"]


def test_what_fell_silent_and_was_made_good_ends_as_failed(module_watcher: Watcher, name: str) -> None:
    """Nobody says how it ended: it recorded over HTTP, or its host is gone."""
    watcher, later = module_watcher, dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    silent, of_another_scope = started(watcher, name, scope="a"), started(watcher, name, scope="b")
    for execution_id in (silent, of_another_scope):
        watcher.heartbeat(execution_id)
    again = watcher.start_execution(pipeline_id=name, start_date=NOW, scope="a")
    watcher.end_execution(again.id)
    assert found(watcher, name, later, dry_run=True) != []
    assert watcher.execution(silent).state == "running"
    assert [finding.execution_id for finding in found(watcher, name, later)] == [of_another_scope]
    ended = watcher.execution(silent)
    assert (ended.state, watcher.execution(of_another_scope).state) == ("failed", "running")
    assert ended.execution_metadata["error"]["message"] == "no heartbeat came any more, and a later run succeeded"
    assert ended.end_date is not None
    assert ended.end_date <= dt.datetime.now(dt.UTC)
    assert [each for each in watcher.check_failures() if each.pipeline_name == name] == []
    watcher.end_execution(silent, inserts=3)  # it was only cut off
    assert watcher.execution(silent).inserts == 3


def test_what_has_ended_has_no_heartbeat(module_watcher: Watcher, name: str) -> None:
    execution_id = started(module_watcher, name)
    module_watcher.heartbeat(execution_id)
    module_watcher.end_execution(execution_id)
    assert not module_watcher.heartbeat(execution_id)
    assert not module_watcher.heartbeat(2**62)
    module_watcher.check_stuck()
    with module_watcher._transaction() as (session, _):
        kept = session.scalars(
            sa.text("SELECT pipeline_execution_id FROM watcher.execution_process WHERE pipeline_execution_id = :id"),
            {"id": execution_id},
        ).all()
    assert kept == []


JOB = """
import sys, time
from watcher_core import Watcher
from watcher_core.recording import heartbeats
heartbeats.FIRST_SECONDS = heartbeats.LOOK_SECONDS = float(sys.argv[3])
with Watcher(sys.argv[1]).track(sys.argv[2]) as execution:
    print(execution.id, flush=True)
    time.sleep(600)
"""


@pytest.fixture(params=[0.05, 600.0], ids=["after a heartbeat", "before its first heartbeat"])
def job(module_database_url: str, name: str, request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    """A job in its block; where it sends heartbeats, it has sent one."""
    command = [sys.executable, "-c", JOB, module_database_url, name, str(request.param)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


@pytest.fixture
def execution_id(job: subprocess.Popen[str], module_watcher: Watcher, request: pytest.FixtureRequest) -> int:
    """The execution of the job."""
    assert job.stdout is not None
    started = int(job.stdout.readline())
    while "after a heartbeat" in request.node.name and not beats(module_watcher, started):
        assert job.poll() is None
        time.sleep(0.01)  # the job needs the processor
    return started


def kill(job: subprocess.Popen[str]) -> dt.datetime:
    """Kill a job, and leave a zombie, as in a container whose first process waits for none."""
    killed_at = dt.datetime.now(dt.UTC)
    os.kill(job.pid, signal.SIGKILL)
    os.waitid(os.P_PID, job.pid, os.WEXITED | os.WNOWAIT)
    return killed_at


def test_a_job_that_is_killed_is_known_at_the_next_contact_of_its_host(
    job: subprocess.Popen[str], execution_id: int, module_watcher: Watcher, module_database_url: str, name: str
) -> None:
    assert found(module_watcher, name, dt.datetime.now(dt.UTC)) == []
    killed_at = kill(job)
    with Watcher(module_database_url) as other:
        other.pipelines()
    ended = module_watcher.execution(execution_id)
    message = f"process {job.pid} on {recording.this_host()} was killed before it reported its end"
    assert (ended.state, ended.execution_metadata["error"]) == ("failed", {"message": message})
    assert ended.end_date is not None
    assert ended.start_date <= ended.end_date <= killed_at
    assert process_of(module_watcher, execution_id) is None
    assert found(module_watcher, name) == []
    [finding] = [each for each in module_watcher.check_failures() if each.pipeline_name == name]
    assert finding.execution_id == execution_id
    assert message in str(finding.details)


def left_in_the_spool(directories: Iterable[Path], of: Execution, **changes: Any) -> Path:
    """What a job leaves that ended while the database was away."""
    end: dict[str, Any] = {
        "pipeline_name": of.pipeline_name,
        "source": of.source,
        "external_id": of.external_id,
        "state": ExecutionState.SUCCEEDED,
        "start_date": of.start_date,
        "end_date": of.start_date + dt.timedelta(seconds=1),
        "inserts": 3,
        "next_watermark": "2026-11-03",
        "execution_metadata": {"file": "a.csv"},
    }
    return recording.keep_in_spool(directories, ExecutionRecord(**{**end, **changes}))


def spool_of(address: str) -> list[Path]:
    """Where what waits for a database by an address is kept."""
    return recording.spool_directories(address, home=Settings.load().home)


def test_what_a_job_has_left_in_the_spool_comes_before_its_process_is_missed(
    job: subprocess.Popen[str], execution_id: int, module_watcher: Watcher, module_database_url: str, name: str
) -> None:
    """It ended while the database was away, and its process is gone."""
    kill(job)
    with Watcher(module_database_url) as other:
        left_in_the_spool(other.spool_directories, module_watcher.execution(execution_id))
        other.pipelines()
    ended = module_watcher.execution(execution_id)
    assert (ended.state, ended.inserts) == ("succeeded", 3)
    assert process_of(module_watcher, execution_id) is None


def test_an_end_that_waits_for_another_address_of_the_database_comes_before_its_process_is_missed(
    job: subprocess.Popen[str], execution_id: int, module_watcher: Watcher, name: str
) -> None:
    """The job goes by way of PgBouncer, the check does not, and has long been at work."""
    kill(job)
    path = left_in_the_spool(spool_of("localhost-6432-watcher"), module_watcher.execution(execution_id))
    module_watcher.check_stuck()
    ended = module_watcher.execution(execution_id)
    assert (ended.state, ended.inserts, ended.next_watermark) == ("succeeded", 3, "2026-11-03")
    assert ended.execution_metadata["file"] == "a.csv"
    assert path.exists(), "who goes by that address sends it, and changes nothing"
    recording.replay_spool([path.parent], lambda waiting: module_watcher.record(waiting))
    sent = module_watcher.execution(execution_id)
    assert dataclasses.replace(sent, updated_at=ended.updated_at) == ended
    assert not path.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"start_date": dt.datetime(2026, 11, 1, tzinfo=dt.UTC)},  # another database has one of that name
        {"state": ExecutionState.RUNNING, "end_date": None},
        {"end_date": dt.datetime(2026, 11, 1, tzinfo=dt.UTC)},  # before the start
    ],
)
def test_what_waits_and_is_not_its_end_does_not_end_it(
    job: subprocess.Popen[str], execution_id: int, module_watcher: Watcher, name: str, changes: dict[str, Any]
) -> None:
    kill(job)
    left_in_the_spool(spool_of("localhost-6432-watcher"), module_watcher.execution(execution_id), **changes)
    module_watcher.check_stuck()
    ended = module_watcher.execution(execution_id)
    assert (ended.state, ended.inserts) == ("failed", None)
    assert "was killed before it reported its end" in ended.execution_metadata["error"]["message"]


def test_what_is_reported_after_all_replaces_what_the_host_has_inferred(
    job: subprocess.Popen[str], execution_id: int, module_watcher: Watcher, name: str
) -> None:
    kill(job)
    module_watcher.check_stuck()
    assert module_watcher.execution(execution_id).state == "failed"
    module_watcher.end_execution(execution_id, inserts=3)
    ended = module_watcher.execution(execution_id)
    assert (ended.state, ended.inserts) == ("succeeded", 3)
    assert not {"error", "inferred_end"} & ended.execution_metadata.keys()


@pytest.mark.parametrize("change", ['{"host": "another"}', '{"user_id": 99999}'])
def test_a_process_that_cannot_be_judged_from_here_is_missed_by_its_silence(
    job: subprocess.Popen[str], execution_id: int, module_watcher: Watcher, name: str, change: str
) -> None:
    """Of another user, what it ended may wait in that user's spool."""
    moved = "UPDATE watcher.pipeline_execution SET process = process || CAST(:change AS jsonb) WHERE id = :id"
    write(module_watcher, moved, id=execution_id, change=change)
    moved = "UPDATE watcher.execution_process SET host = 'another' WHERE pipeline_execution_id = :id"
    if "host" in change:
        write(module_watcher, moved, id=execution_id)
    now = kill(job)
    assert found(module_watcher, name, now + dt.timedelta(minutes=2.5)) == []
    [finding] = found(module_watcher, name, now + dt.timedelta(minutes=3.5))
    assert (finding.execution_id, finding.details["reason"]) == (execution_id, "silent")


def test_what_has_ended_names_no_process(module_watcher: Watcher, name: str) -> None:
    with module_watcher.track(name) as execution:
        assert execution.id is not None
        process = process_of(module_watcher, execution.id)
    assert process is not None
    assert (process["host"], process["process_id"]) == (recording.this_host(), os.getpid())
    assert process_of(module_watcher, execution.id) is None


def process_of(watcher: Watcher, execution_id: int) -> dict[str, Any] | None:
    with watcher._transaction() as (session, _):
        statement = sa.text("SELECT process FROM watcher.pipeline_execution WHERE id = :id")
        found: dict[str, Any] | None = session.scalar(statement, {"id": execution_id})
        return found


def beats(watcher: Watcher, execution_id: int) -> bool:
    with watcher._transaction() as (session, _):
        statement = sa.text("SELECT count(*) FROM watcher.execution_process WHERE pipeline_execution_id = :id")
        return bool(session.scalar(statement, {"id": execution_id}))


def test_a_process_of_another_host_is_not_judged(module_watcher: Watcher, name: str) -> None:
    execution_id = started(module_watcher, name)
    module_watcher.heartbeat(execution_id, process_id=os.getpid())
    for change in ("host = 'another'", "process_key = 'another boot pid:[1] 5', process_id = 99999999"):
        write(
            module_watcher,
            f"UPDATE watcher.execution_process SET {change} WHERE pipeline_execution_id = :id",
            id=execution_id,
        )
        assert found(module_watcher, name, dt.datetime.now(dt.UTC)) == []
        assert module_watcher.execution(execution_id).state == "running"


def test_a_number_that_another_process_has_now(module_watcher: Watcher, name: str) -> None:
    execution_id = started(module_watcher, name)
    module_watcher.heartbeat(execution_id, process_id=os.getpid())
    change = "UPDATE watcher.execution_process SET process_key = process_key || '1' WHERE pipeline_execution_id = :id"
    write(module_watcher, change, id=execution_id)
    module_watcher.check_stuck()
    assert module_watcher.execution(execution_id).state == "failed"


def test_a_system_without_proc_judges_no_process(
    module_watcher: Watcher, name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    processes.this_system.cache_clear()
    monkeypatch.setattr(processes, "PROCESSES", tmp_path)
    module_watcher.heartbeat(started(module_watcher, name), process_id=os.getpid())
    assert found(module_watcher, name, dt.datetime.now(dt.UTC)) == []
    assert len(found(module_watcher, name, dt.datetime.now(dt.UTC) + dt.timedelta(minutes=4))) == 1


# The thread


def test_short_blocks_send_nothing_and_leave_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeats, "LOOK_SECONDS", 0.01)
    sent: list[int] = []
    beats = Pulse()
    for number in range(100):
        beats.end(beats.begin(partial(sent.append, number)))
    thread = beats._thread
    assert thread is None or thread.join(10) is None
    assert (sent, beats._thread) == ([], None)


def test_a_heartbeat_that_fails_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    for setting in ("LOOK_SECONDS", "FIRST_SECONDS", "EVERY_SECONDS"):
        monkeypatch.setattr(heartbeats, setting, 0.01)
    beats, sent = Pulse(), []

    def send() -> None:
        sent.append(1)
        if len(sent) < 3:
            raise ConnectionError("away")
        beats.end(token)

    token = beats.begin(send)
    thread = beats._thread
    assert thread is not None
    thread.join(30)
    assert len(sent) == 3


def test_a_heartbeat_that_hangs_gives_up(module_watcher: Watcher, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for setting in ("LOOK_SECONDS", "FIRST_SECONDS"):
        monkeypatch.setattr(heartbeats, setting, 0.01)
    gave_up = threading.Event()
    monkeypatch.setattr(heartbeats.log, "debug", lambda *_: gave_up.set())
    url = module_watcher.url.render_as_string(hide_password=False)
    with Watcher(url, settings=Settings(timeout=0.5)) as watcher, watcher.track(name) as execution:
        with module_watcher._transaction() as (session, _):
            session.execute(sa.text("LOCK watcher.execution_process IN ACCESS EXCLUSIVE MODE"))
            assert gave_up.wait(60)
        assert execution.id is not None
    assert module_watcher.execution(execution.id).state == "succeeded"
