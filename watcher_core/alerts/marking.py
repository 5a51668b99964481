"""What came of a message: its alerts are marked as delivered, or given back to the outbox.

Only rows whose lease is still held are marked: others are delivered by somebody else, or have been.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from watcher_core import database
from watcher_core.alerts.fan_out import OPENING, Pending
from watcher_core.alerts.parcels import OVER, Parcel, destination_name
from watcher_core.enums import AlertLevel

# What happened to an alert while its message was being sent is its next notification.
# One that ended while it was claimed may have been put aside as nobody's business, as by somebody who is doing so right
# now: it is looked at again.
MARK = """
    WITH marked AS (
        UPDATE watcher.alert_delivery AS delivery
           SET attempts = 0, lease = NULL, event = NULL, next_attempt_at = NULL, last_error = NULL,
               waits_alone = false, thread = CASE WHEN sent.is_over THEN delivery.thread ELSE sent.thread END,
               delivered_at = coalesce(delivery.delivered_at, %(now)s),
               notified_at = sent.read_at,
               notified_level = coalesce(sent.level, delivery.notified_level),
               recovery_delivered_at = CASE WHEN sent.is_over THEN CAST(%(now)s AS timestamptz) END
          FROM unnest(CAST(%(ids)s AS bigint[]), CAST(%(destinations)s AS text[]), CAST(%(threads)s AS text[]),
                      CAST(%(are_over)s AS boolean[]), CAST(%(levels)s AS watcher.alert_level[]),
                      CAST(%(read_at)s AS timestamptz[]))
               AS sent (alert_id, destination, thread, is_over, level, read_at)
         WHERE delivery.alert_id = sent.alert_id
           AND delivery.destination = sent.destination
           AND delivery.alert_id = ANY(%(ids)s) -- whatever is joined first
           AND delivery.lease = %(lease)s
        RETURNING delivery.alert_id, sent.is_over
    )
    UPDATE watcher.alert
       SET is_settled = false
     WHERE id = ANY(ARRAY(SELECT alert_id FROM marked WHERE NOT is_over))
       AND state = 'resolved'
"""

GIVE_BACK = sa.text("""
    UPDATE watcher.alert_delivery
       SET lease = NULL, event = NULL, next_attempt_at = :next_attempt_at,
           attempts = CASE WHEN :was_tried THEN attempts ELSE attempts - 1 END,
           last_error = coalesce(:error, last_error), waits_alone = :waits_alone
     WHERE alert_id = ANY(:ids)
       AND destination = :destination
       AND lease = :lease
""")


class Arrived(NamedTuple):
    """A message that has arrived.

    Attributes:
        parcel: What it is about.
        thread: The thread in which it is answered.
        read_at: When what it says was read.
        levels: The levels that it says, by the ids of alerts: they may have got quieter since the lease was taken.
    """

    parcel: Parcel
    thread: str | None
    read_at: dt.datetime
    levels: Mapping[int, AlertLevel]

    def level(self, alert: Pending) -> str:
        """The level at which the place knows an alert by now."""
        said = self.levels.get(alert.id, alert.subject.level)
        return min(alert.subject.level, said, key=lambda level: level.loudness).value


def mark_delivered(
    session: Session,
    sent: Iterable[Arrived],
    *,
    lease: str,
    now: dt.datetime,
    is_flushed: bool = True,
) -> None:
    """Note that messages have arrived.

    Args:
        session: The transaction.
        sent: The messages.
        lease: The lease on them.
        now: The time.
        is_flushed: Whether the transaction waits for the disk; without, a crash of PostgreSQL within a second lets them
            be sent again.
    """
    rows = [
        (
            alert.id,
            destination_name(part.destination),
            each.thread,
            part.event in OVER,
            each.level(alert) if part.event in OPENING else None,
            each.read_at,
        )
        for each in sent
        for part in each.parcel.parts or (each.parcel,)
        for alert in part.alerts
    ]
    names = ("ids", "destinations", "threads", "are_over", "levels", "read_at")
    given = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    connection = database.driver(session)
    with database.together(connection):
        if not is_flushed:
            connection.execute(database.UNFLUSHED)
        connection.execute(MARK, {**given, "lease": lease, "now": now})


def give_back(
    session: Session,
    *,
    parcel: Parcel,
    lease: str,
    next_attempt_at: dt.datetime,
    error: str | None,
    was_tried: bool,
    waits_alone: bool,
) -> None:
    """Return undelivered alerts to the outbox; they are due again at a time."""
    given = {
        "ids": parcel.ids,
        "destination": destination_name(parcel.destination),
        "lease": lease,
        "next_attempt_at": next_attempt_at,
        "error": error,
        "was_tried": was_tried,
        "waits_alone": waits_alone,
    }
    session.execute(GIVE_BACK, given)
