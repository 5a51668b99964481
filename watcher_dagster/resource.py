"""`WatcherResource`: Watcher inside the code of an asset or op.

What is tracked here, the recorder will find in Dagster's event log as well. Both name it the same, so both write the
same row, and the resource adds what the event log does not have: the watermark, the counts, and the execution while it
runs. That is also why nothing is spooled when the database is away: the event log is the spool.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

import dagster as dg
from pydantic import Field

from watcher_core import (
    UNSET,
    DatabaseError,
    ExecutionRecord,
    ExecutionSource,
    InvalidValueError,
    NotFoundError,
    PipelineInactiveError,
)
from watcher_dagster.counts import CountKeys
from watcher_dagster.metadata import (
    COUNT_KEYS,
    NEXT_WATERMARK_KEY,
    PARTITION_ROW_COUNT_KEY,
    ROW_COUNT_KEY,
    board_entry,
)
from watcher_dagster.runs import instance_id, run_started
from watcher_dagster.step import Step, StepContext, read_step

if TYPE_CHECKING:
    from watcher_core import Address, TrackedExecution, Watcher

logger = logging.getLogger("watcher.dagster")

WhenInactive = Literal["fail", "skip"]

# One client a process and database: each has a connection pool. `setdefault` is atomic, and a client connects lazily,
# so that a race costs nothing but an unused object.
_clients: Final[dict[str | None, Watcher]] = {}

# Dagster's storage opens a connection for each question, which takes longer than all that we write of a step. A step's
# process knows one run; one that executes run after run must not remember them all.
_run_starts: Final[dict[str, dt.datetime]] = {}
REMEMBERED_RUNS = 100


class TrackedStep:
    """The execution of a step, as its code sees it.

    Args:
        step: The step.
        tracked: Its execution.
        board: The address of the asset's page on the board.

    Attributes:
        skipped: Whether the pipeline is inactive, and the step is to leave without doing its work.
    """

    def __init__(self, step: Step, tracked: TrackedExecution | None, *, board: str | None = None) -> None:
        self._step = step
        self._tracked = tracked
        self._board = board
        self.skipped = tracked is None

    @property
    def id(self) -> int | None:
        """The execution's id; `None` when it is skipped or the database could not be reached."""
        return self._tracked.id if self._tracked else None

    @property
    def pipeline(self) -> str:
        """The pipeline's name: the asset's key as a/b."""
        return self._step.pipeline.name

    @property
    def watermark(self) -> str | None:
        """How far the pipeline had got; `None` at first, and when the database could not be reached."""
        return self._tracked.watermark if self._tracked else None

    @property
    def next_watermark(self) -> str | None:
        """How far the pipeline will have got, if this execution succeeds."""
        return self._tracked.next_watermark if self._tracked else None

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
        """Record what the execution did. What is not passed stays as it was recorded before.

        Args:
            inserts: Rows that it added.
            updates: Rows that it changed.
            soft_deletes: Rows that it marked as deleted.
            total_rows: Rows that it handled in all.
            execution_metadata: Other facts to keep; a mapping that JSON can hold.
            next_watermark: The new watermark, where it is known only after the work.
        """
        self._active().record(
            inserts=inserts,
            updates=updates,
            soft_deletes=soft_deletes,
            total_rows=total_rows,
            execution_metadata=execution_metadata,
            next_watermark=next_watermark,
        )

    def materialize_result(
        self, *, metadata: Mapping[str, Any] | None = None, **arguments: Any
    ) -> dg.MaterializeResult[Any]:
        """What the asset returns after the `with` block: the counts, as metadata that the Dagster UI plots.

        The total also goes by Dagster's own names where it is what they mean: `dagster/partition_row_count` for one
        partition, `dagster/row_count` for a table that was loaded whole, so without a watermark.

        Args:
            metadata: More metadata; it wins over ours.
            arguments: What `dagster.MaterializeResult` takes besides: `value`, `check_results`, `data_version`, `tags`.
        """
        tracked = self._active()
        counts = {key: getattr(tracked, field) for field, key in COUNT_KEYS.items()}
        if self._step.partition is not None:
            counts[PARTITION_ROW_COUNT_KEY] = tracked.total_rows
        elif self._step.partition_range is None and tracked.next_watermark is None:
            counts[ROW_COUNT_KEY] = tracked.total_rows
        recorded = {key: count for key, count in counts.items() if count is not None}
        if tracked.next_watermark is not None:
            recorded[NEXT_WATERMARK_KEY] = tracked.next_watermark
        arguments.setdefault("asset_key", self._step.asset_key)
        shown = {**recorded, **board_entry(self._board), **(metadata or {})}
        return dg.MaterializeResult(metadata=shown, **arguments)

    def _active(self) -> TrackedExecution:
        if self._tracked is None:
            raise InvalidValueError(
                f"pipeline {self.pipeline!r} is inactive and its execution is skipped: leave when execution.skipped"
            )
        return self._tracked


