"""The server's threads."""

from __future__ import annotations

import asyncio
import threading

import psycopg._queries  # its limit has no public name
import pytest

from watcher_core.recording import executions, pings
from watcher_core.server.workers import Workers


def test_no_more_run_at_a_time_than_there_are_threads() -> None:
    workers = Workers(3)
    together = threading.Barrier(3)
    lock = threading.Lock()
    running, most = 0, 0

    def job() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        together.wait(timeout=30)
        with lock:
            running -= 1

    async def run() -> None:
        await asyncio.gather(*(workers.run(job) for _ in range(9)))

    asyncio.run(run())
    workers.close()
    assert most == 3


def test_an_error_reaches_the_caller() -> None:
    workers = Workers(1)
    with pytest.raises(ZeroDivisionError):
        asyncio.run(workers.run(lambda: 1 / 0))
    assert asyncio.run(workers.run(lambda: 1)) == 1
    workers.close()


def test_what_nobody_waits_for_any_more_is_not_begun() -> None:
    workers = Workers(1)
    begun: list[str] = []
    release = threading.Event()

    async def run() -> None:
        first = asyncio.ensure_future(workers.run(release.wait))
        given_up = asyncio.ensure_future(workers.run(begun.append, "given up"))
        await asyncio.sleep(0)
        given_up.cancel()
        await asyncio.sleep(0)
        release.set()
        await first
        await workers.run(begun.append, "last")

    asyncio.run(run())
    workers.close()
    assert begun == ["last"]


@pytest.mark.parametrize("statement", [executions.START, executions.END, pings.START, pings.END])
def test_the_driver_remembers_how_the_statements_of_each_run_are_read(statement: str) -> None:
    assert len(statement) <= psycopg._queries.MAX_CACHED_STATEMENT_LENGTH
