"""The facts of health: when each is well, shown, or reason for an alert."""

from __future__ import annotations

import datetime as dt
import json
import os
import threading
from collections.abc import Iterable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.factories import record
from tests.http_server import Failure, http_server
from watcher_core import AccessDeniedError, AlertKind, RecorderState, Settings, recording, text
from watcher_core.health import (
    check_facts,
    clock_facts,
    examine_dagster,
    heartbeat_facts,
    recorder_facts,
    send_heartbeat,
    spool_facts,
    undelivered_fact,
    unexported_facts,
    unjudged_fact,
)
from watcher_core.health.dagster import code_locations, daemons, own_jobs, runs, ticks
from watcher_core.health.dagster.graphql import Dagster, DagsterError, root_cause
from watcher_core.recording import spool_directories
from watcher_core.values import (
    CheckState,
    ClockReport,
    HealthFact,
    HeartbeatState,
    HostClock,
    UndeliveredAlerts,
    UnjudgedExecutions,
)

NOW = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
WAITS = dt.timedelta(minutes=15)


def ago(**time: float) -> dt.datetime:
    return NOW - dt.timedelta(**time)


def judged(facts: Iterable[HealthFact]) -> list[tuple[str, str | None]]:
    """The level of each fact, and the key of its alert; what is not well says what to do."""
    found = list(facts)
    assert all(fact.advice for fact in found if fact.level != "ok")
    return [(fact.level, fact.key) for fact in found]


# Watcher itself


def state(age: float = 0, lag: float | None = 0, *, caught_up: bool = True) -> RecorderState:
    cursor = {"caught_up": 1.0} if caught_up else {}
    return RecorderState(
        instance_id="i", cursor=cursor, lag_seconds=lag, message="nothing new", updated_at=ago(seconds=age)
    )


@pytest.mark.parametrize(
    ("states", "embedded", "levels"),
    [
        ([], False, [("warning", None)]),
        ([state(10)], False, [("ok", None)]),
        ([state(119, lag=None)], False, [("ok", None)]),
        ([state(10, lag=400)], False, [("warning", "health/recorder/i")]),
        ([state(10, lag=400, caught_up=False)], False, [("warning", None)]),
        ([state(121)], False, [("problem", "health/recorder/i")]),
        ([state(121)], True, [("warning", None)]),
        ([state(10), state(5_000)], False, [("ok", None), ("warning", "health/recorder/i")]),
    ],
)
def test_recorders(states: list[RecorderState], embedded: bool, levels: list[tuple[str, str | None]]) -> None:
    assert judged(recorder_facts(states, now=NOW, embedded=embedded)) == levels


@pytest.mark.parametrize(
    ("seconds_ahead", "hosts", "messages"),
    [
        (0.2, (), ["no host is ahead of the database's, or behind it"]),
        (600, (), ["this host's is 10 min ahead of the database's"]),
        (-600, (), ["this host's is 10 min behind the database's"]),
        (
            0,
            (
                HostClock(host="worker-3", seconds_ahead=600, execution_id=7, pipeline_name="sales"),
                HostClock(host=None, seconds_ahead=90, execution_id=8, pipeline_name="etl/daily"),
                HostClock(host=None, seconds_ahead=-120, execution_id=9, pipeline_name="cron"),
            ),
            [
                "that of worker-3 was 10 min ahead of the database's: execution 7 of sales",
                "that of a host of Dagster's was 1 min 30 s ahead of the database's: execution 8 of etl/daily",
                "that of the host that recorded it was at least 2 min behind the database's: execution 9 of cron",
            ],
        ),
    ],
)
def test_clocks(seconds_ahead: float, hosts: tuple[HostClock, ...], messages: list[str]) -> None:
    facts = list(clock_facts(ClockReport(seconds_ahead=seconds_ahead, hosts=hosts)))
    assert [fact.message for fact in facts] == messages
    assert {fact.level for fact in facts} == {"ok" if abs(seconds_ahead) < 1 and not hosts else "warning"}


