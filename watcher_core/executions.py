"""Executions: start, end, list.

An execution is known by `(source, external_id)`. Every write is an upsert on that identity, so that the code that runs
inside a job, the recorder that reads of it later, and a replay of either meet in one row.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from watcher_core import arguments, models, pipelines, progress, values
from watcher_core.errors import ExecutionEndedError, InvalidValueError, NotFoundError
from watcher_core.models import ExecutionSource, ExecutionState

COUNTS = ("inserts", "updates", "soft_deletes", "total_rows")

EXECUTION = models.table(models.PipelineExecution)

COLUMNS = ", ".join(f"execution.{column.name}" for column in EXECUTION.columns)
METADATA = sa.bindparam("execution_metadata", type_=JSONB)


# Starting

START = sa.text(f"""
    INSERT INTO watcher.pipeline_execution AS execution
          (pipeline_id, parent_id, source, external_id, state, start_date, logical_date, full_load,
           watermark, next_watermark, execution_metadata)
    SELECT pipeline.id, :parent_id, CAST(:source AS watcher.execution_source), :external_id, 'running', :start_date,
           :logical_date, :full_load, pipeline.watermark, coalesce(:next_watermark, pipeline.next_watermark),
           :execution_metadata
      FROM watcher.pipeline
     WHERE pipeline.id = :pipeline_id
        ON CONFLICT (source, external_id) DO NOTHING
    RETURNING {COLUMNS}
""").bindparams(METADATA, sa.bindparam("parent_id", type_=sa.BigInteger))

# The row is there: a replay, or the recorder saw the step before the code in it came to speak. A later attempt takes
# the row up again, from the watermark as it stands now; whatever else is known already stays.
RESTART = sa.text(f"""
    UPDATE watcher.pipeline_execution AS execution
       SET state              = 'running',
           end_date           = NULL,
           inserts            = NULL,
           updates            = NULL,
           soft_deletes       = NULL,
           total_rows         = NULL,
           watermark          = pipeline.watermark,
           next_watermark     = coalesce(:next_watermark, execution.next_watermark),
           logical_date       = coalesce(execution.logical_date, :logical_date),
           parent_id          = coalesce(execution.parent_id, :parent_id),
           full_load          = execution.full_load OR :full_load,
           execution_metadata = (execution.execution_metadata - 'error') || :execution_metadata,
           updated_at         = :now
      FROM watcher.pipeline
     WHERE pipeline.id = execution.pipeline_id
       AND execution.id = :id
    RETURNING {COLUMNS}
""").bindparams(METADATA, sa.bindparam("parent_id", type_=sa.BigInteger))


def start(
    session: Session,
    *,
    pipeline: values.Pipeline,
    source: ExecutionSource,
    external_id: str,
    start_date: dt.datetime,
    parent_id: int | None = None,
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
        NotFoundError: The parent is not known.
        InvalidValueError: A value breaks a rule.
    """
    attempts = arguments.positive(attempt, "attempt") or 1
    metadata = arguments.json_object(dict(execution_metadata or {}), "execution_metadata")
    if attempts > 1:
        metadata["attempts"] = attempts
    given = {
        "parent_id": parent_id,
        "full_load": arguments.flag(full_load, "full_load"),
        "next_watermark": arguments.watermark(next_watermark, "next_watermark"),
        "logical_date": None if logical_date is None else arguments.instant(logical_date, "logical_date"),
        "execution_metadata": metadata,
    }
    identity = {"source": source.value, "external_id": arguments.text(external_id, "external_id")}
    start_date = arguments.instant(start_date, "start_date")
    try:
        row = session.execute(
            START, {**given, **identity, "pipeline_id": pipeline.id, "start_date": start_date}
        ).one_or_none()
    except sa.exc.IntegrityError as exc:
        raise _missing_parent(exc, parent_id) or exc from exc
    if row is not None:
        return _execution(row, pipeline.name)
    known = _by_identity(session, source=source, external_id=external_id)
    if known.pipeline_id != pipeline.id:
        raise InvalidValueError(
            f"external_id {external_id!r} is execution {known.id} of pipeline {known.pipeline_name!r}; "
            f"it cannot be one of {pipeline.name!r} too"
        )
    if known.state is not ExecutionState.RUNNING and attempts <= known.execution_metadata.get("attempts", 1):
        return known
    row = session.execute(RESTART, {**given, "id": known.id, "now": now}).one()
    return _execution(row, pipeline.name)


