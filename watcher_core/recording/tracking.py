"""`with watcher.track(…)`: an execution around a block of code, that never breaks that code.

Where the database cannot do its part, the block runs all the same: that is logged once, and what could not be written
goes to the spool. Misuse always raises.
"""

from __future__ import annotations

import datetime as dt
import logging
import traceback
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from watcher_core import arguments, catalog, lineage, values
from watcher_core.enums import ExecutionSource, ExecutionState
from watcher_core.errors import DatabaseError
from watcher_core.recording import spool
from watcher_core.recording.executions import COUNTS
from watcher_core.values import UNSET, Unset

logger = logging.getLogger("watcher.tracking")

# An error may quote a whole statement, with all of its rows.
MESSAGE_CHARACTERS = 2000
STACK_CHARACTERS = 2000


class Ledger(Protocol):
    """Where a tracked execution is written: `Watcher`."""

    def begin_tracked(self, tracked: TrackedExecution) -> values.Execution: ...

    def finish_tracked(self, tracked: TrackedExecution, record: values.ExecutionRecord) -> None: ...


class TrackedExecution:
    """One execution of a pipeline, while it runs.

    Attributes:
        id: The execution's id; `None` while the database cannot be reached.
        pipeline: The pipeline's name.
        watermark: How far the pipeline had got when this execution started; `None` at first, and while the database
            cannot be reached.
        next_watermark: How far the pipeline gets when this execution succeeds.
        inserts, updates, soft_deletes, total_rows: What `record` was told.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        configuration: values.PipelineConfiguration,
        next_watermark: object,
        parent_id: int | None,
        parent: values.ExecutionRecord | None,
        full_load: bool,
        execution_metadata: Mapping[str, Any] | None,
        sources: tuple[values.Address, ...],
        targets: tuple[values.Address, ...],
        source: ExecutionSource,
        external_id: str,
        logical_date: dt.datetime | None,
        attempt: int,
        strict: bool,
        spool_directory: Path | None,
    ) -> None:
        self.id: int | None = None
        self.pipeline = arguments.name(configuration.name, "pipeline")
        self.watermark: str | None = None
        self.next_watermark = arguments.watermark(next_watermark, "next_watermark")
        self.inserts: int | None = None
        self.updates: int | None = None
        self.soft_deletes: int | None = None
        self.total_rows: int | None = None
        # All is checked here, before the database is asked: misuse shows at once, be the database there or not.
        self.execution_metadata = arguments.json_object(execution_metadata, "execution_metadata")
        self.configuration = configuration
        catalog.clean_configuration(configuration)
        self.lineage = _lineage(self.pipeline, sources, targets)
        self.parent_id = None if parent_id is None else arguments.identifier(parent_id, "parent_id")
        self.parent = parent
        self.full_load = arguments.flag(full_load, "full_load")
        self.source = arguments.choice(source, ExecutionSource, "source")
        self.external_id = arguments.external_id(external_id, "external_id")
        self.logical_date = None if logical_date is None else arguments.instant(logical_date, "logical_date")
        self.attempt = arguments.positive(attempt, "attempt") or 1
        self.start_date = _now()
        self._ledger = ledger
        self._strict = strict
        self._spool_directory = spool_directory
        self._has_warned = False

    def record(
        self,
        *,
        inserts: int | None = None,
        updates: int | None = None,
        soft_deletes: int | None = None,
        total_rows: int | None = None,
        execution_metadata: Mapping[str, Any] | None = None,
        next_watermark: object = UNSET,
    ) -> None:
        """Tell what the execution did; it is written when the block ends. Later calls add to and replace earlier ones.

        Args:
            inserts: Rows inserted.
            updates: Rows updated.
            soft_deletes: Rows marked as deleted.
            total_rows: Rows handled in all.
            execution_metadata: Whatever else is worth keeping.
            next_watermark: How far the pipeline gets, where that is known only now.

        Raises:
            InvalidValueError: A value breaks a rule; nothing of this call is kept.
        """
        told = {"inserts": inserts, "updates": updates, "soft_deletes": soft_deletes, "total_rows": total_rows}
        counts = {name: arguments.count(value, name) for name, value in told.items() if value is not None}
        metadata = arguments.json_object(execution_metadata, "execution_metadata")
        if not isinstance(next_watermark, Unset):
            self.next_watermark = arguments.watermark(next_watermark, "next_watermark")
        for name, value in counts.items():
            setattr(self, name, value)
        self.execution_metadata |= metadata

    def __enter__(self) -> TrackedExecution:
        try:
            execution = self._ledger.begin_tracked(self)
        except DatabaseError as exc:
            if self._strict:
                raise
            self._survive(exc)
        else:
            self.id = execution.id
            self.start_date = execution.start_date  # whoever told of it before us has a clock of their own
            self.watermark = execution.watermark
            if self.next_watermark is None:
                self.next_watermark = execution.next_watermark  # the pipeline's
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, stack: TracebackType | None
    ) -> None:
        if error is not None:
            self.execution_metadata["error"] = _told(error)
        record = self._record(_outcome(error))
        try:
            self._ledger.finish_tracked(self, record)
        except DatabaseError as exc:
            if self._strict and error is None:
                raise
            self._survive(exc)
            self._keep(record)

    def _record(self, state: ExecutionState) -> values.ExecutionRecord:
        counts = {name: getattr(self, name) for name in COUNTS}
        attempts = {"attempts": self.attempt} if self.attempt > 1 else {}
        return values.ExecutionRecord(
            pipeline_name=self.pipeline,
            pipeline_type_name=None
            if isinstance(self.configuration.pipeline_type_name, Unset)
            else self.configuration.pipeline_type_name,
            source=self.source,
            external_id=self.external_id,
            state=state,
            start_date=self.start_date,
            end_date=max(_now(), self.start_date),  # a clock that was set back makes no negative duration
            parent_id=self.parent_id,
            parent_external_id=None if self.parent is None else self.parent.external_id,
            logical_date=self.logical_date,
            full_load=self.full_load,
            next_watermark=self.next_watermark,
            execution_metadata=self.execution_metadata | attempts,
            **counts,
        )

    def _survive(self, error: DatabaseError) -> None:
        level = logging.DEBUG if self._has_warned else logging.WARNING
        logger.log(level, "pipeline %r goes on without being recorded: %s", self.pipeline, error)
        self._has_warned = True

    def _keep(self, record: values.ExecutionRecord) -> None:
        if self._spool_directory is None:
            return
        try:
            path = spool.keep(self._spool_directory, record)
        except OSError as exc:
            logger.error("this execution of pipeline %r is lost, as it cannot be kept either: %s", self.pipeline, exc)
        else:
            logger.info("this execution of pipeline %r waits in %s", self.pipeline, path)


def _outcome(error: BaseException | None) -> ExecutionState:
    if error is None:
        return ExecutionState.SUCCEEDED
    # What is no Exception is a shutdown or a cancellation: Ctrl-C, sys.exit, Dagster ending the run.
    return ExecutionState.FAILED if isinstance(error, Exception) else ExecutionState.CANCELED


def _lineage(
    pipeline: str, sources: tuple[values.Address, ...], targets: tuple[values.Address, ...]
) -> values.PipelineLineage | None:
    if not sources and not targets:
        return None  # nothing is declared, and nothing is taken away
    told = values.PipelineLineage(pipeline_name=pipeline, sources=sources, targets=targets)
    return lineage.clean_declaration(told)


def _told(error: BaseException) -> dict[str, str]:
    try:
        message = str(error)
    except Exception as exc:  # somebody's __str__ must not hide what went wrong
        message = f"(no message: {type(exc).__name__})"
    stack = "".join(traceback.format_exception(error))
    return {
        "class": type(error).__name__,
        "message": message[:MESSAGE_CHARACTERS],
        "stack": stack[-STACK_CHARACTERS:],
    }


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
