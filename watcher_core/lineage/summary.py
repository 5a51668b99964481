"""The shape of the graph: where it begins and ends, what nobody uses, and its cycles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from sqlalchemy.orm import Session

from watcher_core import catalog, database, values

PAIRS = "SELECT DISTINCT source_address_id, target_address_id FROM watcher.address_lineage"

# Those that no edge has: in a large graph they are few, and only they and what is shown are read in full.
WITHOUT_EDGES = """
    SELECT id
      FROM watcher.address
     WHERE NOT EXISTS (SELECT FROM watcher.address_lineage WHERE source_address_id = address.id)
       AND NOT EXISTS (SELECT FROM watcher.address_lineage WHERE target_address_id = address.id)
"""


def lineage_summary(session: Session) -> values.LineageSummary:
    """Return the shape of the graph: roots, leaves, addresses without edges, cycles."""
    connection = database.driver(session)
    pairs = connection.execute(PAIRS).fetchall()
    unused = {address_id for (address_id,) in connection.execute(WITHOUT_EDGES)}
    read, written = {source for source, _ in pairs}, {target for _, target in pairs}
    roots, leaves = read - written, written - read
    # What begins or ends the graph is in no cycle.
    groups = cycles((source, target) for source, target in pairs if source in written and target in read)
    shown = unused | roots | leaves | {address_id for group in groups for address_id in group}
    known = {address.id: address for address in catalog.list_addresses(session, ids=shown)}
    order = {key: place for place, key in enumerate(known)}  # by name

    def named(address_ids: Collection[int]) -> tuple[values.Address, ...]:
        return tuple(known[key] for key in sorted(address_ids, key=order.__getitem__))

    return values.LineageSummary(
        addresses=len(read | written | unused),
        edges=len(pairs),
        roots=named(roots),
        leaves=named(leaves),
        unused=named(unused),
        cycles=tuple(sorted(map(named, groups), key=lambda cycle: order[cycle[0].id])),
    )


def cycles(edges: Iterable[tuple[int, int]]) -> list[set[int]]:
    """Return the groups of nodes that reach each other, and those with an edge to themselves: one pass over the edges.

    These are the strongly connected components, found as Tarjan does; without recursion, as a chain may be long.
    """
    following: dict[int, list[int]] = defaultdict(list)
    to_itself = set()
    for source, target in edges:
        following[source].append(target)
        if source == target:
            to_itself.add(source)
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
