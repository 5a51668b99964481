"""Pipelines and their types as another system has them: written where code here has declared nothing of them.

A hash marks what an import has written. As with code, a change by hand stays until what is imported has changed; and
what code here has declared, or was here before, an import leaves alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from watcher_core import arguments
from watcher_core.catalog.configuration import configuration_hash
from watcher_core.catalog.names import renamed
from watcher_core.database import models
from watcher_core.errors import InvalidValueError

TYPE = models.table(models.PipelineType)
PIPELINE = models.table(models.Pipeline)

# How the hash of a configuration begins where an import has written it.
MARK = "import:"

THRESHOLDS = {
    "freshness_number": "bigint",
    "freshness_datepart": "watcher.date_part",
    "mute_freshness_check": "boolean",
    "timeliness_number": "bigint",
    "timeliness_datepart": "watcher.date_part",
    "mute_timeliness_check": "boolean",
}


def _write(table: str, configuration: Mapping[str, str], state: Mapping[str, str]) -> sa.TextClause:
    """Insert what is not there, and update what an import has written and is now another; `state` is only inserted."""
    columns = {"name": "text", **configuration, "configuration_hash": "text", **state}
    updated = [*configuration, "configuration_hash"]
    return sa.text(f"""
        INSERT INTO watcher.{table} AS known ({", ".join(columns)})
        SELECT {", ".join(columns)}
          FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS imported (
                   {", ".join(f"{name} {kind}" for name, kind in columns.items())})
         ORDER BY name COLLATE "C"
            ON CONFLICT (name) DO UPDATE
           SET {", ".join(f"{name} = excluded.{name}" for name in updated)}, updated_at = :now
         WHERE known.configuration_hash LIKE '{MARK}%'
           AND known.configuration_hash <> excluded.configuration_hash
        RETURNING id, (xmax = 0) AS created
    """)


WRITE_TYPES = _write("pipeline_type", THRESHOLDS, {})
WRITE_PIPELINES = _write(
    "pipeline",
    {"pipeline_type_id": "bigint", "active": "boolean", "pipeline_metadata": "jsonb", **THRESHOLDS},
    {"load_lineage": "boolean", "watermark": "text", "next_watermark": "text"},
)

# Watermarks follow the other system until a pipeline runs here, or somebody sets its watermark here.
FOLLOW_WATERMARKS = sa.text("""
    UPDATE watcher.pipeline
       SET watermark = imported.watermark, next_watermark = imported.next_watermark
      FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS imported (id bigint, watermark text, next_watermark text)
     WHERE pipeline.id = imported.id
       AND (pipeline.watermark, pipeline.next_watermark)
           IS DISTINCT FROM (imported.watermark, imported.next_watermark)
       AND NOT EXISTS (SELECT
                         FROM watcher.pipeline_execution AS execution
                        WHERE execution.pipeline_id = pipeline.id
                          AND execution.source <> 'import')
       AND NOT EXISTS (SELECT
                         FROM watcher.watermark_event AS event
                        WHERE event.pipeline_id = pipeline.id
                          AND event.kind = 'rewind')
    RETURNING pipeline.id
""")

# In the order of their names, as everywhere, so that callers at once wait for each other and never in a circle.
LOCK = sa.text("""
    SELECT id
      FROM watcher.pipeline
     WHERE id = ANY(CAST(:ids AS bigint[]))
     ORDER BY name COLLATE "C"
       FOR NO KEY UPDATE
""")

NOTE_CHANGES = sa.text("""
    UPDATE watcher.pipeline
       SET last_target_insert      = greatest(pipeline.last_target_insert, changed.inserted),
           last_target_update      = greatest(pipeline.last_target_update, changed.updated),
           last_target_soft_delete = greatest(pipeline.last_target_soft_delete, changed.soft_deleted)
      FROM unnest(CAST(:ids AS bigint[]), CAST(:inserted AS timestamptz[]), CAST(:updated AS timestamptz[]),
                  CAST(:soft_deleted AS timestamptz[])) AS changed (id, inserted, updated, soft_deleted)
     WHERE pipeline.id = changed.id
       AND (changed.inserted > coalesce(last_target_insert, '-infinity')
            OR changed.updated > coalesce(last_target_update, '-infinity')
            OR changed.soft_deleted > coalesce(last_target_soft_delete, '-infinity'))
