"""The freshness check: pipelines whose data has not changed for longer than their threshold allows."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from watcher_core import database, text
from watcher_core.checks import thresholds
from watcher_core.enums import AlertKind, AlertLevel, DatePart
from watcher_core.values import Finding


def _stale(*, one: bool) -> str:
    # A pipeline that never changed data is measured from its creation.
    return f"""
    checked AS (
        SELECT pipeline.id, pipeline.name, type.name AS type_name,
               CAST(pipeline.pipeline_metadata -> 'owners' AS text) AS owners,
               pipeline.last_target_insert, pipeline.last_target_update, pipeline.last_target_soft_delete,
               coalesce(greatest(pipeline.last_target_insert, pipeline.last_target_update,
                                 pipeline.last_target_soft_delete), pipeline.created_at) AS changed_at,
               {thresholds.columns("freshness")}
          FROM watcher.pipeline
          JOIN watcher.pipeline_type AS type ON type.id = pipeline.pipeline_type_id
         WHERE {thresholds.is_checked("freshness", one=one)}
    ), stale AS MATERIALIZED (
        SELECT checked.*, {thresholds.due("changed_at")} AS due_at, log.id IS NOT NULL AS is_known
          FROM checked
          LEFT JOIN watcher.freshness_pipeline_log AS log
            ON log.pipeline_id = checked.id
           AND log.last_dml_timestamp = checked.changed_at
         WHERE {thresholds.due("changed_at")} < %(now)s
    )"""


# Two checks at the same time write the same row; for one of the two it is new.
LOGGED = """
    logged AS (
        INSERT INTO watcher.freshness_pipeline_log
              (pipeline_id, last_dml_timestamp, evaluation_timestamp, freshness_number, freshness_datepart,
               used_child_config)
        SELECT id, changed_at, %(now)s, number, datepart, used_child_config
          FROM stale
         WHERE NOT is_known
         ORDER BY id
            ON CONFLICT (pipeline_id, last_dml_timestamp) DO NOTHING
        RETURNING pipeline_id
    )"""

# What a dry run would log.
UNLOGGED = "logged AS (SELECT id AS pipeline_id FROM stale WHERE NOT is_known)"

FOUND = """
    SELECT stale.id, stale.name, stale.type_name, stale.owners, stale.number, stale.datepart, stale.used_child_config,
           stale.changed_at, stale.due_at, stale.last_target_insert, stale.last_target_update,
           stale.last_target_soft_delete, stale.id IN (SELECT pipeline_id FROM logged) AS is_new
      FROM stale
     ORDER BY stale.due_at, stale.id
"""

CHECK = f"WITH {_stale(one=False)}, {LOGGED} {FOUND}"
DRY_RUN = f"WITH {_stale(one=False)}, {UNLOGGED} {FOUND}"
CHECK_ONE = f"WITH {_stale(one=True)}, {LOGGED} {FOUND}"
DRY_RUN_ONE = f"WITH {_stale(one=True)}, {UNLOGGED} {FOUND}"


def check_freshness(
    session: Session, *, now: dt.datetime, pipeline_id: int | None = None, dry_run: bool = False
) -> list[Finding]:
    """Return the pipelines whose data is stale, the longest overdue first, and log those that are new.

    A pipeline that was logged is not new again before its data has changed.

    Args:
        session: The transaction.
        now: The time at which age is measured.
        pipeline_id: Check this pipeline only.
        dry_run: Log nothing.
    """
    check, dry = (CHECK, DRY_RUN) if pipeline_id is None else (CHECK_ONE, DRY_RUN_ONE)
    rows = database.driver(session).execute(dry if dry_run else check, {"now": now, "pipeline_id": pipeline_id})
    return [_finding(row, now) for row in rows]


def deduplication_key(pipeline_id: int) -> str:
    """Return the key of the alert that a pipeline's data is stale."""
    return f"freshness/{pipeline_id}"


def _finding(row: tuple[Any, ...], now: dt.datetime) -> Finding:
    pipeline_id, name, type_name, owners, number, datepart, used_child_config, changed_at, due_at, *changes, new = row
    inserted, updated, soft_deleted = changes
    return Finding(
        kind=AlertKind.FRESHNESS,
        level=AlertLevel.WARNING,
        pipeline_id=pipeline_id,
        pipeline_name=name,
        pipeline_type_name=type_name,
        execution_id=None,
        new=new,
        deduplication_key=deduplication_key(pipeline_id),
        at=now,
        owners=text.owners(owners),
        expected_number=number,
        expected_datepart=DatePart(datepart),
        used_child_config=used_child_config,
        measured_from=changed_at,
        due_at=due_at,
        last_dml_timestamp=changed_at if inserted or updated or soft_deleted else None,
        last_target_insert=inserted,
        last_target_update=updated,
        last_target_soft_delete=soft_deleted,
    )
