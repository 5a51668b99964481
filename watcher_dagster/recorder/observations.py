"""Reads observations of assets: when their data was updated, and its version. They are no executions."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import dagster as dg

from watcher_core import ObservationRecord
from watcher_dagster import compat
from watcher_dagster.identity import asset_pipeline_name
from watcher_dagster.recorder.assetlog import Outputs
from watcher_dagster.recorder.runlog import RunLog, moment
from watcher_dagster.runs import ASSET_TYPE

log = logging.getLogger("watcher.dagster")

# When the data was last updated, as Dagster's own freshness checks read it.
LAST_UPDATED_KEY: Final = "dagster/last_updated_timestamp"
DATA_VERSION_TAG: Final = "dagster/data_version"


def translate_observation(entry: dg.EventLogEntry) -> ObservationRecord | None:
    """Return what an observation says; `None` for other events."""
    observation = compat.observation(entry)
    if observation is None:
        return None
    return ObservationRecord(
        pipeline_name=asset_pipeline_name(observation.asset_key),
        pipeline_type_name=ASSET_TYPE,
        observed_at=moment(entry.timestamp),
        updated_at=_updated_at(observation),
        data_version=(observation.tags or {}).get(DATA_VERSION_TAG),
        scope=observation.partition,
    )


def is_news(observation: ObservationRecord) -> bool:
    """Return whether an observation without a step says anything of its data."""
    return observation.updated_at is not None or observation.data_version is not None


def translate_observations(log: RunLog, events: Iterable[dg.EventLogRecord]) -> list[ObservationRecord]:
    """Return what the observations in a run say.

    Args:
        log: The run.
        events: The events of the run, as they are read for its executions.
    """
    found: list[tuple[str | None, ObservationRecord, bool]] = []
    outputs = Outputs()
    succeeded: set[str | None] = set()
    materialized: list[dg.DagsterEvent] = []
    for record in events:
        event = record.event_log_entry.dagster_event
        if event is None:
            continue
        kind = event.event_type_value
        is_yielded = outputs.add(kind, event.step_key)
        if kind == "ASSET_OBSERVATION" and (observation := translate_observation(record.event_log_entry)):
            found.append((event.step_key, observation, is_yielded))
        elif kind == "STEP_SUCCESS":
            succeeded.add(event.step_key)
        elif kind == "ASSET_MATERIALIZATION":
            materialized.append(event)
    if not found:
        return []
    made = {(event.step_key, asset_pipeline_name(event.asset_key)) for event in materialized if event.asset_key}
    run = log.record.dagster_run
    place = compat.run_location(run) or run.job_name
    planned = {(step_key, asset_pipeline_name(key)): asset.planned for (step_key, key), asset in log.assets.items()}
    observations: list[ObservationRecord] = []
    for step_key, observation, is_output in found:
        of_step = step_key, observation.pipeline_name
        partitions = planned.get((step_key or "", observation.pipeline_name), {})
        if observation.scope is None and len(partitions) == 1:
            observation = replace(observation, scope=next(iter(partitions)))
        # Of which partitions of a range it is, nobody says: it makes none of them good.
        is_known = observation.scope is not None or len(partitions) <= 1
        if (is_output or step_key in succeeded) and of_step not in made and is_known:
            observation = replace(observation, step=f"{place}/{step_key}")
        observations.append(observation)
    return [observation for observation in observations if observation.step is not None or is_news(observation)]


def _updated_at(observation: dg.AssetObservation) -> dt.datetime | None:
    entry = observation.metadata.get(LAST_UPDATED_KEY)
    value = None if entry is None else entry.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        if entry is not None:
            log.warning("%s of %s is no timestamp: %r", LAST_UPDATED_KEY, observation.asset_key.to_user_string(), value)
        return None
    try:
        return moment(float(value))
    except (ValueError, OverflowError, OSError):  # NaN, or a year that there is not
        log.warning("%s of %s is no time: %r", LAST_UPDATED_KEY, observation.asset_key.to_user_string(), value)
        return None