@pytest.mark.parametrize(
    ("minutes", "interval", "embedded", "expected"),
    [
        (4, 30.0, False, ("ok", None)),  # a daemon that is restarted
        (6, 30.0, False, ("problem", "health/check/freshness")),
        (6, 30.0, True, ("warning", None)),
        (119, 3_600.0, False, ("ok", None)),
        (121, 3_600.0, False, ("problem", "health/check/freshness")),
        (10_000, None, False, ("ok", None)),  # it has succeeded once, so that nobody knows how often it is to
    ],
)
def test_a_check_is_overdue_after_two_of_its_intervals(
    minutes: float, interval: float | None, embedded: bool, expected: tuple[str, str | None]
) -> None:
    checked = CheckState(kind=AlertKind.FRESHNESS, checked_at=ago(minutes=minutes), interval_seconds=interval)
    assert judged(check_facts([checked], now=NOW, embedded=embedded)) == [expected]


@pytest.mark.parametrize(
    ("since", "error", "expected"),
    [
        (None, None, ("ok", None)),
        (ago(minutes=9), None, ("ok", None)),
        (ago(minutes=9), "HTTP 500", ("warning", None)),  # a hiccup of Slack's
        (ago(minutes=11), "HTTP 500", ("warning", "health/delivery")),
        (ago(minutes=11), None, ("warning", "health/delivery")),
    ],
)
def test_alerts_that_wait(since: dt.datetime | None, error: str | None, expected: tuple[str, str | None]) -> None:
    waiting = UndeliveredAlerts(count=0 if since is None else 2, since=since, last_error=error)
    assert judged(iter([undelivered_fact(waiting, now=NOW)])) == [expected]


def test_what_has_no_destination_is_said_before_it_is_late() -> None:
    waiting = UndeliveredAlerts(count=2, since=ago(minutes=1), last_error=None, nowhere=1)
    assert judged(iter([undelivered_fact(waiting, now=NOW)])) == [("warning", None)]


def test_what_has_no_destination_needs_one_whatever_was_wrong_with_the_last() -> None:
    waiting = UndeliveredAlerts(count=2, since=ago(minutes=11), last_error="HTTP 500", nowhere=2)
    fact = undelivered_fact(waiting, now=NOW)
    assert fact.message == "2 wait to be delivered, the first of them for 11 min, 2 of them without a destination"
    assert fact.advice == "set SLACK_WEBHOOK_URL, or add a route that matches: watcher alerts routes"


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        (None, ("ok", None)),
        (ago(minutes=9), ("ok", None)),
        (ago(minutes=11), ("warning", "health/anomalies")),
    ],
)
def test_executions_that_wait_to_be_judged(since: dt.datetime | None, expected: tuple[str, str | None]) -> None:
    assert judged(iter([unjudged_fact(UnjudgedExecutions(count=1, since=since), now=NOW)])) == [expected]


@pytest.mark.parametrize(
    ("since", "expected"),
    [(None, []), (ago(minutes=14), [("ok", None)]), (ago(minutes=16), [("warning", "health/traces")])],
)
def test_executions_that_wait_to_be_exported(since, expected):
    assert judged(unexported_facts(3, since, now=NOW)) == expected


def test_executions_that_wait_to_be_sent_as_events_are_told_from_traces():
    assert judged(unexported_facts(3, ago(hours=1), what="openlineage", now=NOW)) == [("warning", "health/openlineage")]


def test_a_spool_that_grows(tmp_path: Path) -> None:
    def facts() -> list[tuple[str, str | None]]:
        return judged(spool_facts([tmp_path, tmp_path / "old"], home=tmp_path, host="worker", now=NOW))

    assert facts() == [("ok", None)]
    waiting = tmp_path / "1.json"
    waiting.touch()
    os.utime(waiting, (ago(minutes=1).timestamp(),) * 2)
    assert facts() == [("warning", None)]
    os.utime(waiting, (ago(minutes=11).timestamp(),) * 2)
    (tmp_path / "2.broken").touch()
    assert facts() == [("problem", "health/spool/worker/broken"), ("warning", "health/spool/worker/waiting")]


