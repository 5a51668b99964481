"""Executions that are recorded after the fact: by the recorder, from the spool, or by a replay of either."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from psycopg.rows import namedtuple_row
from sqlalchemy.orm import Session

from watcher_core import anomalies, arguments, catalog, database, values
from watcher_core.database import Driver
from watcher_core.enums import ExecutionSource
from watcher_core.recording import cleaning, clocks, watermarks
from watcher_core.recording.executions import INFERRED, is_inferred
from watcher_core.recording.identities import KEY, is_identity, stored_metadata
from watcher_core.recording.lookup import known_identity
from watcher_core.recording.parents import generations, may_be_parent

logger = logging.getLogger("watcher.progress")

Key = TypeVar("Key", str, tuple[str, str])

# A row that was recorded under an identity that has been replaced. It started at the same time, or it is another's;
# one that was made without its step (`run_id//pipeline`) is that of its run, whenever it started. Both rows are there
# where a process of Pipes and the recorder wrote theirs at the same moment: what is answered here.
RENAME = sa.text(f"""
    WITH found AS (
        SELECT former.id AS former_id, known.id AS known_id, record.external_id
          FROM jsonb_to_recordset(CAST(:records AS jsonb)) AS record (
                   source watcher.execution_source, external_id text, former_external_id text,
                   reported_start timestamptz)
          JOIN watcher.pipeline_execution AS former
            ON {is_identity("former", "record.source", "record.former_external_id")}
          LEFT JOIN watcher.pipeline_execution AS known
            ON {is_identity("known", "record.source", "record.external_id")}
         WHERE former.start_date = record.reported_start
            OR position('//' IN record.former_external_id) > 0
    ), renamed AS (
        UPDATE watcher.pipeline_execution AS former
           SET external_id = found.external_id
          FROM found
         WHERE former.id = found.former_id
           AND found.known_id IS NULL
    )
    SELECT former_id, known_id
      FROM found
     WHERE known_id IS NOT NULL
""")

MOVE_CHILDREN = """
    UPDATE watcher.pipeline_execution
       SET parent_id = %(known_id)s
     WHERE parent_id = %(former_id)s
"""

# The sums by day keep what is deleted, for cleanup. This row was no execution of its own: as one that has not ended, it
# is not counted.
TAKE_BACK = """
    UPDATE watcher.pipeline_execution
       SET state    = 'running',
           end_date = NULL
     WHERE id = %(former_id)s
"""

# What the code inside the job has recorded is better known than what stands in the log.
MERGE = """
    WITH former AS (
        DELETE FROM watcher.pipeline_execution
         WHERE id = %(former_id)s
        RETURNING *
    )
    UPDATE watcher.pipeline_execution AS known
       SET inserts            = coalesce(former.inserts, known.inserts),
           updates            = coalesce(former.updates, known.updates),
           soft_deletes       = coalesce(former.soft_deletes, known.soft_deletes),
           total_rows         = coalesce(former.total_rows, known.total_rows),
           watermark          = coalesce(former.watermark, known.watermark),
           next_watermark     = coalesce(former.next_watermark, known.next_watermark),
           execution_metadata = former.execution_metadata || known.execution_metadata
      FROM former
     WHERE known.id = %(known_id)s
