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
from watcher_dagster.identity import asset_pipeline_name
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
        """Record which failed partitions of a code location's assets are gone, once in five minutes.

        Args:
            repository: What the code location has.
            location: Its name, by which it has declared them.
            instance: Whose failures are looked at.

        Raises:
            DatabaseUnavailableError: Watcher's database does not answer; the next call looks again.
        """
        if self._looked_at is not None and time.monotonic() - self._looked_at < LOOK_AGAIN_SECONDS:
            return
        definitions = _definitions(repository)
        instance_id = compat.run_storage_id(instance)
        failed = self.watcher.failed_partitions(definitions, location=location, instance_id=instance_id)
        gone: dict[str, set[str]] = {}
        for name, partitions in failed.items():
            known = _keys(name, definitions[name], instance)
            gone[name] = set() if known is None else partitions - known
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


def _keys(name: str, definition: Definition, instance: dg.DagsterInstance) -> set[str] | None:
    """The partitions that there are; `None` where that cannot be found out."""
    try:
        return set(definition.get_partition_keys(dynamic_partitions_store=instance))
    except Exception as error:  # a definition may call code of the project
        if is_outage(error):
            raise
        log.warning("the partitions of %s cannot be listed: %r", name, error)
        return None