def _missing_parent(error: sa.exc.IntegrityError, parent_id: int | None) -> NotFoundError | None:
    constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    if constraint == "fk_pipeline_execution_parent_id" and parent_id is not None:
        return NotFoundError("parent execution", parent_id)
    return None


# Ending

END = sa.text(f"""
    UPDATE watcher.pipeline_execution AS execution
       SET state              = CAST(:state AS watcher.execution_state),
           end_date           = :end_date,
           inserts            = :inserts,
           updates            = :updates,
           soft_deletes       = :soft_deletes,
           total_rows         = :total_rows,
           next_watermark     = coalesce(:next_watermark, execution.next_watermark),
           execution_metadata = execution.execution_metadata || :execution_metadata,
           updated_at         = :now
      FROM watcher.pipeline
     WHERE pipeline.id = execution.pipeline_id
       AND execution.id = :id
       AND execution.state = 'running'
    RETURNING {COLUMNS}, pipeline.name AS pipeline_name
""").bindparams(METADATA)


def end(
    session: Session,
    *,
    execution_id: int,
    state: ExecutionState,
    end_date: dt.datetime | None = None,
    counts: Mapping[str, object],
    next_watermark: object = None,
    execution_metadata: Mapping[str, Any] | None = None,
    now: dt.datetime,
) -> values.Execution:
    """End an execution; a success moves the watermark and tells the pipeline what changed.

    The same values again change nothing.

    Raises:
        NotFoundError: The execution is not known.
        ExecutionEndedError: It has ended already, with other values.
        InvalidValueError: A value breaks a rule.
    """
    told = {
        "end_date": None if end_date is None else arguments.instant(end_date, "end_date"),
        **{name: arguments.count(counts.get(name), name) for name in COUNTS},
        "next_watermark": arguments.watermark(next_watermark, "next_watermark"),
    }
    metadata = arguments.json_object(dict(execution_metadata or {}), "execution_metadata")
    try:
        row = session.execute(
            END,
            {
                **told,
                "id": execution_id,
                "state": state.value,
                "end_date": told["end_date"] or now,
                "execution_metadata": metadata,
                "now": now,
            },
        ).one_or_none()
    except sa.exc.IntegrityError as exc:
        raise _ends_before_start(exc, execution_id, told["end_date"] or now) or exc from exc
    if row is None:
        return _ended_before(session, execution_id, {"state": state, **told}, metadata)
    execution = _execution(row)
    if execution.state is ExecutionState.SUCCEEDED:
        progress.settle(session, execution_ids=[execution.id], now=now)
    return execution


def _ends_before_start(error: sa.exc.IntegrityError, execution_id: int, end_date: object) -> InvalidValueError | None:
    constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    if constraint == "ck_pipeline_execution_end_after_start":
        return InvalidValueError(f"end_date {end_date} is before the start of execution {execution_id}")
    return None


def _ended_before(
    session: Session, execution_id: int, told: Mapping[str, object], metadata: Mapping[str, Any]
) -> values.Execution:
    known = get(session, execution_id)
    was = {
        **{name: getattr(known, name) for name in told},
        **{key: known.execution_metadata.get(key) for key in metadata},
    }
    now = {**told, **metadata}
    differences = {name: (was[name], now[name]) for name in now if now[name] is not None and was[name] != now[name]}
    if differences:
        raise ExecutionEndedError(execution_id, differences)
    return known


# Reading

SELECT = f"""
    SELECT {COLUMNS}, pipeline.name AS pipeline_name
      FROM watcher.pipeline_execution AS execution
      JOIN watcher.pipeline ON pipeline.id = execution.pipeline_id
"""

