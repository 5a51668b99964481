"""Addresses: where data lives."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from watcher_core import arguments, storages, values
from watcher_core.catalog.address_types import TYPE, ensure_address_types, get_or_create_address_type
from watcher_core.catalog.names import by_names, by_reference, renamed
from watcher_core.database import Driver, models, rows_of_page
from watcher_core.errors import InvalidValueError, NotFoundError
from watcher_core.values import Unset
from watcher_core.values.rows import of_rows

ADDRESS = models.table(models.Address)
ALIAS = models.table(models.AddressAlias)

# What a caller may state of an address besides its name and type.
TABLE_PARTS = ("database_name", "schema_name", "table_name")
PARTS = (*TABLE_PARTS, "primary_key")

# The groups of types whose addresses are tables, named by database, schema and table.
TABLE_GROUPS = ("database", "warehouse")

SELECT_ADDRESSES = sa.select(
    ADDRESS, TYPE.c.name.label("address_type_name"), TYPE.c.group_name.label("address_type_group_name")
).join(TYPE, TYPE.c.id == ADDRESS.c.address_type_id)

# By the ten thousand: a summary of lineage lists most of what it looks at.
FIELDS = tuple(field.name for field in fields(values.Address))
OF_TYPE = {
    "address_type_name": "type.name",
    "address_type_group_name": "type.group_name",
    "created": "false",
    "address_metadata": "nullif(address.address_metadata, '{}')",  # most have none, and JSON takes longest to read
}
LIST = f"""
    SELECT {", ".join(OF_TYPE.get(name, f"address.{name}") for name in FIELDS)}
      FROM watcher.address
      JOIN watcher.address_type AS type ON type.id = address.address_type_id
"""

# In the order of the names, so that concurrent callers wait for each other and never deadlock.
INSERT_MISSING = sa.text("""
    INSERT INTO watcher.address (name, address_type_id, database_name, schema_name, table_name, primary_key,
                                 address_metadata, provisional, created_at, updated_at)
    SELECT name, address_type_id, database_name, schema_name, table_name, primary_key,
           address_metadata, provisional, :now, :now
      FROM jsonb_to_recordset(CAST(:addresses AS jsonb)) AS unknown (
               name text, address_type_id bigint, database_name text, schema_name text, table_name text,
               primary_key text, address_metadata jsonb, provisional boolean)
     ORDER BY name
        ON CONFLICT (name) DO NOTHING
    RETURNING name
""")

# A name is that of an asset's pipeline, of an address, or one that an address had before; in this order, because people
# ask for an asset by its key, whatever else has that name.
FIND = sa.text("""
    SELECT coalesce((SELECT address_id FROM watcher.pipeline WHERE name = :name),
                    (SELECT address_id
                       FROM watcher.pipeline
                       JOIN watcher.pipeline_alias AS alias ON alias.pipeline_id = pipeline.id
                      WHERE alias.name = :name),
                    (SELECT id FROM watcher.address WHERE name = :name),
                    (SELECT address_id FROM watcher.address_alias WHERE name = :name))
