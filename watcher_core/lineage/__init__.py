"""Lineage: edges between addresses, their closure, questions about it, exports and the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher_core.lazy import exported

if TYPE_CHECKING:
    from watcher_core.lineage.cleaning import clean_declaration, clean_lineage
    from watcher_core.lineage.closure import lock_closure, verify_closure
    from watcher_core.lineage.edges import declare_lineage, record_lineage
    from watcher_core.lineage.export import subgraph, to_dot, to_mermaid
    from watcher_core.lineage.imported import import_edges
    from watcher_core.lineage.merge import name_addresses, update_address
    from watcher_core.lineage.page import SCRIPTS, graph_data, render_page
    from watcher_core.lineage.places import comes_from, places
    from watcher_core.lineage.search import (
        column_edges_at,
        column_steps,
        lineage_graph,
        lineage_impact,
        lineage_steps,
    )
    from watcher_core.lineage.summary import lineage_summary

__all__ = [
    "SCRIPTS",
    "clean_declaration",
    "clean_lineage",
    "column_edges_at",
    "column_steps",
    "comes_from",
    "declare_lineage",
    "graph_data",
    "import_edges",
    "lineage_graph",
    "lineage_impact",
    "lineage_steps",
    "lineage_summary",
    "lock_closure",
    "name_addresses",
    "places",
    "record_lineage",
    "render_page",
    "subgraph",
    "to_dot",
    "to_mermaid",
    "update_address",
    "verify_closure",
]

_MODULES = {
    "SCRIPTS": "page",
    "clean_declaration": "cleaning",
    "clean_lineage": "cleaning",
    "column_edges_at": "search",
    "column_steps": "search",
    "comes_from": "places",
    "declare_lineage": "edges",
    "graph_data": "page",
    "import_edges": "imported",
    "lineage_graph": "search",
    "lineage_impact": "search",
    "lineage_steps": "search",
    "lineage_summary": "summary",
    "lock_closure": "closure",
    "name_addresses": "merge",
    "places": "places",
    "record_lineage": "edges",
    "render_page": "page",
    "subgraph": "export",
    "to_dot": "export",
    "to_mermaid": "export",
    "update_address": "merge",
    "verify_closure": "closure",
}

__getattr__, __dir__ = exported(__name__, _MODULES)