def test_what_waits_because_the_server_refuses_it_says_so_and_what_to_do(tmp_path: Path) -> None:
    directories = [tmp_path, tmp_path / "old"]

    def refused(_: object) -> None:
        raise AccessDeniedError("token 't' is not for it; make one with: watcher tokens create", pipelines={"theirs"})

    waiting = recording.keep_in_spool(directories, record("theirs"))
    recording.replay_spool(directories, refused)
    (fact,) = spool_facts(directories, home=tmp_path, host="worker", now=dt.datetime.now(dt.UTC))
    assert (fact.level, fact.key) == ("warning", None)
    assert "pipeline 'theirs'" in fact.message
    assert "make one with: watcher tokens create" in fact.message
    assert "nothing" not in (fact.advice or "")
    os.utime(waiting, (dt.datetime.now(dt.UTC).timestamp() - 660,) * 2)
    (fact,) = spool_facts(directories, home=tmp_path, host="worker", now=dt.datetime.now(dt.UTC))
    assert (fact.level, fact.key) == ("problem", "health/spool/worker/waiting")


def test_what_waits_and_is_dated_in_the_future_is_stuck(tmp_path: Path) -> None:
    """The clock of the host was ahead, and was set back: by its date it would never be old."""
    now = dt.datetime.now(dt.UTC)
    directories = [tmp_path, tmp_path / "old"]
    waiting = recording.keep_in_spool(directories, record("orders"))

    def fact() -> HealthFact:
        (found,) = spool_facts(directories, home=tmp_path, host="worker", now=now)
        return found

    os.utime(waiting, (now.timestamp() + 9 * 60,) * 2)
    assert (fact().level, fact().key) == ("warning", None), "it is old soon enough"
    os.utime(waiting, (now.timestamp() + 24 * 3600,) * 2)
    assert (fact().level, fact().key) == ("warning", "health/spool/worker/waiting")
    assert "; 1 is dated in the future, by 1 d: a clock was set back meanwhile, or is wrong" in fact().message

    def refused(_: object) -> None:
        raise AccessDeniedError("token 't' is not for it", pipelines={"orders"})

    recording.replay_spool(directories, refused)
    assert fact().level == "problem"
    assert "pipeline 'orders'" in fact().message


