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
from dataclasses import replace
from functools import partial
from typing import Final

import dagster as dg

from watcher_core import ExecutionRecord, ExecutionState, RecorderSession, Watcher, text
from watcher_dagster import compat
from watcher_dagster.counts import CountKeys
from watcher_dagster.identity import WATCHER_RUN_TAG
from watcher_dagster.lineage import LineageRecorder
from watcher_dagster.recorder.backfills import BackfillReader
from watcher_dagster.recorder.batch import BATCH_RUNS, Batch
from watcher_dagster.recorder.check_results import translate_checks
from watcher_dagster.recorder.columns import translate_columns
from watcher_dagster.recorder.cursor import (
    MAX_TRIES,
    OVERLAP_SECONDS,
    History,
    OpenRun,
    RecorderCursor,
    TrailingRun,
    UnreadRun,
)
from watcher_dagster.recorder.eventlog import OVER_STATUSES, EventLog, is_outage
from watcher_dagster.recorder.events import (
    ended_execution,
    translate_log,
    unknown_run,
    unreadable_run,
)
from watcher_dagster.recorder.observations import translate_observations
from watcher_dagster.recorder.runless import RunlessReader
from watcher_dagster.recorder.runlog import RUN_ENDS, may_go_on
from watcher_dagster.recorder.zones import NO_ZONES, PartitionZones

log = logging.getLogger("watcher.dagster")

HISTORY_DAYS: Final = 30

# The daemon gives up on a tick after 60 seconds.
TICK_SECONDS: Final = 30.0

# How far to go back where the newest ends are gone: a run was deleted, or the database restored. Where it is known when
# the last of them was, all that came after it is read again, with what clocks may differ by.
RESTORED_SECONDS: Final = 86_400.0
CLOCKS_DIFFER_SECONDS: Final = 3_600.0

# How long a step may go on after its run has ended.
TRAILING_SECONDS: Final = 86_400.0

DELETED: Final = "the run was deleted in Dagster"

# An open run is read for a tenth of the time at most. While it is silent it is asked for new events the less often.
READING_SHARE: Final = 10.0
SILENCE_SHARE: Final = 0.1
MAX_SILENCE_SECONDS: Final = 300.0


