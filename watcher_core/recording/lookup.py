"""Executions that are there: by id, by identity, as a list and as a tree, and of which one another is part."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from watcher_core import arguments, values
from watcher_core.database import OF_NAMES, Driver, pattern_of_names
from watcher_core.enclosing import PartOf, provisional_run
from watcher_core.enums import ExecutionSource, ExecutionState
from watcher_core.errors import InvalidValueError, NotFoundError
from watcher_core.recording.identities import full_metadata, is_identity
from watcher_core.values.rows import of_rows

# What each statement gives, in this order.
OF_PIPELINE = "(SELECT name FROM watcher.pipeline WHERE id = execution.pipeline_id) AS pipeline_name"
FIELDS: tuple[str, ...] = tuple(field.name for field in fields(values.Execution))
MADE = {"pipeline_name": OF_PIPELINE, "execution_metadata": full_metadata("execution")}
COLUMNS: str = ", ".join(MADE.get(field, f"execution.{field}") for field in FIELDS)

ENUMS: Mapping[str, Mapping[Any, Any]] = {
    "source": {source.value: source for source in ExecutionSource},
    "state": {state.value: state for state in ExecutionState},
}

SELECT = f"""
    SELECT {COLUMNS}
      FROM watcher.pipeline_execution AS execution
"""

# All states, each as an index of partitions has it: those of one partition are found without the pipeline's history.
OF_ANY_STATE = """(execution.state = 'succeeded' OR execution.state = 'failed' OR execution.state = 'running'
                   OR execution.state NOT IN ('running', 'succeeded'))"""

GET = f"{SELECT} WHERE execution.id = %(id)s"

BY_IDENTITY = f"""
    {SELECT}
     WHERE {is_identity("execution", "CAST(%(source)s AS watcher.execution_source)", "%(external_id)s")}
"""

CHILDREN = f"""
    {SELECT}
     WHERE execution.parent_id = %(id)s
     ORDER BY execution.start_date, execution.id
     LIMIT %(limit)s
"""

# Trees are written as JSON by recursion, with the metadata of each execution in it, and so are they read.
MAX_LEVELS = 100

# What is part of itself, as only its caller can have said, ends where it began.
TREE = f"""
    WITH RECURSIVE tree AS (
        SELECT id, 0 AS level FROM watcher.pipeline_execution WHERE id = %(id)s
        UNION ALL
        SELECT child.id, tree.level + 1
          FROM watcher.pipeline_execution AS child
          JOIN tree ON child.parent_id = tree.id
         WHERE tree.level < %(levels)s
           AND child.id <> %(id)s
    )
    {SELECT}
     WHERE execution.id IN (SELECT id FROM tree LIMIT %(limit)s)
     ORDER BY execution.start_date, execution.id
