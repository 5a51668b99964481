"""Alerts of health, when checks succeed, and heartbeats, against a real database."""

from __future__ import annotations

import datetime as dt
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from tests.slack_server import slack_server
from watcher_core import AlertKind, AlertLevel, AlertState, Settings, Watcher, alerts, checks, health, recording, text
from watcher_core.alerts import Pace
from watcher_core.checks.state import FADES
from watcher_core.cli import main
from watcher_core.values import Finding, HealthFact, HealthReport

NOW = dt.datetime.now(dt.UTC)
KEY = "health/test/"


@pytest.fixture(autouse=True)
def _empty(request: pytest.FixtureRequest) -> None:
    if "module_watcher" in request.fixturenames:
        write(
            request.getfixturevalue("module_watcher"),
            "TRUNCATE watcher.alert, watcher.alert_action, watcher.alert_delivery, watcher.check_state,"
            " watcher.heartbeat, watcher.recorder",
        )


def at(minutes: float) -> dt.datetime:
    return NOW + dt.timedelta(minutes=minutes)


def write(watcher: Watcher, statement: str, **given: Any) -> None:
    with watcher._transaction() as (session, _):
        session.execute(sa.text(statement), given)


def report(*names: str, unknown: tuple[str, ...] = ()) -> HealthReport:
    """A report that finds these parts unwell, each with a key of its own."""
    page = ("locations", "a@b")
    facts = (HealthFact("problem", "test", f"{name} fails", "mend it", key=f"{KEY}{name}", page=page) for name in names)
    return HealthReport(facts=tuple(facts), examined=(KEY,), unknown=unknown)


def found(watcher: Watcher, *names: str, minutes: float = 0, unknown: tuple[str, ...] = ()) -> dict[str, AlertState]:
    """The alerts after a report of these parts."""
    with watcher._transaction() as (session, _):
        health.update_alerts(session, report(*names, unknown=unknown), now=at(minutes))
    return {alert.deduplication_key.removeprefix(KEY): alert.state for alert in reversed(watcher.alerts())}


# Alerts


def test_a_fact_opens_an_alert_of_no_pipeline_and_resolves_it(module_watcher: Watcher) -> None:
    found(module_watcher, "a")
    [alert] = module_watcher.alerts(kind="health")
    assert (alert.level, alert.subject) == (AlertLevel.ERROR, "test")
    assert (alert.pipeline_id, alert.pipeline_name) == (None, None)
    assert alert.facts["message"] == "a fails"
    assert found(module_watcher, "a", "b", minutes=1) == {"a": "open", "b": "open"}
    assert found(module_watcher, "b", minutes=2) == {"a": "resolved", "b": "open"}
    [over] = module_watcher.alerts(state="resolved")
    assert text.resolution(over.resolution).startswith("found in order at 20")


def test_what_could_not_be_looked_at_stays_as_it_is(module_watcher: Watcher) -> None:
    found(module_watcher, "x/1", "y/1")
    assert found(module_watcher, minutes=1, unknown=(f"{KEY}x/",)) == {"x/1": "open", "y/1": "resolved"}
    with module_watcher._transaction() as (session, _):
        health.update_alerts(session, HealthReport(facts=(), examined=("health/other/",)), now=at(2))
    assert module_watcher.alerts(state="open")[0].deduplication_key == f"{KEY}x/1"


def test_what_a_person_has_resolved_stays_so_until_it_is_over_and_comes_again(module_watcher: Watcher) -> None:
    found(module_watcher, "a")
    module_watcher.resolve_alert(module_watcher.alerts()[0].id)
    assert found(module_watcher, "a", minutes=90) == {"a": "resolved"}
    assert found(module_watcher, minutes=91) == {"a": "resolved"}  # over
    assert found(module_watcher, "a", minutes=180)["a"] == "open"
    assert len(module_watcher.alerts()) == 2


def test_a_message_says_what_does_not_work_and_what_to_do(module_watcher: Watcher) -> None:
    found(module_watcher, "a", "b")
    with slack_server() as slack:
        settings = Settings(slack_webhook_url=SecretStr(slack.webhook), dagster_url="https://dagster.example.com/")
        with Watcher(module_watcher.url.render_as_string(hide_password=False), settings=settings) as watcher:
            assert watcher.deliver_alerts(now=at(1), pace=Pace(0)).messages == 1
            found(watcher, "b", minutes=2)
            assert watcher.deliver_alerts(now=at(3), pace=Pace(0)).messages == 1
    opened, over = slack.texts
    assert opened.startswith("🔴 2 things do not work as they should: test\n")
    assert "<https://dagster.example.com/locations/a@b|test>: a fails → mend it" in opened
    assert over.startswith("✅ test: found in order at ")


