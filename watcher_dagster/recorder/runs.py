"""Reads runs one by one, and translates them; what becomes of those that cannot be read or written."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final

import dagster as dg

from watcher_core import ExecutionRecord, ExecutionState
from watcher_dagster.counts import CountKeys
from watcher_dagster.identity import WATCHER_RUN_TAG
from watcher_dagster.recorder.batch import Batch
from watcher_dagster.recorder.check_results import translate_checks
from watcher_dagster.recorder.columns import translate_columns
from watcher_dagster.recorder.cursor import MAX_TRIES, OpenRun, RecorderCursor, TrailingRun, UnreadRun
from watcher_dagster.recorder.eventlog import EventLog, is_outage
from watcher_dagster.recorder.events import ended_execution, translate_log, unknown_run, unreadable_run
from watcher_dagster.recorder.observations import translate_observations
from watcher_dagster.recorder.runlog import RUN_ENDS, may_go_on
from watcher_dagster.runs import run_scope

log = logging.getLogger("watcher.dagster")

# How long a step may go on after its run has ended.
TRAILING_SECONDS: Final = 86_400.0

# How long Dagster may take to say whether it retries a run that failed, where it ever does.
DECIDING_SECONDS: Final = 60.0

DELETED: Final = "the run was deleted in Dagster"

# An open run is read for a tenth of the time at most.
READING_SHARE: Final = 10.0


class RunReader:
    """Reads runs, and adds what is to be written of them to the batch.

    Args:
        event_log: Where they are read.
        cursor: Remembers those that are open, that cannot be read, and in which a step may go on.
        batch: Where executions are added.
        count_keys: Which metadata counts rows.
        now: The time of the tick, in seconds since 1970.
    """

    def __init__(
        self, event_log: EventLog, cursor: RecorderCursor, batch: Batch, *, count_keys: CountKeys, now: float
    ) -> None:
        self._log = event_log
        self._cursor = cursor
        self._batch = batch
        self._count_keys = count_keys
        self._now = now

    def try_run(self, record: dg.RunRecord, *, end: dg.EventLogEntry | None = None) -> None:
        """Read a run; one that cannot be read is read again at the next ticks."""
        try:
            self._read(record)
        except Exception as error:
            self.failed(record.dagster_run.run_id, error, end=end, remains=partial(unreadable_run, record))

    def retry(self) -> None:
        """Read again the runs that could not be read."""
        run_ids = list(self._cursor.unread)
        found, failures = self._log.runs(run_ids)
        for run_id in run_ids:
            if run_id in found:
                self.try_run(found[run_id])
            elif run_id in failures:
                self.failed(run_id, failures[run_id])
            else:
                del self._cursor.unread[run_id]
                self.end_open_run(run_id, ExecutionState.CANCELED, self._now, DELETED)
        self._batch.write_rest(in_passing=True)

    def failed(
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

    def end_open_run(self, run_id: str, state: ExecutionState, ended: float, reason: str) -> None:
        """End all that was recorded as running in an open run of which nothing more can be read."""
        known = self._cursor.open.pop(run_id, None)
        if known is not None:
            self._batch.add(
                run_id,
                [
                    ended_execution(external_id, pipeline_name, started, state, ended, reason)
                    for external_id, pipeline_name, started in known.running
                ],
            )

    def may_trail(self, ended: float) -> bool:
        """Return whether a run has ended so lately that a step of it may go on."""
        return self._now - ended < TRAILING_SECONDS

    # Reading

    def _read(self, record: dg.RunRecord) -> None:
        """Translate a run, and remember how far it was read."""
        run_id = record.dagster_run.run_id
        if WATCHER_RUN_TAG in record.dagster_run.tags:
            return
        has_failed = record.dagster_run.status is dg.DagsterRunStatus.FAILURE
        if has_failed and self._is_undecided(record, record.end_time):
            return
        began = time.monotonic()
        run_log, events, seen = self._log.read(record)
        has_failed = run_log.state is ExecutionState.FAILED and record.end_time is None  # since its record was read
        if has_failed and self._is_undecided(record, run_log.ended):
            return
        scope = self._scope(record.dagster_run)
        executions = translate_log(run_log, scope=scope, count_keys=self._count_keys)
        checks = translate_checks(record.dagster_run, run_log) if run_log.checks and executions else []
        for event in events:
            self._batch.newest.add(event.event_log_entry)
        self._batch.observations += translate_observations(run_log, events)
        self._batch.columns += translate_columns(record.dagster_run, run_log)
        heard = max((event.event_log_entry.timestamp for event in events), default=self._now)
        self._end_superfluous(run_id, executions, heard=heard)
        if executions and executions[0].state is ExecutionState.RUNNING:
            self._cursor.open[run_id] = OpenRun(
                seen=seen,
                heard=heard,
                due=self._now + (time.monotonic() - began) * READING_SHARE,
                running=_running(executions),
            )
        else:
            ends = [event.event_log_entry.timestamp for event in events if _is_end(event)]
            if ends:
                self._cursor.handle(run_id, *ends)
            self._trail(run_id, executions, events, seen)
        self._batch.add(run_id, executions, checks)

    def _is_undecided(self, record: dg.RunRecord, ended: float | None) -> bool:
        """Whether Dagster has yet to say if it retries a run that failed. The next tick reads it; this is no try."""
        if ended is None or self._now - ended >= DECIDING_SECONDS or not self._log.may_be_retried(record.dagster_run):
            return False
        self._cursor.unread.setdefault(record.dagster_run.run_id, UnreadRun())
        return True

    def _end_superfluous(self, run_id: str, executions: list[ExecutionRecord], *, heard: float) -> None:
        """End what was recorded as running and is no execution after all, as where the step observed the asset."""
        known = self._cursor.open.pop(run_id, None)
        if known is None or not executions:
            return
        run_end = executions[0].end_date
        end = heard if run_end is None else run_end.timestamp()
        recorded = {execution.external_id for execution in executions}
        for identity, name, started in known.running:
            if identity not in recorded:
                ended = ended_execution(identity, name, started, ExecutionState.SKIPPED, end, "")
                executions.append(replace(ended, execution_metadata={}))

    def _scope(self, run: dg.DagsterRun) -> str | None:
        """Return what a retry makes good: what the first run was to do that is still there, else what it says itself.

        A person may select the steps that are executed again. Where those that failed are not among them, it makes
        good nothing but itself.
        """
        if run.root_run_id is None:
            return None
        before = [run_id for run_id in (run.root_run_id, run.parent_run_id) if run_id is not None]
        found, _ = self._log.runs(before)
        first = next((found[run_id].dagster_run for run_id in before if run_id in found), None)
        if first is None:
            return run_scope(run)
        failed = next(filter(None, map(self._log.failed_steps, reversed(before))), set())
        steps = {_without_index(key) for key in run.step_keys_to_execute or failed}
        left_out = {_without_index(key) for key in failed} - steps
        return run_scope(first, steps if left_out else ())

    def _trail(
        self, run_id: str, executions: list[ExecutionRecord], events: list[dg.EventLogRecord], seen: str | None
    ) -> None:
        """Keep a run in view that is over, while a step of it may go on."""
        self._cursor.trailing.pop(run_id, None)
        end = executions[0].end_date if executions else None
        if end is None or executions[0].state is ExecutionState.SUCCEEDED:
            return
        if self.may_trail(end.timestamp()) and may_go_on(events):
            self._cursor.trailing[run_id] = TrailingRun(seen=seen, ended=end.timestamp(), due=self._now)

    def _pass_over(self, run_id: str, executions: list[ExecutionRecord], reason: str) -> None:
        """Record what is known of a run that cannot be read. Where it is over, all that ran in it is ended."""
        if not executions:
            return
        run = executions[0]
        if run.end_date is None:
            known = self._cursor.open.get(run_id)
            self._cursor.open[run_id] = OpenRun(due=None, running=known.running if known else _running(executions))
        else:
            self.end_open_run(run_id, run.state, run.end_date.timestamp(), reason)
        self._batch.add(run_id, executions)


def _running(executions: list[ExecutionRecord]) -> list[tuple[str, str, float]]:
    return [
        (execution.external_id, execution.pipeline_name, execution.start_date.timestamp())
        for execution in executions
        if execution.state is ExecutionState.RUNNING
    ]


def _without_index(step_key: str) -> str:
    """The key of a step without what tells one of those apart that a dynamic output makes: `load[a]`, `load[?]`."""
    return step_key.partition("[")[0]


def _is_end(event: dg.EventLogRecord) -> bool:
    happened = event.event_log_entry.dagster_event
    return happened is not None and happened.event_type_value in RUN_ENDS
