"""A limit on how long a call is waited for that knows none, or none for all of it."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def wait_within(seconds: float, call: Callable[[], T], *, discard: Callable[[T], object] = lambda _: None) -> T:
    """Return what a call returns, or raise what it raises; give it up when the time is over.

    It is made in a thread of its own, which may go on: nothing else bounds how long the name of a host is looked up,
    and the limits of sockets are for each read, so that an answer may come a byte at a time.

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
    given_up = False

    def run() -> None:
        try:
            result = call()
        except BaseException as exc:
            failed.append(exc)
            return
        with lock:
            made.append(result)
            if given_up:
                discard(result)

    thread = threading.Thread(target=contextvars.copy_context().run, args=[run], name="watcher-waiting", daemon=True)
    thread.start()
    thread.join(seconds)
    with lock:
        given_up = True
        if made:
            return made[0]
    if failed:
        raise failed[0]
    raise TimeoutError
