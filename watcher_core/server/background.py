"""Work that a request asks for and does not wait for, in processes of their own: its memory is not the server's."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Mapping

logger = logging.getLogger("watcher.server")


class Background:
    """Commands of `watcher` that run beside the server; of each, one at a time."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = {**os.environ, **environment}
        self._lock = threading.Lock()
        self._running: dict[tuple[str, ...], subprocess.Popen[bytes]] = {}

    def start(self, *command: str) -> None:
        """Run a command, unless the same one runs."""
        with self._lock:
            self._running = {each: process for each, process in self._running.items() if process.poll() is None}
            if command in self._running:
                return
            self._running[command] = subprocess.Popen(
                [sys.executable, "-m", "watcher_core", *command],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )

    def close(self) -> None:
        """Wait for what runs."""
        with self._lock:
            for command, process in self._running.items():
                try:
                    process.wait(timeout=10)
                except subprocess.TimeoutExpired:
                    logger.warning("watcher %s is stopped with the server", " ".join(command))
                    process.terminate()
                    process.wait()
            self._running = {}
