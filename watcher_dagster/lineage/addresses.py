"""Where the data of an asset lives: its address, the type of that, and the type's group. Pure.

Metadata says where: `watcher/address`, else `dagster/uri`, else what the integration that wrote the asset says, which
is `dagster/table_name` for most: see `locations`. Without these, an asset lives at its key, provisionally. The type is
`watcher/address_type`, else `dagster/storage_kind`, else that kind of the asset which is a storage, else what the
integration says, else the scheme of a URI.

An address is shown everywhere: passwords and signatures in a URI are taken out. A value that cannot be one is logged
and passed over, and the next in line is taken.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any, Final

import dagster as dg

from watcher_core import Address, masking, storages
from watcher_dagster import metadata as keys
from watcher_dagster.identity import MAX_NAME_BYTES, asset_pipeline_name
from watcher_dagster.lineage.locations import Location, connection_kinds, integration_location

logger = logging.getLogger("watcher.dagster")

# The type of an address of which nothing is known but that an asset lives there.
ASSET_TYPE: Final = "asset"
ASSET_GROUP: Final = "dagster"

MAX_KIND_CHARACTERS: Final = 63  # kinds are tags to Dagster

_SCHEME = re.compile(r"(?:jdbc:)?([a-z][a-z0-9.-]*)(?:\+[a-z0-9]+)?://", re.IGNORECASE)


@dataclass(frozen=True)
class AssetAddress:
    """The address of an asset.

    Attributes:
        address: The address.
        has_location: Whether metadata says where it is; otherwise the name is the asset's key.
        is_typed: Whether anything says what type it has.
    """

    address: Address
    has_location: bool = False
    is_typed: bool = False

    def over(self, other: AssetAddress) -> AssetAddress:
        """This address, with the name and the type of the other where only the other has them."""
        named = other if other.has_location and not self.has_location else self
        typed = self if self.is_typed or not other.is_typed else other
        return AssetAddress(
            replace(
                named.address,
                address_type_name=typed.address.address_type_name,
                address_type_group_name=typed.address.address_type_group_name,
            ),
            has_location=named.has_location,
            is_typed=typed.is_typed,
        )

    def settled(self, known: Address | None) -> Address:
        """The address to record: what Dagster does not give stays as it is recorded in `known`."""
        if known is None:
            return self.address
        recorded = AssetAddress(_plain(known), has_location=not known.provisional, is_typed=True)
        if self.address.name == known.name:
            return self.over(recorded).address
        return self.address if self.has_location else recorded.address


def spec_address(spec: dg.AssetSpec) -> AssetAddress:
    """Return the address that an asset's definition gives."""
    return _asset_address(spec.key, spec.metadata, kinds=spec.kinds)


def materialization_address(materialization: dg.AssetMaterialization) -> AssetAddress:
    """Return the address that a materialization of an asset gives.

    The `dagster/uri` of a partition is most likely where that partition lies; taken for the asset's, it would change
    with each partition. So it counts only where the whole asset was materialized.
    """
    return _asset_address(materialization.asset_key, materialization.metadata, partition=materialization.partition)


def key_address(pipeline_name: str) -> AssetAddress:
    """The address of an asset of which only the key is known, by the name of its pipeline."""
    return AssetAddress(Address(pipeline_name, ASSET_TYPE, ASSET_GROUP, provisional=True))


def kind(type_name: str) -> str:
    """The type of an address as a kind that Dagster takes and its UI may have an icon for."""
    return re.sub(r"[^a-z0-9_.-]+", "_", type_name.lower()).strip("_")[:MAX_KIND_CHARACTERS] or ASSET_TYPE


def storable(value: object, max_bytes: int) -> str | None:
    """The value as text that PostgreSQL stores in a name, without blanks around it; `None` for what is none."""
    value = str(value) if isinstance(value, PurePath) else value
    if not isinstance(value, str) or "\x00" in value:
        return None
    text = value.strip()
    try:
        size = len(text.encode())
    except UnicodeEncodeError:  # a lone surrogate
        return None
    return text if 0 < size <= max_bytes else None


def _asset_address(
    asset_key: dg.AssetKey, metadata: Mapping[str, Any], *, kinds: Iterable[str] = (), partition: str | None = None
) -> AssetAddress:
    pipeline_name = asset_pipeline_name(asset_key)
    location = _location(asset_key, metadata, partition)
    name = pipeline_name if location.name is None else masking.mask_text(location.name)
    found = _type(pipeline_name, metadata, kinds, location)
    type_name, group = found or (ASSET_TYPE, ASSET_GROUP)
    address = Address(
        name,
        type_name,
        next(_texts(pipeline_name, metadata, (keys.ADDRESS_TYPE_GROUP_KEY,)), group),
        database_name=location.database,
        schema_name=location.schema,
        table_name=location.table,
        provisional=location.name is None,
    )
    return AssetAddress(address, has_location=location.name is not None, is_typed=found is not None)


def _location(asset_key: dg.AssetKey, metadata: Mapping[str, Any], partition: str | None) -> Location:
    asset = asset_pipeline_name(asset_key)
    stated = (keys.ADDRESS_KEY, keys.URI_KEY) if partition is None else (keys.ADDRESS_KEY,)
    for name in _texts(asset, metadata, stated):
        return Location(name)
    next(_texts(asset, metadata, (keys.TABLE_NAME_KEY,)), None)  # one that cannot be a name is logged
    location = integration_location(metadata, asset_key=asset_key, partition=partition) or Location(None)
    parts = {part: storable(getattr(location, part), MAX_NAME_BYTES) for part in ("database", "schema", "table")}
    return replace(location, name=storable(location.name, MAX_NAME_BYTES), **parts)


def _type(asset: str, metadata: Mapping[str, Any], kinds: Iterable[str], location: Location) -> tuple[str, str] | None:
    for own in _texts(asset, metadata, (keys.ADDRESS_TYPE_KEY,)):  # kept as it was written
        return own, (storages.address_type(own) or (own, storages.OTHER_GROUP))[1]
    stated = next(_texts(asset, metadata, (keys.STORAGE_KIND_KEY,)), None)
    if stated is not None and (known := storages.address_type(stated)):
        return known
    stored = [known for known in map(storages.address_type, kinds) if known]
    if stored:
        return min(stored, key=lambda known: storages.order(known[0]))
    scheme = _SCHEME.match(location.name or "")
    if scheme and stated is None:
        return storages.address_type(scheme[1]) or (scheme[1].lower(), storages.OTHER_GROUP)
    # Sling gives the name of a connection for the kind of the storage.
    words = [word for name in (location.kind, stated) if name for word in connection_kinds(name)]
    for known in filter(None, map(storages.address_type, words)):
        return known
    return None if stated is None else (stated, storages.OTHER_GROUP)


def _texts(asset: str, metadata: Mapping[str, Any], names: Iterable[str]) -> Iterator[str]:
    """The values of these keys that can be a name, in their order."""
    for name in names:
        if name not in metadata:
            continue
        value = metadata[name]
        value = value.value if isinstance(value, dg.MetadataValue) else value
        text = storable(value, MAX_NAME_BYTES)
        if text is not None:
            yield text
            continue
        logger.warning(
            "asset %s: %s is %.80r; it must be text that is not blank, of at most %d bytes; it is passed over",
            asset,
            name,
            masking.mask_text(value) if isinstance(value, str) else value,
            MAX_NAME_BYTES,
        )


def _plain(address: Address) -> Address:
    """An address without what only the database knows of it."""
    return Address(
        address.name, address.address_type_name, address.address_type_group_name, provisional=address.provisional
    )