def record_tick(
    instance: dg.DagsterInstance,
    watcher: Watcher,
    *,
    history_days: int = HISTORY_DAYS,
    tick_seconds: float = TICK_SECONDS,
    lineage: LineageRecorder | None = None,
    count_keys: CountKeys | None = None,
    zones: PartitionZones = NO_ZONES,
) -> str:
    """Record what is new in the instance's event log, and say what that was.

    Args:
        instance: Where to read.
        watcher: Where to write.
        history_days: How far to read back when nothing has been recorded of this instance yet.
        tick_seconds: When to leave the rest to the next tick.
        lineage: Records what materializations have read; one that is kept between ticks records only what is new.
        count_keys: Which metadata counts rows; by default what the settings and the presets say.
        zones: The time zones of partitions, as far as they are known.

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
                zones,
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
        zones: PartitionZones,
        *,
        count_keys: CountKeys,
        history_days: int,
        tick_seconds: float,
    ) -> None:
        self._log = EventLog(instance)
        self._count_keys = count_keys
        self._session = session
        self._now = time.time()
        self._tick_seconds = tick_seconds
        self._began = time.monotonic()
        self._cursor = self._begin(history_days)
        self._batch = Batch(session, lineage, self._cursor, progress=self._progress, refused=self._failed, zones=zones)
        self._runless = RunlessReader(
            self._log,
            self._cursor,
            self._batch,
            instance_id=session.instance_id,
            count_keys=count_keys,
            now=self._now,
            is_late=lambda: self._is_late(1 / 2),
        )
        self._backfills = BackfillReader(instance, self._cursor, session, now=self._now)
        self._unsettled: list[dg.EventLogRecord] = []
        self._behind_since: float | None = None
        self._going = 0

    def run(self) -> str:
        self._check_position()
        self._retry_runs()
        self._read_open_runs()
        self._read_trailing_runs()
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
        self._cursor.handled = {}

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
                self._batch.write_if_full()
            if self._is_late(1 / 3):
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
            self._batch.write_if_full()

    def _end_open_run(self, run_id: str, state: ExecutionState, ended: float, reason: str) -> None:
        known = self._cursor.open.pop(run_id, None)
        if known is not None:
            self._batch.add(
                run_id,
                [
                    ended_execution(external_id, pipeline_name, started, state, ended, reason)
                    for external_id, pipeline_name, started in known.running
                ],
            )

    def _read_trailing_runs(self) -> None:
        """Read again the runs that are over, and in which something has happened since."""
        found, _ = self._log.runs([run_id for run_id, run in self._cursor.trailing.items() if run.due <= self._now])
        for run_id, run in list(self._cursor.trailing.items()):
            if run.due > self._now:
                continue
            if run_id not in found or self._now - run.ended > TRAILING_SECONDS:
                del self._cursor.trailing[run_id]
            elif self._has_trailing_news(run_id, run):
                self._try_run(found[run_id])
            else:
                run.due = self._now + min(MAX_SILENCE_SECONDS, (self._now - run.ended) * SILENCE_SHARE)
            if self._is_late(1 / 3):
                break
        self._batch.write_rest()

    def _has_trailing_news(self, run_id: str, run: TrailingRun) -> bool:
        try:
            return self._log.has_news(run_id, run.seen)
        except Exception as error:
            if is_outage(error):
                raise
            log.warning("run %s has ended, and what came after that cannot be read: %r", run_id, error)
            return False

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
        settled = self._cursor.settle(self._unsettled, before=self._now - OVERLAP_SECONDS)
        del self._unsettled[:settled]
        self._batch.write_rest()

    def _catch_up(self) -> None:
        """Forget what was kept only until everything is read."""
        self._cursor.forget(before=self._now - 2 * OVERLAP_SECONDS)
        if self._cursor.history is not None:
            self._cursor.history.is_read = True

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
        self._batch.write_rest()

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
        self._batch.add(run_id, executions)

    # Reading a run

    def _read_run(self, record: dg.RunRecord) -> None:
        """Translate a run, and remember how far it was read."""
        run_id = record.dagster_run.run_id
        if WATCHER_RUN_TAG in record.dagster_run.tags:
            return
        began = time.monotonic()
        run_log, events, seen = self._log.read(record)
        root = self._root(record.dagster_run)
        executions = translate_log(run_log, root=root, count_keys=self._count_keys)
        checks = translate_checks(record.dagster_run, run_log) if run_log.checks and executions else []
        for event in events:
            self._batch.newest.add(event.event_log_entry)
        self._batch.observations += translate_observations(record.dagster_run, events)
        self._batch.columns += translate_columns(record.dagster_run, run_log)
        if executions and executions[0].state is ExecutionState.RUNNING:
            self._cursor.open[run_id] = OpenRun(
                seen=seen,
                heard=max((event.event_log_entry.timestamp for event in events), default=self._now),
                due=self._now + (time.monotonic() - began) * READING_SHARE,
                running=_running(executions),
            )
        else:
            self._end_superfluous(run_id, executions)
            ends = [event.event_log_entry.timestamp for event in events if _is_end(event)]
            if ends:
                self._cursor.handle(run_id, *ends)
            self._trail(run_id, executions, events, seen)
        self._batch.add(run_id, executions, checks)

    def _end_superfluous(self, run_id: str, executions: list[ExecutionRecord]) -> None:
        """End what was recorded as running and is no execution after all, as where the step observed the asset."""
        known = self._cursor.open.pop(run_id, None)
        if known is None or not executions or (end := executions[0].end_date) is None:
            return
        recorded = {execution.external_id for execution in executions}
        for identity, name, started in known.running:
            if identity not in recorded:
                ended = ended_execution(identity, name, started, ExecutionState.SKIPPED, end.timestamp(), "")
                executions.append(replace(ended, execution_metadata={}))

    def _root(self, run: dg.DagsterRun) -> dg.DagsterRun | None:
        """Return the first run of those that this is a retry of and that are still there; it says what was to be done.

        Where all of them were deleted, the retry itself is what is known of it.
        """
        if run.root_run_id is None:
            return None
        before = [run_id for run_id in (run.root_run_id, run.parent_run_id) if run_id is not None]
        found, _ = self._log.runs(before)
        return next((found[run_id].dagster_run for run_id in before if run_id in found), run)

    def _trail(
        self, run_id: str, executions: list[ExecutionRecord], events: list[dg.EventLogRecord], seen: str | None
    ) -> None:
        """Keep a run in view that is over, while a step of it may go on."""
        self._cursor.trailing.pop(run_id, None)
        end = executions[0].end_date if executions else None
        if end is None or executions[0].state is ExecutionState.SUCCEEDED:
            return
        if self._now - end.timestamp() < TRAILING_SECONDS and may_go_on(events):
            self._cursor.trailing[run_id] = TrailingRun(seen=seen, ended=end.timestamp(), due=self._now)

    # Reporting

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
