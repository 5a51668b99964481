"""The HTTP API, beside a bare server that sends the same statements: `benchmarks.bare_server`.

Both are a process of Uvicorn on the same PostgreSQL; 8 clients on plain sockets send to one and to the other in turns.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.harness import Bench, Result, percentile

NAME = "http"
CLIENTS = 8
LEAST_SHARE = 0.8
MOST_TIMES_MEDIAN = 5
MOST_TIMES_COPY = 3
MOST_MEGABYTES = 150
BATCH = 10_000

COLUMNS = ("pipeline_id", "source", "external_id", "state", "start_date", "end_date", "full_load", "total_rows")


class Client:
    """One client that keeps its connection: it costs a tenth of what a library does, which both servers would share."""

    def __init__(self, port: int, *, headers: str = "") -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._head = f" HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n{headers}"

    def send(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        """Send a request; return the status and the body."""
        head = f"{method} {path}{self._head}Content-Length: {len(body)}\r\n\r\n"
        self._socket.sendall(head.encode() + body)
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._more()
        headers, _, content = received.partition(b"\r\n\r\n")
        lowered = headers.lower()
        expected = int(lowered.split(b"content-length:")[1].split(b"\r\n")[0]) if b"content-length:" in lowered else 0
        while len(content) < expected:
            content += self._more()
        return int(headers[9:12]), content

    def _more(self) -> bytes:
        found = self._socket.recv(65536)
        if not found:
            raise ConnectionError("the server has closed the connection")
        return found


def run(bench: Bench) -> Iterator[Result]:
    """Measure pairs, pings, a batch, and the server's memory."""
    url = bench.new_database()
    with bench.watcher(url) as watcher:
        pipelines = [watcher.get_or_create_pipeline(f"pipeline_{number}").id for number in range(CLIENTS)]
    ours = [sys.executable, "-m", "watcher_core", "serve", "--connections", str(CLIENTS)]
    bare = [sys.executable, "-m", "uvicorn", "benchmarks.bare_server:app", "--no-access-log", "--log-level", "warning"]
    # As where Logfire is not installed: its plugin takes part in each validation.
    environment = {"WATCHER_DATABASE_URL": url, "DATABASE": url, "PYDANTIC_DISABLE_PLUGINS": "logfire-plugin"}
    with running(ours, environment) as (process, port), running(bare, environment) as (_, bare_port):
        sides = {"ours": port, "raw": bare_port}
        calls = bench.choose(full=600, quick=150)
        yield from _judged("start and end, 8 clients", "pairs/s", in_turns(bench, sides, calls, _pair, pipelines))
        yield from _judged("ping, 8 clients", "pings/s", in_turns(bench, sides, calls, _ping, pipelines))
        yield _batch(bench, url, port)
        megabytes = _megabytes(process)
    yield Result(
        case=NAME,
        what="memory of the server",
        size="after all of these",
        figure=megabytes,
        unit="MB",
        goal=f"below {MOST_MEGABYTES} MB",
        met=megabytes < MOST_MEGABYTES,
    )


def _pair(client: Client, pipeline_id: int) -> None:
    body = {"pipeline_id": pipeline_id, "start_date": dt.datetime.now(dt.UTC).isoformat(), "next_watermark": None}
    status, content = client.send("POST", "/start_pipeline_execution", json.dumps(body).encode())
    assert status == 201, content
    end = {
        "id": json.loads(content)["id"],
        "end_date": dt.datetime.now(dt.UTC).isoformat(),
        "completed_successfully": True,
        "inserts": 3,
        "total_rows": 3,
    }
    status, content = client.send("POST", "/end_pipeline_execution", json.dumps(end).encode())
    assert status == 204, content


def _ping(client: Client, pipeline_id: int) -> None:
    status, content = client.send("GET", f"/ping/pipeline_{pipeline_id - 1}")
    assert status == 200, content