""")


def get_or_create_address(session: Session, *, address: values.Address, now: dt.datetime) -> values.Address:
    """Return the address of that name; create it where it is not known.

    A known address keeps its type, and gets the parts and the metadata that are passed.
    """
    address = clean_address(address)
    ids, created = _ensure(session, addresses=[address], now=now)
    return _get(session, ids[address.name], created=address.name in created)


def ensure_addresses(session: Session, *, addresses: Iterable[values.Address], now: dt.datetime) -> dict[str, int]:
    """Create the addresses that are not known yet; complete the others, which keep their types.

    Args:
        session: The transaction.
        addresses: From `clean_address`.
        now: The time.

    Returns:
        The id of each, by name. A name that an address had before is that address.

    Raises:
        InvalidValueError: The type of a new address is not known yet, and no group was passed.
    """
    ids, _ = _ensure(session, addresses=addresses, now=now)
    return ids


def _ensure(
    session: Session, *, addresses: Iterable[values.Address], now: dt.datetime
) -> tuple[dict[str, int], set[str]]:
    """As `ensure_addresses`; return the names of those that were created, too."""
    by_name = {address.name: address for address in addresses}
    ids = _ids(session, by_name)
    created: set[str] = set()
    known = by_name.keys() & ids.keys()
    # In the order of their names, so that concurrent callers wait for each other and never deadlock.
    unknown = [by_name[name] for name in sorted(by_name.keys() - known)]
    type_ids = ensure_address_types(session, unknown, now=now)
    if unknown:
        rows = [
            {
                "name": address.name,
                "address_type_id": type_ids[address.address_type_name],
                "address_metadata": address.address_metadata,
                "provisional": address.provisional,
                **_parts(address),
            }
            for address in unknown
        ]
        created.update(session.scalars(INSERT_MISSING, {"addresses": arguments.json_text(rows), "now": now}))
        ids |= _ids(session, [address.name for address in unknown])
    _complete(session, {ids[name]: address for name, address in by_name.items() if name in known}, now=now)
    return ids, created


def _complete(session: Session, stated: Mapping[int, values.Address], *, now: dt.datetime) -> None:
    """Write what is stated of known addresses and not recorded; one that is no longer provisional gets its type."""
    rows = session.execute(
        SELECT_ADDRESSES.where(ADDRESS.c.id == sa.any_(sa.cast(list(stated), sa.ARRAY(sa.BigInteger))))
    )
    for row in sorted(rows, key=lambda row: str(row.name)):
        address = stated[row.id]
        parts = {part: getattr(address, part) for part in PARTS}
        if not _own_parts(address) and not _own_parts(row):  # what a person has changed is not put back
            parts |= _parts_of_name(row.name, row.address_type_group_name)
        changed: dict[str, Any] = {
            part: value for part, value in parts.items() if value not in (None, getattr(row, part))
        }
        metadata = row.address_metadata | address.address_metadata | _names_elsewhere(row.address_metadata)
        if metadata != row.address_metadata:
            changed["address_metadata"] = metadata
        if row.provisional and not address.provisional:
            changed["provisional"] = False
            changed["address_type_id"] = ensure_address_types(session, [address], now=now)[address.address_type_name]
        if changed:
            session.execute(sa.update(ADDRESS).where(ADDRESS.c.id == row.id).values(**changed, updated_at=now))


def retype_addresses(session: Session, *, addresses: Iterable[values.Address], now: dt.datetime) -> None:
    """Change the types of known addresses to those passed."""
    in_order = sorted(addresses, key=lambda address: address.name)
    type_ids = ensure_address_types(session, in_order, now=now)
    for address in in_order:
        type_id = type_ids[address.address_type_name]
        session.execute(
            sa.update(ADDRESS)
            .where(ADDRESS.c.name == address.name, ADDRESS.c.address_type_id != type_id)
            .values(address_type_id=type_id, updated_at=now)
        )


def clean_address(address: values.Address) -> values.Address:
    """Return an address as a caller declares it, checked.

    Raises:
        InvalidValueError: A value breaks a rule.
    """
    if not isinstance(address, values.Address):
        raise InvalidValueError(
            f"{arguments.shown(address)} is no address; pass one, as in Address('orders', 'postgresql', 'database')"
        )
    group = address.address_type_group_name
    return values.Address(
        arguments.address_name(address.name, "address name"),
        arguments.name(address.address_type_name, "address_type_name"),
        None if group is None else arguments.name(group, "address_type_group_name"),
        **_clean_fields({field: getattr(address, field) for field in (*PARTS, "address_metadata")}),
        provisional=arguments.flag(address.provisional, "provisional"),
    )


def find_address_id(session: Session, reference: int | str) -> int:
    """Return the id of an address, by id, by the name of the pipeline whose asset lives there, or by its name.

    Raises:
        NotFoundError: There is none.
    """
    if isinstance(reference, str):
        found = session.scalar(FIND, {"name": arguments.text(reference.strip(), "name")})
    else:
        found = session.scalar(sa.select(ADDRESS.c.id).where(by_reference(ADDRESS, reference)))
    if found is None:
        raise NotFoundError("address", reference)
    return int(found)


def find_named_address(session: Session, reference: int | str) -> values.Address:
    """Return an address by its id, its name, or a name that it had before; not by a pipeline.

    Raises:
        NotFoundError: There is none.
    """
    found: int | None
    if isinstance(reference, str):
        name = arguments.text(reference.strip(), "name")
        found = _ids(session, [name]).get(name)
    else:
        found = session.scalar(sa.select(ADDRESS.c.id).where(by_reference(ADDRESS, reference)))
    if found is None:
        raise NotFoundError("address", reference)
    return _get(session, found)


def current_names(session: Session, names: Iterable[str]) -> dict[str, str]:
    """Return the names that addresses have now, by names that they had before; without those that did not change."""
    rows = session.execute(
        sa.select(ALIAS.c.name, ADDRESS.c.name.label("current"))
        .join(ADDRESS, ADDRESS.c.id == ALIAS.c.address_id)
        .where(by_names(ALIAS, names))
    )
    return {row.name: row.current for row in rows}


def addresses_of_pipelines(session: Session, *, names: Iterable[str]) -> dict[str, values.Address]:
    """Return the addresses of these pipelines' assets, by the pipeline's name, as far as they are known."""
    pipeline = models.table(models.Pipeline)
    used = list(names)
    former = renamed(session, pipeline, used)
    rows = session.execute(
        SELECT_ADDRESSES.add_columns(pipeline.c.name.label("pipeline_name"))
        .join(pipeline, pipeline.c.address_id == ADDRESS.c.id)
        .where(by_names(pipeline, [*used, *former.values()]))
    )
    found = {row.pipeline_name: _address(row) for row in rows}
    return {name: found[former.get(name, name)] for name in used if former.get(name, name) in found}


def list_addresses(
    connection: Driver,
    *,
    where: str = "true",
    given: Mapping[str, object] | None = None,
    after: int | None = None,
    limit: int | None = None,
) -> list[values.Address]:
    """Return all addresses, or those that meet a condition in SQL, by name.

    Args:
        connection: The transaction.
        where: The condition; it may use columns of `address`.
        given: Its parameters.
        after, limit: A page of them, as `database.rows_of_page`.
    """
    of_page, page = rows_of_page("address", where, order="address.name", after=after, limit=limit)
    rows = connection.execute(f"{LIST} {of_page}", {**(given or {}), **page}).fetchall()
    found = of_rows(values.Address, FIELDS, rows, {})
    for address in found:
        if address.address_metadata is None:
            vars(address)["address_metadata"] = {}
    return found


def update_address(session: Session, *, address_id: int, fields: Mapping[str, Any], now: dt.datetime) -> values.Address:
    """Change an address; only the fields that are passed. A name that it had before stays one of its names.

    The parts that its name has said follow its name, and the names that it has in OpenLineage stay.
    """
    changed = _clean_fields(fields)
    before = _get(session, address_id)
    group = before.address_type_group_name
    type_name = changed.pop("address_type_name", None)
    if type_name is not None:
        known = get_or_create_address_type(session, name=type_name, group_name=None, now=now)
        changed["address_type_id"], group = known.id, known.group_name
    if "name" in changed:
        session.execute(sa.delete(ALIAS).where(ALIAS.c.name == changed["name"]))
        changed["provisional"] = False
        if before.name != changed["name"]:
            session.execute(insert(ALIAS).values(name=before.name, address_id=address_id))
    if "address_metadata" in changed:
        changed["address_metadata"] = _names_elsewhere(before.address_metadata) | changed["address_metadata"]
    said = _parts_of_name(before.name, before.address_type_group_name)
    says = _parts_of_name(changed.get("name", before.name), group)
    if said != says and _own_parts(before) in ({}, said):
        changed = {part: says.get(part) for part in TABLE_PARTS} | changed
    session.execute(sa.update(ADDRESS).where(ADDRESS.c.id == address_id).values(**changed, updated_at=now))
    return _get(session, address_id)


def add_names(session: Session, *, ids: Mapping[str, int]) -> None:
    """Let addresses have further names, as far as no address has these.

    Args:
        session: The transaction.
        ids: The address that gets each name.
    """
    session.execute(ADD_NAMES, {"names": list(ids), "ids": list(ids.values())})


ADD_NAMES = sa.text("""
    INSERT INTO watcher.address_alias (name, address_id)
    SELECT name, address_id
      FROM unnest(CAST(:names AS text[]), CAST(:ids AS bigint[])) AS given (name, address_id)
     WHERE NOT EXISTS (SELECT FROM watcher.address WHERE address.name = given.name)
     ORDER BY name
        ON CONFLICT (name) DO NOTHING
