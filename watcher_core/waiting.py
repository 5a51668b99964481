"""How long is waited: a limit on all that a thread asks, and one on a call that knows none, or none for all of it."""

from __future__ import annotations

import contextvars
import os
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")

# So long a thread waits for its next call. To start one takes longer than many a call does.
IDLE_SECONDS = 5.0

# How long a lock is waited for that others hold, where no time limit says less: a transaction that somebody has
# forgotten to end would hold up a recorder, a server or a command for as long. The daemon gives up on a tick after 60
# seconds; what Watcher does itself takes seconds.
LOCK_SECONDS = 30.0


_deadline: contextvars.ContextVar[float | None] = contextvars.ContextVar("watcher_deadline", default=None)


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Let what this thread asks of PostgreSQL, or of a server, take no longer than that, in all.

    Inside another limit, the one holds that is over first.
    """
    deadline, around = time.monotonic() + seconds, _deadline.get()
    token = _deadline.set(deadline if around is None else min(deadline, around))
    try:
        yield
    finally:
        _deadline.reset(token)


def current_deadline() -> float | None:
    """Return when the time limit is over, on the clock that only goes forward; `None` where there is none."""
    return _deadline.get()


def remaining_seconds() -> float | None:
    """Return what is left of the time limit; `None` where there is none."""
    deadline = _deadline.get()
    return None if deadline is None else max(0.0, deadline - time.monotonic())


def wait_within(seconds: float, call: Callable[[], T], *, discard: Callable[[T], object] = lambda _: None) -> T:
    """Return what a call returns, or raise what it raises; give it up when the time is over.

    It is made in another thread, which may go on: nothing else bounds how long the name of a host is looked up, and the
    limits of sockets are for each read, so that an answer may come a byte at a time.

    Args:
        seconds: How long to wait.
        call: What to do.
        discard: What to do with what the call returns after it was given up.

    Raises:
        TimeoutError: The time is over.
    """
    lock = threading.Lock()
    made: list[T] = []
    failed: list[BaseException] = []
    ended: queue.SimpleQueue[None] = queue.SimpleQueue()
    given_up = False

    def run() -> None:
        try:
            result = call()
        except BaseException as exc:
            failed.append(exc)
        else:
            with lock:
                made.append(result)
                if given_up:
                    discard(result)

    context = contextvars.copy_context()
    _free_thread().do(lambda: context.run(run), ended)
    try:
        ended.get(timeout=max(0.0, seconds))
    except queue.Empty:
        pass  # the call may end in this very moment
    finally:
        with lock:
            given_up = True
    if made:
        return made[0]
    if failed:
        raise failed[0]
    raise TimeoutError


class _Thread(threading.Thread):
    """Makes one call after the other. It ends with the process, or when no call has come for a while."""

    def __init__(self) -> None:
        super().__init__(name="watcher-waiting", daemon=True)
        self._calls: queue.SimpleQueue[tuple[Callable[[], None], queue.SimpleQueue[None]]] = queue.SimpleQueue()

    def do(self, call: Callable[[], None], ended: queue.SimpleQueue[None]) -> None:
        """Make a call, and say when it has ended."""
        self._calls.put((call, ended))

    def run(self) -> None:
        """Make calls."""
        while True:
            try:
                call, ended = self._calls.get(timeout=IDLE_SECONDS)
            except queue.Empty:
                try:
                    _free.remove(self)
                except ValueError:
                    continue  # it was taken in this very moment: a call comes
                return
            call()
            _free.append(self)  # first: who waited may have the next call at once
            ended.put(None)
            del call, ended  # what they hold may be large


# Threads without a call. Each use is one operation that the interpreter does not divide.
_free: list[_Thread] = []


def _free_thread() -> _Thread:
    try:
        return _free.pop()
    except IndexError:
        thread = _Thread()
        thread.start()
        return thread


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_free.clear)  # a child has none of its parent's threads
