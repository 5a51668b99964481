"""`Watcher`'s methods on Dagster's asset checks, over HTTP."""

from __future__ import annotations

import datetime as dt

from watcher_core import arguments, values
from watcher_core.client.http_connection import MOST, HttpConnection, instant, of_pipeline
from watcher_core.enums import AssetCheckStatus


class HttpAssetChecks(HttpConnection):
    """Asset checks and their results: as of `Watcher`, by requests."""

    def asset_checks(
        self, *, pipeline: int | str | None = None, failing: bool | None = None, limit: int = 100
    ) -> list[values.AssetCheck]:
        """As of `Watcher`; 10,000 at most."""
        asked = {**of_pipeline(pipeline), "failing": failing, "limit": _most(limit)}
        return self._list(values.AssetCheck, "/asset_check", asked)

    def asset_check_results(
        self,
        *,
        pipeline: int | str | None = None,
        check: str | None = None,
        status: AssetCheckStatus | str | None = None,
        since: dt.datetime | None = None,
        limit: int = 100,
    ) -> list[values.AssetCheckResult]:
        """As of `Watcher`; 10,000 at most."""
        asked = {
            **of_pipeline(pipeline),
            "check": None if check is None else arguments.name(check, "check"),
            "status": None if status is None else arguments.choice(status, AssetCheckStatus, "status").value,
            "since": instant(since, "since"),
            "limit": _most(limit),
        }
        return self._list(values.AssetCheckResult, "/asset_check_result", asked)


def _most(limit: int) -> int:
    return min(arguments.count(limit, "limit") or 0, MOST)
