"""Sending with dagster-slack's client comes to the same as sending with our own, whatever Slack answers."""

from __future__ import annotations

from collections.abc import Iterator

import dagster as dg
import pytest
from dagster_slack import SlackResource
from pydantic import SecretStr
from slack_sdk import WebClient
from slack_sdk.errors import SlackRequestError

from tests.slack_server import TOKEN, Failure, SlackServer, slack_server
from watcher_core import DeliveryError, SlackChannel, SlackMessage, SlackSender
from watcher_core.alerts.senders import REFUSALS
from watcher_core.alerts.slack import compose
from watcher_dagster.automation.slack import TIMEOUT_SECONDS, SlackResourceSender

MESSAGE = compose(header="h", headline="2 pipelines", context="now", lines=["• a <b>"], rest="", footer="f")


pytestmark = pytest.mark.usefixtures("refusals_left_open")


class LocalSlack(SlackResource):
    api: str

    def get_client(self) -> WebClient:
        return WebClient(self.token, base_url=f"{self.api}/")


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with slack_server() as server:
        yield server


def senders(slack: SlackServer, token: str = TOKEN) -> tuple[SlackSender, SlackSender]:
    """Ours, and dagster-slack's."""
    resource = LocalSlack(token=token, api=slack.api)
    return SlackChannel("#data", SecretStr(token), api=slack.api), SlackResourceSender(resource, "#data")


def test_it_posts_the_same(slack: SlackServer) -> None:
    ours, theirs = senders(slack)
    assert (ours.send(MESSAGE, thread=None), theirs.send(MESSAGE, thread=None)) == ("1.000100", "2.000100")
    assert slack.messages[0] == slack.messages[1]
    assert (ours.send(MESSAGE, thread="7.1"), theirs.send(MESSAGE, thread="7.1")) == ("7.1", "7.1")
    assert slack.messages[2] == slack.messages[3]
    ours.send(MESSAGE.plain(), thread=None)
    theirs.send(MESSAGE.plain(), thread=None)
    assert slack.messages[4] == slack.messages[5]


@pytest.mark.parametrize(
    "failure",
    [
        Failure(429, '{"ok": false, "error": "ratelimited"}', {"Retry-After": "17"}),
        Failure(429, '{"ok": false, "error": "ratelimited"}', {"retry-after": "0.2"}),
        Failure(429, '{"ok": false, "error": "ratelimited"}', {"Retry-After": "soon"}),
        Failure(429, '{"ok": false, "error": "ratelimited"}'),
        Failure(200, '{"ok": false, "error": "ratelimited"}', {"Retry-After": "9"}),
        Failure(200, '{"ok": false, "error": "channel_not_found"}'),
        Failure(200, '{"ok": false, "error": "<!channel> *bold*"}'),
        *(Failure(200, f'{{"ok": false, "error": "{code}"}}') for code in REFUSALS),
    ],
    ids=lambda failure: f"{failure.status} {failure.body} {failure.headers}",
)
def test_an_answer_comes_to_the_same(slack: SlackServer, failure: Failure) -> None:
    raised = []
    for sender in senders(slack):
        slack.fail(failure)
        with pytest.raises(DeliveryError) as error:
            sender.send(MESSAGE, thread=None)
        raised.append((str(error.value), error.value.retry_after, error.value.refused))
    assert raised[0] == raised[1]


@pytest.mark.parametrize("body", ["rollup_error", '{"ok": false, "error": "internal_error"}', ""])
def test_a_failure_of_slack_is_tried_again(slack: SlackServer, body: str) -> None:
    slack.fail(Failure(503, body))
    with pytest.raises(DeliveryError, match="Slack answers HTTP 503") as raised:
        senders(slack)[1].send(MESSAGE, thread=None)
    assert (raised.value.refused, raised.value.retry_after) == (False, None)


def test_a_wrong_token_is_not_shown(slack: SlackServer) -> None:
    with pytest.raises(DeliveryError, match="invalid_auth") as raised:
        senders(slack, token="xoxb-wrong-secret")[1].send(MESSAGE, thread=None)
    assert "secret" not in str(raised.value)


def test_a_slack_that_is_not_there(slack: SlackServer) -> None:
    slack.close()
    with pytest.raises(DeliveryError, match="Slack cannot be reached"):
        senders(slack)[1].send(MESSAGE, thread=None)


def test_a_slack_that_does_not_answer(slack: SlackServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("watcher_dagster.automation.slack.TIMEOUT_SECONDS", 0.2)
    slack.fail(Failure(hangs=True))
    with pytest.raises(DeliveryError, match=r"Slack does not answer within 0\.2 s"):
        senders(slack)[1].send(MESSAGE, thread=None)
    assert TIMEOUT_SECONDS == 10


def test_what_the_client_itself_refuses(slack: SlackServer, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise SlackRequestError("no")

    monkeypatch.setattr(WebClient, "chat_postMessage", refuse)
    with pytest.raises(DeliveryError, match="SlackRequestError"):
        senders(slack)[1].send(MESSAGE, thread=None)


def test_a_token_from_the_environment_is_read_when_it_is_used(
    slack: SlackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender = SlackResourceSender(LocalSlack(token=dg.EnvVar("A_TOKEN"), api=slack.api), "#data")
    with pytest.raises(DeliveryError, match="environment variable A_TOKEN is not set"):
        sender.send(SlackMessage("hello"), thread=None)
    monkeypatch.setenv("A_TOKEN", TOKEN)
    assert sender.send(SlackMessage("hello"), thread=None) == "1.000100"
