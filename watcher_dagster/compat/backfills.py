"""Backfills: their runs and partitions."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import dagster as dg

# On the runs of a backfill.
BACKFILL_TAG: Final = "dagster/backfill"


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


def backfilled_assets(backfill: Any) -> tuple[Counter[str], Counter[str], set[str]] | None:
    """Return the partitions that a backfill of assets is to fill, and has filled, and those that cannot be filled.

    The first two with the number of assets for which; the last are those that failed or wait for one that did. An asset
    without partitions counts as one, by its name. `None` where Dagster has not worked out any of it.
    """
    data = backfill.asset_backfill_data
    if data is None:
        return None
    filled, failed = _counted(data.materialized_subset), _counted(data.failed_and_downstream_subset)
    return _counted(data.target_subset), filled, set(failed)


def _counted(subset: Any) -> Counter[str]:
    partitions = subset.partitions_subsets_by_asset_key.values()
    counted = Counter(key for partition in partitions for key in partition.get_partition_keys())
    counted.update(key.to_user_string() for key in subset.non_partitioned_asset_keys)
    return counted


def newest_runs(instance: dg.DagsterInstance, filters: dg.RunsFilter) -> Sequence[Any]:
    """Return the newest run of each partition, with `partition`, `run_id` and `status`, without reading the runs."""
    return instance.get_run_partition_data(filters)
