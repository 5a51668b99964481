"""`Watcher`'s cleanup, over HTTP."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from watcher_core import arguments, recording, remote, values
from watcher_core.client.http_connection import HttpConnection, instant


class HttpCleanup(HttpConnection):
    """Cleanup: as of `Watcher`, by a request."""

    def cleanup(
        self,
        *,
        retention_days: int = recording.LEAST_RETENTION_DAYS,
        batch_size: int = 10_000,
        now: dt.datetime | None = None,
        dry_run: bool = False,
        progress: Callable[[int, int], None] | None = None,  # noqa: ARG002 - it is one answer
    ) -> values.CleanupResult:
        """As of `Watcher`, with a token of the scope `admin`; `progress` is not called.

        Where it takes longer than a request may, it goes on, and the same call again does the rest.
        """
        moment = instant(now, "now")
        # For its error alone: the server has the clock.
        recording.retention_date(retention_days, moment or dt.datetime.max.replace(tzinfo=dt.UTC))
        body = {
            "retention_days": retention_days,
            "batch_size": recording.clean_batch_size(batch_size),
            "now": moment,
            "dry_run": arguments.flag(dry_run, "dry_run"),
        }
        # Once: what was not answered goes on.
        return remote.value_of(values.CleanupResult, self._remote.send("/log_cleanup", body, pauses=()))
