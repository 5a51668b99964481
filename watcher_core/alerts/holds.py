"""What is not sent yet: what came in quiet hours, waits for a digest, or is in maintenance."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from watcher_core.alerts import maintenance
from watcher_core.alerts.destinations import Destination
from watcher_core.alerts.fan_out import OPENING, SAID_BY_CAUSE, Pending, Plan, is_more_urgent, subject_of
from watcher_core.alerts.quiet import Collection, Hold, earliest_release
from watcher_core.alerts.routes import Routes, Subject
from watcher_core.values import MaintenanceWindow


class Due(NamedTuple):
    """When a notification is due, and from when it has waited for a digest, where that is not the same."""

    at: dt.datetime
    waits_since: dt.datetime | None


class Holds:
    """What holds notifications back.

    Args:
        routes: When each of them sends.
        windows: The maintenance windows that are active, or were lately.
        now: The time.
    """

    def __init__(self, *, routes: Routes, windows: Sequence[MaintenanceWindow], now: dt.datetime) -> None:
        self._routes = routes
        self._now = now
        self._ends = [(window, end) for window in windows if (end := maintenance.last_end(window, now)) is not None]
        self._is_idle = not self._ends and all(route.hold is None for route in routes.routes)
        self._of_place: dict[tuple[Subject, str], list[Hold]] = {}

    def part(self, found: Plan, rows: Iterable[Mapping[str, Any]]) -> Plan:
        """Part what is pending into what may be sent now and what is held.

        Args:
            found: What is pending.
            rows: The rows that it was found in.
        """
        if self._is_idle:
            return found
        due: dict[tuple[int, str | None], Due] = {}
        row_of: dict[int, Mapping[str, Any]] = {}
        for row in rows:
            row_of[row["id"]] = row
            if row["event"] is not None:
                due[row["id"], row["destination"]] = found_due = self._due(row)
                due.setdefault((row["id"], None), found_due)
        pending: list[Pending] = []
        held: list[Pending] = []
        for each, is_early in [*((each, False) for each in found.pending), *((each, True) for each in found.early)]:
            name = each.moved_from or _name(each.destination)
            timed = self._timed(each, due.get((each.id, name)) or due[each.id, None], row_of[each.id])
            is_held = self._is_later(timed)
            if not is_early:
                (held if is_held else pending).append(timed)
            elif timed.collection is Collection.DIGEST and not is_held:
                pending.append(timed)
        return replace(found, pending=pending, held=[*found.held, *held])

    def is_held(self, each: Pending, row: Mapping[str, Any]) -> bool:
        """Whether the notification of a row is held back."""
        return not self._is_idle and self._is_later(self._timed(each, self._due(row), row))

    def _due(self, row: Mapping[str, Any]) -> Due:
        return Due(min(row["due_at"], self._now), row["waits_since"])

    def _is_later(self, timed: Pending) -> bool:
        return timed.released_at is not None and timed.released_at > self._now

    def _timed(self, each: Pending, due: Due, row: Mapping[str, Any]) -> Pending:
        released_at, collection = None, None
        destination = each.destination
        if destination is not None and not (destination.takes_acknowledgements and each.event not in OPENING):
            key = (each.subject, destination.name)
            if key not in self._of_place:
                self._of_place[key] = self._routes.holds(each.subject, destination)
            release = earliest_release(self._of_place[key], due.at, now=self._now, waits_since=due.waits_since)
            if release is not None:
                released_at = release[0]
                collection = None if destination.most is not None else release[1]
        if each.event in OPENING:
            subjects = [each.subject] if not self._ends else [each.subject, *_cause(each, row)]
            over = [
                end
                for window, end in self._ends
                if end > due.at and any(_is_of(window, subject) for subject in subjects)
            ]
            released_at = max([*over, *([] if released_at is None else [released_at])], default=None)
        return replace(each, released_at=released_at, collection=collection)


def _cause(each: Pending, row: Mapping[str, Any]) -> list[Subject]:
    """What an alert waits with: its cause, as while somebody has snoozed that."""
    if row["cause_id"] is None or each.event not in SAID_BY_CAUSE or is_more_urgent(row["level"], row["cause_level"]):
        return []
    return [subject_of(row, "cause_")]


def _is_of(window: MaintenanceWindow, subject: Subject) -> bool:
    if window.pipeline_name is not None:
        return window.pipeline_name == subject.pipeline_name
    return window.pipeline_type_name in (None, subject.pipeline_type_name)


def as_arrays(pending: Iterable[Pending]) -> dict[str, list[Any]]:
    """When notifications may be sent, of those that were held back."""
    timed = [each for each in pending if each.released_at is not None]
    return {
        "timed_ids": [each.id for each in timed],
        "timed_destinations": [_name(each.destination) for each in timed],
        "released_at": [each.released_at for each in timed],
    }


def _name(destination: Destination | None) -> str:
    return "" if destination is None else destination.name
