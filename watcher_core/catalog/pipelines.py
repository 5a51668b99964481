"""Pipelines and pipeline types: get or create, configuration from code, changes by hand.

The configuration that code declares is compared by its hash, not with the row: a change by hand stays until the code
itself changes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from watcher_core import anomalies, arguments, calendars, database, values
from watcher_core.catalog.configuration import clean_configuration, clean_pipeline_fields, configuration_hash
from watcher_core.catalog.names import CREATED, by_names, by_reference, keep_former_name, renamed
from watcher_core.catalog.removal import declare_all, restore
from watcher_core.database import models
from watcher_core.errors import NotFoundError
from watcher_core.values import UNSET

# The type of a pipeline that is created without one.
DEFAULT_PIPELINE_TYPE = "default"

TYPE = models.table(models.PipelineType)
PIPELINE = models.table(models.Pipeline)

SELECT_PIPELINES = sa.select(PIPELINE, TYPE.c.name.label("pipeline_type_name")).join(
    TYPE, TYPE.c.id == PIPELINE.c.pipeline_type_id
)


# The names that pipelines have now, by those that are used. By the driver: each write of executions asks it.
RESOLVE = """
    SELECT name, name, removed_at FROM watcher.pipeline WHERE name = ANY(%(names)s)
     UNION ALL
    SELECT alias.name, pipeline.name, pipeline.removed_at
      FROM watcher.pipeline_alias AS alias
      JOIN watcher.pipeline ON pipeline.id = alias.pipeline_id
     WHERE alias.name = ANY(%(names)s)
"""

# In the order of the names, so that concurrent callers wait for each other and never deadlock. When a pipeline was
# created is by the database's clock, because its freshness is measured from there at first.
INSERT_MISSING = sa.text("""
    INSERT INTO watcher.pipeline (name, pipeline_type_id, declared_by)
    SELECT name, type_id, location
      FROM unnest(CAST(:names AS text[]), CAST(:type_ids AS bigint[]), CAST(:locations AS text[]))
               AS unknown (name, type_id, location)
        ON CONFLICT (name) DO NOTHING
    RETURNING id
""")

# What a pipeline was called before means it, too.
WINDOWS = """
    SELECT named.name, nullif(pipeline_metadata ->> 'partitions_timezone', 'UTC'),
           pipeline_metadata ->> 'partitions_format'
      FROM watcher.pipeline
     CROSS JOIN LATERAL (SELECT pipeline.name
                          UNION ALL
                         SELECT alias.name FROM watcher.pipeline_alias AS alias WHERE alias.pipeline_id = pipeline.id
                        ) AS named
     WHERE pipeline_metadata ?| ARRAY['partitions_timezone', 'partitions_format']