class WatcherResource(dg.ConfigurableResource):  # type: ignore[type-arg]  # its value is itself
    """Watcher inside the code of an asset or op: watermarks, counts, and executions that are seen while they run.

    Examples:
        .. code-block:: python

            import dagster as dg
            from watcher_dagster import WatcherResource

            @dg.asset
            def stock_prices(context: dg.AssetExecutionContext, watcher: WatcherResource) -> dg.MaterializeResult:
                with watcher.track(context, next_watermark=newest_id()) as execution:
                    rows = load(after=execution.watermark, up_to=execution.next_watermark)
                    execution.record(inserts=len(rows), total_rows=len(rows))
                return execution.materialize_result()

            defs = dg.Definitions(assets=[stock_prices], resources={"watcher": WatcherResource()})
    """

    database_url: str | None = Field(
        default=None,
        repr=False,
        description=(
            "PostgreSQL, as postgresql://user:password@host/database. Without it, WATCHER_DATABASE_URL of the"
            " environment; without that, the embedded PostgreSQL. Dagster shows configuration in its UI: pass a URL"
            ' with a password as dagster.EnvVar("…").'
        ),
    )
    strict: bool = Field(
        default=False,
        description=(
            "Whether an asset fails when Watcher's database cannot be reached. By default it goes on without a"
            " watermark, and the recorder fills the gap from the event log."
        ),
    )

    count_keys: dict[str, str] = Field(
        default={},
        description=(
            "Metadata keys of the project that count rows, each with what it counts: inserts, updates, soft_deletes,"
            " total_rows, or none. They come before the keys that Watcher knows."
        ),
    )

    def get_count_keys(self) -> CountKeys:
        """Which metadata of materializations counts rows: by this resource, by the settings, and by the presets."""
        return CountKeys(self.count_keys, setting=self.get_client().settings.count_keys)

    def get_client(self) -> Watcher:
        """The `Watcher` of this process and database, made at the first call; it connects when it is used."""
        from watcher_core import Watcher  # brings the ORM along, which a step that tracks nothing need not wait for

        return _clients.get(self.database_url) or _clients.setdefault(self.database_url, Watcher(self.database_url))

    @contextmanager
    def track(
        self,
        context: StepContext,
        *,
        next_watermark: object = None,
        full_load: bool = False,
        execution_metadata: Mapping[str, Any] | None = None,
        sources: Iterable[Address] = (),
        targets: Iterable[Address] = (),
        asset_key: dg.AssetKey | str | list[str] | None = None,
        pipeline: str | None = None,
        partition: str | None = None,
        when_inactive: WhenInactive = "fail",
    ) -> Iterator[TrackedStep]:
        """Track what the block does as an execution, from its start to its end.

        It is part of the run's execution, it is `running` inside the block, and ends as `succeeded`, or as `failed`
        with the error, which goes on to Dagster. The watermark moves only when it succeeds. A step that Dagster retries
        is one execution, with its attempts in the metadata.

        Args:
            context: Dagster's context, of an asset, a multi-asset, an op or an asset check.
            next_watermark: The new watermark, if the block succeeds. For an asset whose partitions are time windows,
                the default is its partition; a backfill of older partitions never moves the watermark back.
            full_load: Whether everything is read again, whatever the watermark.
            execution_metadata: Other facts to keep; a mapping that JSON can hold.
            sources: Addresses that it reads and Dagster does not know of, with `targets`: an API, a bucket.
            targets: The addresses that it writes.
            asset_key: Which asset, where a step materializes several, or one that Dagster does not know of.
            pipeline: A name, where the work is no asset's.
            partition: The partition, for an op that materializes one; an asset's own is known.
            when_inactive: What to do when the pipeline is switched off: "fail" the step, without retries, or "skip":
                the block runs with `execution.skipped` set, and is to leave. Nothing is recorded of it.

        Yields:
            The execution: `watermark`, `next_watermark`, `record`, and `materialize_result` for after the block.

        Raises:
            dagster.Failure: The pipeline is inactive.
            InvalidValueError: It is not clear which asset or pipeline is meant, or a value breaks a rule.
            DatabaseError: The database cannot be reached, and the resource is strict.

        Examples:
            An asset that is skipped while its pipeline is switched off. Dagster skips an output that is optional and
            is not yielded, and what depends on it:

            .. code-block:: python

                @dg.asset(output_required=False)
                def stock_prices(context: dg.AssetExecutionContext, watcher: WatcherResource):
                    with watcher.track(context, when_inactive="skip") as execution:
                        if execution.skipped:
                            return
                        execution.record(inserts=load())
                    yield execution.materialize_result()
        """
        if when_inactive not in get_args(WhenInactive):
            raise InvalidValueError(f"when_inactive is {when_inactive!r}; it must be 'fail' or 'skip'")
        step = read_step(context, asset_key=asset_key, pipeline=pipeline, partition=partition)
        tracking = self.get_client().track(
            step.pipeline,
            next_watermark=step.watermark if next_watermark is None else next_watermark,
            parent=_run(context, step.run) if step.run else None,
            full_load=full_load,
            execution_metadata=_step_metadata(step) | dict(execution_metadata or {}),
            sources=sources,
            targets=targets,
            source=ExecutionSource.DAGSTER if step.run else ExecutionSource.PYTHON,
            external_id=step.external_id,
            logical_date=step.logical_date,
            attempt=step.attempt,
            instance_id=instance_id(context.instance) if step.run else None,
            scope=step.partition,
            strict=self.strict,
            spool=False,
        )
        with ExitStack() as stack:
            tracked = None
            try:
                tracked = stack.enter_context(tracking)
            except PipelineInactiveError as error:
                if when_inactive == "fail":
                    raise dg.Failure(str(error), allow_retries=False) from error
                context.log.info("Skipped: %s", error)
            yield TrackedStep(step, tracked, board=self.get_client().pipeline_address(step.pipeline.name))

    def is_active(self, pipeline: str | StepContext) -> bool:
        """Whether a pipeline may run: by its name, or that of the step that runs. One that is not known yet may.

        So may every one when the database cannot be reached, unless the resource is strict.
        """
        name = pipeline if isinstance(pipeline, str) else read_step(pipeline).pipeline.name
        try:
            return self.get_client().pipeline(name).active
        except NotFoundError:
            return True
        except DatabaseError:
            if self.strict:
                raise
            logger.warning("whether pipeline %s is active is not known; it is taken to be", name, exc_info=True)
            return True


def _run(context: StepContext, run: dg.DagsterRun) -> ExecutionRecord:
    """The run, which is this execution's parent: Dagster has started it, so it runs."""
    started = _run_starts.get(run.run_id) or _run_start(context.instance, run.run_id)
    record = run_started(run, started or dt.datetime.now(dt.UTC))
    return replace(record, instance_id=instance_id(context.instance))


def _run_start(instance: dg.DagsterInstance, run_id: str) -> dt.datetime | None:
    try:
        record = instance.get_run_record_by_id(run_id)
    except Exception:  # whatever Dagster's storage raises, the step must not fail for a date
        logger.warning("the start of run %s is not known; now is taken", run_id, exc_info=True)
        return None
    if record is None or record.start_time is None:
        return None
    if len(_run_starts) >= REMEMBERED_RUNS:
        _run_starts.clear()
    return _run_starts.setdefault(run_id, dt.datetime.fromtimestamp(record.start_time, dt.UTC))


def _step_metadata(step: Step) -> dict[str, Any]:
    if step.partition_range:
        first, last = step.partition_range
        return {"partition_range": {"start": first, "end": last}}
    return {"partition": step.partition} if step.partition else {}
