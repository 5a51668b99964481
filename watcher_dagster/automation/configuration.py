"""Records what the asset definitions of a code location declare, and remembers it, because it rarely changes."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

import dagster as dg

from watcher_core import InvalidValueError, Watcher
from watcher_dagster import compat
from watcher_dagster.assets import anomaly_rule_configurations, asset_check_names, pipeline_configurations
from watcher_dagster.identity import asset_pipeline_name, job_pipeline_name

log = logging.getLogger("watcher.dagster")

# What a person, or another process, has changed meanwhile is set back then, as for lineage.
REPEAT_SECONDS: Final = 3600.0


class ConfigurationRecorder:
    """Records the configuration of assets in one Watcher. Lives as long as the process, to know what is recorded."""

    def __init__(self, watcher: Watcher) -> None:
        self.watcher = watcher
        self._pipelines = _Declaration("the configuration of this code location's assets is", _declared_pipelines)
        self._rules = _Declaration("the anomaly rules of this code location's assets are", anomaly_rule_configurations)
        self._checks = _Declaration("the asset checks of this code location are", asset_check_names)

    def record(
        self,
        repository: dg.RepositoryDefinition,
        location: str | None = None,
        instance: dg.DagsterInstance | None = None,
    ) -> None:
        """Record what a code location declares, where it differs from what is recorded already.

        Assets, jobs and asset checks that it has no more are gone, where its name, and the instance, is known.

        A value that is refused is logged, and does not stop the recording of runs; it is sent again at the next call.

        Raises:
            DatabaseUnavailableError: Watcher's database does not answer; all is sent again at the next call.
        """
        self._pipelines.record(repository, partial(self._configure_pipelines, repository.name, location))
        self._rules.record(repository, self.watcher.configure_anomaly_rules)
        if location is not None and instance is not None:
            self._checks.record(
                repository,
                lambda checks: self.watcher.declare_asset_checks(
                    checks, location=location, instance_id=compat.run_storage_id(instance)
                ),
            )

    def _configure_pipelines(self, repository: str, location: str | None, declared: Sequence[Any]) -> None:
        configurations, jobs, observed = declared
        # The pipelines of runs are named by their code location alone.
        place = location and location.removeprefix(f"{repository}@")
        self.watcher.configure_pipelines(
            configurations, location=location, jobs=[*(job_pipeline_name(place, job) for job in jobs), *observed]
        )


def _declared_pipelines(repository: dg.RepositoryDefinition) -> Sequence[Any]:
    observed = sorted(asset_pipeline_name(key) for key in compat.observed_keys(repository))
    return pipeline_configurations(repository), sorted(repository.job_names), observed


class _Declaration:
    """One kind of what definitions declare.

    Args:
        noun: What it is called in messages, with the verb.
        read: Reads it from a code location.
    """

    def __init__(
        self,
        noun: str,
        read: Callable[[dg.RepositoryDefinition], Sequence[Any]],
    ) -> None:
        self._noun = noun
        self._read = read
        self._repository: dg.RepositoryDefinition | None = None
        self._recorded: Sequence[Any] | None = None
        self._recorded_at = 0.0

    def record(self, repository: dg.RepositoryDefinition, write: Callable[[Sequence[Any]], object]) -> None:
        is_due = time.monotonic() - self._recorded_at > REPEAT_SECONDS
        if repository is self._repository and not is_due:
            return
        declared = self._read(repository)
        if declared != self._recorded or is_due:
            # Forgotten first: an error leaves it open how much of it was written.
            self._repository, self._recorded = None, None
            try:
                write(declared)
            except InvalidValueError:
                log.exception("%s refused; recording goes on without", self._noun)
                return
            self._recorded, self._recorded_at = declared, time.monotonic()
        self._repository = repository
