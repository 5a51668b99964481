"""The outbox: pending notifications, who delivers them now, and the result of that.

A claim is a lease: for `LEASE` no other deliverer takes these alerts, and no row is locked. If a deliverer dies after
sending and before marking, its lease expires and the next delivery sends again.

A destination that fails is not tried for a while. What is found in that time waits with the rest, and is delivered
together once the destination works again: a few messages, not one for each alert. Nothing is ever given up.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from watcher_core import values
from watcher_core.alerts import alerts
from watcher_core.alerts.routes import Destination, Routes, Subject
from watcher_core.enums import AlertEvent, AlertKind, AlertLevel

# Much longer than a delivery may take, so that no lease runs out under one that is alive.
LEASE = dt.timedelta(minutes=2)

# Recoveries of more threads than these go into one message in the channel.
MAX_THREADS = 5

# After these, people believe that the alert is over.
OVER = (AlertEvent.RESOLVED, AlertEvent.MISSED)

# What an alert without a destination waits for.
UNROUTED = "SLACK_WEBHOOK_URL is not set, and no route matches"


@dataclass(frozen=True, kw_only=True)
class Pending:
    """An alert with a pending notification."""

    id: int
    event: AlertEvent
    subject: Subject
    attempts: int
    next_attempt_at: dt.datetime
    last_error: str | None
    destination: str | None
    thread: str | None


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """The alerts of one message, oldest first."""

    destination: Destination | None
    event: AlertEvent
    kind: AlertKind
    level: AlertLevel
    thread: str | None
    alerts: tuple[Pending, ...]

    @property
    def ids(self) -> list[int]:
        return [alert.id for alert in self.alerts]

    @property
    def attempts(self) -> int:
        """How often its delivery was tried in vain."""
        return max(alert.attempts for alert in self.alerts)


@dataclass(kw_only=True)
class Tally:
    """What a delivery has done so far."""

    messages: int = 0
    alerts: int = 0
    errors: list[str] = field(default_factory=list)

    def fail(self, destination: str, reason: str) -> None:
        error = f"{destination}: {reason}"
        if error not in self.errors:
            self.errors.append(error)


# What is pending

# Not what another one delivers right now, nor what is to be quiet; but what waits for another try.
PENDING_RULE = f"""
       alert.next_attempt_at IS NOT NULL
   AND (alert.lease IS NULL OR alert.next_attempt_at <= :now)
   AND NOT (alert.state = 'snoozed' AND alert.snoozed_until > :now)
   AND NOT ({alerts.IS_QUIET})"""

HAPPENED_AT = """
           CASE alert.event WHEN 'opened'   THEN alert.opened_at
                            WHEN 'reminded' THEN alert.snoozed_until
                            WHEN 'reopened' THEN alert.reopened_at
                            WHEN 'updated'  THEN alert.next_attempt_at
                            ELSE alert.resolved_at END"""

ANY_DUE = sa.text("SELECT EXISTS (SELECT FROM watcher.alert WHERE next_attempt_at <= :now)")

PENDING = sa.text(f"""
    SELECT alert.id, alert.event, alert.kind, alert.level, alert.attempts, alert.next_attempt_at, alert.last_error,
           alert.destination, alert.thread, pipeline.name AS pipeline_name, pipeline_type.name AS pipeline_type_name,
           pipeline.pipeline_metadata
      FROM watcher.alert
      LEFT JOIN watcher.pipeline ON pipeline.id = alert.pipeline_id
      LEFT JOIN watcher.pipeline_type ON pipeline_type.id = pipeline.pipeline_type_id
     WHERE {PENDING_RULE}
     ORDER BY {HAPPENED_AT}, alert.id
""")

UNDELIVERED = sa.text(f"""
    SELECT count(*) AS count, min({HAPPENED_AT}) AS since,
           (array_agg(alert.last_error ORDER BY {HAPPENED_AT}) FILTER (WHERE alert.last_error IS NOT NULL))[1]
           AS last_error
      FROM watcher.alert
     WHERE alert.next_attempt_at IS NOT NULL
       AND NOT (alert.state = 'snoozed' AND alert.snoozed_until > :now)
       AND NOT ({alerts.IS_QUIET})
       AND alert.deduplication_key IS DISTINCT FROM :besides
