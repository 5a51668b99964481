"""What events hold."""

from __future__ import annotations

from typing import Any

import dagster as dg


def event_data(event: dg.DagsterEvent) -> Any:
    """Return the part of an event that depends on its type.

    Dagster's own accessors check the type of that part again, which takes as long as all the rest of reading an event.
    """
    return event.event_specific_data


def materialization(event: dg.DagsterEvent) -> dg.AssetMaterialization:
    """Return the materialization of an ASSET_MATERIALIZATION."""
    made: dg.AssetMaterialization = event_data(event).materialization
    return made


def planned_partitions(event: dg.DagsterEvent) -> tuple[dg.AssetKey, list[str | None], bool]:
    """Return the asset and partitions of an ASSET_MATERIALIZATION_PLANNED, and whether they are a range."""
    planned = event_data(event)
    if planned.partitions_subset is None:
        return planned.asset_key, [planned.partition], False
    return planned.asset_key, list(planned.partitions_subset.get_partition_keys()), True


def planned_check(event: dg.DagsterEvent) -> tuple[dg.AssetCheckKey, list[str | None]]:
    """Return the check and partitions of an ASSET_CHECK_EVALUATION_PLANNED."""
    planned = event_data(event)
    key = dg.AssetCheckKey(planned.asset_key, planned.check_name)
    subset = getattr(planned, "partitions_subset", None)  # since Dagster 1.13
    return key, [None] if subset is None else list(subset.get_partition_keys())


def event_error(event: dg.DagsterEvent) -> Any:
    """Return the error of a STEP_FAILURE or RUN_FAILURE, with `cls_name`, `message`, `stack` and `cause`, if any."""
    data = event_data(event)
    error = getattr(data, "error", None)
    first_step = getattr(data, "first_step_failure_event", None)  # in older versions it alone has the error
    return event_error(first_step) if error is None and first_step is not None else error


def observation(entry: dg.EventLogEntry) -> dg.AssetObservation | None:
    """Return the observation of an ASSET_OBSERVATION; `None` for other events."""
    return entry.asset_observation
