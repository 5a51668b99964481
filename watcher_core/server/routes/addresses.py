"""Addresses, their types, and lineage between them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, TypeVar

from fastapi import Query, Request, Response
from pydantic import AliasChoices, BaseModel, Field, StringConstraints, WithJsonSchema, model_validator

from watcher_core import catalog, values
from watcher_core.enums import Direction
from watcher_core.errors import NotFoundError
from watcher_core.server.fields import Body, Cursor, Id, Limit, LongName, Name, PathId
from watcher_core.server.routes.pipelines import Created
from watcher_core.server.routing import Page, access_of, covered_pipeline, errors, page, router, short, watcher_of

Found = TypeVar("Found")

addresses = router("addresses")
types = router("address types")
lineage = router("lineage")

# Of an id.
MOST_DIGITS = 19

# Of a direction; a warehouse's calendar may be read by all of it.
MOST = 10_000
Most = Annotated[int, Query(ge=1, le=MOST, description="At most so many, the nearest.")]

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
    database_name: str | None
    schema_name: str | None
    table_name: str | None
    primary_key: str | None
    address_metadata: dict[str, Any] | None
    deprecated: bool
    input_hash: str | None = Field(None, description="Always null: addresses are compared, not hashed.")
    created_at: dt.datetime
    updated_at: dt.datetime | None


class AddressPage(Page[AddressAnswer]):
    pass


# As an array of text: many generators know no tuple.
AddressAndColumn = Annotated[
    tuple[str, str],
    WithJsonSchema({"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 2}),
]


class LineageBody(Body):
    """What a pipeline reads and writes; replaces what was declared of it before."""

    pipeline_id: Id = Field(examples=[1])
    source_addresses: list[AddressBody] = Field(min_length=1, max_length=10_000)
    target_addresses: list[AddressBody] = Field(min_length=1, max_length=10_000)


class LineageCreated(BaseModel):
    pipeline_id: int
    lineage_relationships_created: int
    message: str | None


class LineagePair(BaseModel):
    source_address_id: int
    target_address_id: int
    depth: int
    source_address_name: str
    target_address_name: str


class ImpactAnswer(BaseModel):
    pipeline_id: int
    pipeline_name: str
    pipeline_type_name: str
    owners: list[str]
    active: bool
    depth: int
    targets: list[str]
    open_alerts: list[str]


class ColumnAnswer(BaseModel):
    address: str
    column: str
    deprecated: bool
    depth: int
    path: list[AddressAndColumn]
    via: list[str]
    pipelines: list[str]


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


@types.get("/address_type", response_model=list[AddressTypeAnswer] | AddressTypePage)
def list_address_types(request: Request, limit: Limit = None, cursor: Cursor = None) -> Any:
    """List all address types, by name."""
    return page(short(watcher_of(request).address_types()), vars, limit=limit, cursor=cursor)


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


@addresses.get("/address", response_model=list[AddressAnswer] | AddressPage)
def list_addresses(request: Request, limit: Limit = None, cursor: Cursor = None) -> Any:
    """List all addresses, by name."""
    access_of(request).require_all()
    return page(watcher_of(request).addresses, vars, limit=limit, cursor=cursor)


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
    said = body.said("id", "address_type_id", *(("name",) if body.id is None else ()))
    if body.address_type_id is not None:
        said["address_type_name"] = watcher.address_type(body.address_type_id).name
    return vars(watcher.update_address(reference, **said))


@lineage.post(
    "/address_lineage",
    status_code=201,
    response_model=LineageCreated,
    responses={
        200: {"model": LineageCreated, "description": "The last target existed, or nothing was declared."},
        **errors(400),
    },
)
def declare_lineage(body: LineageBody, request: Request, response: Response) -> Any:
    """Declare what a pipeline reads and writes, where its `load_lineage` asks for it: all sources to all targets."""
    watcher = watcher_of(request)
    response.status_code = 200
    try:
        pipeline = covered_pipeline(request, body.pipeline_id)
    except NotFoundError:
        return _no_lineage(body.pipeline_id, "does not exist")
    if not pipeline.load_lineage:
        return _no_lineage(pipeline.id, "does not have load_lineage=true")
    sources, targets = (
        [each.address(watcher.known_name("address", each.name)) for each in side]
        for side in (body.source_addresses, body.target_addresses)
    )
    try:
        watcher.address(targets[-1].name)
    except NotFoundError:
        response.status_code = 201
    count = watcher.create_lineage(pipeline.id, sources, targets)
    message = f"lineage relationships created for pipeline {pipeline.id}"
    return {"pipeline_id": pipeline.id, "lineage_relationships_created": count, "message": message}


def _no_lineage(pipeline_id: int, reason: str) -> dict[str, Any]:
    message = f"pipeline {pipeline_id} {reason}"
    return {"pipeline_id": pipeline_id, "lineage_relationships_created": 0, "message": message}


@lineage.get("/address_lineage/{address_id}", response_model=list[LineagePair], responses=errors(404))
def get_address_lineage(address_id: PathId, request: Request, limit: Most = MOST) -> Any:
    """List what is upstream and downstream of an address, with the edges between; of each side the nearest."""
    access_of(request).require_all()
    watcher = watcher_of(request)
    own = watcher.address(address_id)
    found = []
    for direction in Direction:
        for step in watcher.address_lineage(address_id, direction, limit=limit):
            source, target = (step.address, own) if direction is Direction.UPSTREAM else (own, step.address)
            found.append(
                {
                    "source_address_id": source.id,
                    "target_address_id": target.id,
                    "depth": step.depth,
                    "source_address_name": source.name,
                    "target_address_name": target.name,
                }
            )
    return found


AddressReference = Annotated[str, Query(max_length=2048, description="Name, else id.", examples=["shop.public.orders"])]


def _at_address(typed: str, call: Callable[[int | str], Found]) -> Found:
    """Return what `call` returns for the address of that name, else of that id."""
    try:
        return call(typed)
    except NotFoundError as exc:
        if exc.kind != "address" or not (typed.isascii() and typed.isdecimal() and len(typed) < MOST_DIGITS):
            raise
        return call(int(typed))


@lineage.get("/lineage/impact", response_model=list[ImpactAnswer], responses=errors(400, 404))
def get_lineage_impact(request: Request, address: AddressReference, limit: Most = MOST) -> Any:
    """List the pipelines that break if an address is late or wrong, nearest first."""
    access_of(request).require_all()
    found = _at_address(address, partial(watcher_of(request).lineage_impact, limit=limit))
    return [vars(each) for each in found]


@lineage.get("/lineage/columns", response_model=list[ColumnAnswer], responses=errors(400, 404))
def get_column_lineage(
    request: Request,
    address: AddressReference,
    column: Annotated[str, Query(max_length=2048, examples=["amount"])],
    direction: Direction = Direction.UPSTREAM,
    depth: Annotated[int | None, Query(ge=1, le=1000)] = None,
    limit: Most = MOST,
) -> Any:
    """List the columns that a column is computed from, or that are computed from it."""
    access_of(request).require_all()
    watcher = watcher_of(request)
    steps = _at_address(address, lambda found: watcher.column_lineage(found, column, direction, depth, limit=limit))
    return [vars(step) for step in steps]
