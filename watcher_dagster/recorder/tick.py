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
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any, Final

import dagster as dg

from watcher_core import ExecutionRecord, ExecutionState, InvalidValueError, RecorderSession, Watcher, text
from watcher_dagster import compat
from watcher_dagster.identity import WATCHER_RUN_TAG
from watcher_dagster.lineage import LineageRecorder, NewestMaterializations
from watcher_dagster.recorder.cursor import History, OpenRun, RecorderCursor, UnreadRun
from watcher_dagster.recorder.eventlog import OVER_STATUSES, RUNLESS, EventLog, is_outage
from watcher_dagster.recorder.events import (
    ended_execution,
    translate_run,
    translate_runless,
    unknown_run,
    unreadable_run,
)
from watcher_dagster.recorder.runlog import RUN_ENDS

log = logging.getLogger("watcher.dagster")

HISTORY_DAYS: Final = 30

# The daemon gives up on a tick after 60 seconds.
TICK_SECONDS: Final = 30.0

BATCH_RUNS: Final = 50
BATCH_EXECUTIONS: Final = 5_000

# How long an event may take from its storage id to where it can be seen.
OVERLAP_SECONDS: Final = 60.0
# How far to go back where the newest ends are gone: a run was deleted, or the database restored.
RESTORED_SECONDS: Final = 86_400.0

MAX_TRIES: Final = 3

DELETED: Final = "the run was deleted in Dagster"

# An open run is read for a tenth of the time at most. While it is silent it is asked for new events the less often.
READING_SHARE: Final = 10.0
SILENCE_SHARE: Final = 0.1
MAX_SILENCE_SECONDS: Final = 300.0

# Errors of values that break a rule. All other errors of the database are no fault of the run.
BAD_DATA: Final = (InvalidValueError, ValueError, TypeError)


def record_tick(
    instance: dg.DagsterInstance,
    watcher: Watcher,
    *,
    history_days: int = HISTORY_DAYS,
    tick_seconds: float = TICK_SECONDS,
    lineage: LineageRecorder | None = None,
) -> str:
    """Record what is new in the instance's event log, and say what that was.

    Args:
        instance: Where to read.
        watcher: Where to write.
        history_days: How far to read back when nothing has been recorded of this instance yet.
        tick_seconds: When to leave the rest to the next tick.
        lineage: Records what materializations have read; one that is kept between ticks records only what is new.

    Raises:
        DatabaseUnavailableError: Watcher's database does not answer; nothing is lost.
    """
    with watcher.recorder(compat.run_storage_id(instance)) as session:
        if session is None:
            return "another process is recording this instance"
        lineage = lineage or LineageRecorder(watcher)
        tick = _Tick(instance, session, lineage, history_days=history_days, tick_seconds=tick_seconds)
        return tick.run()


