"""Which alerts go into one message: those of one incident, or of one kind and level, to which the same has happened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from watcher_core.alerts.destinations import Destination
from watcher_core.alerts.fan_out import Pending
from watcher_core.alerts.quiet import Collection
from watcher_core.enums import AlertEvent, AlertKind, AlertLevel

# Recoveries of more threads than these go into one message in the channel.
MAX_THREADS = 5

# After these, people believe that the alert is over.
OVER = (AlertEvent.RESOLVED, AlertEvent.MISSED)


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """The alerts of one message, oldest first.

    Attributes:
        cause_id: The alert that all of them are behind, and that is not one of them.
        parts: The messages that are collected in this one.
        collection: Why they are.
    """

    destination: Destination | None
    event: AlertEvent
    kind: AlertKind
    level: AlertLevel
    thread: str | None
    alerts: tuple[Pending, ...]
    cause_id: int | None = None
    parts: tuple[Parcel, ...] = ()
    collection: Collection | None = None

    @property
    def ids(self) -> list[int]:
        return [alert.id for alert in self.alerts]

    @property
    def attempts(self) -> int:
        """How often its delivery was tried in vain."""
        return max(alert.attempts for alert in self.alerts)


def make_parcels(waiting: Iterable[Pending]) -> list[Parcel]:
    """Part alerts into messages: of one destination and incident, or kind and level, to which the same has happened."""
    found: list[Parcel] = []
    alone = []
    together_in: dict[tuple[str, Collection], list[Pending]] = {}
    for each in waiting:
        if each.collection is None:
            alone.append(each)
        else:
            together_in.setdefault((destination_name(each.destination), each.collection), []).append(each)
    for (_, collection), alerts_there in together_in.items():
        parts = tuple(make_parcels(replace(each, collection=None) for each in alerts_there))
        found.append(replace(parts[0], thread=None, alerts=tuple(alerts_there), parts=parts, collection=collection))
    for destination, alerts_there in by_destination(alone):
        causes = {alert.cause_id for alert in alerts_there if alert.cause_id is not None}
        groups: dict[tuple[object, ...], list[Pending]] = {}
        for alert in alerts_there:
            incident = alert.cause_id or (alert.id if alert.id in causes else None)
            alike = (alert.subject.kind, alert.subject.level, alert.level_before)
            together = alike if incident is None else (incident,)
            groups.setdefault((alert.event, *together), []).append(alert)
        for group in groups.values():
            group.sort(key=lambda alert: alert.id not in causes)  # the cause comes first
            for thread, together_there in _by_thread(group[0].event, group):
                most = (destination and destination.most) or len(together_there)
                found += [
                    _parcel(destination, thread, together_there[first : first + most])
                    for first in range(0, len(together_there), most)
                ]
    return found


def _parcel(destination: Destination | None, thread: str | None, alerts: list[Pending]) -> Parcel:
    first = alerts[0]
    return Parcel(
        destination=destination,
        event=first.event,
        kind=first.subject.kind,
        level=max((alert.subject.level for alert in alerts), key=lambda level: level.loudness),
        thread=thread,
        alerts=tuple(alerts),
        cause_id=first.cause_id,
    )


def _by_thread(event: AlertEvent, group: list[Pending]) -> Iterable[tuple[str | None, list[Pending]]]:
    """Recoveries answer in the threads of their openings; all else, and what would be many answers, is new."""
    if event is not AlertEvent.RESOLVED:
        return [(None, group)]
    threads: dict[str | None, list[Pending]] = {}
    for alert in group:
        threads.setdefault(alert.thread, []).append(alert)
    return threads.items() if len(threads) <= MAX_THREADS else [(None, group)]


def by_destination(waiting: Iterable[Pending]) -> list[tuple[Destination | None, list[Pending]]]:
    parts: dict[str, tuple[Destination | None, list[Pending]]] = {}
    for alert in waiting:
        parts.setdefault(destination_name(alert.destination), (alert.destination, []))[1].append(alert)
    return list(parts.values())


def destination_name(destination: Destination | None) -> str:
    """The name of a destination; empty where there is none."""
    return "" if destination is None else destination.name
