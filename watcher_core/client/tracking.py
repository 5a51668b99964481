"""`Watcher.track`: an execution around a block of code.

Whatever goes wrong with the database or with Watcher, the block runs all the same and soon: that is logged once, and
the execution goes to the spool. Misuse alone raises.
"""

from __future__ import annotations

import datetime as dt
import functools
import logging
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from watcher_core import arguments, catalog, database, lineage, recording, values, waiting
from watcher_core.client import unrecorded
from watcher_core.client.pipelines import PipelineMethods
from watcher_core.enclosing import (
    EnclosingExecution,
    PartOf,
    enclosing_execution,
    part_of,
    pipes_step,
    provisional_identity,
    provisional_run,
)
from watcher_core.enums import ExecutionSource, ExecutionState
from watcher_core.errors import (
    ConfigurationError,
    ExecutionEndedError,
    NotFoundError,
    PipelineInactiveError,
)
from watcher_core.recording import TrackedExecution, TrackRequest

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

logger = logging.getLogger("watcher.tracking")

P = ParamSpec("P")
R = TypeVar("R")


class TrackMethods(PipelineMethods):
    """Executions that are recorded while they run."""

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
        instance_id: str | None = None,
        scope: str | None = None,
        strict: bool = False,
        spool: bool = True,
    ) -> Iterator[TrackedExecution]:
        """Record the block as an execution of a pipeline, which is created where it is not known.

        The execution succeeds when the block ends, fails when it raises, and is canceled by Ctrl-C and the like; the
        exception passes on. While the database cannot be used, the block runs all the same: that is logged, and the
        execution waits in a spool file until this host reaches the database again. The block waits for the database
        for `WATCHER_TIMEOUT` seconds at most, 5 by default, and the same again at its end. Where no database is
        configured, it runs, too, and is not recorded.

        In a command of `watcher run`, the block of the same pipeline is that execution, which ends with the command;
        that of another pipeline is part of it. So it is in a process that Dagster Pipes has started, with the
        pipelines of the assets of its step, and its run.

        Args:
            pipeline: Its name, or its whole configuration as code declares it.
            next_watermark: The pipeline's new watermark, if this execution succeeds.
            parent_id: The execution that this one is part of.
            parent: That execution, recorded in the same transaction, where its id is not known.
            full_load: Whether all data is loaded again.
            execution_metadata: Other facts to keep about the execution.
            sources: The addresses that the pipeline reads, with `targets`: declares its lineage, as `create_lineage`.
            targets: The addresses that it writes.
            source: The system that records it.
            external_id: Its identity at the source; recording it again updates the same row. A new one by default.
            logical_date: The time that its data is about, where that is not now.
            attempt: Which try of the same identity this is, from 1.
            instance_id: The Dagster instance that it runs in.
            scope: What of the pipeline it does, a partition for example: its failure is taken back by a success of the
                same scope. Without one it does all of it.
            strict: Raise where the database cannot be used, instead of running without it.
            spool: Keep in a file what could not be written.

        Raises:
            PipelineInactiveError: The pipeline is switched off.
            NotFoundError: The parent is not known.
            InvalidValueError: A value breaks a rule.
            DatabaseError: With `strict`, the database cannot be used.
            ConfigurationError: With `strict`, none is configured.
        """
        is_own = source is ExecutionSource.PYTHON and external_id is None
        if not isinstance(pipeline, values.PipelineConfiguration):
            pipeline = values.PipelineConfiguration(name=arguments.text(pipeline, "pipeline"))
        name = pipeline.name
        step = pipes_step() if is_own else None
        if step is not None and name in step.pipelines:
            is_own, source, scope, attempt = False, ExecutionSource.DAGSTER, step.partition, step.attempt
            external_id = provisional_identity(step.run_id, name, step.partition)
        request = TrackRequest(
            pipeline=pipeline,
            external_id=external_id or str(uuid.uuid4()),
            next_watermark=next_watermark,
            parent_id=parent_id,
            parent=parent,
            full_load=full_load,
            execution_metadata=execution_metadata,
            sources=sources,
            targets=targets,
            source=source,
            logical_date=logical_date,
            attempt=attempt,
            instance_id=instance_id,
            scope=scope,
            strict=strict,
            spool=spool,
            part_of=_part_of(source, external_id),
            # Of its own steps Dagster knows.
            process=None if source is ExecutionSource.DAGSTER else recording.Process.own(),
        )
        around = enclosing_execution() if is_own else None
        if around is not None and around.is_of(request.name):
            with self._part_of(around, request) as tracked:
                yield tracked
            return
        tracked = self.start_tracking(request)
        heartbeat = self._begin_heartbeat(tracked, request.process)
        try:
            yield tracked
        except BaseException as exc:
            recording.pulse.end(heartbeat)
            self.finish_tracking(tracked, exc)
            raise
        recording.pulse.end(heartbeat)
        self.finish_tracking(tracked, None)

    def start_tracking(self, request: TrackRequest, *, start_date: dt.datetime | None = None) -> TrackedExecution:
        """Write the start of an execution, as `track` does; for those who cannot put a block around it.

        Args:
            request: What to track.
            start_date: When it started; now by default.
        """
        moment = None if start_date is None else arguments.instant(start_date, "start_date")
        tracked = TrackedExecution(request, start_date=moment)
        try:
            self._prepare_embedded()
            with waiting.time_limit(self.settings.timeout):
                tracked._started(started := self._start_tracked(request, tracked.start_date))
            if started.state is ExecutionState.SUCCEEDED:
                logger.warning(
                    "pipeline %r does once more what its execution %d has done: the numbers of that one stay; what is"
                    " another execution needs another external_id, partition or pipeline",
                    request.name,
                    started.id,
                )
        except Exception as exc:
            if request.strict or unrecorded.is_misuse(exc):
                raise
            level = logging.ERROR if isinstance(exc, ConfigurationError) else logging.WARNING
            unrecorded.log("pipeline %r goes on, and is %s: %s", request, exc, level=level)
        return tracked

    @contextmanager
    def _part_of(self, around: EnclosingExecution, request: TrackRequest) -> Iterator[TrackedExecution]:
        """Track what `watcher run` records already: it is given the numbers, and writes them with the end."""
        tracked = TrackedExecution(request)
        tracked.id, tracked.watermark = around.id, around.watermark
        if tracked.next_watermark is None:
            tracked.next_watermark = around.next_watermark
        if request.configuration or request.lineage is not None:
            try:
                self._prepare_embedded()
                with waiting.time_limit(self.settings.timeout):
                    self._declare(request)
            except Exception as exc:
                if request.strict or unrecorded.is_misuse(exc):
                    raise
                logger.warning("what the code of pipeline %r declares is not recorded: %s", request.name, exc)
        try:
            yield tracked
        finally:
            misuse = tracked._take_out_misuse()
            facts = {name: getattr(tracked, name) for name in (*values.COUNTS, "next_watermark")}
            try:
                around.report({**facts, "execution_metadata": tracked.execution_metadata})
            except OSError as exc:
                logger.warning("the numbers of this execution of pipeline %r are lost: %s", request.name, exc)
        if misuse is not None:
            raise misuse

    def _declare(self, request: TrackRequest) -> None:
        """Write what the code declares of a pipeline, without an execution."""
        with self._transaction() as (session, now):
            pipeline = _active_pipeline(session, request, now=now)
            if request.lineage is not None:
                lineage.declare_lineage(session, pipeline=pipeline, lineage=request.lineage, now=now)
            catalog.declare_configuration(session, pipeline=pipeline, configuration=request.configuration, now=now)

    def tracked(self, pipeline: str, **options: Any) -> Callable[[Callable[P, R]], Callable[P, R]]:
        """Record each call of the function as an execution; the options are those of `track`."""

        def decorate(function: Callable[P, R]) -> Callable[P, R]:
            @functools.wraps(function)
            def run(*args: P.args, **kwargs: P.kwargs) -> R:
                with self.track(pipeline, **options):
                    return function(*args, **kwargs)

            return run

        return decorate

    def _start_tracked(self, request: TrackRequest, start_date: dt.datetime) -> values.Execution:
        """Write the start of a tracked execution, after those in the spool: their watermarks come before its own."""
        self._check()
        self._replay_spool(before=request.name)
        if request.lineage is not None:
            # In a transaction of its own: it waits for others that change lineage, and must not hold the execution
            # meanwhile.
            with self._transaction() as (session, now):
                pipeline = _active_pipeline(session, request, now=now)
                lineage.declare_lineage(session, pipeline=pipeline, lineage=request.lineage, now=now)
        with self._driver_statements() as (connection, _):
            known = recording.start_known(connection, request, start_date=start_date)
        return self._start_and_declare(request, start_date) if known is None else known

    def _start_and_declare(self, request: TrackRequest, start_date: dt.datetime) -> values.Execution:
        """Write the start of a tracked execution with what is not known yet: its pipeline, configuration or parent."""
        with self._transaction() as (session, now):
            parent_id = request.parent_id
            if request.parent is not None:
                parent_id = _record_parent(session, request.parent, now=now)
            elif parent_id is None:
                parent_id = recording.find_enclosing_id(database.driver(session), request.part_of)
            pipeline = _active_pipeline(session, request, now=now)
            execution = recording.start_execution(
                database.driver(session),
                pipeline_id=pipeline.id,
                source=request.source,
                external_id=recording.known_identity(
                    database.driver(session),
                    source=request.source,
                    external_id=request.external_id,
                    pipeline_name=pipeline.name,
                    scope=request.scope,
                ),
                start_date=start_date,
                parent_id=parent_id,
                instance_id=request.instance_id,
                scope=request.scope,
                full_load=request.full_load,
                next_watermark=request.next_watermark,
                logical_date=request.logical_date,
                execution_metadata=request.execution_metadata,
                attempt=request.attempt,
                process=request.process,
                now=now,
            )
            # After the execution: recording locks the two rows in this order too, so that neither can deadlock.
            catalog.declare_configuration(session, pipeline=pipeline, configuration=request.configuration, now=now)
            return execution

    def _begin_heartbeat(self, tracked: TrackedExecution, process: recording.Process | None) -> object:
        """Send heartbeats while the block runs: so a job that is killed is known."""
        if tracked.id is None or process is None:
            return None
        execution_id = tracked.id

        def send() -> None:
            with waiting.time_limit(self.settings.timeout):
                self._beat(execution_id, process)

        return recording.pulse.begin(send)

    def _beat(self, execution_id: int, process: recording.Process) -> bool:
        with self._driver_transaction() as (connection, _):
            return recording.beat(connection, execution_id=execution_id, process=process)

    def finish_tracking(self, tracked: TrackedExecution, error: BaseException | None) -> None:
        """Write the end of a tracked execution, or put it into the spool. The block's error is never replaced.

        Args:
            tracked: What `start_tracking` gave.
            error: What ended it; `None` for a success.

        Raises:
            InvalidValueError: What the block has assigned breaks a rule; the execution has failed with that.
        """
        request = tracked._request
        misuse = tracked._take_out_misuse()
        record = tracked._ended(error or misuse)
        try:
            with waiting.time_limit(self.settings.timeout):
                self._end_tracked(tracked.id, record, missing_parent=tracked._missing_parent)
        except Exception as exc:
            if error is None and (request.strict or unrecorded.is_misuse(exc)):
                raise
            # Once an execution: where its start could not be written, that has been logged.
            level = logging.DEBUG if tracked.id is None else logging.WARNING
            unrecorded.log("the end of pipeline %r is %s: %s", request, exc, level=level)
            if unrecorded.is_kept(request, exc):
                unrecorded.keep(self.spool_directories, record)
        if misuse is not None and error is None:
            raise misuse

    def _end_tracked(
        self,
        execution_id: int | None,
        record: values.ExecutionRecord,
        *,
        missing_parent: tuple[str, str] | None = None,
    ) -> None:
        """Write the end of a tracked execution; the whole record, where its start could not be written."""
        if execution_id is None or not self._end_known(execution_id, record):
            with self._transaction() as (session, now):
                recording.record_executions(session, records=[record], host=recording.this_host(), now=now)
        elif missing_parent is not None:
            with self._driver_statements() as (connection, _):
                recording.link(connection, execution_id, missing_parent)
        self._catch_up()  # executions inside of it may be in the spool, and this may be the last call of its process

    def _end_known(self, execution_id: int, record: values.ExecutionRecord) -> bool:
        """End an execution; whether that is all. What its record adds is to be written where it has ended, or is gone.

        Another may have ended it: Dagster, for a run that it gave up on, or a second run with the same identity.
        """
        # A logical date takes a second statement, which is part of the first one's transaction.
        scope = self._driver_statements if record.logical_date is None else self._driver_transaction
        try:
            with scope() as (connection, now):
                recording.end_execution(
                    connection,
                    execution_id=execution_id,
                    state=record.state,
                    end_date=record.end_date,
                    counts=vars(record),
                    next_watermark=record.next_watermark,
                    execution_metadata=record.execution_metadata,
                    # The recorder may give one of Dagster its final identity while it runs.
                    external_id=None if record.source is ExecutionSource.DAGSTER else record.external_id,
                    now=now,
                )
        except (ExecutionEndedError, NotFoundError):
            logger.info("execution %d of pipeline %r was ended by another", execution_id, record.pipeline_name)
            return False
        return True


def _part_of(source: ExecutionSource, external_id: str | None) -> PartOf | None:
    """What an execution is part of, as far as this process knows."""
    if source is not ExecutionSource.DAGSTER:
        return part_of()
    run_id = provisional_run(external_id or "")
    return None if run_id is None else PartOf(source=source.value, external_id=run_id)


def _active_pipeline(session: Session, request: TrackRequest, *, now: dt.datetime) -> values.Pipeline:
    pipeline = catalog.get_or_create_pipeline(session, name=request.name, default_type=request.type_name, now=now)
    if not pipeline.active:
        raise PipelineInactiveError(pipeline.name)
    return pipeline


def _record_parent(session: Session, parent: values.ExecutionRecord, *, now: dt.datetime) -> int | None:
    """Return the id of a parent that runs. The first of its children records it; the others only look it up."""
    identity: dict[str, Any] = {"source": parent.source, "external_id": parent.external_id}
    known = recording.find_execution_id(database.driver(session), **identity)
    if known is None:
        recording.record_executions(session, records=[parent], host=recording.this_host(), now=now)
        known = recording.find_execution_id(database.driver(session), **identity)
    return known
