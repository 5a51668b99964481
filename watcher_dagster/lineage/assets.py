"""Lineage from asset definitions and materializations. Pure.

Both describe where an asset's data lives, which assets it reads, and perhaps which of its columns come from which of
theirs. They name assets, but lineage is between addresses. So each is first translated into `AssetLineage`; `resolve`
then replaces assets by addresses: the address that Dagster gives, else the recorded one, else the asset's key.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import dagster as dg

from watcher_core import Address, ColumnEdge, PipelineLineage
from watcher_dagster import compat
from watcher_dagster.identity import asset_pipeline_name
from watcher_dagster.lineage.addresses import AssetAddress, key_address, materialization_address, spec_address, storable
from watcher_dagster.metadata import COLUMN_LINEAGE_KEY, COLUMN_SCHEMA_KEY
from watcher_dagster.runs import ASSET_TYPE

logger = logging.getLogger("watcher.dagster")

MAX_COLUMN_BYTES: Final = 1024  # see watcher_core.lineage


@dataclass(frozen=True, kw_only=True, order=True)
class ColumnSource:
    """A column of an asset, and the column of another that it is computed from."""

    column: str
    source_asset: str
    source_column: str


@dataclass(frozen=True, kw_only=True)
class AssetLineage:
    """The lineage of one asset. Assets are named by their pipelines.

    Attributes:
        name: The asset.
        address: Where it lives.
        upstream: The assets that it reads.
        columns: Where its columns come from; `None` where that is not described.
        reported: The columns that `columns` speaks of; `None` where that is all.
        existing: The columns that it has, where that is known.
        pipeline_type_name: Only for a pipeline that is not known yet.
    """

    name: str
    address: AssetAddress
    upstream: tuple[str, ...] = ()
    columns: tuple[ColumnSource, ...] | None = None
    reported: tuple[str, ...] | None = None
    existing: tuple[str, ...] | None = None
    pipeline_type_name: str | None = None


@dataclass(frozen=True, kw_only=True)
class AssetGraph:
    """The assets of a code location.

    Attributes:
        assets: Those that Dagster materializes there, sorted by name.
        addresses: Where assets live, by name: of these, and of the external ones that are defined beside them.
    """

    assets: tuple[AssetLineage, ...] = ()
    addresses: dict[str, AssetAddress] = field(default_factory=dict)


def asset_graph(repository_def: dg.RepositoryDefinition) -> AssetGraph:
    """Read the asset definitions of a code location.

    An asset that Dagster does not materialize has an address here, and no lineage.
    """
    specs = compat.asset_specs(repository_def)
    addresses = {asset_pipeline_name(key): spec_address(spec) for key, spec in specs.items()}
    lineages = (_spec_lineage(specs[key], addresses) for key in compat.materializable_keys(repository_def))
    return AssetGraph(assets=tuple(sorted(lineages, key=lambda lineage: lineage.name)), addresses=addresses)


def materialization_lineage(materialization: dg.AssetMaterialization) -> AssetLineage:
    """Return what a materialization says about its asset: what it read, and where it wrote.

    Of columns that it does not report, nothing is known by it: dbt's lineage ends at an ephemeral model, say.
    """
    name = asset_pipeline_name(materialization.asset_key)
    columns = _columns(name, materialization.metadata)
    inputs = (
        asset_pipeline_name(dg.AssetKey.from_user_string(tag.removeprefix(compat.INPUT_TAG_PREFIX)))
        for tag in materialization.tags or ()
        if tag.startswith(compat.INPUT_TAG_PREFIX) and tag != compat.INPUT_TAG_PREFIX
    )
    return AssetLineage(
        name=name,
        address=materialization_address(materialization),
        upstream=_upstream(inputs, columns or ()),
        columns=columns,
        reported=None if columns is None else _reported(materialization.metadata),
        existing=_existing(materialization.metadata),
        pipeline_type_name=ASSET_TYPE,
    )


def reports_columns(materialization: dg.AssetMaterialization) -> tuple[str, ...]:
    """Return the columns of which a materialization says where they come from."""
    return _reported(materialization.metadata)


def continued(earlier: AssetLineage, later: AssetLineage) -> AssetLineage:
    """Return what two materializations of an asset say, one after the other."""
    if earlier.columns is None:
        return later
    said = {*(later.reported or ())}
    existing = None if later.existing is None else {column.casefold() for column in later.existing}
    kept = [
        column
        for column in earlier.columns
        if column.column not in said and (existing is None or column.column.casefold() in existing)
    ]
    if later.existing is None and earlier.existing is not None:
        later = replace(later, existing=tuple(sorted({*earlier.existing, *said})))
    return replace(
        later,
        upstream=_upstream(later.upstream, kept),
        columns=tuple(sorted({*kept, *(later.columns or ())})),
        reported=tuple(sorted({*(earlier.reported or ()), *said})),
    )


def open_names(assets: Iterable[AssetLineage], addresses: Mapping[str, AssetAddress]) -> set[str]:
    """Return the assets whose recorded addresses are needed, because Dagster does not give name and type of theirs."""
    names = {name for asset in assets for name in (asset.name, *asset.upstream)}
    return {
        name for name in names if not (name in addresses and addresses[name].has_location and addresses[name].is_typed)
    }


def resolve(
    assets: Iterable[AssetLineage], *, addresses: Mapping[str, AssetAddress], known: Mapping[str, Address]
) -> list[PipelineLineage]:
    """Replace assets by their addresses.

    Args:
        assets: The lineage, one for each asset.
        addresses: Where assets live according to Dagster, by name.
        known: The recorded addresses, by name; needed for `open_names`.
    """

    def address_of(name: str) -> Address:
        return (addresses.get(name) or key_address(name)).settled(known.get(name))

    return [
        _resolved(asset, address_of(asset.name), {name: address_of(name) for name in asset.upstream})
        for asset in assets
    ]


def _resolved(asset: AssetLineage, target: Address, sources: Mapping[str, Address]) -> PipelineLineage:
    columns = None
    if asset.columns is not None:
        columns = tuple(
            ColumnEdge(
                source_address=sources[column.source_asset].name,
                source_column=column.source_column,
                target_address=target.name,
                target_column=column.column,
            )
            for column in asset.columns
        )
    by_name: dict[str, Address] = {}
    for source in sources.values():
        by_name.setdefault(source.name, source)  # several assets may live at one address
    return PipelineLineage(
        pipeline_name=asset.name,
        address=target,
        sources=tuple(by_name.values()),
        targets=(target,),
        columns=columns,
        reported_columns=asset.reported,
        existing_columns=asset.existing,
        pipeline_type_name=asset.pipeline_type_name,
    )


def _spec_lineage(spec: dg.AssetSpec, addresses: Mapping[str, AssetAddress]) -> AssetLineage:
    name = asset_pipeline_name(spec.key)
    # A definition is complete: one without column lineage has none.
    columns = _columns(name, spec.metadata) or ()
    return AssetLineage(
        name=name,
        address=addresses[name],
        upstream=_upstream((asset_pipeline_name(dep.asset_key) for dep in spec.deps), columns),
        columns=columns,
        pipeline_type_name=spec.group_name or "default",
    )


def _upstream(inputs: Iterable[str], columns: Iterable[ColumnSource]) -> tuple[str, ...]:
    """All assets that are read, sorted: computing a column from another reads the other's asset."""
    return tuple(sorted({*inputs, *(column.source_asset for column in columns)}))


