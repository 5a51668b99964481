"""A real PostgreSQL that comes with Watcher, for when no database is configured."""

from __future__ import annotations

from watcher_core.embedded.files import make_directory
from watcher_core.embedded.server import EmbeddedPostgres, EmbeddedStatus

__all__ = [
    "EmbeddedPostgres",
    "EmbeddedStatus",
    "make_directory",
]
