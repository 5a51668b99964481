"""Executions: start and end.

An execution is known by `(source, external_id)`. Every write is an upsert on that identity, so that the code that runs
inside a job, the recorder that reads of it later, and a replay of either meet in one row.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg.types.json import Jsonb

from watcher_core import anomalies, arguments, catalog, values
from watcher_core.database import Driver, unindented
from watcher_core.enclosing import provisional_run
from watcher_core.enums import ExecutionSource, ExecutionState
from watcher_core.errors import ExecutionEndedError, InvalidValueError, NotFoundError
from watcher_core.recording import clocks, watermarks
from watcher_core.recording.identities import KEY, is_identity, stored_metadata
from watcher_core.recording.lookup import COLUMNS, by_identity, execution_of, find_enclosing_id, get_execution
from watcher_core.values import COUNTS, UNSET, Unset

if TYPE_CHECKING:
    from watcher_core.recording.processes import Process
    from watcher_core.recording.tracking import TrackRequest


# Starting

SOURCE = "CAST(%(source)s AS watcher.execution_source)"

# The process that promises heartbeats, with the time from which they are missed; by the database's clock.
STARTED_BY = "CAST(%(process)s AS jsonb) || jsonb_build_object('since', statement_timestamp())"

INSERT = f"""
    INSERT INTO watcher.pipeline_execution AS execution
          (pipeline_id, parent_id, source, external_id, instance_id, scope, state, start_date, logical_date, full_load,
           watermark, next_watermark, process, execution_metadata)
    SELECT pipeline.id, {{parent_id}}, {SOURCE}, %(external_id)s,
           %(instance_id)s, %(scope)s, 'running',
           {clocks.counted("%(start_date)s")}, %(logical_date)s, %(full_load)s, pipeline.watermark,
           coalesce(%(next_watermark)s, pipeline.next_watermark), {STARTED_BY},
           {stored_metadata(SOURCE, "%(external_id)s", "%(execution_metadata)s")}
        || {clocks.reported("%(host)s", start_date="%(start_date)s")}
      FROM watcher.pipeline {{of}}
        ON CONFLICT ({KEY}) DO NOTHING
    RETURNING {COLUMNS}
"""

# A pipeline that is gone from Dagster's code is back: a job outside has it now. Of Dagster's own the recorder knows.
START = f"""
    WITH restored AS (
        UPDATE watcher.pipeline
           SET declared_by = NULL, removed_at = NULL
         WHERE id = %(pipeline_id)s
           AND removed_at < %(start_date)s
           AND {SOURCE} <> 'dagster'
    )""" + INSERT.replace("{parent_id}", "%(parent_id)s").replace("{of}", "WHERE pipeline.id = %(pipeline_id)s")

# The whole start of an execution, where nothing else has to be written for it: its pipeline is known, active, not gone,
# and declared as it is already, and its parent is there.
START_BY_NAME = unindented(
    INSERT.replace("{parent_id}", "coalesce(%(parent_id)s, parent.id)").replace(
        "{of}",
        f"""
      LEFT JOIN watcher.pipeline_execution AS parent
        ON {is_identity("parent", "CAST(%(parent_source)s AS watcher.execution_source)", "%(parent_external_id)s")}
     WHERE pipeline.id = {catalog.ID_BY_NAME}
       AND pipeline.active
       AND pipeline.removed_at IS NULL
       AND (CAST(%(configuration_hash)s AS text) IS NULL OR pipeline.configuration_hash = %(configuration_hash)s)
       AND (parent.id IS NOT NULL OR NOT %(needs_parent)s)""",
    )
)

# An "attempts" that a caller passes in the metadata is kept, but not counted here.
ATTEMPTS = """
    CASE jsonb_typeof(execution.execution_metadata -> 'attempts')
         WHEN 'number' THEN CAST(execution.execution_metadata ->> 'attempts' AS numeric)
         ELSE 1
     END"""

# What a caller gives of an execution whose row is there.
OWN_METADATA = stored_metadata("source", "external_id", "%(execution_metadata)s")

# The row is there: a replay, or the recorder saw the step before the code in it came to speak. A later attempt takes
# the row up again, from the watermark as it stands now; a replay keeps the watermark that the first call was given.
# The recorder may have read the key of a partition without its time zone, which the code knows. Whatever else is known
# already stays, and a replay that comes after the end changes nothing.
RESTART = f"""
    UPDATE watcher.pipeline_execution AS execution
       SET state              = 'running',
           end_date           = NULL,
           inserts            = NULL,
           updates            = NULL,
           soft_deletes       = NULL,
           total_rows         = NULL,
           watermark          = CASE WHEN %(attempt)s > {ATTEMPTS} THEN pipeline.watermark
                                     ELSE execution.watermark END,
           next_watermark     = coalesce(%(next_watermark)s, execution.next_watermark, pipeline.next_watermark),
           logical_date       = coalesce(%(logical_date)s, execution.logical_date),
           parent_id          = coalesce(execution.parent_id, %(parent_id)s),
           full_load          = execution.full_load OR %(full_load)s,
           process            = {STARTED_BY},
           execution_metadata = (execution.execution_metadata - ARRAY['error', 'reported_end_date'])
                             || {OWN_METADATA},
           updated_at         = %(now)s
      FROM watcher.pipeline
     WHERE pipeline.id = execution.pipeline_id
       AND execution.id = %(id)s
       AND (execution.state = 'running' OR %(attempt)s > {ATTEMPTS})
    RETURNING {COLUMNS}
