"""Pipelines that are there, read with psycopg alone: by name, as the start of an execution does, and all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any, NamedTuple

from watcher_core import arguments, values
from watcher_core.database import Driver, rows_of_page
from watcher_core.enums import AlertLevel, DatePart
from watcher_core.errors import NotFoundError
from watcher_core.values.rows import of_rows


def id_by_name(name: str) -> str:
    """The SQL of the id of the pipeline with a name, which is given as SQL.

    A name that the pipeline had before means it too, unless another has that name now.
    """
    return f"""coalesce((SELECT id FROM watcher.pipeline WHERE name = {name}),
                                  (SELECT pipeline_id FROM watcher.pipeline_alias WHERE name = {name}))"""


ID_BY_NAME: str = id_by_name("%(name)s")

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


IS_THERE = "SELECT id FROM watcher.pipeline WHERE id = %(id)s"


def find_pipeline_id(connection: Driver, reference: int | str) -> int:
    """Return the id of the pipeline with that id or name.

    Raises:
        NotFoundError: There is none.
    """
    if isinstance(reference, str):
        found = find_pipeline(connection, arguments.text(reference.strip(), "name"))
        row = None if found is None else (found.id,)
    else:
        row = connection.execute(IS_THERE, {"id": arguments.identifier(reference, "id")}).fetchone()
    if row is None:
        raise NotFoundError("pipeline", reference)
    return int(row[0])


# What each row gives, in this order; `created` is of a call.
FIELDS: tuple[str, ...] = tuple(field.name for field in fields(values.Pipeline))
OTHER_COLUMNS = {"pipeline_type_name": "type.name AS pipeline_type_name", "created": "false AS created"}
COLUMNS: str = ", ".join(OTHER_COLUMNS.get(field, f"pipeline.{field}") for field in FIELDS)
DATE_PARTS: Mapping[Any, Any] = {part.value: part for part in DatePart}
LEVELS: Mapping[Any, Any] = {level.value: level for level in AlertLevel}
ENUMS: Mapping[str, Mapping[Any, Any]] = {
    "freshness_datepart": DATE_PARTS,
    "timeliness_datepart": DATE_PARTS,
    "alert_level": LEVELS,
}

SELECT = f"""
    SELECT {COLUMNS}
      FROM watcher.pipeline
      JOIN watcher.pipeline_type AS type ON type.id = pipeline.pipeline_type_id"""


def list_pipelines(
    connection: Driver, *, ids: Iterable[int] | None = None, after: int | None = None, limit: int | None = None
) -> list[values.Pipeline]:
    """Return all pipelines, or those with these ids, by name; or a page of them, as `database.rows_of_page`."""
    condition = "true" if ids is None else "pipeline.id = ANY(%(ids)s)"
    rows, page = rows_of_page("pipeline", condition, order="pipeline.name", after=after, limit=limit)
    found = connection.execute(f"{SELECT} {rows}", {"ids": None if ids is None else list(ids), **page})
    return pipelines_of(found.fetchall())


def count_pipelines(connection: Driver) -> int:
    """Return how many pipelines there are."""
    (count,) = connection.execute("SELECT count(*) FROM watcher.pipeline").fetchone() or (0,)
    return int(count)


def pipelines_of(rows: Iterable[Sequence[Any]]) -> list[values.Pipeline]:
    """Return rows of `COLUMNS` as pipelines."""
    return of_rows(values.Pipeline, FIELDS, rows, ENUMS)


def read_pipeline(connection: Driver, reference: int | str) -> values.Pipeline:
    """Return the pipeline with that id or name.

    Raises:
        NotFoundError: There is none.
    """
    if isinstance(reference, str):
        statement = f"{SELECT} WHERE pipeline.id = {ID_BY_NAME}"
        given: dict[str, object] = {"name": arguments.text(reference.strip(), "name")}
    else:
        statement, given = f"{SELECT} WHERE pipeline.id = %(id)s", {"id": arguments.identifier(reference, "id")}
    found = pipelines_of(connection.execute(statement, given).fetchall())
    if not found:
        raise NotFoundError("pipeline", reference)
    return found[0]
