"""`build_external_assets`: what Watcher knows from outside Dagster, as external assets in Dagster's own graph.

A job that runs outside Dagster declares which addresses it reads and writes. Each of these becomes an external asset
that depends on those it is computed from. An address where a Dagster asset lives is that asset, and is not repeated:
whatever is computed from it depends on the asset itself, so that one graph shows all.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import dagster as dg

from watcher_core import (
    Address,
    ConfigurationError,
    ExecutionSource,
    InvalidValueError,
    LineageEdge,
    LineageGraph,
    LineageOrigin,
    Pipeline,
    WatcherError,
    text,
)
from watcher_dagster import metadata as keys
from watcher_dagster.external.acyclic import closing_edges
from watcher_dagster.external.keys import DEFAULT_PREFIX, external_asset_key, hashed_asset_key
from watcher_dagster.identity import asset_pipeline_name, named_asset_key
from watcher_dagster.lineage import kind
from watcher_dagster.resource import WatcherResource
from watcher_dagster.runs import ASSET_TYPE, RUN_TYPE

if TYPE_CHECKING:
    from watcher_core import Watcher

logger = logging.getLogger("watcher.dagster")

# The groups of address types whose addresses are names of tables.
TABLE_GROUPS: Final = ("database", "warehouse")

MAX_LISTED_PIPELINES: Final = 20


def build_external_assets(
    *,
    database_url: str | None = None,
    resource: WatcherResource | None = None,
    watcher: Watcher | None = None,
    group_name: str = "external",
    key_prefix: str | Sequence[str] | None = DEFAULT_PREFIX,
    strict: bool = False,
) -> list[dg.AssetSpec]:
    """Build external assets of the addresses that pipelines outside Dagster read and write.

    They are read once, when the code location loads; reload it to see what has been declared since. Dagster refuses a
    graph with a cycle: where lineage has one, edges are taken in the order of their names, and one that closes a cycle
    is left out and logged.

    Args:
        database_url: Where Watcher's database is. Without it, and without the two that follow, the settings decide.
        resource: The resource of your definitions, in place of a URL.
        watcher: A client, in place of a URL.
        group_name: The group that they are shown in.
        key_prefix: What their keys begin with; it keeps them apart from your own assets.
        strict: Whether the code location fails to load when the database cannot be reached. By default that is logged,
            and there are no external assets.

    Returns:
        Specs, sorted by key, each with the address's type as its kind, its pipelines in the description, their owners,
        and the address as `watcher/address` in its metadata. A deprecated one has the tag `watcher/deprecated`.

    Raises:
        InvalidValueError: More than one of the three is passed, or Dagster takes no such group name.
        WatcherError: What Watcher knows cannot be read, and `strict` is set.

    Examples:
        .. code-block:: python

            import dagster as dg
            from watcher_dagster import build_external_assets, build_watcher_definitions

            defs = dg.Definitions.merge(
                dg.Definitions(assets=build_external_assets()),
                build_watcher_definitions(),
            )
    """
    if sum(given is not None for given in (database_url, resource, watcher)) > 1:
        raise InvalidValueError("pass one of database_url, resource and watcher, not several")
    _check_group_name(group_name)
    try:
        client = watcher or _client(database_url if resource is None else resource.database_url)
        graph, pipelines = client.lineage_graph(), client.pipelines()
        outside = outside_edges(graph, pipelines, runs_in_dagster=lambda name: _runs_in_dagster(client, name))
    except WatcherError as error:
        if strict:
            raise
        logger.error("there are no external assets, because what Watcher knows cannot be read: %s", error)
        return []
    return external_specs(graph, pipelines, outside, group_name=group_name, key_prefix=key_prefix)


# What Dagster's own log and definitions do not say.
FROM_OUTSIDE: Final = (LineageOrigin.DECLARED, LineageOrigin.OPENLINEAGE)


def outside_edges(
    graph: LineageGraph, pipelines: Iterable[Pipeline], *, runs_in_dagster: Callable[[str], bool]
) -> list[LineageEdge]:
    """The edges of pipelines that are neither assets nor jobs of Dagster.

    An asset's pipeline is known by where it lives, or by the lineage that Dagster records. A job's is known by its
    type; so may one outside be, so that its executions are asked for.
    """
    by_name = {pipeline.name: pipeline for pipeline in pipelines}
    declared = [edge for edge in graph.edges if edge.origin in FROM_OUTSIDE]
    recorded_by_dagster = {edge.pipeline_name for edge in graph.edges if edge.origin not in FROM_OUTSIDE}

    def is_outside(name: str) -> bool:
        pipeline = by_name.get(name)
        if pipeline is None or pipeline.address_id is not None or name in recorded_by_dagster:
            return False
        return pipeline.pipeline_type_name not in (RUN_TYPE, ASSET_TYPE) or not runs_in_dagster(name)

    outside = {name for name in {edge.pipeline_name for edge in declared} if is_outside(name)}
    return [edge for edge in declared if edge.pipeline_name in outside]


def external_specs(
    graph: LineageGraph,
    pipelines: Collection[Pipeline],
    outside: Iterable[LineageEdge],
    *,
    group_name: str = "external",
    key_prefix: str | Sequence[str] | None = DEFAULT_PREFIX,
) -> list[dg.AssetSpec]:
    """The external assets of the edges from outside Dagster, sorted by key."""
    outside = list(outside)
    homes = _assets_by_address(graph, pipelines, key_prefix)
    own = _own_keys({end for edge in outside for end in (edge.source, edge.target)}, homes, key_prefix)
    deps = _deps(graph, outside, own, homes)
    by_name = {pipeline.name: pipeline for pipeline in pipelines}
    writers, readers = defaultdict(set), defaultdict(set)
    for edge in outside:
        writers[edge.target].add(edge.pipeline_name)
        readers[edge.source].add(edge.pipeline_name)
    specs = [
        _spec(
            address,
            own[address.name],
            deps=deps.get(address.name, ()),
            writers=[by_name[name] for name in sorted(writers[address.name])],
            readers=sorted(readers[address.name]),
            group_name=group_name,
        )
        for address in graph.addresses
        if address.name in own
    ]
    return sorted(specs, key=lambda spec: asset_pipeline_name(spec.key))


# Keys


def _assets_by_address(
    graph: LineageGraph, pipelines: Iterable[Pipeline], key_prefix: str | Sequence[str] | None
) -> dict[str, list[dg.AssetKey]]:
    """The Dagster assets that live at each address.

    An asset that is gone from the code has left its address to whoever writes that now. An external asset of ours may
    be on record as an asset, and is none.
    """
    names = {address.id: address.name for address in graph.addresses}
    homes: dict[str, list[dg.AssetKey]] = defaultdict(list)
    for pipeline in pipelines:
        address = names.get(pipeline.address_id) if pipeline.address_id is not None else None
        if address is not None and pipeline.removed_at is None:
            key = named_asset_key(pipeline.name)
            if key not in (
                external_asset_key(address, key_prefix=key_prefix),
                hashed_asset_key(address, key_prefix=key_prefix),
            ):
                homes[address].append(key)
    return dict(homes)


def _own_keys(
    addresses: Iterable[str], homes: Mapping[str, Iterable[dg.AssetKey]], key_prefix: str | Sequence[str] | None
) -> dict[str, dg.AssetKey]:
    """The keys of the addresses where no Dagster asset lives."""
    taken = {key for assets in homes.values() for key in assets}
    own = {}
    for address in sorted(set(addresses) - homes.keys()):
        key = external_asset_key(address, key_prefix=key_prefix)
        own[address] = hashed_asset_key(address, key_prefix=key_prefix) if key in taken else key
    return own


# Dependencies


def _deps(
    graph: LineageGraph,
    outside: Iterable[LineageEdge],
    own: Mapping[str, dg.AssetKey],
    homes: Mapping[str, Sequence[dg.AssetKey]],
) -> dict[str, list[dg.AssetKey]]:
    """What each external asset depends on, by its address, without what closes a cycle."""
    by_name = {asset_pipeline_name(key): key for assets in (*homes.values(), own.values()) for key in assets}

    def assets_at(address: str) -> list[str]:
        found = homes.get(address) or ([own[address]] if address in own else [])
        return [asset_pipeline_name(key) for key in found]

    ours = {
        (source, target)
        for edge in outside
        if edge.target in own
        for source in assets_at(edge.source)
        for target in assets_at(edge.target)
        if source != target
    }
    # What Dagster's assets depend on stands in their definitions.
    fixed = {
        (source, edge.pipeline_name)
        for edge in graph.edges
        if edge.origin is not LineageOrigin.DECLARED
        for source in assets_at(edge.source)
    }
    closing = closing_edges(ours, fixed=fixed)
    for source, target in closing:
        logger.warning(
            "external asset %s does not depend on %s in Dagster's graph: that would close a cycle", target, source
        )
    found: dict[str, list[dg.AssetKey]] = defaultdict(list)
    addresses = {asset_pipeline_name(key): address for address, key in own.items()}
    for source, target in sorted(ours.difference(closing)):
        found[addresses[target]].append(by_name[source])
    return found


# What Dagster shows


def _spec(
    address: Address,
    key: dg.AssetKey,
    *,
    deps: Iterable[dg.AssetKey],
    writers: Sequence[Pipeline],
    readers: Sequence[str],
    group_name: str,
) -> dg.AssetSpec:
    return dg.AssetSpec(
        key,
        deps=deps,
        description=_description(address, writers, readers),
        metadata=_metadata(address, writers),
        group_name=group_name,
        owners=_owners(writers),
        tags={keys.EXTERNAL_TAG: "true"} | ({keys.DEPRECATED_TAG: "true"} if address.deprecated else {}),
        kinds={kind(address.address_type_name)},
    )


def _description(address: Address, writers: Sequence[Pipeline], readers: Sequence[str]) -> str:
    lines = [f"**Deprecated.** `{address.name}`" if address.deprecated else f"`{address.name}`"]
    if writers:
        lines.append("Written outside Dagster by:\n\n" + _listed([_pipeline_line(pipeline) for pipeline in writers]))
    if readers:
        lines.append("Read outside Dagster by:\n\n" + _listed([f"`{name}`" for name in readers]))
    return "\n\n".join(lines)


def _pipeline_line(pipeline: Pipeline) -> str:
    description = pipeline.pipeline_metadata.get("description")
    about = " ".join(description.split()) if isinstance(description, str) else ""
    return f"`{pipeline.name}`{'' if pipeline.active else ' (inactive)'}{': ' if about else ''}{about}"


def _listed(entries: Sequence[str]) -> str:
    more = len(entries) - MAX_LISTED_PIPELINES
    lines = [*entries[:MAX_LISTED_PIPELINES], *([f"and {more:,} more"] if more > 0 else [])]
    return "\n".join(f"- {entry}" for entry in lines)


def _metadata(address: Address, writers: Sequence[Pipeline]) -> dict[str, Any]:
    metadata: dict[str, Any] = {
        keys.ADDRESS_KEY: address.name,
        keys.ADDRESS_TYPE_KEY: address.address_type_name,
        keys.ADDRESS_TYPE_GROUP_KEY: address.address_type_group_name,
        keys.URI_KEY: address.name if "://" in address.name else None,
        keys.PIPELINES_KEY: [pipeline.name for pipeline in writers] or None,
    }
    if "://" not in address.name and address.address_type_group_name in TABLE_GROUPS:
        metadata[keys.TABLE_NAME_KEY] = address.name
        metadata[keys.STORAGE_KIND_KEY] = address.address_type_name
    return {key: value for key, value in metadata.items() if value is not None}


def _owners(writers: Iterable[Pipeline]) -> list[str]:
    """The owners of the pipelines, as far as Dagster takes them: e-mail addresses, and teams as `team:name`."""
    found = {owner for pipeline in writers for owner in text.parse_owners(pipeline.pipeline_metadata.get("owners"))}
    return sorted(owner for owner in found if _is_owner(owner))


def _is_owner(owner: str) -> bool:
    try:
        dg.AssetSpec("owned", owners=[owner])
    except dg.DagsterInvalidDefinitionError:
        return False
    return True


def _check_group_name(group_name: str) -> None:
    try:
        dg.AssetSpec("grouped", group_name=group_name)
    except dg.DagsterInvalidDefinitionError as error:
        raise InvalidValueError(f"group_name is {group_name!r}: {error}") from error


# What Watcher knows


def _client(database_url: str | None) -> Watcher:
    if isinstance(database_url, dg.EnvVar):
        variable, database_url = database_url.env_var_name, database_url.get_value()
        if database_url is None:
            raise ConfigurationError(
                f"environment variable {variable} is not set; "
                f"set it as in {variable}=postgresql://user:password@host/database"
            )
    return WatcherResource(database_url=database_url).get_client()


def _runs_in_dagster(watcher: Watcher, pipeline_name: str) -> bool:
    newest = watcher.executions(pipeline=pipeline_name, limit=1)
    return any(execution.source is ExecutionSource.DAGSTER for execution in newest)
