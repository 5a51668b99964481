"""The threads that work on what is called at each run of everything.

AnyIO's, which FastAPI uses for all other routes, take longer to take a request over than Python to read it.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")

Job = tuple["asyncio.Future[Any]", Callable[..., Any], tuple[Any, ...]]


class Workers:
    """So many threads, which start with the first job."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._threads: list[threading.Thread] = []
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()

    async def run(self, function: Callable[..., T], *arguments: Any) -> T:
        """Call a function in one of the threads; what nobody waits for any more when its turn comes is left out."""
        while len(self._threads) < self._count:
            # They end with the process: one may wait for a database that does not answer.
            thread = threading.Thread(target=self._work, name=f"watcher-{len(self._threads)}", daemon=True)
            self._threads.append(thread)
            thread.start()
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._jobs.put((future, function, arguments))
        return await future

    def close(self) -> None:
        """Let the threads end when they have done what waits."""
        for _ in self._threads:
            self._jobs.put(None)
        self._threads = []

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            future, function, arguments = job
            if future.cancelled():
                continue
            loop = future.get_loop()
            with suppress(RuntimeError):  # the loop has ended
                try:
                    answer = function(*arguments)
                except BaseException as exc:
                    loop.call_soon_threadsafe(_fail, future, exc)
                else:
                    loop.call_soon_threadsafe(_succeed, future, answer)
            del job, future, function, arguments  # a body may be megabytes, and the next job may be long in coming


def _succeed(future: asyncio.Future[Any], answer: Any) -> None:
    if not future.done():
        future.set_result(answer)


def _fail(future: asyncio.Future[Any], error: BaseException) -> None:
    if not future.done():
        future.set_exception(error)
