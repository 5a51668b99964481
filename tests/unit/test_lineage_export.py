"""The graph in the languages of other tools, whatever names are in it."""

from __future__ import annotations

from watcher_core import Address, LineageEdge, LineageGraph, LineageOrigin
from watcher_core.lineage.export import subgraph, to_dot, to_mermaid

NASTY = 'a "b" <c> #d\n\\e'


def graph(*edges: tuple[str, str, str], deprecated: str = "") -> LineageGraph:
    names = sorted({name for source, target, _ in edges for name in (source, target)})
    return LineageGraph(
        addresses=tuple(Address(name, "s3", "bucket", deprecated=name == deprecated) for name in names),
        edges=tuple(
            LineageEdge(pipeline_id=1, pipeline_name=pipeline, source=source, target=target, origin=origin)
            for source, target, pipeline in edges
            for origin in LineageOrigin
        ),
    )


def test_dot_has_each_edge_once_with_its_pipelines() -> None:
    written = to_dot(graph(("a", "b", "p"), ("a", "b", "q"), deprecated="a"))
    assert written.count("->") == 1
    assert '"a" -> "b" [label="p, q"];' in written
    assert '"a" [label="a\\ns3", style=dashed];' in written


def test_mermaid_has_each_edge_once_with_its_pipelines() -> None:
    written = to_mermaid(graph(("a", "b", "p"), ("a", "b", "q"), deprecated="b"))
    assert 'a0 -->|"p, q"| a1' in written
    assert 'a1["b"]:::deprecated' in written
    assert "classDef deprecated" in written


def test_names_that_would_end_a_label_do_not() -> None:
    assert '"a \\"b\\" <c> #d\\n\\\\e" -> "z"' in to_dot(graph((NASTY, "z", "p")))
    assert 'a0["a #34;b#34; #60;c#62; #35;d \\e"]' in to_mermaid(graph((NASTY, "z", "p")))
    assert 'a0["#96;b#96;"]' in to_mermaid(graph(("`b`", "z", "p")))


def test_the_part_around_some_addresses() -> None:
    part = subgraph(graph(("a", "b", "p"), ("b", "c", "q")), {"a", "b"})
    assert [address.name for address in part.addresses] == ["a", "b"]
    assert {(edge.source, edge.target) for edge in part.edges} == {("a", "b")}
