"""How far the recorder has got, as it is kept between two ticks.

Ended runs are found in the log of ends, in the order of its storage ids. A storage id is assigned a moment before its
event can be read, so that a lower one may appear after a higher one. `position` therefore stays a minute behind: what
comes after it is read again at each tick, and `handled` lists which of that is recorded already. The minute is one of
this host's clock, from when an event was first read: the events have the times of other clocks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import dagster as dg

from watcher_core import RecorderState
from watcher_dagster.cursors import known_fields
from watcher_dagster.recorder.runlog import RUN_ENDS

# How many ends are read again at each tick at most, where many runs end in a minute or a clock is ahead.
MAX_UNSETTLED: Final = 2_000

# How long an event may take from its storage id to where it can be read.
OVERLAP_SECONDS: Final = 60.0

# What is older than this by any clock has been there for longer than that.
CLOCKS_DIFFER_SECONDS: Final = 3_600.0

# How often what cannot be read is tried before it is passed over.
MAX_TRIES: Final = 3


@dataclass
class OpenRun:
    """A run that has started and is not over.

    Attributes:
        seen: How far its events have been read; Dagster's own cursor.
        heard: The time of its newest event.
        due: When to look for new events; `None` for a run that cannot be read.
        running: The executions that are recorded as running: identity, pipeline and start of each. They are ended if
            the run is deleted in Dagster.
    """

    seen: str | None = None
    heard: float = 0.0
    due: float | None = 0.0
    running: list[tuple[str, str, float]] = field(default_factory=list)


@dataclass
class TrailingRun:
    """A run that is over, while a step of it may go on: only its worker was lost, or who ended it could not stop it.

    Attributes:
        seen: How far its events have been read.
        ended: When it ended.
        due: When to look for new events.
    """

    seen: str | None
    ended: float
    due: float


@dataclass
class KnownBackfill:
    """A backfill that is recorded.

    Attributes:
        seen: What it looked like.
        is_over: Whether it has ended.
    """

    seen: str
    is_over: bool


@dataclass
class UnreadRun:
    """A run that could not be read, and what the log of ends says of it."""

    tries: int = 0
    job_name: str = ""
    state: str | None = None
    ended: float | None = None

    def heard_of(self, end: dg.EventLogEntry) -> None:
        self.job_name, self.ended = end.job_name or "", end.timestamp
        self.state = RUN_ENDS[end.get_dagster_event().event_type_value].value


@dataclass
class History:
    """How many runs the history has that is read back at first, and how many are recorded."""

    runs: int
    recorded: int = 0
    is_read: bool = False


Kept = TypeVar("Kept", OpenRun, UnreadRun, TrailingRun, KnownBackfill)


@dataclass
class RecorderCursor:
    """What the recorder keeps between two ticks.

    Attributes:
        since: Where history begins.
        position: The log of ends is recorded up to this storage id.
        stood: The run and time of the end at `position`, where they are known. SQLite gives an id that is free again to
            the next event.
        seen: When the newest end was first read, and its storage id: those up to it are settled a minute later.
        handled: Ends after `position` that are recorded: their times, by run.
        open: The open runs.
        unread: The runs that could not be read, and are tried again.
        trailing: The runs that are over although a step of theirs may go on, for a day.
        runless: How far the materializations without a run are recorded; Dagster's own cursor.
        runless_stood: The storage id and time of the materialization at `runless`.
        runless_seen: When events up to a place were first read, and what is behind it: `runless` and `runless_stood` a
            minute later.
        runless_handled: Storage ids and times of what is recorded after `runless`.
        runless_tries: How often those could not be read.
        backfills: The backfills that go on, and those that were requested within the last hour.
        backfills_read: When backfills were last read.
        history: Set while history is read back.
        caught_up: When all that had happened was last recorded; `None` until history has been read back.
    """

    since: float
    position: int | None = None
    stood: tuple[str, float] | None = None
    seen: tuple[float, int] | None = None
    handled: dict[str, list[float]] = field(default_factory=dict)
    open: dict[str, OpenRun] = field(default_factory=dict)
    unread: dict[str, UnreadRun] = field(default_factory=dict)
    trailing: dict[str, TrailingRun] = field(default_factory=dict)
    runless: str | None = None
    runless_stood: tuple[int, float] | None = None
    runless_seen: tuple[float, str, tuple[int, float]] | None = None
    runless_handled: list[tuple[int, float]] = field(default_factory=list)
    runless_tries: int = 0
    backfills: dict[str, KnownBackfill] = field(default_factory=dict)
    backfills_read: float | None = None
    history: History | None = None
    caught_up: float | None = None

    def is_handled(self, event: dg.EventLogRecord) -> bool:
        """Return whether an end is recorded. An event has the same time wherever it is read."""
        return event.event_log_entry.timestamp in self.handled.get(event.event_log_entry.run_id, ())

    def handle(self, run_id: str, *timestamps: float) -> None:
        """Remember ends of a run that are recorded."""
        known = self.handled.setdefault(run_id, [])
        known.extend(timestamp for timestamp in timestamps if timestamp not in known)

    def settle(self, events: Sequence[dg.EventLogRecord], *, now: float) -> int:
        """Move the position past the ends before which no other can appear any more; return how many.

        Those are the ends that are old by any clock, and those that were there a minute ago.

        Args:
            events: Ends that are recorded, from `position` on, in the order of the log.
            now: The time of the tick.
        """
        seen_at, seen = self.seen or (now, 0)
        is_past = now - seen_at >= OVERLAP_SECONDS
        settled = 0
        for event in events:
            entry = event.event_log_entry
            is_settled = entry.timestamp < now - CLOCKS_DIFFER_SECONDS or (is_past and event.storage_id <= seen)
            if not is_settled and len(events) - settled <= MAX_UNSETTLED:
                break
            settled += 1
            self.position, self.stood = event.storage_id, (entry.run_id, entry.timestamp)
            left = [timestamp for timestamp in self.handled.pop(entry.run_id, ()) if timestamp != entry.timestamp]
            if left:
                self.handled[entry.run_id] = left
        if events and (is_past or seen_at >= now):
            self.seen = now, events[-1].storage_id
        return settled

    def forget(self, *, before: float) -> None:
        """Forget the ends before a time: the position is past them, or their runs were deleted."""
        self.handled = {run_id: known for run_id, known in self.handled.items() if max(known) >= before}

    def to_json(self) -> dict[str, Any]:
        """Return a copy of the cursor that later changes do not reach."""
        # By hand, because it is written with every batch: `asdict` takes longer than all the rest of a batch.
        return {
            **vars(self),
            "handled": {run_id: list(timestamps) for run_id, timestamps in self.handled.items()},
            "open": {run_id: dict(vars(run)) for run_id, run in self.open.items()},
            "unread": {run_id: dict(vars(run)) for run_id, run in self.unread.items()},
            "trailing": {run_id: dict(vars(run)) for run_id, run in self.trailing.items()},
            "backfills": {backfill_id: dict(vars(known)) for backfill_id, known in self.backfills.items()},
            "runless_handled": list(self.runless_handled),
            "history": dict(vars(self.history)) if self.history else None,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> RecorderCursor:
        def each(name: str, of: type[Kept]) -> dict[str, Kept]:
            return {key: of(**known_fields(of, value)) for key, value in kept.get(name, {}).items()}

        values = known_fields(cls, kept)
        values["open"], values["unread"] = each("open", OpenRun), each("unread", UnreadRun)
        values["trailing"], values["backfills"] = each("trailing", TrailingRun), each("backfills", KnownBackfill)
        for name in ("stood", "seen", "runless_stood"):  # JSON has no tuples
            values[name] = tuple(kept[name]) if kept.get(name) else None
        if kept.get("runless_seen"):
            at, place, stood = kept["runless_seen"]
            values["runless_seen"] = at, place, tuple(stood)
        # Before, they were ids alone.
        values["runless_handled"] = [tuple(each) for each in kept.get("runless_handled", ()) if isinstance(each, list)]
        history = kept.get("history")
        values["history"] = History(**known_fields(History, history)) if history else None
        return cls(**values)


def caught_up_at(state: RecorderState) -> dt.datetime | None:
    """Return when all that had happened was last recorded; `None` until history has been read back."""
    caught_up = state.cursor.get("caught_up")
    return None if caught_up is None else dt.datetime.fromtimestamp(caught_up, dt.UTC)
