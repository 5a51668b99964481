"""The watermark, set by hand and on record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from watcher_core import arguments, catalog, enums, values
from watcher_core.database import Driver, models
from watcher_core.errors import NotFoundError

PIPELINE = models.table(models.Pipeline)
WATERMARK_EVENT = models.table(models.WatermarkEvent)


def rewind_watermark(session: Session, *, reference: int | str, watermark: object, now: dt.datetime) -> values.Pipeline:
    """Set the watermark by hand, on record. `None` removes it: the next execution starts without one."""
    new_watermark = arguments.watermark(watermark, "watermark")
    old = session.execute(
        sa.select(PIPELINE.c.id, PIPELINE.c.watermark)
        .where(catalog.by_reference(PIPELINE, reference))
        .with_for_update()
    ).one_or_none()
    if old is None:
        raise NotFoundError("pipeline", reference)
    session.execute(sa.update(PIPELINE).where(PIPELINE.c.id == old.id).values(watermark=new_watermark))
    session.execute(
        sa.insert(WATERMARK_EVENT).values(
            pipeline_id=old.id,
            kind=enums.WatermarkEventKind.REWIND,
            old_watermark=old.watermark,
            new_watermark=new_watermark,
            created_at=now,
        )
    )
    return catalog.get_pipeline(session, old.id)


EVENTS = """
    SELECT id, pipeline_id, pipeline_execution_id, kind, old_watermark, new_watermark, created_at
      FROM watcher.watermark_event
     WHERE pipeline_id = %(pipeline_id)s
     ORDER BY id DESC
     LIMIT %(limit)s
"""


def select_watermark_events(
    connection: Driver, *, pipeline_id: int, limit: int | None = None
) -> Iterator[values.WatermarkEvent]:
    """Ask for the recorded events of a pipeline's watermark, newest first; without a limit, for all."""
    return map(_event, connection.execute(EVENTS, {"pipeline_id": pipeline_id, "limit": limit}))


def _event(row: Sequence[Any]) -> values.WatermarkEvent:
    event_id, pipeline_id, execution_id, kind, old_watermark, new_watermark, created_at = row
    return values.WatermarkEvent(
        id=event_id,
        pipeline_id=pipeline_id,
        pipeline_execution_id=execution_id,
        kind=enums.WatermarkEventKind(kind),
        old_watermark=old_watermark,
        new_watermark=new_watermark,
        created_at=created_at,
    )
