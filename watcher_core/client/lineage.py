"""`Watcher`'s methods on lineage: recording, reading and verifying it."""

from __future__ import annotations

from collections.abc import Iterable

from watcher_core import arguments, catalog, database, lineage, values
from watcher_core.client.connection import Connection
from watcher_core.enums import Direction, LineageOrigin


class LineageMethods(Connection):
    """Lineage between addresses, and between their columns."""

    def create_lineage(
        self,
        pipeline: int | str,
        sources: Iterable[values.Address],
        targets: Iterable[values.Address],
        *,
        columns: Iterable[values.ColumnEdge] | None = None,
    ) -> int:
        """Declare what a pipeline reads and writes: each source has an edge to each target.

        It replaces what was declared of that pipeline before. Where the same is recorded already, nothing is written;
        with the pipeline's `load_lineage`, the recorded edges are compared too, and not only the declaration.

        Args:
            pipeline: Id or name of the pipeline.
            sources: What it reads. Addresses that do not exist are created; those that exist keep their type.
            targets: What it writes. An address may be on both sides. With both sides empty, the declaration is removed.
            columns: Which columns of the targets it computes from which of the sources; `None` leaves them as they are,
                but for those of addresses that it has no more.

        Returns:
            How many edges the declaration has.

        Raises:
            NotFoundError: There is no such pipeline.
            InvalidValueError: A value breaks a rule, one side is empty, or there are more than 100,000 edges; nothing
                is written.
        """
        with self._transaction() as (session, now):
            known = catalog.get_pipeline(session, pipeline)
            declared = lineage.clean_declaration(
                values.PipelineLineage(
                    pipeline_name=known.name,
                    sources=tuple(sources),
                    targets=tuple(targets),
                    columns=None if columns is None else tuple(columns),
                )
            )
            lineage.declare_lineage(session, pipeline=known, lineage=declared, now=now)
            return len(declared.sources) * len(declared.targets)

    def set_lineage(self, lineages: Iterable[values.PipelineLineage], *, origin: LineageOrigin | str) -> int:
        """Replace the lineage that one origin has recorded of each of these pipelines, in one transaction.

        The lineage of other origins stays. Pipelines and addresses that do not exist are created.

        Args:
            lineages: Of each pipeline, all that the origin knows.
            origin: Where the lineage comes from: `declared`, `asset_graph`, `materialization` or `openlineage`.

        Returns:
            How many pipelines' lineage has changed.

        Raises:
            InvalidValueError: A value breaks a rule; nothing is written.
        """
        known_origin = arguments.choice(origin, LineageOrigin, "origin")
        cleaned = [lineage.clean_lineage(one) for one in lineages]
        with self._transaction() as (session, now):
            return lineage.record_lineage(session, lineages=cleaned, origin=known_origin, now=now)

    def pipeline_addresses(self, names: Iterable[str]) -> dict[str, values.Address]:
        """Return the addresses where the assets of these pipelines live, by the pipeline's name, as far as known."""
        with self._transaction() as (session, _):
            return catalog.addresses_of_pipelines(session, names=names)

    def address_lineage(
        self,
        address: int | str,
        direction: Direction | str = Direction.UPSTREAM,
        max_depth: int | None = None,
        *,
        limit: int | None = None,
    ) -> list[values.LineageStep]:
        """Return what is upstream or downstream of an address, nearest first, with a shortest path and its pipelines.

        Args:
            address: Its id or name, or the name of the pipeline whose asset lives there.
            direction: `upstream`, where its data comes from, or `downstream`, where it goes.
            max_depth: Stop after this many edges.
            limit: At most so many addresses; all by default.

        Raises:
            NotFoundError: There is no such address.
            InvalidValueError: A value breaks a rule.
        """
        with self._transaction() as (session, _):
            return lineage.lineage_steps(
                session, reference=address, direction=direction, max_depth=max_depth, limit=limit
            )

    def column_lineage(
        self,
        address: int | str,
        column: str,
        direction: Direction | str = Direction.UPSTREAM,
        max_depth: int | None = None,
        *,
        limit: int | None = None,
    ) -> list[values.ColumnStep]:
        """Return the columns that a column is computed from, or that are computed from it, nearest first.

        Args:
            address: As of `address_lineage`.
            column: Name of the column.
            direction: `upstream` or `downstream`.
            max_depth: Stop after this many edges.
            limit: At most so many columns; all by default.

        Raises:
            NotFoundError: There is no such address.
            InvalidValueError: A value breaks a rule.
        """
        with self._transaction() as (session, _):
            return lineage.column_steps(
                session, reference=address, column=column, direction=direction, max_depth=max_depth, limit=limit
            )

    def column_edges(self, address: int | str) -> list[values.ColumnEdge]:
        """Return the edges of columns that end or begin at an address.

        Args:
            address: As of `address_lineage`.

        Raises:
            NotFoundError: There is no such address.
        """
        with self._transaction() as (session, _):
            return lineage.column_edges_at(session, reference=address)

    def lineage_impact(self, address: int | str, *, limit: int | None = None) -> list[values.ImpactedPipeline]:
        """Return the pipelines that break if an address is late or wrong, with owners and open alerts, nearest first.

        Args:
            address: As of `address_lineage`.
            limit: At most so many pipelines; all by default.

        Raises:
            NotFoundError: There is no such address.
            InvalidValueError: `limit` is no positive number.
        """
        with self._transaction() as (session, _):
            return lineage.lineage_impact(session, reference=address, limit=limit)

    def lineage_graph(self) -> values.LineageGraph:
        """Return all addresses and all edges between them."""
        with self._transaction() as (session, _):
            return lineage.lineage_graph(session)

    def lineage_summary(self) -> values.LineageSummary:
        """Return the shape of the graph: roots, leaves, cycles, and addresses that nobody reads or writes."""
        with self._driver_transaction() as (connection, _):
            database.read_one_snapshot(connection)
            return lineage.lineage_summary(connection)

    def verify_lineage(self, *, repair: bool = False) -> values.ClosureReport:
        """Compute which address reaches which anew from the edges, and compare that with what is stored.

        Args:
            repair: Repair what differs.

        Returns:
            What differed.
        """
        with self._driver_transaction() as (connection, _):
            if repair:
                lineage.lock_closure(connection)
            else:
                database.read_one_snapshot(connection)
            return lineage.verify_closure(connection, repair=repair)
