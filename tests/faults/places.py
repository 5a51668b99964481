"""A server on this host that stands for Slack and for the service that waits for heartbeats."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from tests.http_server import Answer, HttpServer, Request, running
from tests.slack_server import broken_limit

HEALTH = "health"


@dataclass(frozen=True)
class Message:
    """What arrived at one place, and when."""

    place: str
    at: float
    content: dict[str, Any]

    @property
    def title(self) -> str:
        """Its first line."""
        return str(self.content["text"]).splitlines()[0]

    @property
    def text(self) -> str:
        """All of it, as plain text."""
        return str(self.content["text"])

    @property
    def is_recovery(self) -> bool:
        return self.title.startswith(("✅", "⚪"))


class Places(HttpServer):
    """Keeps the messages that arrive at the path of a place, and the heartbeats.

    Args:
        log: Where the messages are written, to be read where a case fails.
    """

    def __init__(self, log: Path) -> None:
        self.log = log
        self.messages: list[Message] = []
        self.heartbeats: list[tuple[str, float]] = []
        self.refused: set[str] = set()  # places that answer with an error
        super().__init__()

    def place(self, name: str) -> str:
        """The webhook of a place."""
        return f"{self.url}/services/{quote(name, safe='')}"

    def answer(self, request: Request) -> Answer:
        name = unquote(request.path.rpartition("/")[2])
        if name in self.refused:
            return 500, b"internal_error", {}
        message = request.json
        problem = broken_limit(message)
        if problem:
            return 400, problem.encode(), {}
        with self.lock:
            self.messages.append(Message(name, time.time(), message))
            with self.log.open("a") as file:
                file.write(f"{time.strftime('%H:%M:%S')} {name}: {message['text']}\n")
        return 200, b"ok", {}

    def answer_get(self, path: str) -> Answer:
        with self.lock:
            self.heartbeats.append((path.rpartition("/")[2], time.time()))
        return 200, b"ok", {}


@contextmanager
def places(log: Path) -> Iterator[Places]:
    """Run a server."""
    with running(Places(log)) as server:
        yield server
