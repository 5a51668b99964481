"""Lineage from asset graphs and materializations."""

from __future__ import annotations

from watcher_dagster.lineage.addresses import kind
from watcher_dagster.lineage.recorder import LineageRecorder, NewestMaterializations

__all__ = [
    "LineageRecorder",
    "NewestMaterializations",
    "kind",
]