def in_turns(
    bench: Bench, sides: dict[str, int], calls: int, call: Callable[[Client, int], None], pipelines: list[int]
) -> dict[str, list[tuple[float, list[float]]]]:
    """Let 8 clients call one server and the other; return calls a second and the seconds of each, by side and round."""
    found: dict[str, list[tuple[float, list[float]]]] = {side: [] for side in sides}
    for port in sides.values():
        _round(port, 30, call, pipelines)  # warm up
    for _ in range(bench.choose(full=6, quick=3)):
        for side, port in sides.items():
            found[side].append(_round(port, calls // CLIENTS, call, pipelines))
    return found


def _round(
    port: int, calls: int, call: Callable[[Client, int], None], pipelines: list[int]
) -> tuple[float, list[float]]:
    """Let 8 clients call; return calls a second, and the seconds of each."""
    seconds: list[float] = []

    def work(pipeline_id: int) -> None:
        client = Client(port)
        for _ in range(calls):
            began = time.perf_counter()
            call(client, pipeline_id)
            seconds.append(time.perf_counter() - began)

    threads = [threading.Thread(target=work, args=(pipeline_id,)) for pipeline_id in pipelines]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seconds) == calls * len(pipelines), "requests were dropped"
    return len(seconds) / (time.perf_counter() - began), seconds


def _judged(what: str, unit: str, found: dict[str, list[tuple[float, list[float]]]]) -> Iterator[Result]:
    ours, raw = (sorted(rate for rate, _ in found[side])[len(found[side]) // 2] for side in ("ours", "raw"))
    yield Result(
        case=NAME,
        what=what,
        size="in turns",
        figure=ours,
        unit=unit,
        raw=raw,
        raw_is="bare Starlette, same statements",
        goal=f"at least {LEAST_SHARE:.0%} of raw",
        met=ours >= LEAST_SHARE * raw,
    )
    seconds = [second for _, each in found["ours"] for second in each]
    p50, p99 = percentile(seconds, 50), percentile(seconds, 99)
    yield Result(
        case=NAME,
        what=f"p99 of {what}",
        size=f"{len(seconds):,} calls, none dropped",
        figure=1000 * p99,
        unit="ms",
        raw=1000 * p50,
        raw_is="its p50",
        goal=f"below {MOST_TIMES_MEDIAN} × p50",
        met=p99 < MOST_TIMES_MEDIAN * p50,
    )


def _batch(bench: Bench, url: str, port: int) -> Result:
    client = Client(port)
    ours, raw = [], []
    for _ in range(bench.choose(full=5, quick=1)):
        now = dt.datetime.now(dt.UTC)
        identities = [str(uuid.uuid4()) for _ in range(BATCH)]
        rows = [
            {
                "pipeline_name": "batch",
                "external_id": identity,
                "state": "succeeded",
                "start_date": now.isoformat(),
                "end_date": now.isoformat(),
                "total_rows": 3,
            }
            for identity in identities
        ]
        body = json.dumps({"executions": rows}).encode()
        began = time.perf_counter()
        status, content = client.send("POST", "/execution/batch", body)
        ours.append(time.perf_counter() - began)
        assert status == 200, content
        began = time.perf_counter()
        with psycopg.connect(url) as connection, connection.cursor() as cursor:
            with cursor.copy(f"COPY watcher.pipeline_execution ({', '.join(COLUMNS)}) FROM STDIN") as copy:
                for identity in identities:
                    copy.write_row((1, "http", f"copy/{identity}", "succeeded", now, now, False, 3))
            connection.commit()
            raw.append(time.perf_counter() - began)
    figure, least = sorted(ours)[len(ours) // 2], sorted(raw)[len(raw) // 2]
    return Result(
        case=NAME,
        what="batch",
        size=f"{BATCH:,} executions",
        figure=1000 * figure,
        unit="ms",
        raw=1000 * least,
        raw_is="COPY of the rows",
        goal=f"at most {MOST_TIMES_COPY} × raw",
        met=figure <= MOST_TIMES_COPY * least,
    )


def _megabytes(process: subprocess.Popen[bytes]) -> float:
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1000


@contextmanager
def running(command: list[str], environment: dict[str, str]) -> Iterator[tuple[subprocess.Popen[Any], int]]:
    """Run a server; yield its process and its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [*command, "--port", str(port)], env={**os.environ, **environment}, stderr=subprocess.PIPE
    )
    try:
        _wait(process, port)
        yield process, port
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


def _wait(process: subprocess.Popen[Any], port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
