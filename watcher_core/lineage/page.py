"""The lineage graph as a picture: one HTML page that needs nothing but itself.

The page is opened from a disk, attached to a ticket, served from a bucket; so everything travels inside of it: the
graph library, our script and style, and the data as JSON. A content security policy with the hashes of our scripts
makes the browser enforce both halves of that: nothing is loaded, and no script runs that a name smuggled in.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import html
import re
from functools import cache
from importlib.resources import files
from typing import Any

from watcher_core.errors import InvalidValueError
from watcher_core.values import LineageGraph
from watcher_core.web import script_json, tokens

# In this order: each needs the ones before it.
SCRIPTS = (
    "vendor/cytoscape.min.js",
    "vendor/dagre.min.js",
    "lineage_graph.js",
    "lineage_arrangement.js",
    "lineage_appearance.js",
    "lineage_panel.js",
    "lineage_search.js",
    "lineage.js",
)
UNKNOWN = "unknown"


def render_page(graph: LineageGraph, *, title: str, generated_at: dt.datetime, focus: str | None = None) -> str:
    """Return the page.

    Args:
        graph: What to draw. Edges between the same two addresses are drawn as one, with all of their pipelines.
        title: What the page is called.
        generated_at: When the graph was read, with a time zone.
        focus: The name of the address to begin with; a `#name` at the end of the page's URL goes before it.

    Raises:
        InvalidValueError: `generated_at` has no time zone.
    """
    if generated_at.tzinfo is None:
        raise InvalidValueError(f"generated_at is {generated_at.isoformat()}; it must have a time zone")
    data = graph_data(graph) | {"focus": focus}
    scripts = [_file(name) for name in SCRIPTS]
    values = {
        "title": html.escape(title),
        "generated_at": generated_at.astimezone(dt.UTC).isoformat(timespec="seconds"),
        "generated_at_text": f"{generated_at.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC",
        "summary": _summary(data),
        "state": "loading" if data["addresses"] else "empty",
        "policy": _policy(scripts),
        "css": tokens() + _file("lineage_page.css") + _file("lineage.css"),
        "data": script_json(data),
        "scripts": "\n".join(f"<script>{script}</script>" for script in scripts),
    }
    # In one pass, so that a name that looks like one of our placeholders stays a name.
    return re.sub(r"\{\{ (\w+) \}\}", lambda match: values[match[1]], _file("lineage.html"))


def graph_data(graph: LineageGraph) -> dict[str, Any]:
    """Bring the graph into the form that the script reads: edges refer to addresses and pipelines by position."""
    addresses: dict[str, dict[str, Any]] = {}
    for address in graph.addresses:
        addresses[address.name] = {
            "name": address.name,
            "type": address.address_type_name,
            "group": address.address_type_group_name or UNKNOWN,
            "deprecated": address.deprecated,
        }
    for name in (name for edge in graph.edges for name in (edge.source, edge.target)):
        # A part of a graph may have edges that lead out of it. Better a grey box than an edge that is not shown.
        addresses.setdefault(name, {"name": name, "type": UNKNOWN, "group": UNKNOWN, "deprecated": False})

    positions = {name: position for position, name in enumerate(addresses)}
    pipelines = {name: position for position, name in enumerate(sorted({edge.pipeline_name for edge in graph.edges}))}
    edges: dict[tuple[int, int], set[int]] = {}
    for edge in graph.edges:
        ends = positions[edge.source], positions[edge.target]
        edges.setdefault(ends, set()).add(pipelines[edge.pipeline_name])
    return {
        "addresses": list(addresses.values()),
        "pipelines": list(pipelines),
        "edges": [
            {"source": source, "target": target, "pipelines": sorted(through)}
            for (source, target), through in edges.items()
        ],
    }


def _summary(data: dict[str, Any]) -> str:
    counts = (
        (len(data["addresses"]), "address", "addresses"),
        (len(data["edges"]), "edge", "edges"),
        (len(data["pipelines"]), "pipeline", "pipelines"),
    )
    return " · ".join(f"{count:,} {one if count == 1 else many}" for count, one, many in counts)


def _policy(scripts: list[str]) -> str:
    """Nothing from anywhere, and only our own scripts, by their hashes."""
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts
    )
    # Cytoscape sets styles on the elements it makes; the strokes through deprecated names are data: images.
    return f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; base-uri 'none'"


@cache
def _file(name: str) -> str:
    text = (files("watcher_core.lineage") / "web" / name).read_text("utf-8")
    # The map is not in the page; without this line a browser's developer tools do not look for it.
    return re.sub(r"^//# sourceMappingURL=.*$", "", text, flags=re.MULTILINE)