""")


class Imported(NamedTuple):
    """What an import has done to a table.

    Attributes:
        ids: The id of each row here, by the name that it has in the other system.
        created: The ids of those that are new.
        changed: The ids of those that were written before, and have changed.
    """

    ids: dict[str, int]
    created: set[int]
    changed: set[int]


def import_pipeline_types(session: Session, *, types: Sequence[Mapping[str, Any]], now: dt.datetime) -> Imported:
    """Write pipeline types.

    Args:
        session: The transaction.
        types: The name of each, and its thresholds, checked.
        now: The time.
    """
    return _import(session, TYPE, WRITE_TYPES, types, configuration=("name", *THRESHOLDS), now=now)


def import_pipelines(session: Session, *, pipelines: Sequence[Mapping[str, Any]], now: dt.datetime) -> Imported:
    """Write pipelines, and their watermarks where these are not ours yet.

    Args:
        session: The transaction.
        pipelines: The name of each, its configuration, and its state, checked.
        now: The time.
    """
    configured = ("name", "pipeline_type_id", "active", "pipeline_metadata", *THRESHOLDS)
    imported = _import(session, PIPELINE, WRITE_PIPELINES, pipelines, configuration=configured, now=now)
    rows = [
        {
            "id": imported.ids[row["name"]],
            "watermark": row["watermark"],
            "next_watermark": row["next_watermark"],
        }
        for row in pipelines
    ]
    session.execute(LOCK, {"ids": list(imported.ids.values())})
    followed = session.scalars(FOLLOW_WATERMARKS, {"rows": arguments.json_text(rows)}).all()
    return imported._replace(changed=(imported.changed | set(followed)) - imported.created)


def note_changes(session: Session, *, changes: Mapping[int, Sequence[Any]]) -> None:
    """Move the dates of pipelines' last changes of data forward; they never go back.

    Args:
        session: The transaction.
        changes: When each had inserts, updates and soft deletes last, by the pipeline's id.
    """
    ids = list(changes)
    inserted, updated, soft_deleted = ([changes[key][place] for key in ids] for place in range(3))
    session.execute(LOCK, {"ids": ids})
    session.execute(NOTE_CHANGES, {"ids": ids, "inserted": inserted, "updated": updated, "soft_deleted": soft_deleted})


def _import(
    session: Session,
    table: sa.Table,
    statement: sa.TextClause,
    rows: Sequence[Mapping[str, Any]],
    *,
    configuration: Sequence[str],
    now: dt.datetime,
) -> Imported:
    current = renamed(session, table, [row["name"] for row in rows])
    written = [
        {
            **row,
            "name": current.get(row["name"], row["name"]),
            "configuration_hash": MARK + configuration_hash({name: row[name] for name in configuration}),
        }
        for row in rows
    ]
    names = [row["name"] for row in written]
    twice = sorted(old for old, new in current.items() if names.count(new) > 1)
    if twice:
        raise InvalidValueError(
            f"{table.name.replace('_', ' ')} {arguments.shown(twice[0])} has been renamed to "
            f"{arguments.shown(current[twice[0]])} here, and what is imported has both; two histories are not made one"
        )
    result = session.execute(statement, {"rows": arguments.json_text(written), "now": now}).all()
    found = session.execute(
        sa.select(table.c.name, table.c.id).where(table.c.name == sa.any_(sa.cast(names, sa.ARRAY(sa.Text))))
    )
    ids = {row.name: row.id for row in found}
    return Imported(
        ids={row["name"]: ids[current.get(row["name"], row["name"])] for row in rows},
        created={row.id for row in result if row.created},
        changed={row.id for row in result if not row.created},
    )
