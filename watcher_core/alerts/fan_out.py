"""Which destinations an alert has: by the routes, and by who knows of it already.

An alert gets its destinations when something is to be said of it that opens it: when it is found, and when it is back,
has grown or is reminded of. A destination that knows of an open alert hears of its end, though routes lead elsewhere by
then. One that is gone from the routes hands on what it knew to the one that takes its place, so that nothing is said
again.

What is behind another alert is quiet where that one goes: its message names what is behind it. Other destinations get
one message about what is behind it, which names the cause, and one about pipelines that have come since: at once where
one of these is louder than what is known there of the incident, soon where it is critical, else at most hourly.
What is critical behind a cause that is not gets such a message everywhere: it must not wait until people look at what
is less urgent, as after quiet hours. So does what its route sends at once, where that of the cause has quiet hours or a
digest. Nor must it wait where no more than what is less urgent of the incident is known.
Where such a place knows an alert as quieter than it is by now, that is news there, though it knows the pipeline.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import Any

from watcher_core.alerts.destinations import Destination
from watcher_core.alerts.pending import FIRST_UPDATE_AFTER
from watcher_core.alerts.quiet import Collection
from watcher_core.alerts.routes import Routes, Subject
from watcher_core.enums import AlertEvent, AlertKind, AlertLevel

# Another critical pipeline of an incident is sent at once where one is known, and waits so long for each more that is
# known, an hour at most: hundreds that come one after the other are a few messages.
CRITICAL_WAITS = dt.timedelta(minutes=1)

# When something is sent that is not.
NEVER = dt.datetime.max.replace(tzinfo=dt.UTC)

# After these, people believe that the alert is open.
OPENING = (AlertEvent.OPENED, AlertEvent.REOPENED, AlertEvent.REMINDED, AlertEvent.UPDATED)
# What is said of an alert by the message about its cause.
SAID_BY_CAUSE = (AlertEvent.OPENED, AlertEvent.REOPENED, AlertEvent.UPDATED)
# What a destination hears that knows of an open alert, though routes lead elsewhere by now.
FOLLOWING = (
    None,
    AlertEvent.ACKNOWLEDGED,
    AlertEvent.SNOOZED,
    AlertEvent.UPDATED,
    AlertEvent.REMINDED,
    AlertEvent.RESOLVED,
)


@dataclass(frozen=True, kw_only=True)
class Pending:
    """A pending notification of one destination about one alert.

    Attributes:
        destination: Where it goes; `None` for nowhere.
        moved_from: The name that the destination had, where another one takes its place.
        cause_id: The alert that this one is behind.
        level_before: The level that the destination knows, where the alert has become louder since.
        released_at: When it may be sent, where something holds it back: see `Plan.held`; `None` for at once.
        collection: Why it goes into one message with others; `None` where it has a message of its kind.
        waits_alone: Whether it failed by itself: its destination takes others.
    """

    id: int
    event: AlertEvent
    subject: Subject
    destination: Destination | None
    attempts: int = 0
    next_attempt_at: dt.datetime | None = None
    last_error: str | None = None
    waits_alone: bool = False
    thread: str | None = None
    moved_from: str | None = None
    cause_id: int | None = None
    level_before: AlertLevel | None = None
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
        held: The notifications that are not sent yet: in quiet hours, until a digest, in maintenance, or soon after
            another message about their incident.
        early: Those that are due soon, and that a digest takes along: see `pending.WAIT_FOR_DIGEST`.
        by_others: Those that have a row, and of which the message about another alert says all. They are never sent.
    """

    pending: list[Pending] = field(default_factory=list)
    added: list[Pending] = field(default_factory=list)
    moved: list[Pending] = field(default_factory=list)
    dropped: list[tuple[int, str]] = field(default_factory=list)
    quiet: list[int] = field(default_factory=list)
    held: list[Pending] = field(default_factory=list)
    early: list[Pending] = field(default_factory=list)
    by_others: list[Pending] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Reached:
    """What a destination knows of an incident.

    Attributes:
        cause_id: The alert that is its cause.
        destination: The name of the destination.
        pipeline_ids: The pipelines that it has been notified of.
        level: The loudest level that it has been notified of.
        criticals: How many pipelines it has been notified of as critical.
        notified_at: When it last was; `None` while a message is on its way.
    """

    cause_id: int
    destination: str
    pipeline_ids: list[int | None]
    level: str | None
    criticals: int
    notified_at: dt.datetime | None


class Saying(Enum):
    """How a destination hears of an alert that is behind another one."""

    BY_ITSELF = auto()
    LATER = auto()  # there was a message about the incident lately
    AFTER_OTHERS = auto()  # if the message about another alert of the incident, which is due, does not get there
    BY_OTHERS = auto()  # by the message about its cause, or about another alert of its pipeline


