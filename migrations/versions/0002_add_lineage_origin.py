"""Say who told of an edge, and where an asset lives.

Compatibility: the version of Watcher before this one wrote no lineage, so that nothing of it is in the way.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ENUM

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

LINEAGE_ORIGIN = ENUM(
    "declared", "asset_graph", "materialization", name="lineage_origin", schema="watcher", create_type=False
)

EDGES = {
    "address_lineage": ["pipeline_id", "source_address_id", "target_address_id"],
    "column_lineage": ["pipeline_id", "source_address_id", "source_column", "target_address_id", "target_column"],
}

CLOSURE_COMMENTS = {"source": "An address", "target": "One downstream of it"}


def upgrade() -> None:
    LINEAGE_ORIGIN.create(op.get_bind())
    for table, columns in EDGES.items():
        op.add_column(
            table,
            sa.Column(
                "origin",
                LINEAGE_ORIGIN,
                server_default="declared",
                nullable=False,
                comment="Who told of it, and may take it back",
            ),
            schema="watcher",
        )
        op.drop_constraint(op.f(f"uq_{table}_edge"), table, schema="watcher", type_="unique")
        op.create_unique_constraint(op.f(f"uq_{table}_edge"), table, [*columns, "origin"], schema="watcher")
    for end in ("source", "target"):
        op.drop_constraint(
            op.f(f"fk_address_lineage_closure_{end}_address_id"), "address_lineage_closure", schema="watcher"
        )
        op.alter_column("address_lineage_closure", f"{end}_address_id", comment=CLOSURE_COMMENTS[end], schema="watcher")
        op.drop_index(f"ix_column_lineage_{end}_address_id", "column_lineage", schema="watcher")
        op.create_index(
            f"ix_column_lineage_{end}_address_id_{end}_column",
            "column_lineage",
            [f"{end}_address_id", f"{end}_column"],
            schema="watcher",
        )
    op.add_column(
        "pipeline",
        sa.Column("address_id", sa.BigInteger(), nullable=True, comment="Where an asset lives"),
        schema="watcher",
    )
    op.create_foreign_key(
        op.f("fk_pipeline_address_id"),
        "pipeline",
        "address",
        ["address_id"],
        ["id"],
        source_schema="watcher",
        referent_schema="watcher",
        ondelete="SET NULL",
    )
    op.create_index("ix_pipeline_address_id", "pipeline", ["address_id"], schema="watcher")


def downgrade() -> None:
    op.drop_column("pipeline", "address_id", schema="watcher")
    for end in ("source", "target"):
        op.drop_index(f"ix_column_lineage_{end}_address_id_{end}_column", "column_lineage", schema="watcher")
        op.create_index(
            f"ix_column_lineage_{end}_address_id", "column_lineage", [f"{end}_address_id"], schema="watcher"
        )
        op.alter_column("address_lineage_closure", f"{end}_address_id", comment=None, schema="watcher")
        op.create_foreign_key(
            op.f(f"fk_address_lineage_closure_{end}_address_id"),
            "address_lineage_closure",
            "address",
            [f"{end}_address_id"],
            ["id"],
            source_schema="watcher",
            referent_schema="watcher",
            ondelete="CASCADE",
        )
    for table, columns in EDGES.items():
        op.drop_constraint(op.f(f"uq_{table}_edge"), table, schema="watcher", type_="unique")
        op.drop_column(table, "origin", schema="watcher")
        # What several told of is one edge again.
        same = " AND ".join(f"kept.{column} = edge.{column}" for column in columns)
        op.execute(
            f"DELETE FROM watcher.{table} AS edge USING watcher.{table} AS kept WHERE {same} AND kept.id < edge.id"
        )
        op.create_unique_constraint(op.f(f"uq_{table}_edge"), table, columns, schema="watcher")
    LINEAGE_ORIGIN.drop(op.get_bind())
