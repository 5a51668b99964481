"""The cycles of a graph are its strongly connected components."""

from __future__ import annotations

import networkx
from hypothesis import given
from hypothesis import strategies as st

from watcher_core.lineage.summary import cycles

nodes = st.integers(1, 12)


@given(st.lists(st.tuples(nodes, nodes), max_size=40))
def test_as_a_reference_finds_them(edges: list[tuple[int, int]]) -> None:
    graph = networkx.DiGraph(edges)
    expected = [
        group
        for group in networkx.strongly_connected_components(graph)
        if len(group) > 1 or any(graph.has_edge(node, node) for node in group)
    ]
    assert sorted(map(sorted, cycles(edges))) == sorted(map(sorted, expected))


def test_a_long_way_needs_no_deep_recursion() -> None:
    long = [(node, node + 1) for node in range(50_000)]
    assert cycles(long) == []
    assert cycles([*long, (50_000, 0)]) == [set(range(50_001))]
