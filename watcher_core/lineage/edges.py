"""Recording lineage: which addresses a pipeline reads and writes, and which columns it computes from which.

Lineage has four origins: code that declares it, the asset graph of a code location, materializations, and events of
OpenLineage. An origin records all that it knows of a pipeline, which replaces what it recorded before and leaves what
the other origins recorded. The edges and their closure change in one transaction.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import replace
from itertools import product
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from watcher_core import arguments, catalog, database, values
from watcher_core.database import models
from watcher_core.enums import LineageOrigin
from watcher_core.lineage import closure
from watcher_core.lineage.merge import merge_addresses

PIPELINE = models.table(models.Pipeline)
EDGE = models.table(models.AddressLineage)
COLUMN_EDGE = models.table(models.ColumnLineage)

RECORDED = """
    SELECT source.name, edge.source_column, target.name, edge.target_column
      FROM (
            SELECT source_address_id, NULL AS source_column, target_address_id, NULL AS target_column
              FROM watcher.address_lineage
             WHERE pipeline_id = %(pipeline_id)s
               AND origin = 'declared'
             UNION ALL
            SELECT source_address_id, source_column, target_address_id, target_column
              FROM watcher.column_lineage
             WHERE pipeline_id = %(pipeline_id)s
               AND origin = 'declared'
           ) AS edge
      JOIN watcher.address AS source ON source.id = edge.source_address_id
      JOIN watcher.address AS target ON target.id = edge.target_address_id
