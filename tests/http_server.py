"""An HTTP server on this host that keeps what it has taken, and fails as a test wants it to."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar

Answer = tuple[int, bytes, dict[str, str]]

DRIPS = "X-Drips"


@dataclass
class Failure:
    """How the server answers in place of taking a message."""

    status: int = 500
    body: str = "rollup_error"
    headers: dict[str, str] = field(default_factory=dict)
    takes_it: bool = False  # the message is taken, but the answer does not say so
    hangs: bool = False  # no answer until the server closes
    drips: bool = False  # an answer of four seconds, of which a byte comes now and then


@dataclass(frozen=True)
class Request:
    """One request; `headers` ignore case."""

    path: str
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class HttpServer:
    """What it has taken, and how it fails."""

    def __init__(self, port: int = 0) -> None:
        self.taken: list[Request] = []
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
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def fail(self, *failures: Failure) -> None:
        """Answer the next requests so."""
        self.failures.extend(failures)

    def close(self) -> None:
        """Stop: whoever comes now is refused."""
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def answer(self, request: Request) -> Answer:
        """What the server says to a request when it does not fail; this one takes everything."""
        self.take(request)
        return 202, b"{}", {"Watcher-Version": "0"}

    def answer_get(self, _path: str) -> Answer:
        """What the server says to a request that only reads."""
        return 404, b"", {}

    def take(self, request: Request) -> None:
        with self.lock:
            self.taken.append(request)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(length := int(self.headers["Content-Length"]))
                if len(body) < length:  # its sender was killed meanwhile: no server takes half of a request
                    return
                self._reply(*server._answer(Request(self.path, self.headers, body)))

            def do_GET(self) -> None:
                self._reply(*server.answer_get(self.path))

            def _reply(self, status: int, answer: bytes, headers: dict[str, str]) -> None:
                if server.closing.is_set():
                    return
                self.send_response(status)
                for name, value in {"Content-Length": str(len(answer)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer)
                if DRIPS in headers:
                    with suppress(OSError):  # who waits for it has gone
                        for _ in range(200):
                            server.closing.wait(0.02)
                            self.wfile.write(b" ")

            def log_message(self, *_: Any) -> None:
                pass

        return Handler

    def _answer(self, request: Request) -> Answer:
        with self.lock:
            self.requests += 1
            failure = self.failures.popleft() if self.failures else self.down
        if failure is None:
            return self.answer(request)
        if failure.takes_it:
            self.take(request)
        if failure.hangs:
            self.closing.wait()
        if failure.drips:
            return failure.status, b"", {"Content-Length": "200", DRIPS: "yes"}
        return failure.status, failure.body.encode(), failure.headers


Server = TypeVar("Server", bound=HttpServer)


@contextmanager
def http_server(port: int = 0) -> Iterator[HttpServer]:
    """Run a server that takes everything."""
    with running(HttpServer(port)) as server:
        yield server


@contextmanager
def running(server: Server) -> Iterator[Server]:
    """Close a server at the end."""
    try:
        yield server
    finally:
        if not server.closing.is_set():
            server.close()
