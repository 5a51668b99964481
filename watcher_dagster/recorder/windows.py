"""How partitions are cut by time, which keys do not say and the event log does not know: time zones, and formats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType
from typing import Final, NamedTuple

import dagster as dg

from watcher_core import ColumnsRecord, ExecutionRecord
from watcher_dagster.identity import asset_pipeline_name
from watcher_dagster.partitions import (
    partition_series,
    partition_start,
    partition_watermark,
    partitions_format,
    partitions_timezone,
)


class Windows(NamedTuple):
    """How the partitions of an asset are cut by time.

    Attributes:
        timezone: The time zone; `None` for UTC.
        fmt: The format of their keys; `None` for one that keys are known by.
    """

    timezone: str | None = None
    fmt: str | None = None


USUAL: Final = Windows()

# By the names of pipelines; those of which keys say all are not among them.
PartitionWindows = Mapping[str, Windows]

NO_WINDOWS: Final[PartitionWindows] = MappingProxyType({})


@lru_cache(maxsize=1)  # the same at each tick
def partition_windows(repository: dg.RepositoryDefinition) -> PartitionWindows:
    """Return how the partitions of a code location's assets are cut, where that is not as keys say."""
    found: dict[str, Windows] = {}
    for key, assets_def in repository.assets_defs_by_key.items():
        partitions_def = assets_def.get_asset_spec(key).partitions_def
        found[asset_pipeline_name(key)] = Windows(
            partitions_timezone(partitions_def), partitions_format(partitions_def)
        )
    return {name: windows for name, windows in found.items() if windows != USUAL}


def in_windows(executions: Sequence[ExecutionRecord], windows: PartitionWindows) -> list[ExecutionRecord]:
    """Return the executions of a run with the logical dates and watermarks of their partitions.

    The run's own partition is one of those of the assets that it materializes.
    """
    known = {found for execution in executions if (found := windows.get(execution.pipeline_name))}
    if not known:
        return list(executions)
    of_run = known.pop() if len(known) == 1 else None
    return [_in_windows(execution, windows.get(execution.pipeline_name) or of_run) for execution in executions]


def _in_windows(execution: ExecutionRecord, windows: Windows | None) -> ExecutionRecord:
    partition = execution.execution_metadata.get("partition")
    if windows is None or not isinstance(partition, str):
        return execution
    timezone, fmt = windows
    watermark = execution.next_watermark
    if fmt is None and execution.logical_date is None:
        return execution  # its partitions are not cut by time
    if fmt is not None and watermark is None and not str(execution.execution_metadata.get("job", "")).startswith("__"):
        watermark = partition_watermark(partition, fmt)
    return replace(execution, logical_date=partition_start(partition, timezone, fmt), next_watermark=watermark)


def columns_in_windows(records: Sequence[ColumnsRecord], windows: PartitionWindows) -> list[ColumnsRecord]:
    """Return what is reported of columns with the logical dates of partitions whose keys have their own format."""
    return [_columns_in_windows(record, windows.get(record.pipeline_name, USUAL)) for record in records]


def _columns_in_windows(record: ColumnsRecord, windows: Windows) -> ColumnsRecord:
    timezone, fmt = windows
    if fmt is None or record.partition is None:
        return record
    start = partition_start(record.partition, timezone, fmt)
    return replace(record, partition=partition_series(record.partition, fmt), logical_date=start)
