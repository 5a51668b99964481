"""Sending to a server that behaves as Slack does: what arrives, how failures are named, which secrets stay secret."""

from __future__ import annotations

import email.utils
import json
import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr

from tests.slack_server import TOKEN, Failure, SlackServer, slack_server
from watcher_core import DeliveryError, SlackMessage
from watcher_core.alerts.senders import SlackChannel, SlackWebhook
from watcher_core.alerts.slack import compose

MESSAGE = compose(header="h", headline="2 pipelines", context="now", lines=["• a <b>"], rest="", footer="f")


@pytest.fixture
def server() -> Iterator[SlackServer]:
    with slack_server() as server:
        yield server


def webhook(server: SlackServer, **options: Any) -> SlackWebhook:
    return SlackWebhook(SecretStr(server.webhook), **options)


def test_a_webhook_gets_the_message(server: SlackServer) -> None:
    webhook(server).send(MESSAGE, thread="ignored")
    assert server.messages == [MESSAGE.as_json()]


def test_a_channel_gives_a_thread_and_answers_in_it(server: SlackServer) -> None:
    channel = SlackChannel("#data", SecretStr(TOKEN), api=server.api)
    thread = channel.send(MESSAGE, thread=None)
    assert thread == "1.000100"
    assert channel.send(MESSAGE, thread=thread) == thread
    assert [each.get("thread_ts") for each in server.messages] == [None, thread]
    assert {(each["channel"], each["parse"], each["link_names"]) for each in server.messages} == {
        ("#data", "none", False)
    }


def test_a_wrong_token_is_told_and_stays_secret(server: SlackServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(DeliveryError, match="HTTP 200: invalid_auth") as failed:
        SlackChannel("#data", SecretStr("xoxb-wrong"), api=server.api).send(MESSAGE, thread=None)
    assert "xoxb-wrong" not in str(failed.value) + caplog.text


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        ("account_inactive", "the bot's token is not valid any more"),
        ("channel_not_found", "invite the bot, or name another"),
        ("is_archived", "the channel is archived"),
        ("not_in_channel", "the bot is not in the channel; invite it"),
        ("missing_scope", "chat:write"),
    ],
)
def test_what_slack_calls_by_a_word_for_programs_says_what_to_do(server: SlackServer, error: str, advice: str) -> None:
    server.fail(Failure(200, json.dumps({"ok": False, "error": error})))
    with pytest.raises(DeliveryError, match=f"HTTP 200: {error} .*{advice}") as failed:
        SlackChannel("#data", SecretStr(TOKEN), api=server.api).send(MESSAGE, thread=None)
    assert not failed.value.refused, "no plainer message would be taken"


@pytest.mark.parametrize(
    ("failure", "message", "retry_after", "refused"),
    [
        (Failure(429, "rate_limited", {"Retry-After": "30"}), "wait for 30 s", 30.0, False),
        (Failure(429, "rate_limited", {"Retry-After": "soon"}), "wait for 1 s", 1.0, False),
        (Failure(429, "rate_limited"), "wait for 1 s", 1.0, False),
        (Failure(500), "HTTP 500: rollup", None, False),
        (Failure(503, "", {"Retry-After": "7"}), "HTTP 503: nothing", 7.0, False),
        (Failure(403, "invalid_token"), r"HTTP 403: invalid_token \(the webhook was removed", None, False),
        (Failure(404, "no_service"), r"HTTP 404: no_service \(.*make a new one", None, False),
        (Failure(410, "channel_is_archived"), r"HTTP 410: channel_is_archived \(.*name another", None, False),
        (Failure(200, '{"ok": false, "error": "no_team"}'), r"HTTP 200: no_team \(the webhook", None, False),
        (Failure(200, '{"success": false}'), "HTTP 200: it was not taken", None, False),
        (Failure(200, "<!DOCTYPE html><title>Log in</title>"), "HTTP 200: a page of HTML", None, False),
        (Failure(400, "invalid_blocks"), "HTTP 400: invalid_blocks", None, True),
        (
            Failure(302, "", {"Location": "https://example.com/s3cret"}),
            "HTTP 302, and has moved to example.com; set",
            None,
            False,
        ),
    ],
)
def test_failures_say_what_to_do(
    server: SlackServer, failure: Failure, message: str, retry_after: float | None, refused: bool
) -> None:
    server.fail(failure)
    with pytest.raises(DeliveryError, match=message) as failed:
        webhook(server).send(MESSAGE, thread=None)
    assert (failed.value.retry_after, failed.value.refused) == (retry_after, refused)
    assert server.messages == []


