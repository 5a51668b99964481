"""Addresses that take the place of others, which were the same place by another name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session


def merge_rows(session: Session, *, into: Mapping[int, int], keep_names: bool, now: dt.datetime) -> None:
    """Replace addresses by others, once nothing of lineage refers to them. What only they have is kept.

    Args:
        session: The transaction.
        into: Which address takes the place of which, by the id of the one that goes.
        keep_names: Whether the names that go still mean the addresses that stay.
        now: The time.
    """
    pairs = {"gone": list(into), "kept": list(into.values()), "now": now}
    for statement in (MOVE_PIPELINES, MOVE_ALIASES, KEEP_PARTS, *([KEEP_NAMES] if keep_names else []), DELETE_MERGED):
        session.execute(statement, pairs)


_MERGED = "unnest(CAST(:gone AS bigint[]), CAST(:kept AS bigint[])) AS merged (gone, kept)"

MOVE_PIPELINES = sa.text(f"""
    UPDATE watcher.pipeline
       SET address_id = merged.kept
      FROM {_MERGED}
     WHERE pipeline.address_id = merged.gone
""")

MOVE_ALIASES = sa.text(f"""
    UPDATE watcher.address_alias
       SET address_id = merged.kept
      FROM {_MERGED}
     WHERE address_alias.address_id = merged.gone
""")

KEEP_PARTS = sa.text(f"""
    UPDATE watcher.address
       SET database_name = coalesce(address.database_name, gone.database_name),
           schema_name = coalesce(address.schema_name, gone.schema_name),
           table_name = coalesce(address.table_name, gone.table_name),
           primary_key = coalesce(address.primary_key, gone.primary_key),
           address_metadata = gone.address_metadata || address.address_metadata,
           updated_at = :now
      FROM {_MERGED}
      JOIN watcher.address AS gone ON gone.id = merged.gone
     WHERE address.id = merged.kept
""")

KEEP_NAMES = sa.text(f"""
    INSERT INTO watcher.address_alias (name, address_id)
    SELECT address.name, merged.kept
      FROM {_MERGED}
      JOIN watcher.address ON address.id = merged.gone
        ON CONFLICT (name) DO UPDATE SET address_id = excluded.address_id
""")

DELETE_MERGED = sa.text("DELETE FROM watcher.address WHERE id = ANY(CAST(:gone AS bigint[]))")
