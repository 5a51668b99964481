"""Add the columns that assets were last seen with, and which assets automation is to make.

Compatibility: the version of Watcher before this one looks at neither.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

ORIGINS = ("address_lineage", "column_lineage")


def upgrade() -> None:
    for table in ("pipeline_type", "pipeline"):
        op.add_column(
            table,
            sa.Column(
                "column_changes",
                sa.Boolean(),
                server_default=sa.text("false"),
                nullable=False,
                comment="Whether a change of its columns opens an alert",
            ),
            schema="watcher",
        )
    op.create_table(
        "pipeline_columns",
        sa.Column("pipeline_id", sa.BigInteger(), nullable=False, comment="The asset's pipeline"),
        sa.Column("instance_id", sa.Text(), nullable=False, comment="The Dagster instance that it was made in"),
        sa.Column(
            "scope",
            sa.Text(),
            nullable=False,
            comment="The partition, without its date; empty without one, or where partitions follow in time",
        ),
        sa.Column(
            "columns",
            postgresql.JSONB(),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
            comment="The type of each column, fields of structures among them",
        ),
        sa.Column("logical_date", sa.DateTime(timezone=True), comment="When the partition begins that had them"),
        sa.Column(
            "reported_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When the newest materialization was that reported them",
        ),
        sa.Column(
            "before", postgresql.JSONB(), comment="The columns before they changed; empty where no change is open"
        ),
        sa.Column("changed_at", sa.DateTime(timezone=True), comment="When they last changed"),
        sa.ForeignKeyConstraint(
            ["pipeline_id"],
            ["watcher.pipeline.id"],
            name=op.f("fk_pipeline_columns_pipeline_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("pipeline_id", "instance_id", "scope", name=op.f("pk_pipeline_columns")),
        schema="watcher",
        comment="The columns that assets were last seen with, where a change of them is to open an alert",
    )
    op.create_table(
        "pipeline_automation",
        sa.Column("pipeline_id", sa.BigInteger(), nullable=False, comment="The asset's pipeline"),
        sa.Column("instance_id", sa.Text(), nullable=False, comment="The Dagster instance that is to make it"),
        sa.Column("condition", sa.Text(), nullable=False, comment="Its automation condition: eager or on_missing"),
        sa.Column(
            "upstream",
            postgresql.ARRAY(sa.Text()),
            nullable=False,
            comment="The pipelines of the assets that it is made from",
        ),
        sa.Column("was_missing", sa.Boolean(), nullable=False, comment="Whether Dagster has no materialization of it"),
        sa.Column("declared_by", sa.Text(), nullable=False, comment="The code location whose definitions have it"),
        sa.Column(
            "since",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="Since when the sensor of the condition has been seen to run",
        ),
        sa.Column(
            "held_at", sa.DateTime(timezone=True), comment="When a run of it, or of its upstream, last was under way"
        ),
        sa.Column("reported_for", sa.DateTime(timezone=True), comment="Since when it was due, as it was last reported"),
        sa.ForeignKeyConstraint(
            ["pipeline_id"],
            ["watcher.pipeline.id"],
            name=op.f("fk_pipeline_automation_pipeline_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("pipeline_id", "instance_id", name=op.f("pk_pipeline_automation")),
        schema="watcher",
        comment="The assets that Dagster's automation makes when their upstream is newer, or when they are missing",
    )
    _say_origin("Who reported it, and may withdraw it")


def downgrade() -> None:
    _say_origin("Who told of it, and may take it back")
    op.drop_table("pipeline_automation", schema="watcher")
    op.drop_table("pipeline_columns", schema="watcher")
    for table in ("pipeline", "pipeline_type"):
        op.drop_column(table, "column_changes", schema="watcher")


def _say_origin(comment: str) -> None:
    for table in ORIGINS:
        op.alter_column(table, "origin", comment=comment, schema="watcher")
