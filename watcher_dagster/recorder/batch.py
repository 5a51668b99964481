"""Executions that wait to be written, some fifty runs at a time, and what to do where the database refuses them.

Where another session holds a lock that a run needs, as somebody's who has changed a pipeline and not committed it, the
others are written without it, and it is read again at the next tick.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property, partial
from typing import Any, Final, Protocol

from watcher_core import (
    AssetCheckRecord,
    ColumnsRecord,
    DatabaseUnavailableError,
    ExecutionRecord,
    InvalidValueError,
    ObservationRecord,
    RecorderSession,
)
from watcher_dagster.lineage import LineageRecorder, NewestMaterializations
from watcher_dagster.recorder.cursor import RecorderCursor, UnreadRun
from watcher_dagster.recorder.eventlog import RUNLESS
from watcher_dagster.recorder.windows import NO_WINDOWS, PartitionWindows, Windows, columns_in_windows, in_windows

log = logging.getLogger("watcher.dagster")

BATCH_RUNS: Final = 50
BATCH_RECORDS: Final = 5_000

# How long the runs of a batch wait for locks one by one, in all.
MOST_WAITING_SECONDS: Final = 5.0

# Errors of values that break a rule. All other errors of the database are no fault of the run.
BAD_DATA: Final = (InvalidValueError, ValueError, TypeError)


class Refused(Protocol):
    """Is called for a run whose values the database refuses."""

    def __call__(
        self, run_id: str, error: Exception, *, remains: Callable[[str], list[ExecutionRecord]] | None = None
    ) -> None: ...


class Batch:
    """The executions of a tick that are not written yet.

    Args:
        session: Where they are written.
        lineage: Records what their materializations have read, before they are written.
        cursor: The cursor behind all that was added.
        progress: Returns the lag in seconds and a message, which are written with the cursor.
        refused: Is called for a run whose values the database refuses; it may add what remains of it.
        windows: How the partitions of this code location are cut by time, where keys do not say it.

    Attributes:
        newest: The newest materializations among what was added, for lineage.
        observations: The observations among what was added.
        columns: The columns that what was added reports.
        runs: How many runs were written.
        executions: How many executions were written.
    """

    def __init__(
        self,
        session: RecorderSession,
        lineage: LineageRecorder,
        cursor: RecorderCursor,
        *,
        progress: Callable[[], tuple[float, str]],
        refused: Refused,
        windows: PartitionWindows = NO_WINDOWS,
    ) -> None:
        self._session = session
        self._lineage = lineage
        self._cursor = cursor
        self._progress = progress
        self._refused = refused
        self._own_windows = windows
        self._pending: list[tuple[str, list[ExecutionRecord], Sequence[AssetCheckRecord]]] = []
        self.newest = NewestMaterializations()
        self.observations: list[ObservationRecord] = []
        self.columns: list[ColumnsRecord] = []
        self.runs = 0
        self.executions = 0

    @cached_property
    def _windows(self) -> PartitionWindows:
        """How partitions are cut by time: those of this code location, and those that others have declared."""
        declared = {name: Windows(*found) for name, found in self._session.declared_windows().items()}
        return {**declared, **self._own_windows}

    def add(self, run_id: str, executions: list[ExecutionRecord], checks: Sequence[AssetCheckRecord] = ()) -> None:
        """Add the executions and asset checks of a run, or of a report without one."""
        self._pending.append((run_id, executions, checks))

    def write_if_full(self) -> None:
        """Write all that was added, if it is enough for a transaction."""
        records = sum(len(executions) + len(checks) for _, executions, checks in self._pending) + len(self.observations)
        if len(self._pending) > BATCH_RUNS or records >= BATCH_RECORDS:
            self.write()

    def write_rest(self, *, in_passing: bool = False) -> None:
        """Write all that was added, if there is any; see `write`."""
        if self._pending:
            self.write(in_passing=in_passing)

    def write(self, *, in_passing: bool = False) -> None:
        """Write all that was added, and the cursor.

        Args:
            in_passing: Wait for locks that others hold for a moment only: they were held at the last tick.
        """
        pending = [(run_id, in_windows(each, self._windows), checks) for run_id, each, checks in self._pending]
        self._pending = []
        unread = {run_id: self._cursor.unread.pop(run_id) for run_id, *_ in pending if run_id in self._cursor.unread}
        self.runs += sum(1 for run_id, executions, _ in pending if run_id != RUNLESS and executions)
        self.executions += sum(len(executions) for _, executions, _ in pending)
        self._lineage.record_materializations(self.newest.take())
        if self.observations:
            observations, self.observations = self.observations, []
            self._session.record_observations(observations)
        columns, self.columns = columns_in_windows(self.columns, self._windows) if self.columns else [], []
        try:
            self._commit(
                [execution for _, executions, _ in pending for execution in executions],
                [check for *_, checks in pending for check in checks],
                columns,
                in_passing=in_passing,
            )
        except BAD_DATA:
            self._cursor.unread |= unread
            self._write_one_by_one(pending, columns)
        except DatabaseUnavailableError as error:
            if not error.is_locked or not pending:
                raise
            self._cursor.unread |= unread
            self._write_one_by_one(pending, columns)

    def _commit(
        self,
        executions: list[ExecutionRecord],
        checks: Sequence[AssetCheckRecord] = (),
        columns: Sequence[ColumnsRecord] = (),
        *,
        in_passing: bool = False,
    ) -> None:
        lag_seconds, message = self._progress()
        self._session.record(
            executions,
            asset_checks=checks,
            columns=columns,
            cursor=self._cursor.to_json(),
            lag_seconds=lag_seconds,
            message=message,
            in_passing=in_passing,
        )

    def _write_one_by_one(
        self,
        pending: list[tuple[str, list[ExecutionRecord], Sequence[AssetCheckRecord]]],
        columns: Sequence[ColumnsRecord],
    ) -> None:
        """Find the run whose values the database refuses, or that has to wait for a lock.

        The cursor moves when all others are written.
        """
        before = self._session.cursor
        locks = _Locks()
        for run_id, executions, checks in pending:
            if locks.is_left(executions):
                self._set_aside(run_id, executions)
                continue
            try:
                with locks.waiting(executions):
                    self._session.record(executions, asset_checks=checks, cursor=before, in_passing=True)
                self._cursor.unread.pop(run_id, None)
            except DatabaseUnavailableError as error:
                # Without a run, there is nothing that could be read again.
                if not error.is_locked or run_id == RUNLESS or locks.are_of_all:
                    raise
                log.warning("run %s has to wait for the next tick: %s", run_id, error)
                self._set_aside(run_id, executions)
            except BAD_DATA as error:
                if run_id == RUNLESS:  # there is no run that could be read again
                    self._pending.append((run_id, executions, ()))
                else:
                    self._refused(run_id, error, remains=partial(_all, executions))
        remains, self._pending = self._pending, []
        for run_id, executions, _ in remains:
            for execution in executions:
                self._write_what_is_accepted(run_id, execution)
        self._commit([], columns=columns)

    def _set_aside(self, run_id: str, executions: Sequence[ExecutionRecord]) -> None:
        """Let a run be read again at the next tick. That is no try: nothing is wrong with it."""
        unread = self._cursor.unread.setdefault(run_id, UnreadRun())
        run = executions[0]
        if run.end_date is not None:
            unread.job_name = str(run.execution_metadata.get("job", ""))
            unread.state, unread.ended = run.state.value, run.end_date.timestamp()

    def _write_what_is_accepted(self, run_id: str, execution: ExecutionRecord) -> None:
        """Write an execution of a run that was refused: as it is, else the least of it."""
        try:
            self._session.record([execution], cursor=self._session.cursor)
        except BAD_DATA as error:
            try:
                self._session.record([_least(execution, repr(error))], cursor=self._session.cursor)
            except BAD_DATA:
                log.exception("nothing can be recorded of execution %r of run %s", execution.external_id, run_id)


class _Locks:
    """Which runs have waited for locks in vain, so that a thousand of them do not take up the tick."""

    def __init__(self) -> None:
        self._waited = 0.0
        self._pipelines: set[str] = set()
        self._is_any_written = False

    @contextmanager
    def waiting(self, executions: Sequence[ExecutionRecord]) -> Iterator[None]:
        """Write a run in the block, which raises where it waits in vain."""
        began = time.monotonic()
        try:
            yield
        except DatabaseUnavailableError:
            self._waited += time.monotonic() - began
            self._pipelines.update(execution.pipeline_name for execution in executions)
            raise
        self._is_any_written = True

    @property
    def are_of_all(self) -> bool:
        """Whether it is no matter of single runs, as where somebody has locked a table."""
        return self._waited > MOST_WAITING_SECONDS and not self._is_any_written

    def is_left(self, executions: Sequence[ExecutionRecord]) -> bool:
        """Whether a run is left to the next tick without a try: it has a pipeline of one that waited in vain."""
        return self._waited > MOST_WAITING_SECONDS and any(
            execution.pipeline_name in self._pipelines for execution in executions
        )


def _all(executions: list[ExecutionRecord], reason: str) -> list[ExecutionRecord]:
    """What remains of a run that was refused: all that is accepted, with the reason at the run."""
    run, *others = executions
    return [replace(run, execution_metadata={**run.execution_metadata, "recorder_error": reason}), *others]


def _least(execution: ExecutionRecord, reason: str) -> ExecutionRecord:
    """An execution without all that the database may have refused."""
    unsaid: dict[str, Any] = dict.fromkeys(
        ("logical_date", "next_watermark", "inserts", "updates", "soft_deletes", "total_rows", "former_external_id")
    )
    scope = execution.scope
    if scope is not None:  # which it is of stays: of all, it would say something else
        scope = scope.replace("\x00", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
    return replace(execution, **unsaid, scope=scope, execution_metadata={"recorder_error": reason})
