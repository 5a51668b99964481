"""`Watcher`'s methods on maintenance windows."""

from __future__ import annotations

import datetime as dt

from watcher_core import alerts, catalog, values
from watcher_core.client.connection import Connection


class MaintenanceMethods(Connection):
    """Maintenance windows: times in which alerts are kept, but not sent."""

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
        """Add a maintenance window: alerts are opened in it, and sent at its end where they are still open.

        Args:
            pipeline: Of this pipeline only, by name or id.
            pipeline_type: Of all pipelines of this type; without either, all alerts.
            starts_at: When it starts, with time zone; now without it. With `cron`, it does not start before.
            ends_at: When it ends; with `cron`, after which it does not start again.
            duration: How long it is, in place of `ends_at`; with `cron`, how long each time. At most 31 days.
            cron: The times at which it starts again and again, as in `0 2 * * 0`.
            timezone: The time zone of `cron`, as in `Europe/Berlin`; UTC without it.
            by: Who adds it.
            note: What for.

        Raises:
            NotFoundError: There is no such pipeline or pipeline type.
            InvalidValueError: A value breaks a rule; the window is over; or it overlaps another one of the same
                pipeline, of the same type, or of all.
        """
        now = self._clock()
        with self._transaction() as (session, _):
            return alerts.add_maintenance(
                session,
                pipeline_id=None if pipeline is None else catalog.get_pipeline(session, pipeline).id,
                pipeline_type_id=None
                if pipeline_type is None
                else catalog.get_pipeline_type(session, pipeline_type).id,
                starts_at=starts_at,
                ends_at=ends_at,
                duration=duration,
                cron=cron,
                timezone=timezone,
                by=by,
                note=note,
                now=now,
            )

    def maintenance(self, *, now: dt.datetime | None = None) -> list[values.MaintenanceWindow]:
        """Return the maintenance windows that are not over, by their start.

        Args:
            now: The time at which they are looked at, with time zone; the present by default.
        """
        moment = self._present(now)
        with self._transaction() as (session, _):
            return alerts.list_maintenance(session, now=moment)

    def end_maintenance(self, window_id: int) -> values.MaintenanceWindow:
        """End a maintenance window now, with all of its times.

        Raises:
            NotFoundError: There is no such window.
            InvalidValueError: It is over.
        """
        now = self._clock()
        with self._transaction() as (session, _):
            return alerts.end_maintenance(session, window_id=window_id, now=now)
