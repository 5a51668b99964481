"""Which destinations an alert has: by the routes, and by who knows of it already.

An alert gets its destinations when something is to be said of it that opens it: when it is found, and when it is back,
has grown or is reminded of. A destination that knows of an open alert hears of its end, though routes lead elsewhere by
then. One that is gone from the routes hands on what it knew to the one that takes its place, so that nothing is said
again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from watcher_core.alerts.destinations import Destination
from watcher_core.alerts.quiet import Collection
from watcher_core.alerts.routes import Routes, Subject
from watcher_core.enums import AlertEvent, AlertKind, AlertLevel

# After these, people believe that the alert is open.
OPENING = (AlertEvent.OPENED, AlertEvent.REOPENED, AlertEvent.REMINDED, AlertEvent.UPDATED)
# What only a destination hears that knows of the alert.
FOLLOWING = (None, AlertEvent.ACKNOWLEDGED, AlertEvent.RESOLVED)


@dataclass(frozen=True, kw_only=True)
class Pending:
    """A pending notification of one destination about one alert.

    Attributes:
        destination: Where it goes; `None` for nowhere.
        moved_from: The name that the destination had, where another one takes its place.
        released_at: When it may be sent, where quiet hours, a digest or maintenance held it back; `None` for at once.
        collection: Why it goes into one message with others; `None` where it has a message of its kind.
    """

    id: int
    event: AlertEvent
    subject: Subject
    destination: Destination | None
    attempts: int = 0
    next_attempt_at: dt.datetime | None = None
    last_error: str | None = None
    thread: str | None = None
    moved_from: str | None = None
    released_at: dt.datetime | None = None
    collection: Collection | None = None


@dataclass(frozen=True)
class Plan:
    """All pending notifications, and the rows that are written for them.

    Attributes:
        pending: The notifications, oldest first.
        added: Those that get a row.
        moved: Those whose row gets another destination.
        dropped: Alerts and destinations that routes do not lead to any more.
        held: The notifications that are not sent yet: in quiet hours, until a digest, or in maintenance.
    """

    pending: list[Pending] = field(default_factory=list)
    added: list[Pending] = field(default_factory=list)
    moved: list[Pending] = field(default_factory=list)
    dropped: list[tuple[int, str]] = field(default_factory=list)
    held: list[Pending] = field(default_factory=list)


def fan_out(rows: Iterable[Mapping[str, Any]], routes: Routes) -> Plan:
    """Say who is to be notified of what.

    Args:
        rows: The alerts with their deliveries, as `outbox.ROWS` reads them: an alert without any has one row.
        routes: The routes.
    """
    found = Plan()
    together: dict[int, list[Mapping[str, Any]]] = {}
    for row in rows:
        together.setdefault(row["id"], []).append(row)
    routed: dict[Subject, tuple[Destination, ...]] = {}
    for of_one in together.values():
        if all(row["event"] is None for row in of_one):
            continue
        subject = _subject(of_one[0])
        if subject not in routed:
            routed[subject] = routes.find_all(subject)
        _of_alert(found, of_one, subject, routed[subject], routes)
    return found


def _of_alert(
    found: Plan,
    rows: list[Mapping[str, Any]],
    subject: Subject,
    routed: tuple[Destination, ...],
    routes: Routes,
) -> None:
    known = {row["destination"] for row in rows}
    free = [destination for destination in routed if destination.name not in known]
    for row in rows:
        if row["destination"] is None or row["is_leased"]:
            continue
        destination = routes.named(row["destination"])
        if destination is None and free:
            moved = _pending(row, subject, free.pop(0), moved_from=row["destination"])
            if moved is not None:
                found.moved.append(moved)
                _add(found, row, moved)
        elif destination is None and not routed:
            _add(found, row, _pending(row, subject, None))
        elif destination is None or (destination not in routed and row["event"] not in FOLLOWING):
            found.dropped.append((row["id"], row["destination"]))
        else:
            _add(found, row, _pending(row, subject, destination))
    if not any(row["event"] in OPENING for row in rows):
        return
    opening = next(row for row in rows if row["event"] in OPENING)
    for destination in free:
        added = Pending(id=opening["id"], event=AlertEvent.OPENED, subject=subject, destination=destination)
        found.added.append(added)
        _add(found, opening, added)
    if not routed and known == {None}:
        _add(found, opening, Pending(id=opening["id"], event=AlertEvent.OPENED, subject=subject, destination=None))


def _add(found: Plan, row: Mapping[str, Any], pending: Pending | None) -> None:
    if pending is not None and row["is_pending"]:
        found.pending.append(pending)


def _pending(
    row: Mapping[str, Any], subject: Subject, destination: Destination | None, *, moved_from: str | None = None
) -> Pending | None:
    if row["event"] is None:
        return None
    return Pending(
        id=row["id"],
        event=AlertEvent(row["event"]),
        subject=subject,
        destination=destination,
        attempts=row["attempts"],
        next_attempt_at=row["next_attempt_at"],
        last_error=row["last_error"],
        thread=None if moved_from else row["thread"],
        moved_from=moved_from,
    )


def _subject(row: Mapping[str, Any]) -> Subject:
    return Subject.of(
        row["pipeline_name"],
        row["pipeline_type_name"],
        row["pipeline_metadata"],
        AlertKind(row["kind"]),
        AlertLevel(row["level"]),
    )
