"""One tick of the recorder: reads Dagster's event log, translates it, and writes executions.

A run is read whole each time that it has new events, and its executions are upserted, so that reading it again changes
nothing. What remains is never to miss a run, and not to read too often:

- Open runs are listed at each tick, and read when they have new events.
- Ended runs are found in the log of ends, from the beginning of the history that is wanted. So the history is read back
  by the same code that keeps up later; it only takes more ticks.
- Materializations without a run have a log of their own.

Executions and cursor are written in one transaction, some fifty runs at a time; the lineage that their materializations
declare is written before that, in a transaction of its own. A run that cannot be read is tried again at the next ticks,
and then recorded as such, so that it blocks nothing. Where the database does not answer, the tick fails with nothing
lost, and the next one starts after the last batch that was written.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final

import dagster as dg

from watcher_core import ExecutionRecord, ExecutionState, RecorderSession, Watcher, text
from watcher_dagster import compat
from watcher_dagster.counts import CountKeys
from watcher_dagster.lineage import LineageRecorder
from watcher_dagster.recorder.backfills import BackfillReader
from watcher_dagster.recorder.batch import BATCH_RUNS, Batch
from watcher_dagster.recorder.cursor import CLOCKS_DIFFER_SECONDS, History, RecorderCursor
from watcher_dagster.recorder.eventlog import EventLog, is_outage
from watcher_dagster.recorder.open_runs import OpenRunReader
from watcher_dagster.recorder.runless import RunlessReader
from watcher_dagster.recorder.runs import DELETED, RunReader
from watcher_dagster.recorder.windows import NO_WINDOWS, PartitionWindows

log = logging.getLogger("watcher.dagster")

HISTORY_DAYS: Final = 30

# The daemon gives up on a tick after 60 seconds.
TICK_SECONDS: Final = 30.0

# How far to go back where the newest ends are gone: a run was deleted, or the database restored. Where it is known when
# the last of them was, all that came after it is read again, with what clocks may differ by.
RESTORED_SECONDS: Final = 86_400.0


def record_tick(
    instance: dg.DagsterInstance,
    watcher: Watcher,
    *,
    history_days: int = HISTORY_DAYS,
    tick_seconds: float = TICK_SECONDS,
    lineage: LineageRecorder | None = None,
    count_keys: CountKeys | None = None,
    windows: PartitionWindows = NO_WINDOWS,
) -> str:
    """Record what is new in the instance's event log, and say what that was.

    Args:
        instance: Where to read.
        watcher: Where to write.
        history_days: How far to read back when nothing has been recorded of this instance yet.
        tick_seconds: When to leave the rest to the next tick.
        lineage: Records what materializations have read; one that is kept between ticks records only what is new.
        count_keys: Which metadata counts rows; by default what the settings and the presets say.
        windows: How the partitions of this code location are cut by time, where keys do not say it.

    Raises:
        DatabaseUnavailableError: Watcher's database does not answer; nothing is lost.
    """
    instance_id = compat.run_storage_id(instance)
    with watcher.recorder(instance_id) as session:
        if session is None:
            return "another process is recording this instance"
        lineage = lineage or LineageRecorder(watcher)
        count_keys = count_keys or CountKeys(setting=watcher.settings.count_keys)
        with compat.kept_connection(instance):
            tick = _Tick(
                instance,
                session,
                lineage,
                windows,
                count_keys=count_keys,
                history_days=history_days,
                tick_seconds=tick_seconds,
            )
            return tick.run()


class _Tick:
    """The work of one tick."""

    def __init__(
        self,
        instance: dg.DagsterInstance,
        session: RecorderSession,
        lineage: LineageRecorder,
        windows: PartitionWindows,
        *,
        count_keys: CountKeys,
        history_days: int,
        tick_seconds: float,
    ) -> None:
        self._log = EventLog(instance)
        self._session = session
        self._now = time.time()
        self._tick_seconds = tick_seconds
        self._began = time.monotonic()
        self._cursor = self._begin(history_days)
        self._batch = Batch(
            session, lineage, self._cursor, progress=self._progress, refused=self._refused, windows=windows
        )
        self._runless = RunlessReader(
            self._log,
            self._cursor,
            self._batch,
            instance_id=session.instance_id,
            count_keys=count_keys,
            now=self._now,
            is_late=lambda: self._is_late(1 / 2),
        )
        self._runs = RunReader(self._log, self._cursor, self._batch, count_keys=count_keys, now=self._now)
        self._open_runs = OpenRunReader(
            self._log,
            self._cursor,
            self._batch,
            self._runs,
            now=self._now,
            is_late=lambda: self._is_late(1 / 3),
        )
        self._backfills = BackfillReader(instance, self._cursor, session, now=self._now)
        self._unsettled: list[dg.EventLogRecord] = []
        self._behind_since: float | None = None

    def run(self) -> str:
        self._check_position()
        self._runs.retry()
        self._open_runs.read()
        self._open_runs.read_trailing()
        self._runless.read()
        self._read_ended_runs()
        if self._behind_since is None:
            self._catch_up()
        if self._is_caught_up:
            self._cursor.caught_up = self._now
            # After the executions of their runs, of which it depends whether something is wrong still.
            self._batch.write_rest()
            self._backfills.read()
        self._batch.write()
        message = self._message()
        log.debug("tick of the recorder: %s", message)
        return message

    @property
    def _is_caught_up(self) -> bool:
        """Whether all that has ended is recorded, as far as it can be read."""
        return self._behind_since is None and self._runless.behind_since is None

    # Time

    def _begin(self, history_days: int) -> RecorderCursor:
        if self._session.cursor:
            cursor = RecorderCursor.from_json(self._session.cursor)
        else:
            cursor = RecorderCursor(since=self._now - history_days * 86_400)
        if cursor.history is not None and cursor.history.is_read:
            cursor.history = None
        if cursor.position is None:
            cursor.position = self._log.last_end_before(cursor.since)
            runs = self._log.count_ended(cursor.since)
            cursor.history = History(runs) if runs else None
        return cursor

    def _is_late(self, share: float) -> bool:
        return time.monotonic() - self._began > self._tick_seconds * share

    def _check_position(self) -> None:
        """Go back where the log does not have what stood at the position: its ids may come again."""
        position, stood = self._cursor.position or 0, self._cursor.stood
        if not position:
            return
        try:
            stands = self._log.end_at(position)
        except Exception as error:
            if is_outage(error):
                raise
            return  # something is there, and cannot be read
        if stands and stood in (None, stands):
            self._cursor.stood = stands
            return
        if stood is None and self._log.newest_end() >= position:
            return  # the position is between two ends
        log.info("the newest ends of runs are gone from the event log; what is left since then is read again")
        since = self._now - RESTORED_SECONDS if stood is None else min(self._now, stood[1]) - CLOCKS_DIFFER_SECONDS
        self._cursor.position, self._cursor.stood = self._log.last_end_before(max(self._cursor.since, since)), None
        self._cursor.seen, self._cursor.handled = None, {}

    # Ended runs

    def _read_ended_runs(self) -> None:
        batch: list[dg.EventLogRecord] = []
        for event in self._log.ends(self._cursor.position or 0):
            if len(batch) == BATCH_RUNS:
                self._behind_since = event.event_log_entry.timestamp
                self._read_ends(batch)
                batch = []
                if self._is_late(1):
                    return
            if not self._cursor.is_handled(event):
                batch.append(event)
            self._unsettled.append(event)
        self._behind_since = None
        self._read_ends(batch)

    def _read_ends(self, batch: list[dg.EventLogRecord]) -> None:
        ends = {event.event_log_entry.run_id: event.event_log_entry for event in batch}
        found, failures = self._log.runs(list(ends))
        done: set[str] = set()
        for run_id, end in ends.items():
            if done and self._is_late(1):
                break
            if run_id in self._cursor.unread:
                self._cursor.unread[run_id].heard_of(end)
            elif run_id in found:
                self._runs.try_run(found[run_id], end=end)
            elif run_id in failures:
                self._runs.failed(run_id, failures[run_id], end=end)
            else:
                self._runs.end_open_run(run_id, ExecutionState.CANCELED, self._now, DELETED)
            done.add(run_id)
            self._batch.write_if_full()
        for event in batch:
            if event.event_log_entry.run_id in done:
                self._cursor.handle(event.event_log_entry.run_id, event.event_log_entry.timestamp)
            else:
                self._behind_since = event.event_log_entry.timestamp
                del self._unsettled[self._unsettled.index(event) :]
                break
        if self._cursor.history is not None:
            self._cursor.history.recorded += len(done)
        settled = self._cursor.settle(self._unsettled, now=self._now)
        del self._unsettled[:settled]
        self._batch.write_rest()

    def _catch_up(self) -> None:
        """Forget what was kept only until everything is read."""
        self._cursor.forget(before=self._now - 2 * CLOCKS_DIFFER_SECONDS)
        if self._cursor.history is not None:
            self._cursor.history.is_read = True

    # Reporting

    def _refused(
        self, run_id: str, error: Exception, *, remains: Callable[[str], list[ExecutionRecord]] | None = None
    ) -> None:
        self._runs.failed(run_id, error, remains=remains)

    def _progress(self) -> tuple[float, str]:
        return self._lag(), self._message()

    def _lag(self) -> float:
        """The age of the oldest event that is not recorded."""
        waiting = [unread.ended for unread in self._cursor.unread.values() if unread.ended is not None]
        waiting += [since for since in (self._behind_since, self._runless.behind_since) if since is not None]
        return max(0.0, self._now - min(waiting)) if waiting else 0.0

    def _message(self) -> str:
        parts = ["nothing new"]
        if self._batch.executions:
            parts = [
                f"recorded {text.plural(self._batch.runs, 'run')}, {text.plural(self._batch.executions, 'execution')}"
            ]
        history = self._cursor.history
        if history is not None:
            total = max(history.runs, history.recorded)
            parts = [f"recorded {history.recorded:,} of {text.plural(total, 'run')}"]
            parts.append("history is read back" if history.is_read else "the next tick goes on")
        elif self._behind_since is not None:
            parts.append("the next tick goes on")
        parts += self._backfills.messages
        if self._open_runs.going:
            parts.append(f"{text.plural(self._open_runs.going, 'run')} going on")
        if self._cursor.unread:
            parts.append(f"{text.plural(len(self._cursor.unread), 'run')} cannot be recorded and will be tried again")
        return "; ".join(parts)
