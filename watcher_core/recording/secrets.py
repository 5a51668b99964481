"""Secrets that were stored by versions that did not mask them, masked where they stand.

One page of a table a call, by primary key: whoever calls commits in between, so that nothing waits for it. What was
stored since is masked already, and a row without a secret is not written.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from watcher_core import arguments, catalog, database, lineage, masking


@dataclass(frozen=True)
class _Column:
    table: str
    column: str
    is_json: bool = True
    key: str = "id"  # what its rows are paged by; several rows may share a value

    @property
    def name(self) -> str:
        return f"{self.table}.{self.column}"


COLUMNS: Final = {
    each.name: each
    for each in (
        _Column("pipeline", "pipeline_metadata"),
        _Column("pipeline_execution", "execution_metadata"),
        _Column("address", "address_metadata"),
        _Column("asset_check_result", "description", is_json=False),
        _Column("asset_check_result", "result_metadata"),
        _Column("alert", "facts"),
        _Column("alert", "note", is_json=False),
        _Column("alert", "resolution"),
        _Column("alert_action", "note", is_json=False),
        _Column("alert_delivery", "last_error", is_json=False, key="alert_id"),
        _Column("maintenance_window", "note", is_json=False),
    )
}
ADDRESS_NAMES: Final = "address.name"
PLACES: Final = (*COLUMNS, ADDRESS_NAMES)


@dataclass(frozen=True)
class MaskedPage:
    """A page that was looked at.

    Attributes:
        masked: How many values of it held a secret.
        last_id: Where the next page begins; `None` where there is none.
    """

    masked: int
    last_id: int | None


def mask_page(session: Session, *, place: str, after: int, size: int, now: dt.datetime) -> MaskedPage:
    """Mask the secrets in a page of the values of a column.

    Args:
        session: The transaction; nothing else has been written in it yet.
        place: Which column, one of `PLACES`.
        after: The id before the page.
        size: How many rows it has.
        now: The time.
    """
    if place == ADDRESS_NAMES:
        return MaskedPage(_mask_address_names(session, now=now), None)
    column = COLUMNS[place]
    of_page = {"after": after, "size": size}
    last_id = session.scalar(
        sa.text(f"""
            SELECT max({column.key})
              FROM (SELECT {column.key}
                      FROM watcher.{column.table}
                     WHERE {column.key} > :after
                     ORDER BY {column.key}
                     LIMIT :size) AS page
        """),
        of_page,
    )
    if last_id is None:
        return MaskedPage(0, None)
    rows = session.execute(
        sa.text(f"""
            SELECT {column.key} AS id, CAST({column.column} AS text) AS written
              FROM watcher.{column.table}
             WHERE {column.key} > :after
               AND {column.key} <= :last_id
               AND lower(CAST({column.column} AS text)) LIKE ANY (CAST(:hints AS text[]))
        """),
        {"after": after, "last_id": last_id, "hints": [f"%{hint}%" for hint in masking.HINTS]},
    )
    masked = [(row.id, row.written, new) for row in rows if (new := _masked(row.written, column)) is not None]
    if masked:
        kind = "jsonb" if column.is_json else "text"
        ids, before, after_ = (list(values) for values in zip(*masked, strict=True))
        session.execute(
            # What has changed since it was read was masked as it was written.
            sa.text(f"""
                UPDATE watcher.{column.table} AS known
                   SET {column.column} = CAST(new.value AS {kind})
                  FROM unnest(CAST(:ids AS bigint[]), CAST(:before AS text[]), CAST(:after AS text[]))
                       AS new (id, was, value)
                 WHERE known.{column.key} = new.id
                   AND known.{column.column} = CAST(new.was AS {kind})
            """),
            {"ids": ids, "before": before, "after": after_},
        )
    return MaskedPage(len(masked), int(last_id))


def _masked(written: str, column: _Column) -> str | None:
    """The value without its secrets; `None` where it has none."""
    if not column.is_json:
        masked = masking.mask_text(written)
        return None if masked == written else masked
    value: Any = json.loads(written)
    masked_value = masking.mask_json(value, written)
    return None if masked_value == value else arguments.json_text(masked_value)


def _mask_address_names(session: Session, *, now: dt.datetime) -> int:
    """Rename the addresses with a secret in their name; where the name without it is known, the two are merged."""
    masked = 0
    for address in catalog.list_addresses(database.driver(session)):
        name = masking.mask_text(address.name)
        if name != address.name and address.id is not None:
            lineage.update_address(session, reference=address.id, fields={"name": name}, now=now)
            masked += 1
    aliases = session.scalars(sa.text("SELECT name FROM watcher.address_alias")).all()
    secret = [alias for alias in aliases if masking.mask_text(alias) != alias]
    if secret:  # who declares one declares the name without the secret
        session.execute(
            sa.text("DELETE FROM watcher.address_alias WHERE name = ANY(CAST(:names AS text[]))"), {"names": secret}
        )
    return masked
