"""Types of addresses, and the group that each is in: a database, a bucket, an API."""

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


def ensure_address_types(session: Session, addresses: Iterable[values.Address], *, now: dt.datetime) -> dict[str, int]:
    """Return the ids of the addresses' types; those that are not known are created. A known type keeps its group."""
    groups: dict[str, str | None] = {}
    for address in addresses:
        groups[address.address_type_name] = groups.get(address.address_type_name) or address.address_type_group_name
    rows = session.execute(sa.select(TYPE.c.name, TYPE.c.id).where(by_names(TYPE, groups)))
    ids = {row.name: row.id for row in rows}
    for name in sorted(groups.keys() - ids.keys()):
        ids[name] = get_or_create_address_type(session, name=name, group_name=groups[name], now=now).id
    return ids


def list_address_types(session: Session) -> list[values.AddressType]:
    """Return all address types, by name."""
    return [values.AddressType(**row._mapping) for row in session.execute(sa.select(TYPE).order_by(TYPE.c.name))]


def get_address_type(session: Session, reference: int | str) -> values.AddressType:
    """Return the type with that id or name.

    Raises:
        NotFoundError: There is none.
    """
    row = session.execute(sa.select(TYPE).where(by_reference(TYPE, reference))).one_or_none()
    if row is None:
        raise NotFoundError("address type", reference)
    return values.AddressType(**row._mapping)


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


def _clean_names(**names: str | Unset) -> dict[str, Any]:
    return {field: arguments.name(value, field) for field, value in names.items() if not isinstance(value, Unset)}