def test_a_spool_that_nothing_can_be_kept_in(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    facts = list(spool_facts([file / "spool", tmp_path / "old"], home=tmp_path, host="worker", now=NOW))
    assert [fact.level for fact in facts] == ["warning", "ok"]
    assert "would be lost" in facts[0].message
    assert "XDG_STATE_HOME" in (facts[0].advice or "")
    one_place = [file / "spool", file]
    assert f"lost: {file} cannot be" in next(spool_facts(one_place, home=tmp_path, host="worker", now=NOW)).message
    places = [file / "spool", tmp_path / "new/spool", file]
    assert judged(spool_facts(places, home=tmp_path, host="worker", now=NOW)) == [("ok", None)]


def test_what_waits_for_an_address_that_nobody_uses_any_more_is_not_forgotten(tmp_path: Path) -> None:
    """The database has moved, or is reached by PgBouncer now: nothing would send what waits for the address before."""
    before, after = ([*spool_directories(f"{host}-5432-watcher", home=tmp_path)] for host in ("old", "new"))
    before[0].mkdir(parents=True)
    waiting = before[0] / "1.json"
    waiting.touch()

    def facts() -> list[HealthFact]:
        return list(spool_facts(after, home=tmp_path, host="worker", now=NOW))

    os.utime(waiting, (ago(minutes=9).timestamp(),) * 2)
    assert judged(facts()) == [("ok", None)], "the next run of its job may come"
    os.utime(waiting, (ago(hours=3).timestamp(),) * 2)
    found = facts()
    assert judged(found) == [("ok", None), ("warning", None)]
    assert f"1 execution of this host waits for another address, the oldest for 3 h, in {before[0]}" in found[1].message
    assert str(after[0]) in (found[1].advice or "")
    os.utime(waiting, (ago(hours=-3).timestamp(),) * 2)
    found = facts()
    assert judged(found) == [("ok", None), ("warning", None)]
    assert f"waits for another address, in {before[0]}; 1 is dated in the future, by 3 h" in found[1].message


# Heartbeats


def beat(name: str, *, minutes: float = 0, failing: float | None = None) -> HeartbeatState:
    return HeartbeatState(
        round=name,
        ended_at=ago(minutes=minutes),
        tried_at=ago(minutes=minutes),
        failing_since=None if failing is None else ago(minutes=failing),
        error=None if failing is None else "HTTP 404",
    )


@pytest.mark.parametrize(
    ("states", "url", "expected"),
    [
        ([], None, [("ok", None)]),
        ([], "https://a", []),
        ([beat("checks")], "https://a", [("ok", None)]),
        ([beat("checks", failing=4)], "https://a", [("warning", None)]),
        ([beat("checks", failing=6)], "https://a", [("warning", "health/heartbeat")]),
        ([beat("checks", failing=6)], None, [("warning", "health/heartbeat")]),
        ([beat("checks", minutes=11, failing=20)], None, [("ok", None)]),
        ([beat("checks", minutes=11)], "https://a", [("warning", None), ("ok", None)]),
        ([beat("checks", minutes=11_000)], "https://a", [("ok", None)]),
    ],
)
def test_heartbeats(states: list[HeartbeatState], url: str | None, expected: list[tuple[str, str | None]]) -> None:
    assert judged(heartbeat_facts(states, url=url, now=NOW)) == expected


@pytest.mark.parametrize(
    ("address", "error"),
    [
        ("ftp://a/b", "the address does not begin with http:// or https://"),
        ("http://127.0.0.1:1/secret", "URLError: [Errno 111] Connection refused"),
        ("http://[secret", "ValueError: Invalid IPv6 URL"),
    ],
)
def test_a_heartbeat_that_cannot_be_sent_says_why_and_no_secret(address: str, error: str) -> None:
    assert send_heartbeat(address) == error


# Dagster


class Webserver:
    """Answers what it is given."""

    def __init__(self) -> None:
        self.status, self.body, self.asked = 200, b"", 0
        made = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                made.asked += 1
                self.send_response(made.status)
                self.end_headers()
                self.wfile.write(made.body)

            def log_message(self, *_: object) -> None: ...

        self.http = HTTPServer(("127.0.0.1", 0), Handler)
        self.settings = Settings(dagster_url=f"http://127.0.0.1:{self.http.server_address[1]}/")


@pytest.fixture
def webserver() -> Iterator[Webserver]:
    made = Webserver()
    thread = threading.Thread(target=made.http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.http.shutdown()
    thread.join()
    made.http.server_close()


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (200, b"<html>Sign in</html>", "answers something else than JSON, as a login would: <html>Sign in</html>"),
        (401, b"no", "answers HTTP 401: no"),
        (500, b'{"errors": [{"message": "disk full"}]}', "answers HTTP 500: disk full"),
        (200, b'{"errors": [{"message": "no such field"}]}', "answers no data: no such field"),
    ],
)
def test_a_webserver_that_does_not_answer_is_the_only_fact(
    webserver: Webserver, status: int, body: bytes, message: str
) -> None:
    webserver.status, webserver.body = status, body
    report = examine_dagster(webserver.settings, now=NOW)
    [fact] = report.facts
    assert (fact.level, fact.message) == ("problem", message)
    assert fact.key is not None
    assert report.unknown == report.examined  # whatever is open stays as it is
    assert fact.key.startswith(report.examined)


