"""Addresses, where data lives, and their types."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import Query, Request, Response
from pydantic import AliasChoices, BaseModel, Field, StringConstraints, model_validator

from watcher_core import catalog, values
from watcher_core.errors import NotFoundError
from watcher_core.server.fields import Body, Cursor, Id, Limit, LongName, Name, PathId
from watcher_core.server.routes.pipelines import Created
from watcher_core.server.routing import Page, access_of, errors, page, router, short, watcher_of

addresses = router("addresses")
types = router("address types")

OfName = Annotated[str | None, Query(max_length=2048, description="The one with this name only.")]

# What an address may do without.
PARTS = {"database_name", "schema_name", "table_name", "primary_key", "address_metadata"}

Part = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2048)]


class AddressTypeBody(Body):
    """A type of addresses. One that exists keeps its group."""

    name: Name = Field(examples=["postgresql"])
    group_name: Name = Field(examples=["database"])


class AddressTypePatch(Body):
    """What of an address type is to change. With an id, `name` is its new name."""

    id: Id | None = Field(None, examples=[1])
    name: LongName | None = None
    group_name: Name | None = None

    @model_validator(mode="after")
    def _named(self) -> AddressTypePatch:
        if self.id is None and self.name is None:
            raise ValueError("Either 'id' or 'name' must be provided")
        return self


class AddressTypeAnswer(BaseModel):
    id: int
    name: str
    group_name: str
    created_at: dt.datetime
    updated_at: dt.datetime | None


class AddressTypePage(Page[AddressTypeAnswer]):
    pass


class AddressBody(Body):
    """Where data lives."""

    name: LongName = Field(validation_alias=AliasChoices("name", "address_name"), examples=["shop.public.orders"])
    address_type_name: Name = Field(examples=["postgresql"])
    address_type_group_name: Name = Field(examples=["database"])
    database_name: Part | None = None
    schema_name: Part | None = None
    table_name: Part | None = None
    primary_key: Part | None = None
    address_metadata: dict[str, Any] | None = None
    deprecated: bool | None = None

    def address(self, name: str) -> values.Address:
        """Return the address that it declares."""
        return values.Address(
            name,
            self.address_type_name,
            self.address_type_group_name,
            database_name=self.database_name,
            schema_name=self.schema_name,
            table_name=self.table_name,
            primary_key=self.primary_key,
            address_metadata=self.address_metadata or {},
        )


class AddressChanges(Body):
    """What of an address is to change. Here `null` takes a part away."""

    name: LongName | None = None
    address_type_name: LongName | None = None
    database_name: Part | None = None
    schema_name: Part | None = None
    table_name: Part | None = None
    primary_key: Part | None = None
    address_metadata: dict[str, Any] | None = None
    deprecated: bool | None = None

    def declared(self) -> dict[str, Any]:
        """Return the fields that were said; those that are taken away are `None`."""
        return self.said() | {name: getattr(self, name) for name in self.model_fields_set & PARTS}


class AddressPatch(Body):
    """What of an address is to change. With an id, `name` is its new name."""

    id: Id | None = Field(None, examples=[1])
    name: LongName | None = None
    address_type_id: Id | None = None
    database_name: Part | None = None
    schema_name: Part | None = None
    table_name: Part | None = None
    primary_key: Part | None = None
    address_metadata: dict[str, Any] | None = None
    deprecated: bool | None = None
    configuration: AddressChanges | None = Field(
        None, description="What is said here comes before what is said beside."
    )

    @model_validator(mode="after")
    def _named(self) -> AddressPatch:
        if self.id is None and self.name is None:
            raise ValueError("Either 'id' or 'name' must be provided")
        return self


class AddressAnswer(BaseModel):
    id: int
    name: str
    address_type_id: int
    address_type_name: str
    address_type_group_name: str
    database_name: str | None
    schema_name: str | None
    table_name: str | None
    primary_key: str | None
    address_metadata: dict[str, Any] | None
    provisional: bool = Field(
        description="Whether the name is the key of an asset, as it is not known where that lives."
    )
    deprecated: bool
    input_hash: str | None = Field(None, description="Always null: addresses are compared, not hashed.")
    created_at: dt.datetime
    updated_at: dt.datetime | None


class AddressPage(Page[AddressAnswer]):
    pass


@types.post(
    "/address_type",
    status_code=201,
    response_model=Created,
    responses={200: {"model": Created, "description": "It existed."}, **errors(400)},
)
def create_address_type(body: AddressTypeBody, request: Request, response: Response) -> Any:
    """Create a type of addresses. One that exists keeps its group."""
    access_of(request).require_all()
    watcher = watcher_of(request)
    name = watcher.known_name("address_type", body.name)
    try:
        found = watcher.address_type(name)
    except NotFoundError:
        found = watcher.get_or_create_address_type(name, group_name=body.group_name)
    response.status_code = 201 if found.created else 200
    return {"id": found.id}


@types.get("/address_type", response_model=list[AddressTypeAnswer] | AddressTypePage, responses=errors(404))
def list_address_types(request: Request, name: OfName = None, limit: Limit = None, cursor: Cursor = None) -> Any:
    """List all address types, by name."""
    watcher = watcher_of(request)
    found = watcher.address_types() if name is None else [watcher.address_type(name)]
    return page(short(found), vars, limit=limit, cursor=cursor)


@types.get("/address_type/{address_type_id}", response_model=AddressTypeAnswer, responses=errors(404))
def get_address_type(address_type_id: PathId, request: Request) -> Any:
    """Return an address type."""
    return vars(watcher_of(request).address_type(address_type_id))


@types.patch("/address_type", response_model=AddressTypeAnswer, responses=errors(400, 404))
def update_address_type(body: AddressTypePatch, request: Request) -> Any:
    """Change an address type. Found by `id`, else by `name`."""
    access_of(request).require_all()
    watcher = watcher_of(request)
    reference = watcher.known_name("address_type", body.name or "") if body.id is None else body.id
    said = body.said("id", *(("name",) if body.id is None else ()))
    return vars(watcher.update_address_type(reference, **said) if said else watcher.address_type(reference))


@addresses.post(
    "/address",
    status_code=201,
    response_model=Created,
    responses={200: {"model": Created, "description": "It existed."}, **errors(400)},
)
def create_address(body: AddressBody, request: Request, response: Response) -> Any:
    """Declare an address: created where none has that name, else changed to what is said."""
    access_of(request).require_all()
    watcher = watcher_of(request)
    address = body.address(watcher.known_name("address", body.name))
    with watcher._transaction() as (session, now):
        found = catalog.get_or_create_address(session, address=address, now=now)
        if not found.created:
            catalog.retype_addresses(session, addresses=[catalog.clean_address(address)], now=now)
        if body.deprecated is not None and found.id is not None:
            fields = {"deprecated": body.deprecated}
            catalog.update_address(session, address_id=found.id, fields=fields, now=now)
    response.status_code = 201 if found.created else 200
    return {"id": found.id}


@addresses.get("/address", response_model=list[AddressAnswer] | AddressPage, responses=errors(404))
def list_addresses(request: Request, name: OfName = None, limit: Limit = None, cursor: Cursor = None) -> Any:
    """List all addresses, by name."""
    access_of(request).require_all()
    watcher = watcher_of(request)
    read = watcher.addresses if name is None else short([watcher.address(name)])
    return page(read, vars, limit=limit, cursor=cursor)


@addresses.get("/address/{address_id}", response_model=AddressAnswer, responses=errors(404))
def get_address(address_id: PathId, request: Request) -> Any:
    """Return an address."""
    access_of(request).require_all()
    return vars(watcher_of(request).address(address_id))


@addresses.patch("/address", response_model=AddressAnswer, responses=errors(400, 404))
def update_address(body: AddressPatch, request: Request) -> Any:
    """Change an address. Found by `id`, else by `name`."""
    access_of(request).require_all()
    watcher = watcher_of(request)
    reference = watcher.known_name("address", body.name or "") if body.id is None else body.id
    said = body.said("id", "address_type_id", "configuration", *(("name",) if body.id is None else ()))
    if body.address_type_id is not None:
        said["address_type_name"] = watcher.address_type(body.address_type_id).name
    if body.configuration is not None:
        said |= body.configuration.declared()
    return vars(watcher.update_address(reference, **said))
