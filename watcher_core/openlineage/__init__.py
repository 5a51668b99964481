"""OpenLineage: its events, and what they say of executions, lineage and checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher_core.lazy import exported

if TYPE_CHECKING:
    from watcher_core.openlineage.reading import Event, EventType, read_event
    from watcher_core.openlineage.recording import LineageChangesError, record_events

__all__ = ["Event", "EventType", "LineageChangesError", "read_event", "record_events"]

_MODULES = {
    "Event": "reading",
    "EventType": "reading",
    "LineageChangesError": "recording",
    "read_event": "reading",
    "record_events": "recording",
}

__getattr__, __dir__ = exported(__name__, _MODULES)
