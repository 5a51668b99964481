"""Merging addresses: two names of one place become one address, with the edges of both."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from watcher_core import arguments, catalog, database, values
from watcher_core.database import Driver
from watcher_core.errors import NotFoundError
from watcher_core.lineage import closure

# An edge between an address and the one that takes its place is no edge; one that an address had to itself stays.
INSERT_EDGES = """
    WITH merged AS (
        SELECT * FROM unnest(%(gone)s::bigint[], %(kept)s::bigint[]) AS merged (gone, kept)
    )
    INSERT INTO watcher.address_lineage (pipeline_id, source_address_id, target_address_id, origin, created_at)
    SELECT edge.pipeline_id, coalesce(source.kept, edge.source_address_id),
           coalesce(target.kept, edge.target_address_id), edge.origin, min(edge.created_at)
      FROM watcher.address_lineage AS edge
      LEFT JOIN merged AS source ON source.gone = edge.source_address_id
      LEFT JOIN merged AS target ON target.gone = edge.target_address_id
     WHERE (source.gone IS NOT NULL OR target.gone IS NOT NULL)
       AND (edge.source_address_id = edge.target_address_id
            OR coalesce(source.kept, edge.source_address_id) <> coalesce(target.kept, edge.target_address_id))
     GROUP BY 1, 2, 3, 4
        ON CONFLICT DO NOTHING
    RETURNING source_address_id, target_address_id
"""

GONE_EDGES = """
    SELECT source_address_id, target_address_id
      FROM watcher.address_lineage
     WHERE source_address_id = ANY(%(gone)s) OR target_address_id = ANY(%(gone)s)
"""

INSERT_COLUMNS = """
    WITH merged AS (
        SELECT * FROM unnest(%(gone)s::bigint[], %(kept)s::bigint[]) AS merged (gone, kept)
    )
    INSERT INTO watcher.column_lineage
          (pipeline_id, source_address_id, source_column, target_address_id, target_column, origin)
    SELECT DISTINCT
           edge.pipeline_id, coalesce(source.kept, edge.source_address_id), edge.source_column,
           coalesce(target.kept, edge.target_address_id), edge.target_column, edge.origin
      FROM watcher.column_lineage AS edge
      LEFT JOIN merged AS source ON source.gone = edge.source_address_id
      LEFT JOIN merged AS target ON target.gone = edge.target_address_id
     WHERE (source.gone IS NOT NULL OR target.gone IS NOT NULL)
       AND (edge.source_address_id = edge.target_address_id
            OR coalesce(source.kept, edge.source_address_id) <> coalesce(target.kept, edge.target_address_id))
        ON CONFLICT DO NOTHING
"""


def update_address(
    session: Session, *, reference: int | str, fields: Mapping[str, Any], now: dt.datetime
) -> values.Address:
    """Change an address; one that gets the name of another is merged into that one.

    Args:
        session: The transaction; nothing else has been written in it yet.
        reference: Its id or name.
        fields: What changes.
        now: The time.

    Raises:
        NotFoundError: No address has that id or name.
        InvalidValueError: A value breaks a rule.
    """
    name = fields.get("name")
    is_renamed = not isinstance(name, values.Unset)
    if is_renamed:
        closure.lock_closure(database.driver(session))
    address = catalog.find_named_address(session, reference)
    other = _named(session, arguments.address_name(name, "name")) if is_renamed else None
    if other is None or other.id == address.id:
        try:
            with session.begin_nested():
                return catalog.update_address(session, address_id=_id(address), fields=fields, now=now)
        except IntegrityError:
            # An address of that name was made at the same moment, by who changes no lineage.
            other = _named(session, arguments.address_name(name, "name")) if is_renamed else None
            if other is None:
                raise
    merge_addresses(session, into={_id(address): _id(other)}, keep_names=True, now=now)
    return catalog.update_address(session, address_id=_id(other), fields=fields, now=now)


def name_addresses(
    session: Session,
    *,
    addresses: Iterable[values.Address],
    others: Mapping[str, str],
    came_as: Callable[[values.Address], str | None],
    now: dt.datetime,
) -> None:
    """Let addresses have further names. A name that another address has stays that one's, unless it may be merged.

    An address is merged into the one that gets its name if it came from where the names come from. So is the one that
    gets a name into an address that came by it, and that a person has named otherwise since.

    Args:
        session: The transaction; it holds the lock of the closure.
        addresses: Those that get further names, from `clean_address`; they are created where they are not known.
        others: The names of addresses, by the further names that they get.
        came_as: Returns the name by which an address came from where the names come from; `None` where it did not.
        now: The time.
    """
    ids = catalog.ensure_addresses(session, addresses=addresses, now=now)
    catalog.add_names(session, ids={other: ids[name] for other, name in others.items() if name in ids})
    into: dict[int, int] = {}
    for other, name in sorted(others.items()):
        known = _found(session, other)
        if known is None or name not in ids or _id(known) == ids[name]:
            continue
        if known.name == other:
            if came_as(known) is not None:
                into[_id(known)] = ids[name]
        elif came_as(known) == other and _named(session, name) is not None:
            into[ids[name]] = _id(known)
    merge_addresses(session, into=into, keep_names=True, now=now)


def merge_addresses(session: Session, *, into: Mapping[int, int], keep_names: bool, now: dt.datetime) -> None:
    """Replace addresses by others, in edges of every origin, in their closure, and as homes of assets.

    Args:
        session: The transaction; it holds the lock of the closure.
        into: Which address takes the place of which, by the id of the one that goes.
        keep_names: Whether the names that go still mean the addresses that stay.
        now: The time.
    """
    into = _without_steps(into)
    if not into:
        return
    connection = database.driver(session)
    session.flush()
    _move_edges(connection, into)
    catalog.merge_rows(session, into=into, keep_names=keep_names, now=now)


def _move_edges(connection: Driver, into: Mapping[int, int]) -> None:
    pairs = {"gone": list(into), "kept": list(into.values())}
    deleted = Counter((source, target) for source, target in connection.execute(GONE_EDGES, pairs))
    inserted = Counter((source, target) for source, target in connection.execute(INSERT_EDGES, pairs))
    closure.follow(connection, inserted=inserted, deleted=deleted)
    connection.execute(INSERT_COLUMNS, pairs)
    for table in ("address_lineage", "column_lineage"):
        connection.execute(
            f"DELETE FROM watcher.{table} WHERE source_address_id = ANY(%(gone)s) OR target_address_id = ANY(%(gone)s)",
            pairs,
        )


def _without_steps(into: Mapping[int, int]) -> dict[int, int]:
    """Where one address is to be replaced by another that is itself to be replaced, the last of them.

    Of addresses that are to replace each other, as two producers name one place in turn, the oldest stays.
    """
    last: dict[int, int] = {}
    for gone in into:
        way = [gone]
        while way[-1] in into and into[way[-1]] not in way:
            way.append(into[way[-1]])
        kept = way[-1]
        if kept in into:
            kept = min(way[way.index(into[kept]) :])
        if kept != gone:
            last[gone] = kept
    return last


def _named(session: Session, name: str) -> values.Address | None:
    found = _found(session, name)
    return found if found is not None and found.name == name else None  # what another had before is free


def _found(session: Session, name: str) -> values.Address | None:
    try:
        return catalog.find_named_address(session, name)
    except NotFoundError:
        return None


def _id(address: values.Address) -> int:
    if address.id is None:
        raise ValueError(f"address {address.name!r} is not a stored one")
    return address.id