"""


def get_execution(connection: Driver, execution_id: int) -> values.Execution:
    """Return the execution with that id.

    Raises:
        NotFoundError: There is none.
    """
    row = connection.execute(GET, {"id": arguments.identifier(execution_id, "execution_id")}).fetchone()
    if row is None:
        raise NotFoundError("execution", execution_id)
    return execution_of(row)


def list_executions(
    connection: Driver,
    *,
    pipeline_id: int | None = None,
    scope: str | None = None,
    state: ExecutionState | str | None = None,
    since: dt.datetime | None = None,
    names: str | None = None,
    before: tuple[dt.datetime, int] | None = None,
    limit: int = 100,
) -> list[values.Execution]:
    """Return executions, newest first; with `before`, those behind the one with this start and this id."""
    before_date, before_id = before or (None, None)
    asked_state = None if state is None else arguments.choice(state, ExecutionState, "state").value
    given = {
        "pipeline_id": pipeline_id,
        "scope": None if scope is None else arguments.text(scope, "scope"),
        "state": asked_state,
        "since": None if since is None else arguments.instant(since, "since"),
        "names": pattern_of_names(names),
        "before_date": None if before_date is None else arguments.instant(before_date, "before"),
        "before_id": None if before_id is None else arguments.identifier(before_id, "before"),
        "limit": arguments.count(limit, "limit"),
    }
    conditions = {
        "pipeline_id": "execution.pipeline_id = %(pipeline_id)s",
        "scope": "coalesce(execution.scope, '') = %(scope)s",  # as the indexes have it
        "state": f"execution.state = '{asked_state}'",  # written out: the indexes are of some states
        "since": "execution.start_date >= %(since)s",
        "names": OF_NAMES.format("execution.pipeline_id"),
        "before_id": "(execution.start_date, execution.id) < (%(before_date)s, %(before_id)s)",
    }
    asked = [condition for name, condition in conditions.items() if given[name] is not None]
    if scope and state is None:
        asked.append(OF_ANY_STATE)
    where = f"WHERE {' AND '.join(asked)}" if asked else ""
    statement = f"{SELECT} {where} ORDER BY execution.start_date DESC, execution.id DESC LIMIT %(limit)s"
    return executions_of(connection.execute(statement, given).fetchall())


def child_executions(connection: Driver, execution_id: int, *, limit: int) -> list[values.Execution]:
    """Return what ran directly as part of an execution, oldest first, at most so many."""
    given = {"id": arguments.identifier(execution_id, "execution_id"), "limit": arguments.count(limit, "limit")}
    return executions_of(connection.execute(CHILDREN, given))


def execution_tree(
    connection: Driver, execution_id: int, *, levels: int | None = None, limit: int | None = None
) -> values.ExecutionTree:
    """Return an execution with what ran as part of it.

    Args:
        connection: The transaction.
        execution_id: The execution.
        levels: So many levels of what ran as part of it; all of them by default.
        limit: At most so many executions, itself among them: those with the fewest between them and it.

    Raises:
        NotFoundError: There is none.
        InvalidValueError: A value breaks a rule; or `levels` is `None`, and there are more than a tree may have.
    """
    given = {
        "id": arguments.identifier(execution_id, "execution_id"),
        "levels": MAX_LEVELS + 1 if levels is None else arguments.count_within(levels, "levels", 0, MAX_LEVELS),
        "limit": None if limit is None else arguments.positive(limit, "limit"),
    }
    found = {execution.id: execution for execution in executions_of(connection.execute(TREE, given))}
    root = found.pop(execution_id, None)
    if root is None:
        raise NotFoundError("execution", execution_id)
    children: dict[int | None, list[values.Execution]] = {}
    for execution in found.values():
        children.setdefault(execution.parent_id, []).append(execution)
    return _subtree(root, children, MAX_LEVELS)


def _subtree(
    execution: values.Execution, children: Mapping[int | None, Sequence[values.Execution]], levels: int
) -> values.ExecutionTree:
    if levels < 0:
        raise InvalidValueError(
            f"execution {execution.id} is more than {MAX_LEVELS} levels down in the tree; ask for at most so many "
            "levels, or for the tree of an execution further down"
        )
    below = tuple(_subtree(child, children, levels - 1) for child in children.get(execution.id, ()))
    return values.ExecutionTree(execution=execution, children=below)


def find_execution_id(connection: Driver, *, source: ExecutionSource, external_id: str) -> int | None:
    """Return the id of the execution with that identity; `None` where there is none."""
    known = by_identity(connection, {"source": source.value, "external_id": external_id})
    return None if known is None else known.id


OF_OTHERS = f"""
    SELECT execution.source, execution.external_id, pipeline.name
      FROM unnest(%(sources)s::watcher.execution_source[], %(external_ids)s::text[], %(names)s::text[])
           AS given (source, external_id, name)
      JOIN watcher.pipeline_execution AS execution
        ON {is_identity("execution", "given.source", "given.external_id")}
      JOIN watcher.pipeline ON pipeline.id = execution.pipeline_id
     WHERE pipeline.name <> given.name
       AND NOT EXISTS (SELECT
                         FROM watcher.pipeline_alias AS alias
                        WHERE alias.pipeline_id = pipeline.id
                          AND alias.name = given.name)
"""


def executions_of_others(
    connection: Driver, given: Iterable[tuple[ExecutionSource, str, str]]
) -> dict[tuple[ExecutionSource, str], str]:
    """Return which executions are of another pipeline than who records them says.

    Args:
        connection: The transaction.
        given: Source, external id and the name of a pipeline, of each.

    Returns:
        The names of their pipelines, by identity; without executions that are not known.
    """
    rows = list(given)
    columns = {
        "sources": [source.value for source, _, _ in rows],
        "external_ids": [external_id for _, external_id, _ in rows],
        "names": [name for _, _, name in rows],
    }
    found = connection.execute(OF_OTHERS, columns)
    return {(ExecutionSource(source), external_id): name for source, external_id, name in found}


OF_IDS = """
    SELECT execution.id, pipeline.name
      FROM watcher.pipeline_execution AS execution
      JOIN watcher.pipeline ON pipeline.id = execution.pipeline_id
     WHERE execution.id = ANY(%(ids)s)
