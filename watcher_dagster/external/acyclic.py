"""Breaking the cycles of a graph: Dagster refuses asset graphs that have one, and lineage may have any."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

Edge = tuple[str, str]


def closing_edges(edges: Iterable[Edge], *, fixed: Iterable[Edge] = ()) -> list[Edge]:
    """The edges to leave out, so that no cycle remains.

    Edges are taken in the order of their names, after those that are `fixed`; each that would close a cycle with the
    ones before it is to be left out. So the answer does not depend on the order in which the graph was read.

    Args:
        edges: Source and target of each.
        fixed: Edges that stay whatever they close.
    """
    core = _core({*edges, *fixed})
    kept: dict[str, list[str]] = defaultdict(list)
    for source, target in core.intersection(fixed):
        kept[source].append(target)
    left_out = []
    for source, target in sorted(core.difference(fixed)):
        if _reaches(kept, target, source):
            left_out.append((source, target))
        else:
            kept[source].append(target)
    return left_out


def _core(edges: Iterable[Edge]) -> set[Edge]:
    """The edges that may lie on a cycle: what is left when all that begins or ends nowhere has been peeled off."""
    begun = _peeled(edges)
    return {(source, target) for target, source in _peeled((target, source) for source, target in begun)}


def _peeled(edges: Iterable[Edge]) -> set[Edge]:
    """The edges that cannot be reached from nodes without any before them alone."""
    followers: dict[str, list[str]] = defaultdict(list)
    before: Counter[str] = Counter()
    for source, target in edges:
        followers[source].append(target)
        before[target] += 1
    ready = [node for node in followers if not before[node]]
    while ready:
        for follower in followers.pop(ready.pop(), ()):
            before[follower] -= 1
            if not before[follower]:
                ready.append(follower)
    return {(source, target) for source, targets in followers.items() for target in targets}


def _reaches(graph: dict[str, list[str]], start: str, end: str) -> bool:
    seen, waiting = {start}, [start]
    while waiting:
        node = waiting.pop()
        if node == end:
            return True
        fresh = [follower for follower in graph.get(node, ()) if follower not in seen]
        seen.update(fresh)
        waiting.extend(fresh)
    return False