def test_what_a_restart_may_have_caused_is_looked_at_again(webserver: Webserver) -> None:
    webserver.status = 502
    examine_dagster(webserver.settings, again_after=0.001)
    assert webserver.asked == 2


# What Dagster answers where nothing is wrong, and nothing runs.
WELL = {
    "version": "1",
    "workspaceOrError": {"__typename": "Workspace", "locationEntries": []},
    "instance": {"daemonHealth": {"allDaemonStatuses": []}},
    "repositoriesOrError": {"__typename": "RepositoryConnection", "nodes": []},
    "runsOrError": {"__typename": "Runs", "results": []},
    "waiting": {"__typename": "Runs", "results": []},
    "moved": {"__typename": "Runs", "results": []},
}


def test_dagster_is_asked_where_an_address_is_set() -> None:
    report = examine_dagster(Settings())
    assert (report.examined, [fact.level for fact in report.facts]) == ((), ["ok"])


def test_an_event_log_that_was_not_read_is_not_said_to_be_readable(webserver: Webserver) -> None:
    webserver.body = json.dumps({"data": WELL}).encode()
    [fact] = [fact for fact in examine_dagster(webserver.settings).facts if fact.topic == "event log"]
    assert (fact.level, fact.message) == ("ok", "has no run yet whose events could be read")


def test_daemons_that_have_just_been_started_are_looked_at_again(webserver: Webserver) -> None:
    silent = {"daemonType": "SENSOR", "required": True, "healthy": False, "lastHeartbeatTime": None}
    daemons = {"allDaemonStatuses": [{**silent, "lastHeartbeatErrors": []}]}
    webserver.body = json.dumps({"data": {**WELL, "instance": {"daemonHealth": daemons}}}).encode()
    examine_dagster(webserver.settings, now=NOW)
    once = webserver.asked
    examine_dagster(webserver.settings, now=NOW, again_after=0.001)
    assert webserver.asked == 3 * once


@pytest.mark.parametrize("status", [200, 500])  # Dagster's webserver answers 500 where it has caught an error
def test_parts_that_cannot_be_read_are_unknown_each_by_itself(webserver: Webserver, status: int) -> None:
    webserver.status = status
    unreadable = {"__typename": "PythonError", "message": "too many\nconnections"}
    webserver.body = json.dumps({"data": {**WELL, "repositoriesOrError": unreadable}}).encode()
    report = examine_dagster(webserver.settings, now=NOW)
    [wrong] = [fact for fact in report.facts if fact.level != "ok"]
    assert (wrong.subject, wrong.message) == ("Dagster's ticks", "cannot be read: too many")
    [unknown] = report.unknown
    assert unknown.endswith("/ticks/")


def test_the_error_of_a_code_location_is_the_one_at_its_root() -> None:
    error = {
        "__typename": "PythonError",
        "message": "DagsterUserCodeProcessError: around\n  it",
        "errorChain": [{"error": {"message": "ImportError: between"}}, {"error": {"message": "\n SyntaxError: this"}}],
    }
    entries = [
        {"name": "sales", "updatedTimestamp": 1.0, "locationOrLoadError": error},
        {"name": "hr", "updatedTimestamp": 2.0, "locationOrLoadError": {"__typename": "RepositoryLocation"}},
        {"name": "loads", "updatedTimestamp": 3.0, "locationOrLoadError": None},
    ]
    found = code_locations.parse({"workspaceOrError": {"__typename": "Workspace", "locationEntries": entries}})
    [fact] = code_locations.judge(found, key="k/")
    assert (fact.subject, fact.message) == ("code location sales", "does not load: SyntaxError: this")
    assert found.loaded == ("hr", "loads")
    assert found.loaded_at["hr"] == 2.0


