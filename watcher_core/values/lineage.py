"""Values of lineage: addresses, edges between them, and the results of queries."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from watcher_core.enums import AlertKind, ExecutionState, LineageOrigin


@dataclass(frozen=True, kw_only=True)
class AddressType:
    """A kind of address, and its group."""

    id: int
    name: str
    group_name: str
    created_at: dt.datetime
    updated_at: dt.datetime
    created: bool = False


@dataclass(frozen=True)
class Address:
    """Where data lives.

    Attributes:
        name: Its name, as people write it.
        address_type_name: Its type, as `postgresql` or `s3`.
        address_type_group_name: The group of the type, as `database` or `bucket`; needed where the type is new.
        database_name, schema_name, table_name: The parts of its name, where it has such parts. A name of three parts of
            an address in a database gives them by itself.
        primary_key: The columns of its primary key, as people write them.
        address_metadata: Whatever else is known of it.
        provisional: Whether the name is the key of an asset, because it is not known where the asset lives. It gives
            way to the real address when that becomes known.
        id, address_type_id, deprecated, created_at, updated_at, created: Known of a stored one.
    """

    name: str
    address_type_name: str
    address_type_group_name: str | None = None
    database_name: str | None = field(default=None, kw_only=True)
    schema_name: str | None = field(default=None, kw_only=True)
    table_name: str | None = field(default=None, kw_only=True)
    primary_key: str | None = field(default=None, kw_only=True)
    address_metadata: dict[str, Any] = field(default_factory=dict, kw_only=True, hash=False)
    provisional: bool = field(default=False, kw_only=True)
    id: int | None = field(default=None, kw_only=True)
    address_type_id: int | None = field(default=None, kw_only=True)
    deprecated: bool = field(default=False, kw_only=True)
    created_at: dt.datetime | None = field(default=None, kw_only=True)
    updated_at: dt.datetime | None = field(default=None, kw_only=True)
    created: bool = field(default=False, kw_only=True)


@dataclass(frozen=True, kw_only=True)
class ColumnEdge:
    """A column that is computed from another: `target` at an address from `source` at an address."""

    source_address: str
    source_column: str
    target_address: str
    target_column: str


@dataclass(frozen=True, kw_only=True)
class PipelineLineage:
    """The lineage of a pipeline: recording it removes what is not in it, but for columns that it does not speak of.

    Attributes:
        pipeline_name: Which pipeline; it is created if it does not exist.
        address: Where its asset lives; `None` leaves that as it is.
        sources: What it reads.
        targets: What it writes.
        columns: Which columns it computes from which, at those addresses; `None` leaves them as they are, but for
            those of other addresses.
        reported_columns: The target columns that `columns` speaks of: what was recorded of others stays, with what it
            reads. `None`: all of them.
        existing_columns: The columns that the targets have, in any case of letters, where that is known: what was
            recorded of others is removed.
        pipeline_type_name: Type of the pipeline if it does not exist yet.
    """

    pipeline_name: str
    address: Address | None = None
    sources: tuple[Address, ...] = ()
    targets: tuple[Address, ...] = ()
    columns: tuple[ColumnEdge, ...] | None = None
    reported_columns: tuple[str, ...] | None = None
    existing_columns: tuple[str, ...] | None = None
    pipeline_type_name: str | None = None


@dataclass(frozen=True, kw_only=True)
class LineageEdge:
    """An edge of the graph: a pipeline reads the source and writes the target; addresses by name."""

    pipeline_id: int
    pipeline_name: str
    source: str
    target: str
    origin: LineageOrigin


@dataclass(frozen=True, kw_only=True)
class LineageGraph:
    """Addresses, by name, and the edges between them."""

    addresses: tuple[Address, ...]
    edges: tuple[LineageEdge, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphPipeline:
    """A pipeline of the lineage graph, as it stands.

    Attributes:
        pipeline_id, pipeline_name: The pipeline.
        address_id: Where its asset lives; `None` where it has none, or is gone from the code.
        state: The state of its newest execution; `None` where there is none.
        started_at: When that started.
    """

    pipeline_id: int
    pipeline_name: str
    address_id: int | None
    state: ExecutionState | None
    started_at: dt.datetime | None


@dataclass(frozen=True, kw_only=True)
class LineageStep:
    """An address upstream or downstream of another.

    Attributes:
        address: The address.
        depth: Edges between the two, on a shortest path.
        path: Names of the addresses on that path, from where the query began to this one.
        via: Names of the pipelines that have the last edge of that path.
        pipelines: Names of the pipelines on that path, in order, none twice.
    """

    address: Address
    depth: int
    path: tuple[str, ...]
    via: tuple[str, ...]
    pipelines: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ColumnStep:
    """A column upstream or downstream of another; as `LineageStep`, each column as (address, column).

    Attributes:
        address: Name of its address.
        column: Its name.
        deprecated: Whether its address is.
        depth: Edges between the two, on a shortest path.
        path: The columns on that path, from where the query began to this one.
        via: Names of the pipelines that have the last edge of that path.
        pipelines: Names of the pipelines on that path, in order, none twice.
    """

    address: str
    column: str
    deprecated: bool
    depth: int
    path: tuple[tuple[str, str], ...]
    via: tuple[str, ...]
    pipelines: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ImpactedPipeline:
    """A pipeline that reads, directly or through others, what is late or wrong.

    Attributes:
        pipeline_id: Its id.
        pipeline_name: Its name.
        pipeline_type_name: Its type.
        owners: From `owners` of its metadata.
        active: Whether it may run.
        depth: Edges from the address to what it writes, on a shortest path; 1 for one that reads the address itself.
        targets: Names of the addresses that it writes in consequence.
        open_alerts: Kinds of its alerts that are not resolved: `freshness`, `failure`, …
    """

    pipeline_id: int
    pipeline_name: str
    pipeline_type_name: str
    owners: tuple[str, ...]
    active: bool
    depth: int
    targets: tuple[str, ...]
    open_alerts: tuple[AlertKind, ...]


@dataclass(frozen=True, kw_only=True)
class LineageSummary:
    """The shape of the graph.

    Attributes:
        addresses: How many addresses there are.
        edges: How many pairs of addresses have an edge, from any origin.
        roots: Addresses that are read, and that nobody writes: no edge leads there, and no asset lives there.
        leaves: Addresses that are written, and that nobody reads.
        unused: Addresses that nobody reads or writes.
        cycles: Groups of addresses that reach each other; a single one is a pipeline that reads what it writes.
    """

    addresses: int
    edges: int
    roots: tuple[Address, ...]
    leaves: tuple[Address, ...]
    unused: tuple[Address, ...]
    cycles: tuple[tuple[Address, ...], ...]


@dataclass(frozen=True, kw_only=True)
class ClosureReport:
    """How the closure of lineage compares with its edges.

    Attributes:
        pairs: Rows that there are now.
        missing: Rows that were not there.
        unexpected: Rows of pairs without a path.
        wrong_depth: Rows with another depth than the shortest path has.
        repaired: Whether those have been repaired.
    """

    pairs: int
    missing: int
    unexpected: int
    wrong_depth: int
    repaired: bool

    @property
    def is_right(self) -> bool:
        """Whether the closure was what the edges say."""
        return not (self.missing or self.unexpected or self.wrong_depth)
