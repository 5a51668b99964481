"""An HTTP server on this host that behaves as Slack does: a webhook, and the Web API's chat.postMessage.

It enforces Slack's limits, keeps what it has taken, and fails as it is told to.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "xoxb-right"
WEBHOOK = "/services/T000/B000/secret"


@dataclass
class Failure:
    """How the server answers in place of taking a message."""

    status: int = 500
    body: str = "rollup_error"
    headers: dict[str, str] = field(default_factory=dict)
    takes_it: bool = False  # the message is taken, but the answer does not say so
    hangs: bool = False  # no answer until the server closes


class SlackServer:
    """What it has taken, and how it fails."""

    def __init__(self, port: int = 0) -> None:
        self.messages: list[dict[str, Any]] = []
        self.requests = 0
        self.failures: deque[Failure] = deque()
        self.down: Failure | None = None
        self.closing = threading.Event()
        self.lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._http.server_address[1])

    @property
    def webhook(self) -> str:
        return f"http://127.0.0.1:{self.port}{WEBHOOK}"

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.port}/api"

    @property
    def texts(self) -> list[str]:
        """The plain texts of all messages that were taken."""
        return [message["text"] for message in self.messages]

    @property
    def headers(self) -> list[str]:
        """The headers of all messages that were taken."""
        return [message["blocks"][0]["text"]["text"] for message in self.messages]

    def fail(self, *failures: Failure) -> None:
        """Answer the next requests so."""
        self.failures.extend(failures)

    def close(self) -> None:
        """Stop: whoever comes now is refused."""
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, answer, headers = server._answer(self.path, self.headers.get("Authorization"), body)
                if server.closing.is_set():
                    return
                self.send_response(status)
                for name, value in {"Content-Length": str(len(answer)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:
                pass

        return Handler

    def _answer(self, path: str, authorization: str | None, body: bytes) -> tuple[int, bytes, dict[str, str]]:
        with self.lock:
            self.requests += 1
            failure = self.failures.popleft() if self.failures else self.down
        if failure is not None:
            if failure.takes_it:
                self._take(json.loads(body))
            if failure.hangs:
                self.closing.wait()
            return failure.status, failure.body.encode(), failure.headers
        if path == WEBHOOK:
            return self._webhook(body)
        if path == "/api/chat.postMessage":
            return self._post_message(authorization, body)
        return 404, b"no_service", {}

    def _webhook(self, body: bytes) -> tuple[int, bytes, dict[str, str]]:
        try:
            message = json.loads(body)
        except ValueError:
            return 400, b"invalid_payload", {}
        problem = broken_limit(message)
        if problem:
            return 400, problem.encode(), {}
        self._take(message)
        return 200, b"ok", {}

    def _post_message(self, authorization: str | None, body: bytes) -> tuple[int, bytes, dict[str, str]]:
        message = json.loads(body)
        problem = "invalid_auth" if authorization != f"Bearer {TOKEN}" else broken_limit(message)
        if problem:
            return 200, json.dumps({"ok": False, "error": problem}).encode(), {}
        number = self._take(message)
        return 200, json.dumps({"ok": True, "ts": f"{number}.000100", "channel": message["channel"]}).encode(), {}

    def _take(self, message: dict[str, Any]) -> int:
        with self.lock:
            self.messages.append(message)
            return len(self.messages)


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
    server = SlackServer(port)
    try:
        yield server
    finally:
        if not server.closing.is_set():
            server.close()
