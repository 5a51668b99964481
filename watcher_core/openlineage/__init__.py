"""OpenLineage: its events, and what they say of executions, lineage and checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher_core.lazy import exported

if TYPE_CHECKING:
    from watcher_core.openlineage.facts import leave_out_parent, named_parent
    from watcher_core.openlineage.reading import Event, EventType, read_event
    from watcher_core.openlineage.recording import SessionNeededError, record_events
    from watcher_core.openlineage.sending import EVENTS, open_client, send_waiting

__all__ = [
    "EVENTS",
    "Event",
    "EventType",
    "SessionNeededError",
    "leave_out_parent",
    "named_parent",
    "open_client",
    "read_event",
    "record_events",
    "send_waiting",
]

_MODULES = {
    "EVENTS": "sending",
    "Event": "reading",
    "EventType": "reading",
    "SessionNeededError": "recording",
    "leave_out_parent": "facts",
    "named_parent": "facts",
    "open_client": "sending",
    "read_event": "reading",
    "record_events": "recording",
    "send_waiting": "sending",
}

__getattr__, __dir__ = exported(__name__, _MODULES)