"""

OF_IDENTITIES = f"""
    SELECT execution.source, execution.external_id, pipeline.name
      FROM unnest(%(sources)s::watcher.execution_source[], %(external_ids)s::text[]) AS given (source, external_id)
      JOIN watcher.pipeline_execution AS execution
        ON {is_identity("execution", "given.source", "given.external_id")}
      JOIN watcher.pipeline ON pipeline.id = execution.pipeline_id
"""


def pipelines_of(
    connection: Driver, *, ids: Iterable[int], identities: Iterable[tuple[ExecutionSource, str]]
) -> dict[int | tuple[ExecutionSource, str], str]:
    """Return the names of the pipelines of executions, by id or identity; without executions that are not known."""
    known: dict[int | tuple[ExecutionSource, str], str] = {}
    if asked := list(ids):
        known.update(connection.execute(OF_IDS, {"ids": asked}).fetchall())
    if rows := list(identities):
        columns = {"sources": [source.value for source, _ in rows], "external_ids": [each for _, each in rows]}
        for source, external_id, name in connection.execute(OF_IDENTITIES, columns):
            known[ExecutionSource(source), external_id] = name
    return known


IS_THERE = "SELECT id FROM watcher.pipeline_execution WHERE id = %(id)s"


def find_enclosing_id(connection: Driver, part_of: PartOf | None) -> int | None:
    """Return the id of what an execution is part of; `None` where this database does not know it."""
    if part_of is None:
        return None
    if part_of.identity is not None:
        source, external_id = part_of.identity
        known = arguments.choice(source, ExecutionSource, "source")
        return find_execution_id(connection, source=known, external_id=external_id)
    row = connection.execute(IS_THERE, {"id": part_of.id}).fetchone()
    return None if row is None else int(row[0])


STEP = f"""
    SELECT known.external_id
      FROM watcher.pipeline_execution AS run
      JOIN watcher.pipeline_execution AS known ON known.parent_id = run.id
      JOIN watcher.pipeline ON pipeline.id = known.pipeline_id
     WHERE {is_identity("run", "'dagster'", "%(run_id)s")}
       AND known.source = 'dagster'
       AND pipeline.name = %(pipeline_name)s
       AND coalesce(known.scope, '') = coalesce(%(scope)s, '')
     ORDER BY known.id DESC
     LIMIT 1
"""


def known_identity(
    connection: Driver, *, source: ExecutionSource, external_id: str, pipeline_name: str, scope: str | None
) -> str:
    """Return the identity of an execution, where one that was made without its step has got its own meanwhile."""
    run_id = provisional_run(external_id) if source is ExecutionSource.DAGSTER else None
    if run_id is None:
        return external_id
    row = connection.execute(STEP, {"run_id": run_id, "pipeline_name": pipeline_name, "scope": scope}).fetchone()
    return external_id if row is None else str(row[0])


RECORDED_RUNS = f"""
    SELECT run.external_id,
           run.state <> 'running'
       AND NOT run.execution_metadata ? 'recorder_error'
       AND NOT EXISTS (
               SELECT FROM watcher.pipeline_execution AS part
                WHERE part.parent_id = run.id
                  AND (part.state = 'running' OR part.execution_metadata ? 'recorder_error')
           ) AS is_whole
      FROM unnest(CAST(%(run_ids)s AS text[])) AS asked (run_id)
      JOIN watcher.pipeline_execution AS run ON {is_identity("run", "'dagster'", "asked.run_id")}
"""


def recorded_runs(connection: Driver, run_ids: Iterable[str]) -> dict[str, bool]:
    """Return which runs of Dagster are recorded, and whether they are over, with all that was part of them."""
    asked = [arguments.text(run_id, "run_id") for run_id in run_ids]
    return dict(connection.execute(RECORDED_RUNS, {"run_ids": asked}))


def by_identity(connection: Driver, identity: Mapping[str, str]) -> values.Execution | None:
    """Return the execution with this `source` and `external_id`; `None` where there is none."""
    row = connection.execute(BY_IDENTITY, identity).fetchone()
    return None if row is None else execution_of(row)


def execution_of(row: Sequence[Any]) -> values.Execution:
    """Return a row of `COLUMNS` as an execution."""
    return executions_of([row])[0]


def executions_of(rows: Iterable[Sequence[Any]]) -> list[values.Execution]:
    """Return rows of `COLUMNS` as executions."""
    return of_rows(values.Execution, FIELDS, rows, ENUMS)