"""


def start_execution(
    connection: Driver,
    *,
    pipeline_id: int,
    source: ExecutionSource,
    external_id: str,
    start_date: dt.datetime,
    parent_id: int | None = None,
    instance_id: str | None = None,
    scope: str | None = None,
    full_load: bool = False,
    next_watermark: object = None,
    logical_date: dt.datetime | None = None,
    execution_metadata: Mapping[str, Any] | None = None,
    attempt: int = 1,
    process: Process | None = None,
    now: dt.datetime,
) -> values.Execution:
    """Start an execution, which takes the pipeline's watermark with it.

    The same identity again is a replay and gives the row that is there; a higher `attempt` takes it up again. A
    `process` promises to send heartbeats until the execution ends.

    Raises:
        NotFoundError: The pipeline or the parent is not known.
        InvalidValueError: A value breaks a rule.
    """
    attempts = arguments.positive(attempt, "attempt") or 1
    metadata = arguments.json_object(execution_metadata, "execution_metadata")
    if attempts > 1:
        metadata["attempts"] = attempts
    given = {
        "parent_id": None if parent_id is None else arguments.identifier(parent_id, "parent_id"),
        "full_load": arguments.flag(full_load, "full_load"),
        "next_watermark": arguments.watermark(next_watermark, "next_watermark"),
        "logical_date": None if logical_date is None else arguments.instant(logical_date, "logical_date"),
        "execution_metadata": _json(metadata),
        "process": None if process is None else Jsonb(vars(process)),
    }
    identity = {
        "source": arguments.choice(source, ExecutionSource, "source").value,
        "external_id": arguments.external_id(external_id, "external_id"),
    }
    of = {
        "instance_id": None if instance_id is None else arguments.text(instance_id, "instance_id"),
        "scope": None if scope is None else arguments.text(scope, "scope"),
    }
    pipeline_id = arguments.identifier(pipeline_id, "pipeline_id")
    start_date = arguments.instant(start_date, "start_date")
    row = _inserted(
        connection, START, {**given, **identity, **of, "pipeline_id": pipeline_id, "start_date": start_date}
    )
    if row is not None:
        return execution_of(row)
    known = by_identity(connection, identity)
    if known is None:
        raise NotFoundError("pipeline", pipeline_id)
    if known.pipeline_id != pipeline_id:
        raise InvalidValueError(
            f"external_id {external_id!r} is execution {known.id} of pipeline {known.pipeline_name!r}; "
            f"it cannot be one of pipeline {pipeline_id} too"
        )
    row = connection.execute(RESTART, {**given, "id": known.id, "attempt": attempts, "now": now}).fetchone()
    return known if row is None else execution_of(row)


def start_known(connection: Driver, request: TrackRequest, *, start_date: dt.datetime) -> values.Execution | None:
    """Start an execution in one statement where all that it refers to is known, as for most.

    Returns:
        The execution; `None` where more has to be written, or where it may have got another identity meanwhile.

    Raises:
        NotFoundError: The parent of that id is not known.
    """
    if request.source is ExecutionSource.DAGSTER and provisional_run(request.external_id) is not None:
        return None
    parent = request.parent_identity
    parent_id = request.parent_id if parent is None else None
    if parent is None and parent_id is None:
        parent_id = find_enclosing_id(connection, request.part_of)
    attempts = {"attempts": request.attempt} if request.attempt > 1 else {}
    given = {
        "name": request.name,
        "configuration_hash": request.configuration_hash,
        "parent_id": parent_id,
        "parent_source": parent and parent[0].value,
        "parent_external_id": parent and parent[1],
        "needs_parent": request.parent is not None,
        "source": request.source.value,
        "external_id": request.external_id,
        "instance_id": request.instance_id,
        "scope": request.scope,
        "start_date": start_date,
        "logical_date": request.logical_date,
        "full_load": request.full_load,
        "next_watermark": request.next_watermark,
        "execution_metadata": _json({**(request.execution_metadata or {}), **attempts}),
        "process": None if request.process is None else Jsonb(vars(request.process)),
    }
    row = _inserted(connection, START_BY_NAME, given)
    return None if row is None else execution_of(row)


def _inserted(connection: Driver, statement: str, given: Mapping[str, Any]) -> Sequence[Any] | None:
    try:
        return connection.execute(statement, {**given, "host": clocks.this_host()}).fetchone()
    except psycopg.errors.ForeignKeyViolation as exc:
        if given["parent_id"] is not None and exc.diag.constraint_name == "fk_pipeline_execution_parent_id":
            raise NotFoundError("parent execution", given["parent_id"]) from exc
        raise


RELEASE = """
    UPDATE watcher.pipeline_execution
       SET external_id = external_id || '/' || id
     WHERE id = %(id)s
       AND created_at < statement_timestamp() - %(older_than)s
