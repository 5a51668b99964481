"""Pipelines from outside Dagster as external assets in Dagster's graph."""

from __future__ import annotations

from watcher_dagster.external.assets import build_external_assets
from watcher_dagster.external.keys import external_asset_key
from watcher_dagster.external.reports import report_tick

__all__ = [
    "build_external_assets",
    "external_asset_key",
    "report_tick",
]
