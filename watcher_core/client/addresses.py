"""`Watcher`'s methods on addresses and their types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from watcher_core import catalog, lineage, values
from watcher_core.client.connection import Connection
from watcher_core.values import UNSET, Unset


class AddressMethods(Connection):
    """Addresses, where data lives, and their types."""

    def get_or_create_address_type(self, name: str, *, group_name: str | None = None) -> values.AddressType:
        """Return the address type of that name; create it, or change its group, where needed.

        Raises:
            InvalidValueError: A value breaks a rule, or a new type comes without a group.
        """
        with self._transaction() as (session, now):
            return catalog.get_or_create_address_type(session, name=name, group_name=group_name, now=now)

    def address_types(self) -> list[values.AddressType]:
        """Return all address types, by name."""
        with self._transaction() as (session, _):
            return catalog.list_address_types(session)

    def address_type(self, reference: int | str) -> values.AddressType:
        """Return the address type with that id or name.

        Raises:
            NotFoundError: There is none.
        """
        with self._transaction() as (session, _):
            return catalog.get_address_type(session, reference)

    def update_address_type(
        self, reference: int | str, *, name: str | Unset = UNSET, group_name: str | Unset = UNSET
    ) -> values.AddressType:
        """Rename an address type, or move it to another group.

        Raises:
            NotFoundError: No address type has that id or name.
            InvalidValueError: A value breaks a rule, or another type has that name.
        """
        with self._transaction() as (session, now):
            return catalog.update_address_type(session, reference=reference, name=name, group_name=group_name, now=now)

    def get_or_create_address(
        self,
        name: str,
        *,
        address_type_name: str,
        address_type_group_name: str | None = None,
        database_name: str | None = None,
        schema_name: str | None = None,
        table_name: str | None = None,
        primary_key: str | None = None,
        address_metadata: Mapping[str, Any] | None = None,
    ) -> values.Address:
        """Return the address of that name; create it where it is not known.

        A known address keeps its type, and gets the parts and the metadata that are passed. A name that an address had
        before it was renamed or merged is that address.

        Args:
            name, address_type_name, address_type_group_name: See `Address`.
            database_name, schema_name, table_name: The parts of its name; a name of three parts gives them by itself.
            primary_key: The columns of its primary key.
            address_metadata: Whatever else is known of it. Passwords in it are masked, as in its name.

        Raises:
            InvalidValueError: A value breaks a rule, or a new type comes without a group.
        """
        address = values.Address(
            name,
            address_type_name,
            address_type_group_name,
            database_name=database_name,
            schema_name=schema_name,
            table_name=table_name,
            primary_key=primary_key,
            address_metadata={} if address_metadata is None else address_metadata,  # type: ignore[arg-type]  # is checked
        )
        with self._transaction() as (session, now):
            return catalog.get_or_create_address(session, address=address, now=now)

    def addresses(self, *, after: int | None = None, limit: int | None = None) -> list[values.Address]:
        """Return all addresses, by name; or, with one of the arguments, a page of them, in the order of their ids.

        Args:
            after: The id of the last one of the page before.
            limit: At most so many.

        Raises:
            InvalidValueError: A value breaks a rule.
        """
        with self._driver_transaction() as (connection, _):
            return catalog.list_addresses(connection, after=after, limit=limit)

    def address(self, reference: int | str) -> values.Address:
        """Return the address with that id, that name, or a name that it had before.

        Raises:
            NotFoundError: There is none.
        """
        with self._transaction() as (session, _):
            return catalog.find_named_address(session, reference)

    def known_name(self, kind: str, name: str) -> str:
        """Return the name as it is stored, for those who do not look at the case of letters.

        Args:
            kind: `pipeline`, `pipeline_type`, `address` or `address_type`.
            name: The name.

        Returns:
            `name` where it is known or nothing is; else the only name that is equal but for the case of its letters.
        """
        with self._transaction() as (session, _):
            return catalog.known_name(session, kind, name)

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
        """Change an address; only what is passed.

        Its old name goes on to mean it, so that code that declares the old name does not create a second address. When
        another address has the new name, the two are merged: the edges, the assets and the names of both are then those
        of the other, which keeps its id.

        Args:
            reference: Its id or name.
            name: Its new name.
            address_type_name: Its type.
            deprecated: Whether it is on its way out.
            database_name, schema_name, table_name, primary_key, address_metadata: As of `get_or_create_address`; `None`
                removes them.

        Raises:
            NotFoundError: No address has that id or name.
            InvalidValueError: A value breaks a rule.
        """
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
        with self._transaction() as (session, now):
            return lineage.update_address(session, reference=reference, fields=fields, now=now)
