"""Sending to places other than Slack: what arrives, how failures are named, which secrets stay secret."""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
import socketserver
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from tests.factories import NOON
from tests.http_server import Failure, HttpServer, http_server
from watcher_core import Alert, AlertEvent, AlertKind, AlertLevel, AlertState, DeliveryError, SlackMessage, SlackSender
from watcher_core.alerts.notification import DELIVERY, Notification
from watcher_core.alerts.senders import AppriseSender, JsonWebhook, PagerDuty
from watcher_core.alerts.slack import compose

KEY = "0123456789abcdef0123456789abcdef"
SIGNING = SecretStr("very-secret")
HOW_TO = Path(__file__).parents[2] / "docs/how-to/alerts.md"


@pytest.fixture
def server() -> Iterator[HttpServer]:
    with http_server() as server:
        yield server


def alert(**fields: Any) -> Alert:
    given: dict[str, Any] = dict.fromkeys(Alert.__dataclass_fields__)
    given |= {
        "id": 17,
        "kind": AlertKind.FAILURE,
        "level": AlertLevel.ERROR,
        "state": AlertState.OPEN,
        "deduplication_key": "failure/1",
        "pipeline_id": 1,
        "pipeline_name": "raw/orders",
        "facts": {"error": {"message": "duplicate key 8123"}},
        "opened_at": NOON,
        "resolved_by_hand": False,
    }
    return Alert(**{**given, **fields})


def message(event: AlertEvent | None = AlertEvent.OPENED, *alerts: Alert) -> SlackMessage:
    about = Notification(
        event=event,
        alerts=alerts or (alert(),),
        sent_at=NOON,
        environment="production",
        links={17: {"run": "https://dagster.example.com/runs/1"}},
        owners={17: ("anna",)},
    )
    written = compose(
        header="🔴 ERROR: Failures",
        title="🔴 a_b <i> failed: duplicate key 8123" if len(about.alerts) == 1 else None,
        headline="1 failure",
        context="now",
        lines=["• <https://dagster.example.com/runs/1|execution 3> of a_b &lt;i&gt;: duplicate key 8123 [alert 17]"],
        rest="",
        footer="f",
    )
    return SlackMessage(written.text, written.blocks, about)


def webhook(server: HttpServer, **options: Any) -> JsonWebhook:
    return JsonWebhook(SecretStr(f"{server.url}/very-secret"), **options)


def pagerduty(server: HttpServer, **options: Any) -> PagerDuty:
    return PagerDuty(SecretStr(f"pagerduty://{KEY}@127.0.0.1:{server.port}"), **options)


def by_apprise(server: HttpServer, **_: Any) -> AppriseSender:
    return AppriseSender(SecretStr(f"json://me:very-secret@127.0.0.1:{server.port}/very-secret-path/"))


EVERY = pytest.mark.parametrize(
    ("place", "secret"), [(webhook, "very-secret"), (pagerduty, KEY), (by_apprise, "very-secret")]
)


# The JSON webhook


def test_a_webhook_gets_the_whole_alert(server: HttpServer) -> None:
    webhook(server).send(message(), thread=None)
    [request] = server.taken
    body = request.json
    assert (body["event"], body["sent_at"], body["environment"]) == ("opened", NOON.isoformat(), "production")
    assert "execution 3 (https://dagster.example.com/runs/1) of a_b <i>" in body["text"]
    [told] = body["alerts"]
    assert (told["id"], told["level"], told["facts"]) == (17, "error", {"error": {"message": "duplicate key 8123"}})
    assert (told["owners"], told["blocked"]) == (["anna"], [])
    assert told["links"] == {"run": "https://dagster.example.com/runs/1"}
    assert set(told) == {*Alert.__dataclass_fields__, "owners", "blocked", "links"} - set(DELIVERY)
    assert request.headers["Watcher-Event"] == "opened"
    assert "Watcher-Signature" not in request.headers


