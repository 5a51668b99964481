"""Maintenance windows: times in which alerts are kept, but not sent."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class MaintenanceWindow:
    """A time, or times that come again, in which alerts are kept but not sent.

    Attributes:
        id: Its id.
        pipeline_name: Of this pipeline only.
        pipeline_type_name: Of all pipelines of this type; of all alerts where this and `pipeline_name` are `None`.
        starts_at: When it starts; with `cron`, it does not start before.
        ends_at: When it ends; `None` where its times go on.
        cron: The times at which it starts again and again; `None` for once.
        timezone: The time zone of `cron`; UTC without it.
        duration_seconds: How long it is each time, with `cron`.
        created_by: Who added it.
        note: What for.
        created_at: When it was added.
        active_until: Until when it is active; `None` where it is not active now.
        next_at: When it starts next; `None` where it does not start again.
    """

    id: int
    pipeline_name: str | None
    pipeline_type_name: str | None
    starts_at: dt.datetime
    ends_at: dt.datetime | None
    cron: str | None
    timezone: str | None
    duration_seconds: float | None
    created_by: str | None
    note: str | None
    created_at: dt.datetime
    active_until: dt.datetime | None = None
    next_at: dt.datetime | None = None

    @property
    def subject(self) -> str:
        """What it is about, in words."""
        if self.pipeline_name is not None:
            return self.pipeline_name
        return "all" if self.pipeline_type_name is None else f"type {self.pipeline_type_name}"
