"""The closure of lineage: which address reaches which other, over how few edges. It always equals the edges.

It is kept in the transaction that changes the edges, at a cost that follows what the change affects. An edge from u to
v can matter to those that reach u, and to what v reaches; the smaller of these two sides is searched anew, breadth
first, on the graph before and the graph after, and the rows that differ are written. Of that side, a node is searched
only where the edge lies on one of its shortest paths, which the distances to the two ends of the edge decide.

Searching takes a tenth of what writing the rows takes, in plain Python as in SciPy's csgraph; docs/speed.md has the
figures. One change goes on at a time: changes of lineage are rare, and the affected parts of two may meet anywhere.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Literal, NamedTuple

from watcher_core import values
from watcher_core.database import Driver

# An edge between two addresses, from any origin.
Pair = tuple[int, int]
Graph = Mapping[int, Collection[int]]
End = Literal["source", "target"]

OPPOSITE: dict[End, End] = {"source": "target", "target": "source"}

# "lineage" in ASCII: a transaction that changes lineage holds this lock until it ends.
LOCK_KEY = 0x6C696E65616765

# How many new rows are sent to the server at a time, since each message has a cost.
ROWS_AT_ONCE = 5_000

# How many sources' rows are read at a time to be verified: enough to fill a query, few enough for memory.
SOURCES_AT_ONCE = 500

DELETE = """
    DELETE FROM watcher.address_lineage_closure AS pair
     USING unnest(%s::bigint[], %s::bigint[]) AS gone (near, far)
     WHERE pair.{start}_address_id = gone.near
       AND pair.{end}_address_id = gone.far
"""

UPDATE = """
    UPDATE watcher.address_lineage_closure AS pair
       SET depth = changed.depth
      FROM unnest(%s::bigint[], %s::bigint[], %s::integer[]) AS changed (near, far, depth)
     WHERE pair.{start}_address_id = changed.near
       AND pair.{end}_address_id = changed.far
"""

SOURCES = "SELECT DISTINCT source_address_id FROM watcher.address_lineage_closure"

ROWS = """
    SELECT source_address_id, target_address_id, depth
      FROM watcher.address_lineage_closure
     WHERE source_address_id = ANY(%s)
