"""Reads the runs that are open, and those that are over while a step of them goes on."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Final

import dagster as dg

from watcher_core import ExecutionState
from watcher_dagster.identity import WATCHER_RUN_TAG
from watcher_dagster.recorder.batch import BATCH_RUNS, Batch
from watcher_dagster.recorder.cursor import OpenRun, RecorderCursor, TrailingRun
from watcher_dagster.recorder.eventlog import OVER_STATUSES, EventLog, is_outage
from watcher_dagster.recorder.events import unreadable_run
from watcher_dagster.recorder.runs import DELETED, RunReader

log = logging.getLogger("watcher.dagster")

# While a run is silent it is asked for new events the less often.
SILENCE_SHARE: Final = 0.1
MAX_SILENCE_SECONDS: Final = 300.0


class OpenRunReader:
    """Reads runs that have new events and that no end in the log speaks of.

    Args:
        event_log: Where they are read.
        cursor: Remembers them between ticks.
        batch: Where executions are added.
        runs: Reads each.
        now: The time of the tick, in seconds since 1970.
        is_late: Returns whether to leave the rest to the next tick.

    Attributes:
        going: How many runs are open.
    """

    def __init__(
        self,
        event_log: EventLog,
        cursor: RecorderCursor,
        batch: Batch,
        runs: RunReader,
        *,
        now: float,
        is_late: Callable[[], bool],
    ) -> None:
        self._log = event_log
        self._cursor = cursor
        self._batch = batch
        self._runs = runs
        self._now = now
        self._is_late = is_late
        self.going = 0

    def read(self) -> None:
        """Read the runs that are open and have news, and those that were open at the last tick."""
        going, failures = self._log.open_runs()
        for run_id, failure in failures.items():
            if run_id not in self._cursor.unread and run_id not in self._cursor.open:
                self._runs.failed(run_id, failure)
                self._cursor.open[run_id] = OpenRun(due=None)
        vanished = [run_id for run_id in self._cursor.open if run_id not in going and run_id not in failures]
        self._read_vanished_runs([run_id for run_id in vanished if run_id not in self._cursor.unread])
        going = {run_id: run for run_id, run in going.items() if WATCHER_RUN_TAG not in run.dagster_run.tags}
        self.going = len(going)
        for record in sorted(going.values(), key=self._due):
            if self._has_news(record):
                self._runs.try_run(record)
                self._batch.write_if_full()
            if self._is_late():
                break
        self._batch.write_rest()

    def read_trailing(self) -> None:
        """Read again the runs that are over, and in which something has happened since."""
        found, _ = self._log.runs([run_id for run_id, run in self._cursor.trailing.items() if run.due <= self._now])
        for run_id, run in list(self._cursor.trailing.items()):
            if run.due > self._now:
                continue
            if run_id not in found or not self._runs.may_trail(run.ended):
                del self._cursor.trailing[run_id]
            elif self._has_trailing_news(run_id, run):
                self._runs.try_run(found[run_id])
            else:
                run.due = self._now + min(MAX_SILENCE_SECONDS, (self._now - run.ended) * SILENCE_SHARE)
            if self._is_late():
                break
        self._batch.write_rest()

    def _due(self, record: dg.RunRecord) -> float:
        known = self._cursor.open.get(record.dagster_run.run_id)
        return 0.0 if known is None else known.due or self._now

    def _has_news(self, record: dg.RunRecord) -> bool:
        run_id = record.dagster_run.run_id
        if run_id in self._cursor.unread:
            return False
        known = self._cursor.open.get(run_id)
        if known is None:
            return True
        if known.due is None or known.due > self._now:
            return False
        try:
            if self._log.has_news(run_id, known.seen):
                return True
        except Exception as error:
            self._runs.failed(run_id, error, remains=partial(unreadable_run, record))
            return False
        known.due = self._now + min(MAX_SILENCE_SECONDS, (self._now - known.heard) * SILENCE_SHARE)
        return False

    def _read_vanished_runs(self, run_ids: list[str]) -> None:
        """Read the runs that were open at the last tick and are not any more. Most have ended; some were deleted."""
        for start in range(0, len(run_ids), BATCH_RUNS):
            batch = run_ids[start : start + BATCH_RUNS]
            found, failures = self._log.runs(batch)
            for run_id in batch:
                if run_id in failures:
                    self._runs.failed(run_id, failures[run_id])
                    if run_id not in self._cursor.unread:
                        self._runs.end_open_run(run_id, ExecutionState.CANCELED, self._now, repr(failures[run_id]))
                elif run_id not in found:
                    self._runs.end_open_run(run_id, ExecutionState.CANCELED, self._now, DELETED)
                elif found[run_id].dagster_run.status in OVER_STATUSES:
                    self._runs.try_run(found[run_id])
            self._batch.write_if_full()

    def _has_trailing_news(self, run_id: str, run: TrailingRun) -> bool:
        try:
            return self._log.has_news(run_id, run.seen)
        except Exception as error:
            if is_outage(error):
                raise
            log.warning("run %s has ended, and what came after that cannot be read: %r", run_id, error)
            return False