"""


def release_identity(connection: Driver, execution_id: int, *, older_than: dt.timedelta) -> bool:
    """Give an execution another identity, so that the next one may have its own; whether it was old enough for that."""
    return connection.execute(RELEASE, {"id": execution_id, "older_than": older_than}).rowcount > 0


# Ending

# An end that is known to be wrong, or is only when this call was made, is at least the start: another host may have
# started the execution, with a clock that is ahead of this one's.
END_DATE = f"""
    CASE WHEN {clocks.is_ahead("%(end_date)s")} THEN greatest({clocks.NOW}, start_date)
         WHEN %(has_end_date)s THEN %(end_date)s
         ELSE greatest(%(end_date)s, start_date) END"""

# On an execution that was ended by somebody who inferred that it is over: a person, or Watcher, as its process is gone
# or silent. What its job reports after all replaces that.
ENDED_BY_HAND: Final = "ended_by_hand"
INFERRED_END: Final = "inferred_end"
INFERRED: Final = f"ARRAY['{ENDED_BY_HAND}', '{INFERRED_END}']"


def is_inferred(metadata: str) -> str:
    """The SQL of whether the end of an execution was inferred; what people have at these keys is no such mark."""
    marks = ", ".join(f"'{{\"{key}\": true}}'" for key in (ENDED_BY_HAND, INFERRED_END))
    return f"{metadata} @> ANY(CAST(ARRAY[{marks}] AS jsonb[]))"


# One statement, because it runs at the end of every execution: who ends a success settles it as well. Without its
# indentation it is short enough for psycopg to remember how it is read.
END = unindented(f"""
    WITH execution AS (
        UPDATE watcher.pipeline_execution
           SET state              = CAST(%(state)s AS watcher.execution_state),
               end_date           = {END_DATE},
               inserts            = %(inserts)s,
               updates            = %(updates)s,
               soft_deletes       = %(soft_deletes)s,
               total_rows         = %(total_rows)s,
               next_watermark     = CASE WHEN %(has_watermark)s THEN %(next_watermark)s ELSE next_watermark END,
               execution_metadata = CASE WHEN state = 'running' THEN execution_metadata
                                         ELSE execution_metadata - ARRAY['error', 'reported_end_date'] - {INFERRED} END
                                 || {OWN_METADATA}
                                 || {clocks.reported("%(host)s", end_date="%(end_date)s")},
               process            = NULL,
               updated_at         = %(now)s
         WHERE id = %(id)s
           AND external_id = coalesce(%(external_id)s, external_id)
           AND (state = 'running' OR {is_inferred("execution_metadata")})
        RETURNING *
    ), succeeded AS (
        SELECT pipeline_id, {watermarks.CHANGES}, logical_date IS NULL AND next_watermark IS NOT NULL AS compares,
               watermark AS started_from, next_watermark AS reached
          FROM execution
         WHERE state = 'succeeded'
    ), {anomalies.queued("execution WHERE state = 'succeeded'")}, {watermarks.SETTLED}, conflict AS (
        INSERT INTO watcher.watermark_event
              (pipeline_id, pipeline_execution_id, kind, old_watermark, new_watermark, created_at)
        SELECT settled.pipeline_id, execution.id, 'conflict', settled.watermark, settled.reached, %(now)s
          FROM execution, settled
         WHERE settled.conflict
    )
    SELECT {COLUMNS}, settled.watermark AS pipeline_watermark, settled.conflict
      FROM execution
      LEFT JOIN settled ON true
