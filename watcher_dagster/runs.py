"""The execution of a run, for the recorder, which reads of it, and the resource, which is inside one of its steps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

import dagster as dg

from watcher_core import ExecutionRecord, ExecutionSource, ExecutionState
from watcher_dagster import compat
from watcher_dagster.identity import run_identity, run_pipeline_name
from watcher_dagster.partitions import partition_start, partition_watermark

# The pipeline types of what declares none.
RUN_TYPE: Final = "job"
ASSET_TYPE: Final = "asset"

# Tags that say where a run came from.
PARTITION_TAG: Final = "dagster/partition"
_TAGS: Final = (
    "dagster/backfill",
    "dagster/schedule_name",
    "dagster/sensor_name",
    compat.RANGE_START_TAG,
    compat.RANGE_END_TAG,
)


def run_started(run: dg.DagsterRun, start_date: dt.datetime) -> ExecutionRecord:
    """The execution of a run that goes on."""
    return run_record(run, ExecutionState.RUNNING, start_date, None)


def run_record(
    run: dg.DagsterRun,
    state: ExecutionState,
    start_date: dt.datetime,
    end_date: dt.datetime | None,
    metadata: Mapping[str, Any] | None = None,
) -> ExecutionRecord:
    """The execution of a run in a state."""
    partition = run.tags.get(PARTITION_TAG)
    # Ad-hoc runs materialize this today and that tomorrow; together they get nowhere. Dagster names their jobs.
    advances = not run.job_name.startswith("__")
    known = {
        "run_id": run.run_id,
        "job": run.job_name,
        "location": compat.run_location(run),
        "partition": partition,
        "parent_run_id": run.parent_run_id,
        "root_run_id": run.root_run_id,
        "tags": {tag: run.tags[tag] for tag in _TAGS if tag in run.tags} or None,
    }
    return ExecutionRecord(
        pipeline_name=run_pipeline_name(run),
        pipeline_type_name=RUN_TYPE,
        source=ExecutionSource.DAGSTER,
        external_id=run_identity(run.run_id),
        state=state,
        start_date=start_date,
        end_date=end_date,
        logical_date=None if partition is None else partition_start(partition),
        next_watermark=partition_watermark(partition) if partition is not None and advances else None,
        execution_metadata={key: value for key, value in known.items() if value is not None} | dict(metadata or {}),
    )
