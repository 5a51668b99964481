"""The assets that Dagster's automation runs when an external asset is updated, and what of them goes on.

`AutomationCondition.eager()` forgets an update that comes while the asset runs: when the run is over, the asset counts
as up to date, although it has read what was there before. So a success is not reported while an asset runs that began
before it. It is reported when that run is over and automation has seen so, and then the asset runs once more. A run
that began after the success has read its data, and nothing is held back for it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Final

import dagster as dg

from watcher_dagster import compat

# What the clocks of daemon, run workers and the jobs outside may differ by.
CLOCKS_DIFFER: Final = dt.timedelta(seconds=10)

UNDER_WAY: Final = [
    status for status in dg.DagsterRunStatus if status.value in ("STARTING", "STARTED", "CANCELING", "SUSPENDED")
]
OVER: Final = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]


class Followers:
    """What follows the external assets of a code location, at one tick.

    Args:
        instance: Where the runs are looked up.
        repository: The code location's definitions.
        location: The code location's name; without one, nothing is known of its automation.
    """

    def __init__(self, instance: dg.DagsterInstance, repository: dg.RepositoryDefinition, location: str | None) -> None:
        self._instance = instance
        self._repository = repository
        self._location = location
        self._specs = {key: assets.get_asset_spec(key) for key, assets in repository.assets_defs_by_key.items()}
        self._evaluated: dict[dg.AssetKey, float | None] = {}
        self._runs: dict[dg.AssetKey, list[dg.RunRecord]] = {}

    def reason_to_wait(self, key: dg.AssetKey, ended: dt.datetime) -> str | None:
        """Return why an update of an asset is not reported yet that ended at a time; `None` where it may be."""
        for follower in self._of(key):
            evaluated = self._evaluated_at(follower)
            if evaluated is None:
                continue
            name = follower.to_user_string()
            if not evaluated:
                return f"{name} waits for its first evaluation"
            for record in self._runs_of(follower, since=evaluated):
                if record.start_time is None or record.start_time > (ended + CLOCKS_DIFFER).timestamp():
                    continue
                if not record.dagster_run.is_finished:
                    return f"run {record.dagster_run.run_id} of {name} began before it"
                over = record.end_time or record.update_timestamp.timestamp()
                if over + CLOCKS_DIFFER.total_seconds() >= evaluated:
                    return f"run {record.dagster_run.run_id} of {name} began before it, and is not evaluated yet"
        return None

    def _of(self, key: dg.AssetKey) -> list[dg.AssetKey]:
        return [
            spec.key
            for spec in self._specs.values()
            if spec.automation_condition is not None and any(dep.asset_key == key for dep in spec.deps)
        ]

    def _evaluated_at(self, key: dg.AssetKey) -> float | None:
        """The start of the last evaluation of an asset that is done, or 0; `None` where nothing evaluates it."""
        if key not in self._evaluated:
            self._evaluated[key] = (
                None
                if self._location is None
                else compat.automation_evaluated_at(self._instance, self._repository, self._location, key)
            )
        return self._evaluated[key]

    def _runs_of(self, key: dg.AssetKey, *, since: float) -> list[dg.RunRecord]:
        """The runs of an asset that go on, and those that ended since."""
        if key not in self._runs:
            changed = dt.datetime.fromtimestamp(since, dt.UTC) - 2 * CLOCKS_DIFFER
            records = [
                *self._instance.get_run_records(dg.RunsFilter(statuses=UNDER_WAY)),
                *self._instance.get_run_records(dg.RunsFilter(statuses=OVER, updated_after=changed)),
            ]
            self._runs[key] = [record for record in records if key in self._made_by(record.dagster_run)]
        return self._runs[key]

    def _made_by(self, run: dg.DagsterRun) -> Collection[dg.AssetKey]:
        """The assets that a run makes."""
        if run.asset_selection:
            return run.asset_selection
        if not self._repository.has_job(run.job_name):
            return ()
        return compat.job_assets(self._repository.get_job(run.job_name))
