"""Backfills: their runs and partitions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence, Set
from typing import Any, Final

import dagster as dg

# On the runs of a backfill.
BACKFILL_TAG: Final = "dagster/backfill"

# Partitions by asset.
Filled = Mapping[dg.AssetKey, Set[str]]


def open_backfills(instance: dg.DagsterInstance) -> Sequence[Any]:
    """Return the backfills that go on."""
    from dagster._core.execution.backfill import BulkActionsFilter, BulkActionStatus

    going = [status for status in BulkActionStatus if status.value in ("REQUESTED", "CANCELING", "FAILING")]
    return instance.get_backfills(filters=BulkActionsFilter(statuses=going))


def backfills_since(instance: dg.DagsterInstance, since: dt.datetime) -> Sequence[Any]:
    """Return the backfills that were requested after a time."""
    from dagster._core.execution.backfill import BulkActionsFilter

    return instance.get_backfills(filters=BulkActionsFilter(created_after=since))


def backfill(instance: dg.DagsterInstance, backfill_id: str) -> Any | None:
    """Return a backfill; `None` where it is gone."""
    return instance.get_backfill(backfill_id)


def backfill_job(backfill: Any) -> tuple[str | None, str] | None:
    """Return the code location and the name of the job that is filled; `None` where assets are."""
    origin = backfill.partition_set_origin
    if origin is None or backfill.job_name is None:
        return None
    return origin.repository_origin.code_location_origin.location_name, backfill.job_name


def backfilled_assets(backfill: Any) -> tuple[Filled, Filled, Filled] | None:
    """Return the partitions that a backfill of assets is to fill, and has filled, and those that cannot be filled.

    The last are those that failed or wait for one that did. An asset without partitions has one, by its name. `None`
    where Dagster has not worked out any of it.
    """
    data = backfill.asset_backfill_data
    if data is None:
        return None
    return (
        _by_asset(data.target_subset),
        _by_asset(data.materialized_subset),
        _by_asset(data.failed_and_downstream_subset),
    )


def _by_asset(subset: Any) -> Filled:
    found: dict[dg.AssetKey, set[str]] = {
        key: {*part.get_partition_keys()} for key, part in subset.partitions_subsets_by_asset_key.items()
    }
    return found | {key: {key.to_user_string()} for key in subset.non_partitioned_asset_keys}


def newest_runs(instance: dg.DagsterInstance, filters: dg.RunsFilter) -> Sequence[Any]:
    """Return the newest run of each partition, with `partition`, `run_id` and `status`, without reading the runs."""
    return instance.get_run_partition_data(filters)
