"""When a check of all pipelines last succeeded: what has ended since is still to be checked; and how often it does."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from watcher_core.enums import AlertKind
from watcher_core.values import CheckState

# Whoever runs a check says nowhere how often it is to run: cron, a schedule, a sensor, or several of them. So it is
# learned: the longest time between two successes. After an outage that fades to less than a fiftieth within 18 checks;
# a check that is run by hand in between halves nothing.
FADES = 0.8

CHECKED_AT = sa.text("SELECT checked_at FROM watcher.check_state WHERE kind = CAST(:kind AS watcher.alert_kind)")
STATES = sa.text("SELECT kind, checked_at, interval_seconds FROM watcher.check_state ORDER BY kind")

# A check may be asked for at another time than the present; it never counts as one of the future, nor takes a later
# one back.
MARK_CHECKED = sa.text(f"""
    INSERT INTO watcher.check_state AS known (kind, checked_at)
    VALUES (CAST(:kind AS watcher.alert_kind), least(:now, clock_timestamp()))
        ON CONFLICT (kind) DO UPDATE
       SET checked_at = excluded.checked_at,
           interval_seconds = greatest(extract(epoch FROM excluded.checked_at - known.checked_at),
                                       known.interval_seconds * {FADES})
     WHERE excluded.checked_at > known.checked_at
""")


def last_checked(session: Session, *, kind: AlertKind) -> dt.datetime | None:
    """Return the time of the last check of all pipelines; `None` where there was none."""
    found: dt.datetime | None = session.scalar(CHECKED_AT, {"kind": kind.value})
    return found


def list_check_states(session: Session) -> list[CheckState]:
    """Return the checks that have succeeded, each with when and how often."""
    return [
        CheckState(kind=AlertKind(row.kind), checked_at=row.checked_at, interval_seconds=row.interval_seconds)
        for row in session.execute(STATES)
    ]


def mark_checked(session: Session, *, kind: AlertKind, now: dt.datetime) -> None:
    """Remember that all pipelines have been checked, in the transaction of the check."""
    session.execute(MARK_CHECKED, {"kind": kind.value, "now": now})
