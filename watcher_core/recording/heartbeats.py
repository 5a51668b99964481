"""Heartbeats of all executions that this process tracks, sent by one thread that ends when there are none."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

log = logging.getLogger("watcher.tracking")

# An execution sends its first heartbeat when it has run for so long: most end before, and cost nothing.
FIRST_SECONDS = 5.0
EVERY_SECONDS = 60.0
# How often the thread looks whether a heartbeat is due.
LOOK_SECONDS = 5.0


@dataclass
class _Beat:
    send: Callable[[], object]
    due: float


class Pulse:
    """The heartbeats of a process."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin anew, as in a forked child: the thread is not there, and the executions are the parent's."""
        self._lock = threading.Lock()
        self._beats: dict[object, _Beat] = {}
        self._thread: threading.Thread | None = None

    def begin(self, send: Callable[[], object]) -> object:
        """Call `send` from a thread, at first after `FIRST_SECONDS`, until the token that is returned is ended.

        What it raises is logged, and it is called again: the database may be away for a while.
        """
        token = object()
        with self._lock:
            self._beats[token] = _Beat(send, time.monotonic() + FIRST_SECONDS)
            if self._thread is None:
                thread = threading.Thread(target=self._run, name="watcher-heartbeat", daemon=True)
                try:
                    thread.start()
                except RuntimeError as exc:  # no more threads, or the interpreter ends
                    log.debug("no heartbeat is sent: %s", exc)
                else:
                    self._thread = thread
        return token

    def end(self, token: object) -> None:
        """Send no more heartbeats; one that is on its way is not waited for."""
        with self._lock:
            self._beats.pop(token, None)

    def _run(self) -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            with self._lock:
                if not self._beats:
                    self._thread = None
                    return
                due = [beat for beat in self._beats.values() if beat.due <= time.monotonic()]
            for beat in due:
                beat.due = time.monotonic() + EVERY_SECONDS
                try:
                    beat.send()
                except Exception as exc:
                    log.debug("a heartbeat does not arrive: %s", exc)


pulse = Pulse()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=pulse.forget)