""")


def end_execution(
    connection: Driver,
    *,
    execution_id: int,
    state: ExecutionState,
    end_date: dt.datetime | None = None,
    counts: Mapping[str, object],
    next_watermark: object = UNSET,
    execution_metadata: Mapping[str, Any] | None = None,
    external_id: str | None = None,
    now: dt.datetime,
) -> values.Execution:
    """End an execution; a success moves the watermark and the dates of the pipeline's last changes.

    The same values again change nothing. An end that was inferred is replaced.

    With an `external_id` it is that execution alone: once a backup is restored, others get the ids that it does not
    know, while those that had them still run.

    Raises:
        NotFoundError: The execution is not known.
        ExecutionEndedError: It has ended already, with other values.
        InvalidValueError: A value breaks a rule.
    """
    end = {
        "end_date": None if end_date is None else arguments.instant(end_date, "end_date"),
        **{name: arguments.count(counts.get(name), name) for name in COUNTS},
        "next_watermark": None
        if isinstance(next_watermark, Unset)
        else arguments.watermark(next_watermark, "next_watermark"),
    }
    metadata = arguments.json_object(execution_metadata, "execution_metadata")
    execution_id = arguments.identifier(execution_id, "execution_id")
    given = {
        **end,
        "id": execution_id,
        "external_id": external_id,
        "state": state.value,
        "end_date": end["end_date"] or now,
        "has_end_date": end["end_date"] is not None,
        "host": clocks.this_host(),
        "execution_metadata": _json(metadata),
        "has_watermark": not isinstance(next_watermark, Unset),
        "now": now,
    }
    try:
        row = connection.execute(END, given).fetchone()
    except psycopg.errors.CheckViolation as exc:
        if exc.diag.constraint_name == "ck_pipeline_execution_end_after_start":
            message = f"end_date {given['end_date']} is before the start of execution {execution_id}"
            raise InvalidValueError(message) from exc
        raise
    if row is None:
        known = get_execution(connection, execution_id)
        if external_id not in (None, known.external_id):
            raise NotFoundError("execution", external_id)
        return _ended_before(known, {"state": state, **end}, metadata)
    *fields, watermark, conflict = row
    execution = execution_of(fields)
    if conflict:
        watermarks.log_conflict(
            pipeline_name=execution.pipeline_name,
            execution_id=execution.id,
            next_watermark=execution.next_watermark,
            watermark=watermark,
        )
    if execution.state is ExecutionState.SUCCEEDED and execution.logical_date and execution.next_watermark is not None:
        watermarks.move_by_logical_date(connection, execution_ids=[execution.id])
    return execution


def _ended_before(known: values.Execution, end: Mapping[str, object], metadata: Mapping[str, Any]) -> values.Execution:
    was = {
        **{name: getattr(known, name) for name in end},
        "end_date": clocks.as_reported("end_date", known.end_date, known.execution_metadata),
        **{key: known.execution_metadata.get(key) for key in metadata},
    }
    now = {**end, **metadata}
    differences = {name: (was[name], now[name]) for name in now if now[name] is not None and was[name] != now[name]}
    if differences:
        raise ExecutionEndedError(known.id, differences)
    return known


def _json(value: Mapping[str, Any]) -> Jsonb:
    return Jsonb(value, dumps=arguments.json_text)