"""


# Pipeline types


def get_or_create_pipeline_type(
    session: Session, *, name: str, fields: Mapping[str, Any], now: dt.datetime
) -> values.PipelineType:
    """Return the type of that name; create it, or update its configuration, where needed."""
    name = arguments.name(name, "name")
    fields = clean_pipeline_fields(fields)
    declared = configuration_hash(fields) if fields else None
    row = session.execute(sa.select(TYPE).where(by_reference(TYPE, name))).one_or_none()
    if row is None or declared not in (None, row.configuration_hash):
        name = name if row is None else row.name
        changed = {**fields, **({"configuration_hash": declared} if declared else {}), "updated_at": now}
        row = session.execute(
            insert(TYPE)
            .values(name=name, created_at=now, **changed)
            .on_conflict_do_update(index_elements=["name"], set_=changed)
            .returning(TYPE, CREATED)
        ).one()
    return values.PipelineType(**row._mapping)


def get_pipeline_type(session: Session, reference: int | str) -> values.PipelineType:
    """Return the type with that id or name.

    Raises:
        NotFoundError: There is none.
    """
    row = session.execute(sa.select(TYPE).where(by_reference(TYPE, reference))).one_or_none()
    if row is None:
        raise NotFoundError("pipeline type", reference)
    return values.PipelineType(**row._mapping)


def list_pipeline_types(session: Session) -> list[values.PipelineType]:
    """Return all types, by name."""
    return [values.PipelineType(**row._mapping) for row in session.execute(sa.select(TYPE).order_by(TYPE.c.name))]


def update_pipeline_type(
    session: Session, *, reference: int | str, fields: Mapping[str, Any], now: dt.datetime
) -> values.PipelineType:
    """Change a type by hand; only the fields that are passed."""
    changed = clean_pipeline_fields(fields)
    known = session.execute(
        sa.select(TYPE.c.id, TYPE.c.name).where(by_reference(TYPE, reference)).with_for_update(key_share=True)
    ).one_or_none()
    if known is None:
        raise NotFoundError("pipeline type", reference)
    if "name" in changed:
        keep_former_name(session, TYPE, known, changed["name"])
    row = session.execute(
        sa.update(TYPE).where(TYPE.c.id == known.id).values(**changed, updated_at=now).returning(TYPE)
    ).one()
    return values.PipelineType(**row._mapping)


# Pipelines


def get_or_create_pipeline(
    session: Session,
    *,
    name: str,
    configuration: Mapping[str, Any] | None = None,
    default_type: str | None = None,
    next_watermark: object = UNSET,
    load_lineage: bool | None = None,
    now: dt.datetime,
) -> values.Pipeline:
    """Return the pipeline of that name; create it, or update its configuration, where needed.

    Never changes its watermark, its last changes of data, or whether it is active. Without configuration, nothing is
    locked that another transaction has created.

    Args:
        session: The transaction.
        name: The pipeline's name.
        configuration: What code declares of it.
        default_type: The type of a new pipeline whose configuration names none.
        next_watermark: How far its next execution is to get.
        load_lineage: Whether its lineage is to be declared again; `None` leaves that.
        now: The time.
    """
    name = arguments.name(name, "name")
    configuration = clean_pipeline_fields(configuration or {})
    state = clean_pipeline_fields(
        {"next_watermark": next_watermark, "load_lineage": UNSET if load_lineage is None else load_lineage}
    )
    known = _find(session, name)
    if known is None and not configuration and not state:
        created = ensure_pipelines(session, types_by_name={name: default_type}, now=now)
        return replace(get_pipeline(session, name), created=created > 0)
    declared = configuration_hash(configuration) if configuration else None
    name = name if known is None else known.name
    if known is None or declared not in (None, known.configuration_hash):
        return _upsert(
            session,
            name=name,
            configuration=configuration,
            declared=declared,
            state=state,
            default_type=default_type,
            now=now,
        )
    if any(getattr(known, field) != value for field, value in state.items()):
        session.execute(sa.update(PIPELINE).where(PIPELINE.c.id == known.id).values(**state))
        return get_pipeline(session, known.id)
    return known


def declare_configuration(
    session: Session, *, pipeline: values.Pipeline, configuration: Mapping[str, Any], now: dt.datetime
) -> None:
    """Write what code declares of a pipeline, where that differs from what it declared last.

    Args:
        session: The transaction.
        pipeline: Which pipeline.
        configuration: From `clean_pipeline_fields`.
        now: The time.
    """
    declared = configuration_hash(configuration)
    if configuration and declared != pipeline.configuration_hash:
        _upsert(session, name=pipeline.name, configuration=configuration, declared=declared, state={}, now=now)


def configure_pipelines(
    session: Session,
    *,
    configurations: Iterable[values.PipelineConfiguration],
    location: str | None = None,
    jobs: Iterable[str] = (),
    now: dt.datetime,
) -> int:
    """Write what code declares of many pipelines, where that differs from what it declared last.

    Args:
        session: The transaction.
        configurations: What code declares.
        location: The code location of which this is all; what it declared before, and does no more, is gone.
        jobs: The pipelines of its jobs, and of what it observes, of which code may declare nothing. Those that are not
            known are not made.
        now: The time.

    Returns:
        How many were new or changed.
    """
    wanted: dict[str, dict[str, Any]] = {}
    for configuration in configurations:
        wanted[arguments.name(configuration.name, "name")] = clean_configuration(configuration)
    wanted = {current: wanted[name] for name, current in current_pipeline_names(session, wanted).items()}
    hashes = {name: configuration_hash(fields) for name, fields in wanted.items()}
    rows = session.execute(sa.select(PIPELINE.c.name, PIPELINE.c.configuration_hash).where(by_names(PIPELINE, wanted)))
    known = {row.name: row.configuration_hash for row in rows}
    # In the order of their names, so that concurrent callers wait for each other and never deadlock.
    stale = sorted(name for name in wanted if known.get(name, "") != hashes[name])
    _ensure_types(session, [wanted[name].get("pipeline_type_name") for name in stale], now=now)
    for name in stale:
        _upsert(session, name=name, configuration=wanted[name], declared=hashes[name], state={}, now=now)
    if location is not None:
        of_jobs = current_pipeline_names(session, [arguments.name(job, "jobs") for job in jobs]).values()
        declare_all(session, names=sorted({*wanted, *of_jobs}), location=arguments.name(location, "location"))
    return len(stale)


def current_pipeline_names(session: Session, names: Iterable[str]) -> dict[str, str]:
    """Return the name that each pipeline has now, by the name that is used for it."""
    used = list(names)
    return {name: name for name in used} | renamed(session, PIPELINE, used)


def declared_windows(connection: database.Driver) -> dict[str, tuple[str | None, str | None]]:
    """Return how partitions are cut by time, by all names of their pipelines, where code has declared it.

    Returns:
        The time zone, and the format of the keys; `None` where it is UTC, or a usual one.
    """
    rows = connection.execute(WINDOWS).fetchall()
    return {
        name: (timezone, fmt)
        for name, timezone, fmt in rows
        if (timezone, fmt) != (None, None) and calendars.is_known(timezone)
    }


def pipeline_ids(session: Session, names: Iterable[str]) -> dict[str, int]:
    """Return the ids of pipelines, as far as they are known, by the names that are used for them."""
    current = current_pipeline_names(session, names)
    rows = session.execute(sa.select(PIPELINE.c.name, PIPELINE.c.id).where(by_names(PIPELINE, set(current.values()))))
    ids = {row.name: row.id for row in rows}
    return {used: ids[name] for used, name in current.items() if name in ids}


def find_pipelines(connection: database.Driver, names: Iterable[str]) -> dict[str, str]:
    """As `resolve_pipelines`, without those that are not known, or that were gone and may be back."""
    rows = connection.execute(RESOLVE, {"names": list(names)}).fetchall()
    return {used: name for used, name, removed_at in rows if removed_at is None}


def resolve_pipelines(
    session: Session,
    *,
    types_by_name: Mapping[str, str | None],
    begun: Mapping[str, tuple[dt.datetime, str | None]] = MappingProxyType({}),
    now: dt.datetime,
) -> dict[str, str]:
    """Return the name that each pipeline has now, by the name that is used for it; create those that are not known yet.

    Args:
        session: The transaction.
        types_by_name: The type of each, if it is created, by the name that is used for it.
        begun: When work has begun in it, and the code location whose job it is, if any: one that was gone is back.
        now: The time.
    """
    return _ensured(session, types_by_name, begun, now)[0]


def ensure_pipelines(session: Session, *, types_by_name: Mapping[str, str | None], now: dt.datetime) -> int:
    """As `resolve_pipelines`, but return how many were created."""
    return _ensured(session, types_by_name, {}, now)[1]


def _ensured(
    session: Session,
    types: Mapping[str, str | None],
    begun: Mapping[str, tuple[dt.datetime, str | None]],
    now: dt.datetime,
) -> tuple[dict[str, str], int]:
    connection = database.driver(session)
    rows = connection.execute(RESOLVE, {"names": list(types)}).fetchall()
    if gone := {name: begun[used] for used, name, removed_at in rows if removed_at is not None and used in begun}:
        restore(connection, gone)
    names = {used: name for used, name, _ in rows}
    unknown = sorted(types.keys() - names.keys())
    if not unknown:
        return names, 0
    type_ids = _ensure_types(session, [types[name] for name in unknown], now=now)
    parameters = {
        "names": unknown,
        "type_ids": [type_ids[types[name]] for name in unknown],
        "locations": [begun[name][1] if name in begun else None for name in unknown],
    }
    created = session.scalars(INSERT_MISSING, parameters).all()
    anomalies.create_rules_for_new_pipelines(session, pipeline_ids=created, now=now)
    return names | {name: name for name in unknown}, len(created)


def _ensure_types(session: Session, names: Iterable[str | None], *, now: dt.datetime) -> dict[str | None, int]:
    """Return the ids of the types; those that are not known are created, in the order of their names."""
    by_name = sorted((name or DEFAULT_PIPELINE_TYPE, name) for name in {*names})
    return {name: get_or_create_pipeline_type(session, name=wanted, fields={}, now=now).id for wanted, name in by_name}


def _upsert(
    session: Session,
    *,
    name: str,
    configuration: Mapping[str, Any],
    declared: str | None,
    state: Mapping[str, Any],
    default_type: str | None = None,
    now: dt.datetime,
) -> values.Pipeline:
    changed = {field: value for field, value in configuration.items() if field != "pipeline_type_name"} | dict(state)
    if declared:
        changed["configuration_hash"] = declared
    type_name = configuration.get("pipeline_type_name", default_type or DEFAULT_PIPELINE_TYPE)
    kind = get_or_create_pipeline_type(session, name=type_name, fields={}, now=now)
    updated = {**changed, "updated_at": now}
    if "pipeline_type_name" in configuration:
        updated["pipeline_type_id"] = kind.id
    row = session.execute(
        insert(PIPELINE)
        .values(name=name, pipeline_type_id=kind.id, **changed)
        .on_conflict_do_update(index_elements=["name"], set_=updated)
        .returning(PIPELINE.c.id, CREATED)
    ).one()
    if row.created:
        anomalies.create_rules_for_new_pipelines(session, pipeline_ids=[row.id], now=now)
    return replace(get_pipeline(session, row.id), created=row.created)


def _find(session: Session, reference: int | str) -> values.Pipeline | None:
    row = None
    if isinstance(reference, str):  # at the start of each execution: most look for a name that is there
        row = session.execute(
            SELECT_PIPELINES.where(PIPELINE.c.name == arguments.text(reference.strip(), "name"))
        ).one_or_none()
    if row is None:
        row = session.execute(SELECT_PIPELINES.where(by_reference(PIPELINE, reference))).one_or_none()
    return None if row is None else values.Pipeline(**row._mapping)


def get_pipeline(session: Session, reference: int | str) -> values.Pipeline:
    """Return the pipeline with that id or name.

    Raises:
        NotFoundError: There is none.
    """
    pipeline = _find(session, reference)
    if pipeline is None:
        raise NotFoundError("pipeline", reference)
    return pipeline


def update_pipeline(
    session: Session, *, reference: int | str, fields: Mapping[str, Any], now: dt.datetime
) -> values.Pipeline:
    """Change a pipeline by hand; only the fields that are passed."""
    changed = clean_pipeline_fields(fields)
    if "pipeline_type_name" in changed:
        kind = get_or_create_pipeline_type(session, name=changed.pop("pipeline_type_name"), fields={}, now=now)
        changed["pipeline_type_id"] = kind.id
    known = session.execute(
        sa.select(PIPELINE.c.id, PIPELINE.c.name)
        .where(by_reference(PIPELINE, reference))
        .with_for_update(key_share=True)
    ).one_or_none()
    if known is None:
        raise NotFoundError("pipeline", reference)
    if "name" in changed:
        keep_former_name(session, PIPELINE, known, changed["name"])
    session.execute(sa.update(PIPELINE).where(PIPELINE.c.id == known.id).values(**changed, updated_at=now))
    return get_pipeline(session, known.id)