def test_a_code_server_that_is_away_is_named_by_dagster_and_not_by_grpc() -> None:
    around = "dagster.DagsterUserCodeUnreachableError: Could not reach user code server. gRPC Error code: UNAVAILABLE"
    inner = "grpc._channel._InactiveRpcError: <_InactiveRpcError of RPC that terminated with:\n\tstatus = UNAVAILABLE"
    assert root_cause({"message": around, "errorChain": [{"error": {"message": inner}}]}) == around


def test_daemons() -> None:
    def status(name: str, *, required: bool = True, healthy: bool | None = True, **fields: Any) -> dict[str, Any]:
        given = {"daemonType": name, "required": required, "healthy": healthy, "lastHeartbeatErrors": []}
        return {**given, "lastHeartbeatTime": ago(hours=1).timestamp(), **fields}

    def facts(*statuses: dict[str, Any]) -> list[str]:
        data = {"instance": {"daemonHealth": {"allDaemonStatuses": list(statuses)}}}
        return [f"{fact.level} {fact.message}" for fact in daemons.judge(data, key="k/", now=NOW)]

    well, other = status("SENSOR"), status("MONITORING", required=False, healthy=None)
    assert facts(well, other) == ["ok 1 daemon with a heartbeat"]
    silent = [status("SCHEDULER", healthy=False), status("BACKFILL", healthy=False, lastHeartbeatTime=None)]
    assert facts(well, *silent) == ["problem no heartbeat of scheduler, backfill; the last was 1 h ago"]
    failing = status("SENSOR", healthy=False, lastHeartbeatErrors=[{"message": "OperationalError: gone\n"}])
    assert facts(failing) == ["problem fails: OperationalError: gone"]


def run(name: str = "orders", *, status: str = "QUEUED", minutes: float = 20, backfill: bool = False) -> dict[str, Any]:
    created = ago(minutes=minutes).timestamp()
    tags = [{"key": "dagster/backfill"}] if backfill else []
    return {"jobName": name, "status": status, "creationTime": created, "updateTime": created, "tags": tags}


@pytest.mark.parametrize(
    ("waiting", "moves", "messages"),
    [
        ([], False, ["none is queued or starting for longer than 15 min"]),
        ([run(), run(minutes=30)], True, ["2 runs queued for up to 30 min: orders (2)"]),
        # A backfill's runs wait for each other, as planned.
        ([run(backfill=True)], True, ["none is queued or starting for longer than 15 min"]),
        ([run(backfill=True)], False, ["1 run queued for up to 20 min: orders"]),
        ([run(status="STARTING")], True, ["1 run starting for up to 20 min: orders"]),
        # It was queued for long, and has just left the queue.
        (
            [{**run(status="STARTING"), "updateTime": ago(minutes=1).timestamp()}],
            True,
            ["none is queued or starting for longer than 15 min"],
        ),
    ],
)
def test_runs_that_wait(waiting: list[dict[str, Any]], moves: bool, messages: list[str]) -> None:
    found = list(runs.judge(runs.Runs(waiting, moves), key="k/", now=NOW, waits=WAITS))
    assert [fact.message for fact in found] == messages


def test_the_newest_run_of_a_job_of_watcher_counts() -> None:
    ended = [("a", "SUCCESS"), ("b", "FAILURE"), ("a", "FAILURE"), ("b", "SUCCESS")]
    newest_first = [{"jobName": name, "runId": f"run-{at}", "status": how} for at, (name, how) in enumerate(ended)]
    found = own_jobs.judge(newest_first, key="k/")
    assert [(fact.subject, fact.page) for fact in found] == [("job b", ("runs", "run-1"))]


