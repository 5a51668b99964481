"""How far a pipeline has got: its watermark, and when its data last changed.

Both move with successful executions only. The watermark can be set by hand too, on record.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from watcher_core import arguments, models, pipelines, values
from watcher_core.errors import NotFoundError

logger = logging.getLogger("watcher.progress")

PIPELINE = models.table(models.Pipeline)
WATERMARK_EVENT = models.table(models.WatermarkEvent)

# Whoever settles a pipeline holds its row, and looks at what others did only then: two that end at once take turns.
# A change that was not counted is a change of unknown kind: an update. Zero rows are no change.
# The watermark moves to the execution's own next watermark, by compare-and-set; an execution with a logical date (a
# partition) moves it only where no later one has succeeded, so that backfills never move it back.
LOCK_PIPELINES = sa.text("""
    SELECT id
      FROM watcher.pipeline
     WHERE id IN (SELECT pipeline_id FROM watcher.pipeline_execution WHERE id = ANY(:execution_ids))
     ORDER BY id
       FOR NO KEY UPDATE
""")

SETTLE = sa.text("""
    WITH ended AS (
        SELECT pipeline_id,
               max(end_date) FILTER (WHERE inserts > 0)      AS last_insert,
               max(end_date) FILTER (WHERE updates > 0
                                        OR num_nonnulls(inserts, updates, soft_deletes) = 0
                                       AND coalesce(total_rows, 1) > 0) AS last_update,
               max(end_date) FILTER (WHERE soft_deletes > 0) AS last_soft_delete
          FROM watcher.pipeline_execution
         WHERE id = ANY(:execution_ids)
         GROUP BY pipeline_id
    ), reached AS (
        SELECT DISTINCT ON (pipeline_id)
               id AS execution_id, pipeline_id, watermark AS started_from, next_watermark, logical_date
          FROM watcher.pipeline_execution
         WHERE id = ANY(:execution_ids)
           AND next_watermark IS NOT NULL
         ORDER BY pipeline_id, logical_date DESC NULLS LAST, end_date DESC, id DESC
    ), moving AS (
        SELECT reached.*,
               CASE WHEN logical_date IS NULL THEN pipeline.watermark IS NOT DISTINCT FROM started_from
                    ELSE NOT EXISTS (SELECT 1
                                       FROM watcher.pipeline_execution AS later
                                      WHERE later.pipeline_id = reached.pipeline_id
                                        AND later.state = 'succeeded'
                                        AND later.logical_date > reached.logical_date)
                END AS moves
          FROM reached
          JOIN watcher.pipeline ON pipeline.id = reached.pipeline_id
    )
    UPDATE watcher.pipeline
       SET watermark               = CASE WHEN moves THEN moving.next_watermark ELSE pipeline.watermark END,
           last_target_insert      = greatest(last_target_insert, last_insert),
           last_target_update      = greatest(last_target_update, last_update),
           last_target_soft_delete = greatest(last_target_soft_delete, last_soft_delete),
           load_lineage            = false
      FROM ended
      LEFT JOIN moving USING (pipeline_id)
     WHERE pipeline.id = ended.pipeline_id
    RETURNING pipeline.id AS pipeline_id, pipeline.name, pipeline.watermark, moving.execution_id, moving.next_watermark,
              moving.execution_id IS NOT NULL
          AND moving.logical_date IS NULL
          AND moving.next_watermark IS DISTINCT FROM pipeline.watermark AS conflict
""")


def settle(session: Session, *, execution_ids: Sequence[int], now: dt.datetime) -> None:
    """Move watermarks and the times of the last changes on, as executions that have just succeeded say.

    Doing it again changes nothing. Of several executions of one pipeline, those without a logical date are settled one
    by one, because each compares its own watermark.
    """
    session.execute(LOCK_PIPELINES, {"execution_ids": list(execution_ids)})
    for row in session.execute(SETTLE, {"execution_ids": list(execution_ids)}):
        if row.conflict:
            _report_conflict(session, row, now=now)


def _report_conflict(session: Session, row: Any, *, now: dt.datetime) -> None:
    logger.warning(
        "pipeline %r: execution %d was to move the watermark to %r, but another had moved it to %r since it started; "
        "it stays there",
        row.name,
        row.execution_id,
        row.next_watermark,
        row.watermark,
    )
    session.execute(
        sa.insert(WATERMARK_EVENT).values(
            pipeline_id=row.pipeline_id,
            pipeline_execution_id=row.execution_id,
            kind=models.WatermarkEventKind.CONFLICT,
            old_watermark=row.watermark,
            new_watermark=row.next_watermark,
            created_at=now,
        )
    )


def rewind(session: Session, *, reference: int | str, watermark: object, now: dt.datetime) -> values.Pipeline:
    """Set the watermark by hand, on record. `None` takes it away: the next execution starts from nothing."""
    new_watermark = arguments.watermark(watermark, "watermark")
    old = session.execute(
        sa.select(PIPELINE.c.id, PIPELINE.c.watermark).where(pipelines.named(PIPELINE, reference)).with_for_update()
    ).one_or_none()
    if old is None:
        raise NotFoundError("pipeline", reference)
    session.execute(sa.update(PIPELINE).where(PIPELINE.c.id == old.id).values(watermark=new_watermark))
    session.execute(
        sa.insert(WATERMARK_EVENT).values(
            pipeline_id=old.id,
            kind=models.WatermarkEventKind.REWIND,
            old_watermark=old.watermark,
            new_watermark=new_watermark,
            created_at=now,
        )
    )
    return pipelines.get(session, old.id)


def watermark_events(session: Session, *, reference: int | str) -> list[values.WatermarkEvent]:
    """Give what is on record about a pipeline's watermark, newest first."""
    pipeline = pipelines.get(session, reference)
    rows = session.execute(
        sa.select(WATERMARK_EVENT)
        .where(WATERMARK_EVENT.c.pipeline_id == pipeline.id)
        .order_by(WATERMARK_EVENT.c.id.desc())
    )
    return [values.WatermarkEvent(**row._mapping) for row in rows]
