"""The graph of lineage in the languages of other tools: Graphviz's DOT, and Mermaid."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator

from watcher_core.values import LineageGraph

# In Mermaid's text, what would end a quoted label, or be read as a tag or as Markdown, goes by its code.
MERMAID_CODES = {"#": "#35;", '"': "#34;", "<": "#60;", ">": "#62;", "`": "#96;", "\n": " ", "\r": " "}


def subgraph(graph: LineageGraph, names: set[str]) -> LineageGraph:
    """Return the part of a graph that has these addresses, and the edges between them."""
    return LineageGraph(
        addresses=tuple(address for address in graph.addresses if address.name in names),
        edges=tuple(edge for edge in graph.edges if edge.source in names and edge.target in names),
    )


def to_dot(graph: LineageGraph) -> str:
    """Write DOT, for `dot -Tsvg`. Deprecated addresses are dashed; an edge is labelled with its pipelines."""
    return "\n".join(["digraph lineage {", "  rankdir=LR;", "  node [shape=box];", *_dot_lines(graph), "}", ""])


def _dot_lines(graph: LineageGraph) -> Iterator[str]:
    for address in graph.addresses:
        label = _quoted(f"{address.name}\n{address.address_type_name}")
        style = ", style=dashed" if address.deprecated else ""
        yield f"  {_quoted(address.name)} [label={label}{style}];"
    for (source, target), pipelines in _pipelines(graph).items():
        label = _quoted(", ".join(pipelines))
        yield f"  {_quoted(source)} -> {_quoted(target)} [label={label}];"


def _quoted(text: str) -> str:
    # DOT knows JSON's escapes of quotes, backslashes and line ends; what it does not know, it prints.
    return json.dumps(text, ensure_ascii=False)


def to_mermaid(graph: LineageGraph) -> str:
    """Write Mermaid, as documents show it. Deprecated addresses are dashed; an edge is labelled with its pipelines."""
    return "\n".join(["flowchart LR", *_mermaid_lines(graph), ""])


def _mermaid_lines(graph: LineageGraph) -> Iterator[str]:
    ids = {address.name: f"a{number}" for number, address in enumerate(graph.addresses)}
    for address in graph.addresses:
        mark = ":::deprecated" if address.deprecated else ""
        yield f'  {ids[address.name]}["{_coded(address.name)}"]{mark}'
    for (source, target), pipelines in _pipelines(graph).items():
        yield f'  {ids[source]} -->|"{_coded(", ".join(pipelines))}"| {ids[target]}'
    if any(address.deprecated for address in graph.addresses):
        yield "  classDef deprecated stroke-dasharray: 4"


def _coded(text: str) -> str:
    return "".join(MERMAID_CODES.get(character, character) for character in text)


def _pipelines(graph: LineageGraph) -> dict[tuple[str, str], list[str]]:
    """The pipelines of each edge, from all origins, each once."""
    found: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for edge in graph.edges:
        found[edge.source, edge.target][edge.pipeline_name] = None
    return {ends: list(pipelines) for ends, pipelines in found.items()}
