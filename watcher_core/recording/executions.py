"""Executions: start, end, list.

An execution is known by `(source, external_id)`. Every write is an upsert on that identity, so that the code that runs
inside a job, the recorder that reads of it later, and a replay of either meet in one row.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.types.json import Jsonb

from watcher_core import anomalies, arguments, catalog, values
from watcher_core.database import Driver, unindented
from watcher_core.enclosing import PartOf, provisional_run
from watcher_core.enums import ExecutionSource, ExecutionState
from watcher_core.errors import ExecutionEndedError, InvalidValueError, NotFoundError
from watcher_core.recording import clocks, watermarks
from watcher_core.recording.identities import KEY, is_identity
from watcher_core.values import UNSET, Unset

if TYPE_CHECKING:
    from watcher_core.recording.tracking import TrackRequest

COUNTS = ("inserts", "updates", "soft_deletes", "total_rows")

# What each statement gives, in this order.
OF_PIPELINE = "(SELECT name FROM watcher.pipeline WHERE id = execution.pipeline_id) AS pipeline_name"
FIELDS = tuple(field.name for field in fields(values.Execution))
COLUMNS = ", ".join(OF_PIPELINE if field == "pipeline_name" else f"execution.{field}" for field in FIELDS)

SOURCES = {source.value: source for source in ExecutionSource}
STATES = {state.value: state for state in ExecutionState}


# Starting

INSERT = f"""
    INSERT INTO watcher.pipeline_execution AS execution
          (pipeline_id, parent_id, source, external_id, instance_id, scope, state, start_date, logical_date, full_load,
           watermark, next_watermark, execution_metadata)
    SELECT pipeline.id, {{parent_id}}, CAST(%(source)s AS watcher.execution_source), %(external_id)s,
           %(instance_id)s, %(scope)s, 'running',
           {clocks.counted("%(start_date)s")}, %(logical_date)s, %(full_load)s, pipeline.watermark,
           coalesce(%(next_watermark)s, pipeline.next_watermark),
           %(execution_metadata)s || {clocks.reported("%(host)s", start_date="%(start_date)s")}
      FROM watcher.pipeline {{of}}
        ON CONFLICT ({KEY}) DO NOTHING
    RETURNING {COLUMNS}
"""

START = INSERT.replace("{parent_id}", "%(parent_id)s").replace("{of}", "WHERE pipeline.id = %(pipeline_id)s")

# The whole start of an execution, where nothing else has to be written for it: its pipeline is known, active and
# declared as it is already, and its parent is there.
START_BY_NAME = unindented(
    INSERT.replace("{parent_id}", "coalesce(%(parent_id)s, parent.id)").replace(
        "{of}",
        f"""
      LEFT JOIN watcher.pipeline_execution AS parent
        ON {is_identity("parent", "CAST(%(parent_source)s AS watcher.execution_source)", "%(parent_external_id)s")}
     WHERE pipeline.id = {catalog.ID_BY_NAME}
       AND pipeline.active
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

# The row is there: a replay, or the recorder saw the step before the code in it came to speak. A later attempt takes
# the row up again, from the watermark as it stands now; a replay keeps the watermark that the first call was given.
# Whatever else is known already stays, and a replay that comes after the end changes nothing.
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
           logical_date       = coalesce(execution.logical_date, %(logical_date)s),
           parent_id          = coalesce(execution.parent_id, %(parent_id)s),
           full_load          = execution.full_load OR %(full_load)s,
           execution_metadata = (execution.execution_metadata - ARRAY['error', 'reported_end_date'])
                             || %(execution_metadata)s,
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
    now: dt.datetime,
) -> values.Execution:
    """Start an execution, which takes the pipeline's watermark with it.

    The same identity again is a replay and gives the row that is there; a higher `attempt` takes it up again.

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
    known = _by_identity(connection, identity)
    if known is None:
        raise NotFoundError("pipeline", pipeline_id)
    if known.pipeline_id != pipeline_id:
        raise InvalidValueError(
            f"external_id {external_id!r} is execution {known.id} of pipeline {known.pipeline_name!r}; "
            f"it cannot be one of pipeline {pipeline_id} too"
        )
    row = connection.execute(RESTART, {**given, "id": known.id, "attempt": attempts, "now": now}).fetchone()
    return known if row is None else execution_of(row)


def start_known(
    connection: Driver,
    request: TrackRequest,
    *,
    start_date: dt.datetime,
    parent_id: int | None,
    parent: tuple[ExecutionSource, str] | None,
    needs_parent: bool,
) -> values.Execution | None:
    """Start an execution by the name of its pipeline, in one statement; `None` where that is not all there is to do.

    Args:
        connection: The connection.
        request: What is tracked.
        start_date: When it started.
        parent_id: Its parent, where the id of that is known.
        parent: Its parent by identity.
        needs_parent: Whether it is not to be started without that.

    Raises:
        NotFoundError: The parent of that id is not known.
    """
    attempts = {"attempts": request.attempt} if request.attempt > 1 else {}
    parent_source, parent_external_id = parent or (None, None)
    given = {
        "name": request.name,
        "configuration_hash": request.configuration_hash,
        "parent_id": parent_id,
        "parent_source": parent_source and parent_source.value,
        "parent_external_id": parent_external_id,
        "needs_parent": needs_parent,
        "source": request.source.value,
        "external_id": request.external_id,
        "instance_id": request.instance_id,
        "scope": request.scope,
        "start_date": start_date,
        "logical_date": request.logical_date,
        "full_load": request.full_load,
        "next_watermark": request.next_watermark,
        "execution_metadata": _json({**(request.execution_metadata or {}), **attempts}),
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

# On an execution that somebody has ended who inferred that it is over. What its job reports after all replaces that.
INFERRED = "ended_by_hand"

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
                                         ELSE execution_metadata
                                           - ARRAY['error', 'reported_end_date', '{INFERRED}'] END
                                 || %(execution_metadata)s
                                 || {clocks.reported("%(host)s", end_date="%(end_date)s")},
               updated_at         = %(now)s
         WHERE id = %(id)s
           AND (state = 'running' OR execution_metadata ? '{INFERRED}')
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
    now: dt.datetime,
) -> values.Execution:
    """End an execution; a success moves the watermark and the dates of the pipeline's last changes.

    The same values again change nothing. An end that was inferred is replaced.

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
        return _ended_before(connection, execution_id, {"state": state, **end}, metadata)
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


