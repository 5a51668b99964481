"""The pipelines of the lineage graph, as they stand."""

from __future__ import annotations

from watcher_core.database import Driver
from watcher_core.enums import ExecutionState
from watcher_core.overview.pipelines import last_executions
from watcher_core.values import GraphPipeline

STANDING = """
    WITH {last}
    SELECT pipeline.id, pipeline.name, CASE WHEN pipeline.removed_at IS NULL THEN pipeline.address_id END,
           last.state, last.start_date
      FROM watcher.pipeline
      LEFT JOIN last ON last.pipeline_id = pipeline.id
     WHERE (pipeline.address_id IS NOT NULL AND pipeline.removed_at IS NULL)
        OR EXISTS (SELECT FROM watcher.address_lineage AS edge WHERE edge.pipeline_id = pipeline.id)
     ORDER BY pipeline.name
"""


def graph_pipelines(connection: Driver) -> list[GraphPipeline]:
    """Return the pipelines whose asset has an address, and those that read or write one, by name."""
    rows = connection.execute(STANDING.format(last=last_executions(connection, "CAST(state AS text) AS state")))
    return [
        GraphPipeline(
            pipeline_id=pipeline_id,
            pipeline_name=name,
            address_id=address_id,
            state=None if state is None else ExecutionState(state),
            started_at=started_at,
        )
        for pipeline_id, name, address_id, state, started_at in rows
    ]