def test_the_documented_check_of_a_signature(server: HttpServer) -> None:
    webhook(server, secret=SIGNING).send(message(), thread=None)
    [request] = server.taken
    code = next(code for code in re.findall(r"```python\n(.*?)```", HOW_TO.read_text(), re.DOTALL) if "hmac" in code)
    names: dict[str, Any] = {}
    exec(code, names)
    is_from_watcher: Callable[..., bool] = names["is_from_watcher"]
    header = request.headers["Watcher-Signature"]
    assert is_from_watcher(header, request.body, b"very-secret")
    assert not is_from_watcher(header, request.body, b"another secret")
    assert not is_from_watcher(header, request.body + b" ", b"very-secret")
    assert not is_from_watcher(header.replace("t=1", "t=0"), request.body, b"very-secret")
    old = names["hmac"].new(b"very-secret", b"1000." + request.body, "sha256").hexdigest()
    assert not is_from_watcher(f"t=1000,v1={old}", request.body, b"very-secret"), "a replay"


# PagerDuty


@pytest.mark.parametrize(
    ("event", "fields", "actions"),
    [
        (AlertEvent.OPENED, {}, ["trigger"]),
        (AlertEvent.REOPENED, {}, ["resolve", "trigger"]),
        (AlertEvent.UPDATED, {}, ["trigger"]),
        (AlertEvent.OPENED, {"state": AlertState.ACKNOWLEDGED}, ["trigger", "acknowledge"]),
        (AlertEvent.RESOLVED, {"state": AlertState.RESOLVED, "resolved_at": NOON}, ["resolve"]),
        (AlertEvent.MISSED, {"state": AlertState.RESOLVED, "resolved_at": NOON}, ["resolve"]),
        (AlertEvent.ACKNOWLEDGED, {"state": AlertState.ACKNOWLEDGED}, ["acknowledge"]),
        (AlertEvent.SNOOZED, {"state": AlertState.SNOOZED, "snoozed_until": NOON}, ["acknowledge"]),
        (AlertEvent.REMINDED, {}, ["resolve", "trigger"]),
        (None, {}, ["trigger", "resolve"]),
    ],
)
def test_pagerduty_gets_events_of_one_key(
    server: HttpServer, event: AlertEvent | None, fields: dict[str, Any], actions: list[str]
) -> None:
    pagerduty(server).send(message(event, alert(**fields)), thread=None)
    sent = [request.json for request in server.taken]
    assert [each["event_action"] for each in sent] == actions
    assert {each["routing_key"] for each in sent} == {KEY}
    assert len({each["dedup_key"] for each in sent}) == 1
    assert {request.path for request in server.taken} == {"/v2/enqueue"}


def test_what_got_louder_is_another_incident(server: HttpServer) -> None:
    """PagerDuty leaves an open one as urgent as it was."""
    given = message(AlertEvent.UPDATED, alert(level=AlertLevel.CRITICAL))
    assert given.notification is not None
    about = replace(given.notification, levels_before={17: AlertLevel.WARNING})
    pagerduty(server).send(replace(given, notification=about), thread=None)
    sent = [request.json for request in server.taken]
    assert [each["event_action"] for each in sent] == ["resolve", "trigger"]
    assert sent[1]["payload"]["severity"] == "critical"


def test_an_incident_says_what_is_wrong(server: HttpServer) -> None:
    pagerduty(server).send(message(), thread=None)
    [event] = [request.json for request in server.taken]
    payload = event["payload"]
    assert payload["summary"] == "a_b <i> failed: duplicate key 8123", "as the first line of a message"
    assert "execution 3" in payload["custom_details"]["message"]
    assert (payload["severity"], payload["source"], payload["class"]) == ("error", "raw/orders", "failure")
    assert payload["custom_details"]["owners"] == ["anna"]
    assert event["links"] == [{"href": "https://dagster.example.com/runs/1", "text": "run"}]


