"""Alerts through dagster-slack's `SlackResource`: a bot's token, a channel, and recoveries in the thread.

slack_sdk and dagster-slack are imported where a message is sent: a Dagster step sends none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import dagster as dg

from watcher_core import DeliveryError, SlackChannel, SlackMessage

if TYPE_CHECKING:
    from dagster_slack import SlackResource
    from slack_sdk import WebClient

# A delivery has half a minute; the client alone would wait that long for one message.
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
        return SlackChannel.post(self._client(), self._channel, message, thread=thread)

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
        client.retry_handlers = []  # they sleep; backing off is the outbox's business
        return client


def _declared_token(slack: SlackResource) -> object:
    """The token before it is resolved, which pydantic keeps as it was passed."""
    return vars(slack).get("token")
