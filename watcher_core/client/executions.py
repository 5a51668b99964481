"""`Watcher`'s methods on executions: tracked as they run, started and ended by hand, or recorded after the fact."""

from __future__ import annotations

import datetime as dt
import functools
import logging
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

from sqlalchemy.orm import Session

from watcher_core import catalog, database, lineage, recording, values
from watcher_core.client.pipelines import PipelineMethods
from watcher_core.enums import ExecutionSource, ExecutionState
from watcher_core.errors import ExecutionEndedError, NotFoundError, PipelineInactiveError
from watcher_core.recording import TrackedExecution
from watcher_core.values import UNSET

logger = logging.getLogger("watcher")

P = ParamSpec("P")
R = TypeVar("R")


class ExecutionMethods(PipelineMethods):
    """Executions of pipelines."""

    @contextmanager
    def track(
        self,
        pipeline: str | values.PipelineConfiguration,
        *,
        next_watermark: object = None,
        parent_id: int | None = None,
        parent: values.ExecutionRecord | None = None,
        full_load: bool = False,
        execution_metadata: Mapping[str, Any] | None = None,
        sources: Iterable[values.Address] = (),
        targets: Iterable[values.Address] = (),
        source: ExecutionSource = ExecutionSource.PYTHON,
        external_id: str | None = None,
        logical_date: dt.datetime | None = None,
        attempt: int = 1,
        strict: bool = False,
        spool: bool = True,
    ) -> Iterator[TrackedExecution]:
        """Record the block as an execution of a pipeline, which is made where it is not known.

        The execution succeeds when the block ends, fails when it raises, and is canceled by Ctrl-C and the like; what
        was raised passes on. With the database away the block runs all the same: that is logged, and the execution
        waits in a spool file until this host reaches the database again.

        Args:
            pipeline: Its name, or all that code declares of it.
            next_watermark: How far the pipeline gets when this execution succeeds.
            parent_id: The execution that this one is part of.
            parent: That execution, told of in the same transaction, where its id is not known.
            full_load: Whether it loads everything anew.
            execution_metadata: Whatever else is worth keeping.
            sources: The addresses that the pipeline reads, with `targets`: declares its lineage, as `create_lineage`.
            targets: The addresses that it writes.
            source: The edge that records it.
            external_id: Its identity at the source; telling of it again meets the same row. A new one by default.
            logical_date: The time that its data is about, where that is not now.
            attempt: Which try of the same identity this is, from 1.
            strict: Raise where the database cannot do its part, in place of running on.
            spool: Keep what could not be written in a file.

        Raises:
            PipelineInactiveError: The pipeline is switched off.
            NotFoundError: The parent is not known.
            InvalidValueError: A value breaks a rule.
            DatabaseError: With `strict`, the database cannot do its part.
        """
        if isinstance(pipeline, str):
            pipeline = values.PipelineConfiguration(name=pipeline)
        tracked = TrackedExecution(
            self,
            configuration=pipeline,
            next_watermark=next_watermark,
            parent_id=parent_id,
            parent=parent,
            full_load=full_load,
            execution_metadata=execution_metadata,
            sources=tuple(sources),
            targets=tuple(targets),
            source=source,
            external_id=external_id or str(uuid.uuid4()),
            logical_date=logical_date,
            attempt=attempt,
            strict=strict,
            spool_directory=self._spool_directory if spool else None,
        )
        with tracked:
            yield tracked

    def tracked(self, pipeline: str, **options: Any) -> Callable[[Callable[P, R]], Callable[P, R]]:
        """Record each call of the function as an execution; the options are those of `track`."""

        def decorate(function: Callable[P, R]) -> Callable[P, R]:
            @functools.wraps(function)
            def run(*args: P.args, **kwargs: P.kwargs) -> R:
                with self.track(pipeline, **options):
                    return function(*args, **kwargs)

            return run

        return decorate

    def begin_tracked(self, tracked: TrackedExecution) -> values.Execution:
        """Write the start of a tracked execution, after those that wait: it starts from where they have got to."""
        self._check()
        self._replay_spool()
        if tracked.lineage is not None:
            self._declare_tracked(tracked, tracked.lineage)
        with self._transaction() as (session, now):
            parent_id = tracked.parent_id
            if tracked.parent is not None:
                parent_id = _record_parent(session, tracked.parent, now=now)
            type_name = vars(tracked.configuration)["pipeline_type_name"] or None
            pipeline = _active_pipeline(session, tracked.pipeline, type_name, now=now)
            execution = recording.start_execution(
                database.driver(session),
                pipeline_id=pipeline.id,
                source=tracked.source,
                external_id=tracked.external_id,
                start_date=tracked.start_date,
                parent_id=parent_id,
                full_load=tracked.full_load,
                next_watermark=tracked.next_watermark,
                logical_date=tracked.logical_date,
                execution_metadata=tracked.execution_metadata,
                attempt=tracked.attempt,
                now=now,
            )
            # After the execution: whoever records it holds the two rows in this order too, so nobody waits in a circle.
            catalog.declare_configuration(
                session, pipeline=pipeline, configuration=catalog.clean_configuration(tracked.configuration), now=now
            )
            return execution

    def _declare_tracked(self, tracked: TrackedExecution, declared: values.PipelineLineage) -> None:
        """Declare the lineage in a transaction of its own: it waits for others that change lineage, and holds nothing
        of the execution meanwhile."""
        with self._transaction() as (session, now):
            type_name = vars(tracked.configuration)["pipeline_type_name"] or None
            pipeline = _active_pipeline(session, tracked.pipeline, type_name, now=now)
            lineage.declare_lineage(session, pipeline=pipeline, lineage=declared, now=now)

    def finish_tracked(self, tracked: TrackedExecution, record: values.ExecutionRecord) -> None:
        """Write the end of a tracked execution; all of it, where its start could not be written.

        Somebody else may have told of its end: Dagster, of a run that it gave up on; or the same identity ran twice.
        The job has done its work all the same, so what is known of both is put together.
        """
        with self._transaction() as (session, now):
            if tracked.id is None:
                recording.record_executions(session, records=[record], now=now)
            else:
                self._end_tracked(session, tracked.id, record, now=now)
        self._catch_up()  # what was tracked inside of it may wait, and this may be the last call of its process

    def _end_tracked(
        self, session: Session, execution_id: int, record: values.ExecutionRecord, *, now: dt.datetime
    ) -> None:
        try:
            recording.end_execution(
                database.driver(session),
                execution_id=execution_id,
                state=record.state,
                end_date=record.end_date,
                counts=vars(record),
                next_watermark=record.next_watermark,
                execution_metadata=record.execution_metadata,
                now=now,
            )
        except (ExecutionEndedError, NotFoundError):
            logger.info("execution %d of pipeline %r was ended by another", execution_id, record.pipeline_name)
            recording.record_executions(session, records=[record], now=now)

    def start_execution(
        self,
        *,
        pipeline_id: int | str,
        start_date: dt.datetime | None = None,
        parent_id: int | None = None,
        full_load: bool = False,
        next_watermark: object = None,
        execution_metadata: Mapping[str, Any] | None = None,
        source: ExecutionSource = ExecutionSource.PYTHON,
        external_id: str | None = None,
        logical_date: dt.datetime | None = None,
        attempt: int = 1,
    ) -> values.Execution:
        """Start an execution, which takes the pipeline's watermark with it.

        The same `external_id` again gives the execution that is there; a higher `attempt` takes it up again. Whether
        the pipeline is active is for the caller to look at (`track` does).

        Args:
            pipeline_id: The pipeline's id or name.
            start_date: When it started, with time zone; now by default.
            parent_id, full_load, next_watermark, execution_metadata, source, external_id, logical_date, attempt: As of
                `track`.

        Raises:
            NotFoundError: The pipeline or the parent is not known.
            InvalidValueError: A value breaks a rule.
        """
        if isinstance(pipeline_id, str):
            pipeline_id = self.pipeline(pipeline_id).id
        with self._driver_statements() as (connection, now):
            return recording.start_execution(
                connection,
                pipeline_id=pipeline_id,
                source=source,
                external_id=external_id or str(uuid.uuid4()),
                start_date=start_date or now,
                parent_id=parent_id,
                full_load=full_load,
                next_watermark=next_watermark,
                logical_date=logical_date,
                execution_metadata=execution_metadata,
                attempt=attempt,
                now=now,
            )

    def end_execution(
        self,
        execution_id: int,
        *,
        end_date: dt.datetime | None = None,
        completed_successfully: bool = True,
        inserts: int | None = None,
        updates: int | None = None,
        soft_deletes: int | None = None,
        total_rows: int | None = None,
        next_watermark: object = None,
        execution_metadata: Mapping[str, Any] | None = None,
    ) -> values.Execution:
        """End an execution; a success moves the watermark and tells the pipeline what changed.

        The same values again change nothing.

        Args:
            execution_id: Which one.
            end_date: When it ended, with time zone, not before its start; now by default.
            completed_successfully: Whether it succeeded.
            inserts, updates, soft_deletes, total_rows: Rows, from 0.
            next_watermark: How far the pipeline gets, where that was not known at the start.
            execution_metadata: Added to what was told at the start.

        Raises:
            NotFoundError: The execution is not known.
            ExecutionEndedError: It has ended already, with other values.
            InvalidValueError: A value breaks a rule.
        """
        counts = {"inserts": inserts, "updates": updates, "soft_deletes": soft_deletes, "total_rows": total_rows}
        with self._driver_transaction() as (connection, now):
            return recording.end_execution(
                connection,
                execution_id=execution_id,
                state=ExecutionState.SUCCEEDED if completed_successfully else ExecutionState.FAILED,
                end_date=end_date,
                counts=counts,
                next_watermark=UNSET if next_watermark is None else next_watermark,
                execution_metadata=execution_metadata,
                now=now,
            )

    def record(self, records: Iterable[values.ExecutionRecord]) -> int:
        """Write executions after the fact, in one transaction, in any order, as often as it takes.

        Returns:
            How many were written.

        Raises:
            InvalidValueError: A record breaks a rule; nothing is written.
        """
        with self._transaction() as (session, now):
            return recording.record_executions(session, records=records, now=now)

    def execution(self, execution_id: int) -> values.Execution:
        """Give the execution with that id.

        Raises:
            NotFoundError: There is none.
        """
        with self._driver_statements() as (connection, _):
            return recording.get_execution(connection, execution_id)

    def executions(
        self,
        *,
        pipeline: int | str | None = None,
        state: ExecutionState | str | None = None,
        since: dt.datetime | None = None,
        limit: int = 100,
    ) -> list[values.Execution]:
        """Give executions, newest first.

        Args:
            pipeline: Of this pipeline only, by id or name.
            state: In this state only.
            since: Started at or after this time, with time zone.
            limit: At most so many.

        Raises:
            NotFoundError: The pipeline is not known.
            InvalidValueError: A value breaks a rule.
        """
        with self._transaction() as (session, _):
            pipeline_id = None if pipeline is None else catalog.get_pipeline(session, pipeline).id
            return recording.list_executions(
                database.driver(session), pipeline_id=pipeline_id, state=state, since=since, limit=limit
            )

    def execution_tree(self, execution_id: int) -> values.ExecutionTree:
        """Give an execution with all that ran as part of it, oldest first.

        Raises:
            NotFoundError: There is none.
        """
        with self._driver_statements() as (connection, _):
            return recording.execution_tree(connection, execution_id)


def _active_pipeline(session: Session, name: str, type_name: str | None, *, now: dt.datetime) -> values.Pipeline:
    pipeline = catalog.get_or_create_pipeline(session, name=name, default_type=type_name, now=now)
    if not pipeline.active:
        raise PipelineInactiveError(pipeline.name)
    return pipeline


def _record_parent(session: Session, parent: values.ExecutionRecord, *, now: dt.datetime) -> int | None:
    """Give the id of an execution that runs. All but the first of its children find it on record already."""
    identity: dict[str, Any] = {"source": parent.source, "external_id": parent.external_id}
    known = recording.find_execution_id(database.driver(session), **identity)
    if known is None:
        recording.record_executions(session, records=[parent], now=now)
        known = recording.find_execution_id(database.driver(session), **identity)
    return known
