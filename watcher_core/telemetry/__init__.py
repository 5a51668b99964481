"""What monitoring systems get: figures, and executions as traces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher_core.lazy import exported

if TYPE_CHECKING:
    from watcher_core.telemetry.export import export_waiting, open_exporter
    from watcher_core.telemetry.figures import alert_counts, failing_deliveries, pipeline_counts, pipeline_figures
    from watcher_core.telemetry.queue import TRACES

__all__ = [
    "TRACES",
    "alert_counts",
    "export_waiting",
    "failing_deliveries",
    "open_exporter",
    "pipeline_counts",
    "pipeline_figures",
]

_MODULES = {
    "TRACES": "queue",
    "alert_counts": "figures",
    "export_waiting": "export",
    "failing_deliveries": "figures",
    "open_exporter": "export",
    "pipeline_counts": "figures",
    "pipeline_figures": "figures",
}

__getattr__, __dir__ = exported(__name__, _MODULES)
