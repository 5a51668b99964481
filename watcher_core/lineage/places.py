"""The SQL of where pipelines have their data, and of whether it comes from somewhere.

For an array of ids an index is looked through, not the table.
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


def comes_from(addresses: str, pipeline_id: str) -> str:
    """Return the SQL of whether the data of a pipeline comes from some addresses, however far that is.

    Each address is looked up for each place of the pipeline: it is for a few.

    Args:
        addresses: The SQL of an array of their ids; of NULL, nothing comes.
        pipeline_id: The SQL of the pipeline's id.
    """
    # One look into the index for each; otherwise all that comes from an address is read.
    return f"""EXISTS (SELECT
                         FROM ({places(f"SELECT {pipeline_id}")}) AS target
                        CROSS JOIN unnest({addresses}) AS source (address_id)
                        CROSS JOIN LATERAL (SELECT
                                              FROM watcher.address_lineage_closure
                                             WHERE source_address_id = source.address_id
                                               AND target_address_id = target.address_id
                                            OFFSET 0) AS path)"""
