"""What monitoring systems get: figures, and executions as traces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher_core.lazy import exported

if TYPE_CHECKING:
    from watcher_core.telemetry.export import export_waiting, open_exporter
    from watcher_core.telemetry.figures import alert_counts, failing_deliveries, pipeline_counts, pipeline_figures
    from watcher_core.telemetry.queue import pending_traces, queue_since, start_queue, stop_queue

__all__ = [
    "alert_counts",
    "export_waiting",
    "failing_deliveries",
    "open_exporter",
    "pending_traces",
    "pipeline_counts",
    "pipeline_figures",
    "queue_since",
    "start_queue",
    "stop_queue",
]

_MODULES = {
    "alert_counts": "figures",
    "export_waiting": "export",
    "failing_deliveries": "figures",
    "open_exporter": "export",
    "pending_traces": "queue",
    "pipeline_counts": "figures",
    "pipeline_figures": "figures",
    "queue_since": "queue",
    "start_queue": "queue",
    "stop_queue": "queue",
}

__getattr__, __dir__ = exported(__name__, _MODULES)