def test_an_event_has_the_size_that_pagerduty_takes(server: HttpServer) -> None:
    facts = {"error": "no column", "failed_steps": ["s" * 1_000] * 1_000, "partition": "ü" * 300_000, "attempts": 2}
    given = message(AlertEvent.OPENED, alert(facts=facts))
    assert given.notification is not None
    links = {17: {"run": f"https://dagster.example.com/runs/{'r' * 600_000}", "alert": "https://board.example.com"}}
    about = replace(given.notification, owners={17: ("o" * 1_000,) * 1_000}, links=links)
    pagerduty(server).send(replace(given, notification=about), thread=None)
    [request] = server.taken
    assert len(request.body) < 512_000
    assert request.json["payload"]["custom_details"]["facts"] == {"error": "no column", "attempts": 2}
    assert request.json["links"] == [{"href": "https://board.example.com", "text": "alert"}]


def test_every_alert_has_a_key_of_its_own(server: HttpServer) -> None:
    """Of the same database, and of another one that has the same ids."""
    others = (alert(id=18), alert(deduplication_key="failure/2"), alert(opened_at=NOON + dt.timedelta(days=1)))
    pagerduty(server).send(message(AlertEvent.OPENED, alert(), *others), thread=None)
    pagerduty(server).send(message(AlertEvent.RESOLVED, alert()), thread=None)
    keys = [request.json["dedup_key"] for request in server.taken]
    assert len(set(keys[:4])) == 4
    assert keys[4] == keys[0]


# Apprise


def test_apprise_sends_the_same_facts(server: HttpServer) -> None:
    by_apprise(server).send(message(), thread=None)
    [request] = server.taken
    sent = request.json
    assert (sent["title"], sent["type"]) == ("🔴 a_b <i> failed: duplicate key 8123", "failure")
    assert "execution 3 (https://dagster.example.com/runs/1) of a_b <i>: duplicate key 8123" in sent["message"]
    by_apprise(server).send(message(AlertEvent.RESOLVED), thread=None)
    assert server.taken[1].json["type"] == "success"


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ("?format=html", '<li><a href="https://dagster.example.com/runs/1">execution 3</a> of a_b &lt;i&gt;: dup'),
        ("?format=markdown", r"- [execution 3](<https://dagster.example.com/runs/1>) of a\_b \<i\>: dup"),
        ("?format=text", "• execution 3 (https://dagster.example.com/runs/1) of a_b <i>: dup"),
    ],
)
def test_the_place_s_own_format_is_used(server: HttpServer, options: str, part: str) -> None:
    AppriseSender(SecretStr(f"json://127.0.0.1:{server.port}/{options}")).send(message(), thread=None)
    assert part in server.taken[0].json["message"]


@pytest.mark.parametrize("options", ["", "?optional=yes", "?retry=3"])
def test_an_answer_of_apprise_that_is_not_true_is_a_failure(server: HttpServer, options: str) -> None:
    """It equals neither `True` nor `False`; an optional service would count as sent."""
    server.fail(Failure(500, "no"))
    with pytest.raises(DeliveryError, match=r"JSON did not take it: .*error=500"):
        AppriseSender(SecretStr(f"json://127.0.0.1:{server.port}/{options}")).send(message(), thread=None)
    assert server.requests == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_place_that_has_moved_has_taken_nothing(server: HttpServer, status: int) -> None:
    """Apprise follows with a request that has no message in it, and counts that as delivered."""
    server.answer_get = lambda _path: (200, b"a page", {})  # type: ignore[method-assign]  # of this server only
    server.fail(Failure(status, "", {"Location": "/elsewhere"}))
    with pytest.raises(DeliveryError, match=f"JSON did not take it: .*error={status}"):
        by_apprise(server).send(message(), thread=None)
    assert server.taken == []


