"""Lineage that is imported from another system: declared edges, until code here declares some."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from watcher_core import database
from watcher_core.enums import LineageOrigin
from watcher_core.lineage import closure
from watcher_core.lineage.edges import Row, replace_edges

# How the hash of a pipeline's lineage begins where an import has written it.
MARK = "import:"

# Pipelines without declared lineage, and those whose lineage an import has written before.
FREE = sa.text(f"""
    SELECT id, lineage_hash
      FROM watcher.pipeline
     WHERE id = ANY(CAST(:ids AS bigint[]))
       AND (lineage_hash LIKE '{MARK}%'
            OR lineage_hash IS NULL
           AND NOT EXISTS (SELECT
                             FROM watcher.address_lineage AS edge
                            WHERE edge.pipeline_id = pipeline.id
                              AND edge.origin = 'declared'))
""")

KEEP_HASHES = sa.text("""
    UPDATE watcher.pipeline
       SET lineage_hash = imported.hash
      FROM unnest(CAST(:ids AS bigint[]), CAST(:hashes AS text[])) AS imported (id, hash)
     WHERE pipeline.id = imported.id
""")


def import_edges(session: Session, *, edges: Mapping[int, Collection[tuple[int, int]]]) -> int:
    """Write the edges of pipelines as their declared lineage, where code here has declared none.

    Args:
        session: The transaction; nothing else has been written in it yet.
        edges: Sources and targets, both ids of addresses, by the pipeline's id. Self edges and cycles are data.

    Returns:
        How many pipelines' lineage has changed.
    """
    hashes = {pipeline_id: _hash(pairs) for pipeline_id, pairs in edges.items()}
    closure.lock_closure(database.driver(session))
    free = session.execute(FREE, {"ids": list(edges)}).all()
    changed = {row.id for row in free if row.lineage_hash != hashes[row.id] and (edges[row.id] or row.lineage_hash)}
    if not changed:
        return 0
    wanted: set[Row] = {(pipeline_id, *pair) for pipeline_id in changed for pair in edges[pipeline_id]}
    replaced = replace_edges(session, wanted, pipeline_ids=changed, origin=LineageOrigin.DECLARED)
    session.execute(KEEP_HASHES, {"ids": list(changed), "hashes": [hashes[pipeline_id] for pipeline_id in changed]})
    return len(replaced)


def _hash(pairs: Collection[tuple[int, int]]) -> str:
    return MARK + hashlib.sha256(repr(sorted(pairs)).encode()).hexdigest()
