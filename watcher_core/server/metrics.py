"""`/metrics`: one text for all who ask, of bounded size."""

from __future__ import annotations

import gzip
import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from watcher_core import waiting
from watcher_core.client import Watcher
from watcher_core.server.errors import RefusedError
from watcher_core.server.exposition import families, gauge, known

logger = logging.getLogger("watcher.server")

# So long an answer is good for all who ask: many scrapers cost the database one look.
CACHED_SECONDS: Final = 5.0
# While it is made anew, all others get the one before, unless that is older than this.
STALE_SECONDS: Final = 60.0
# So long the database may take, and who has no text yet waits for it: scrapers give up after 10 seconds by default, and
# must not keep all threads of the server from work.
COLLECTED_WITHIN: Final = 8.0

MOST_BYTES: Final = 5_000_000


class _Families(Collector):
    def __init__(self, found: Sequence[Metric]) -> None:
        self._families = found

    def collect(self) -> Iterable[Metric]:
        return self._families


class Metrics:
    """The text of `/metrics`, made at most every `CACHED_SECONDS`, by one thread at a time."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self._most = watcher.settings.metrics_pipelines
        self._lock = threading.Lock()
        self._made_at = float("-inf")
        self._families: _Families | None = None
        self._texts: dict[tuple[str, bool], bytes] = {}

    def text(self, accept: str, *, packed: bool) -> tuple[bytes, str]:
        """Return the text in the format that a scraper asks for, and what that is called.

        Args:
            accept: The header `Accept`.
            packed: Whether it may be compressed with gzip.

        Raises:
            DatabaseUnavailableError: PostgreSQL cannot be reached, or takes too long.
            RefusedError: Another request has been reading the figures for too long.
        """
        encoder, content_type = choose_encoder(accept)
        key = content_type, packed
        text, age = self._texts.get(key), time.monotonic() - self._made_at
        if text is not None and age < CACHED_SECONDS:
            return text, content_type
        has_text = text is not None and age < STALE_SECONDS
        if not self._lock.acquire(timeout=0 if has_text else COLLECTED_WITHIN):
            if text is not None and has_text:
                return text, content_type
            raise RefusedError(503, "the metrics are still being read; try again")
        try:
            return self._text(encoder, key), content_type
        finally:
            self._lock.release()

    def _text(self, encoder: Callable[[Any], bytes], key: tuple[str, bool]) -> bytes:
        found = self._families
        if found is None or time.monotonic() - self._made_at >= CACHED_SECONDS:
            found = self._collected()
            text = encoder(found)
            while len(text) > MOST_BYTES and self._most:
                fewer = self._most * MOST_BYTES * 9 // (10 * len(text))
                logger.warning(
                    "/metrics would have %d bytes; it names %d pipelines in place of %d from now on",
                    len(text),
                    fewer,
                    self._most,
                )
                self._most = fewer
                found = self._collected()
                text = encoder(found)
            self._texts = {}
            self._families = found
            self._made_at = time.monotonic()
        elif key in self._texts:
            return self._texts[key]
        else:
            text = encoder(found)
        _, packed = key
        self._texts[key] = gzip.compress(text, compresslevel=1) if packed else text
        return self._texts[key]

    def _collected(self) -> _Families:
        began = time.monotonic()
        with waiting.time_limit(COLLECTED_WITHIN):
            figures = self._watcher.figures(most_pipelines=self._most)
        found = list(families(figures))
        seconds = time.monotonic() - began
        found.append(gauge("watcher_collection_seconds", "How long these figures took to read.", (), known(seconds)))
        return _Families(found)
