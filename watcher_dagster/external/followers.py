"""The assets that Dagster's automation runs when an external asset is updated, and what of them goes on.

`AutomationCondition.eager()` forgets an update that comes while the asset runs: when the run is over, the asset counts
as up to date, although it has read what was there before. So a success is not reported while an asset runs that began
before it. It is reported when that run is over and automation has seen so, and then the asset runs once more. A run
that began after the success has read its data, and nothing is held back for it.

What follows in the same code location stands in its definitions. What follows in others does not reach this process,
but the cursors of their automation sensors do: they name the assets that each condition has looked at.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import dagster as dg

from watcher_dagster import compat

# What the clocks of daemon, run workers and the jobs outside may differ by.
CLOCKS_DIFFER: Final = dt.timedelta(seconds=10)

# A sensor of another code location that has not ticked for so long, and for so many of its intervals, evaluates
# nothing: the code location may be gone, and the state of its sensor stays.
SILENT_SECONDS: Final = 600.0
SILENT_INTERVALS: Final = 3.0

# Assets of one run that are looked at.
MOST_PLANNED: Final = 1_000

UNDER_WAY: Final = [
    status for status in dg.DagsterRunStatus if status.value in ("STARTING", "STARTED", "CANCELING", "SUSPENDED")
]
OVER: Final = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]


@dataclass(frozen=True)
class _Follower:
    """An asset whose condition looks at an external asset.

    Attributes:
        key: The asset.
        name: Its name, as a message has it.
        evaluated: When the last evaluation of its condition began that is done, in seconds since 1970; 0 if none is.
    """

    key: dg.AssetKey
    name: str
    evaluated: float


class Followers:
    """What follows the external assets of a code location, at one tick.

    Args:
        instance: Where the runs are looked up.
        repository: The code location's definitions.
        location: The code location's name; without one, nothing is known of automation.
    """

    def __init__(self, instance: dg.DagsterInstance, repository: dg.RepositoryDefinition, location: str | None) -> None:
        self._instance = instance
        self._repository = repository
        self._location = location
        self._specs = {key: assets.get_asset_spec(key) for key, assets in repository.assets_defs_by_key.items()}
        self._found: dict[dg.AssetKey, list[_Follower]] = {}
        self._made: dict[str, Collection[dg.AssetKey]] = {}
        self._runs: dict[tuple[dg.AssetKey, float], list[dg.RunRecord]] = {}

    def reason_to_wait(self, key: dg.AssetKey, ended: dt.datetime) -> str | None:
        """Return why an update of an asset is not reported yet that ended at a time; `None` where it may be."""
        if key not in self._found:
            location = self._location
            self._found[key] = [] if location is None else [*self._here(key, location), *self._elsewhere(key)]
        for follower in self._found[key]:
            if not follower.evaluated:
                return f"{follower.name} waits for its first evaluation"
            for record in self._runs_of(follower):
                if record.start_time is None or record.start_time > (ended + CLOCKS_DIFFER).timestamp():
                    continue
                began_before = f"run {record.dagster_run.run_id} of {follower.name} began before it"
                if not record.dagster_run.is_finished:
                    return began_before
                over = record.end_time or record.update_timestamp.timestamp()
                if over + CLOCKS_DIFFER.total_seconds() >= follower.evaluated:
                    return f"{began_before}, and is not evaluated yet"
        return None

    def _here(self, key: dg.AssetKey, location: str) -> Iterable[_Follower]:
        for spec in self._specs.values():
            if spec.automation_condition is not None and any(dep.asset_key == key for dep in spec.deps):
                evaluated = compat.automation_evaluated_at(self._instance, self._repository, location, spec.key)
                if evaluated is not None:
                    yield _Follower(spec.key, spec.key.to_user_string(), evaluated)

    def _elsewhere(self, key: dg.AssetKey) -> Iterable[_Follower]:
        for sensor in self._sensors_elsewhere:
            for follower in compat.assets_that_look_at(sensor, key):
                name = f"{follower.to_user_string()} in {sensor.location}"
                yield _Follower(follower, name, sensor.ticked_at)

    @cached_property
    def _sensors_elsewhere(self) -> list[compat.AutomationSensor]:
        here, now = (self._location, self._repository.name), time.time()
        return [
            sensor
            for sensor in compat.automation_sensors(self._instance)
            if (sensor.location, sensor.repository) != here
            and now - sensor.ticked_at < max(SILENT_SECONDS, SILENT_INTERVALS * sensor.interval)
        ]

    def _runs_of(self, follower: _Follower) -> list[dg.RunRecord]:
        """The runs of an asset that go on, and those that have ended since it was evaluated."""
        wanted = follower.key, follower.evaluated
        if wanted not in self._runs:
            changed = dt.datetime.fromtimestamp(follower.evaluated, dt.UTC) - 2 * CLOCKS_DIFFER
            ended = self._instance.get_run_records(dg.RunsFilter(statuses=OVER, updated_after=changed))
            records = [*self._under_way, *ended]
            self._runs[wanted] = [record for record in records if follower.key in self._made_by(record.dagster_run)]
        return self._runs[wanted]

    @cached_property
    def _under_way(self) -> list[dg.RunRecord]:
        return list(self._instance.get_run_records(dg.RunsFilter(statuses=UNDER_WAY)))

    def _made_by(self, run: dg.DagsterRun) -> Collection[dg.AssetKey]:
        """The assets that a run makes."""
        if run.asset_selection:
            return run.asset_selection
        if run.run_id not in self._made:
            is_here = compat.run_location(run) in (None, self._location) and self._repository.has_job(run.job_name)
            self._made[run.run_id] = (
                compat.job_assets(self._repository.get_job(run.job_name)) if is_here else self._planned_by(run)
            )
        return self._made[run.run_id]

    def _planned_by(self, run: dg.DagsterRun) -> Collection[dg.AssetKey]:
        """The assets that a job of another code location makes: its run logs them before it starts."""
        planned = {dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED}
        records, _, _ = compat.run_events(self._instance, run.run_id, None, planned, MOST_PLANNED)
        events = [record.event_log_entry.dagster_event for record in records]
        return {compat.planned_partitions(event)[0] for event in events if event is not None}