""")


def pending(session: Session, *, now: dt.datetime) -> list[Pending]:
    """Return all pending notifications, oldest first."""
    return [_pending(row) for row in session.execute(PENDING, {"now": now})]


def undelivered_alerts(session: Session, *, now: dt.datetime, besides: str | None = None) -> values.UndeliveredAlerts:
    """Say how many alerts wait for their turn, since when, and why.

    Args:
        session: The transaction.
        now: The time.
        besides: The key of the alert that says so, which must not be its own reason.
    """
    return values.UndeliveredAlerts(**session.execute(UNDELIVERED, {"now": now, "besides": besides}).one()._mapping)


def _pending(row: sa.Row[tuple[object, ...]]) -> Pending:
    fields = row._mapping
    return Pending(
        id=fields["id"],
        event=AlertEvent(fields["event"]),
        subject=Subject.of(
            fields["pipeline_name"],
            fields["pipeline_type_name"],
            fields["pipeline_metadata"],
            AlertKind(fields["kind"]),
            AlertLevel(fields["level"]),
        ),
        **{name: fields[name] for name in ("attempts", "next_attempt_at", "last_error", "destination", "thread")},
    )


# Messages


def parcels(waiting: Iterable[Pending], routes: Routes) -> list[Parcel]:
    """Part alerts into messages: of one destination, kind and level, to which the same has happened."""
    found = []
    for destination, alerts_there in _by_destination(waiting, routes):
        groups: dict[tuple[AlertEvent, AlertKind, AlertLevel], list[Pending]] = {}
        for alert in alerts_there:
            groups.setdefault((alert.event, alert.subject.kind, alert.subject.level), []).append(alert)
        for (event, kind, level), group in groups.items():
            for thread, part in _by_thread(event, destination, group):
                found.append(
                    Parcel(
                        destination=destination,
                        event=event,
                        kind=kind,
                        level=level,
                        thread=thread,
                        alerts=tuple(part),
                    )
                )
    return found


def _by_thread(
    event: AlertEvent, destination: Destination | None, group: list[Pending]
) -> Iterable[tuple[str | None, list[Pending]]]:
    """Recoveries answer in the threads of their openings; all else, and what would be many answers, is new."""
    if event is not AlertEvent.RESOLVED:
        return [(None, group)]
    threads: dict[str | None, list[Pending]] = {}
    for alert in group:
        is_there = alert.destination == name(destination)
        threads.setdefault(alert.thread if is_there else None, []).append(alert)
    return threads.items() if len(threads) <= MAX_THREADS else [(None, group)]


def _by_destination(waiting: Iterable[Pending], routes: Routes) -> list[tuple[Destination | None, list[Pending]]]:
    parts: dict[str, tuple[Destination | None, list[Pending]]] = {}
    found: dict[tuple[Subject, bool, str | None], Destination | None] = {}
    for alert in waiting:
        key = (alert.subject, alert.event in OVER, alert.destination)
        if key not in found:
            found[key] = _destination(alert, routes)
        parts.setdefault(name(found[key]), (found[key], []))[1].append(alert)
    return list(parts.values())


def _destination(alert: Pending, routes: Routes) -> Destination | None:
    """Where it goes: a recovery to where its opening went, as long as that is a place."""
    before = routes.named(alert.destination) if alert.event is AlertEvent.RESOLVED else None
    return before or routes.find(alert.subject)


def name(destination: Destination | None) -> str:
    """The name of a destination; empty where there is none."""
    return "" if destination is None else destination.name


# Claiming

# What has changed since it was read is sent as it is now; alerts that others have claimed wait for the next delivery.
CLAIM = sa.text(f"""
    WITH free AS (
        SELECT alert.id FROM watcher.alert WHERE alert.id = ANY(:ids) AND {PENDING_RULE} FOR UPDATE SKIP LOCKED
    )
    UPDATE watcher.alert
       SET lease = :lease, next_attempt_at = :lease_ends_at, attempts = attempts + 1,
           state = CASE WHEN state = 'snoozed' THEN CAST('open' AS watcher.alert_state) ELSE state END
      FROM free
     WHERE alert.id = free.id
    RETURNING alert.id, alert.event