class _Tick:
    """The work of one tick."""

    def __init__(
        self,
        instance: dg.DagsterInstance,
        session: RecorderSession,
        lineage: LineageRecorder,
        *,
        history_days: int,
        tick_seconds: float,
    ) -> None:
        self._log = EventLog(instance)
        self._session = session
        self._lineage = lineage
        self._newest = NewestMaterializations()
        self._now = time.time()
        self._tick_seconds = tick_seconds
        self._began = time.monotonic()
        self._cursor = self._begin(history_days)
        self._pending: list[tuple[str, list[ExecutionRecord]]] = []
        self._unsettled: list[dg.EventLogRecord] = []
        self._behind_since: float | None = None
        self._runless_behind_since: float | None = None
        self._going = 0
        self._runs = 0
        self._executions = 0

    def run(self) -> str:
        self._retry_runs()
        self._read_open_runs()
        self._read_runless()
        self._read_ended_runs()
        if self._behind_since is None:
            self._catch_up()
        if self._is_caught_up:
            self._cursor.caught_up = self._now
        self._write()
        message = self._message()
        log.debug("tick of the recorder: %s", message)
        return message

    @property
    def _is_caught_up(self) -> bool:
        """Whether all that has ended is recorded, as far as it can be read."""
        return self._behind_since is None and self._runless_behind_since is None

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

    # Open runs

    def _read_open_runs(self) -> None:
        going, failures = self._log.open_runs()
        for run_id, failure in failures.items():
            if run_id not in self._cursor.unread and run_id not in self._cursor.open:
                self._failed(run_id, failure)
                self._cursor.open[run_id] = OpenRun(due=None)
        vanished = [run_id for run_id in self._cursor.open if run_id not in going and run_id not in failures]
        self._read_vanished_runs([run_id for run_id in vanished if run_id not in self._cursor.unread])
        going = {run_id: run for run_id, run in going.items() if WATCHER_RUN_TAG not in run.dagster_run.tags}
        self._going = len(going)
        for record in sorted(going.values(), key=self._due):
            if self._has_news(record):
                self._try_run(record)
                self._write_batch()
            if self._is_late(1 / 3):
                break
        self._write_batch(everything=True)

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
            self._failed(run_id, error, remains=partial(unreadable_run, record))
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
                    self._failed(run_id, failures[run_id])
                    if run_id not in self._cursor.unread:
                        self._end_open_run(run_id, ExecutionState.CANCELED, self._now, repr(failures[run_id]))
                elif run_id not in found:
                    self._end_open_run(run_id, ExecutionState.CANCELED, self._now, DELETED)
                elif found[run_id].dagster_run.status in OVER_STATUSES:
                    self._try_run(found[run_id])
            self._write_batch()

    def _end_open_run(self, run_id: str, state: ExecutionState, ended: float, reason: str) -> None:
        known = self._cursor.open.pop(run_id, None)
        if known is not None:
            self._pending.append(
                (
                    run_id,
                    [
                        ended_execution(external_id, pipeline_name, started, state, ended, reason)
                        for external_id, pipeline_name, started in known.running
                    ],
                )
            )

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
                self._try_run(found[run_id], end=end)
            elif run_id in failures:
                self._failed(run_id, failures[run_id], end=end)
            else:
                self._end_open_run(run_id, ExecutionState.CANCELED, self._now, DELETED)
            done.add(run_id)
            self._write_batch()
        for event in batch:
            if event.event_log_entry.run_id in done:
                self._cursor.handle(event.event_log_entry.run_id, event.event_log_entry.timestamp)
            else:
                self._behind_since = event.event_log_entry.timestamp
                del self._unsettled[self._unsettled.index(event) :]
                break
        if self._cursor.history is not None:
            self._cursor.history.recorded += len(done)
        settled = self._cursor.settle(self._unsettled, before=self._now - OVERLAP_SECONDS)
        del self._unsettled[:settled]
        self._write_batch(everything=True)

    def _catch_up(self) -> None:
        """Forget what was kept only until everything is read."""
        self._cursor.forget(before=self._now - 2 * OVERLAP_SECONDS)
        if self._cursor.history is not None:
            self._cursor.history.is_read = True
        if not self._unsettled and self._log.newest_end() < (self._cursor.position or 0):
            log.info("the newest ends of runs are gone from the event log; what is left of the last day is read again")
            self._cursor.position = self._log.last_end_before(max(self._cursor.since, self._now - RESTORED_SECONDS))
            self._cursor.handled, self._cursor.runless, self._cursor.runless_handled = {}, None, []

    # Runs that cannot be read

    def _retry_runs(self) -> None:
        run_ids = list(self._cursor.unread)
        found, failures = self._log.runs(run_ids)
        for run_id in run_ids:
            if run_id in found:
                self._try_run(found[run_id])
            elif run_id in failures:
                self._failed(run_id, failures[run_id])
            else:
                del self._cursor.unread[run_id]
                self._end_open_run(run_id, ExecutionState.CANCELED, self._now, DELETED)
        self._write_batch(everything=True)

    def _try_run(self, record: dg.RunRecord, *, end: dg.EventLogEntry | None = None) -> None:
        try:
            self._read_run(record)
        except Exception as error:
            self._failed(record.dagster_run.run_id, error, end=end, remains=partial(unreadable_run, record))

    def _failed(
        self,
        run_id: str,
        error: Exception,
        *,
        end: dg.EventLogEntry | None = None,
        remains: Callable[[str], list[ExecutionRecord]] | None = None,
    ) -> None:
        """Count a run that cannot be read or written. After the last try, record `remains`: what is known of it."""
        if is_outage(error):
            raise error
        unread = self._cursor.unread.setdefault(run_id, UnreadRun())
        unread.tries += 1
        if end is not None:
            unread.heard_of(end)
        if unread.tries < MAX_TRIES:
            log.warning("run %s cannot be recorded and is tried again: %r", run_id, error)
            return
        log.error("run %s cannot be read or written; only this is recorded of it", run_id, exc_info=error)
        del self._cursor.unread[run_id]
        reason = f"{type(error).__name__}: {error}"
        if remains is not None:
            self._pass_over(run_id, remains(reason), reason)
        elif unread.state is not None and unread.ended is not None:
            state = ExecutionState(unread.state)
            self._pass_over(run_id, [unknown_run(run_id, unread.job_name, state, unread.ended, reason)], reason)

    def _pass_over(self, run_id: str, executions: list[ExecutionRecord], reason: str) -> None:
        """Record what is known of a run that cannot be read. Where it is over, all that ran in it is ended."""
        if not executions:
            return
        run = executions[0]
        if run.end_date is None:
            known = self._cursor.open.get(run_id)
            self._cursor.open[run_id] = OpenRun(due=None, running=known.running if known else _running(executions))
        else:
            self._end_open_run(run_id, run.state, run.end_date.timestamp(), reason)
        self._pending.append((run_id, executions))

    # Materializations without a run

    def _read_runless(self) -> None:
        seen = self._cursor.runless
        while True:
            try:
                events, following = self._log.runless(seen)
            except Exception as error:
                if is_outage(error):
                    raise
                self._pass_runless_poison(error)
                return
            self._cursor.runless_tries = 0
            if not events:
                return
            self._add_runless(events)
            if events[-1].event_log_entry.timestamp < self._now - OVERLAP_SECONDS and seen == self._cursor.runless:
                self._cursor.runless = following
                passed = {event.storage_id for event in events}
                self._cursor.runless_handled = [known for known in self._cursor.runless_handled if known not in passed]
            seen = following
            self._write_batch()
            if self._is_late(1 / 2):
                self._runless_behind_since = events[-1].event_log_entry.timestamp
                return

    def _add_runless(self, events: Iterable[dg.EventLogRecord]) -> None:
        known = set(self._cursor.runless_handled)
        for event in events:
            if event.storage_id in known:
                continue
            self._cursor.runless_handled.append(event.storage_id)
            if event.event_log_entry.timestamp >= self._cursor.since and (execution := translate_runless(event)):
                self._pending.append((RUNLESS, [execution]))
                self._newest.add(event.event_log_entry)

    def _pass_runless_poison(self, error: Exception) -> None:
        self._cursor.runless_tries += 1
        if self._cursor.runless_tries < MAX_TRIES:
            log.warning("the materializations without a run cannot be read and are tried again: %r", error)
            return
        log.error("a materialization without a run cannot be read and is passed over", exc_info=error)
        events, seen = self._log.runless_after_poison()
        self._add_runless(events)
        self._cursor.runless_tries = 0
        if seen is not None:
            self._cursor.runless = seen

    # Reading and writing

    def _read_run(self, record: dg.RunRecord) -> None:
        """Translate a run, and remember how far it was read."""
        run_id = record.dagster_run.run_id
        if WATCHER_RUN_TAG in record.dagster_run.tags:
            return
        began = time.monotonic()
        events, seen = self._log.events(run_id)
        executions = translate_run(record, events)
        for event in events:
            self._newest.add(event.event_log_entry)
        if executions and executions[0].state is ExecutionState.RUNNING:
            self._cursor.open[run_id] = OpenRun(
                seen=seen,
                heard=max((event.event_log_entry.timestamp for event in events), default=self._now),
                due=self._now + (time.monotonic() - began) * READING_SHARE,
                running=_running(executions),
            )
        else:
            self._cursor.open.pop(run_id, None)
            ends = [event.event_log_entry.timestamp for event in events if _is_end(event)]
            if ends:
                self._cursor.handle(run_id, *ends)
        self._pending.append((run_id, executions))

    def _write_batch(self, *, everything: bool = False) -> None:
        executions = sum(len(executions) for _, executions in self._pending)
        if (everything and self._pending) or len(self._pending) > BATCH_RUNS or executions >= BATCH_EXECUTIONS:
            self._write()

    def _write(self) -> None:
        pending, self._pending = self._pending, []
        unread = {run_id: self._cursor.unread.pop(run_id) for run_id, _ in pending if run_id in self._cursor.unread}
        self._runs += sum(1 for run_id, executions in pending if run_id != RUNLESS and executions)
        self._executions += sum(len(executions) for _, executions in pending)
        self._lineage.tell_materializations(self._newest.take())
        try:
            self._commit([execution for _, executions in pending for execution in executions])
        except BAD_DATA:
            self._cursor.unread |= unread
            self._write_one_by_one(pending)

    def _commit(self, executions: list[ExecutionRecord]) -> None:
        self._session.record(
            executions, cursor=self._cursor.to_json(), lag_seconds=self._lag(), message=self._message()
        )

    def _write_one_by_one(self, pending: list[tuple[str, list[ExecutionRecord]]]) -> None:
        """Find the run whose values the database refuses. The cursor moves when all others are written."""
        before = self._session.cursor
        for run_id, executions in pending:
            try:
                self._session.record(executions, cursor=before)
                self._cursor.unread.pop(run_id, None)
            except BAD_DATA as error:
                if run_id == RUNLESS:  # there is no run that could be read again
                    self._pending.append((run_id, _least(executions, repr(error))))
                else:
                    self._failed(run_id, error, remains=partial(_least, executions))
        remains, self._pending = self._pending, []
        for run_id, executions in remains:
            try:
                self._session.record(executions, cursor=before)
            except BAD_DATA:
                log.exception("nothing can be recorded of run %s", run_id)
        self._commit([])

    # Reporting

    def _lag(self) -> float:
        """The age of the oldest event that is not recorded."""
        waiting = [unread.ended for unread in self._cursor.unread.values() if unread.ended is not None]
        waiting += [since for since in (self._behind_since, self._runless_behind_since) if since is not None]
        return max(0.0, self._now - min(waiting)) if waiting else 0.0

    def _message(self) -> str:
        parts = ["nothing new"]
        if self._executions:
            parts = [f"recorded {text.plural(self._runs, 'run')}, {text.plural(self._executions, 'execution')}"]
        history = self._cursor.history
        if history is not None:
            total = max(history.runs, history.recorded)
            parts = [f"recorded {history.recorded:,} of {text.plural(total, 'run')}"]
            parts.append("history is read back" if history.is_read else "the next tick goes on")
        elif self._behind_since is not None:
            parts.append("the next tick goes on")
        if self._going:
            parts.append(f"{text.plural(self._going, 'run')} going on")
        if self._cursor.unread:
            parts.append(f"{text.plural(len(self._cursor.unread), 'run')} cannot be read and will be tried again")
        return "; ".join(parts)


def _running(executions: list[ExecutionRecord]) -> list[tuple[str, str, float]]:
    return [
        (execution.external_id, execution.pipeline_name, execution.start_date.timestamp())
        for execution in executions
        if execution.state is ExecutionState.RUNNING
    ]


def _is_end(event: dg.EventLogRecord) -> bool:
    happened = event.event_log_entry.dagster_event
    return happened is not None and happened.event_type_value in RUN_ENDS


def _least(executions: list[ExecutionRecord], reason: str) -> list[ExecutionRecord]:
    """A run's execution without all that the database may have refused."""
    unsaid: dict[str, Any] = dict.fromkeys(
        ("logical_date", "next_watermark", "inserts", "updates", "soft_deletes", "total_rows")
    )
    return [replace(execution, **unsaid, execution_metadata={"recorder_error": reason}) for execution in executions[:1]]
