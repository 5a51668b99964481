"""`watcher serve` on another host, as jobs record by it: without a database, and without what asks one."""

from __future__ import annotations

from watcher_core.remote.answers import value_of
from watcher_core.remote.recording import beat, declare, record_executions, start_tracked
from watcher_core.remote.rights import TokenRights, token_rights
from watcher_core.remote.server import VERSION_HEADER, RemoteServer

__all__ = [
    "VERSION_HEADER",
    "RemoteServer",
    "TokenRights",
    "beat",
    "declare",
    "record_executions",
    "start_tracked",
    "token_rights",
    "value_of",
]
