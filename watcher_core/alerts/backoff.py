"""What waits after a failure: all that goes to a place that fails, or one message that a place does not take."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from watcher_core.alerts.fan_out import Pending
from watcher_core.alerts.parcels import destination_name

# An alert that comes and goes while its place does not answer was missed, not unnoticed.
NOTE_DELAY = sa.text("""
    UPDATE watcher.alert_delivery
       SET last_error = :error
     WHERE alert_id = ANY(:ids)
       AND destination = :destination
       AND last_error IS DISTINCT FROM :error
""")


def note_delay(session: Session, waiting: Sequence[Pending], error: str) -> None:
    """Note why notifications of one destination wait."""
    new = [alert for alert in waiting if alert.last_error != error]
    if new:
        given = {"ids": [alert.id for alert in new], "destination": destination_name(new[0].destination)}
        session.execute(NOTE_DELAY, {**given, "error": error})


def failing(waiting: Iterable[Pending], now: dt.datetime) -> Pending | None:
    """Return one that failed and waits for its next try, so that all others of its destination wait with it."""
    return next((alert for alert in waiting if is_put_off(alert, now) and not alert.waits_alone), None)


def is_put_off(alert: Pending, now: dt.datetime) -> bool:
    """Whether a notification failed, and waits for its next try."""
    return bool(alert.attempts and alert.next_attempt_at and alert.next_attempt_at > now)
