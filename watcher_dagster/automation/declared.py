"""What a code location declares, recorded: its configuration, its graph, its partitions, and its automation."""

from __future__ import annotations

import dagster as dg

from watcher_core import Watcher
from watcher_dagster.automation.conditions import AutomationRecorder
from watcher_dagster.automation.configuration import ConfigurationRecorder
from watcher_dagster.automation.partitions import PartitionRecorder
from watcher_dagster.lineage import LineageRecorder


class DeclaredRecorders:
    """Those that record it. They know what is recorded already, for as long as the process lives.

    Args:
        watcher: Where they record.
    """

    def __init__(self, watcher: Watcher) -> None:
        self.watcher = watcher
        self.lineage = LineageRecorder(watcher)
        self._configuration = ConfigurationRecorder(watcher)
        self._partitions = PartitionRecorder(watcher)
        self._automation = AutomationRecorder(watcher)

    def record(self, repository: dg.RepositoryDefinition, location: str | None, instance: dg.DagsterInstance) -> None:
        """Record what differs from what is recorded already.

        Args:
            repository: What the code location has.
            location: Its name; `None` where that is not known, and so not what only it may say.
            instance: The instance that has loaded it.

        Raises:
            DatabaseUnavailableError: Watcher's database does not answer; the next call records it.
        """
        self._configuration.record(repository, location, instance)
        self.lineage.record_asset_graph(repository)
        if location is not None:
            self._partitions.record(repository, location, instance)
            self._automation.record(repository, location, instance)