@pytest.mark.parametrize("answer", [None, False])
def test_answers_of_older_versions_of_apprise(
    monkeypatch: pytest.MonkeyPatch, server: HttpServer, answer: object
) -> None:
    monkeypatch.setattr("apprise.Apprise.notify", lambda *_, **__: answer)
    with pytest.raises(DeliveryError, match="JSON did not take it: Apprise gives no reason"):
        by_apprise(server).send(message(), thread=None)


def test_what_a_place_cannot_take_whole_is_cut_by_lines(server: HttpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apprise.plugins.custom_json.NotifyJSON.body_maxlen", 300)
    lines = [f"• a pipeline with a name of some length, number {number} [alert {number}]" for number in range(20)]
    by_apprise(server).send(SlackMessage("\n".join(["header", "20 failures", "now", *lines])), thread=None)
    text = server.taken[0].json["message"]
    assert len(text) <= 300
    assert re.search(r"\[alert 3\]\n… 16 more lines$", text)


class MailServer(socketserver.StreamRequestHandler):
    """Takes no password."""

    def handle(self) -> None:
        self.wfile.write(b"220 ready\r\n")
        for line in self.rfile:
            answer = (
                b"250-here\r\n250 AUTH PLAIN LOGIN"
                if line.upper().startswith(b"EHLO")
                else b"535 5.7.8 wrong: s3cret-word"
            )
            self.wfile.write(answer + b"\r\n")


def test_a_mail_server_that_takes_no_password_says_so(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), MailServer) as mails:
        mails.daemon_threads = True
        threading.Thread(target=mails.serve_forever, kwargs={"poll_interval": 0.01}).start()
        url = f"mailto://me:s3cret-word@127.0.0.1:{mails.server_address[1]}?from=me@example.com&to=you@example.com"
        with pytest.raises(
            DeliveryError, match=r"E-Mail did not take it: the mail server: \(535, .*5\.7\.8 wrong"
        ) as refused:
            AppriseSender(SecretStr(url)).send(message(), thread=None)
        mails.shutdown()
    assert "s3cret-word" not in str(refused.value) + caplog.text
    logging.getLogger("apprise").debug("of others, who did not ask for it")
    logging.getLogger("apprise").info("of others, who did")
    assert [record.message for record in caplog.records if record.name == "apprise"] == ["of others, who did"]


def test_without_apprise_an_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(DeliveryError, match=re.escape("pip install 'watcher-dagster[notify]'")):
        AppriseSender(SecretStr("ntfy://very-secret")).send(message(), thread=None)


# Failures


@pytest.mark.parametrize("place", [webhook, pagerduty])
@pytest.mark.parametrize(
    ("failure", "said", "retry_after", "refused", "in_any_form"),
    [
        (Failure(429, "", {"Retry-After": "30"}), "asks to wait for 30 s", 30.0, False, False),
        (Failure(503, "", {"Retry-After": "7"}), "answers HTTP 503: nothing", 7.0, False, False),
        (Failure(500, "very-secret"), r"answers HTTP 500: ", None, False, False),
        (Failure(408), "answers HTTP 408", None, False, False),
        (Failure(425), "answers HTTP 425", None, False, False),
        (Failure(401), "answers HTTP 401", None, False, False),
        (Failure(410), "answers HTTP 410", None, False, False),
        (Failure(403, "", {"Retry-After": "7"}), "answers HTTP 403", 7.0, False, False),
        (Failure(302, "", {"Location": "/elsewhere"}), "answers HTTP 302, and has moved; set", None, False, False),
        (Failure(400, "no such field"), "answers HTTP 400: no such field", None, True, True),
        (Failure(422), "answers HTTP 422", None, True, True),
    ],
)
def test_failures_say_what_to_do(
    place: Callable[..., SlackSender],
    server: HttpServer,
    failure: Failure,
    said: str,
    retry_after: float | None,
    refused: bool,
    in_any_form: bool,
) -> None:
    server.fail(failure)
    with pytest.raises(DeliveryError, match=said) as failed:
        place(server).send(message(), thread=None)
    error = failed.value
    assert (error.retry_after, error.refused, error.in_any_form) == (retry_after, refused, in_any_form)
    assert server.taken == []