"""

# A row of an edge's table, without its id.
Row = tuple[Any, ...]


def declare_lineage(
    session: Session, *, pipeline: values.Pipeline, lineage: values.PipelineLineage, now: dt.datetime
) -> None:
    """Record the lineage that code declares of a pipeline; write nothing where the same is recorded already.

    Args:
        session: The transaction.
        pipeline: Which pipeline. With its `load_lineage`, the recorded edges are compared too, and not the hash alone.
        lineage: From `clean_declaration`.
        now: The time.
    """
    declared = _hash(lineage)
    if declared == pipeline.lineage_hash and (not pipeline.load_lineage or _is_recorded(session, pipeline.id, lineage)):
        return
    record_lineage(session, lineages=[lineage], origin=LineageOrigin.DECLARED, now=now)
    session.execute(
        sa.update(PIPELINE).where(PIPELINE.c.id == pipeline.id).values(lineage_hash=declared, load_lineage=True)
    )


def record_lineage(
    session: Session, *, lineages: Iterable[values.PipelineLineage], origin: LineageOrigin, now: dt.datetime
) -> int:
    """Replace the lineage that `origin` has recorded of each pipeline; other origins' lineage stays.

    Pipelines and addresses that do not exist are created. A provisional address gives way to where its asset lives, in
    what is recorded now and in all that was recorded before.

    Args:
        session: The transaction; nothing else has been written in it yet.
        lineages: From `clean_lineage`, one a pipeline.
        origin: Where the lineage comes from.
        now: The time.

    Returns:
        How many pipelines' lineage has changed.

    Raises:
        InvalidValueError: The type of a new address is not known yet, and no group was passed.
    """
    by_name = {lineage.pipeline_name: lineage for lineage in lineages}
    if not by_name:
        return 0
    closure.lock_closure(database.driver(session))
    by_name = _at_homes(session, by_name)
    catalog.ensure_pipelines(
        session, types_by_name={name: lineage.pipeline_type_name for name, lineage in by_name.items()}, now=now
    )
    address_ids = catalog.ensure_addresses(session, addresses=_addresses(by_name.values()), now=now)
    _settle_addresses(session, by_name, address_ids, now=now)
    names = catalog.current_pipeline_names(session, by_name)
    rows = session.execute(sa.select(PIPELINE.c.name, PIPELINE.c.id).where(catalog.by_names(PIPELINE, names.values())))
    ids = {row.name: row.id for row in rows}
    by_id = {ids[names[name]]: lineage for name, lineage in by_name.items()}
    if origin is LineageOrigin.DECLARED:  # what code declares is compared with this: it has to be loaded again
        session.execute(sa.update(PIPELINE).where(PIPELINE.c.id.in_(by_id)).values(lineage_hash=None))
    # Columns first: what those that stay are computed from is read, whether or not it is said again.
    changed = _replace_columns(session, by_id, address_ids, origin=origin)
    return len(changed | _replace_edges(session, by_id, address_ids, origin=origin))


def _is_recorded(session: Session, pipeline_id: int, lineage: values.PipelineLineage) -> bool:
    """Whether the declared edges of the pipeline, and its columns if any are declared, are those of `lineage`."""
    rows = database.driver(session).execute(RECORDED, {"pipeline_id": pipeline_id})
    edges: set[Row] = set()
    columns: set[Row] = set()
    for source, source_column, target, target_column in rows:
        if source_column is None:
            edges.add((source, target))
        else:
            columns.add((source, source_column, target, target_column))
    if _is_same(lineage, edges, columns):
        return True
    renamed = _current(session, lineage)
    return bool(renamed) and _is_same(_renamed(lineage, renamed), edges, columns)


def _is_same(lineage: values.PipelineLineage, edges: set[Row], columns: set[Row]) -> bool:
    if edges != {(source.name, target.name) for source, target in product(lineage.sources, lineage.targets)}:
        return False
    return lineage.columns is None or columns == {
        (edge.source_address, edge.source_column, edge.target_address, edge.target_column) for edge in lineage.columns
    }


# Names


def _at_homes(session: Session, by_name: Mapping[str, values.PipelineLineage]) -> dict[str, values.PipelineLineage]:
    """The lineage with the places where assets live instead of provisional addresses, where these are known."""
    provisional = {address.name for address in _addresses(by_name.values()) if address.provisional}
    if not provisional:
        return dict(by_name)
    homes = catalog.addresses_of_pipelines(session, names=provisional)
    passed = {name: by_name[name].address for name in provisional & by_name.keys()}
    homes |= {name: address for name, address in passed.items() if address is not None and not address.provisional}
    known = {name: home for name, home in homes.items() if not home.provisional}
    return {name: _renamed(lineage, known) for name, lineage in by_name.items()}


def _current(session: Session, lineage: values.PipelineLineage) -> dict[str, values.Address]:
    """The addresses under their current names, by the names that they had before."""
    by_name = {address.name: address for address in _addresses([lineage])}
    return {old: replace(by_name[old], name=new) for old, new in catalog.current_names(session, names=by_name).items()}


def _renamed(lineage: values.PipelineLineage, others: Mapping[str, values.Address]) -> values.PipelineLineage:
    """The lineage with other addresses in the place of those of these names."""
    if not others:
        return lineage

    def name(address: str) -> str:
        return others[address].name if address in others else address

    def unique(addresses: Iterable[values.Address]) -> tuple[values.Address, ...]:
        renamed = (others.get(address.name, address) for address in addresses)
        return tuple({address.name: address for address in renamed}.values())

    columns = lineage.columns and tuple(
        replace(edge, source_address=name(edge.source_address), target_address=name(edge.target_address))
        for edge in lineage.columns
    )
    return replace(
        lineage,
        address=lineage.address and others.get(lineage.address.name, lineage.address),
        sources=unique(lineage.sources),
        targets=unique(lineage.targets),
        columns=columns,
    )


# Writing


def _settle_addresses(
    session: Session, by_name: Mapping[str, values.PipelineLineage], address_ids: Mapping[str, int], *, now: dt.datetime
) -> None:
    """Record each asset's address and its type, which the asset itself decides; merge what it had before that."""
    homes = {name: lineage.address for name, lineage in by_name.items() if lineage.address is not None}
    known = catalog.addresses_of_pipelines(session, names=homes)
    names = catalog.current_pipeline_names(session, homes)
    for name, address in sorted(homes.items()):
        if name not in known or known[name].name != address.name:
            session.execute(
                sa.update(PIPELINE).where(PIPELINE.c.name == names[name]).values(address_id=address_ids[address.name])
            )
    mistyped = [
        address
        for name, address in homes.items()
        if name not in known or known[name].address_type_name != address.address_type_name
    ]
    catalog.retype_addresses(session, addresses=mistyped, now=now)
    left = catalog.provisional_ids(
        session, [name for name, address in homes.items() if address.name != name and not address.provisional]
    )
    merge_addresses(
        session,
        into={gone: address_ids[homes[name].name] for name, gone in left.items()},
        keep_names=False,
        now=now,
    )


