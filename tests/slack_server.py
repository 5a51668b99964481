"""An HTTP server on this host that behaves as Slack does: a webhook, and the Web API's chat.postMessage.

It enforces Slack's limits, keeps what it has taken, and fails as it is told to.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.http_server import Answer, Failure, HttpServer, Request, running

__all__ = ["TOKEN", "WEBHOOK", "Failure", "SlackServer", "broken_limit", "slack_server"]

TOKEN = "xoxb-right"
WEBHOOK = "/services/T000/B000/secret"


class SlackServer(HttpServer):
    """What it has taken, and how it fails."""

    def __init__(self, port: int = 0) -> None:
        self.messages: list[dict[str, Any]] = []
        super().__init__(port)

    @property
    def webhook(self) -> str:
        return f"{self.url}{WEBHOOK}"

    @property
    def api(self) -> str:
        return f"{self.url}/api"

    @property
    def texts(self) -> list[str]:
        """The plain texts of all messages that were taken."""
        return [message["text"] for message in self.messages]

    @property
    def headers(self) -> list[str]:
        """The headers of all messages that were taken."""
        return [message["blocks"][0]["text"]["text"] for message in self.messages]

    def answer(self, request: Request) -> Answer:
        if request.path == WEBHOOK:
            return self._webhook(request)
        if request.path == "/api/chat.postMessage":
            return self._post_message(request)
        return 404, b"no_service", {}

    def take(self, request: Request) -> None:
        with self.lock:
            self.messages.append(request.json)

    def _webhook(self, request: Request) -> Answer:
        try:
            message = request.json
        except ValueError:
            return 400, b"invalid_payload", {}
        problem = broken_limit(message)
        if problem:
            return 400, problem.encode(), {}
        self.take(request)
        return 200, b"ok", {}

    def _post_message(self, request: Request) -> Answer:
        message = request.json
        is_known = request.headers.get("Authorization") == f"Bearer {TOKEN}"
        problem = broken_limit(message) if is_known else "invalid_auth"
        if problem:
            return 200, json.dumps({"ok": False, "error": problem}).encode(), {}
        with self.lock:
            self.messages.append(message)
            number = len(self.messages)
        return 200, json.dumps({"ok": True, "ts": f"{number}.000100", "channel": message["channel"]}).encode(), {}


def broken_limit(message: dict[str, Any]) -> str | None:
    """The error that Slack gives for a message beyond its limits."""
    text = message.get("text")
    if not text:
        return "no_text"
    if len(text) > 40_000:
        return "msg_too_long"
    blocks = message.get("blocks", [])
    if len(blocks) > 50 or not all(_fits(block) for block in blocks):
        return "invalid_blocks"
    return None


def _fits(block: dict[str, Any]) -> bool:
    if block["type"] == "header":
        return block["text"]["type"] == "plain_text" and 1 <= len(block["text"]["text"]) <= 150
    if block["type"] == "section":
        return block["text"]["type"] == "mrkdwn" and 1 <= len(block["text"]["text"]) <= 3_000
    return block["type"] == "context" and 1 <= len(block["elements"]) <= 10


@contextmanager
def slack_server(port: int = 0) -> Iterator[SlackServer]:
    """Run a server."""
    with running(SlackServer(port)) as server:
        yield server
