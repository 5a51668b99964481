"""Reads the columns that materializations report under `dagster/column_schema`. Pure, as `events`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg

from watcher_core import ColumnsRecord, ExecutionState
from watcher_dagster import compat
from watcher_dagster.counts import Metadata
from watcher_dagster.identity import asset_pipeline_name, materialization_identity
from watcher_dagster.metadata import COLUMN_SCHEMA_KEY
from watcher_dagster.partitions import partition_series, partition_start
from watcher_dagster.recorder.runlog import RunLog, moment


def translate_columns(run: dg.DagsterRun, log: RunLog) -> list[ColumnsRecord]:
    """What the materializations in a run report; a step that goes on may report others yet."""
    found: list[ColumnsRecord] = []
    for (step_key, asset_key), asset in log.assets.items():
        step = log.steps.get(step_key)
        if step is not None and step.state is ExecutionState.RUNNING and not log.is_over:
            continue
        for partition, made in asset.materialized.items():
            identity = materialization_identity(run.run_id, step_key, asset_key, partition)
            found += _records(asset_key, partition, made.reported, made.at, identity)
    return found


def translate_runless_columns(event: dg.EventLogRecord, identity: str) -> list[ColumnsRecord]:
    """What a materialization without a run reports, whose execution has that identity."""
    entry = event.event_log_entry
    made = compat.materialization(entry.get_dagster_event())
    return list(_records(made.asset_key, made.partition, [made.metadata], entry.timestamp, identity))


def _records(
    asset_key: dg.AssetKey, partition: str | None, reported: Sequence[Metadata], at: float, identity: str
) -> Iterator[ColumnsRecord]:
    columns = next(filter(None, map(_columns, reversed(reported))), None)
    if columns is not None:
        yield ColumnsRecord(
            pipeline_name=asset_pipeline_name(asset_key),
            execution_external_id=identity,
            columns=columns,
            reported_at=moment(at),
            partition=None if partition is None else partition_series(partition),
            logical_date=None if partition is None else partition_start(partition),
        )


def _columns(metadata: Metadata) -> dict[str, str]:
    """The type of each column; none where nothing is reported, or where no columns are known."""
    entry = metadata.get(COLUMN_SCHEMA_KEY)
    columns: Sequence[Any] = getattr(getattr(entry, "value", None), "columns", None) or ()
    return {str(column.name): str(column.type) for column in columns}