class Incidents:
    """How destinations hear of what is part of an incident.

    Args:
        reached: What destinations know of incidents.
        routes: The routes.
        is_held: Whether what is pending by a row is held back.
        now: The time.
    """

    def __init__(
        self,
        reached: Iterable[Reached],
        routes: Routes,
        is_held: Callable[[Pending, Mapping[str, Any]], bool],
        now: dt.datetime,
    ) -> None:
        self._is_held = is_held
        self._reached = {(each.cause_id, each.destination): each for each in reached}
        self._routes = routes
        self._now = now
        self._of_cause: dict[int, frozenset[str]] = {}
        self._holds_cause: dict[tuple[int, str], bool] = {}
        self._begun: set[tuple[int, str]] = set()

    def saying(self, row: Mapping[str, Any], destination: Destination, *, is_louder: bool = False) -> Saying:
        """How a destination hears of the alert of a row.

        Args:
            row: The row.
            destination: The destination.
            is_louder: Whether the alert is louder than the destination knows.
        """
        cause_id = row["cause_id"]
        if cause_id is None:
            return Saying.BY_ITSELF
        if cause_id not in self._of_cause:
            found = self._routes.find_all(subject_of(row, "cause_"))
            self._of_cause[cause_id] = frozenset(each.name for each in found)
        if (
            destination.name in self._of_cause[cause_id]
            and not is_more_urgent(row["level"], row["cause_level"])
            and not self._is_cause_held(row, destination)
        ):
            return Saying.BY_OTHERS
        if is_louder:
            return Saying.BY_ITSELF
        # A place that has a message for each alert gets one of the incident.
        if (cause_id, destination.name) in self._begun:
            return Saying.AFTER_OTHERS
        known = self._reached.get((cause_id, destination.name))
        if known is None or is_more_urgent(row["level"], known.level):
            return Saying.BY_ITSELF
        if destination.most == 1 or row["pipeline_id"] in known.pipeline_ids:
            return Saying.BY_OTHERS
        return Saying.BY_ITSELF if self._now >= self._next_message(row, known) else Saying.LATER

    def _is_cause_held(self, row: Mapping[str, Any], destination: Destination) -> bool:
        """Whether routes hold the cause of an alert in quiet hours or for a digest there, and not the alert."""
        key = row["cause_id"], destination.name
        if key not in self._holds_cause:
            self._holds_cause[key] = bool(self._routes.holds(subject_of(row, "cause_"), destination))
        return self._holds_cause[key] and not self._routes.holds(subject_of(row), destination)

    def released_at(self, row: Mapping[str, Any], destination: Destination) -> dt.datetime:
        """When a destination hears of an alert of which it does later."""
        return self._next_message(row, self._reached[row["cause_id"], destination.name])

    def _next_message(self, row: Mapping[str, Any], known: Reached) -> dt.datetime:
        return (known.notified_at or self._now) + _wait(AlertLevel(row["level"]), known)

    def begin(self, row: Mapping[str, Any], pending: Pending) -> None:
        """Note that a destination gets a message about the alert of a row, unless that one is held or has failed."""
        if pending.destination is None or pending.destination.most != 1 or pending.cause_id is None:
            return
        if row["is_pending"] and not pending.waits_alone and not self._is_held(pending, row):
            self._begun.add((pending.cause_id, pending.destination.name))


def is_more_urgent(level: str, than: str | None) -> bool:
    """Whether one level is critical and the other one is not: see `pending.MORE_URGENT`."""
    return level == AlertLevel.CRITICAL and than != AlertLevel.CRITICAL


def _wait(level: AlertLevel, known: Reached) -> dt.timedelta:
    """How long after the last message another pipeline of an incident waits."""
    if known.level is not None and level.loudness > AlertLevel(known.level).loudness:
        return dt.timedelta()
    if level is AlertLevel.CRITICAL:
        return min(max(known.criticals - 1, 0) * CRITICAL_WAITS, FIRST_UPDATE_AFTER)
    return FIRST_UPDATE_AFTER