GET = sa.text(f"{SELECT} WHERE execution.id = :id")

BY_IDENTITY = sa.text(
    f"{SELECT} WHERE execution.source = CAST(:source AS watcher.execution_source)"
    " AND execution.external_id = :external_id"
)

TREE = sa.text(f"""
    WITH RECURSIVE tree AS (
        SELECT id FROM watcher.pipeline_execution WHERE id = :id
        UNION ALL
        SELECT child.id FROM watcher.pipeline_execution AS child JOIN tree ON child.parent_id = tree.id
    )
    {SELECT}
     WHERE execution.id IN (SELECT id FROM tree)
     ORDER BY execution.start_date, execution.id
""")


def get(session: Session, execution_id: int) -> values.Execution:
    """Give the execution with that id.

    Raises:
        NotFoundError: There is none.
    """
    row = session.execute(GET, {"id": execution_id}).one_or_none()
    if row is None:
        raise NotFoundError("execution", execution_id)
    return _execution(row)


def list_newest(
    session: Session,
    *,
    pipeline: int | str | None = None,
    state: ExecutionState | str | None = None,
    since: dt.datetime | None = None,
    limit: int = 100,
) -> list[values.Execution]:
    """Give executions, newest first.

    Raises:
        NotFoundError: The pipeline is not known.
    """
    conditions = {
        "execution.pipeline_id = :pipeline_id": None if pipeline is None else pipelines.get(session, pipeline).id,
        "execution.state = CAST(:state AS watcher.execution_state)": None
        if state is None
        else arguments.choice(state, ExecutionState, "state").value,
        "execution.start_date >= :since": None if since is None else arguments.instant(since, "since"),
    }
    asked = [condition for condition, value in conditions.items() if value is not None]
    where = f"WHERE {' AND '.join(asked)}" if asked else ""
    statement = sa.text(f"{SELECT} {where} ORDER BY execution.start_date DESC, execution.id DESC LIMIT :limit")
    given = dict(zip(("pipeline_id", "state", "since"), conditions.values(), strict=True))
    rows = session.execute(
        statement,
        {
            **{name: value for name, value in given.items() if value is not None},
            "limit": arguments.count(limit, "limit"),
        },
    )
    return [_execution(row) for row in rows]


def tree(session: Session, execution_id: int) -> values.ExecutionTree:
    """Give an execution with all that ran as part of it.

    Raises:
        NotFoundError: There is none.
    """
    found = [_execution(row) for row in session.execute(TREE, {"id": execution_id})]
    if not found:
        raise NotFoundError("execution", execution_id)
    children: dict[int | None, list[values.Execution]] = {}
    for execution in found:
        children.setdefault(execution.parent_id, []).append(execution)
    root = next(execution for execution in found if execution.id == execution_id)
    return _subtree(root, children)


def _subtree(
    execution: values.Execution, children: Mapping[int | None, Sequence[values.Execution]]
) -> values.ExecutionTree:
    below = tuple(_subtree(child, children) for child in children.get(execution.id, ()))
    return values.ExecutionTree(execution=execution, children=below)


def find_id(session: Session, *, source: ExecutionSource, external_id: str) -> int | None:
    """Give the id of the execution with that identity; `None` where there is none."""
    return session.scalar(
        sa.select(EXECUTION.c.id).where(EXECUTION.c.source == source, EXECUTION.c.external_id == external_id)
    )


def _by_identity(session: Session, *, source: ExecutionSource, external_id: str) -> values.Execution:
    return _execution(session.execute(BY_IDENTITY, {"source": source.value, "external_id": external_id}).one())


def _execution(row: Any, pipeline_name: str | None = None) -> values.Execution:
    columns = dict(row._mapping)
    columns["source"] = ExecutionSource(columns["source"])
    columns["state"] = ExecutionState(columns["state"])
    columns.setdefault("pipeline_name", pipeline_name)
    return values.Execution(**columns)