""")


def provisional_ids(session: Session, names: Iterable[str]) -> dict[str, int]:
    """Return the ids of those addresses of these names that are provisional."""
    rows = session.execute(
        sa.select(ADDRESS.c.name, ADDRESS.c.id).where(by_names(ADDRESS, names), ADDRESS.c.provisional)
    )
    return {row.name: row.id for row in rows}


def _ids(session: Session, names: Iterable[str]) -> dict[str, int]:
    """The ids of the addresses that have these names, or had them before."""
    names = list(names)
    known = sa.select(ADDRESS.c.name, ADDRESS.c.id).where(by_names(ADDRESS, names))
    before = sa.select(ALIAS.c.name, ALIAS.c.address_id).where(by_names(ALIAS, names))
    return {row.name: row.id for row in session.execute(known.union_all(before))}


def _address(row: sa.Row[Any]) -> values.Address:
    return values.Address(**{field: value for field, value in row._mapping.items() if field != "pipeline_name"})


def _get(session: Session, address_id: int, *, created: bool = False) -> values.Address:
    row = session.execute(SELECT_ADDRESSES.where(ADDRESS.c.id == address_id)).one()
    return values.Address(**row._mapping, created=created)


def _parts(address: values.Address) -> dict[str, str | None]:
    """What is stated of its parts, or what its name says."""
    parts = {part: getattr(address, part) for part in PARTS}
    return parts if _own_parts(address) else parts | _parts_of_name(address.name, address.address_type_group_name)


def _names_elsewhere(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """The names that an address came with from OpenLineage: it is sent there by the same ones."""
    return {name: value for name, value in metadata.items() if name == storages.NAMED_AS}


def _own_parts(address: values.Address | sa.Row[Any]) -> dict[str, str]:
    """The database, the schema and the table that an address has."""
    return {part: getattr(address, part) for part in TABLE_PARTS if getattr(address, part)}


def _parts_of_name(name: str, group: str | None) -> dict[str, str]:
    """What the name of an address says: a table in a database has three parts."""
    parts = name.split(".")
    is_table = group in TABLE_GROUPS and len(parts) == len(TABLE_PARTS) and all(map(str.strip, parts))
    return dict(zip(TABLE_PARTS, parts, strict=True)) if is_table and "/" not in name else {}


CLEANING: Mapping[str, Callable[[Any, str], Any]] = {
    "name": arguments.address_name,
    "address_type_name": arguments.name,
    "deprecated": arguments.flag,
    "address_metadata": arguments.json_object,
    **dict.fromkeys(PARTS, lambda value, field: None if value is None else arguments.name(value, field)),
}


def _clean_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {field: CLEANING[field](value, field) for field, value in fields.items() if not isinstance(value, Unset)}
