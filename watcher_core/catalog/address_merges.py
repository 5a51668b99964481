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
        into: Which address takes the place of which, by the id of the one that goes; there is at least one.
        keep_names: Whether the names that go still mean the addresses that stay.
        now: The time.
    """
    pairs = {"gone": list(into), "kept": list(into.values()), "now": now}
    session.execute(MOVE_PIPELINES, pairs)
    session.execute(MOVE_ALIASES, pairs)
    # One after the other: of several that go, each may have something that none of the others has.
    session.execute(KEEP_PARTS, [{"gone": gone, "kept": kept, "now": now} for gone, kept in into.items()])
    if keep_names:
        session.execute(KEEP_NAMES, pairs)
    session.execute(DELETE_MERGED, pairs)


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

KEEP_PARTS = sa.text("""
    UPDATE watcher.address
       SET database_name = coalesce(address.database_name, gone.database_name),
           schema_name = coalesce(address.schema_name, gone.schema_name),
           table_name = coalesce(address.table_name, gone.table_name),
           primary_key = coalesce(address.primary_key, gone.primary_key),
           address_metadata = gone.address_metadata || address.address_metadata,
           updated_at = :now
      FROM watcher.address AS gone
     WHERE gone.id = :gone
       AND address.id = :kept
""")

KEEP_NAMES = sa.text(f"""
    INSERT INTO watcher.address_alias (name, address_id)
    SELECT address.name, merged.kept
      FROM {_MERGED}
      JOIN watcher.address ON address.id = merged.gone
        ON CONFLICT (name) DO UPDATE SET address_id = excluded.address_id
""")

DELETE_MERGED = sa.text("DELETE FROM watcher.address WHERE id = ANY(CAST(:gone AS bigint[]))")
