"""How far the event log of a Dagster instance has been recorded.

The cursor is a row of ours, written in the transaction that writes the executions: what was recorded and how far that
got cannot disagree, whenever the recorder dies. One recorder reads an instance at a time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from watcher_core import arguments, values
from watcher_core.database import models
from watcher_core.errors import DatabaseUnavailableError

RECORDER = models.table(models.Recorder)

# A row, and no lock of a session: behind a pooler the session goes on to another client, and the lock with it. The
# clock is the database's. Who was silent for longer than the lease may be dead; its next write finds out.
LEASE = dt.timedelta(seconds=60)

TAKE = sa.text("""
    INSERT INTO watcher.recorder_lease AS lease (instance_id, holder, expires_at)
    VALUES (:instance_id, :holder, clock_timestamp() + CAST(:lease AS interval))
        ON CONFLICT (instance_id) DO UPDATE
       SET holder = excluded.holder, expires_at = excluded.expires_at
     WHERE lease.expires_at <= clock_timestamp()
    RETURNING instance_id
""")
RENEW = sa.text("""
    UPDATE watcher.recorder_lease
       SET expires_at = clock_timestamp() + CAST(:lease AS interval)
     WHERE instance_id = :instance_id
       AND holder = :holder
    RETURNING instance_id
""")
RELEASE = sa.text("DELETE FROM watcher.recorder_lease WHERE instance_id = :instance_id AND holder = :holder")


def take_recorder(session: Session, *, instance_id: str, holder: str) -> bool:
    """Take the recorder of an instance; `False` where another process has it."""
    given = {"instance_id": arguments.text(instance_id, "instance_id"), "holder": holder, "lease": LEASE}
    return session.execute(TAKE, given).one_or_none() is not None


def renew_recorder(session: Session, *, instance_id: str, holder: str) -> None:
    """Keep the recorder for another lease, in the transaction that writes.

    Raises:
        DatabaseUnavailableError: Another process has taken it over meanwhile, and writes from here on.
    """
    given = {"instance_id": instance_id, "holder": holder, "lease": LEASE}
    if session.execute(RENEW, given).one_or_none() is None:
        raise DatabaseUnavailableError(
            f"the recorder of Dagster instance {instance_id!r} was taken over by another process, since this one had "
            f"written nothing for {LEASE.total_seconds():.0f} s; nothing of this batch is written",
            is_reached=True,
        )


def release_recorder(session: Session, *, instance_id: str, holder: str) -> None:
    """Give the recorder back."""
    session.execute(RELEASE, {"instance_id": instance_id, "holder": holder})


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
