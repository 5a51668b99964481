"""The watermark, set by hand and on record."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from watcher_core import arguments, catalog, enums, values
from watcher_core.database import models
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


def watermark_events(session: Session, *, reference: int | str) -> list[values.WatermarkEvent]:
    """Return the recorded events of a pipeline's watermark, newest first."""
    pipeline = catalog.get_pipeline(session, reference)
    rows = session.execute(
        sa.select(WATERMARK_EVENT)
        .where(WATERMARK_EVENT.c.pipeline_id == pipeline.id)
        .order_by(WATERMARK_EVENT.c.id.desc())
    )
    return [values.WatermarkEvent(**row._mapping) for row in rows]
