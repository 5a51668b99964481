"""`Watcher`'s methods on addresses and their types."""

from __future__ import annotations

from watcher_core import catalog, values
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
        self, name: str, *, address_type_name: str, address_type_group_name: str | None = None
    ) -> values.Address:
        """Return the address of that name; create it where it is not known.

        Raises:
            InvalidValueError: A value breaks a rule, or a new type comes without a group.
        """
        address = values.Address(name, address_type_name, address_type_group_name)
        with self._transaction() as (session, now):
            return catalog.get_or_create_address(session, address=address, now=now)

    def addresses(self) -> list[values.Address]:
        """Return all addresses, by name."""
        with self._transaction() as (session, _):
            return catalog.list_addresses(session)

    def update_address(
        self,
        reference: int | str,
        *,
        name: str | Unset = UNSET,
        address_type_name: str | Unset = UNSET,
        deprecated: bool | Unset = UNSET,
    ) -> values.Address:
        """Rename, re-type or deprecate an address; only what is passed.

        Raises:
            NotFoundError: No address has that id or name.
            InvalidValueError: A value breaks a rule, or another address has that name.
        """
        with self._transaction() as (session, now):
            return catalog.update_address(
                session,
                reference=reference,
                name=name,
                address_type_name=address_type_name,
                deprecated=deprecated,
                now=now,
            )