def fan_out(
    rows: Iterable[Mapping[str, Any]],
    routes: Routes,
    reached: Iterable[Reached] = (),
    *,
    is_held: Callable[[Pending, Mapping[str, Any]], bool],
    now: dt.datetime,
) -> Plan:
    """Say who is to be notified of what.

    Args:
        rows: The alerts with their deliveries, as `outbox.ROWS` reads them: an alert without any has one row.
        routes: The routes.
        reached: What destinations know of incidents.
        is_held: Whether what is pending by a row is held back.
        now: The time.
    """
    found = Plan()
    together: dict[int, list[Mapping[str, Any]]] = {}
    for row in rows:
        together.setdefault(row["id"], []).append(row)
    routed: dict[Subject, tuple[Destination, ...]] = {}
    incidents = Incidents(reached, routes, is_held, now)
    for of_one in together.values():
        has_news = any(row["event"] is not None for row in of_one)
        if not has_news and not any(row["is_answered"] for row in of_one):
            continue
        subject = subject_of(of_one[0])
        if subject not in routed:
            routed[subject] = routes.find_all(subject)
        leads_to = routed[subject]
        if not has_news:
            # Who does not hear of its cause does of it, once nobody looks at that any more.
            if leads_to and all(incidents.saying(of_one[0], each) is Saying.BY_OTHERS for each in leads_to):
                found.quiet.append(of_one[0]["id"])
            continue
        if of_one[0]["is_about_delivery"] and any(row["last_error"] is not None for row in of_one):
            # What says that messages do not get through does not get through either: somebody has to hear of it.
            leads_to = tuple(dict.fromkeys((*leads_to, *routes.usable)))
        _of_alert(found, of_one, subject, leads_to, routes, incidents)
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
        elif row["event"] not in SAID_BY_CAUSE:
            _add(found, row, _pending(row, subject, destination))
            is_quiet = is_quiet and row["event"] is None and not row["is_answered"]
        else:
            saying = incidents.saying(row, destination, is_louder=row["level_before"] is not None)
            pending = _pending(row, subject, destination)
            if pending is not None and saying in (Saying.BY_OTHERS, Saying.AFTER_OTHERS):
                found.by_others.append(replace(pending, released_at=NEVER))
            if saying is Saying.BY_OTHERS:
                continue
            is_quiet = is_quiet and row["event"] is None
            if pending is None or saying is Saying.AFTER_OTHERS:
                continue
            if saying is Saying.BY_ITSELF:
                _add(found, row, pending)
                incidents.begin(row, pending)
            else:
                found.held.append(replace(pending, released_at=incidents.released_at(row, destination)))
    if any(row["event"] in OPENING for row in rows):
        opening = next(row for row in rows if row["event"] in OPENING)
        later = []
        for destination in free:
            saying = incidents.saying(opening, destination)
            added = Pending(
                id=opening["id"],
                event=AlertEvent.OPENED,
                subject=subject,
                destination=destination,
                cause_id=opening["cause_id"],
            )
            is_quiet = is_quiet and saying is Saying.BY_OTHERS
            if saying is not Saying.BY_ITSELF:
                later.append(added)
                if saying is Saying.LATER:
                    found.held.append(replace(added, released_at=incidents.released_at(opening, destination)))
                continue
            known.add(destination.name)
            found.added.append(added)
            # What has grown is news at once for who knows nothing of it, and waits for the others.
            if opening["is_pending"] or opening["event"] == AlertEvent.UPDATED:
                found.pending.append(added)
            incidents.begin(opening, added)
        # By a row at one place alone, the alert would be put aside once that one knows of it.
        if known != {None}:
            found.added.extend(later)
        if not routed and known == {None}:
            _add(found, opening, Pending(id=opening["id"], event=AlertEvent.OPENED, subject=subject, destination=None))
            is_quiet = False
    if is_quiet:
        found.quiet.append(rows[0]["id"])


def _add(found: Plan, row: Mapping[str, Any], pending: Pending | None) -> None:
    if pending is not None and row["is_pending"]:
        found.pending.append(pending)
    elif pending is not None and row["is_early"]:
        found.early.append(pending)


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
        attempts=0 if moved_from else row["attempts"],
        next_attempt_at=None if moved_from else row["next_attempt_at"],
        last_error=row["last_error"],
        waits_alone=not moved_from and row["waits_alone"],
        thread=None if moved_from else row["thread"],
        moved_from=moved_from,
        cause_id=row["cause_id"],
        level_before=None if row["level_before"] is None else AlertLevel(row["level_before"]),
    )


def subject_of(row: Mapping[str, Any], prefix: str = "") -> Subject:
    """What the routes ask of the alert of a row, or, with `cause_`, of the alert that it is behind."""
    return Subject.of(
        row[f"{prefix}pipeline_name"],
        row[f"{prefix}pipeline_type_name"],
        row[f"{prefix}pipeline_metadata"],
        AlertKind(row[f"{prefix}kind"]),
        AlertLevel(row[f"{prefix}level"]),
        former_names=row.get(f"{prefix}former_names"),
        former_type_names=row.get(f"{prefix}former_type_names"),
    )
