"""The shape of the graph: where it begins and ends, what nobody uses, and its cycles."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from watcher_core import catalog, values
from watcher_core.database import Driver

PAIRS = "SELECT DISTINCT source_address_id, target_address_id FROM watcher.address_lineage"
# Where an asset lives, it writes, also where nothing is known of what it reads, and so there is no edge.
HOMES = "SELECT DISTINCT address_id FROM watcher.pipeline WHERE address_id IS NOT NULL AND removed_at IS NULL"

# What is shown; the others, most of a graph of many layers, are not read.
SHOWN = """
           NOT EXISTS (SELECT FROM watcher.address_lineage WHERE source_address_id = address.id)
        OR NOT EXISTS (SELECT FROM watcher.address_lineage WHERE target_address_id = address.id)
        OR address.id IN (SELECT unnest(CAST(%(in_cycles)s AS bigint[])))
"""


def lineage_summary(connection: Driver) -> values.LineageSummary:
    """Return the shape of the graph: roots, leaves, addresses without edges, cycles.

    Args:
        connection: A transaction that sees one state.
    """
    pairs = connection.execute(PAIRS).fetchall()
    read, written = {source for source, _ in pairs}, {target for _, target in pairs}
    # What begins or ends the graph is in no cycle.
    groups = cycles((source, target) for source, target in pairs if source in written and target in read)
    in_cycles = [address_id for group in groups for address_id in group]
    shown = {
        address.id: address
        for address in catalog.list_addresses(connection, where=SHOWN, given={"in_cycles": in_cycles})
    }
    written |= {address_id for (address_id,) in connection.execute(HOMES)}
    unused = shown.keys() - read - written
    place = {address_id: number for number, address_id in enumerate(shown)} if groups else {}
    by_name = [sorted(group, key=place.__getitem__) for group in groups]
    return values.LineageSummary(
        addresses=len(read | written | unused),
        edges=len(pairs),
        roots=tuple(address for key, address in shown.items() if key in read and key not in written),
        leaves=tuple(address for key, address in shown.items() if key in written and key not in read),
        unused=tuple(address for key, address in shown.items() if key in unused),
        cycles=tuple(
            tuple(shown[address_id] for address_id in group)
            for group in sorted(by_name, key=lambda group: place[group[0]])
        ),
    )


def cycles(edges: Iterable[tuple[int, int]]) -> list[set[int]]:
    """Return the groups of nodes that reach each other, and those with an edge to themselves: one pass over the edges.

    These are the strongly connected components, found as Tarjan does; without recursion, as a chain may be long.
    """
    following = _reached_by_cycles(edges)
    to_itself = {node for node, targets in following.items() if node in targets}
    found: list[set[int]] = []
    number: dict[int, int] = {}  # in the order in which nodes are met
    earliest: dict[int, int] = {}  # the first one met that a node is known to reach
    open_nodes: list[int] = []  # met, and not yet in a component
    is_open: set[int] = set()

    def enter(node: int) -> tuple[int, Iterator[int]]:
        number[node] = earliest[node] = len(number)
        open_nodes.append(node)
        is_open.add(node)
        return node, iter(following.get(node, ()))

    for start in list(following):
        way = [enter(start)] if start not in number else []
        while way:
            node, rest = way[-1]
            for target in rest:
                if target not in number:
                    way.append(enter(target))
                    break
                if target in is_open:
                    earliest[node] = min(earliest[node], number[target])
            else:
                way.pop()
                if way:
                    before = way[-1][0]
                    earliest[before] = min(earliest[before], earliest[node])
                if earliest[node] == number[node]:
                    component = set()
                    while node not in component:
                        component.add(open_nodes.pop())
                    is_open -= component
                    if len(component) > 1 or node in to_itself:
                        found.append(component)
    return found


def _reached_by_cycles(edges: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
    """Return the edges that begin in a cycle or after one: in most graphs none, which is quickly found."""
    following: dict[int, list[int]] = defaultdict(list)
    leading: Counter[int] = Counter()  # to each node, so many edges
    for source, target in edges:
        following[source].append(target)
        leading[target] += 1
    ready = [node for node in following if node not in leading]
    while ready:
        for target in following.pop(ready.pop(), ()):
            leading[target] -= 1
            if not leading[target]:
                ready.append(target)
    return following
