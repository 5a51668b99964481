"""Pipelines and pipeline types: get-or-create, configuration from code, changes by hand.

Configuration that code declares is compared by its hash, not with the row: what a person has changed by hand stays
until the code itself changes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session

from watcher_core import anomalies, arguments, enums, values
from watcher_core.database import models
from watcher_core.errors import InvalidValueError, NotFoundError
from watcher_core.values import UNSET, Unset

# The type of a pipeline of which nothing is known but its name.
DEFAULT_PIPELINE_TYPE = "default"

TYPE = models.table(models.PipelineType)
PIPELINE = models.table(models.Pipeline)

# PostgreSQL leaves xmax at zero only on a row that this very statement inserted.
CREATED = sa.literal_column("(xmax = 0)", sa.Boolean).label("created")

SELECT_PIPELINES = sa.select(PIPELINE, TYPE.c.name.label("pipeline_type_name")).join(
    TYPE, TYPE.c.id == PIPELINE.c.pipeline_type_id
)


def _clean_datepart(value: object, argument: str) -> enums.DatePart | None:
    return None if value is None else arguments.choice(value, enums.DatePart, argument)


def _clean_mute(value: object, argument: str) -> bool:
    return value is not None and arguments.flag(value, argument)


def _clean_failure_number(value: object, argument: str) -> int | None:
    number = arguments.positive(value, argument)
    if number is not None and number > models.MAX_FAILURE_NUMBER:
        raise InvalidValueError(f"{argument} is {number:,}; it must be at most {models.MAX_FAILURE_NUMBER}")
    return number


PIPELINE_FIELDS: Mapping[str, Callable[[Any, str], Any]] = {
    "freshness_number": arguments.positive,
    "freshness_datepart": _clean_datepart,
    "mute_freshness_check": _clean_mute,
    "timeliness_number": arguments.positive,
    "timeliness_datepart": _clean_datepart,
    "mute_timeliness_check": _clean_mute,
    "failure_number": _clean_failure_number,
    "mute_failure_check": _clean_mute,
    "pipeline_type_name": arguments.name,
    "pipeline_metadata": arguments.json_object,
    "active": arguments.flag,
    "load_lineage": arguments.flag,
    "next_watermark": arguments.watermark,
}


def clean_pipeline_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Check the fields that were passed, and drop those that were not.

    Raises:
        InvalidValueError: A value breaks a rule.
    """
    cleaned = {
        field: PIPELINE_FIELDS[field](value, field) for field, value in fields.items() if not isinstance(value, Unset)
    }
    for check in ("freshness", "timeliness"):
        number, datepart = f"{check}_number", f"{check}_datepart"
        if number in cleaned and datepart in cleaned and (cleaned[number] is None) != (cleaned[datepart] is None):
            raise InvalidValueError(
                f"{number} is {cleaned[number]!r} and {datepart} is {cleaned[datepart]!r}; they come together"
            )
    return cleaned


