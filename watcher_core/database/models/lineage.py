"""Edges between addresses, their closure, and lineage of columns."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from watcher_core.database.models.declarative import (
    Base,
    identity,
    reference,
    timestamp,
)
from watcher_core.enums import (
    LineageOrigin,
)


def _origin() -> Mapped[LineageOrigin]:
    return mapped_column(server_default=LineageOrigin.DECLARED, comment="Who reported it, and may withdraw it")


class AddressLineage(Base):
    __tablename__ = "address_lineage"
    __table_args__ = (
        sa.UniqueConstraint(
            "pipeline_id", "source_address_id", "target_address_id", "origin", name="uq_address_lineage_edge"
        ),
        {"comment": "Edges: a pipeline reads a source and writes a target"},
    )

    id: Mapped[int] = identity()
    pipeline_id: Mapped[int] = reference("pipeline")
    source_address_id: Mapped[int] = reference("address", index=True)
    target_address_id: Mapped[int] = reference("address", index=True)
    origin: Mapped[LineageOrigin] = _origin()
    created_at: Mapped[dt.datetime] = timestamp("When it was declared")


class AddressLineageClosure(Base):
    # No foreign keys: the rows are derived from the edges, which have them, and checking two keys a row takes three
    # times as long as writing it.
    __tablename__ = "address_lineage_closure"
    __table_args__ = (
        sa.CheckConstraint("depth > 0", name="depth"),
        sa.CheckConstraint("source_address_id <> target_address_id", name="no_self"),
        sa.Index("ix_address_lineage_closure_target_address_id_depth", "target_address_id", "depth"),
        {"comment": "Reachability of the edges: one row a pair, with the length of the shortest path"},
    )

    source_address_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, comment="An address")
    target_address_id: Mapped[int] = mapped_column(
        primary_key=True, autoincrement=False, comment="One downstream of it"
    )
    depth: Mapped[int] = mapped_column(sa.Integer, comment="Edges on the shortest path")


class ColumnLineage(Base):
    __tablename__ = "column_lineage"
    __table_args__ = (
        sa.UniqueConstraint(
            "pipeline_id",
            "source_address_id",
            "source_column",
            "target_address_id",
            "target_column",
            "origin",
            name="uq_column_lineage_edge",
        ),
        # A column's ancestors and descendants are looked for level by level.
        sa.Index("ix_column_lineage_source_address_id_source_column", "source_address_id", "source_column"),
        sa.Index("ix_column_lineage_target_address_id_target_column", "target_address_id", "target_column"),
        {"comment": "Edges between columns: a pipeline computes a target column from a source column"},
    )

    id: Mapped[int] = identity()
    pipeline_id: Mapped[int] = reference("pipeline")
    source_address_id: Mapped[int] = reference("address")
    source_column: Mapped[str]
    target_address_id: Mapped[int] = reference("address")
    target_column: Mapped[str]
    origin: Mapped[LineageOrigin] = _origin()
