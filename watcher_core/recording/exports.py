"""Queues of executions that are to be exported: triggers of the table of executions fill them.

It is a queue and no date, because what ends now may have ended hours ago: the recorder reads back what it missed, a
spool is replayed. It is filled in the transaction that writes an execution, so nothing is left out; an entry goes once
whoever is to get it has taken it, so nothing is lost. The tracked job waits for neither.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import psycopg

from watcher_core.database import Driver
from watcher_core.enums import ExecutionSource, ExecutionState
from watcher_core.errors import ConfigurationError
from watcher_core.recording.identities import full_metadata

DISABLED = """
    SELECT tgname
      FROM pg_trigger
     WHERE tgrelid = CAST('watcher.pipeline_execution' AS regclass)
       AND tgname = ANY(%s)
       AND tgenabled = 'D'
"""

COLUMNS = (
    "id, source, external_id, instance_id, scope, state, start_date, end_date, logical_date, full_load, watermark,"
    " next_watermark, inserts, updates, soft_deletes, total_rows, execution_metadata"
)
MADE = {"execution_metadata": full_metadata("execution")}

# Each execution with all that it is part of, the nearest first: the last one is the root of its trace.
EXECUTIONS = f"""
    WITH RECURSIVE around AS (
        SELECT id AS of_id, parent_id, pipeline_id, source, external_id, 0 AS distance
          FROM watcher.pipeline_execution
         WHERE id = ANY(%(ids)s)
        UNION ALL
        SELECT around.of_id, parent.parent_id, parent.pipeline_id, parent.source, parent.external_id,
               around.distance + 1
          FROM around
          JOIN watcher.pipeline_execution AS parent ON parent.id = around.parent_id
         WHERE around.distance < 100
    ), enclosing AS (
        SELECT of_id, array_agg(CAST(source AS text) ORDER BY distance) AS sources,
               array_agg(external_id ORDER BY distance) AS external_ids,
               array_agg(pipeline.name ORDER BY distance) AS pipeline_names
          FROM around
          JOIN watcher.pipeline ON pipeline.id = around.pipeline_id
         GROUP BY of_id
    )
    SELECT sources, external_ids, pipeline_names, execution.pipeline_id, type.name,
           {", ".join(MADE.get(column, f"execution.{column}") for column in COLUMNS.split(", "))}
      FROM enclosing
      JOIN watcher.pipeline_execution AS execution ON execution.id = enclosing.of_id
      JOIN watcher.pipeline ON pipeline.id = execution.pipeline_id
      JOIN watcher.pipeline_type AS type ON type.id = pipeline.pipeline_type_id
"""


class Identity(NamedTuple):
    """What names an execution for ever."""

    source: ExecutionSource
    external_id: str


class Waiting(NamedTuple):
    """An entry of the queue."""

    id: int
    execution_id: int


@dataclass(frozen=True)
class ExportedExecution:
    """An execution that is to be exported.

    Attributes:
        path: Itself, what it is part of, and so on to the root.
        pipeline_names: The pipelines of those.
        pipeline_id, pipeline_type_name: Its pipeline.
        state: Whether it runs, or how it ended.
        columns: The columns of its row.
    """

    path: tuple[Identity, ...]
    pipeline_names: tuple[str, ...]
    pipeline_id: int
    pipeline_type_name: str
    state: ExecutionState
    columns: dict[str, Any]

    @property
    def pipeline_name(self) -> str:
        """The name of its pipeline."""
        return self.pipeline_names[0]


class ExportQueue:
    """A queue of executions, and the triggers that fill it, which are disabled until something is exported.

    Args:
        table: The table, in the schema.
        triggers: The triggers.
        what: What executions are exported as, in words.
    """

    def __init__(self, table: str, triggers: Sequence[str], what: str) -> None:
        self._table = f"watcher.{table}"
        self._triggers = list(triggers)
        self._what = what

    def start(self, connection: Driver) -> bool:
        """Let what is recorded from now on wait in the queue; whether it did not before.

        Raises:
            ConfigurationError: The database's user does not own the table.
        """
        found = [name for (name,) in connection.execute(DISABLED, (self._triggers,))]
        return self._switch(connection, found, "ENABLE")

    def stop(self, connection: Driver) -> int:
        """Let nothing wait in the queue any more, and empty it; how many waited.

        Raises:
            ConfigurationError: The database's user does not own the table.
        """
        self._switch(connection, self._triggers, "DISABLE")
        return connection.execute(f"DELETE FROM {self._table}").rowcount

    def _switch(self, connection: Driver, triggers: Sequence[str], how: str) -> bool:
        if not triggers:
            return False
        statement = "ALTER TABLE watcher.pipeline_execution " + ", ".join(f"{how} TRIGGER {name}" for name in triggers)
        try:
            # It waits for the transactions that write, and others wait behind it.
            connection.execute("SET LOCAL lock_timeout = '5s'")
            connection.execute(statement)
        except psycopg.errors.InsufficientPrivilege as exc:
            raise ConfigurationError(
                f"the database's user may not switch the queue of {self._what}; its owner may: {statement}"
            ) from exc
        return True

    def add_since(self, connection: Driver, since: dt.datetime) -> int:
        """Put all that has ended since then into the queue, once more; how many that are.

        What was imported ran elsewhere; an import puts nothing there either.
        """
        statement = f"""
            INSERT INTO {self._table} (pipeline_execution_id)
            SELECT id
              FROM watcher.pipeline_execution
             WHERE end_date >= %s
               AND source <> 'import'
             ORDER BY end_date, id
        """
        return connection.execute(statement, (since,)).rowcount

    def waiting(self, connection: Driver, *, limit: int) -> list[Waiting]:
        """Return the first entries."""
        statement = f"SELECT id, pipeline_execution_id FROM {self._table} ORDER BY id LIMIT %s"
        return [Waiting(*row) for row in connection.execute(statement, (limit,))]

    def remove(self, connection: Driver, entries: Sequence[Waiting]) -> None:
        """Remove entries; those of the same executions that have come meanwhile stay."""
        connection.execute(f"DELETE FROM {self._table} WHERE id = ANY(%s)", ([entry.id for entry in entries],))

    def pending(self, connection: Driver) -> tuple[int, dt.datetime | None]:
        """Return how many entries wait, and since when."""
        count, since = connection.execute(f"SELECT count(*), min(queued_at) FROM {self._table}").fetchone() or (0, None)
        return count, since


def exported_executions(connection: Driver, ids: Sequence[int]) -> dict[int, ExportedExecution]:
    """Return those of the executions that are still there."""
    names = COLUMNS.split(", ")
    found: dict[int, ExportedExecution] = {}
    for sources, external_ids, pipelines, pipeline_id, type_, *row in connection.execute(
        EXECUTIONS, {"ids": list(ids)}
    ):
        columns = dict(zip(names, row, strict=True))
        path = tuple(
            Identity(ExecutionSource(source), external_id)
            for source, external_id in zip(sources, external_ids, strict=True)
        )
        found[columns["id"]] = ExportedExecution(
            path, tuple(pipelines), pipeline_id, type_, ExecutionState(columns["state"]), columns
        )
    return found
