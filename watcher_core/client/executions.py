"""`Watcher`'s methods on executions that are started and ended by hand, or recorded after the fact."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from watcher_core import arguments, catalog, database, recording, values
from watcher_core.client.tracking import TrackMethods
from watcher_core.enclosing import part_of
from watcher_core.enums import ExecutionSource, ExecutionState
from watcher_core.errors import InvalidValueError
from watcher_core.values import UNSET

# What a ping may say.
PINGED = (ExecutionState.RUNNING, ExecutionState.SUCCEEDED, ExecutionState.FAILED)


class ExecutionMethods(TrackMethods):
    """Executions of pipelines."""

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
        scope: str | None = None,
    ) -> values.Execution:
        """Start an execution, which takes the pipeline's watermark with it.

        The same `external_id` again returns the execution that exists; a higher `attempt` starts it again. Whether the
        pipeline is active is for the caller to check (`track` does).

        Args:
            pipeline_id: The pipeline's id or name.
            start_date: When it started, with time zone; now by default.
            parent_id, full_load, next_watermark, execution_metadata, source, external_id, logical_date: As of `track`.
            attempt, scope: As of `track`.

        Raises:
            NotFoundError: The pipeline or the parent is not known.
            InvalidValueError: A value breaks a rule.
        """
        if isinstance(pipeline_id, str):
            pipeline_id = self.pipeline(pipeline_id).id
        within = part_of() if parent_id is None and source is not ExecutionSource.DAGSTER else None
        with self._driver_statements() as (connection, now):
            if within is not None:
                parent_id = recording.find_enclosing_id(connection, within)
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
                scope=scope,
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
        """End an execution; a success moves the pipeline's watermark and the dates of its last changes.

        The same values again change nothing.

        Args:
            execution_id: Which one.
            end_date: When it ended, with time zone, not before its start; now by default.
            completed_successfully: Whether it succeeded.
            inserts, updates, soft_deletes, total_rows: Rows, from 0.
            next_watermark: The pipeline's new watermark, where it was not known at the start.
            execution_metadata: Added to the metadata of the start.

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

    def close_execution(
        self, execution_id: int, *, state: ExecutionState | str = ExecutionState.FAILED, reason: str | None = None
    ) -> values.Execution:
        """End an execution by hand whose process was killed, so that nobody else ends it any more.

        Where its job reports an end after all, that replaces this one.

        Args:
            execution_id: Which one.
            state: How it ended: `failed`, `canceled` or `succeeded`.
            reason: Why, for those who read of it.

        Raises:
            NotFoundError: The execution is not known.
            InvalidValueError: It has ended already, or the state is not an end.
        """
        chosen = arguments.choice(state, ExecutionState, "state")
        if chosen not in (ExecutionState.FAILED, ExecutionState.CANCELED, ExecutionState.SUCCEEDED):
            raise InvalidValueError(f"state is {chosen.value!r}; an execution ends as failed, canceled or succeeded")
        message = "ended by hand" + (f": {arguments.text(reason, 'reason')}" if reason else "")
        metadata = {
            recording.ENDED_BY_HAND: True,
            **({"error": {"message": message}} if chosen is not ExecutionState.SUCCEEDED else {}),
        }
        with self._driver_transaction() as (connection, now):
            before = recording.get_execution(connection, execution_id)
            if before.state is not ExecutionState.RUNNING:
                raise InvalidValueError(
                    f"execution {execution_id} has ended already: it {before.state.value} at {before.end_date}"
                )
            return recording.end_execution(
                connection,
                execution_id=execution_id,
                state=chosen,
                end_date=max(now, before.start_date),
                counts={},
                execution_metadata=metadata,
                now=now,
            )

    def heartbeat(self, execution_id: int, *, process_id: int | None = None) -> bool:
        """Say that a running execution lives, at least every minute, from the host that it runs on.

        `track` does so by itself. An execution whose heartbeats stop is found by `check_stuck`.

        Args:
            execution_id: Which one.
            process_id: The process on this host that runs it; where that is gone, the check says so sooner.

        Returns:
            Whether the execution runs; `False` where it has ended, or is not known.

        Raises:
            InvalidValueError: A value breaks a rule.
        """
        identifier = arguments.identifier(execution_id, "execution_id")
        process = recording.Process.of(None if process_id is None else arguments.identifier(process_id, "process_id"))
        return self._beat(identifier, process)

    def ping(
        self,
        pipeline: str,
        state: ExecutionState | str = ExecutionState.SUCCEEDED,
        *,
        inserts: int | None = None,
        updates: int | None = None,
        soft_deletes: int | None = None,
        total_rows: int | None = None,
        execution_metadata: Mapping[str, Any] | None = None,
    ) -> int:
        """Record that a pipeline's execution has started or ended, from where nothing else is known of it.

        An end ends the newest execution that a ping has started, also where somebody has ended that one by hand and
        nothing has started since; without one, it is an execution without a duration.
        The pipeline is created where it is not known.

        Args:
            pipeline: Its name.
            state: `running`, `succeeded` or `failed`.
            inserts, updates, soft_deletes, total_rows: Rows, from 0.
            execution_metadata: Other facts to keep about the execution.

        Returns:
            The execution's id.

        Raises:
            InvalidValueError: A value breaks a rule.
        """
        chosen = arguments.choice(state, ExecutionState, "state")
        if chosen not in PINGED:
            raise InvalidValueError(f"state is {chosen.value!r}; a ping says running, succeeded or failed")
        counts = {"inserts": inserts, "updates": updates, "soft_deletes": soft_deletes, "total_rows": total_rows}
        return self._record_ping(pipeline, chosen, counts, execution_metadata)

    def _record_ping(
        self,
        pipeline: str,
        state: ExecutionState,
        counts: Mapping[str, int | None],
        execution_metadata: Mapping[str, Any] | None,
    ) -> int:
        name = pipeline
        while True:
            with self._driver_statements() as (connection, _):
                found = recording.record_ping(
                    connection, pipeline_name=name, state=state, counts=counts, execution_metadata=execution_metadata
                )
            if found is not None:
                return found
            # Not known by exactly that name: in other letters, by a former name, or new.
            with self._transaction() as (session, now):
                known = catalog.known_name(session, "pipeline", name)
                name = catalog.get_or_create_pipeline(session, name=known, now=now).name

    def record(self, records: Iterable[values.ExecutionRecord]) -> int:
        """Record executions after the fact, in one transaction. Order does not matter, and repeating it is safe.

        Returns:
            How many were written.

        Raises:
            InvalidValueError: A record breaks a rule; nothing is written.
        """
        return self._record_all(records, in_passing=False)

    def execution(self, execution_id: int) -> values.Execution:
        """Return the execution with that id.

        Raises:
            NotFoundError: There is none.
        """
        with self._driver_statements() as (connection, _):
            return recording.get_execution(connection, execution_id)

    def executions(
        self,
        *,
        pipeline: int | str | None = None,
        scope: str | None = None,
        state: ExecutionState | str | None = None,
        since: dt.datetime | None = None,
        before: tuple[dt.datetime, int] | None = None,
        limit: int = 100,
    ) -> list[values.Execution]:
        """Return executions, newest first.

        Args:
            pipeline: Of this pipeline only, by id or name.
            scope: Of this scope only, which is the partition of an asset.
            state: In this state only.
            since: Started at or after this time, with time zone.
            before: Those that follow an execution in this order, by its start and its id: the next page.
            limit: At most so many.

        Raises:
            NotFoundError: The pipeline is not known.
            InvalidValueError: A value breaks a rule.
        """
        with self._driver_statements() as (connection, _):
            pipeline_id = None if pipeline is None else catalog.find_pipeline_id(connection, pipeline)
            return recording.list_executions(
                connection,
                pipeline_id=pipeline_id,
                scope=scope,
                state=state,
                since=since,
                names=self._names,
                before=before,
                limit=limit,
            )

    def executions_since(
        self, pipelines: Iterable[str], *, after: int, also: Iterable[int] = (), known: Iterable[int] = ()
    ) -> values.ExecutionsSince:
        """Return executions that are new since a position, or that may have changed, to report each success once.

        Args:
            pipelines: The names of their pipelines; those that are not known are passed over.
            after: The position that the last call returned; 0 at first.
            also: The ids of executions before it that are wanted. Those that run are returned in any case.
            known: The ids of the pipelines that the last call knew. Of others the newest success is returned, too.
        """
        with self._transaction() as (session, _):
            ids = catalog.pipeline_ids(session, pipelines)
            return recording.executions_since(
                database.driver(session), pipeline_ids=ids, after=after, also=list(also), known=list(known)
            )

    def pipeline_activity(self) -> list[values.PipelineActivity]:
        """Return the last execution of each pipeline and how long its executions usually take, by pipelines' names."""
        with self._driver_statements() as (connection, _):
            return list(recording.select_activity(connection))

    def child_executions(self, execution_id: int, *, limit: int = 100) -> list[values.Execution]:
        """Return what ran directly as part of an execution, oldest first; nothing for one that is not known.

        Args:
            execution_id: The execution.
            limit: At most so many.

        Raises:
            InvalidValueError: A value breaks a rule.
        """
        with self._driver_statements() as (connection, _):
            return recording.child_executions(connection, execution_id, limit=limit)

    def execution_tree(
        self, execution_id: int, *, levels: int | None = None, limit: int | None = None
    ) -> values.ExecutionTree:
        """Return an execution with what ran as part of it, oldest first.

        Args:
            execution_id: The execution.
            levels: So many levels of what ran as part of it, from 0 to 100; all of them by default.
            limit: At most so many executions, itself among them: those with the fewest between them and it.

        Raises:
            NotFoundError: There is none.
            InvalidValueError: A value breaks a rule; or `levels` is not passed, and there are more than 100.
        """
        with self._driver_statements() as (connection, _):
            return recording.execution_tree(connection, execution_id, levels=levels, limit=limit)
