"""What people look at: what is wrong now, one pipeline, what ran, reports, failures, and how Watcher works."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher_core.lazy import exported

if TYPE_CHECKING:
    from watcher_core.overview.database import read_database_facts
    from watcher_core.overview.errors import readable_error
    from watcher_core.overview.graph import graph_pipelines
    from watcher_core.overview.incidents import MOST_INCIDENTS, read_overview
    from watcher_core.overview.listing import NEVER_RAN, list_summaries
    from watcher_core.overview.page import MOST_DAYS, MOST_EXECUTIONS, read_page
    from watcher_core.overview.pipeline_check import check_pipeline
    from watcher_core.overview.pipelines import Filter, limit
    from watcher_core.overview.report import MOST_DAYS as MOST_REPORT_DAYS
    from watcher_core.overview.report import MOST_GROUPS, read_report
    from watcher_core.overview.searching import MOST_HITS, search
    from watcher_core.overview.tables import report_as_csv
    from watcher_core.overview.timeline import MOST_EXECUTIONS as MOST_TIMELINE_EXECUTIONS
    from watcher_core.overview.timeline import read_timeline
    from watcher_core.overview.unfixed import MOST_ERRORS, MOST_PIPELINES, read_unfixed
    from watcher_core.overview.unwatched import NO_FRESHNESS, unwatched_pipelines
    from watcher_core.overview.version import board_version

__all__ = [
    "MOST_DAYS",
    "MOST_ERRORS",
    "MOST_EXECUTIONS",
    "MOST_GROUPS",
    "MOST_HITS",
    "MOST_INCIDENTS",
    "MOST_PIPELINES",
    "MOST_REPORT_DAYS",
    "MOST_TIMELINE_EXECUTIONS",
    "NEVER_RAN",
    "NO_FRESHNESS",
    "Filter",
    "board_version",
    "check_pipeline",
    "graph_pipelines",
    "limit",
    "list_summaries",
    "read_database_facts",
    "read_overview",
    "read_page",
    "read_report",
    "read_timeline",
    "read_unfixed",
    "readable_error",
    "report_as_csv",
    "search",
    "unwatched_pipelines",
]

_MODULES = {
    "Filter": "pipelines",
    "MOST_DAYS": "page",
    "MOST_ERRORS": "unfixed",
    "MOST_EXECUTIONS": "page",
    "MOST_GROUPS": "report",
    "MOST_HITS": "searching",
    "MOST_INCIDENTS": "incidents",
    "MOST_PIPELINES": "unfixed",
    "MOST_REPORT_DAYS": "report:MOST_DAYS",
    "MOST_TIMELINE_EXECUTIONS": "timeline:MOST_EXECUTIONS",
    "NEVER_RAN": "listing",
    "NO_FRESHNESS": "unwatched",
    "board_version": "version",
    "check_pipeline": "pipeline_check",
    "graph_pipelines": "graph",
    "limit": "pipelines",
    "list_summaries": "listing",
    "read_database_facts": "database",
    "read_overview": "incidents",
    "read_page": "page",
    "read_report": "report",
    "read_timeline": "timeline",
    "read_unfixed": "unfixed",
    "readable_error": "errors",
    "report_as_csv": "tables",
    "search": "searching",
    "unwatched_pipelines": "unwatched",
}

__getattr__, __dir__ = exported(__name__, _MODULES)
