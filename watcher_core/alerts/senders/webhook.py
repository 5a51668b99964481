"""A webhook of somebody's own: it gets the alerts as JSON, signed so that it can tell who sent them.

The header `Watcher-Signature` is `t=SECONDS,v1=HEX`: the time of sending in seconds since 1970, and the HMAC-SHA256 of
that number, a dot and the body, with the secret as key. Who checks both refuses what is forged, and what is replayed.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time

from pydantic import SecretStr

from watcher_core.alerts import formats
from watcher_core.alerts.senders.exchange import TIMEOUT_SECONDS, require_address
from watcher_core.alerts.senders.http import post_json
from watcher_core.alerts.slack import SlackMessage

SIGNATURE = "Watcher-Signature"
EVENT = "Watcher-Event"


class JsonWebhook:
    """A webhook that takes alerts as JSON.

    Args:
        url: Its address, which may hold a secret.
        secret: What messages are signed with; without one they are not signed.
        timeout: Seconds to wait for an answer.
    """

    def __init__(self, url: SecretStr, *, secret: SecretStr | None = None, timeout: float = TIMEOUT_SECONDS) -> None:
        self._url = url
        self._secret = secret
        self._timeout = timeout

    def send(self, message: SlackMessage, *, thread: str | None) -> None:  # noqa: ARG002 - of the protocol
        """Send a message; see `SlackSender`."""
        require_address(self._url)
        about = {} if message.notification is None else message.notification.as_json()
        body = json.dumps({**about, "text": formats.as_text(message.text)}, ensure_ascii=False).encode()
        headers = {EVENT: str(about.get("event", "message"))}
        if self._secret is not None:
            headers[SIGNATURE] = signature(body, self._secret, at=int(time.time()))
        post_json(self._url, body, place="the webhook", headers=headers, timeout=self._timeout)


def signature(body: bytes, secret: SecretStr, *, at: int) -> str:
    """Sign a body as it is sent at a time, in seconds since 1970."""
    key = secret.get_secret_value().encode()
    return f"t={at},v1={hmac.new(key, f'{at}.'.encode() + body, hashlib.sha256).hexdigest()}"
