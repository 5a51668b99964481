"""The pipelines next to one: who writes what it reads, and who reads what it writes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from watcher_core.database import Driver
from watcher_core.enums import AlertKind, ExecutionState
from watcher_core.values import Neighbor

# A warehouse's calendar may be read by thousands.
MOST_NEIGHBORS = 200

PLACES = """
    place AS (
        SELECT address_id FROM watcher.pipeline WHERE id = %(pipeline_id)s AND address_id IS NOT NULL
         UNION
        SELECT target_address_id FROM watcher.address_lineage WHERE pipeline_id = %(pipeline_id)s
    )"""

UPSTREAM = f"""
    WITH {PLACES}, source AS (
        SELECT DISTINCT source_address_id AS address_id
          FROM watcher.address_lineage
         WHERE pipeline_id = %(pipeline_id)s
    ), neighbor AS (
        SELECT pipeline.id, source.address_id
          FROM source
          JOIN watcher.pipeline USING (address_id)
         UNION
        SELECT edge.pipeline_id, source.address_id
          FROM source
          JOIN watcher.address_lineage AS edge ON edge.target_address_id = source.address_id
    )"""

DOWNSTREAM = f"""
    WITH {PLACES}, neighbor AS (
        SELECT DISTINCT edge.pipeline_id AS id, place.address_id
          FROM place
          JOIN watcher.address_lineage AS edge ON edge.source_address_id = place.address_id
    )"""

FOUND = f"""
    SELECT pipeline.id, pipeline.name, each.addresses, last.state, last.start_date, alerted.kinds
      FROM (SELECT neighbor.id, array_agg(DISTINCT address.name ORDER BY address.name) AS addresses
              FROM neighbor
              JOIN watcher.address ON address.id = neighbor.address_id
             WHERE neighbor.id <> %(pipeline_id)s
             GROUP BY neighbor.id) AS each
      JOIN watcher.pipeline ON pipeline.id = each.id
      LEFT JOIN LATERAL (SELECT state, start_date
                           FROM watcher.pipeline_execution
                          WHERE pipeline_id = each.id
                          ORDER BY start_date DESC
                          LIMIT 1) AS last ON true
     CROSS JOIN LATERAL (SELECT array_agg(DISTINCT CAST(kind AS text)) AS kinds
                           FROM watcher.alert
                          WHERE alert.pipeline_id = each.id
                            AND alert.state <> 'resolved') AS alerted
     ORDER BY alerted.kinds IS NULL, pipeline.name
     LIMIT {MOST_NEIGHBORS}
"""


def select_upstream(connection: Driver, *, pipeline_id: int) -> Iterator[Neighbor]:
    """Ask for the pipelines that write what one reads; those with alerts first, then by name."""
    return map(_neighbor, connection.execute(UPSTREAM + FOUND, {"pipeline_id": pipeline_id}))


def select_downstream(connection: Driver, *, pipeline_id: int) -> Iterator[Neighbor]:
    """Ask for the pipelines that read what one writes; those with alerts first, then by name."""
    return map(_neighbor, connection.execute(DOWNSTREAM + FOUND, {"pipeline_id": pipeline_id}))


def _neighbor(row: Sequence[Any]) -> Neighbor:
    pipeline_id, name, addresses, state, started_at, kinds = row
    return Neighbor(
        pipeline_id=pipeline_id,
        pipeline_name=name,
        addresses=tuple(addresses),
        state=None if state is None else ExecutionState(state),
        started_at=started_at,
        alerts=tuple(map(AlertKind, kinds or ())),
    )