def _ended_before(
    connection: Driver, execution_id: int, end: Mapping[str, object], metadata: Mapping[str, Any]
) -> values.Execution:
    known = get_execution(connection, execution_id)
    was = {
        **{name: getattr(known, name) for name in end},
        "end_date": clocks.reported_end(known.end_date, known.execution_metadata),
        **{key: known.execution_metadata.get(key) for key in metadata},
    }
    now = {**end, **metadata}
    differences = {name: (was[name], now[name]) for name in now if now[name] is not None and was[name] != now[name]}
    if differences:
        raise ExecutionEndedError(execution_id, differences)
    return known


# Reading

SELECT = f"""
    SELECT {COLUMNS}
      FROM watcher.pipeline_execution AS execution
"""

GET = f"{SELECT} WHERE execution.id = %(id)s"

BY_IDENTITY = f"""
    {SELECT}
     WHERE {is_identity("execution", "CAST(%(source)s AS watcher.execution_source)", "%(external_id)s")}
"""

TREE = f"""
    WITH RECURSIVE tree AS (
        SELECT id FROM watcher.pipeline_execution WHERE id = %(id)s
        UNION
        SELECT child.id FROM watcher.pipeline_execution AS child JOIN tree ON child.parent_id = tree.id
    )
    {SELECT}
     WHERE execution.id IN (SELECT id FROM tree)
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
        "before_date": None if before_date is None else arguments.instant(before_date, "before"),
        "before_id": None if before_id is None else arguments.identifier(before_id, "before"),
        "limit": arguments.count(limit, "limit"),
    }
    conditions = {
        "pipeline_id": "execution.pipeline_id = %(pipeline_id)s",
        "scope": "coalesce(execution.scope, '') = %(scope)s",  # as the indexes have it
        "state": f"execution.state = '{asked_state}'",  # written out: the indexes are of some states
        "since": "execution.start_date >= %(since)s",
        "before_id": "(execution.start_date, execution.id) < (%(before_date)s, %(before_id)s)",
    }
    asked = [condition for name, condition in conditions.items() if given[name] is not None]
    where = f"WHERE {' AND '.join(asked)}" if asked else ""
    statement = f"{SELECT} {where} ORDER BY execution.start_date DESC, execution.id DESC LIMIT %(limit)s"
    return [execution_of(row) for row in connection.execute(statement, given)]


def execution_tree(connection: Driver, execution_id: int) -> values.ExecutionTree:
    """Return an execution with all that ran as part of it.

    Raises:
        NotFoundError: There is none.
    """
    given = {"id": arguments.identifier(execution_id, "execution_id")}
    found = {execution.id: execution for execution in map(execution_of, connection.execute(TREE, given))}
    root = found.pop(execution_id, None)
    if root is None:
        raise NotFoundError("execution", execution_id)
    children: dict[int | None, list[values.Execution]] = {}
    for execution in found.values():
        children.setdefault(execution.parent_id, []).append(execution)
    return _subtree(root, children)


def _subtree(
    execution: values.Execution, children: Mapping[int | None, Sequence[values.Execution]]
) -> values.ExecutionTree:
    below = tuple(_subtree(child, children) for child in children.get(execution.id, ()))
    return values.ExecutionTree(execution=execution, children=below)


def find_execution_id(connection: Driver, *, source: ExecutionSource, external_id: str) -> int | None:
    """Return the id of the execution with that identity; `None` where there is none."""
    known = _by_identity(connection, {"source": source.value, "external_id": external_id})
    return None if known is None else known.id


IS_THERE = "SELECT id FROM watcher.pipeline_execution WHERE id = %(id)s"


def find_enclosing_id(connection: Driver, part_of: PartOf | None) -> int | None:
    """Return the id of what an execution is part of; `None` where this database does not know it."""
    if part_of is None:
        return None
    if part_of.source is not None and part_of.external_id is not None:
        source = arguments.choice(part_of.source, ExecutionSource, "source")
        return find_execution_id(connection, source=source, external_id=part_of.external_id)
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


def _by_identity(connection: Driver, identity: Mapping[str, str]) -> values.Execution | None:
    row = connection.execute(BY_IDENTITY, identity).fetchone()
    return None if row is None else execution_of(row)


def execution_of(row: Sequence[Any]) -> values.Execution:
    """Return a row of `COLUMNS` as an execution."""
    fields = dict(zip(FIELDS, row, strict=True))
    fields["source"] = SOURCES[fields["source"]]
    fields["state"] = STATES[fields["state"]]
    # By the ten thousand: a frozen class takes longer to set its fields than PostgreSQL to find them.
    execution = object.__new__(values.Execution)
    execution.__dict__.update(fields)
    return execution


def _json(value: Mapping[str, Any]) -> Jsonb:
    return Jsonb(value, dumps=arguments.json_text)