def test_the_command_line_shows_an_alert_of_no_pipeline(
    module_watcher: Watcher, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found(module_watcher, "a")
    monkeypatch.setenv("WATCHER_DATABASE_URL", module_watcher.url.render_as_string(hide_password=False))
    number = str(module_watcher.alerts()[0].id)
    for arguments in (["list"], ["show", number], ["ack", number]):
        with pytest.raises(SystemExit):
            main(["alerts", *arguments])
    assert f"alert {number}, health of test: acknowledged" in capsys.readouterr().out


# Watcher itself


def test_a_check_that_stops_is_an_alert_until_it_succeeds_again(module_watcher: Watcher) -> None:
    """It was seen that both check jobs failed by a timeout, and that the doctor said that all was well."""
    for minutes in (-62, -61, -60):
        with module_watcher._transaction() as (session, _):
            checks.mark_checked(session, kind=AlertKind.FRESHNESS, now=at(minutes))
    module_watcher.check_health(now=at(-58))
    assert module_watcher.alerts() == []
    module_watcher.check_health(now=at(0))
    [alert] = module_watcher.alerts()
    assert (alert.subject, alert.facts["message"]) == (
        "check freshness",
        "last succeeded 1 h ago; it used to at least every 1 min",
    )
    module_watcher.check_freshness(now=at(1))
    module_watcher.check_health(now=at(1))
    assert [each.state for each in module_watcher.alerts()] == ["resolved"]


def test_each_check_of_all_pipelines_is_remembered_with_how_often_it_succeeds(module_watcher: Watcher) -> None:
    for check in (module_watcher.check_freshness, module_watcher.check_timeliness, module_watcher.check_failures):
        check(now=at(-90))
        check(now=at(-60))
        check(now=at(-59))  # by hand
        check(dry_run=True)
    with module_watcher._transaction() as (session, _):
        states = checks.list_check_states(session)
    assert [(state.kind.value, state.checked_at) for state in states] == [
        (kind, at(-59)) for kind in ("freshness", "timeliness", "failure")
    ]
    assert [state.interval_seconds for state in states] == pytest.approx([1_800 * FADES] * 3)


def test_a_recorder_that_stops_is_an_alert(module_watcher: Watcher) -> None:
    write(module_watcher, "INSERT INTO watcher.recorder (instance_id, updated_at) VALUES ('i', :at)", at=at(-3))
    module_watcher.check_health(now=NOW)
    assert [alert.deduplication_key for alert in module_watcher.alerts()] == ["health/recorder/i"]
    write(module_watcher, "UPDATE watcher.recorder SET updated_at = :at", at=at(1))
    module_watcher.check_health(now=at(1))
    assert module_watcher.alerts(state="open") == []


def test_alerts_that_are_not_delivered_are_an_alert_that_is_not_its_own_reason(module_watcher: Watcher) -> None:
    found(module_watcher, "a")
    module_watcher.check_health(now=at(11))
    assert [alert.subject for alert in module_watcher.alerts(state="open")] == ["delivery of alerts", "test"]
    with slack_server() as slack:
        settings = Settings(slack_webhook_url=SecretStr(slack.webhook))
        with Watcher(module_watcher.url.render_as_string(hide_password=False), settings=settings) as watcher:
            assert watcher.deliver_alerts(now=at(11), pace=Pace(0)).waiting == 0
    module_watcher.check_health(now=at(12))
    assert [alert.subject for alert in module_watcher.alerts(state="open")] == ["test"]


def test_routes_that_one_host_cannot_read_are_an_alert_until_it_can(
    module_watcher: Watcher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    routes = tmp_path / "routes.toml"
    routes.write_text("[[routes]")
    url = module_watcher.url.render_as_string(hide_password=False)
    with Watcher(url, settings=Settings(routes=routes)) as other:

        def states(minutes: float, *hosts: str) -> list[tuple[str, int]]:
            for host in hosts:
                monkeypatch.setattr(recording, "this_host", lambda host=host: host)
                (other if host == "other" else module_watcher).check_health(dagster=False, now=at(minutes))
            return [(each.state, each.reopenings) for each in module_watcher.alerts()]

        assert states(0, "here", "other") == [("open", 0)]
        assert "on other" in module_watcher.alerts()[0].facts["message"]
        assert states(1, "here", "other", "here") == [("open", 0)]
        assert states(8, "here") == [("open", 0)]
        routes.write_text("")
        assert states(9, "other", "here") == [("resolved", 0)]
        routes.write_text("[[routes]")
        assert ("open", 1) in states(20, "other", "here")
        assert states(31, "here") == [("resolved", 1)], "that host is gone"


def test_a_part_that_cannot_be_looked_at_does_not_hide_the_others(module_watcher: Watcher) -> None:
    write(module_watcher, "ALTER TABLE watcher.recorder RENAME TO away")
    try:
        facts = module_watcher.check_health(dry_run=True)
    finally:
        write(module_watcher, "ALTER TABLE watcher.away RENAME TO recorder")
    levels = {fact.topic: fact.level for fact in facts}
    assert levels["recorder"] == "problem"
    assert levels["anomalies"] == "ok"


# Heartbeats


class Outside:
    """A service outside: what was asked of it, and how it answers."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.status = 200
        outside = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outside.paths.append(self.path)
                self.send_response(outside.status)
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self.http = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"


@pytest.fixture
def outside() -> Iterator[Outside]:
    made = Outside()
    thread = threading.Thread(target=made.http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.http.shutdown()
    thread.join()
    made.http.server_close()


class Rounds:
    """Rounds as different processes end them."""

    def __init__(self, watcher: Watcher, url: str) -> None:
        self.database_url = watcher.url.render_as_string(hide_password=False)
        self.settings = Settings(heartbeat_url=SecretStr(url))

    def end(self, *rounds: str, minutes: float) -> None:
        for each in rounds:
            with Watcher(self.database_url, settings=self.settings) as watcher:
                watcher._end_round(health.Round(each), now=at(minutes))


def test_with_one_address_two_rounds_do_not_hide_the_third(module_watcher: Watcher, outside: Outside) -> None:
    rounds = Rounds(module_watcher, f"{outside.url}/all")
    everything = ("recording", "checks", "delivery")
    rounds.end(*everything, minutes=0)
    before = len(outside.paths)  # the first rounds that there are
    rounds.end(*everything, minutes=2)
    assert outside.paths[before:] == ["/all"]
    rounds.end(*everything, minutes=2.5)  # at most one a minute
    rounds.end("recording", "checks", minutes=4)
    rounds.end("recording", "checks", minutes=6)
    assert outside.paths[before:] == ["/all"] * 2  # that of the third round's end at 2.5
    rounds.end("delivery", minutes=7)
    assert outside.paths[before:] == ["/all"] * 3


def test_rounds_with_addresses_of_their_own(module_watcher: Watcher, outside: Outside) -> None:
    rounds = Rounds(module_watcher, f"{outside.url}/watcher-{{round}}")
    rounds.end("recording", "recording", "delivery", minutes=0)
    rounds.end("recording", minutes=2)
    assert outside.paths == ["/watcher-recording", "/watcher-delivery", "/watcher-recording"]


def test_recording_checks_and_delivery_are_followed_by_a_heartbeat(module_watcher: Watcher, outside: Outside) -> None:
    rounds = Rounds(module_watcher, f"{outside.url}/{{round}}")
    with Watcher(rounds.database_url, settings=rounds.settings) as watcher:
        with watcher.recorder("i"):
            pass
        watcher.check_failures(dry_run=True)
        watcher.check_failures()
        watcher.check_freshness()
        watcher.deliver_alerts()
    assert outside.paths == ["/recording", "/checks", "/delivery"]


def test_no_heartbeat_follows_while_the_only_destination_fails(module_watcher: Watcher, outside: Outside) -> None:
    """Most deliveries try nothing then: they wait for the time of the next try."""
    rounds = Rounds(module_watcher, f"{outside.url}/{{round}}")
    settings = rounds.settings.model_copy(update={"slack_webhook_url": SecretStr("http://127.0.0.1:1/nobody")})
    pipeline = module_watcher.get_or_create_pipeline("orders")
    cause = Finding(
        kind=AlertKind.FAILURE,
        level=AlertLevel.ERROR,
        pipeline_id=pipeline.id,
        pipeline_name=pipeline.name,
        execution_id=None,
        new=True,
        deduplication_key="failure/orders",
        at=at(0),
    )
    with module_watcher._transaction() as (session, _):
        alerts.open_alerts(session, [cause], now=at(0))
    tried = []
    for minutes in (0, 0.1, 0.2):  # the next try is after 15 seconds at least
        with Watcher(rounds.database_url, settings=settings) as watcher:
            tried.append(watcher.deliver_alerts(now=at(minutes), pace=Pace(0)))
    assert outside.paths == []
    assert [(each.waiting, len(each.errors)) for each in tried] == [(1, 1)] * 3


def test_while_a_check_is_overdue_there_is_no_full_round_of_checks(module_watcher: Watcher, outside: Outside) -> None:
    rounds = Rounds(module_watcher, outside.url)
    for minutes in (-30, -29):
        with module_watcher._transaction() as (session, _):
            checks.mark_checked(session, kind=AlertKind.TIMELINESS, now=at(minutes))
    rounds.end("checks", minutes=0)
    assert outside.paths == []


@pytest.mark.parametrize("is_there", [True, False])
def test_a_heartbeat_that_fails_stops_nothing_and_is_a_fact(
    module_watcher: Watcher, outside: Outside, is_there: bool
) -> None:
    outside.status = 404
    rounds = Rounds(module_watcher, outside.url if is_there else "http://127.0.0.1:1/")
    rounds.end("checks", minutes=0)
    rounds.end("checks", minutes=2)
    with Watcher(rounds.database_url, settings=rounds.settings) as watcher:
        watcher.check_health(now=at(6))
        [alert] = watcher.alerts()
    assert alert.deduplication_key == "health/heartbeat"
    error = "HTTP 404" if is_there else "URLError: [Errno 111] Connection refused"
    assert alert.facts["message"] == f"none has arrived at WATCHER_HEARTBEAT_URL for 6 min: {error}"
    with Watcher(rounds.database_url, settings=Settings()) as elsewhere:
        elsewhere.check_health(now=at(6.5))
        assert elsewhere.alert(alert.id).state == "open", "who sends none knows nothing better"
    if is_there:
        outside.status = 200
        rounds.end("checks", minutes=7)
        with Watcher(rounds.database_url, settings=rounds.settings) as watcher:
            watcher.check_health(now=at(8))
            assert watcher.alerts(state="open") == []


# The command


def test_the_command_shows_what_the_doctor_shows(
    module_watcher: Watcher, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHER_DATABASE_URL", module_watcher.url.render_as_string(hide_password=False))
    write(module_watcher, "INSERT INTO watcher.recorder (instance_id, updated_at) VALUES ('i', :at)", at=at(-60))

    def run(*arguments: str, code: int) -> Any:
        with pytest.raises(SystemExit) as ended:
            main([*arguments, "--json"])
        assert ended.value.code == code
        return json.loads(capsys.readouterr().out)

    shown = run("check", "health", "--fail", code=1)
    doctor = run("doctor", code=1)["findings"]
    topics = ("recorder", "checks", "anomalies", "spool")
    assert [fact["topic"] for fact in shown if fact["key"]] == ["recorder"]
    assert {fact["topic"]: fact["level"] for fact in shown if fact["topic"] in topics} == {
        fact["topic"]: fact["level"] for fact in doctor if fact["topic"] in topics
    }


def test_as_a_service_it_goes_on_whatever_happens(
    module_watcher: Watcher, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHER_DATABASE_URL", module_watcher.url.render_as_string(hide_password=False))
    write(module_watcher, "INSERT INTO watcher.recorder (instance_id, updated_at) VALUES ('i', :at)", at=at(-60))
    rounds = iter(
        [
            lambda: write(module_watcher, "ALTER TABLE watcher.alert RENAME TO away"),
            lambda: write(module_watcher, "ALTER TABLE watcher.away RENAME TO alert"),
        ]
    )

    def sleep(seconds: float) -> None:
        assert 0 <= seconds <= 60
        change = next(rounds, None)
        if change is None:
            raise KeyboardInterrupt
        change()

    monkeypatch.setattr(time, "sleep", sleep)
    with pytest.raises(SystemExit) as ended:
        main(["check", "health", "--every", "60", "--deliver"])
    assert ended.value.code == 130
    printed = capsys.readouterr()
    good, again = printed.out.splitlines()
    assert "UTC recorder: stopped; the last sign is of Dagster instance i, 1 h" in good
    assert again[25:] == good[25:]
    assert 'relation "watcher.alert" does not exist' in printed.err