""")

# An alert that comes and goes while its place does not answer was missed, not unnoticed.
NOTE_DELAY = sa.text("UPDATE watcher.alert SET last_error = :error WHERE id = ANY(:ids) AND last_error IS NULL")


def claim(
    session: Session,
    *,
    routes: Routes,
    is_configured: Callable[[Destination], bool],
    lease: str,
    retry_now: bool,
    tally: Tally,
    now: dt.datetime,
) -> list[Parcel]:
    """Take the lease on all that can be sent now, parted into messages."""
    if not retry_now and not session.execute(ANY_DUE, {"now": now}).scalar_one():
        return []
    chosen: list[Pending] = []
    for destination, waiting in _by_destination(pending(session, now=now), routes):
        if destination is None:
            tally.fail("no destination", UNROUTED)
        elif not is_configured(destination):
            tally.fail(destination.name, f"{destination.missing} is not set")
        elif (failed := _backing_off(waiting, now)) and not retry_now:
            tally.fail(destination.name, failed.last_error or "waits after a failure")
            new = [alert.id for alert in waiting if alert.last_error is None]
            session.execute(NOTE_DELAY, {"ids": new, "error": failed.last_error or "waits after a failure"})
        else:
            chosen += waiting
    if not chosen:
        return []
    given = {"ids": [alert.id for alert in chosen], "lease": lease, "lease_ends_at": now + LEASE, "now": now}
    events = {row.id: AlertEvent(row.event) for row in session.execute(CLAIM, given)}
    ours = [replace(alert, event=events[alert.id]) for alert in chosen if alert.id in events]
    return parcels(ours, routes)


def _backing_off(waiting: Iterable[Pending], now: dt.datetime) -> Pending | None:
    """One that failed and waits for its next try: all others of its destination wait with it."""
    return next((alert for alert in waiting if alert.attempts and alert.next_attempt_at > now), None)


# Marking

# What happened to an alert while its message was being sent is its next notification.
MARK = sa.text("""
    UPDATE watcher.alert
       SET attempts = 0, lease = NULL, last_error = NULL, destination = :destination,
           thread = CASE WHEN :is_over THEN alert.thread ELSE :thread END,
           delivered_at = coalesce(alert.delivered_at, :now),
           notified_at = :now,
           recovery_delivered_at = CASE WHEN :is_over THEN CAST(:now AS timestamptz) END,
           event = next.event,
           next_attempt_at = CASE WHEN next.event IS NULL THEN NULL
                                  WHEN alert.state = 'snoozed' THEN alert.snoozed_until
                                  ELSE :now END
      FROM watcher.alert AS was
     CROSS JOIN LATERAL (
           SELECT CAST(CASE WHEN :is_over THEN CASE WHEN was.state <> 'resolved' THEN 'reopened' END
                            WHEN was.state = 'resolved' THEN 'resolved'
                            WHEN was.state = 'snoozed' THEN 'reminded' END AS watcher.alert_event)) AS next (event)
     WHERE was.id = alert.id
       AND alert.id = ANY(:ids)
       AND alert.lease = :lease
""")

GIVE_BACK = sa.text("""
    UPDATE watcher.alert
       SET lease = NULL,
           attempts = CASE WHEN :was_tried THEN attempts ELSE attempts - 1 END,
           last_error = coalesce(:error, last_error),
           next_attempt_at = CASE WHEN event IS NOT NULL
                                  THEN greatest(:next_attempt_at,
                                                CASE WHEN state = 'snoozed' THEN snoozed_until END) END
     WHERE id = ANY(:ids)
       AND lease = :lease
""")


def mark_delivered(session: Session, *, parcel: Parcel, lease: str, thread: str | None, now: dt.datetime) -> None:
    """Note that a message has arrived."""
    alerts.lock(session, [parcel.kind])
    given = {
        "ids": parcel.ids,
        "lease": lease,
        "destination": name(parcel.destination),
        "thread": thread,
        "is_over": parcel.event in OVER,
        "now": now,
    }
    session.execute(MARK, given)


def give_back(
    session: Session,
    *,
    parcel: Parcel,
    lease: str,
    next_attempt_at: dt.datetime,
    error: str | None,
    was_tried: bool,
) -> None:
    """Return undelivered alerts to the outbox; they are due again at a time."""
    alerts.lock(session, [parcel.kind])
    given = {
        "ids": parcel.ids,
        "lease": lease,
        "next_attempt_at": next_attempt_at,
        "error": error,
        "was_tried": was_tried,
    }
    session.execute(GIVE_BACK, given)
