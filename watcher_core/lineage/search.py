"""Queries on lineage: what is upstream and downstream, over which path, what a delay affects, and the whole graph."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from watcher_core import arguments, catalog, database, text, values
from watcher_core.database import models
from watcher_core.enums import AlertKind, Direction
from watcher_core.values import Address, ColumnStep, ImpactedPipeline, LineageStep

ADDRESS = models.table(models.Address)
EDGE = models.table(models.AddressLineage)
PIPELINE = models.table(models.Pipeline)

# For each direction, the end of an edge at which a query starts, and the end to which it continues.
ENDS = {Direction.UPSTREAM: ("target", "source"), Direction.DOWNSTREAM: ("source", "target")}


class Way(NamedTuple):
    """The shortest path to an address or a column, from where the query began."""

    path: tuple[Any, ...]
    via: tuple[str, ...]
    pipelines: tuple[str, ...]


def lineage_steps(
    session: Session,
    *,
    reference: int | str,
    direction: Direction | str,
    max_depth: int | None,
    limit: int | None = None,
) -> list[LineageStep]:
    """Return what is upstream or downstream of an address, nearest first, then by name.

    Args:
        session: The transaction.
        reference: Id or name of the address, or the name of the pipeline whose asset lives there.
        direction: Which way.
        max_depth: Stop after this many edges.
        limit: At most so many addresses.

    Raises:
        NotFoundError: There is no such address.
        InvalidValueError: A value breaks a rule.
    """
    begin, end = ENDS[arguments.choice(direction, Direction, "direction")]
    depth = arguments.positive(max_depth, "max_depth")
    origin = catalog.find_address_id(session, reference)
    found = _reached(session, origin, begin, end, depth, arguments.positive(limit, "limit"))
    ways = _ways(origin, found, _last_edges(session, found, begin, end))
    return [
        LineageStep(address=address, depth=depth, **ways[address_id]._asdict())
        for address_id, (address, depth) in found.items()
        if address_id != origin
    ]


def _reached(
    session: Session, origin: int, begin: str, end: str, max_depth: int | None, limit: int | None
) -> dict[int, tuple[Address, int]]:
    """The addresses that are reached, by id, with their depths; where the query begins at depth 0."""
    rows = database.driver(session).execute(
        f"""
        WITH reached (id, depth) AS (
            SELECT %(origin)s::bigint, 0
             UNION ALL
            SELECT {end}_address_id, depth
              FROM watcher.address_lineage_closure
             WHERE {begin}_address_id = %(origin)s
               AND depth <= %(max_depth)s
        )
        SELECT reached.depth, address.id, address.name, type.name, type.group_name, address.address_type_id,
               address.deprecated, address.created_at, address.updated_at
          FROM reached
          JOIN watcher.address USING (id)
          JOIN watcher.address_type AS type ON type.id = address.address_type_id
         ORDER BY reached.depth, address.name
         LIMIT %(limit)s
        """,
        {
            "origin": origin,
            "max_depth": max_depth or arguments.MAX_INTEGER,
            "limit": None if limit is None else limit + 1,
        },
    )
    return {
        address_id: (
            Address(
                name,
                type_name,
                group_name,
                id=address_id,
                address_type_id=type_id,
                deprecated=deprecated,
                created_at=created_at,
                updated_at=updated_at,
            ),
            depth,
        )
        for depth, address_id, name, type_name, group_name, type_id, deprecated, created_at, updated_at in rows
    }


def _last_edges(
    session: Session, found: Mapping[int, tuple[Address, int]], begin: str, end: str
) -> Iterator[tuple[int, int, list[str]]]:
    """The edges that end shortest ways: the place before, the place reached, and the pipelines between."""
    rows = database.driver(session).execute(
        f"""
        SELECT edge.{begin}_address_id, edge.{end}_address_id,
               array_agg(DISTINCT pipeline.name ORDER BY pipeline.name)
          FROM watcher.address_lineage AS edge
          JOIN watcher.pipeline ON pipeline.id = edge.pipeline_id
         WHERE edge.{end}_address_id = ANY(%s)
         GROUP BY 1, 2
        """,
        [list(found)],
    )
    for near, far, pipelines in rows:
        if near in found and found[far][1] == found[near][1] + 1:
            yield near, far, pipelines


def _ways(
    origin: int, found: Mapping[int, tuple[Address, int]], edges: Iterable[tuple[int, int, list[str]]]
) -> dict[int, Way]:
    """The way to each address. Of several shortest ones, that through the first name."""
    arrivals: dict[int, list[tuple[str, int, list[str]]]] = defaultdict(list)
    for near, far, names in edges:
        arrivals[far].append((found[near][0].name, near, names))
    ways = {origin: Way((found[origin][0].name,), (), ())}
    for address_id, (address, _) in found.items():  # nearest first, so that the place before has its way already
        if address_id != origin:
            _, near, names = min(arrivals[address_id])
            ways[address_id] = _extended(ways[near], address.name, names)
    return ways


def _extended(way: Way, place: Any, pipelines: Iterable[str]) -> Way:
    via = tuple(pipelines)
    return Way((*way.path, place), via, tuple(dict.fromkeys((*way.pipelines, *via))))


# Columns


def column_steps(
    session: Session,
    *,
    reference: int | str,
    column: str,
    direction: Direction | str,
    max_depth: int | None,
    limit: int | None = None,
) -> list[ColumnStep]:
    """Return the columns that a column is computed from, or that are computed from it, nearest first, then by name.

    Args:
        session: The transaction.
        reference: The address, as in `lineage_steps`.
        column: Name of the column. An unknown column has no steps.
        direction: Which way.
        max_depth: Stop after this many edges.
        limit: At most so many columns.

    Raises:
        NotFoundError: There is no such address.
        InvalidValueError: A value breaks a rule.
    """
    begin, end = ENDS[arguments.choice(direction, Direction, "direction")]
    most = arguments.positive(limit, "limit")
    furthest = arguments.positive(max_depth, "max_depth") or arguments.MAX_INTEGER
    origin = catalog.find_address_id(session, reference)
    name = session.scalar(sa.select(ADDRESS.c.name).where(ADDRESS.c.id == origin))
    ways = {(origin, arguments.name(column, "column")): Way(((name, column),), (), ())}
    frontier, depth = set(ways), 0
    steps: list[ColumnStep] = []
    while frontier and depth < furthest and (most is None or len(steps) < most):
        depth += 1
        reached: dict[tuple[int, str], ColumnStep] = {}
        for near, far, address, deprecated, names in _column_edges(session, frontier, begin, end):
            if far in ways or far in reached:
                continue
            way = _extended(ways[near], (address, far[1]), names)
            reached[far] = ColumnStep(
                address=address,
                column=far[1],
                deprecated=deprecated,
                depth=depth,
                **way._asdict(),
            )
        ways |= {far: Way(step.path, step.via, step.pipelines) for far, step in reached.items()}
        steps += sorted(reached.values(), key=lambda step: (step.address, step.column))
        frontier = set(reached)
    return steps[:most]


def column_edges_at(session: Session, *, reference: int | str) -> list[values.ColumnEdge]:
    """Return the edges of columns that end or begin at an address, by the names of its columns.

    Args:
        session: The transaction.
        reference: The address, as in `lineage_steps`.

    Raises:
        NotFoundError: There is no such address.
    """
    rows = database.driver(session).execute(
        """
        SELECT DISTINCT source.name, edge.source_column, target.name, edge.target_column
          FROM watcher.column_lineage AS edge
          JOIN watcher.address AS source ON source.id = edge.source_address_id
          JOIN watcher.address AS target ON target.id = edge.target_address_id
         WHERE edge.source_address_id = %(address)s
            OR edge.target_address_id = %(address)s
         ORDER BY target.name, edge.target_column, source.name, edge.source_column
        """,
        {"address": catalog.find_address_id(session, reference)},
    )
    return [
        values.ColumnEdge(
            source_address=source, source_column=source_column, target_address=target, target_column=target_column
        )
        for source, source_column, target, target_column in rows
    ]


def _column_edges(
    session: Session, frontier: Iterable[tuple[int, str]], begin: str, end: str
) -> Iterator[tuple[tuple[int, str], tuple[int, str], str, bool, list[str]]]:
    address_ids, columns = zip(*frontier, strict=True)
    rows = database.driver(session).execute(
        f"""
        SELECT edge.{begin}_address_id, edge.{begin}_column, edge.{end}_address_id, edge.{end}_column,
               address.name, address.deprecated, array_agg(DISTINCT pipeline.name ORDER BY pipeline.name)
          FROM unnest(%s::bigint[], %s::text[]) AS frontier (address_id, name)
          JOIN watcher.column_lineage AS edge
            ON edge.{begin}_address_id = frontier.address_id
           AND edge.{begin}_column = frontier.name
          JOIN watcher.address ON address.id = edge.{end}_address_id
          JOIN watcher.pipeline ON pipeline.id = edge.pipeline_id
         GROUP BY 1, 2, 3, 4, 5, 6
         ORDER BY 1, 2, 3, 4
        """,
        [list(address_ids), list(columns)],
    )
    for near_id, near_column, far_id, far_column, address, deprecated, names in rows:
        yield (near_id, near_column), (far_id, far_column), address, deprecated, names


# Impact


def lineage_impact(session: Session, *, reference: int | str, limit: int | None = None) -> list[ImpactedPipeline]:
    """Return the pipelines that read an address, directly or through others: what breaks if it is late or wrong.

    Nearest first, then by name. What is gone from the code of its location cannot break.

    Args:
        session: The transaction.
        reference: The address, as in `lineage_steps`.
        limit: At most so many pipelines.

    Raises:
        NotFoundError: There is no such address.
        InvalidValueError: `limit` is no positive number.
    """
    rows = database.driver(session).execute(
        """
        WITH reached (id, depth) AS (
            SELECT %(origin)s::bigint, 0
             UNION ALL
            SELECT target_address_id, depth
              FROM watcher.address_lineage_closure
             WHERE source_address_id = %(origin)s
        ), reading AS (
            SELECT edge.pipeline_id, 1 + min(reached.depth) AS depth,
                   array_agg(DISTINCT target.name ORDER BY target.name) AS targets
              FROM reached
              JOIN watcher.address_lineage AS edge ON edge.source_address_id = reached.id
              JOIN watcher.address AS target ON target.id = edge.target_address_id
             GROUP BY edge.pipeline_id
        )
        SELECT pipeline.id, pipeline.name, type.name, pipeline.pipeline_metadata -> 'owners', pipeline.active,
               reading.depth, reading.targets,
               ARRAY(SELECT DISTINCT alert.kind::text
                       FROM watcher.alert
                      WHERE alert.pipeline_id = pipeline.id
                        AND alert.state <> 'resolved'
                      ORDER BY 1)
          FROM reading
          JOIN watcher.pipeline ON pipeline.id = reading.pipeline_id
          JOIN watcher.pipeline_type AS type ON type.id = pipeline.pipeline_type_id
         WHERE pipeline.removed_at IS NULL
         ORDER BY reading.depth, pipeline.name
         LIMIT %(limit)s
        """,
        {"origin": catalog.find_address_id(session, reference), "limit": arguments.positive(limit, "limit")},
    )
    return [
        ImpactedPipeline(
            pipeline_id=pipeline_id,
            pipeline_name=name,
            pipeline_type_name=type_name,
            owners=text.parse_owners(owners),
            active=active,
            depth=depth,
            targets=tuple(targets),
            open_alerts=tuple(AlertKind(kind) for kind in kinds),
        )
        for pipeline_id, name, type_name, owners, active, depth, targets, kinds in rows
    ]


# The whole graph


def lineage_graph(session: Session) -> values.LineageGraph:
    """Return all addresses and all edges, by name."""
    source, target = ADDRESS.alias("source"), ADDRESS.alias("target")
    rows = session.execute(
        sa.select(
            EDGE.c.pipeline_id,
            PIPELINE.c.name.label("pipeline_name"),
            source.c.name.label("source"),
            target.c.name.label("target"),
            EDGE.c.origin,
        )
        .join(PIPELINE, PIPELINE.c.id == EDGE.c.pipeline_id)
        .join(source, source.c.id == EDGE.c.source_address_id)
        .join(target, target.c.id == EDGE.c.target_address_id)
        .order_by(source.c.name, target.c.name, PIPELINE.c.name, EDGE.c.origin)
    )
    return values.LineageGraph(
        addresses=tuple(catalog.list_addresses(database.driver(session))),
        edges=tuple(values.LineageEdge(**row._mapping) for row in rows),
    )
