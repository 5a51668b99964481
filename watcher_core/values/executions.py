"""Executions, as callers record them and as they are stored."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from watcher_core.enums import ExecutionSource, ExecutionState, WatermarkEventKind

# The counts of an execution, by the names of their columns.
COUNTS = ("inserts", "updates", "soft_deletes", "total_rows")


@dataclass(frozen=True, kw_only=True)
class Execution:
    """One run of a pipeline."""

    id: int
    pipeline_id: int
    pipeline_name: str
    parent_id: int | None
    source: ExecutionSource
    external_id: str
    instance_id: str | None
    scope: str | None
    state: ExecutionState
    start_date: dt.datetime
    end_date: dt.datetime | None
    duration_seconds: float | None
    logical_date: dt.datetime | None
    full_load: bool
    watermark: str | None
    next_watermark: str | None
    inserts: int | None
    updates: int | None
    soft_deletes: int | None
    total_rows: int | None
    execution_metadata: dict[str, Any]
    created_at: dt.datetime
    updated_at: dt.datetime

    @property
    def completed_successfully(self) -> bool | None:
        """Whether it succeeded; `None` while it runs."""
        return None if self.state is ExecutionState.RUNNING else self.state is ExecutionState.SUCCEEDED


@dataclass(frozen=True, kw_only=True)
class ExecutionTree:
    """An execution and all that ran as part of it, oldest first."""

    execution: Execution
    children: tuple[ExecutionTree, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ExecutionsSince:
    """What has come of executions since somebody last looked.

    Attributes:
        executions: Those that are new or may have changed, in the order of their ends; running ones come last.
        after: The position from which to look next time.
        pipeline_ids: The pipelines that were asked for, as far as they are known, by the names that were used.
    """

    executions: tuple[Execution, ...]
    after: int
    pipeline_ids: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class ExecutionRecord:
    """An execution that is recorded after the fact; the argument of `Watcher.record`.

    `source` and `external_id` are its identity: recording it again updates the same row. `parent_external_id` names
    what it was part of, recorded before or in the same call, and `parent_source` its source, where that is another one;
    `parent_id` names one that has its row already. Whichever is not known is passed over.

    Attributes:
        instance_id: The Dagster instance that it ran in.
        scope: What of the pipeline it did, a partition for example: a failure is taken back by a success of the same
            scope, in the same instance. Without one it did all of it.
        former_external_id: The identity that it had before; a row that has it, and started at the same time, is the
            same execution.
        duration_is_shared: Whether the time from start to end is that of a piece of work that did more than this, or
            of a retry that did a part of it. Such a duration is not judged. `False` where it did more, and this is the
            execution's own time nevertheless.
        is_provisional: Whether a later record may replace what this one says; until then its numbers are not judged,
            and its watermark does not move.
        may_be_no_change: Whether an execution without counts may have changed nothing, so that it is no sign of
            fresh data.
        declared_by: The code location whose job this is a run of, as `configure_pipelines` is given it. Only for a
            pipeline that is not known yet: its job may be gone from the code before that is declared again.
    """

    pipeline_name: str
    source: ExecutionSource
    external_id: str
    state: ExecutionState
    start_date: dt.datetime
    end_date: dt.datetime | None = None
    parent_external_id: str | None = None
    parent_source: ExecutionSource | None = None
    parent_id: int | None = None
    instance_id: str | None = None
    scope: str | None = None
    pipeline_type_name: str | None = None  # only for a pipeline that is not known yet
    logical_date: dt.datetime | None = None
    full_load: bool = False
    next_watermark: str | None = None
    inserts: int | None = None
    updates: int | None = None
    soft_deletes: int | None = None
    total_rows: int | None = None
    execution_metadata: dict[str, Any] = field(default_factory=dict)
    former_external_id: str | None = None
    duration_is_shared: bool | None = None
    is_provisional: bool = False
    may_be_no_change: bool = False
    declared_by: str | None = None

    @property
    def identity(self) -> tuple[ExecutionSource, str]:
        """The source and the external id: what is recorded again with these is the same execution."""
        return self.source, self.external_id

    @property
    def parent_identity(self) -> tuple[ExecutionSource, str] | None:
        """The source and the external id of what it was part of; `None` where it does not name that so."""
        if self.parent_external_id is None:
            return None
        return self.parent_source or self.source, self.parent_external_id


@dataclass(frozen=True, kw_only=True)
class ObservationRecord:
    """What a recorder knows of an observation of an asset, which is no execution.

    Attributes:
        observed_at: When it was made.
        updated_at: When the data was last updated, as the observation says.
        data_version: The version of the data; where another was observed before, the data has changed by now.
        scope: The partition that was observed.
        step: The step that made it, as location/step, where it succeeded and was there for that alone: earlier failures
            of it are over.
    """

    pipeline_name: str
    observed_at: dt.datetime
    updated_at: dt.datetime | None = None
    data_version: str | None = None
    scope: str | None = None
    step: str | None = None
    pipeline_type_name: str | None = None  # only for a pipeline that is not known yet


@dataclass(frozen=True, kw_only=True)
class WatermarkEvent:
    """A watermark that was set by hand, or could not be moved."""

    id: int
    pipeline_id: int
    pipeline_execution_id: int | None
    kind: WatermarkEventKind
    old_watermark: str | None
    new_watermark: str | None
    created_at: dt.datetime