def schedule(
    *, last: float | None, due: float, start: float | None = 1_000, on: bool = True, status: str = "SKIPPED"
) -> dict[str, Any]:
    """A schedule that last ticked, should have ticked, and was switched on so many minutes ago."""
    error = {"message": "around", "errorChain": [{"error": {"message": "KeyError: 'region'"}}]}
    tick = {"status": status, "error": error if status == "FAILURE" else None}
    return {
        "name": "daily",
        "potentialTickTimestamps": [ago(minutes=due).timestamp(), ago(minutes=-60).timestamp()],
        "scheduleState": {
            "status": "RUNNING" if on else "STOPPED",
            "typeSpecificData": None if start is None else {"startTimestamp": ago(minutes=start).timestamp()},
            "ticks": [] if last is None else [{**tick, "timestamp": ago(minutes=last).timestamp()}],
        },
    }


def sensor(*, last: float | None, interval: int = 30, statuses: tuple[str, ...] = ("SKIPPED",)) -> dict[str, Any]:
    ticks_ = [
        {"status": each, "timestamp": ago(minutes=last or 0).timestamp(), "error": {"message": "no inbox"}}
        for each in statuses
    ]
    state = {"status": "RUNNING", "ticks": [] if last is None else ticks_}
    return {"name": "inbox", "minIntervalSeconds": interval, "sensorState": state}


@pytest.mark.parametrize(
    ("schedules", "sensors", "expected"),
    [
        ([schedule(last=10, due=10)], [], [("ok", None)]),
        ([schedule(last=100, due=10)], [], [("problem", "k/ticks/sales/missing schedules")]),
        ([schedule(last=None, due=10)], [], [("problem", "k/ticks/sales/missing schedules")]),
        ([schedule(last=None, due=10, start=5)], [], [("ok", None)]),  # it was switched on later
        ([schedule(last=None, due=10, start=None)], [], [("ok", None)]),  # the daemon has not seen it yet
        ([schedule(last=100, due=10, on=False)], [], [("warning", None), ("ok", None)]),  # shown, not sent
        ([schedule(last=None, due=10, on=False)], [], [("ok", None)]),
        ([schedule(last=10, due=10, status="FAILURE")], [], [("problem", "k/ticks/sales/schedule/daily")]),
        ([], [sensor(last=1)], [("ok", None)]),
        ([], [sensor(last=None)], [("ok", None)]),
        ([], [sensor(last=6)], [("ok", None)]),
        ([], [sensor(last=7)], [("problem", "k/ticks/sales/missing sensors")]),
        ([], [sensor(last=7, interval=300)], [("ok", None)]),
        ([], [sensor(last=0, statuses=("FAILURE", "SUCCESS"))], [("problem", "k/ticks/sales/sensor/inbox")]),
        ([], [sensor(last=0, statuses=("STARTED", "FAILURE"))], [("problem", "k/ticks/sales/sensor/inbox")]),
        ([], [sensor(last=0, statuses=("SUCCESS", "FAILURE"))], [("ok", None)]),
    ],
)
def test_ticks(
    schedules: list[dict[str, Any]], sensors: list[dict[str, Any]], expected: list[tuple[str, str | None]]
) -> None:
    node = {"name": "r", "location": {"name": "sales"}, "schedules": schedules, "sensors": sensors}
    found = ticks.parse(
        {"repositoriesOrError": {"__typename": "RepositoryConnection", "nodes": [node]}}, now=NOW, loaded_at={}
    )
    assert judged(ticks.judge(found, key="k/", now=NOW)) == expected


def test_a_tick_that_failed_says_when() -> None:
    node = {
        "name": "r",
        "location": {"name": "sales"},
        "schedules": [schedule(last=10, due=10, status="FAILURE")],
        "sensors": [sensor(last=3, statuses=("STARTED", "FAILURE"))],
    }
    found = ticks.parse(
        {"repositoriesOrError": {"__typename": "RepositoryConnection", "nodes": [node]}}, now=NOW, loaded_at={}
    )
    assert [fact.message for fact in ticks.judge(found, key="k/", now=NOW)] == [
        f"its last tick failed at {text.clock(ago(minutes=10))}: KeyError: 'region'",
        f"its last tick failed at {text.clock(ago(minutes=3))}: no inbox",
    ]


