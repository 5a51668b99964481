"""What people look at: what is wrong now, one pipeline, what ran, reports, failures, and how Watcher works."""

from __future__ import annotations

from watcher_core.overview.errors import readable_error
from watcher_core.overview.incidents import MOST_INCIDENTS, read_overview
from watcher_core.overview.page import MOST_DAYS, MOST_EXECUTIONS, read_page
from watcher_core.overview.pipelines import Filter, limit
from watcher_core.overview.search import search
from watcher_core.overview.unwatched import unwatched_pipelines

__all__ = [
    "MOST_DAYS",
    "MOST_EXECUTIONS",
    "MOST_INCIDENTS",
    "Filter",
    "limit",
    "read_overview",
    "read_page",
    "readable_error",
    "search",
    "unwatched_pipelines",
]
