"""A pipeline by its name, with psycopg alone: what the start of an execution has to know of one that is there."""

from __future__ import annotations

from typing import NamedTuple

from watcher_core.database import Driver

# A name that the pipeline had before means it too, unless another has that name now.
ID_BY_NAME = """coalesce((SELECT id FROM watcher.pipeline WHERE name = %(name)s),
                                  (SELECT pipeline_id FROM watcher.pipeline_alias WHERE name = %(name)s))"""

FIND = f"""
    SELECT pipeline.id, pipeline.name, pipeline.active, pipeline_type.name AS type_name
      FROM watcher.pipeline
      JOIN watcher.pipeline_type ON pipeline_type.id = pipeline.pipeline_type_id
     WHERE pipeline.id = {ID_BY_NAME}
"""


class FoundPipeline(NamedTuple):
    """A pipeline, as far as the start of an execution has to know it."""

    id: int
    name: str
    active: bool
    type_name: str


def find_pipeline(connection: Driver, name: str) -> FoundPipeline | None:
    """Return the pipeline that has this name, or had it before; `None` where there is none."""
    row = connection.execute(FIND, {"name": name}).fetchone()
    return None if row is None else FoundPipeline(*row)
