"""Commands as executions: what `watcher run` does around a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher_core.lazy import exported

if TYPE_CHECKING:
    from watcher_core.shell.arguments import read_arguments
    from watcher_core.shell.discovery import discover
    from watcher_core.shell.output import keep_standard_descriptors
    from watcher_core.shell.run import CommandRequest, end_like, run_command
    from watcher_core.shell.scheduled import ScheduledCommand, wrapped

__all__ = [
    "CommandRequest",
    "ScheduledCommand",
    "discover",
    "end_like",
    "keep_standard_descriptors",
    "read_arguments",
    "run_command",
    "wrapped",
]

_MODULES = {
    "CommandRequest": "run",
    "ScheduledCommand": "scheduled",
    "discover": "discovery",
    "end_like": "run",
    "keep_standard_descriptors": "output",
    "read_arguments": "arguments",
    "run_command": "run",
    "wrapped": "scheduled",
}

__getattr__, __dir__ = exported(__name__, _MODULES)
