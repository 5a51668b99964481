"""Executions and what follows from them: records, watermarks, cursors, tracking, the spool and retention."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher_core.lazy import exported

if TYPE_CHECKING:
    from watcher_core.recording.activity import RECENT_EXECUTIONS, select_activity
    from watcher_core.recording.asset_checks import (
        declare_asset_checks,
        record_asset_checks,
        select_asset_check_results,
        select_asset_checks,
    )
    from watcher_core.recording.clocks import this_host
    from watcher_core.recording.columns import record_columns
    from watcher_core.recording.compaction import compact_page, free_room, tenth_of_executions
    from watcher_core.recording.cursors import (
        list_recorders,
        move_cursor,
        recorder_cursor,
        release_recorder,
        renew_recorder,
        take_recorder,
    )
    from watcher_core.recording.endings import end_gone, end_left_in_runs, end_silent
    from watcher_core.recording.executions import (
        ENDED_BY_HAND,
        end_execution,
        release_identity,
        start_execution,
        start_known,
    )
    from watcher_core.recording.expired import count_expired, estimate_expired_executions
    from watcher_core.recording.exports import ExportedExecution, ExportQueue, Identity, exported_executions
    from watcher_core.recording.heartbeats import pulse
    from watcher_core.recording.host_clocks import clock_report
    from watcher_core.recording.identities import is_identity
    from watcher_core.recording.lookup import COLUMNS as EXECUTION_COLUMNS
    from watcher_core.recording.lookup import FIELDS as EXECUTION_FIELDS
    from watcher_core.recording.lookup import (
        child_executions,
        execution_of,
        execution_tree,
        executions_of_others,
        find_enclosing_id,
        find_execution_id,
        get_execution,
        known_identity,
        list_executions,
        pipelines_of,
        recorded_runs,
    )
    from watcher_core.recording.observations import record_observations
    from watcher_core.recording.parents import adopt, link
    from watcher_core.recording.pings import record_ping
    from watcher_core.recording.processes import Process, beat, forget_ended
    from watcher_core.recording.records import record_executions, record_whole_executions
    from watcher_core.recording.retention import (
        CLEANUP_BEGINNING,
        CLEANUP_TABLES,
        LEAST_RETENTION_DAYS,
        MOST_RETENTION_DAYS,
        CleanupPlace,
        clean_batch_size,
        delete_batch,
        retention_date,
    )
    from watcher_core.recording.rewinds import rewind_watermark, select_watermark_events
    from watcher_core.recording.secrets import PLACES, mask_page
    from watcher_core.recording.spool import (
        NO_PLACE,
        broken_executions,
        keep_in_spool,
        spool_directories,
        spooled_elsewhere,
        spooled_executions,
        takes_executions,
    )
    from watcher_core.recording.spool_notes import spool_problems
    from watcher_core.recording.spool_replay import replay_spool
    from watcher_core.recording.successes import executions_since
    from watcher_core.recording.tracking import TrackedExecution, TrackRequest
    from watcher_core.recording.watermarks import CHANGES

__all__ = [
    "CHANGES",
    "CLEANUP_BEGINNING",
    "CLEANUP_TABLES",
    "ENDED_BY_HAND",
    "EXECUTION_COLUMNS",
    "EXECUTION_FIELDS",
    "LEAST_RETENTION_DAYS",
    "MOST_RETENTION_DAYS",
    "NO_PLACE",
    "PLACES",
    "RECENT_EXECUTIONS",
    "CleanupPlace",
    "ExportQueue",
    "ExportedExecution",
    "Identity",
    "Process",
    "TrackRequest",
    "TrackedExecution",
    "adopt",
    "beat",
    "broken_executions",
    "child_executions",
    "clean_batch_size",
    "clock_report",
    "compact_page",
    "count_expired",
    "declare_asset_checks",
    "delete_batch",
    "end_execution",
    "end_gone",
    "end_left_in_runs",
    "end_silent",
    "estimate_expired_executions",
    "execution_of",
    "execution_tree",
    "executions_of_others",
    "executions_since",
    "exported_executions",
    "find_enclosing_id",
    "find_execution_id",
    "forget_ended",
    "free_room",
    "get_execution",
    "is_identity",
    "keep_in_spool",
    "known_identity",
    "link",
    "list_executions",
    "list_recorders",
    "mask_page",
    "move_cursor",
    "pipelines_of",
    "pulse",
    "record_asset_checks",
    "record_columns",
    "record_executions",
    "record_observations",
    "record_ping",
    "record_whole_executions",
    "recorded_runs",
    "recorder_cursor",
    "release_identity",
    "release_recorder",
    "renew_recorder",
    "replay_spool",
    "retention_date",
    "rewind_watermark",
    "select_activity",
    "select_asset_check_results",
    "select_asset_checks",
    "select_watermark_events",
    "spool_directories",
    "spool_problems",
    "spooled_elsewhere",
    "spooled_executions",
    "start_execution",
    "start_known",
    "take_recorder",
    "takes_executions",
    "tenth_of_executions",
    "this_host",
]

_MODULES = {
    "NO_PLACE": "spool",
    "CHANGES": "watermarks",
    "is_identity": "identities",
    "RECENT_EXECUTIONS": "activity",
    "release_identity": "executions",
    "record_ping": "pings",
    "CLEANUP_BEGINNING": "retention",
    "CLEANUP_TABLES": "retention",
    "ENDED_BY_HAND": "executions",
    "LEAST_RETENTION_DAYS": "retention",
    "MOST_RETENTION_DAYS": "retention",
    "PLACES": "secrets",
    "CleanupPlace": "retention",
    "ExportQueue": "exports",
    "ExportedExecution": "exports",
    "Identity": "exports",
    "Process": "processes",
    "TrackRequest": "tracking",
    "TrackedExecution": "tracking",
    "adopt": "parents",
    "link": "parents",
    "beat": "processes",
    "broken_executions": "spool",
    "clean_batch_size": "retention",
    "clock_report": "host_clocks",
    "compact_page": "compaction",
    "free_room": "compaction",
    "tenth_of_executions": "compaction",
    "count_expired": "expired",
    "estimate_expired_executions": "expired",
    "declare_asset_checks": "asset_checks",
    "delete_batch": "retention",
    "end_execution": "executions",
    "EXECUTION_COLUMNS": "lookup:COLUMNS",
    "EXECUTION_FIELDS": "lookup:FIELDS",
    "execution_of": "lookup",
    "child_executions": "lookup",
    "execution_tree": "lookup",
    "executions_of_others": "lookup",
    "executions_since": "successes",
    "exported_executions": "exports",
    "find_enclosing_id": "lookup",
    "find_execution_id": "lookup",
    "forget_ended": "processes",
    "get_execution": "lookup",
    "keep_in_spool": "spool",
    "known_identity": "lookup",
    "list_executions": "lookup",
    "list_recorders": "cursors",
    "mask_page": "secrets",
    "move_cursor": "cursors",
    "end_gone": "endings",
    "end_left_in_runs": "endings",
    "end_silent": "endings",
    "pipelines_of": "lookup",
    "pulse": "heartbeats",
    "record_asset_checks": "asset_checks",
    "record_columns": "columns",
    "record_executions": "records",
    "record_whole_executions": "records",
    "record_observations": "observations",
    "recorded_runs": "lookup",
    "recorder_cursor": "cursors",
    "release_recorder": "cursors",
    "renew_recorder": "cursors",
    "replay_spool": "spool_replay",
    "retention_date": "retention",
    "rewind_watermark": "rewinds",
    "select_activity": "activity",
    "select_asset_check_results": "asset_checks",
    "select_asset_checks": "asset_checks",
    "select_watermark_events": "rewinds",
    "spool_directories": "spool",
    "spool_problems": "spool_notes",
    "spooled_elsewhere": "spool",
    "spooled_executions": "spool",
    "takes_executions": "spool",
    "start_execution": "executions",
    "start_known": "executions",
    "take_recorder": "cursors",
    "this_host": "clocks",
}

__getattr__, __dir__ = exported(__name__, _MODULES)
