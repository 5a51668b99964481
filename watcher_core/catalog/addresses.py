"""Addresses, where data lives, and their types."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from watcher_core import arguments, values
from watcher_core.catalog.names import CREATED, by_names, by_reference
from watcher_core.database import models
from watcher_core.errors import InvalidValueError, NotFoundError
from watcher_core.values import Unset

TYPE = models.table(models.AddressType)
ADDRESS = models.table(models.Address)

SELECT_ADDRESSES = sa.select(
    ADDRESS, TYPE.c.name.label("address_type_name"), TYPE.c.group_name.label("address_type_group_name")
).join(TYPE, TYPE.c.id == ADDRESS.c.address_type_id)

# In the order of the names, so that concurrent callers wait for each other and never deadlock.
INSERT_MISSING = sa.text("""
    INSERT INTO watcher.address (name, address_type_id, created_at, updated_at)
    SELECT name, type_id, :now, :now
      FROM unnest(CAST(:names AS text[]), CAST(:type_ids AS bigint[])) AS unknown (name, type_id)
        ON CONFLICT (name) DO NOTHING
""")


def get_or_create_address_type(
    session: Session, *, name: str, group_name: str | None, now: dt.datetime
) -> values.AddressType:
    """Return the type of that name; create it, or change its group, where needed.

    Raises:
        InvalidValueError: The type is not known yet and no group was passed.
    """
    name = arguments.name(name, "name")
    group = None if group_name is None else arguments.name(group_name, "group_name")
    row = session.execute(sa.select(TYPE).where(TYPE.c.name == name)).one_or_none()
    if row is None and group is None:
        raise InvalidValueError(
            f"address type {name!r} is not known yet; "
            "pass its group too: database, warehouse, bucket, api, file, stream, …"
        )
    if row is None or group not in (None, row.group_name):
        row = session.execute(
            insert(TYPE)
            .values(name=name, group_name=group, created_at=now, updated_at=now)
            .on_conflict_do_update(index_elements=["name"], set_={"group_name": group, "updated_at": now})
            .returning(TYPE, CREATED)
        ).one()
    return values.AddressType(**row._mapping)


def list_address_types(session: Session) -> list[values.AddressType]:
    """Return all address types, by name."""
    return [values.AddressType(**row._mapping) for row in session.execute(sa.select(TYPE).order_by(TYPE.c.name))]


def update_address_type(
    session: Session, *, reference: int | str, name: str | Unset, group_name: str | Unset, now: dt.datetime
) -> values.AddressType:
    """Rename an address type, or move it to another group."""
    changed = _clean_names(name=name, group_name=group_name)
    row = session.execute(
        sa.update(TYPE).where(by_reference(TYPE, reference)).values(**changed, updated_at=now).returning(TYPE)
    ).one_or_none()
    if row is None:
        raise NotFoundError("address type", reference)
    return values.AddressType(**row._mapping)


def get_or_create_address(session: Session, *, address: values.Address, now: dt.datetime) -> values.Address:
    """Return the address of that name; create it where it is not known. A known address keeps its type."""
    name = arguments.name(address.name, "name")
    row = session.execute(SELECT_ADDRESSES.where(ADDRESS.c.name == name)).one_or_none()
    if row is not None:
        return values.Address(**row._mapping)
    kind = get_or_create_address_type(
        session, name=address.address_type_name, group_name=address.address_type_group_name, now=now
    )
    created = session.execute(
        insert(ADDRESS)
        .values(name=name, address_type_id=kind.id, created_at=now, updated_at=now)
        .on_conflict_do_update(index_elements=["name"], set_={"name": name})
        .returning(ADDRESS.c.id, CREATED)
    ).one()
    return _get(session, created.id, created=created.created)


def ensure_addresses(session: Session, *, addresses: Iterable[values.Address], now: dt.datetime) -> dict[str, int]:
    """Create the addresses that are not known yet; leave the others as they are.

    Args:
        session: The transaction.
        addresses: From `clean_address`.
        now: The time.

    Returns:
        The id of each, by name.

    Raises:
        InvalidValueError: The type of a new address is not known yet, and no group was passed.
    """
    by_name = {address.name: address for address in addresses}
    ids = _ids(session, by_name)
    # In the order of their names, so that concurrent callers wait for each other and never deadlock.
    unknown = [by_name[name] for name in sorted(by_name.keys() - ids.keys())]
    type_ids = _ensure_types(session, unknown, now=now)
    if unknown:
        names = [address.name for address in unknown]
        types = [type_ids[address.address_type_name] for address in unknown]
        session.execute(INSERT_MISSING, {"names": names, "type_ids": types, "now": now})
        ids |= _ids(session, names)
    return ids


def retype_addresses(session: Session, *, addresses: Iterable[values.Address], now: dt.datetime) -> None:
    """Change the types of known addresses to those passed."""
    in_order = sorted(addresses, key=lambda address: address.name)
    type_ids = _ensure_types(session, in_order, now=now)
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
        arguments.name(address.name, "address name"),
        arguments.name(address.address_type_name, "address_type_name"),
        None if group is None else arguments.name(group, "address_type_group_name"),
    )


def find_address_id(session: Session, reference: int | str) -> int:
    """Return the id of an address, by id or name, or by the name of the pipeline whose asset lives there.

    Raises:
        NotFoundError: There is none.
    """
    found = session.scalar(sa.select(ADDRESS.c.id).where(by_reference(ADDRESS, reference)))
    if found is None and isinstance(reference, str):
        pipeline = models.table(models.Pipeline)
        found = session.scalar(sa.select(pipeline.c.address_id).where(by_reference(pipeline, reference)))
    if found is None:
        raise NotFoundError("address", reference)
    return int(found)


def addresses_of_pipelines(session: Session, *, names: Iterable[str]) -> dict[str, values.Address]:
    """Return the addresses of these pipelines' assets, by the pipeline's name, as far as they are known."""
    pipeline = models.table(models.Pipeline)
    rows = session.execute(
        SELECT_ADDRESSES.add_columns(pipeline.c.name.label("pipeline_name"))
        .join(pipeline, pipeline.c.address_id == ADDRESS.c.id)
        .where(by_names(pipeline, names))
    )
    return {row.pipeline_name: _address(row) for row in rows}


def list_addresses(session: Session) -> list[values.Address]:
    """Return all addresses, by name."""
    return [values.Address(**row._mapping) for row in session.execute(SELECT_ADDRESSES.order_by(ADDRESS.c.name))]


def update_address(
    session: Session,
    *,
    reference: int | str,
    name: str | Unset,
    address_type_name: str | Unset,
    deprecated: bool | Unset,
    now: dt.datetime,
) -> values.Address:
    """Change an address: its name, its type, whether it is deprecated; only what is passed."""
    changed: dict[str, Any] = _clean_names(name=name)
    if not isinstance(address_type_name, Unset):
        changed["address_type_id"] = get_or_create_address_type(
            session, name=address_type_name, group_name=None, now=now
        ).id
    if not isinstance(deprecated, Unset):
        changed["deprecated"] = arguments.flag(deprecated, "deprecated")
    found = session.scalar(
        sa.update(ADDRESS)
        .where(by_reference(ADDRESS, reference))
        .values(**changed, updated_at=now)
        .returning(ADDRESS.c.id)
    )
    if found is None:
        raise NotFoundError("address", reference)
    return _get(session, found)


def _ids(session: Session, names: Iterable[str]) -> dict[str, int]:
    rows = session.execute(sa.select(ADDRESS.c.name, ADDRESS.c.id).where(by_names(ADDRESS, names)))
    return {row.name: row.id for row in rows}


def _ensure_types(session: Session, addresses: Iterable[values.Address], *, now: dt.datetime) -> dict[str, int]:
    """Return the ids of the addresses' types; those that are not known are created. A known type keeps its group."""
    groups: dict[str, str | None] = {}
    for address in addresses:
        groups[address.address_type_name] = groups.get(address.address_type_name) or address.address_type_group_name
    rows = session.execute(sa.select(TYPE.c.name, TYPE.c.id).where(by_names(TYPE, groups)))
    ids = {row.name: row.id for row in rows}
    for name in sorted(groups.keys() - ids.keys()):
        ids[name] = get_or_create_address_type(session, name=name, group_name=groups[name], now=now).id
    return ids


def _address(row: sa.Row[Any]) -> values.Address:
    return values.Address(**{field: value for field, value in row._mapping.items() if field != "pipeline_name"})


def _get(session: Session, address_id: int, *, created: bool = False) -> values.Address:
    row = session.execute(SELECT_ADDRESSES.where(ADDRESS.c.id == address_id)).one()
    return values.Address(**row._mapping, created=created)


def _clean_names(**names: str | Unset) -> dict[str, Any]:
    return {field: arguments.name(value, field) for field, value in names.items() if not isinstance(value, Unset)}
