"""Reads what was reported without a run, which has a log of its own: materializations, observations, check results."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

import dagster as dg

from watcher_dagster.counts import CountKeys
from watcher_dagster.recorder.batch import Batch
from watcher_dagster.recorder.check_results import translate_runless_check
from watcher_dagster.recorder.columns import translate_runless_columns
from watcher_dagster.recorder.cursor import CLOCKS_DIFFER_SECONDS, MAX_TRIES, OVERLAP_SECONDS, RecorderCursor
from watcher_dagster.recorder.eventlog import RUNLESS, EventLog, is_outage
from watcher_dagster.recorder.events import translate_runless
from watcher_dagster.recorder.observations import is_news, translate_observation

log = logging.getLogger("watcher.dagster")


class RunlessReader:
    """Reads on from the cursor's place.

    Args:
        event_log: Where they are read.
        cursor: How far they are recorded; it is moved on.
        batch: Where executions are added.
        instance_id: The instance's id, which is part of their identities.
        count_keys: Which metadata counts rows.
        now: The time of the tick, in seconds since 1970.
        is_late: Returns whether to leave the rest to the next tick.

    Attributes:
        behind_since: The time of the oldest event that is left to the next tick; `None` where there is none.
    """

    def __init__(
        self,
        event_log: EventLog,
        cursor: RecorderCursor,
        batch: Batch,
        *,
        instance_id: str,
        count_keys: CountKeys,
        now: float,
        is_late: Callable[[], bool],
    ) -> None:
        self._log = event_log
        self._cursor = cursor
        self._batch = batch
        self._instance_id = instance_id
        self._count_keys = count_keys
        self._now = now
        self._is_late = is_late
        self.behind_since: float | None = None

    def read(self) -> None:
        """Read page after page, until there is no more or time is up."""
        self._check_place()
        self._move_to_seen()
        place = self._cursor.runless
        while True:
            try:
                events, following = self._log.runless(place)
            except Exception as error:
                if is_outage(error):
                    raise
                self._pass_poison(error)
                return
            self._cursor.runless_tries = 0
            if not events:
                return
            self._add(events)
            newest, stood = events[-1].event_log_entry, _stood(events[-1])
            if newest.timestamp < self._now - CLOCKS_DIFFER_SECONDS and place == self._cursor.runless:
                self._move(following, stood)
            elif self._cursor.runless_seen is None or self._cursor.runless_seen[0] == self._now:
                self._cursor.runless_seen = self._now, following, stood
            place = following
            self._batch.write_if_full()
            if self._is_late():
                self.behind_since = newest.timestamp
                return

    def _move_to_seen(self) -> None:
        """Move to where the log ended a minute ago. What comes before that has had the time to appear."""
        if self._cursor.runless_seen is None:
            return
        at, place, stood = self._cursor.runless_seen
        if self._now - at >= OVERLAP_SECONDS:
            self._move(place, stood)
        elif at > self._now:  # the clock was set back
            self._cursor.runless_seen = self._now, place, stood

    def _move(self, place: str, stood: tuple[int, float]) -> None:
        self._cursor.runless, self._cursor.runless_stood, self._cursor.runless_seen = place, stood, None
        self._cursor.runless_handled = [known for known in self._cursor.runless_handled if known[0] > stood[0]]

    def _check_place(self) -> None:
        """Begin again where the log does not have what stood at the cursor's place: its ids may come again."""
        stood = self._cursor.runless_stood
        if stood is None:
            return
        try:
            is_there = self._log.has_runless(*stood)
        except Exception as error:
            if is_outage(error):
                raise
            return  # it is there, and cannot be read
        if not is_there:
            log.info("events without a run are gone from the event log; what is left is read again")
            self._cursor.runless, self._cursor.runless_stood, self._cursor.runless_seen = None, None, None
            self._cursor.runless_handled = []

    def _add(self, events: Iterable[dg.EventLogRecord]) -> None:
        known = set(self._cursor.runless_handled)
        for event in events:
            if _stood(event) in known:
                continue
            self._cursor.runless_handled.append(_stood(event))
            if event.event_log_entry.timestamp < self._cursor.since:
                continue
            if event.event_log_entry.get_dagster_event().event_type_value == "ASSET_CHECK_EVALUATION":
                if check := translate_runless_check(event, self._instance_id):
                    self._batch.add(RUNLESS, [], [check])
            elif observation := translate_observation(event.event_log_entry):
                if is_news(observation):
                    self._batch.observations.append(observation)
            elif execution := translate_runless(event, self._instance_id, count_keys=self._count_keys):
                self._batch.add(RUNLESS, [execution])
                self._batch.newest.add(event.event_log_entry)
                self._batch.columns += translate_runless_columns(event, execution.external_id)

    def _pass_poison(self, error: Exception) -> None:
        self._cursor.runless_tries += 1
        if self._cursor.runless_tries < MAX_TRIES:
            log.warning("the events without a run cannot be read and are tried again: %r", error)
            return
        log.error("an event without a run cannot be read and is passed over", exc_info=error)
        events, seen = self._log.runless_after_poison()
        self._add(events)
        self._cursor.runless_tries = 0
        if seen is not None:
            self._cursor.runless, self._cursor.runless_seen = seen, None


def _stood(event: dg.EventLogRecord) -> tuple[int, float]:
    """What tells an event from one that gets its storage id later."""
    return event.storage_id, event.event_log_entry.timestamp
