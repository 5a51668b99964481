"""Asset checks of Dagster, and what came of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from watcher_core.enums import AlertLevel, AssetCheckStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetCheckRecord:
    """What came of an asset check in one run, or in one report without a run; it is written with executions.

    Attributes:
        pipeline_name: The asset.
        pipeline_type_name: Its type, for a pipeline that is not known yet.
        check_name: The check.
        external_id: The identity of the run, or of the report.
        execution_external_id: The identity of the run's execution; `None` for a report without a run.
        instance_id: The Dagster instance.
        partition: The partition that was checked; `None`: all of the asset.
        status: What came of it.
        severity: How bad it is, where it did not pass: `warning` or `error`.
        blocking: Whether what is downstream in the same run waits for it; `None` where that is not known.
        description: What it says, or the error that it raised.
        step_key: The step that it ran in.
        result_metadata: The numbers and texts that it reported.
        evaluated_at: When.
    """

    pipeline_name: str
    check_name: str
    external_id: str
    status: AssetCheckStatus
    evaluated_at: dt.datetime
    pipeline_type_name: str | None = None
    execution_external_id: str | None = None
    instance_id: str | None = None
    partition: str | None = None
    severity: AlertLevel | None = None
    blocking: bool | None = None
    description: str | None = None
    step_key: str | None = None
    result_metadata: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnsRecord:
    """The columns that a materialization reports; it is written with executions.

    Attributes:
        pipeline_name: The asset.
        execution_external_id: The identity of its execution.
        columns: The type of each column.
        reported_at: When it was made.
        instance_id: The Dagster instance.
        partition: The partition whose columns are compared with its own; `None` where those of all are.
        logical_date: When the partition begins, where partitions follow one another in time: older ones are no news.
    """

    pipeline_name: str
    execution_external_id: str
    columns: Mapping[str, str]
    reported_at: dt.datetime
    instance_id: str | None = None
    partition: str | None = None
    logical_date: dt.datetime | None = None


@dataclass(frozen=True, kw_only=True)
class AssetCheck:
    """An asset check, with its last result.

    Attributes:
        pipeline_name: The asset.
        instance_id: The Dagster instance that it runs in; empty where that is not known.
        blocking: Whether what is downstream in the same run waits for it; `None` where that is not known.
        severity: How bad it is when it does not pass, as it last said.
        status: What came of it when it ran last.
        partition: The partition of the last result; `None`: all of the asset.
        evaluated_at: When it ran last.
        failing: How many results hold now that did not pass: one for each partition.
        removed_at: When its code location had it no more; it opens no alerts then.
    """

    id: int
    pipeline_id: int
    pipeline_name: str
    name: str
    instance_id: str
    blocking: bool | None
    severity: AlertLevel | None
    status: AssetCheckStatus
    partition: str | None
    evaluated_at: dt.datetime
    failing: int
    removed_at: dt.datetime | None
    created_at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class AssetCheckResult:
    """One result of an asset check.

    Attributes:
        pipeline_execution_id: The execution of its run; `None` for a report without a run, or where it is not known.
        partition: The partition that was checked; `None`: all of the asset.
        severity: How bad it is, where it did not pass.
        description: What it says, or the error that it raised.
        step_key: The step that it ran in.
        result_metadata: The numbers and texts that it reported.
        open: Whether it did not pass, and no later result of the same partition has replaced it.
    """

    id: int
    asset_check_id: int
    pipeline_name: str
    check_name: str
    instance_id: str
    pipeline_execution_id: int | None
    partition: str | None
    status: AssetCheckStatus
    severity: AlertLevel | None
    description: str | None
    step_key: str | None
    result_metadata: dict[str, Any]
    evaluated_at: dt.datetime
    open: bool