"""


def lock_closure(connection: Driver) -> None:
    """Wait until no other transaction changes lineage. Taken before any row lock, so that there are no deadlocks."""
    connection.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK_KEY])


def follow(connection: Driver, *, inserted: Counter[Pair], deleted: Counter[Pair]) -> None:
    """Bring the closure up to date with edges that have been inserted, and others that are about to be deleted.

    Args:
        connection: Holds the lock.
        inserted: How many edges the table has got between two addresses.
        deleted: How many it is about to lose; they must still be there.
    """
    changes = Changes.of(connection, inserted=inserted, deleted=deleted)
    if changes:
        start, differences = _differences(connection, changes)
        _write(connection, start, differences)


class Difference(NamedTuple):
    """How the rows of one node differ from what they are to be.

    Attributes:
        node: The node from which was searched.
        new: The depths of the nodes that it reaches, and has no rows of.
        gone: The nodes that it has rows of, and does not reach.
        other: The depths of the nodes that have another in its rows.
    """

    node: int
    new: Mapping[int, int]
    gone: Collection[int]
    other: Mapping[int, int]


@dataclass
class Changes:
    """Pairs that get their first edge, and pairs that lose their last."""

    added: set[Pair]
    removed: set[Pair]

    @classmethod
    def of(cls, connection: Driver, *, inserted: Counter[Pair], deleted: Counter[Pair]) -> Changes:
        """Find the pairs that change; the others have further edges."""
        pairs = {pair for pair in (*inserted, *deleted) if pair[0] != pair[1]}
        rows = connection.execute(
            """
            SELECT source_address_id, target_address_id, count(*)
              FROM unnest(%s::bigint[], %s::bigint[]) AS changed (source_address_id, target_address_id)
              JOIN watcher.address_lineage USING (source_address_id, target_address_id)
             GROUP BY source_address_id, target_address_id
            """,
            _columns(pairs, 2),
        )
        counts = {(source, target): count for source, target, count in rows}
        before = {pair for pair in pairs if counts[pair] > inserted[pair]}
        after = {pair for pair in pairs if counts[pair] > deleted[pair]}
        return cls(added=after - before, removed=before - after)

    def __bool__(self) -> bool:
        return bool(self.added or self.removed)


def _differences(connection: Driver, changes: Changes) -> tuple[End, Iterator[Difference]]:
    """Read what the change affects; give the end from which is searched, and the differences as they are found."""
    start, affected = _smaller_side(connection, changes)
    edges = _edges_beyond(connection, affected, start)
    added, removed = _walked(changes.added, start), _walked(changes.removed, start)
    old, new = edges - added, edges - removed
    if len(added) + len(removed) < len(affected):  # else searching all is cheaper than finding out which to search
        affected &= _touched(old, new, added=added, removed=removed)
    before, after = _graph(old), _graph(new)
    return start, (_compare(node, depths(before, node), depths(after, node)) for node in sorted(affected))


def _compare(node: int, before: Mapping[int, int], after: Mapping[int, int]) -> Difference:
    return Difference(
        node,
        new={other: depth for other, depth in after.items() if other not in before},
        gone=before.keys() - after.keys(),
        other={other: depth for other, depth in after.items() if before.get(other, depth) != depth},
    )


def _smaller_side(connection: Driver, changes: Changes) -> tuple[End, set[int]]:
    pairs = changes.added | changes.removed
    sources = _reachable(connection, {source for source, _ in pairs}, towards="source")
    targets = _reachable(connection, {target for _, target in pairs}, towards="target")
    return ("source", sources) if len(sources) <= len(targets) else ("target", targets)


def _reachable(connection: Driver, nodes: Collection[int], *, towards: End) -> set[int]:
    """The nodes, and all that they reach along the edges, those to be deleted included."""
    rows = connection.execute(
        f"""
        WITH RECURSIVE reachable (id) AS (
            SELECT unnest(%s::bigint[])
             UNION
            SELECT edge.{towards}_address_id
              FROM reachable
              JOIN watcher.address_lineage AS edge ON edge.{OPPOSITE[towards]}_address_id = reachable.id
        )
        SELECT id FROM reachable
        """,
        [list(nodes)],
    )
    return {node for (node,) in rows}


def _edges_beyond(connection: Driver, nodes: Collection[int], start: End) -> set[Pair]:
    """All edges that can be walked from the nodes, in the direction of walking."""
    end = OPPOSITE[start]
    walked = _reachable(connection, nodes, towards=end)
    rows = connection.execute(
        f"""
        SELECT DISTINCT {start}_address_id, {end}_address_id
          FROM watcher.address_lineage
         WHERE {start}_address_id = ANY(%s)
           AND source_address_id <> target_address_id
        """,
        [list(walked)],
    )
    return {(near, far) for near, far in rows}


def _touched(old: set[Pair], new: set[Pair], *, added: set[Pair], removed: set[Pair]) -> set[int]:
    """The nodes for which a changed edge lies on a shortest path.

    A removed edge lengthens a node's paths only if it was on a shortest path to the edge's end. An added one shortens
    them only if the node reaches the edge's end over fewer edges than before.
    """
    before, after = _graph((far, near) for near, far in old), _graph((far, near) for near, far in new)
    touched: set[int] = set()
    for near, far in removed:
        to_near, to_far = depths(before, near), depths(before, far)
        touched |= {node for node, depth in to_near.items() if to_far[node] == depth + 1}
    for near, far in added:
        to_near, to_far, before_to_far = depths(after, near), depths(after, far), depths(before, far)
        touched |= {
            node
            for node, depth in to_near.items()
            if to_far[node] == depth + 1 and before_to_far.get(node) != depth + 1
        }
    return touched


# Searching


def depths(graph: Graph, start: int) -> dict[int, int]:
    """How many edges it takes from a node to each that it reaches; none to itself."""
    found = {start: 0}
    frontier, depth = {start}, 0
    while frontier:
        depth += 1
        frontier = set(chain.from_iterable(graph[node] for node in frontier if node in graph)) - found.keys()
        found.update(dict.fromkeys(frontier, depth))
    return found


def _graph(edges: Iterable[Pair]) -> Graph:
    graph: dict[int, list[int]] = defaultdict(list)
    for near, far in edges:
        graph[near].append(far)
    return dict(graph)


def _walked(pairs: Iterable[Pair], start: End) -> set[Pair]:
    """Edges in the direction in which they are walked."""
    return {(source, target) if start == "source" else (target, source) for source, target in pairs}


# Writing


def _write(connection: Driver, start: End, differences: Iterable[Difference]) -> None:
    """Write the rows that differ: new ones as they come, the others, which are few, together."""
    gone: list[tuple[int, ...]] = []
    other: list[tuple[int, ...]] = []
    end = OPPOSITE[start]
    with connection.cursor() as cursor:
        with cursor.copy(
            f"COPY watcher.address_lineage_closure ({start}_address_id, {end}_address_id, depth) FROM STDIN"
        ) as rows:
            new: list[str] = []
            for each in differences:
                near = each.node
                new += [f"{near}\t{far}\t{depth}\n" for far, depth in each.new.items()]
                if len(new) >= ROWS_AT_ONCE:
                    rows.write("".join(new))
                    new.clear()
                gone += [(near, far) for far in each.gone]
                other += [(near, far, depth) for far, depth in each.other.items()]
            rows.write("".join(new))
        if gone:
            cursor.execute(DELETE.format(start=start, end=end), _columns(gone, 2))
        if other:
            cursor.execute(UPDATE.format(start=start, end=end), _columns(other, 3))


def _columns(rows: Collection[tuple[int, ...]], width: int) -> list[list[int]]:
    """Rows as one array a column: however many they are, they are few parameters."""
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]


# Verifying


def verify_closure(connection: Driver, *, repair: bool) -> values.ClosureReport:
    """Search the whole graph, and compare what is found with the rows; write those that differ, with `repair`.

    Args:
        connection: Holds the lock, with `repair`; else its transaction reads one snapshot.
        repair: Whether to repair the rows.
    """
    edges = connection.execute(
        "SELECT DISTINCT source_address_id, target_address_id FROM watcher.address_lineage"
        " WHERE source_address_id <> target_address_id"
    )
    graph = _graph((source, target) for source, target in edges)
    differences = list(_deviations(connection, graph))
    if repair:
        _write(connection, "source", differences)
    return values.ClosureReport(
        pairs=_count(connection),
        missing=sum(len(each.new) for each in differences),
        unexpected=sum(len(each.gone) for each in differences),
        wrong_depth=sum(len(each.other) for each in differences),
        repaired=repair,
    )


def _deviations(connection: Driver, graph: Graph) -> Iterator[Difference]:
    sources = sorted(graph.keys() | {source for (source,) in connection.execute(SOURCES)})
    for first in range(0, len(sources), SOURCES_AT_ONCE):
        chunk = sources[first : first + SOURCES_AT_ONCE]
        stored: dict[int, dict[int, int]] = {source: {source: 0} for source in chunk}
        for source, target, depth in connection.execute(ROWS, [chunk]):
            stored[source][target] = depth
        for source in chunk:
            found = depths(graph, source)
            if found != stored[source]:
                yield _compare(source, stored[source], found)


def _count(connection: Driver) -> int:
    row = connection.execute("SELECT count(*) FROM watcher.address_lineage_closure").fetchone()
    return row[0] if row else 0
