"""What monitoring systems get: figures, and executions as traces."""

from __future__ import annotations

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
