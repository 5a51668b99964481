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
from watcher_dagster.recorder.runlog import moment
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


def translate_observations(run: dg.DagsterRun, events: Iterable[dg.EventLogRecord]) -> list[ObservationRecord]:
    """Return what the observations in a run say.

    Args:
        run: The run.
        events: The events of the run, as they are read for its executions.
    """
    found: list[tuple[str | None, ObservationRecord, bool]] = []
    outputs = Outputs()
    succeeded: set[str | None] = set()
    materialized: list[dg.DagsterEvent] = []
    plans: list[dg.DagsterEvent] = []
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
        elif kind == "ASSET_MATERIALIZATION_PLANNED":
            plans.append(event)
    if not found:
        return []
    made = {(event.step_key, asset_pipeline_name(event.asset_key)) for event in materialized if event.asset_key}
    place = compat.run_location(run) or run.job_name
    planned = _planned_partitions(plans)
    observations: list[ObservationRecord] = []
    for step_key, observation, is_output in found:
        of_step = step_key, observation.pipeline_name
        partitions = planned.get(of_step, [None])
        if observation.scope is None and len(partitions) == 1:
            observation = replace(observation, scope=partitions[0])
        # Of which partitions of a range it is, nobody says: it makes none of them good.
        is_known = observation.scope is not None or len(partitions) == 1
        if (is_output or step_key in succeeded) and of_step not in made and is_known:
            observation = replace(observation, step=f"{place}/{step_key}")
        observations.append(observation)
    return [observation for observation in observations if observation.step is not None or is_news(observation)]


def _planned_partitions(plans: Iterable[dg.DagsterEvent]) -> dict[tuple[str | None, str], list[str | None]]:
    """The partitions of each step and pipeline. An observation that code logs need not name that of the run."""
    found: dict[tuple[str | None, str], list[str | None]] = {}
    for event in plans:
        asset_key, partitions, _ = compat.planned_partitions(event)
        found.setdefault((event.step_key, asset_pipeline_name(asset_key)), []).extend(partitions)
    return found


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
