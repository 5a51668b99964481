"""Clients of `watcher serve` that send too little, too much, too slowly, or no HTTP, over real sockets."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import httpx
import pytest

from watcher_core import Watcher

# So many files the server may have open, its connections to PostgreSQL among them; so many connections a test opens.
OPEN_FILES = 100
IDLE = 200

# Seconds, of the server for a request, and of a test for what should come after that.
TIMEOUT = 1
PATIENCE = 60

LINE = b"GET /health/live HTTP/1.1\r\nHost: x\r\n"

Connect = Callable[[], socket.socket]


@pytest.fixture(scope="module")
def port(module_watcher: Watcher, module_database_url: str) -> Iterator[int]:
    """A server that has little room and little patience."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
    command = [sys.executable, "-m", "watcher_core", "serve", "--port", str(number), "--timeout", str(TIMEOUT)]
    process = subprocess.Popen(
        ["bash", "-c", f'ulimit -n {OPEN_FILES}; exec "$@"', "bash", *command],
        env={**os.environ, "WATCHER_DATABASE_URL": module_database_url},
        stderr=subprocess.PIPE,
        text=True,
    )
    with httpx.Client(transport=httpx.HTTPTransport(retries=10), timeout=PATIENCE) as client:
        assert client.get(f"http://127.0.0.1:{number}/health/live").status_code == 200
    yield number
    process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=PATIENCE)
    assert "Traceback" not in log


@pytest.fixture
def connect(port: int) -> Iterator[Connect]:
    """Opens connections, which are closed at the end."""
    opened: list[socket.socket] = []

    def one() -> socket.socket:
        opened.append(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE))
        return opened[-1]

    yield one
    for connection in opened:
        connection.close()


def read(connection: socket.socket) -> bytes:
    """All that comes until the server closes the connection."""
    found = b""
    try:
        while part := connection.recv(65536):
            found += part
    except ConnectionResetError:
        pass
    return found


def drip(connection: socket.socket, part: bytes) -> bytes:
    """Send the same again and again, until the server closes the connection; return what it has answered."""
    connection.settimeout(0.05)
    found = b""
    for _ in range(int(PATIENCE / 0.05)):
        try:
            connection.sendall(part)
            answer = connection.recv(65536)
        except TimeoutError:
            continue
        except OSError:
            return found
        if not answer:
            return found
        found += answer
    raise AssertionError("the server goes on to read")


def error_of(answer: bytes) -> dict[str, object]:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"connection: close" in head.lower()
    error: dict[str, object] = json.loads(body)
    assert error.keys() == {"detail", "message", "code", "details"}
    return error


def test_connections_on_which_nothing_comes_keep_nobody_out(port: int, connect: Connect) -> None:
    """Nor do those that have sent half of their headers; they make room, the oldest first."""
    for number in range(IDLE):
        connection = connect()
        if number % 2:
            connection.sendall(LINE)
    with httpx.Client(timeout=PATIENCE) as client:
        for _ in range(3):
            assert client.get(f"http://127.0.0.1:{port}/health/ready").status_code == 200


def test_a_connection_that_is_silent_is_closed(connect: Connect) -> None:
    assert read(connect()) == b""


@pytest.mark.parametrize("begun", [LINE + b"X: ", b"\r", LINE + b"\r\n" + LINE + b"X: "], ids=range(3))
def test_headers_that_come_slowly_are_not_waited_for(connect: Connect, begun: bytes) -> None:
    connection = connect()
    connection.sendall(begun)
    answer = drip(connection, b"\r\n" if begun == b"\r" else b"a")
    assert error_of(answer[answer.rindex(b"HTTP/1.1 ") :])["code"] == "timeout"


@pytest.mark.parametrize("more", [b"X: " + b"a" * 2_000_000, b"X: a\r\n" * 400_000], ids=["one", "many"])
def test_headers_are_no_way_around_the_limit_of_a_body(connect: Connect, more: bytes) -> None:
    connection = connect()
    connection.sendall(LINE)
    answer = drip(connection, more[:200_000])
    assert answer == b"" or error_of(answer)["code"] == "headers_too_large"


def test_many_headers_of_a_usual_size_are_read(connect: Connect) -> None:
    connection = connect()
    connection.sendall(
        LINE + b"".join(b"X-%d: a\r\n" % number for number in range(1_000)) + b"Connection: close\r\n\r\n"
    )
    assert read(connection).startswith(b"HTTP/1.1 200 ")


def test_what_follows_an_early_answer_is_not_read_for_ever(connect: Connect) -> None:
    connection = connect()
    connection.sendall(b"POST /pipeline HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n")
    answer = drip(connection, b" " * 1000)
    assert answer.startswith(b"HTTP/1.1 401 ")


def test_clients_that_read_no_answers_keep_nobody_out(port: int, connect: Connect) -> None:
    for _ in range(OPEN_FILES):
        with suppress(OSError):  # it is closed where all are busy
            connect().sendall(b"GET /assets/scalar.js HTTP/1.1\r\nHost: x\r\n\r\n")
    deadline = time.monotonic() + PATIENCE
    status = 0
    while status != 200:
        assert time.monotonic() < deadline
        with suppress(httpx.HTTPError):
            status = httpx.get(f"http://127.0.0.1:{port}/health/live", timeout=PATIENCE).status_code


def test_a_client_that_sends_several_requests_and_goes_away_is_no_error(port: int, connect: Connect) -> None:
    """The log of the server is looked through at the end: none of them writes to what is closed."""
    for _ in range(5):
        connection = connect()
        connection.sendall(b"GET /ui/login HTTP/1.1\r\nHost: x\r\n\r\n" * 50)
        connection.close()
    with httpx.Client(timeout=PATIENCE) as client:
        assert client.get(f"http://127.0.0.1:{port}/health/live").status_code == 200


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
    ],
    ids=["TLS", "HTTP/2", "a negative length", "two lengths"],
)
def test_what_is_no_http_is_answered_as_any_error(connect: Connect, sent: bytes) -> None:
    connection = connect()
    connection.sendall(sent)
    assert "Send HTTP/1.1" in str(error_of(read(connection))["message"])
