"""The SQL of where pipelines have their data, and of what of it comes from where.

Indexes are looked through for an array of ids, and tables for anything else.
"""

from __future__ import annotations


def places(pipelines: str) -> str:
    """Return the SQL of where the data of pipelines is: `pipeline_id` and `address_id`.

    Args:
        pipelines: The SQL of their ids, as a `SELECT`.
    """
    return f"""
        SELECT id AS pipeline_id, address_id
          FROM (SELECT id, address_id
                  FROM watcher.pipeline
                 WHERE id = ANY(ARRAY({pipelines}))
                OFFSET 0) AS own
         WHERE address_id IS NOT NULL
         UNION
        SELECT pipeline_id, target_address_id
          FROM watcher.address_lineage
         WHERE pipeline_id = ANY(ARRAY({pipelines}))"""


def paths(sources: str, targets: str) -> str:
    """Return the SQL of which data comes from which, however far: `source_address_id` and `target_address_id`.

    Args:
        sources: The SQL of ids of addresses, as a `SELECT`.
        targets: Likewise.
    """
    return f"""
        SELECT source_address_id, target_address_id
          FROM watcher.address_lineage_closure
         WHERE source_address_id = ANY(ARRAY({sources}))
           AND target_address_id = ANY(ARRAY({targets}))"""
