"""What delivers a message to one place in Slack: an incoming webhook, or a channel through a bot's token.

slack_sdk speaks HTTP, and is imported where a message is sent. It never waits and sends again by itself: backing off is
the outbox's business, which other destinations and a restart share.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from watcher_core.alerts.senders.exchange import (
    MAX_ANSWER,
    TIMEOUT_SECONDS,
    asked_wait,
    is_page,
    moved,
    open_request,
    require_address,
    wait_of,
)
from watcher_core.alerts.slack import SlackMessage, escape
from watcher_core.errors import DeliveryError

if TYPE_CHECKING:
    from urllib.request import Request

    from slack_sdk import WebClient

API = "https://slack.com/api"

# Answers that are about the message, not about the place: a plainer message may go through.
REFUSALS = (
    "cannot_reply_to_message",
    "invalid_blocks",
    "invalid_payload",
    "invalid_thread_ts",
    "msg_blocks_too_long",
    "msg_too_long",
    "thread_not_found",
)
RATE_LIMITED = ("ratelimited", "rate_limited")

# What to do about answers that are about the place. Slack's words for them are those of programs.
TOKEN_ADVICE = "the bot's token is not valid any more; set a new one"  # noqa: S105 - no token
CHANNEL_ADVICE = "the channel does not exist, or is private and the bot is not in it; invite the bot, or name another"
ARCHIVED_ADVICE = "the channel is archived; name another"
WEBHOOK_ADVICE = "the webhook was removed, or its address is wrong; make a new one, and set its address"
ADVICE = {
    "account_inactive": TOKEN_ADVICE,
    "action_prohibited": "an administrator of the workspace forbids it",
    "channel_is_archived": ARCHIVED_ADVICE,
    "channel_not_found": CHANNEL_ADVICE,
    "invalid_auth": TOKEN_ADVICE,
    "invalid_token": WEBHOOK_ADVICE,
    "is_archived": ARCHIVED_ADVICE,
    "missing_scope": "the bot's token needs the scope chat:write",
    "no_active_hooks": WEBHOOK_ADVICE,
    "no_service": WEBHOOK_ADVICE,
    "no_service_id": WEBHOOK_ADVICE,
    "no_team": WEBHOOK_ADVICE,
    "not_authed": TOKEN_ADVICE,
    "not_in_channel": "the bot is not in the channel; invite it",
    "team_disabled": WEBHOOK_ADVICE,
    "token_expired": TOKEN_ADVICE,
    "token_revoked": TOKEN_ADVICE,
}

# slack_sdk would log addresses, which are secrets.
_SILENT = logging.Logger("slack_sdk", logging.CRITICAL + 1)  # noqa: LOG001 - outside the tree: no handler gets it


class SlackWebhook:
    """An incoming webhook of Slack, which has no threads.

    Args:
        url: Its address, which is a secret.
        timeout: Seconds to wait for an answer.
    """

    def __init__(self, url: SecretStr, *, timeout: float = TIMEOUT_SECONDS) -> None:
        self._url = url
        self._timeout = timeout

    def send(self, message: SlackMessage, *, thread: str | None) -> None:  # noqa: ARG002 - of the protocol
        """Send a message; see `SlackSender`."""
        from http.client import HTTPException

        from slack_sdk.webhook import WebhookClient, WebhookResponse

        class Client(WebhookClient):
            def _perform_http_request_internal(self, url: str, req: Request) -> WebhookResponse:
                status, headers, body = open_request(req, self.timeout)
                return WebhookResponse(url=url, status_code=status, body=body, headers=headers)

        require_address(self._url)
        client = Client(
            self._url.get_secret_value(),
            timeout=self._timeout,  # type: ignore[arg-type]  # declared int; urllib takes fractions
            logger=_SILENT,
            retry_handlers=[],
        )
        try:
            answer = client.send_dict(message.as_json())
        except (OSError, HTTPException, ValueError) as error:
            raise unreachable(error, self._timeout) from _without_secret(error)
        if not 200 <= answer.status_code < 300:
            raise refusal(answer.status_code, answer.body, answer.headers)
        if (reason := _denied(answer.body)) is not None:
            raise refusal(answer.status_code, reason, answer.headers)


class SlackChannel:
    """A channel, reached with a bot's token. Recoveries answer in the thread of their alert.

    Args:
        channel: Its name or id.
        token: The token.
        api: Where Slack's Web API is.
        timeout: Seconds to wait for an answer.
    """

    def __init__(self, channel: str, token: SecretStr, *, api: str = API, timeout: float = TIMEOUT_SECONDS) -> None:
        self._channel = channel
        self._token = token
        self._api = api
        self._timeout = timeout

    def send(self, message: SlackMessage, *, thread: str | None) -> str | None:
        """Send a message; see `SlackSender`."""
        from slack_sdk import WebClient

        class Client(WebClient):
            def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:  # noqa: ARG002 - of slack_sdk
                status, headers, body = open_request(req, self.timeout)
                return {"status": status, "headers": headers, "body": body}

        require_address(SecretStr(self._api))
        client = Client(
            self._token.get_secret_value(),
            base_url=f"{self._api.rstrip('/')}/",
            timeout=self._timeout,  # type: ignore[arg-type]  # declared int; urllib takes fractions
            logger=_SILENT,
            retry_handlers=[],
        )
        return self.post(client, self._channel, message, thread=thread)

    @staticmethod
    def post(client: WebClient, channel: str, message: SlackMessage, *, thread: str | None) -> str | None:
        """Post a message with a client of slack_sdk, whoever made it.

        Args:
            client: The client.
            channel: The channel's name or id.
            message: The message.
            thread: The thread to answer in.

        Returns:
            The thread in which this message is answered.

        Raises:
            DeliveryError: The message could not be delivered.
        """
        from http.client import HTTPException

        from slack_sdk.errors import SlackApiError, SlackClientError

        options: dict[str, Any] = {"channel": channel, "parse": "none", "link_names": False, "thread_ts": thread}
        try:
            answer = client.chat_postMessage(**message.as_json(), **options)
        except SlackApiError as error:
            response: Any = error.response
            body = response.data if isinstance(response.data, dict) else {}
            if 200 <= response.status_code < 300 and body.get("ok"):  # to slack_sdk only 200 is a success
                return thread or body.get("ts")
            raise refusal(response.status_code, str(body.get("error")), response.headers) from _without_secret(error)
        except (OSError, HTTPException, ValueError, SlackClientError) as error:
            raise unreachable(error, client.timeout) from _without_secret(error)
        posted: str | None = answer.get("ts")
        return thread or posted


def _denied(body: str) -> str | None:
    """Return why a webhook has not taken a message, though it answers with a success; `None` where it has taken it.

    What takes Slack's messages answers `ok`, or JSON of its own; a login page, or that of a proxy, takes nothing.
    """
    if is_page(body):
        return "a page of HTML, which is not Slack's"
    try:
        answer = json.loads(body)
    except ValueError:
        return None
    if isinstance(answer, dict) and (answer.get("ok") is False or answer.get("success") is False):
        return str(answer.get("error") or "it was not taken")
    return None


def refusal(status: int, answer: str, headers: Mapping[str, Any]) -> DeliveryError:
    """Make the error for an answer of Slack that is not "ok".

    Args:
        status: Of the HTTP answer.
        answer: Slack's word for what is wrong.
        headers: Of the HTTP answer.
    """
    if status == 429:
        wait = wait_of(headers)
        return DeliveryError(f"Slack asks to wait for {wait:.0f} s", retry_after=wait)
    if redirect := moved("Slack", status, headers):
        return redirect
    advice = ADVICE.get(answer.strip())
    return DeliveryError(
        f"Slack answers HTTP {status}: {escape(answer, limit=MAX_ANSWER) or 'nothing'}"
        + (f" ({advice})" if advice else ""),
        refused=answer.strip().startswith(REFUSALS),
        retry_after=wait_of(headers) if answer in RATE_LIMITED else asked_wait(headers),
    )


def unreachable(error: Exception, timeout: float) -> DeliveryError:
    """Make the error for a message that got no answer.

    Args:
        error: What was raised; its text may hold an address and is not shown.
        timeout: Seconds that the answer was waited for.
    """
    from urllib.error import URLError

    from slack_sdk.errors import SlackClientError

    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, TimeoutError):
        return DeliveryError(f"Slack does not answer within {timeout:g} s")
    if isinstance(error, SlackClientError):
        return DeliveryError(f"slack_sdk cannot send the message: {type(error).__name__}")
    return DeliveryError(f"Slack cannot be reached: {reason if isinstance(error, URLError) else type(error).__name__}")


def _without_secret(error: Exception) -> Exception | None:
    """Return an error as a cause that may be logged: slack_sdk's hold the address or the token."""
    return error if isinstance(error, OSError) else None