def test_a_key_that_pagerduty_does_not_know_is_no_fault_of_the_message(server: HttpServer) -> None:
    server.fail(Failure(400, '{"status":"invalid event","errors":["Invalid routing key"]}'))
    with pytest.raises(
        DeliveryError, match="the integration key is not one that takes events; set the right"
    ) as failed:
        pagerduty(server).send(message(), thread=None)
    assert not failed.value.refused, "all that goes there waits"


def test_a_page_of_a_proxy_is_not_pagerduty(server: HttpServer) -> None:
    server.fail(Failure(200, "\n<html><body>Blocked by policy</body></html>"))
    with pytest.raises(DeliveryError, match="a page of HTML, not PagerDuty"):
        pagerduty(server).send(message(), thread=None)


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_success_is_one(server: HttpServer, status: int) -> None:
    server.fail(Failure(status, ""))
    webhook(server).send(message(), thread=None)


@pytest.mark.parametrize("place", [webhook, pagerduty])
def test_an_answer_that_does_not_come(place: Callable[..., SlackSender], server: HttpServer) -> None:
    server.fail(Failure(hangs=True))
    with pytest.raises(DeliveryError, match=r"does not answer within 0\.05 s"):
        place(server, timeout=0.05).send(message(), thread=None)


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize("place", [webhook, pagerduty])
def test_an_answer_that_comes_a_byte_at_a_time(
    place: Callable[..., SlackSender], server: HttpServer, status: int
) -> None:
    """Each byte is in time. Were that waited for, others would send the message again when its lease is over."""
    server.fail(Failure(status, drips=True))
    with pytest.raises(DeliveryError, match=r"does not answer within 0\.3 s"):
        place(server, timeout=0.3).send(message(), thread=None)


def test_an_answer_to_apprise_that_comes_a_byte_at_a_time(server: HttpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("watcher_core.alerts.senders.apprise.SECONDS", 0.3)
    server.fail(Failure(200, drips=True))
    with pytest.raises(DeliveryError, match=r"does not answer within 0\.3 s"):
        by_apprise(server).send(message(), thread=None)


@EVERY
def test_nothing_secret_is_ever_shown(
    place: Callable[..., SlackSender], secret: str, server: HttpServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither in what is raised, nor in what is logged by whom ever, nor in representations."""
    caplog.set_level(logging.DEBUG)
    sender = place(server)
    server.fail(Failure(403, f"no {secret} here"))
    shown = repr(sender) + repr(vars(sender))
    for _ in range(2):
        with pytest.raises(DeliveryError) as failed:
            sender.send(message(), thread=None)
        chain = [failed.value, failed.value.__cause__, failed.value.__context__]
        shown += " ".join(str(each) for each in chain if each)
        server.close() if not server.closing.is_set() else None
    shown += caplog.text
    assert secret not in shown


@pytest.mark.parametrize("url", ["not a url", "http://example.com/very-secret", "file:///very-secret", "https:///x"])
def test_an_address_that_is_none_is_refused_without_being_shown(url: str) -> None:
    for sender in (JsonWebhook(SecretStr(url)), PagerDuty(SecretStr(url)), AppriseSender(SecretStr(url))):
        with pytest.raises(DeliveryError) as failed:
            sender.send(message(), thread=None)
        chain = [failed.value, failed.value.__cause__, failed.value.__context__]
        assert not any("very-secret" in str(each) for each in chain if each)


def test_a_message_without_data_is_text(server: HttpServer) -> None:
    webhook(server).send(SlackMessage("a\nb"), thread=None)
    assert json.loads(server.taken[0].body) == {"text": "a\nb"}
