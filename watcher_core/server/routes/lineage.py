"""Lineage between addresses: declared, and what is upstream and downstream of one, over which way."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, Field, WithJsonSchema

from watcher_core import values
from watcher_core.arguments import MAX_BIGINT, MAX_INTEGER
from watcher_core.enums import Direction
from watcher_core.errors import NotFoundError
from watcher_core.server.errors import RefusedError
from watcher_core.server.fields import MAX_LIST, Body, Id, PathId
from watcher_core.server.routes.addresses import AddressBody
from watcher_core.server.routing import access_of, covered_pipeline, errors, router, watcher_of

Found = TypeVar("Found")

lineage = router("lineage")

# Of an id.
MOST_DIGITS = 19

# Of a direction; a warehouse's calendar may be read by all of it.
Most = Annotated[int, Query(ge=1, le=MAX_LIST, description="At most so many, the nearest.")]
Depth = Annotated[int | None, Query(ge=1, le=MAX_INTEGER, description="Stop after so many edges.")]


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
def get_address_lineage(address_id: PathId, request: Request, limit: Most = MAX_LIST) -> Any:
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


@dataclass(frozen=True)
class Place:
    """The address that is asked about, by what was typed, or by its id."""

    typed: str | None
    id: int | None

    def ask(self, call: Callable[[int | str], Found]) -> Found:
        """Return what `call` returns for it; what was typed is a name, else an id."""
        if self.id is not None:
            return call(self.id)
        typed = self.typed or ""
        try:
            return call(typed)
        except NotFoundError as exc:
            if exc.kind == "address" and typed.isascii() and typed.isdecimal() and len(typed) < MOST_DIGITS:
                with suppress(NotFoundError):
                    return call(int(typed))
            raise


def asked_place(
    request: Request,
    address: Annotated[
        str | None, Query(max_length=2048, description="Name, else id.", examples=["shop.public.orders"])
    ] = None,
    address_id: Annotated[int | None, Query(ge=0, le=MAX_BIGINT)] = None,
) -> Place:
    """Return the address that is asked about, of whoever may know of all."""
    access_of(request).require_all()
    if address is None and address_id is None:
        raise RefusedError(400, "an address is needed, by its name or by its id: ?address=NAME, or ?address_id=ID")
    return Place(address, address_id)


Asked = Annotated[Place, Depends(asked_place)]


@lineage.get("/lineage/addresses", response_model=list[values.LineageStep], responses=errors(400, 404))
def list_lineage_steps(
    request: Request,
    place: Asked,
    direction: Direction = Direction.UPSTREAM,
    depth: Depth = None,
    limit: Most = MAX_LIST,
) -> Any:
    """List what is upstream or downstream of an address, nearest first, with a shortest way and its pipelines."""
    watcher = watcher_of(request)
    return place.ask(lambda found: watcher.address_lineage(found, direction, depth, limit=limit))


@lineage.get("/lineage/impact", response_model=list[ImpactAnswer], responses=errors(400, 404))
def get_lineage_impact(request: Request, place: Asked, limit: Most = MAX_LIST) -> Any:
    """List the pipelines that break if an address is late or wrong, nearest first."""
    watcher = watcher_of(request)
    return [vars(each) for each in place.ask(lambda found: watcher.lineage_impact(found, limit=limit))]


@lineage.get("/lineage/columns", response_model=list[ColumnAnswer], responses=errors(400, 404))
def get_column_lineage(
    request: Request,
    place: Asked,
    column: Annotated[str, Query(max_length=2048, examples=["amount"])],
    direction: Direction = Direction.UPSTREAM,
    depth: Depth = None,
    limit: Most = MAX_LIST,
) -> Any:
    """List the columns that a column is computed from, or that are computed from it."""
    watcher = watcher_of(request)
    steps = place.ask(lambda found: watcher.column_lineage(found, column, direction, depth, limit=limit))
    return [vars(step) for step in steps]


@lineage.get("/lineage/column_edges", response_model=list[values.ColumnEdge], responses=errors(400, 404))
def list_column_edges(request: Request, place: Asked) -> Any:
    """List the edges of columns that end or begin at an address."""
    return place.ask(watcher_of(request).column_edges)


@lineage.get("/lineage/graph", response_model=values.LineageGraph)
def get_lineage_graph(request: Request) -> Any:
    """Return all addresses and all edges between them."""
    access_of(request).require_all()
    return watcher_of(request).lineage_graph()


@lineage.get("/lineage/summary", response_model=values.LineageSummary)
def get_lineage_summary(request: Request) -> Any:
    """Return the shape of the graph: roots, leaves, cycles, and addresses that nobody reads or writes."""
    access_of(request).require_all()
    return watcher_of(request).lineage_summary()
