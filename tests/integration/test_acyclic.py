"""Cycles are broken by the fewest edges that close them: against networkx, and at size."""

from __future__ import annotations

import random

import networkx as nx

from watcher_dagster.external.acyclic import closing_edges


def test_edges_that_close_a_cycle_against_networkx() -> None:
    made = random.Random(3)
    for _ in range(300):
        nodes = "abcdefgh"[: made.randint(2, 8)]
        edges = {(made.choice(nodes), made.choice(nodes)) for _ in range(made.randint(0, 16))}
        edges = {(source, target) for source, target in edges if source != target}
        order = list(nodes)
        made.shuffle(order)
        fixed = {edge for edge in edges if made.random() < 0.3 and order.index(edge[0]) < order.index(edge[1])}
        left_out = closing_edges(list(edges - fixed), fixed=list(fixed))
        assert left_out == closing_edges(sorted(edges - fixed), fixed=fixed)
        assert set(left_out) <= edges - fixed
        kept = nx.DiGraph(edges.difference(left_out))
        assert nx.is_directed_acyclic_graph(kept)
        for source, target in left_out:
            assert nx.has_path(kept, target, source)


def test_many_cycles_and_a_long_chain() -> None:
    pairs = {(f"a{number}", f"b{number}") for number in range(5_000)}
    assert len(closing_edges(pairs | {(target, source) for source, target in pairs})) == 5_000
    assert closing_edges([(str(number), str(number + 1)) for number in range(100_000)]) == []
