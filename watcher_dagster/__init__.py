"""Watcher for Dagster: the memory and the alarm of an open-source Dagster deployment.

What each asset and step imports is loaded at once; what only a code location needs waits for its first use, because
every Dagster step is a process that imports this package.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from watcher_core import __version__ as __version__
from watcher_dagster.compat import register_library
from watcher_dagster.metadata import watcher_metadata
from watcher_dagster.resource import TrackedStep, WatcherResource

if TYPE_CHECKING:
    from watcher_dagster.automation import (
        build_watcher_anomaly_sensor,
        build_watcher_check_sensor,
        build_watcher_external_sensor,
        build_watcher_recorder_sensor,
        build_watcher_slack_sensor,
    )
    from watcher_dagster.checks import build_watcher_asset_checks
    from watcher_dagster.code_location import build_watcher_definitions
    from watcher_dagster.component import WatcherComponent
    from watcher_dagster.external import build_external_assets, external_asset_key

__all__ = [
    "TrackedStep",
    "WatcherComponent",
    "WatcherResource",
    "build_external_assets",
    "build_watcher_anomaly_sensor",
    "build_watcher_asset_checks",
    "build_watcher_check_sensor",
    "build_watcher_definitions",
    "build_watcher_external_sensor",
    "build_watcher_recorder_sensor",
    "build_watcher_slack_sensor",
    "external_asset_key",
    "watcher_metadata",
]

_MODULES = {
    "WatcherComponent": "component",
    "build_external_assets": "external",
    "build_watcher_anomaly_sensor": "automation",
    "build_watcher_asset_checks": "checks",
    "build_watcher_check_sensor": "automation",
    "build_watcher_definitions": "code_location",
    "build_watcher_external_sensor": "automation",
    "build_watcher_recorder_sensor": "automation",
    "build_watcher_slack_sensor": "automation",
    "external_asset_key": "external",
}

register_library("watcher-dagster", __version__)


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
