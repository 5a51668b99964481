"""`Watcher`'s methods on maintenance windows, over HTTP."""

from __future__ import annotations

import datetime as dt

from watcher_core import arguments, remote, values
from watcher_core.client.http_connection import HttpConnection, instant


class HttpMaintenance(HttpConnection):
    """Maintenance windows: as of `Watcher`, by requests."""

    def add_maintenance(
        self,
        *,
        pipeline: int | str | None = None,
        pipeline_type: int | str | None = None,
        starts_at: dt.datetime | None = None,
        ends_at: dt.datetime | None = None,
        duration: dt.timedelta | None = None,
        cron: str | None = None,
        timezone: str | None = None,
        by: str | None = None,
        note: str | None = None,
    ) -> values.MaintenanceWindow:
        """As of `Watcher`."""
        body = {
            "pipeline_name" if isinstance(pipeline, str) else "pipeline_id": pipeline,
            "pipeline_type_name" if isinstance(pipeline_type, str) else "pipeline_type_id": pipeline_type,
            "starts_at": instant(starts_at, "starts_at"),
            "ends_at": instant(ends_at, "ends_at"),
            "duration_seconds": None if duration is None else duration.total_seconds(),
            "cron": cron,
            "timezone": timezone,
            "by": by,
            "note": note,
        }
        # Once, as its end: of what was not answered a second one would be refused.
        return remote.value_of(values.MaintenanceWindow, self._remote.send("/maintenance", body, pauses=()))

    def maintenance(self, *, now: dt.datetime | None = None) -> list[values.MaintenanceWindow]:
        """As of `Watcher`."""
        return self._list(values.MaintenanceWindow, "/maintenance", {"now": instant(now, "now")})

    def end_maintenance(self, window_id: int) -> values.MaintenanceWindow:
        """As of `Watcher`."""
        identifier = arguments.identifier(window_id, "window_id")
        answer = self._remote.send(f"/maintenance/{identifier}/end", {}, pauses=())
        return remote.value_of(values.MaintenanceWindow, answer)
