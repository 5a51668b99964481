"""How far the event log of a Dagster instance has been recorded.

The cursor is a row of ours, written in the transaction that writes the executions: what was recorded and how far that
got cannot disagree, whenever the recorder dies. One recorder reads an instance at a time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from watcher_core import arguments, database, values
from watcher_core.database import models

RECORDER = models.table(models.Recorder)

# A lock of the session, not of a transaction: held while many batches are committed, gone with the connection.
TAKE = sa.text("SELECT pg_try_advisory_lock(hashtextextended('watcher.recorder/' || :instance_id, 0))")
RELEASE = sa.text("SELECT pg_advisory_unlock(hashtextextended('watcher.recorder/' || :instance_id, 0))")


@contextmanager
def hold_recorder(engine: sa.Engine, *, instance_id: str) -> Iterator[bool]:
    """Hold the recorder of an instance; `False` where another process has it.

    Errors of what is done meanwhile pass as they are: Dagster's storage raises SQLAlchemy's errors too.
    """
    given = {"instance_id": arguments.text(instance_id, "instance_id")}
    with database.translated_errors(engine.url):
        connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    try:
        with database.translated_errors(engine.url):
            is_ours = bool(connection.scalar(TAKE, given))
        yield is_ours
        if is_ours:
            with suppress(sa.exc.DBAPIError):  # with its connection the lock is gone too
                connection.execute(RELEASE, given)
    except BaseException:
        connection.invalidate()  # whatever happened, the lock goes
        raise
    finally:
        connection.close()


def recorder_cursor(session: Session, *, instance_id: str) -> dict[str, Any]:
    """Return the cursor of an instance; empty where nothing has been recorded."""
    found = session.scalar(sa.select(RECORDER.c.cursor).where(RECORDER.c.instance_id == instance_id))
    return dict(found or {})


def move_cursor(
    session: Session,
    *,
    instance_id: str,
    cursor: Mapping[str, Any],
    lag_seconds: float | None,
    message: str | None,
    now: dt.datetime,
) -> None:
    """Write how far recording has got, with a message for the operator."""
    # Both may quote events, which may hold characters that PostgreSQL does not.
    checked = arguments.json_object({"cursor": dict(cursor), "message": message}, "cursor")
    state = {**checked, "lag_seconds": lag_seconds, "updated_at": now}
    session.execute(
        insert(RECORDER)
        .values(instance_id=instance_id, **state)
        .on_conflict_do_update(index_elements=["instance_id"], set_=state)
    )


def list_recorders(session: Session) -> list[values.RecorderState]:
    """Return the state of every recorder."""
    rows = session.execute(sa.select(RECORDER).order_by(RECORDER.c.instance_id))
    return [values.RecorderState(**row._mapping) for row in rows]