def configuration_hash(fields: Mapping[str, Any]) -> str:
    """Give a hash of the configuration that is the same in every process: SHA-256 of canonical JSON."""
    canonical = arguments.json_text(dict(fields), sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


# Pipeline types


# In the order of the names, so that two callers at once wait for each other and never in a circle.
ENSURE = sa.text("""
    INSERT INTO watcher.pipeline (name, pipeline_type_id, created_at, updated_at)
    SELECT name, type_id, :now, :now
      FROM unnest(CAST(:names AS text[]), CAST(:type_ids AS bigint[])) AS unknown (name, type_id)
        ON CONFLICT (name) DO NOTHING
    RETURNING id
""")


def get_or_create_pipeline_type(
    session: Session, *, name: str, fields: Mapping[str, Any], now: dt.datetime
) -> values.PipelineType:
    """Give the type of that name; make it, or bring its configuration up to date, where that is needed."""
    name = arguments.name(name, "name")
    fields = clean_pipeline_fields(fields)
    declared = configuration_hash(fields) if fields else None
    row = session.execute(sa.select(TYPE).where(TYPE.c.name == name)).one_or_none()
    if row is None or declared not in (None, row.configuration_hash):
        changed = {**fields, **({"configuration_hash": declared} if declared else {}), "updated_at": now}
        row = session.execute(
            insert(TYPE)
            .values(name=name, created_at=now, **changed)
            .on_conflict_do_update(index_elements=["name"], set_=changed)
            .returning(TYPE, CREATED)
        ).one()
    return values.PipelineType(**row._mapping)


def list_pipeline_types(session: Session) -> list[values.PipelineType]:
    """Give all types, by name."""
    return [values.PipelineType(**row._mapping) for row in session.execute(sa.select(TYPE).order_by(TYPE.c.name))]


def update_pipeline_type(
    session: Session, *, reference: int | str, fields: Mapping[str, Any], now: dt.datetime
) -> values.PipelineType:
    """Change a type by hand; only the fields that are passed."""
    row = session.execute(
        sa.update(TYPE)
        .where(named(TYPE, reference))
        .values(**clean_pipeline_fields(fields), updated_at=now)
        .returning(TYPE)
    ).one_or_none()
    if row is None:
        raise NotFoundError("pipeline type", reference)
    return values.PipelineType(**row._mapping)


# Pipelines


def get_or_create_pipeline(
    session: Session,
    *,
    name: str,
    configuration: Mapping[str, Any],
    next_watermark: object = UNSET,
    load_lineage: bool | None = None,
    now: dt.datetime,
) -> values.Pipeline:
    """Give the pipeline of that name; make it, or bring its configuration up to date, where that is needed.

    Never touches its watermark, its last changes of data, or whether it is active.
    """
    name = arguments.name(name, "name")
    configuration = clean_pipeline_fields(configuration)
    declared = configuration_hash(configuration) if configuration else None
    state = clean_pipeline_fields(
        {"next_watermark": next_watermark, "load_lineage": UNSET if load_lineage is None else load_lineage}
    )
    known = find(session, name)
    if known is None or declared not in (None, known.configuration_hash):
        return _upsert(session, name=name, configuration=configuration, declared=declared, state=state, now=now)
    if any(getattr(known, field) != value for field, value in state.items()):
        session.execute(sa.update(PIPELINE).where(PIPELINE.c.id == known.id).values(**state))
        return get_pipeline(session, known.id)
    return known


def get_or_make(session: Session, *, name: str, type_name: str | None, now: dt.datetime) -> values.Pipeline:
    """Give the pipeline of that name as it is; make it where it is not known. Holds no row that others have made."""
    known = find(session, name)
    if known is None:
        ensure_pipelines(session, types_by_name={name: type_name}, now=now)
        known = get_pipeline(session, name)
    return known


def bring_up_to_date(
    session: Session, known: values.Pipeline, *, configuration: Mapping[str, Any], now: dt.datetime
) -> None:
    """Write what code declares of a pipeline, where that differs from what it declared last."""
    declared = clean_pipeline_fields(configuration)
    if declared and configuration_hash(declared) != known.configuration_hash:
        get_or_create_pipeline(session, name=known.name, configuration=declared, now=now)


def configure_pipelines(
    session: Session, *, configurations: Iterable[values.PipelineConfiguration], now: dt.datetime
) -> int:
    """Bring many pipelines up to date with what code declares.

    Returns:
        How many were new or changed.
    """
    wanted: dict[str, dict[str, Any]] = {}
    for configuration in configurations:
        fields = {field: value for field, value in vars(configuration).items() if field != "name"}
        wanted[arguments.name(configuration.name, "name")] = clean_pipeline_fields(fields)
    hashes = {name: configuration_hash(fields) for name, fields in wanted.items()}
    rows = session.execute(
        sa.select(PIPELINE.c.name, PIPELINE.c.configuration_hash).where(PIPELINE.c.name == any_of(wanted))
    )
    known = {row.name: row.configuration_hash for row in rows}
    # In the order of their names, so that two callers at once wait for each other and never in a circle.
    stale = sorted(name for name in wanted if known.get(name, "") != hashes[name])
    _ensure_types(session, [wanted[name].get("pipeline_type_name") for name in stale], now=now)
    for name in stale:
        _upsert(session, name=name, configuration=wanted[name], declared=hashes[name], state={}, now=now)
    return len(stale)


def ensure_pipelines(session: Session, *, types_by_name: Mapping[str, str | None], now: dt.datetime) -> None:
    """Make the pipelines that are not known yet, each with its type; leave the others as they are."""
    known = session.scalars(sa.select(PIPELINE.c.name).where(PIPELINE.c.name == any_of(types_by_name)))
    unknown = sorted(set(types_by_name) - set(known))
    type_ids = _ensure_types(session, [types_by_name[name] for name in unknown], now=now)
    if unknown:
        given = {"names": unknown, "type_ids": [type_ids[types_by_name[name]] for name in unknown], "now": now}
        made = session.scalars(ENSURE, given).all()
        anomalies.create_rules_for_new_pipelines(session, pipeline_ids=made, now=now)


def _ensure_types(session: Session, names: Iterable[str | None], *, now: dt.datetime) -> dict[str | None, int]:
    """Give the ids of the types, which are made in the order of their names where they are not known."""
    by_name = sorted((name or DEFAULT_PIPELINE_TYPE, name) for name in {*names})
    return {name: get_or_create_pipeline_type(session, name=wanted, fields={}, now=now).id for wanted, name in by_name}


def _upsert(
    session: Session,
    *,
    name: str,
    configuration: Mapping[str, Any],
    declared: str | None,
    state: Mapping[str, Any],
    now: dt.datetime,
) -> values.Pipeline:
    changed = {field: value for field, value in configuration.items() if field != "pipeline_type_name"} | dict(state)
    if declared:
        changed["configuration_hash"] = declared
    type_name = configuration.get("pipeline_type_name", DEFAULT_PIPELINE_TYPE)
    kind = get_or_create_pipeline_type(session, name=type_name, fields={}, now=now)
    updated = {**changed, "updated_at": now}
    if "pipeline_type_name" in configuration:
        updated["pipeline_type_id"] = kind.id
    row = session.execute(
        insert(PIPELINE)
        .values(name=name, pipeline_type_id=kind.id, created_at=now, updated_at=now, **changed)
        .on_conflict_do_update(index_elements=["name"], set_=updated)
        .returning(PIPELINE.c.id, CREATED)
    ).one()
    if row.created:
        anomalies.create_rules_for_new_pipelines(session, pipeline_ids=[row.id], now=now)
    pipeline = get_pipeline(session, row.id)
    return values.Pipeline(**{**vars(pipeline), "created": row.created})


def find(session: Session, reference: int | str) -> values.Pipeline | None:
    """Give the pipeline with that id or name; `None` where there is none."""
    row = session.execute(SELECT_PIPELINES.where(named(PIPELINE, reference))).one_or_none()
    return None if row is None else values.Pipeline(**row._mapping)


def get_pipeline(session: Session, reference: int | str) -> values.Pipeline:
    """Give the pipeline with that id or name.

    Raises:
        NotFoundError: There is none.
    """
    pipeline = find(session, reference)
    if pipeline is None:
        raise NotFoundError("pipeline", reference)
    return pipeline


def list_pipelines(session: Session) -> list[values.Pipeline]:
    """Give all pipelines, by name."""
    return [values.Pipeline(**row._mapping) for row in session.execute(SELECT_PIPELINES.order_by(PIPELINE.c.name))]


def update_pipeline(
    session: Session, *, reference: int | str, fields: Mapping[str, Any], now: dt.datetime
) -> values.Pipeline:
    """Change a pipeline by hand; only the fields that are passed."""
    changed = clean_pipeline_fields(fields)
    if "pipeline_type_name" in changed:
        kind = get_or_create_pipeline_type(session, name=changed.pop("pipeline_type_name"), fields={}, now=now)
        changed["pipeline_type_id"] = kind.id
    found = session.scalar(
        sa.update(PIPELINE).where(named(PIPELINE, reference)).values(**changed, updated_at=now).returning(PIPELINE.c.id)
    )
    if found is None:
        raise NotFoundError("pipeline", reference)
    return get_pipeline(session, found)


def named(table: sa.FromClause, reference: int | str) -> sa.ColumnElement[bool]:
    """The row with that id or name."""
    if isinstance(reference, str):
        return table.c.name == arguments.text(reference.strip(), "name")
    return table.c.id == arguments.identifier(reference, "id")


def any_of(names: Iterable[str]) -> sa.ColumnElement[Any]:
    """Any of the names, to compare a column with."""
    # One array, however many names: PostgreSQL takes 65,535 parameters at most.
    return sa.any_(sa.cast(list(names), ARRAY(sa.Text)))
