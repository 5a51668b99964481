"""A pooler that is restarted in the middle of its answer to a COMMIT: it is done, and looks failed."""

from __future__ import annotations

import datetime as dt
import logging
import re
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest
import sqlalchemy as sa

from tests.factories import record, unique
from tests.tcp_proxy import TcpProxy
from watcher_core import DatabaseUnavailableError, ExecutionState, Settings, Watcher

LOGICAL_DATE = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)  # with it, the end of an execution is a BEGIN … COMMIT


def message(kind: bytes, body: bytes) -> bytes:
    """As PostgreSQL's protocol frames it: the length counts itself."""
    return kind + struct.pack("!I", len(body) + 4) + body


COMMITTED = message(b"C", b"COMMIT\0")
BROKEN = "received 2 results|pgbouncer is shutting down"  # what psycopg 3.3 says of both, and 3.2
SHUTTING_DOWN = message(b"E", b"SFATAL\0C08P01\0Mpgbouncer is shutting down\0\0")


class Pooler(TcpProxy):
    """Passes bytes on until it is told to break the next COMMIT: the client sees its answer, and then a shutdown."""

    def __init__(self, server: tuple[str, int]) -> None:
        self.breaks_next_commit = threading.Event()
        super().__init__(server)

    def ask(self, client: socket.socket, server: socket.socket) -> None:
        super().ask(client, server)
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)

    def answer(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(65536):
                if COMMITTED in data and self.breaks_next_commit.is_set():
                    self.breaks_next_commit.clear()
                    until = data.index(COMMITTED) + len(COMMITTED)  # without ReadyForQuery
                    client.sendall(data[:until] + SHUTTING_DOWN)
                    client.shutdown(socket.SHUT_RDWR)
                    return
                client.sendall(data)


@pytest.fixture
def pooler(server_url: sa.URL) -> Iterator[Pooler]:
    pooler = Pooler((server_url.host or "127.0.0.1", server_url.port or 5432))
    yield pooler
    pooler.close()


@pytest.fixture
def pooled(module_database_url: str, pooler: Pooler) -> Iterator[Watcher]:
    url = sa.make_url(module_database_url).set(host="127.0.0.1", port=pooler.port)
    with Watcher(url.render_as_string(hide_password=False), settings=Settings()) as watcher:
        watcher.pipelines()  # connects, and looks at the schema's version
        yield watcher


def test_a_commit_whose_answer_is_broken_says_that_the_database_is_away(pooled: Watcher, pooler: Pooler) -> None:
    name = unique("pipeline")
    written = record(name, unique("run"))
    pooler.breaks_next_commit.set()
    with pytest.raises(DatabaseUnavailableError, match=BROKEN):
        pooled.record([written])
    pooled.record([written])  # as the caller does who is told that it may be tried again
    assert len(pooled.executions(pipeline=name)) == 1


@pytest.mark.parametrize("when", ["at the start", "at the end"])
def test_a_block_is_one_execution_where_its_commit_looks_failed(
    pooled: Watcher, pooler: Pooler, caplog: pytest.LogCaptureFixture, when: str
) -> None:
    name = unique("pipeline")
    if when == "at the start":
        pooler.breaks_next_commit.set()
    with pooled.track(name, logical_date=LOGICAL_DATE, next_watermark="2") as execution:
        execution.record(inserts=5)
        if when == "at the end":
            pooler.breaks_next_commit.set()
    assert not pooler.breaks_next_commit.is_set(), "a COMMIT was broken"
    assert any(re.search(BROKEN, logged.getMessage()) for logged in caplog.records)
    assert [logged.getMessage() for logged in caplog.records if logged.levelno >= logging.ERROR] == []
    with pooled.track(f"{name}/later"):  # sends what waits
        pass
    assert pooled.spooled() == 0
    [found] = pooled.executions(pipeline=name)
    assert (found.state, found.inserts, found.next_watermark) == (ExecutionState.SUCCEEDED, 5, "2")
    assert pooled.pipeline(name).watermark == "2"
