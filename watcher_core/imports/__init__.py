"""History that is brought over from other systems."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher_core.lazy import exported

if TYPE_CHECKING:
    from watcher_core.imports.etl_watcher import import_etl_watcher

__all__ = ["import_etl_watcher"]

_MODULES = {"import_etl_watcher": "etl_watcher"}

__getattr__, __dir__ = exported(__name__, _MODULES)
