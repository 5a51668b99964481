"""`watcher serve`: the HTTP API and the board. Needs the extra `server`."""

from __future__ import annotations

from watcher_core.server.access import Proxies
from watcher_core.server.app import create_app
from watcher_core.server.limits import Limits
from watcher_core.server.serve import serve

__all__ = ["Limits", "Proxies", "create_app", "serve"]
