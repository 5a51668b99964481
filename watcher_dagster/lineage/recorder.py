"""Tells Watcher of the lineage of assets, and remembers what it told, because most of it never changes.

The asset graph of a code location is read once in a process, and told when it, or an address that it leads to, is
another than before; once a minute is often enough to look for the addresses that other code locations tell of.
Materializations are told as they come, the newest of each asset. Everything is told again once an hour, whatever is
remembered: what another process, or a person, has changed meanwhile does not stay so for ever.

Lineage is told in transactions of its own, before the executions that it was read from and the cursor behind them.
Dying in between does no harm: telling it again changes nothing. And a lineage that is refused costs nothing but itself.
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
    materialization_lineage,
    open_names,
    resolve,
)

log = logging.getLogger("watcher.dagster")

LOOK_AGAIN_SECONDS: Final = 60.0
TELL_AGAIN_SECONDS: Final = 3600.0


class NewestMaterializations:
    """The newest materialization of each asset among those that have been read."""

    def __init__(self) -> None:
        self._by_asset: dict[dg.AssetKey, tuple[float, dg.AssetMaterialization]] = {}

    def add(self, entry: dg.EventLogEntry) -> None:
        """Look at an event of any kind."""
        event = entry.dagster_event
        if event is None or event.event_type_value != "ASSET_MATERIALIZATION":
            return
        materialization = compat.materialization(event)
        known = self._by_asset.get(materialization.asset_key)
        if known is None or known[0] <= entry.timestamp:
            self._by_asset[materialization.asset_key] = entry.timestamp, materialization

    def take(self) -> list[tuple[float, dg.AssetMaterialization]]:
        """Give them, and begin anew."""
        taken, self._by_asset = list(self._by_asset.values()), {}
        return taken


class LineageRecorder:
    """Tells one Watcher of lineage. Lives as long as the process, to know what it told."""

    def __init__(self, watcher: Watcher) -> None:
        self.watcher = watcher
        self._repository: dg.RepositoryDefinition | None = None
        self._graph = AssetGraph()
        self._told: dict[tuple[LineageOrigin, str], PipelineLineage] = {}
        self._newest: dict[str, float] = {}
        self._told_since = time.monotonic()
        self._looked: float | None = None  # when the graph was last held against the addresses on record

    def tell_asset_graph(self, repository_def: dg.RepositoryDefinition) -> int:
        """Tell of the assets of a code location, as its definitions declare them.

        Returns:
            Of how many pipelines it told; none where all is as it was.

        Raises:
            DatabaseUnavailableError: Watcher's database does not answer; it is told at the next call.
        """
        if repository_def is not self._repository:
            self._graph = _readable_graph(repository_def)
            self._repository = repository_def
            self._looked = None
        if self._looked is not None and time.monotonic() - self._looked < LOOK_AGAIN_SECONDS:
            return 0
        told = self._tell(self._graph.assets, self._graph.addresses, LineageOrigin.ASSET_GRAPH)
        self._looked = time.monotonic()
        return told

    def tell_materializations(self, materializations: Iterable[tuple[float, dg.AssetMaterialization]]) -> int:
        """Tell of what materializations have read and written.

        Args:
            materializations: With the time of each; older ones than the newest that was told of an asset are passed
                over.

        Returns:
            Of how many pipelines it told; none where all is as it was.

        Raises:
            DatabaseUnavailableError: Watcher's database does not answer; nothing is lost if they come again.
        """
        assets: dict[str, AssetLineage] = {}
        newest: dict[str, float] = {}
        for at, materialization in sorted(materializations, key=lambda told: told[0]):
            try:
                asset = materialization_lineage(materialization)
            except Exception:  # whatever stands in an event must not stop the recording of all others
                log.exception("the lineage of a materialization of %s cannot be read", materialization.asset_key)
                continue
            if at >= self._newest.get(asset.name, at):
                assets[asset.name], newest[asset.name] = asset, at
        # The definition, where it is at hand, is the code; an event adds what it leaves open.
        defined = self._graph.addresses
        told_here = {
            name: defined[name].over(asset.address) if name in defined else asset.address
            for name, asset in assets.items()
        }
        told = self._tell(assets.values(), ChainMap(told_here, defined), LineageOrigin.MATERIALIZATION)
        self._newest |= newest
        if told:
            self._looked = None
        return told

    def _tell(
        self, assets: Iterable[AssetLineage], addresses: Mapping[str, AssetAddress], origin: LineageOrigin
    ) -> int:
        if time.monotonic() - self._told_since > TELL_AGAIN_SECONDS:
            self._told.clear()
            self._told_since = time.monotonic()
        assets = list(assets)
        if not assets:
            return 0
        names = open_names(assets, addresses)
        known = self.watcher.pipeline_addresses(names) if names else {}
        lineages = resolve(assets, addresses=addresses, known=known)
        news = [lineage for lineage in lineages if self._told.get((origin, lineage.pipeline_name)) != lineage]
        if news:
            self._set(news, origin)
            self._told |= {(origin, lineage.pipeline_name): lineage for lineage in news}
        return len(news)

    def _set(self, lineages: list[PipelineLineage], origin: LineageOrigin) -> None:
        """Tell all of it at once, or, where that is refused, all but those that are at fault."""
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
