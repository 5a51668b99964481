"""Rows by id or name, for every table whose rows have a unique name, and the names that some of them had before.

A name that a row had before it was renamed still means the row, so that code, recorders and spools that know the old
one make no second row, until another row is renamed to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session

from watcher_core import arguments
from watcher_core.database import models
from watcher_core.errors import InvalidValueError

# PostgreSQL leaves xmax at zero only on a row that this very statement inserted.
CREATED = sa.literal_column("(xmax = 0)", sa.Boolean).label("created")

# The former names of the rows of a table, and the column that says whose they are.
ALIASES: Final[Mapping[str, tuple[sa.Table, str]]] = {
    "pipeline": (models.table(models.PipelineAlias), "pipeline_id"),
    "pipeline_type": (models.table(models.PipelineTypeAlias), "pipeline_type_id"),
}


def by_reference(table: sa.Table, reference: int | str) -> sa.ColumnElement[bool]:
    """Return the condition that a row has this id, or this name, now or before."""
    if not isinstance(reference, str):
        return table.c.id == arguments.identifier(reference, "id")
    name = arguments.text(reference.strip(), "name")
    if table.name not in ALIASES:
        return table.c.name == name
    alias, row_id = ALIASES[table.name]
    named = table.alias("named")
    return table.c.id == sa.func.coalesce(
        sa.select(named.c.id).where(named.c.name == name).scalar_subquery(),
        sa.select(alias.c[row_id]).where(alias.c.name == name).scalar_subquery(),
    )


NAMED: Final[Mapping[str, sa.Table]] = {
    "pipeline": models.table(models.Pipeline),
    "pipeline_type": models.table(models.PipelineType),
    "address": models.table(models.Address),
    "address_type": models.table(models.AddressType),
}


def known_name(session: Session, kind: str, name: str) -> str:
    """Return the name as it is stored: itself where it is known, else the only one that is equal without case."""
    table = NAMED[kind]
    name = arguments.text(name, "name").strip()
    if session.scalar(sa.select(table.c.id).where(by_reference(table, name))) is not None:
        return name
    similar = sa.select(table.c.name).where(sa.func.lower(table.c.name) == sa.func.lower(name)).limit(2)
    found = session.scalars(similar).all()
    return found[0] if len(found) == 1 else name


def by_names(table: sa.FromClause, names: Iterable[str]) -> sa.ColumnElement[bool]:
    """Return the condition that a row has one of these names."""
    # One array, however many names: PostgreSQL takes 65,535 parameters at most.
    return table.c.name == sa.any_(sa.cast(list(names), ARRAY(sa.Text)))


def renamed(session: Session, table: sa.Table, names: Iterable[str]) -> dict[str, str]:
    """Return the names that rows have now, by names that they had before; without those that did not change."""
    alias, row_id = ALIASES[table.name]
    rows = session.execute(
        sa.select(alias.c.name, table.c.name.label("current"))
        .join(table, table.c.id == alias.c[row_id])
        .where(by_names(alias, names))
    )
    return {row.name: row.current for row in rows}


def former_names(session: Session, kind: str, row_id: int) -> list[str]:
    """Return the names that a row had before."""
    alias, of_row = ALIASES[kind]
    return list(session.scalars(sa.select(alias.c.name).where(alias.c[of_row] == row_id).order_by(alias.c.name)))


def keep_former_name(session: Session, table: sa.Table, row: sa.Row[Any, Any], new: str) -> None:
    """Let the name of a row, which is about to become `new`, go on to mean it.

    A name that another row had before is free: who gives it to this one says what it is to mean from now on.

    Raises:
        InvalidValueError: Another row has the new name.
    """
    if row.name == new:
        return
    alias, row_id = ALIASES[table.name]
    kind = table.name.replace("_", " ")
    taken = session.scalar(sa.select(table.c.id).where(table.c.name == new))
    if taken is not None:
        raise InvalidValueError(
            f"name is {arguments.shown(new)}; {kind} {taken} has that name, and two are not made one; "
            "rename that one first"
        )
    session.execute(sa.delete(alias).where(alias.c.name == new))
    session.execute(insert(alias).values({"name": row.name, row_id: row.id}))
