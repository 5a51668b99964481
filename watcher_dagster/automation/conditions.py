"""Records which assets Dagster's automation is to make: those with a condition that Watcher knows, whose sensor runs.

What Watcher compares are the times of an asset and of its upstream, so only conditions that ask for nothing else are
known: `eager` and `on_missing` as Dagster has them. What somebody has changed about them may have good reasons not to
make an asset.

The definitions are read once in a process. Once a minute it costs a question for the states of sensors and one for the
runs that are under way; nothing is asked where no asset has such a condition.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import dagster as dg

from watcher_core import AutomatedAsset, DatabaseUnavailableError, Watcher
from watcher_dagster import compat
from watcher_dagster.identity import asset_pipeline_name

log = logging.getLogger("watcher.dagster")

LOOK_AGAIN_SECONDS: Final = 60.0
RECORD_AGAIN_SECONDS: Final = 3600.0
# A sensor that ticks less often makes nothing soon.
MOST_INTERVAL_SECONDS: Final = 300
# A sensor that has not ticked for so long does not run, whatever its state says.
SILENT_SECONDS: Final = 600.0
# Runs under way that are read; where there are more, nothing is said to be late.
MOST_RUNS: Final = 200

UNDER_WAY: Final = [status for status in dg.DagsterRunStatus if status.value not in ("SUCCESS", "FAILURE", "CANCELED")]


@dataclass(frozen=True)
class Automated:
    """An asset with a condition that is known.

    Attributes:
        key: The asset.
        condition: The condition's name.
        upstream: The assets that it is made from.
        sensor: The sensor that evaluates its condition.
        runs_by_default: Whether that sensor runs without being switched on.
    """

    key: dg.AssetKey
    condition: str
    upstream: frozenset[dg.AssetKey]
    sensor: str
    runs_by_default: bool


def automated_assets(repository: dg.RepositoryDefinition) -> list[Automated]:
    """Return the assets of a code location that automation makes by a condition that is known, by their keys.

    Those with partitions are left out: which of them are due depends on how they are mapped.
    """
    known = {"eager": dg.AutomationCondition.eager(), "on_missing": dg.AutomationCondition.on_missing()}
    definitions = repository.assets_defs_by_key
    found: dict[dg.AssetKey, tuple[str, frozenset[dg.AssetKey]]] = {}
    for key, definition in definitions.items():
        spec = definition.get_asset_spec(key)
        if spec.automation_condition is None or spec.partitions_def or not compat.is_materializable(definition):
            continue
        name = next((name for name, condition in known.items() if condition == spec.automation_condition), None)
        upstream = frozenset(dep.asset_key for dep in spec.deps) - {key}
        if name is not None and not any(
            above in definitions and definitions[above].get_asset_spec(above).partitions_def for above in upstream
        ):
            found[key] = name, upstream
    if not found:
        return []
    assets = list({id(definition): definition for definition in definitions.values()}.values())
    return sorted(
        (
            Automated(key, *found[key], sensor.name, sensor.default_status is dg.DefaultSensorStatus.RUNNING)
            for sensor in repository.sensor_defs
            if isinstance(sensor, dg.AutomationConditionSensorDefinition)
            and sensor.asset_selection is not None
            and (sensor.minimum_interval_seconds or 0) <= MOST_INTERVAL_SECONDS
            for key in found.keys() & sensor.asset_selection.resolve(assets)
        ),
        key=lambda asset: asset.key,
    )


class AutomationRecorder:
    """Records it in one Watcher. Lives as long as the process, to know what is recorded."""

    def __init__(self, watcher: Watcher) -> None:
        self.watcher = watcher
        self._repository: dg.RepositoryDefinition | None = None
        self._assets: list[Automated] = []
        self._looked: float | None = None
        self._recorded: list[AutomatedAsset] | None = None
        self._recorded_at = 0.0

    def record(self, repository: dg.RepositoryDefinition, location: str, instance: dg.DagsterInstance) -> None:
        """Record what automation is to make now, where a minute has passed since the last time.

        Whatever goes wrong with it is logged, and does not stop the recording of runs.

        Raises:
            DatabaseUnavailableError: Watcher's database does not answer; the next call tries again.
        """
        if repository is not self._repository:
            self._repository, self._looked = repository, None
            self._assets = self._read(repository)
        if self._looked is not None and time.monotonic() - self._looked < LOOK_AGAIN_SECONDS:
            return
        self._looked = time.monotonic()
        try:
            self._declare(location, instance)
        except DatabaseUnavailableError:
            self._looked = self._recorded = None
            raise
        except Exception:
            log.exception("it is not known what automation is to make in this code location")

    @staticmethod
    def _read(repository: dg.RepositoryDefinition) -> list[Automated]:
        try:
            return automated_assets(repository)
        except Exception:  # whatever stands in a definition must not stop the recording
            log.exception("the automation conditions of this code location cannot be read")
            return []

    def _declare(self, location: str, instance: dg.DagsterInstance) -> None:
        running = self._running(location, instance) if self._assets else []
        is_due = time.monotonic() - self._recorded_at > RECORD_AGAIN_SECONDS
        known = {asset.pipeline_name: asset for asset in self._recorded or ()}
        names = [asset_pipeline_name(asset.key) for asset in running]
        if is_due or names != list(known):
            missing = _missing(instance, [asset.key for asset in running])
        else:
            missing = {asset.key for asset in running if known[asset_pipeline_name(asset.key)].was_missing}
        under_way = _under_way(instance) if running else set()
        declared = [
            AutomatedAsset(
                pipeline_name=asset_pipeline_name(asset.key),
                condition=asset.condition,
                upstream=tuple(sorted(map(asset_pipeline_name, asset.upstream))),
                was_missing=asset.key in missing,
                is_held=under_way is None or not under_way.isdisjoint({asset.key, *asset.upstream}),
            )
            for asset in running
        ]
        if is_due or declared != self._recorded or any(asset.is_held for asset in declared):
            self.watcher.declare_automation(declared, location=location, instance_id=compat.run_storage_id(instance))
            self._recorded = declared
            self._recorded_at = time.monotonic() if is_due else self._recorded_at

    def _running(self, location: str, instance: dg.DagsterInstance) -> list[Automated]:
        """The assets whose sensor runs."""
        states: Mapping[str, tuple[bool, float | None]] = compat.sensor_states(instance, location)
        earliest = time.time() - SILENT_SECONDS

        def is_running(asset: Automated) -> bool:
            runs, ticked = states.get(asset.sensor, (asset.runs_by_default, None))
            return runs and (ticked is None or ticked > earliest)

        return [asset for asset in self._assets if is_running(asset)]


def _missing(instance: dg.DagsterInstance, keys: list[dg.AssetKey]) -> set[dg.AssetKey]:
    """The assets that were never made, as far back as Dagster knows."""
    if not keys:
        return set()
    made = {
        record.asset_entry.asset_key
        for record in instance.get_asset_records(keys)
        if record.asset_entry.last_materialization_record is not None
    }
    return set(keys) - made


def _under_way(instance: dg.DagsterInstance) -> set[dg.AssetKey] | None:
    """The assets of runs that are queued or run; `None` where there are too many to look at."""
    records = instance.get_run_records(dg.RunsFilter(statuses=UNDER_WAY), limit=MOST_RUNS + 1)
    if len(records) > MOST_RUNS:
        return None
    return {key for record in records for key in record.dagster_run.asset_selection or ()}
