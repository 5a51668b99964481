"""The recorder: records runs and materializations from the event log of a Dagster instance."""

from __future__ import annotations

from watcher_dagster.recorder.cursor import RecorderCursor, caught_up_at
from watcher_dagster.recorder.eventlog import EventLog, is_outage
from watcher_dagster.recorder.events import translate_run
from watcher_dagster.recorder.tick import HISTORY_DAYS, TICK_SECONDS, record_tick
from watcher_dagster.recorder.zones import NO_ZONES, partition_zones

__all__ = [
    "HISTORY_DAYS",
    "NO_ZONES",
    "TICK_SECONDS",
    "EventLog",
    "RecorderCursor",
    "caught_up_at",
    "is_outage",
    "partition_zones",
    "record_tick",
    "translate_run",
]
