"""Whether anything has changed since a page was loaded: one small query every few seconds, however many look."""

from __future__ import annotations

import threading
import time

from watcher_core.client import Watcher

ASKED_EVERY_SECONDS = 5.0


class Version:
    """The version of what the board shows, asked for at most every few seconds for all readers together."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self._lock = threading.Lock()
        self._asked_at = float("-inf")
        self._version = ""

    @property
    def is_fresh(self) -> bool:
        """Whether it need not be asked for again."""
        return time.monotonic() - self._asked_at < ASKED_EVERY_SECONDS

    def get(self) -> str:
        """Return it.

        Raises:
            DatabaseError: The database is away.
        """
        with self._lock:
            if not self.is_fresh:
                self._version = self._watcher.board_version()
                self._asked_at = time.monotonic()
            return self._version