def test_a_redirect_gets_neither_the_token_nor_the_message(server: SlackServer) -> None:
    with slack_server() as elsewhere:
        server.fail(Failure(302, "", {"Location": elsewhere.api + "/chat.postMessage"}))
        with pytest.raises(DeliveryError, match="HTTP 302"):
            SlackChannel("#data", SecretStr(TOKEN), api=server.api).send(MESSAGE, thread=None)
        assert elsewhere.requests == 0


def later(seconds: float) -> str:
    return email.utils.formatdate(time.time() + seconds, usegmt=True)


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [
        ("7", 7, 7),
        ("1e300", 3600, 3600),
        ("9" * 400, 3600, 3600),
        ("inf", 3600, 3600),
        ("nan", 1, 1),
        ("-5", 1, 1),
        ("soon", 1, 1),
        ("", 1, 1),
        (1800, 600, 1800),  # a date so many seconds from now
        (86_400, 3600, 3600),
        (-60, 1, 1),
        ("Sun, 99 Foo 99999999999 00:00:00 GMT", 1, 1),
    ],
)
def test_whatever_retry_after_says_is_at_most_an_hour(
    server: SlackServer, header: str | int, least: float, most: float
) -> None:
    server.fail(Failure(429, "", {"Retry-After": later(header) if isinstance(header, int) else header}))
    with pytest.raises(DeliveryError) as failed:
        webhook(server).send(MESSAGE, thread=None)
    assert failed.value.retry_after is not None
    assert least <= failed.value.retry_after <= most


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_success_is_one(server: SlackServer, status: int) -> None:
    server.fail(Failure(status, ""))
    webhook(server).send(MESSAGE, thread=None)
    server.fail(Failure(status, json.dumps({"ok": True, "ts": "7.1"})))
    if status != 204:  # which has no body
        assert SlackChannel("#data", SecretStr(TOKEN), api=server.api).send(MESSAGE, thread=None) == "7.1"


def test_a_channel_that_is_asked_to_wait(server: SlackServer) -> None:
    server.fail(Failure(200, json.dumps({"ok": False, "error": "ratelimited"}), {"Retry-After": "7"}))
    with pytest.raises(DeliveryError) as failed:
        SlackChannel("#data", SecretStr(TOKEN), api=server.api).send(MESSAGE, thread=None)
    assert failed.value.retry_after == 7


def test_an_answer_that_does_not_come(server: SlackServer) -> None:
    server.fail(Failure(hangs=True))
    with pytest.raises(DeliveryError, match=r"does not answer within 0\.05 s"):
        webhook(server, timeout=0.05).send(MESSAGE, thread=None)


def test_nobody_there(server: SlackServer) -> None:
    sender = webhook(server)
    server.close()
    with pytest.raises(DeliveryError, match="cannot be reached") as failed:
        sender.send(MESSAGE, thread=None)
    assert "secret" not in str(failed.value)


@pytest.mark.parametrize(
    "url",
    [
        "not a url",
        "http://hooks.slack.com/secret",
        "file:///secret",
        "https:///secret",
        "https://h\n/secret",
        "https://é/secret",
    ],
)
def test_an_address_that_is_none_is_refused_without_being_shown(url: str) -> None:
    with pytest.raises(DeliveryError) as failed:
        SlackWebhook(SecretStr(url)).send(MESSAGE, thread=None)
    chain = [failed.value, failed.value.__cause__, failed.value.__context__]
    assert not any("secret" in str(each) for each in chain if each)


def test_a_certificate_that_is_none(server: SlackServer) -> None:
    url = server.webhook.replace("http://", "https://")
    with pytest.raises(DeliveryError, match="cannot be reached"):
        SlackWebhook(SecretStr(url)).send(MESSAGE, thread=None)


def test_secrets_stay_out_of_representations() -> None:
    for sender in (SlackWebhook(SecretStr("https://h/secret")), SlackChannel("#a", SecretStr("secret"))):
        assert "secret" not in repr(sender) + repr(vars(sender))


def test_plain_messages_have_no_blocks() -> None:
    assert "blocks" not in SlackMessage("text", ({"type": "divider"},)).plain().as_json()


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize("place", ["webhook", "channel"])
def test_an_answer_that_comes_a_byte_at_a_time(server: SlackServer, place: str, status: int) -> None:
    server.fail(Failure(status, drips=True))
    channel = SlackChannel("#data", SecretStr(TOKEN), api=server.api, timeout=0.3)
    with pytest.raises(DeliveryError, match=r"does not answer within 0\.3 s"):
        (webhook(server, timeout=0.3) if place == "webhook" else channel).send(MESSAGE, thread=None)
