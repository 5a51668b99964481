"""When a check of all pipelines last succeeded: what has ended since is still to be checked."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from watcher_core.enums import AlertKind

CHECKED_AT = sa.text("SELECT checked_at FROM watcher.check_state WHERE kind = CAST(:kind AS watcher.alert_kind)")

# A check may be asked for at another time than the present; it never counts as one of the future, nor takes a later
# one back.
MARK_CHECKED = sa.text("""
    INSERT INTO watcher.check_state AS known (kind, checked_at)
    VALUES (CAST(:kind AS watcher.alert_kind), least(:now, clock_timestamp()))
        ON CONFLICT (kind) DO UPDATE
       SET checked_at = greatest(known.checked_at, excluded.checked_at)
""")


def last_checked(session: Session, *, kind: AlertKind) -> dt.datetime | None:
    """Return the time of the last check of all pipelines; `None` where there was none."""
    found: dt.datetime | None = session.scalar(CHECKED_AT, {"kind": kind.value})
    return found


def mark_checked(session: Session, *, kind: AlertKind, now: dt.datetime) -> None:
    """Remember that all pipelines have been checked, in the transaction of the check."""
    session.execute(MARK_CHECKED, {"kind": kind.value, "now": now})