def _columns(asset: str, metadata: Mapping[str, Any]) -> tuple[ColumnSource, ...] | None:
    value = metadata.get(COLUMN_LINEAGE_KEY)
    value = value.value if isinstance(value, dg.MetadataValue) else value
    if value is None:
        return None
    if not isinstance(value, dg.TableColumnLineage):
        logger.warning(
            "asset %s: %s is %.80r; it must be a TableColumnLineage; it is passed over",
            asset,
            COLUMN_LINEAGE_KEY,
            value,
        )
        return None
    return tuple(sorted(set(_column_sources(asset, value))))


def _reported(metadata: Mapping[str, Any]) -> tuple[str, ...]:
    value = metadata.get(COLUMN_LINEAGE_KEY)
    value = value.value if isinstance(value, dg.MetadataValue) else value
    if not isinstance(value, dg.TableColumnLineage):
        return ()
    named = (storable(column, MAX_COLUMN_BYTES) for column in value.deps_by_column)
    return tuple(sorted({column for column in named if column}))


def _existing(metadata: Mapping[str, Any]) -> tuple[str, ...] | None:
    value = metadata.get(COLUMN_SCHEMA_KEY)
    value = value.value if isinstance(value, dg.MetadataValue) else value
    if not isinstance(value, dg.TableSchema) or not value.columns:
        return None
    return tuple(sorted({column.name for column in value.columns}))


def _column_sources(asset: str, lineage: dg.TableColumnLineage) -> Iterator[ColumnSource]:
    for written, deps in lineage.deps_by_column.items():
        for dep in deps:
            column, source = (storable(name, MAX_COLUMN_BYTES) for name in (written, dep.column_name))
            if column and source:
                yield ColumnSource(column=column, source_asset=asset_pipeline_name(dep.asset_key), source_column=source)
                continue
            logger.warning(
                "asset %s: column %.80r from %.80r of %s is passed over; a column's name is text of 1 to %d bytes",
                asset,
                written,
                dep.column_name,
                dep.asset_key.to_user_string(),
                MAX_COLUMN_BYTES,
            )
