"""Executions and what follows from them: records, watermarks, cursors, tracking, the spool and retention."""

from __future__ import annotations

from watcher_core.recording.asset_checks import (
    declare_asset_checks,
    list_asset_check_results,
    list_asset_checks,
    record_asset_checks,
)
from watcher_core.recording.clocks import clock_report, this_host
from watcher_core.recording.cursors import (
    list_recorders,
    move_cursor,
    recorder_cursor,
    release_recorder,
    renew_recorder,
    take_recorder,
)
from watcher_core.recording.executions import (
    COUNTS,
    end_execution,
    execution_tree,
    find_execution_id,
    get_execution,
    list_executions,
    release_identity,
    start_execution,
)
from watcher_core.recording.observations import record_observations
from watcher_core.recording.pings import record_ping
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
from watcher_core.recording.secrets import PLACES, mask_page
from watcher_core.recording.spool import (
    broken_executions,
    keep_in_spool,
    replay_spool,
    spool_directories,
    spooled_executions,
)
from watcher_core.recording.tracking import TrackedExecution, TrackRequest
from watcher_core.recording.watermarks import rewind_watermark, watermark_events

__all__ = [
    "CLEANUP_BEGINNING",
    "CLEANUP_TABLES",
    "COUNTS",
    "LEAST_RETENTION_DAYS",
    "PLACES",
    "CleanupPlace",
    "TrackRequest",
    "TrackedExecution",
    "broken_executions",
    "clean_batch_size",
    "clock_report",
    "count_expired",
    "count_expired_executions",
    "declare_asset_checks",
    "delete_batch",
    "end_execution",
    "execution_tree",
    "find_execution_id",
    "get_execution",
    "keep_in_spool",
    "list_asset_check_results",
    "list_asset_checks",
    "list_executions",
    "list_recorders",
    "mask_page",
    "move_cursor",
    "record_asset_checks",
    "record_executions",
    "record_observations",
    "record_ping",
    "recorder_cursor",
    "release_identity",
    "release_recorder",
    "renew_recorder",
    "replay_spool",
    "retention_date",
    "rewind_watermark",
    "spool_directories",
    "spooled_executions",
    "start_execution",
    "take_recorder",
    "this_host",
    "watermark_events",
]