def _replace_edges(
    session: Session,
    by_id: Mapping[int, values.PipelineLineage],
    address_ids: Mapping[str, int],
    *,
    origin: LineageOrigin,
) -> set[int]:
    """Return the ids of the pipelines whose edges have changed."""
    wanted = {
        (pipeline_id, address_ids[source.name], address_ids[target.name])
        for pipeline_id, lineage in by_id.items()
        for source, target in product(lineage.sources, lineage.targets)
    }
    if origin is LineageOrigin.OPENLINEAGE:
        # Who reads SQL names a table that is built beside and swapped in, or added to, on both sides.
        wanted = {row for row in wanted if row[1] != row[2]}
    if origin is LineageOrigin.MATERIALIZATION:
        wanted |= _read_by_columns(session, by_id, address_ids, origin=origin)
    return replace_edges(session, wanted, pipeline_ids=by_id, origin=origin)


def replace_edges(
    session: Session, wanted: Set[Row], *, pipeline_ids: Iterable[int], origin: LineageOrigin
) -> set[int]:
    """Replace what `origin` has recorded of these pipelines by edges, each a pipeline, a source and a target.

    Returns:
        The ids of the pipelines whose edges have changed.
    """
    columns = (EDGE.c.pipeline_id, EDGE.c.source_address_id, EDGE.c.target_address_id)
    known = _known(session, EDGE, columns, pipeline_ids=pipeline_ids, origin=origin)
    new, gone = wanted - known.keys(), known.keys() - wanted
    _insert(session, EDGE, columns, new, origin=origin)
    closure.follow(
        database.driver(session),
        inserted=Counter((source, target) for _, source, target in new),
        deleted=Counter((source, target) for _, source, target in gone),
    )
    _delete(session, EDGE, [known[row] for row in gone])
    return {pipeline_id for pipeline_id, *_ in new | gone}


def _read_by_columns(
    session: Session,
    by_id: Mapping[int, values.PipelineLineage],
    address_ids: Mapping[str, int],
    *,
    origin: LineageOrigin,
) -> set[Row]:
    """The edges between the addresses of recorded columns, of pipelines whose columns are not all reported."""
    partly = {
        pipeline_id: {address_ids[target.name] for target in lineage.targets}
        for pipeline_id, lineage in by_id.items()
        if lineage.columns is None or lineage.reported_columns is not None
    }
    ends = (COLUMN_EDGE.c.pipeline_id, COLUMN_EDGE.c.source_address_id, COLUMN_EDGE.c.target_address_id)
    known = _known(session, COLUMN_EDGE, ends, pipeline_ids=partly, origin=origin) if partly else {}
    return {row for row in known if row[2] in partly[row[0]]}


