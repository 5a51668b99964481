"""Which destinations an alert has: by the routes, and by who knows of it already.

An alert gets its destinations when something is to be said of it that opens it: when it is found, and when it is back,
has grown or is reminded of. A destination that knows of an open alert hears of its end, though routes lead elsewhere by
then. One that is gone from the routes hands on what it knew to the one that takes its place, so that nothing is said
again.

What is behind another alert is quiet where that one goes: its message names what is behind it. Other destinations get
one message about what is behind it, which names the cause.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from watcher_core.alerts.destinations import Destination
from watcher_core.alerts.quiet import Collection
from watcher_core.alerts.routes import Routes, Subject
from watcher_core.enums import AlertEvent, AlertKind, AlertLevel

# After these, people believe that the alert is open.
OPENING = (AlertEvent.OPENED, AlertEvent.REOPENED, AlertEvent.REMINDED, AlertEvent.UPDATED)
# What is said of an alert by the message about its cause.
SAID_BY_CAUSE = (AlertEvent.OPENED, AlertEvent.REOPENED, AlertEvent.UPDATED)
# What only a destination hears that knows of the alert.
FOLLOWING = (None, AlertEvent.ACKNOWLEDGED, AlertEvent.RESOLVED)


@dataclass(frozen=True, kw_only=True)
class Pending:
    """A pending notification of one destination about one alert.

    Attributes:
        destination: Where it goes; `None` for nowhere.
        moved_from: The name that the destination had, where another one takes its place.
        cause_id: The alert that this one is behind.
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
    cause_id: int | None = None
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
        quiet: Alerts of which their causes say all.
        held: The notifications that are not sent yet: in quiet hours, until a digest, or in maintenance.
    """

    pending: list[Pending] = field(default_factory=list)
    added: list[Pending] = field(default_factory=list)
    moved: list[Pending] = field(default_factory=list)
    dropped: list[tuple[int, str]] = field(default_factory=list)
    quiet: list[int] = field(default_factory=list)
    held: list[Pending] = field(default_factory=list)


class Incidents:
    """Which destinations hear of an incident by another message.

    Args:
        reached: Causes, and the destinations that know of them or of what is behind them.
        routes: The routes.
    """

    def __init__(self, reached: Iterable[tuple[int, str]], routes: Routes) -> None:
        self._reached = set(reached)
        self._routes = routes
        self._of_cause: dict[int, frozenset[str]] = {}
        self._begun: Counter[tuple[int, str]] = Counter()

    def is_said(self, row: Mapping[str, Any], destination: Destination) -> bool:
        """Whether a destination hears of the alert of a row by its cause, or by another alert behind that."""
        cause_id = row["cause_id"]
        if cause_id is None:
            return False
        if cause_id not in self._of_cause:
            found = self._routes.find_all(_subject(row, "cause_"))
            self._of_cause[cause_id] = frozenset(each.name for each in found)
        place = cause_id, destination.name
        return (
            destination.name in self._of_cause[cause_id]
            or place in self._reached
            # A place that takes few alerts in a message gets one message, with as many as that takes.
            or (destination.most is not None and self._begun[place] >= destination.most)
        )

    def begin(self, row: Mapping[str, Any], destination: Destination) -> None:
        """Note that a destination gets a message about the alert of a row."""
        if row["cause_id"] is not None and row["is_pending"]:
            self._begun[row["cause_id"], destination.name] += 1


def fan_out(rows: Iterable[Mapping[str, Any]], routes: Routes, reached: Iterable[tuple[int, str]] = ()) -> Plan:
    """Say who is to be notified of what.

    Args:
        rows: The alerts with their deliveries, as `outbox.ROWS` reads them: an alert without any has one row.
        routes: The routes.
        reached: Causes, and the destinations that know of them or of what is behind them.
    """
    found = Plan()
    together: dict[int, list[Mapping[str, Any]]] = {}
    for row in rows:
        together.setdefault(row["id"], []).append(row)
    routed: dict[Subject, tuple[Destination, ...]] = {}
    incidents = Incidents(reached, routes)
    for of_one in together.values():
        if all(row["event"] is None for row in of_one):
            continue
        subject = _subject(of_one[0])
        if subject not in routed:
            routed[subject] = routes.find_all(subject)
        _of_alert(found, of_one, subject, routed[subject], routes, incidents)
    return found


def _of_alert(
    found: Plan,
    rows: list[Mapping[str, Any]],
    subject: Subject,
    routed: tuple[Destination, ...],
    routes: Routes,
    incidents: Incidents,
) -> None:
    known = {row["destination"] for row in rows}
    free = [destination for destination in routed if destination.name not in known]
    is_quiet = rows[0]["cause_id"] is not None
    for row in rows:
        if row["destination"] is None or row["is_leased"]:
            is_quiet = is_quiet and not row["is_leased"]
            continue
        destination = routes.named(row["destination"])
        if destination is None and free:
            moved = _pending(row, subject, free.pop(0), moved_from=row["destination"])
            if moved is not None:
                found.moved.append(moved)
                _add(found, row, moved)
                is_quiet = False
        elif destination is None and not routed:
            _add(found, row, _pending(row, subject, None))
            is_quiet = False
        elif destination is None or (destination not in routed and row["event"] not in FOLLOWING):
            found.dropped.append((row["id"], row["destination"]))
        elif row["event"] not in SAID_BY_CAUSE or not incidents.is_said(row, destination):
            _add(found, row, _pending(row, subject, destination))
            is_quiet = is_quiet and row["event"] is None
    if any(row["event"] in OPENING for row in rows):
        opening = next(row for row in rows if row["event"] in OPENING)
        for destination in free:
            if incidents.is_said(opening, destination):
                continue
            added = Pending(
                id=opening["id"],
                event=AlertEvent.OPENED,
                subject=subject,
                destination=destination,
                cause_id=opening["cause_id"],
            )
            found.added.append(added)
            _add(found, opening, added)
            incidents.begin(opening, destination)
            is_quiet = False
        if not routed and known == {None}:
            _add(found, opening, Pending(id=opening["id"], event=AlertEvent.OPENED, subject=subject, destination=None))
            is_quiet = False
    if is_quiet:
        found.quiet.append(rows[0]["id"])


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
        cause_id=row["cause_id"],
    )


def _subject(row: Mapping[str, Any], prefix: str = "") -> Subject:
    return Subject.of(
        row[f"{prefix}pipeline_name"],
        row[f"{prefix}pipeline_type_name"],
        row[f"{prefix}pipeline_metadata"],
        AlertKind(row[f"{prefix}kind"]),
        AlertLevel(row[f"{prefix}level"]),
    )
