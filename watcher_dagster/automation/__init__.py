"""Sensors, jobs and schedules."""

from __future__ import annotations

from watcher_dagster.automation.jobs import (
    BATCH_SIZE,
    DAGSTER_RUN_RETENTION_DAYS,
    IO_MANAGER_KEY,
    LOOKBACK_MINUTES,
    NothingIOManager,
    build_anomaly_job,
    build_cleanup_job,
    build_freshness_job,
    build_run_cleanup_job,
    build_timeliness_job,
)
from watcher_dagster.automation.schedules import (
    ANOMALY_CRON,
    CLEANUP_CRON,
    FRESHNESS_CRON,
    RUN_CLEANUP_CRON,
    TIMELINESS_CRON,
    build_schedule,
)
from watcher_dagster.automation.sensors import (
    build_watcher_anomaly_sensor,
    build_watcher_check_sensor,
    build_watcher_external_sensor,
    build_watcher_recorder_sensor,
    build_watcher_slack_sensor,
)

__all__ = [
    "ANOMALY_CRON",
    "BATCH_SIZE",
    "CLEANUP_CRON",
    "DAGSTER_RUN_RETENTION_DAYS",
    "FRESHNESS_CRON",
    "IO_MANAGER_KEY",
    "LOOKBACK_MINUTES",
    "RUN_CLEANUP_CRON",
    "TIMELINESS_CRON",
    "NothingIOManager",
    "build_anomaly_job",
    "build_cleanup_job",
    "build_freshness_job",
    "build_run_cleanup_job",
    "build_schedule",
    "build_timeliness_job",
    "build_watcher_anomaly_sensor",
    "build_watcher_check_sensor",
    "build_watcher_external_sensor",
    "build_watcher_recorder_sensor",
    "build_watcher_slack_sensor",
]
