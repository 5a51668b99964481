"""Records which failed partitions are gone from the code: a shop that was closed, a key that was renamed.

Nothing will make them again, so that nothing else would take their failures back.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any, Final

import dagster as dg

from watcher_core import Watcher
from watcher_dagster import compat
from watcher_dagster.identity import asset_pipeline_name, job_pipeline_name
from watcher_dagster.recorder import is_outage

log = logging.getLogger("watcher.dagster")

LOOK_AGAIN_SECONDS: Final = 300.0

Definition = dg.PartitionsDefinition[Any]


class PartitionRecorder:
    """Looks at what has failed. Lives as long as the process, to know when it looked last."""

    def __init__(self, watcher: Watcher) -> None:
        self.watcher = watcher
        self._looked_at: float | None = None

    def record(self, repository: dg.RepositoryDefinition, location: str, instance: dg.DagsterInstance) -> None:
        """Record which failed partitions of a code location's assets and jobs are gone, once in five minutes.

        Args:
            repository: What the code location has.
            location: Its name, by which it has declared them.
            instance: Whose failures are looked at.

        Raises:
            DatabaseUnavailableError: Watcher's database does not answer; the next call looks again.
        """
        if self._looked_at is not None and time.monotonic() - self._looked_at < LOOK_AGAIN_SECONDS:
            return
        of_jobs = _job_definitions(repository, location)
        definitions = {**_definitions(repository), **of_jobs}
        instance_id = compat.run_storage_id(instance)
        failed = self.watcher.failed_partitions(definitions, location=location, instance_id=instance_id)
        gone: dict[str, set[str]] = {}
        for name, partitions in failed.items():
            known = _keys(name, definitions[name], instance)
            missing = set() if known is None else partitions - known
            gone[name] = {scope for scope in missing if name not in of_jobs or _is_gone(scope, known or set())}
        if failed:
            changed = self.watcher.mark_removed_partitions(gone, pipelines=failed, instance_id=instance_id)
            if changed:
                named = {name: sorted(partitions) for name, partitions in gone.items() if partitions}
                log.info("failed partitions that are gone from the code count no more: %s", named)
        self._looked_at = time.monotonic()


def _definitions(repository: dg.RepositoryDefinition) -> Mapping[str, Definition]:
    """The partitions of the assets that a code location makes.

    Where an asset had some and has none now, its next success takes back what has failed.
    """
    return {
        asset_pipeline_name(key): definition
        for key, assets in repository.assets_defs_by_key.items()
        if compat.is_materializable(assets) and (definition := assets.get_asset_spec(key).partitions_def) is not None
    }


def _job_definitions(repository: dg.RepositoryDefinition, location: str) -> Mapping[str, Definition]:
    """The partitions of the jobs of a code location.

    Two of its repositories may have a job of one name: then it is not known whose partitions those are.
    """
    if repository.name != compat.DEFAULT_REPOSITORY:
        return {}
    return {
        job_pipeline_name(location, name): definition
        for name in repository.job_names
        if (definition := repository.get_job(name).partitions_def) is not None
    }


def _is_gone(scope: str, known: set[str]) -> bool:
    """Whether the partition of a run is none of these. A range of partitions is there while one of its ends is."""
    _, _, key = scope.partition("/")
    ends = ((key[:at], key[at + 1 :]) for at, character in enumerate(key) if character == "/")
    return key != "" and key not in known and not any(known & {*pair} for pair in ends)


def _keys(name: str, definition: Definition, instance: dg.DagsterInstance) -> set[str] | None:
    """The partitions that there are; `None` where that cannot be found out."""
    try:
        return set(definition.get_partition_keys(dynamic_partitions_store=instance))
    except Exception as error:  # a definition may call code of the project
        if is_outage(error):
            raise
        log.warning("the partitions of %s cannot be listed: %r", name, error)
        return None
