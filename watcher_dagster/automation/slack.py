"""Alerts through dagster-slack's `SlackResource`: a bot's token, a channel, and recoveries in the thread.

slack_sdk and dagster-slack are imported where a message is sent, and not before: a step of Dagster sends none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import dagster as dg

from watcher_core import DeliveryError, SlackChannel, SlackMessage

if TYPE_CHECKING:
    from dagster_slack import SlackResource
    from slack_sdk import WebClient
    from slack_sdk.errors import SlackApiError

# A delivery has half a minute, and the client by itself would take all of it for one message.
TIMEOUT_SECONDS: Final = 10


class SlackResourceSender:
    """Sends messages to a channel with the client of a `SlackResource`.

    Args:
        slack: The resource, as it stands in the definitions; its token may be an `EnvVar` that is not set yet.
        channel: The channel's name or id.
    """

    def __init__(self, slack: SlackResource, channel: str) -> None:
        self._slack = slack
        self._channel = channel

    def send(self, message: SlackMessage, *, thread: str | None) -> str | None:
        """Send a message; see `watcher_core.SlackSender`."""
        import http.client
        import urllib.error

        from slack_sdk.errors import SlackApiError, SlackClientError

        client = self._client()
        body: dict[str, Any] = {"channel": self._channel, "parse": "none", "link_names": False, "thread_ts": thread}
        try:
            answer = client.chat_postMessage(**message.as_json(), **body)
        except SlackApiError as error:
            raise _failure(error) from error
        except SlackClientError as error:
            raise DeliveryError(f"slack_sdk cannot send the message: {type(error).__name__}") from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            reason = error.reason if isinstance(error, urllib.error.URLError) else error
            if isinstance(reason, TimeoutError):
                raise DeliveryError(f"Slack does not answer within {client.timeout:g} s") from error
            told = reason if isinstance(error, urllib.error.URLError) else type(error).__name__
            raise DeliveryError(f"Slack cannot be reached: {told}") from error
        posted: str | None = answer.get("ts")
        return thread or posted

    def _client(self) -> WebClient:
        try:
            client: WebClient = self._slack.process_config_and_initialize().get_client()
        except dg.DagsterError as error:
            # Of the configuration, which holds a token, nothing is shown but the variable that is missing.
            token = _declared_token(self._slack)
            reason = (
                f"environment variable {token.env_var_name} is not set"
                if isinstance(token, dg.EnvVar)
                else "its configuration is refused"
            )
            raise DeliveryError(f"the SlackResource cannot be used: {reason}") from error
        client.timeout = min(client.timeout, TIMEOUT_SECONDS)
        return client


def _declared_token(slack: SlackResource) -> object:
    """The token before it is resolved, which pydantic keeps as it was passed."""
    return vars(slack).get("token")


def _failure(error: SlackApiError) -> DeliveryError:
    """What the core makes of the same answer, whoever posts."""
    response: Any = error.response
    said = response.data if isinstance(response.data, dict) else {}
    return SlackChannel.failure(response.status_code, said.get("error"), retry_after=_seconds(response.headers))


def _seconds(headers: Any) -> float | None:
    found = {str(name).lower(): value for name, value in dict(headers or {}).items()}.get("retry-after")
    try:
        return max(0.0, float(found)) if found is not None else None
    except ValueError:
        return None
