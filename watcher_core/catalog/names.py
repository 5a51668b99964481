"""Conditions that find rows by id or name, for every table whose rows have a unique name."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from watcher_core import arguments

# PostgreSQL leaves xmax at zero only on a row that this very statement inserted.
CREATED = sa.literal_column("(xmax = 0)", sa.Boolean).label("created")


def by_reference(table: sa.FromClause, reference: int | str) -> sa.ColumnElement[bool]:
    """Return the condition that a row has this id, or this name."""
    if isinstance(reference, str):
        return table.c.name == arguments.text(reference.strip(), "name")
    return table.c.id == arguments.identifier(reference, "id")


def by_names(table: sa.FromClause, names: Iterable[str]) -> sa.ColumnElement[bool]:
    """Return the condition that a row has one of these names."""
    # One array, however many names: PostgreSQL takes 65,535 parameters at most.
    return table.c.name == sa.any_(sa.cast(list(names), ARRAY(sa.Text)))
