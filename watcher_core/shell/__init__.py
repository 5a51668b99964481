"""Commands as executions: what `watcher run` does around a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher_core.lazy import exported

if TYPE_CHECKING:
    from watcher_core.shell.arguments import read_arguments
    from watcher_core.shell.discovery import ScheduledCommand, discover, wrapped
    from watcher_core.shell.run import CommandRequest, end_like, run_command

__all__ = [
    "CommandRequest",
    "ScheduledCommand",
    "discover",
    "end_like",
    "read_arguments",
    "run_command",
    "wrapped",
]

_MODULES = {
    "CommandRequest": "run",
    "ScheduledCommand": "discovery",
    "discover": "discovery",
    "end_like": "run",
    "read_arguments": "arguments",
    "run_command": "run",
    "wrapped": "discovery",
}

__getattr__, __dir__ = exported(__name__, _MODULES)
