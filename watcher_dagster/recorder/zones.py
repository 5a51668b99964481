"""The time zones in which partitions are cut, which keys do not say and the event log does not know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType
from typing import Final

import dagster as dg

from watcher_core import ExecutionRecord
from watcher_dagster.identity import asset_pipeline_name
from watcher_dagster.partitions import partition_start, partitions_timezone

# By the names of pipelines; those whose partitions are cut in UTC are not among them.
PartitionZones = Mapping[str, str]

NO_ZONES: Final[PartitionZones] = MappingProxyType({})


@lru_cache(maxsize=1)  # the same at each tick
def partition_zones(repository: dg.RepositoryDefinition) -> PartitionZones:
    """Return the time zones of the partitions of a code location's assets."""
    zones = {
        asset_pipeline_name(key): partitions_timezone(assets_def.get_asset_spec(key).partitions_def)
        for key, assets_def in repository.assets_defs_by_key.items()
    }
    return {name: zone for name, zone in zones.items() if zone is not None}


def in_zones(executions: Sequence[ExecutionRecord], zones: PartitionZones) -> list[ExecutionRecord]:
    """Return the executions of a run with logical dates by the time zones of their partitions.

    The run's own partition is in the time zone of the assets that it materializes.
    """
    known = {zone for execution in executions if (zone := zones.get(execution.pipeline_name))}
    if not known:
        return list(executions)
    of_run = known.pop() if len(known) == 1 else None
    return [_in_zone(execution, zones.get(execution.pipeline_name) or of_run) for execution in executions]


def _in_zone(execution: ExecutionRecord, zone: str | None) -> ExecutionRecord:
    partition = execution.execution_metadata.get("partition")
    if zone is None or not isinstance(partition, str) or execution.logical_date is None:
        return execution
    return replace(execution, logical_date=partition_start(partition, zone))
