"""`Watcher`'s methods on addresses and the lineage between them, over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from watcher_core import arguments, remote, values
from watcher_core.client.http_connection import MOST, HttpConnection
from watcher_core.enums import Direction
from watcher_core.errors import NotFoundError
from watcher_core.values import UNSET, Unset


class HttpLineage(HttpConnection):
    """Addresses and lineage: as of `Watcher`, by requests."""

    # Addresses

    def addresses(self, *, after: int | None = None, limit: int | None = None) -> list[values.Address]:
        """As of `Watcher`; of a page, each 1,000 are a request."""
        return self._listing(values.Address, "/address", {}, after=after, limit=limit)

    list_addresses = addresses

    def address(self, reference: int | str) -> values.Address:
        """As of `Watcher`."""
        if isinstance(reference, str):
            return self._list(values.Address, "/address", {"name": arguments.text(reference.strip(), "name")})[0]
        answer = self._remote.send(f"/address/{arguments.identifier(reference, 'id')}")
        return remote.value_of(values.Address, answer)

    def update_address(
        self,
        reference: int | str,
        *,
        name: str | Unset = UNSET,
        address_type_name: str | Unset = UNSET,
        deprecated: bool | Unset = UNSET,
        database_name: str | Unset | None = UNSET,
        schema_name: str | Unset | None = UNSET,
        table_name: str | Unset | None = UNSET,
        primary_key: str | Unset | None = UNSET,
        address_metadata: Mapping[str, Any] | Unset | None = UNSET,
    ) -> values.Address:
        """As of `Watcher`."""
        fields = {
            "name": name,
            "address_type_name": address_type_name,
            "deprecated": deprecated,
            "database_name": database_name,
            "schema_name": schema_name,
            "table_name": table_name,
            "primary_key": primary_key,
            "address_metadata": address_metadata,
        }
        said = {field: value for field, value in fields.items() if value is not UNSET}
        known = self.address(reference).id if isinstance(reference, str) else arguments.identifier(reference, "id")
        answer = self._remote.send("/address", {"id": known, "configuration": said}, method="PATCH")
        return remote.value_of(values.Address, answer)

    def address_types(self) -> list[values.AddressType]:
        """As of `Watcher`."""
        return self._list(values.AddressType, "/address_type")

    list_address_types = address_types

    def address_type(self, reference: int | str) -> values.AddressType:
        """As of `Watcher`."""
        if isinstance(reference, str):
            return self._list(values.AddressType, "/address_type", {"name": arguments.text(reference, "name")})[0]
        answer = self._remote.send(f"/address_type/{arguments.identifier(reference, 'id')}")
        return remote.value_of(values.AddressType, answer)

    def get_or_create_address_type(self, name: str, *, group_name: str | None = None) -> values.AddressType:
        """As of `Watcher`."""
        body = {"name": arguments.name(name, "name"), "group_name": group_name}
        try:
            found = self.address_type(name)
        except NotFoundError:
            self._remote.send("/address_type", body)
            return replace(self.address_type(name), created=True)
        if group_name in (None, found.group_name):
            return found
        answer = self._remote.send("/address_type", {**body, "id": found.id}, method="PATCH")
        return remote.value_of(values.AddressType, answer)

    # Lineage

    def address_lineage(
        self,
        address: int | str,
        direction: Direction | str = Direction.UPSTREAM,
        max_depth: int | None = None,
        *,
        limit: int | None = None,
    ) -> list[values.LineageStep]:
        """As of `Watcher`; of 10,000 addresses at most, the nearest."""
        asked = {**_place(address), **_way(direction, max_depth, limit)}
        return self._list(values.LineageStep, "/lineage/addresses", asked)

    def column_lineage(
        self,
        address: int | str,
        column: str,
        direction: Direction | str = Direction.UPSTREAM,
        max_depth: int | None = None,
        *,
        limit: int | None = None,
    ) -> list[values.ColumnStep]:
        """As of `Watcher`; of 10,000 columns at most, the nearest."""
        asked = {**_place(address), "column": arguments.text(column, "column"), **_way(direction, max_depth, limit)}
        return self._list(values.ColumnStep, "/lineage/columns", asked)

    def column_edges(self, address: int | str) -> list[values.ColumnEdge]:
        """As of `Watcher`."""
        return self._list(values.ColumnEdge, "/lineage/column_edges", _place(address))

    def lineage_impact(self, address: int | str, *, limit: int | None = None) -> list[values.ImpactedPipeline]:
        """As of `Watcher`; of 10,000 pipelines at most, the nearest."""
        return self._list(values.ImpactedPipeline, "/lineage/impact", {**_place(address), "limit": _most(limit)})

    def lineage_graph(self) -> values.LineageGraph:
        """As of `Watcher`."""
        return remote.value_of(values.LineageGraph, self._remote.send("/lineage/graph"))

    def lineage_summary(self) -> values.LineageSummary:
        """As of `Watcher`."""
        return remote.value_of(values.LineageSummary, self._remote.send("/lineage/summary"))


def _place(address: int | str) -> dict[str, object]:
    if isinstance(address, str):
        return {"address": arguments.text(address, "address")}
    return {"address_id": arguments.identifier(address, "id")}


def _way(direction: Direction | str, max_depth: int | None, limit: int | None) -> dict[str, object]:
    return {
        "direction": arguments.choice(direction, Direction, "direction").value,
        "depth": arguments.positive(max_depth, "max_depth"),
        "limit": _most(limit),
    }


def _most(limit: int | None) -> int:
    return min(arguments.positive(limit, "limit") or MOST, MOST)
