"""`watcher serve`: the HTTP API. Needs the extra `server`."""

from __future__ import annotations

from watcher_core.server.app import create_app
from watcher_core.server.limits import Limits
from watcher_core.server.serve import serve

__all__ = ["Limits", "create_app", "serve"]
