"""Executions and what follows from them: records, watermarks, cursors, tracking, the spool and retention."""

from __future__ import annotations

from watcher_core.recording.clocks import clock_report, this_host
from watcher_core.recording.cursors import hold_recorder, list_recorders, move_cursor, recorder_cursor
from watcher_core.recording.executions import (
    COUNTS,
    end_execution,
    execution_tree,
    find_execution_id,
    get_execution,
    list_executions,
    start_execution,
)
from watcher_core.recording.records import record_executions
from watcher_core.recording.retention import (
    CLEANUP_BEGINNING,
    CLEANUP_TABLES,
    LEAST_RETENTION_DAYS,
    CleanupPlace,
    clean_batch_size,
    count_expired,
    count_expired_executions,
    delete_batch,
    retention_date,
)
from watcher_core.recording.spool import keep_in_spool, replay_spool, spooled_executions
from watcher_core.recording.tracking import TrackedExecution, TrackRequest
from watcher_core.recording.watermarks import rewind_watermark, watermark_events

__all__ = [
    "CLEANUP_BEGINNING",
    "CLEANUP_TABLES",
    "COUNTS",
    "LEAST_RETENTION_DAYS",
    "CleanupPlace",
    "TrackRequest",
    "TrackedExecution",
    "clean_batch_size",
    "clock_report",
    "count_expired",
    "count_expired_executions",
    "delete_batch",
    "end_execution",
    "execution_tree",
    "find_execution_id",
    "get_execution",
    "hold_recorder",
    "keep_in_spool",
    "list_executions",
    "list_recorders",
    "move_cursor",
    "record_executions",
    "recorder_cursor",
    "replay_spool",
    "retention_date",
    "rewind_watermark",
    "spooled_executions",
    "start_execution",
    "this_host",
    "watermark_events",
]
