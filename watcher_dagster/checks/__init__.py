"""Verdicts of Watcher as asset checks, and the findings of a check job as the metadata of its run."""

from __future__ import annotations

from watcher_dagster.checks.asset_checks import build_watcher_asset_checks
from watcher_dagster.checks.findings import (
    anomaly_metadata,
    cleanup_metadata,
    found_metadata,
    freshness_table,
    run_cleanup_metadata,
    timeliness_table,
)
from watcher_dagster.checks.reporter import report_changes

__all__ = [
    "anomaly_metadata",
    "build_watcher_asset_checks",
    "cleanup_metadata",
    "found_metadata",
    "freshness_table",
    "report_changes",
    "run_cleanup_metadata",
    "timeliness_table",
]