"""


# Events of OpenLineage are put together before they are recorded: each record has all that is known of its execution,
# and replaces what the row says.
IS_WHOLE = "excluded.source = 'openlineage'"


def _later(column: str) -> str:
    """A value that the row has stays, unless it was read of a provisional record and nobody has changed it since."""
    return f"""CASE WHEN {IS_WHOLE} THEN excluded.{column}
                       WHEN excluded.state <> 'running'
                         AND {cleaning.is_provisional("known.execution_metadata")}
                         AND to_jsonb(known.{column}) IS NOT DISTINCT FROM
                             known.execution_metadata #> '{{provisional,{column}}}'
                        THEN excluded.{column} ELSE coalesce(known.{column}, excluded.{column}) END"""


# What the row knows already stays: code inside the job knows better than the log. The log knows better how it ended.
# An end before the start is a clock that was set back, and counts as no time at all.
RECORD = f"""
    WITH given AS (
        SELECT *
          FROM jsonb_to_recordset(CAST(%(records)s AS jsonb)) AS record (
                   pipeline_name text, source watcher.execution_source, external_id text,
                   parent_source watcher.execution_source, parent_external_id text, parent_id bigint, instance_id text,
                   scope text, state watcher.execution_state, reported_start timestamptz, reported_end timestamptz,
                   logical_date timestamptz, full_load boolean, next_watermark text, inserts bigint, updates bigint,
                   soft_deletes bigint, total_rows bigint, metadata jsonb)
    ), record AS (
        SELECT given.*,
               {clocks.counted("reported_start")} AS start_date,
               {clocks.counted("reported_end")} AS end_date,
               {stored_metadata("source", "external_id", "metadata")}
            || {clocks.reported("%(host)s", start_date="reported_start", end_date="reported_end")}
                    AS execution_metadata
          FROM given
    ), before AS (
        SELECT execution.id, execution.source, execution.external_id, execution.state, execution.next_watermark,
               {cleaning.is_provisional("execution.execution_metadata")} AS is_provisional,
               ROW(execution.inserts, execution.updates, execution.soft_deletes, execution.total_rows) AS counts
          FROM record
          JOIN watcher.pipeline_execution AS execution
            ON {is_identity("execution", "record.source", "record.external_id")}
    ), written AS (
        INSERT INTO watcher.pipeline_execution AS known
              (pipeline_id, parent_id, source, external_id, instance_id, scope, state, start_date, end_date,
               logical_date, full_load, watermark, next_watermark, inserts, updates, soft_deletes, total_rows,
               execution_metadata)
        SELECT pipeline.id,
               coalesce(CASE WHEN {may_be_parent("parent", "before.id")} THEN parent.id END,
                        (SELECT enclosing.id
                           FROM watcher.pipeline_execution AS enclosing
                          WHERE enclosing.id = record.parent_id
                            AND {may_be_parent("enclosing", "before.id")})),
               record.source, record.external_id, record.instance_id, record.scope, record.state, record.start_date,
               greatest(record.end_date, CASE WHEN record.state <> 'running' THEN record.start_date END),
               record.logical_date, record.full_load, pipeline.watermark, record.next_watermark, record.inserts,
               record.updates, record.soft_deletes, record.total_rows, record.execution_metadata
          FROM record
          JOIN watcher.pipeline ON pipeline.name = record.pipeline_name
          LEFT JOIN before USING (source, external_id)
          LEFT JOIN watcher.pipeline_execution AS parent
            ON {is_identity("parent", "record.parent_source", "record.parent_external_id")}
         ORDER BY record.source::text COLLATE "C", record.external_id COLLATE "C"
            ON CONFLICT ({KEY}) DO UPDATE
           SET pipeline_id        = CASE WHEN {IS_WHOLE} THEN excluded.pipeline_id ELSE known.pipeline_id END,
               state              = CASE WHEN excluded.state = 'running' THEN known.state ELSE excluded.state END,
               start_date         = CASE WHEN {IS_WHOLE}
                                           OR excluded.execution_metadata ->> 'duration_of' = 'execution'
                                         THEN excluded.start_date ELSE known.start_date END,
               end_date           = CASE WHEN excluded.state = 'running'
                                           OR excluded.state = known.state
                                          AND NOT {is_inferred("known.execution_metadata")}
                                          AND NOT {cleaning.is_provisional("known.execution_metadata")}
                                          AND NOT {IS_WHOLE}
                                         THEN known.end_date
                                         WHEN {IS_WHOLE} THEN excluded.end_date
                                         ELSE greatest(excluded.end_date, known.start_date) END,
               parent_id          = CASE WHEN {IS_WHOLE} THEN coalesce(excluded.parent_id, known.parent_id)
                                         ELSE coalesce(known.parent_id, excluded.parent_id) END,
               instance_id        = coalesce(known.instance_id, excluded.instance_id),
               scope              = coalesce(known.scope, excluded.scope),
               logical_date       = CASE WHEN {IS_WHOLE} THEN excluded.logical_date
                                         ELSE coalesce(known.logical_date, excluded.logical_date) END,
               full_load          = known.full_load OR excluded.full_load,
               next_watermark     = {_later("next_watermark")},
               inserts            = {_later("inserts")},
               updates            = {_later("updates")},
               soft_deletes       = {_later("soft_deletes")},
               total_rows         = {_later("total_rows")},
               execution_metadata = CASE WHEN {IS_WHOLE}
                                         THEN excluded.execution_metadata
                                           || CASE WHEN excluded.state = 'running'
                                                    AND {is_inferred("known.execution_metadata")}
                                                   THEN known.execution_metadata ELSE '{{}}' END
                                         WHEN {cleaning.is_provisional("known.execution_metadata")}
                                         THEN (known.execution_metadata - ARRAY['provisional', 'may_be_no_change']
                                               - ARRAY(SELECT was.key
                                                         FROM jsonb_each(known.execution_metadata
                                                                         #> '{{provisional,metadata}}') AS was
                                                        WHERE was.value = known.execution_metadata -> was.key))
                                           || excluded.execution_metadata
                                         ELSE excluded.execution_metadata
                                           || (known.execution_metadata - array_remove(ARRAY[
                                                   CASE WHEN excluded.execution_metadata ? 'attempts'
                                                        THEN 'attempts' END,
                                                   CASE WHEN excluded.execution_metadata ? 'duration_of'
                                                        THEN 'duration_of' END,
                                                   CASE WHEN excluded.state = 'succeeded'
                                                          OR excluded.state <> 'running'
                                                         AND {is_inferred("known.execution_metadata")}
                                                        THEN 'error' END], NULL)
                                               - CASE WHEN excluded.state <> 'running' THEN {INFERRED} ELSE '{{}}' END)
                                              END,
               process            = CASE WHEN excluded.state = 'running' THEN known.process END,
               updated_at         = %(now)s
         WHERE known.external_id = excluded.external_id
        RETURNING id, pipeline_id, state, start_date, end_date, logical_date, next_watermark,
                  {cleaning.is_provisional("execution_metadata")} AS is_provisional,
                  ROW(inserts, updates, soft_deletes, total_rows) AS counts
    ), changed AS (
        SELECT written.*
          FROM written
          LEFT JOIN before USING (id)
         WHERE NOT written.is_provisional
           AND (before.state IS DISTINCT FROM 'succeeded'
                OR before.counts IS DISTINCT FROM written.counts
                OR before.is_provisional)
    ), {anomalies.queued("changed WHERE state = 'succeeded'")}
    SELECT written.id,
           before.id IS NULL AS inserted,
           written.state = 'succeeded' AS succeeded,
           written.next_watermark IS NOT NULL
       AND NOT written.is_provisional
       AND (before.state IS DISTINCT FROM 'succeeded'
            OR before.is_provisional
            OR before.next_watermark IS DISTINCT FROM written.next_watermark) AS moves_watermark,
           written.logical_date IS NOT NULL AS has_logical_date,
           written.end_date
      FROM written
      LEFT JOIN before USING (id)
     WHERE (written.state = 'succeeded'
            AND (before.state IS DISTINCT FROM 'succeeded'
                 OR before.is_provisional
                 OR before.counts IS DISTINCT FROM written.counts
                 OR before.next_watermark IS DISTINCT FROM written.next_watermark))
        OR (written.state = 'running' AND before.id IS NULL)
"""


def record_executions(
    session: Session,
    *,
    records: Iterable[values.ExecutionRecord],
    host: str | None = None,
    now: dt.datetime,
    drop_refused: bool = False,
) -> int:
    """Write what an edge knows of executions after the fact, in any order, as often as it likes.

    Pipelines that are not known yet are made. A record that says "running" never takes back an end; a record that says
    how an execution ended is right about that; counts, watermark and metadata that the row has already stay, unless
    they were provisional.

    Args:
        session: The transaction.
        records: The executions.
        host: Whose clock they are by, where that is known.
        now: The time.
        drop_refused: Whether a fact that breaks a rule is left out, where the execution can be recorded without it; the
            metadata has the reason.

    Returns:
        How many executions were written.

    Raises:
        InvalidValueError: A record breaks a rule; nothing is written.
    """
    cleaned = cleaning.all_cleaned(records, drop_refused=drop_refused)
    if not cleaned:
        return 0
    types: dict[str, str | None] = {}
    begun: dict[str, tuple[dt.datetime, str | None]] = {}
    starts = {_identity(record): record["reported_start"] for record in cleaned}
    for record in cleaned:
        name = record["pipeline_name"]
        types[name] = record.pop("pipeline_type_name") or types.get(name)
        # A step that begins is still of the code that its run was launched with.
        start = starts.get((record["parent_source"], record["parent_external_id"]), record["reported_start"])
        begun[name] = max(start, begun.get(name, (start,))[0]), record.pop("declared_by")
    names = catalog.resolve_pipelines(session, types_by_name=types, begun=begun, now=now)
    for record in cleaned:
        record["pipeline_name"] = names[record["pipeline_name"]]
    connection = database.driver(session)
    for record in cleaned:
        record["external_id"] = known_identity(
            connection,
            source=ExecutionSource(record["source"]),
            external_id=record["external_id"],
            pipeline_name=record["pipeline_name"],
            scope=record["scope"],
        )
    rounds = _rounds(cleaned)
    if renamed := [record for record in rounds[0] if record["former_external_id"]]:
        for row in session.execute(RENAME, {"records": _json(renamed)}).all():
            for statement in (MOVE_CHILDREN, TAKE_BACK, MERGE):
                connection.execute(statement, row._asdict())
    written: list[Any] = []
    for batch in rounds:
        by_identity = {_identity(record): record for record in batch}
        parents = {
            identity: (record["parent_source"], record["parent_external_id"])
            for identity, record in by_identity.items()
        }
        written += _written(connection, parents, by_identity.__getitem__, host=host, now=now)
    _settle(connection, written, now=now)
    return len(rounds[0])


def record_whole_executions(
    connection: Driver,
    *,
    parents: Mapping[str, str | None],
    record_of: Callable[[str], values.ExecutionRecord],
    pipeline_names: Mapping[str, str],
    now: dt.datetime,
) -> None:
    """Write executions of which all that is known is in one record each; facts that break a rule are left out.

    Records are made while PostgreSQL writes those before.

    Args:
        connection: The transaction.
        parents: What each execution is part of, by external ids.
        record_of: Makes the record of an execution.
        pipeline_names: The name that each of their pipelines has now, from `resolve_pipelines`.
        now: The time.
    """

    def row_of(external_id: str) -> dict[str, Any]:
        row = cleaning.cleaned_leniently(record_of(external_id))
        del row["pipeline_type_name"], row["declared_by"]
        row["pipeline_name"] = pipeline_names[row["pipeline_name"]]
        return row

    _settle(connection, _written(connection, parents, row_of, host=None, now=now), now=now)


def _written(
    connection: Driver,
    parents: Mapping[Key, Key | None],
    row_of: Callable[[Key], Mapping[str, Any]],
    *,
    host: str | None,
    now: dt.datetime,
) -> list[Any]:
    """Write executions, each once, and return what is new of those that have succeeded or run."""

    def parameters(part: Sequence[Key]) -> dict[str, Any]:
        return {"records": _json(map(row_of, part)), "host": host, "now": now}

    written: list[Any] = []
    for generation in generations(parents):
        # In the order of the statement, so that nobody waits in a circle.
        parts = database.in_parts(sorted(generation))
        rows = database.execute_in_parts(connection, RECORD, parts, parameters, row_factory=namedtuple_row)
        written += sorted(rows, key=lambda row: (row.end_date is None, row.end_date, row.id))
    return written


def _json(records: Iterable[Mapping[str, Any]]) -> str:
    """Write records as JSON. What is not there is NULL to PostgreSQL; that makes it half as long."""
    return arguments.json_rows([{name: one for name, one in each.items() if one is not None} for each in records])


def _identity(record: Mapping[str, Any]) -> tuple[str, str]:
    return record["source"], record["external_id"]


def _settle(connection: Driver, written: Sequence[Any], *, now: dt.datetime) -> None:
    """Move the watermarks of pipelines whose executions have just succeeded.

    An execution that was recorded while it ran has a watermark of its start, which is compared. One that was first
    recorded after its end has none: it is ordered by its start.
    """
    succeeded = {row.id: row for row in written if row.succeeded}
    inserted = {row.id for row in written if row.inserted}
    moving = [row for row in succeeded.values() if row.moves_watermark]
    comparing = [row.id for row in moving if not row.has_logical_date and row.id not in inserted]
    if succeeded:
        watermarks.lock_pipelines(connection, execution_ids=list(succeeded))
        watermarks.settle(connection, execution_ids=list(succeeded))
    by_date = [row.id for row in moving if row.id not in comparing]
    if by_date:
        watermarks.move_by_logical_date(connection, execution_ids=by_date)
        watermarks.move_by_start_date(connection, execution_ids=by_date)
    for execution_id in comparing:
        watermarks.compare_watermark(connection, execution_id=execution_id, now=now)
    running = inserted - set(succeeded)
    if moving and running:
        watermarks.take_watermarks(connection, execution_ids=list(running))


def _rounds(records: Iterable[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Divide records so that no part has an execution twice: a statement writes a row only once."""
    rounds: list[dict[tuple[str, str], dict[str, Any]]] = []
    for record in records:
        identity = _identity(record)
        free = next((batch for batch in rounds if identity not in batch), None)
        if free is None:
            rounds.append({identity: record})
        else:
            free[identity] = record
    return [list(batch.values()) for batch in rounds]
