"""Records the lineage of assets, and remembers what it recorded, because most of it never changes.

The asset graph of a code location is read once in a process, and recorded when it, or one of its addresses, changes;
addresses that other code locations record are looked for once a minute. Materializations are recorded as they come, the
newest of each asset. Everything is recorded again once an hour, to undo what another process or a person has changed.

Lineage is recorded in transactions of its own, before the executions that it was read from and before their cursor
moves. A crash in between does no harm, since recording it again changes nothing. A lineage that is refused does not
keep the others from being recorded.
"""

from __future__ import annotations

import logging
import time
from collections import ChainMap
from collections.abc import Iterable, Mapping
from typing import Final

import dagster as dg

from watcher_core import InvalidValueError, LineageOrigin, PipelineLineage, Watcher
from watcher_dagster import compat
from watcher_dagster.lineage.addresses import AssetAddress
from watcher_dagster.lineage.assets import (
    AssetGraph,
    AssetLineage,
    asset_graph,
    continued,
    materialization_lineage,
    open_names,
    reports_columns,
    resolve,
)
from watcher_dagster.metadata import COLUMN_LINEAGE_KEY

log = logging.getLogger("watcher.dagster")

LOOK_AGAIN_SECONDS: Final = 60.0
RECORD_AGAIN_SECONDS: Final = 3600.0


class NewestMaterializations:
    """The newest materialization of each asset among those that have been read, and of each column that they report."""

    def __init__(self) -> None:
        self._by_asset: dict[dg.AssetKey, tuple[float, dg.AssetMaterialization]] = {}
        self._by_column: dict[tuple[dg.AssetKey, str], tuple[float, dg.AssetMaterialization]] = {}

    def add(self, entry: dg.EventLogEntry) -> None:
        """Look at an event of any kind."""
        event = entry.dagster_event
        if event is None or event.event_type_value != "ASSET_MATERIALIZATION":
            return
        materialization = compat.materialization(event)
        known = self._by_asset.get(materialization.asset_key)
        if known is None or known[0] <= entry.timestamp:
            self._by_asset[materialization.asset_key] = entry.timestamp, materialization
        if COLUMN_LINEAGE_KEY in materialization.metadata:
            for column in reports_columns(materialization):
                place = materialization.asset_key, column
                if place not in self._by_column or self._by_column[place][0] <= entry.timestamp:
                    self._by_column[place] = entry.timestamp, materialization

    def take(self) -> list[tuple[float, dg.AssetMaterialization]]:
        """Return them, and forget them."""
        taken = {id(made): (at, made) for at, made in (*self._by_column.values(), *self._by_asset.values())}
        self._by_asset, self._by_column = {}, {}
        return list(taken.values())


class LineageRecorder:
    """Records lineage for one Watcher. One object serves a whole process, since it remembers what it recorded."""

    def __init__(self, watcher: Watcher) -> None:
        self.watcher = watcher
        self._repository: dg.RepositoryDefinition | None = None
        self._graph = AssetGraph()
        self._recorded: dict[tuple[LineageOrigin, str], PipelineLineage] = {}
        self._newest: dict[str, float] = {}
        self._remembered_since = time.monotonic()
        self._looked: float | None = None  # when the graph was last compared with the recorded addresses

    def record_asset_graph(self, repository_def: dg.RepositoryDefinition) -> int:
        """Record the lineage of the assets of a code location, as its definitions declare it.

        Returns:
            Of how many pipelines lineage was recorded; 0 where nothing has changed.

        Raises:
            DatabaseUnavailableError: Watcher's database does not answer; the next call tries again.
        """
        if repository_def is not self._repository:
            self._graph = _readable_graph(repository_def)
            self._repository = repository_def
            self._looked = None
        if self._looked is not None and time.monotonic() - self._looked < LOOK_AGAIN_SECONDS:
            return 0
        recorded = self._record(self._graph.assets, self._graph.addresses, LineageOrigin.ASSET_GRAPH)
        self._looked = time.monotonic()
        return recorded

    def record_materializations(self, materializations: Iterable[tuple[float, dg.AssetMaterialization]]) -> int:
        """Record what materializations have read and written.

        Args:
            materializations: With the time of each; those older than the newest that was recorded of an asset are
                skipped.

        Returns:
            Of how many pipelines lineage was recorded; 0 where nothing has changed.

        Raises:
            DatabaseUnavailableError: Watcher's database does not answer; nothing is lost if they come again.
        """
        assets: dict[str, AssetLineage] = {}
        newest: dict[str, float] = {}
        for at, materialization in sorted(materializations, key=lambda timed: timed[0]):
            try:
                asset = materialization_lineage(materialization)
            except Exception:  # whatever stands in an event must not stop the recording of all others
                log.exception("the lineage of a materialization of %s cannot be read", materialization.asset_key)
                continue
            if at >= self._newest.get(asset.name, at):
                earlier = assets.get(asset.name)
                assets[asset.name] = asset if earlier is None else continued(earlier, asset)
                newest[asset.name] = at
        # The definition in the code comes first; an event adds what the definition leaves open.
        defined = self._graph.addresses
        addresses = {
            name: defined[name].over(asset.address) if name in defined else asset.address
            for name, asset in assets.items()
        }
        recorded = self._record(assets.values(), ChainMap(addresses, defined), LineageOrigin.MATERIALIZATION)
        self._newest |= newest
        if recorded:
            self._looked = None
        return recorded

    def _record(
        self, assets: Iterable[AssetLineage], addresses: Mapping[str, AssetAddress], origin: LineageOrigin
    ) -> int:
        if time.monotonic() - self._remembered_since > RECORD_AGAIN_SECONDS:
            self._recorded.clear()
            self._remembered_since = time.monotonic()
        assets = list(assets)
        if not assets:
            return 0
        names = open_names(assets, addresses)
        known = self.watcher.pipeline_addresses(names) if names else {}
        lineages = resolve(assets, addresses=addresses, known=known)
        news = [lineage for lineage in lineages if self._recorded.get((origin, lineage.pipeline_name)) != lineage]
        if news:
            self._set(news, origin)
            self._recorded |= {(origin, lineage.pipeline_name): lineage for lineage in news}
        return len(news)

    def _set(self, lineages: list[PipelineLineage], origin: LineageOrigin) -> None:
        """Record all lineages at once; where that is refused, all but those that are at fault."""
        try:
            self.watcher.set_lineage(lineages, origin=origin)
        except InvalidValueError as error:
            if len(lineages) == 1:
                log.error("the lineage of pipeline %s is refused: %s", lineages[0].pipeline_name, error)
                return
            middle = len(lineages) // 2
            self._set(lineages[:middle], origin)
            self._set(lineages[middle:], origin)


def _readable_graph(repository_def: dg.RepositoryDefinition) -> AssetGraph:
    try:
        return asset_graph(repository_def)
    except Exception:  # whatever stands in a definition must not stop the recording
        log.exception("the asset graph of this code location cannot be read; its lineage is left as it is")
        return AssetGraph()