def _replace_columns(
    session: Session,
    by_id: Mapping[int, values.PipelineLineage],
    address_ids: Mapping[str, int],
    *,
    origin: LineageOrigin,
) -> set[int]:
    """Return the ids of the pipelines whose column edges have changed."""
    wanted = {
        (
            pipeline_id,
            address_ids[edge.source_address],
            edge.source_column,
            address_ids[edge.target_address],
            edge.target_column,
        )
        for pipeline_id, lineage in by_id.items()
        for edge in lineage.columns or ()
    }
    if origin is LineageOrigin.OPENLINEAGE:
        wanted = {row for row in wanted if row[1] != row[3]}  # as edges; two names may be of one address
    columns = (
        COLUMN_EDGE.c.pipeline_id,
        COLUMN_EDGE.c.source_address_id,
        COLUMN_EDGE.c.source_column,
        COLUMN_EDGE.c.target_address_id,
        COLUMN_EDGE.c.target_column,
    )
    known = _known(session, COLUMN_EDGE, columns, pipeline_ids=by_id, origin=origin)
    new = wanted - known.keys()
    gone = {row for row in known.keys() - wanted if not _unsaid(by_id[row[0]], row, address_ids, origin=origin)}
    _insert(session, COLUMN_EDGE, columns, new, origin=origin)
    _delete(session, COLUMN_EDGE, [known[row] for row in gone])
    return {pipeline_id for pipeline_id, *_ in new | gone}


def _unsaid(
    lineage: values.PipelineLineage, row: Row, address_ids: Mapping[str, int], *, origin: LineageOrigin
) -> bool:
    """Whether nothing is said of the column that a recorded row is about, so that the row stays."""
    _, source_id, _, target_id, column = row
    targets = {address_ids[target.name] for target in lineage.targets}
    existing = lineage.existing_columns
    if lineage.columns is None and existing is None and origin is not LineageOrigin.MATERIALIZATION:
        # It stays as long as the pipeline has both addresses. What a materialization says nothing of is read, too.
        return {source_id, target_id} <= targets | {address_ids[source.name] for source in lineage.sources}
    reported = () if lineage.columns is None else lineage.reported_columns
    if reported is None or column in reported or target_id not in targets:
        return False
    return existing is None or column.casefold() in {name.casefold() for name in existing}


def _known(
    session: Session,
    table: sa.Table,
    columns: Sequence[sa.ColumnElement[Any]],
    *,
    pipeline_ids: Iterable[int],
    origin: LineageOrigin,
) -> dict[Row, int]:
    """The rows that `origin` has recorded of the pipelines, with the id of each."""
    query = sa.select(table.c.id, *columns).where(
        table.c.pipeline_id == sa.any_(sa.cast(list(pipeline_ids), sa.ARRAY(sa.BigInteger))),
        table.c.origin == origin,
    )
    return {tuple(row): row_id for row_id, *row in session.execute(query)}


def _insert(
    session: Session, table: sa.Table, columns: Sequence[sa.ColumnElement[Any]], rows: Collection[Row], *, origin: str
) -> None:
    """Insert all rows with one statement, from one array a column: however many they are, they are few parameters."""
    if not rows:
        return
    arrays = ", ".join(f"%s::{column.type.compile()}[]" for column in columns)
    names = ", ".join(str(column.key) for column in columns)
    database.driver(session).execute(
        f"INSERT INTO {table} ({names}, origin) SELECT *, %s::watcher.lineage_origin FROM unnest({arrays}) AS new",
        [origin, *map(list, zip(*sorted(rows), strict=True))],
    )


def _delete(session: Session, table: sa.Table, ids: Sequence[int]) -> None:
    if ids:
        session.execute(sa.delete(table).where(table.c.id == sa.any_(sa.cast(list(ids), sa.ARRAY(sa.BigInteger)))))


def _addresses(lineages: Iterable[values.PipelineLineage]) -> list[values.Address]:
    return [
        address
        for lineage in lineages
        for address in (*([lineage.address] if lineage.address else ()), *lineage.sources, *lineage.targets)
    ]


def _hash(lineage: values.PipelineLineage) -> str:
    """A hash that does not depend on the order in which the lineage is declared."""
    content = {
        "sources": sorted(address.name for address in lineage.sources),
        "targets": sorted(address.name for address in lineage.targets),
        "columns": None
        if lineage.columns is None
        else sorted(
            [edge.source_address, edge.source_column, edge.target_address, edge.target_column]
            for edge in lineage.columns
        ),
    }
    return hashlib.sha256(arguments.json_text(content, sort_keys=True).encode()).hexdigest()
