"""Lineage: the graph of the lineage page, with where each pipeline stands, and the columns of an address."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter, Query, Request, Response

from watcher_core import alerts, values
from watcher_core.client import Watcher
from watcher_core.enums import AlertKind, AlertState, Direction, ExecutionState
from watcher_core.errors import NotFoundError
from watcher_core.lineage import SCRIPTS, graph_data
from watcher_core.server.board.alerts import UNRESOLVED
from watcher_core.server.board.drawings import data_block
from watcher_core.server.board.frame import render
from watcher_core.server.routing import watcher_of

routes = APIRouter()

ALERTS = 5000
# Of one pipeline; the page of the alerts has all.
ALERTS_SHOWN = 3
# Rows of what stands in place of the graph without scripts.
ROWS = 300

# What an alert makes of its pipeline, the worst first.
BY_KIND = {
    AlertKind.FAILURE: "failing",
    AlertKind.STUCK: "failing",
    AlertKind.MISSED: "failing",
    AlertKind.ASSET_CHECK: "failing",
    AlertKind.FRESHNESS: "stale",
    AlertKind.TIMELINESS: "stale",
    AlertKind.ANOMALY: "strange",
}
BY_STATE = {
    ExecutionState.FAILED: "failing",
    ExecutionState.BLOCKED: "blocked",
    ExecutionState.RUNNING: "running",
}
WORST_FIRST = ("failing", "blocked", "stale", "strange", "running", "fine", "unknown")


@routes.get("/lineage")
def lineage(
    request: Request,
    focus: str = Query("", max_length=2048),
    columns: str = Query("", max_length=2048),
) -> Response:
    """The graph; with a focus, what is up and down from it, and with a column, where that comes from."""
    watcher = watcher_of(request)
    graph = watcher.lineage_graph()
    data = graph_data(graph)
    standings = _add_pipelines(watcher, graph, data)
    focused = _focused(watcher, graph, focus)
    data |= {
        "focus": focused or focus or None,
        "columns": columns or None,
        "standings": [standings[name] for name in data["pipelines"]],
    }
    return render(
        request,
        "lineage.html",
        data=data_block(data),
        scripts=SCRIPTS,
        counts={"address": len(data["addresses"]), "edge": len(data["edges"]), "pipeline": len(data["pipelines"])},
        focus=focused,
        unknown=focus if focus and not focused else None,
        upstream=watcher.address_lineage(focused, limit=ROWS) if focused else [],
        downstream=watcher.address_lineage(focused, Direction.DOWNSTREAM, limit=ROWS) if focused else [],
        names=[address.name for address in graph.addresses[:ROWS]],
        columns=_columns(watcher, focused, columns) if focused and columns else None,
    )


@routes.get("/lineage/columns")
def columns(
    request: Request,
    address: str = Query(max_length=2048),
    column: str = Query("", max_length=2048),
) -> Response:
    """The columns of an address, for the panel beside the graph; of one of them, where it comes from and goes."""
    return render(request, "lineage_columns.html", columns=_columns(watcher_of(request), address, column))


def _columns(watcher: Watcher, address: str, column: str) -> dict[str, Any]:
    edges = watcher.column_edges(address)
    names = {edge.target_column for edge in edges if edge.target_address == address}
    names |= {edge.source_column for edge in edges if edge.source_address == address}
    return {
        "address": address,
        "names": sorted(names),
        "column": column or None,
        "upstream": watcher.column_lineage(address, column, limit=ROWS) if column else [],
        "downstream": watcher.column_lineage(address, column, Direction.DOWNSTREAM, limit=ROWS) if column else [],
    }


def _focused(watcher: Watcher, graph: values.LineageGraph, focus: str) -> str | None:
    """Return the name of the address that is meant: by its name, or by that of the pipeline whose asset lives there."""
    if not focus or any(address.name == focus for address in graph.addresses):
        return focus or None
    try:
        found = watcher.pipeline_addresses([focus])
    except NotFoundError:
        return None
    return found[focus].name if focus in found else None


def _add_pipelines(watcher: Watcher, graph: values.LineageGraph, data: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Add the pipelines whose assets live at the addresses, as what they read is not always known; say where all stand.

    Returns:
        Where each pipeline of the graph stands, by its name.
    """
    places = {each.id: data["addresses"][at] for at, each in enumerate(graph.addresses)}
    positions = {name: at for at, name in enumerate(data["pipelines"])}
    ids = {edge.pipeline_name: edge.pipeline_id for edge in graph.edges}
    known = {each.pipeline_id: each for each in watcher.graph_pipelines()}
    for pipeline in known.values():
        if pipeline.address_id in places:
            at = positions.setdefault(pipeline.pipeline_name, len(positions))
            places[pipeline.address_id].setdefault("homes", []).append(at)
            ids[pipeline.pipeline_name] = pipeline.pipeline_id
    data["pipelines"] = list(positions)
    now = watcher.clock()
    by_pipeline: dict[int, list[values.Alert]] = defaultdict(list)
    for alert in watcher.alerts(state=UNRESOLVED, limit=ALERTS):
        if alert.pipeline_id is not None:
            by_pipeline[alert.pipeline_id].append(alert)
    return {name: _standing(known.get(ids[name]), by_pipeline.get(ids[name], ()), now) for name in positions}


def _standing(pipeline: values.GraphPipeline | None, found: Iterable[values.Alert], now: dt.datetime) -> dict[str, Any]:
    found = sorted(found, key=lambda alert: (alert.state is not AlertState.OPEN, -alert.opened_at.timestamp()))
    states = {BY_KIND[alert.kind] for alert in found if alert.kind in BY_KIND}
    if pipeline is not None and pipeline.state is not None:
        states.add(BY_STATE.get(pipeline.state, "fine"))
    start = None if pipeline is None or pipeline.started_at is None else round(pipeline.started_at.timestamp())
    return {
        "state": next((state for state in WORST_FIRST if state in states), "unknown"),
        "at": start,
        "alerts": [[alert.id, alerts.headline(alert, now=now)[:300]] for alert in found[:ALERTS_SHOWN]],
    }
