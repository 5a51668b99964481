"""The recorder: records runs and materializations from the event log of a Dagster instance."""

from __future__ import annotations

from watcher_dagster.recorder.cursor import RecorderCursor, caught_up_at
from watcher_dagster.recorder.eventlog import EventLog, is_outage
from watcher_dagster.recorder.events import translate_run
from watcher_dagster.recorder.tick import HISTORY_DAYS, TICK_SECONDS, record_tick
from watcher_dagster.recorder.windows import NO_WINDOWS, partition_windows

__all__ = [
    "HISTORY_DAYS",
    "NO_WINDOWS",
    "TICK_SECONDS",
    "EventLog",
    "RecorderCursor",
    "caught_up_at",
    "is_outage",
    "partition_windows",
    "record_tick",
    "translate_run",
]
