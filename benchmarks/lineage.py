"""The closure of lineage: made, changed and asked, on graphs that grow; beside `COPY` of the same rows.

The layered graph has ten layers, and each address two or three parents in the layer before; the tree has four branches
at each node; the chain is one way of fifty. The raw limit of making a closure is `COPY` of its rows into a table with
the same indexes; that of a question is the statement that fetches its rows, by plain psycopg.
"""

from __future__ import annotations

import random
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator

import psycopg

from benchmarks.harness import Bench, Result, in_turns
from watcher_core import Address, PipelineLineage, Watcher

NAME = "lineage"
LAYERS = 10
MOST_TIMES_RAW = 2
MOST_TIMES_EDGES = 5

READ_EDGES = """
    SELECT edge.pipeline_id, source.name, target.name
      FROM watcher.address_lineage AS edge
      JOIN watcher.address AS source ON source.id = edge.source_address_id
      JOIN watcher.address AS target ON target.id = edge.target_address_id
"""

Edges = list[tuple[int, int]]


def run(bench: Bench) -> Iterator[Result]:
    """Measure each graph: all at once, then changes, then questions."""
    yield from _measured(bench, "chain", 50, [(n, n + 1) for n in range(49)], made_below=0.05)
    for size in bench.choose(full=(1_000, 5_000, 20_000), quick=(1_000,)):
        edges = [((n - 1) // 4, n) for n in range(1, size)]
        yield from _measured(bench, "tree", size, edges, made_below=1.0 if size == 5_000 else None)
    for size in bench.choose(full=(200, 1_000, 5_000), quick=(200, 1_000)):
        yield from _measured(bench, "layered", size, _layered(size), changed_below=0.5 if size == 5_000 else None)


def _layered(size: int) -> Edges:
    chance, width = random.Random(1), size // LAYERS
    return [
        (parent, layer * width + node)
        for layer in range(1, LAYERS)
        for node in range(width)
        for parent in chance.sample(range((layer - 1) * width, layer * width), chance.choice((2, 3)))
    ]


def _measured(
    bench: Bench,
    shape: str,
    nodes: int,
    edges: Edges,
    *,
    made_below: float | None = None,
    changed_below: float | None = None,
) -> Iterator[Result]:
    url, size = bench.new_database(), f"{nodes:,} addresses"
    with bench.watcher(url) as watcher, psycopg.connect(url, autocommit=True) as connection:
        lineages = _lineages(edges)
        watcher.set_lineage(_without_edges(lineages), origin="asset_graph")
        made = _seconds(lambda: watcher.set_lineage(lineages, origin="asset_graph"))
        rows, raw = _copied(connection)
        is_dense = rows > 10 * len(edges)  # else the edges themselves take longer than the pairs
        yield Result(
            case=NAME,
            what=f"{shape}: all edges recorded at once",
            size=f"{size}: {rows:,} pairs",
            figure=made,
            raw=raw,
            unit="s",
            raw_is="COPY of the pairs",
            goal=f"below {made_below} s" if made_below else f"within {MOST_TIMES_RAW} × raw" if is_dense else "",
            met=made < made_below if made_below else made < MOST_TIMES_RAW * raw if is_dense else None,
        )
        connection.execute("ANALYZE")
        seconds = list(_changes(watcher, lineages, bench.choose(full=20, quick=5)))
        yield Result(
            case=NAME,
            what=f"{shape}: one pipeline's edges change",
            size=size,
            figure=statistics.median(seconds) * 1000,
            unit="ms",
            goal=f"slowest below {changed_below} s" if changed_below else "",
            met=max(seconds) < changed_below if changed_below else None,
            details={"slowest_ms": max(seconds) * 1000},
        )
        yield from _questions(bench, watcher, connection, shape, size, _nodes(edges))
        yield _summary(bench, watcher, connection, shape, size)


def _summary(bench: Bench, watcher: Watcher, connection: psycopg.Connection, shape: str, size: str) -> Result:
    """The shape of the graph: one pass over its edges, which are read in any case."""
    seconds = in_turns(
        {"ours": watcher.lineage_summary, "raw": lambda: connection.execute(READ_EDGES).fetchall()},
        rounds=bench.choose(full=15, quick=5),
        calls=1,
        warm_up=6,
    )
    ours, raw = (1000 * statistics.median(seconds[side]) for side in ("ours", "raw"))
    return Result(
        case=NAME,
        what=f"{shape}: summary of the graph",
        size=size,
        figure=ours,
        raw=raw,
        unit="ms",
        raw_is="its edges read",
        goal=f"at most {MOST_TIMES_EDGES} × raw",
        met=ours <= MOST_TIMES_EDGES * raw,
    )


def _lineages(edges: Edges) -> list[PipelineLineage]:
    """One pipeline for each address that is written."""
    sources: dict[int, list[Address]] = defaultdict(list)
    for source, target in edges:
        sources[target].append(_address(source))
    return [
        PipelineLineage(pipeline_name=f"p{target}", sources=tuple(found), targets=(_address(target),))
        for target, found in sources.items()
    ]


def _without_edges(lineages: list[PipelineLineage]) -> list[PipelineLineage]:
    """Pipelines and their addresses, which are known long before lineage is."""
    return [PipelineLineage(pipeline_name=lineage.pipeline_name, address=lineage.targets[0]) for lineage in lineages]


def _address(number: int) -> Address:
    return Address(f"address {number}", "postgresql", "database")


def _nodes(edges: Edges) -> list[int]:
    return sorted({node for edge in edges for node in edge})


def _seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def _copied(connection: psycopg.Connection) -> tuple[int, float]:
    """Move the closure's rows into a table like it, and return how many they are and how long that took."""
    connection.execute("CREATE TEMP TABLE rows AS TABLE watcher.address_lineage_closure")
    lines = [
        f"{source}\t{target}\t{depth}\n"
        for source, target, depth in connection.execute("SELECT * FROM rows ORDER BY source_address_id")
    ]
    connection.execute("CREATE TABLE copied (LIKE watcher.address_lineage_closure INCLUDING ALL)")

    def copy() -> None:
        with connection.cursor() as cursor, cursor.copy("COPY copied FROM STDIN") as target:
            target.write("".join(lines))

    seconds = _seconds(copy)
    connection.execute("DROP TABLE copied, rows")
    return len(lines), seconds


def _changes(watcher: Watcher, lineages: list[PipelineLineage], count: int) -> Iterator[float]:
    """Remove a source from pipelines all over the graph, one after another, and add it again."""
    for lineage in random.Random(2).sample(lineages, min(count, len(lineages))):
        less = PipelineLineage(
            pipeline_name=lineage.pipeline_name, sources=lineage.sources[1:], targets=lineage.targets
        )
        for changed in (less, lineage):
            yield _seconds(lambda one=changed: watcher.set_lineage([one], origin="asset_graph"))  # type: ignore[misc] # mypy infers no lambda with defaults


def _questions(
    bench: Bench, watcher: Watcher, connection: psycopg.Connection, shape: str, size: str, nodes: list[int]
) -> Iterator[Result]:
    asked = random.Random(3).choices(nodes, k=bench.choose(full=200, quick=50))
    for direction, begin, end in (("upstream", "target", "source"), ("downstream", "source", "target")):
        statement = f"""
            SELECT found.name, depth
              FROM watcher.address
              JOIN watcher.address_lineage_closure ON {begin}_address_id = address.id
              JOIN watcher.address AS found ON found.id = {end}_address_id
             WHERE address.name = %s
             ORDER BY depth, found.name
        """
        ours, raw, found = [], [], 0
        for node in asked:
            name = f"address {node}"
            raw.append(_seconds(lambda n=name, s=statement: connection.execute(s, [n]).fetchall()))  # type: ignore[misc] # mypy infers no lambda with defaults
            start = time.perf_counter()
            steps = watcher.address_lineage(name, direction)
            ours.append(time.perf_counter() - start)
            found += len(steps)
        median = statistics.median(ours) * 1000
        yield Result(
            case=NAME,
            what=f"{shape}: {direction} of one address",
            size=f"{size}: {found / len(asked):,.0f} found",
            figure=median,
            raw=statistics.median(raw) * 1000,
            unit="ms",
            raw_is="names and depths only",
            goal="below 3 ms",
            met=median < 3,
            details={"slowest_ms": max(ours) * 1000},
        )
