"""What monitoring systems get: figures, and traces."""

from __future__ import annotations

from watcher_core.telemetry.figures import alert_counts, failing_deliveries, pipeline_counts, pipeline_figures

__all__ = ["alert_counts", "failing_deliveries", "pipeline_counts", "pipeline_figures"]
