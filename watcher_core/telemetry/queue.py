"""The queue of executions that are to be exported as traces."""

from __future__ import annotations

from typing import Final

from watcher_core.recording import ExportQueue

TRACES: Final = ExportQueue("trace_pending", ("queue_trace_of_recorded", "queue_trace_of_changed"), "traces")