@pytest.mark.parametrize(
    ("given", "minutes", "is_missing", "is_unknown"),
    [
        ({"schedules": [schedule(last=10, due=5)]}, 2, False, True),
        ({"schedules": [schedule(last=10, due=5)]}, 4, True, False),
        ({"schedules": [schedule(last=1, due=5)]}, 2, False, False),  # it has ticked since
        ({"schedules": [schedule(last=None, due=10, start=5)]}, 2, False, False),  # it was switched on later
        ({"sensors": [sensor(last=10)]}, 6, False, True),
        ({"sensors": [sensor(last=10)]}, 7, True, False),
        ({"sensors": [sensor(last=10)], "schedules": [schedule(last=1, due=5)]}, 2, False, True),
    ],
)
def test_a_code_location_that_is_back_has_some_time_for_what_is_due(
    given: dict[str, Any], minutes: float, is_missing: bool, is_unknown: bool
) -> None:
    node = {"name": "r", "location": {"name": "sales"}, "schedules": [], "sensors": [], **given}
    data = {"repositoriesOrError": {"__typename": "RepositoryConnection", "nodes": [node]}}
    found = ticks.parse(data, now=NOW, loaded_at={"sales": ago(minutes=minutes).timestamp()})
    missing = f"k/ticks/sales/missing {'sensors' if 'sensors' in given else 'schedules'}"
    assert (missing in {fact.key for fact in ticks.judge(found, key="k/", now=NOW)}) == is_missing
    assert ticks.missing_keys("k/", found) == ([missing] if is_unknown else []), "its alert stays as it is"


def test_a_tick_that_failed_leads_to_its_page() -> None:
    failed = schedule(last=10, due=10, status="FAILURE"), sensor(last=0, statuses=("FAILURE",))
    node = {"name": "r", "location": {"name": "sales"}, "schedules": [failed[0]], "sensors": [failed[1]]}
    found = ticks.parse(
        {"repositoriesOrError": {"__typename": "RepositoryConnection", "nodes": [node]}}, now=NOW, loaded_at={}
    )
    assert [fact.page for fact in ticks.judge(found, key="k/", now=NOW)] == [
        ("locations", "r@sales", "schedules", "daily"),
        ("locations", "r@sales", "sensors", "inbox"),
    ]


def test_what_has_no_tick_when_all_are_asked_for_is_asked_by_itself() -> None:
    nodes = [
        {
            "name": "r",
            "location": {"name": "sales"},
            "schedules": [schedule(last=None, due=10), schedule(last=None, due=10, on=False)],
            "sensors": [sensor(last=None), sensor(last=1)],
        }
    ]
    asked: list[tuple[str, Any]] = []

    class Webserver(Dagster):
        def ask(self, query: str, variables: Any = None) -> Any:
            asked.append((query, variables))
            if len(asked) == 1:
                return {"repositoriesOrError": {"__typename": "RepositoryConnection", "nodes": nodes}}
            return {"of0": schedule(last=10, due=10), "of1": {"__typename": "SensorNotFoundError"}}

    found = ticks.ask(Webserver("http://dagster/graphql"), now=NOW, loaded_at={})
    assert judged(ticks.judge(found, key="k/", now=NOW)) == [("ok", None)]
    [_, (query, variables)] = asked
    assert "of0: scheduleOrError(scheduleSelector: $of0)" in query
    where = {"repositoryName": "r", "repositoryLocationName": "sales"}
    assert variables == {"of0": {**where, "scheduleName": "daily"}, "of1": {**where, "sensorName": "inbox"}}


def test_an_answer_of_dagster_that_comes_a_byte_at_a_time() -> None:
    with http_server() as server:
        server.down = Failure(200, drips=True)
        with pytest.raises(DagsterError, match="does not answer: TimeoutError"):
            Dagster(f"{server.url}/graphql", timeout=0.3).ask("{ version }")
