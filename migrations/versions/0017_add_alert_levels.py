"""Add the level of a pipeline's alerts, and maintenance windows.

Compatibility: the version of Watcher before this one leaves the levels empty, and delivers alerts within windows.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ENUM

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

LEVEL = ENUM(name="alert_level", schema="watcher", create_type=False)
LEVEL_COMMENT = "The level of its alerts; empty: each has the level of what was found"


def upgrade() -> None:
    for table in ("pipeline_type", "pipeline"):
        op.add_column(table, sa.Column("alert_level", LEVEL, comment=LEVEL_COMMENT), schema="watcher")
    op.create_table(
        "maintenance_window",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("pipeline_id", sa.BigInteger(), comment="Whose alerts are not sent; empty: its type's, or all"),
        sa.Column(
            "pipeline_type_id", sa.BigInteger(), comment="Of all pipelines of this type; empty: of one, or of all"
        ),
        sa.Column(
            "starts_at", sa.DateTime(timezone=True), nullable=False, comment="When it starts; no cron time before"
        ),
        sa.Column("ends_at", sa.DateTime(timezone=True), comment="When it ends; empty: its cron times go on"),
        sa.Column("cron", sa.Text(), comment="At which times it starts again and again; empty: once"),
        sa.Column("timezone", sa.Text(), comment="Time zone of cron; UTC without it"),
        sa.Column("duration_seconds", sa.Double(), comment="How long it is each time, with cron"),
        sa.Column("created_by", sa.Text(), comment="Who added it, as they said"),
        sa.Column("note", sa.Text(), comment="What for"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it was added",
        ),
        sa.CheckConstraint(
            "pipeline_id IS NULL OR pipeline_type_id IS NULL", name=op.f("ck_maintenance_window_subject")
        ),
        sa.CheckConstraint("ends_at >= starts_at", name=op.f("ck_maintenance_window_ends_at")),
        sa.CheckConstraint(
            "(cron IS NULL) = (duration_seconds IS NULL) AND (cron IS NOT NULL OR ends_at IS NOT NULL)",
            name=op.f("ck_maintenance_window_cron"),
        ),
        sa.ForeignKeyConstraint(
            ["pipeline_id"],
            ["watcher.pipeline.id"],
            name=op.f("fk_maintenance_window_pipeline_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["pipeline_type_id"],
            ["watcher.pipeline_type.id"],
            name=op.f("fk_maintenance_window_pipeline_type_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maintenance_window")),
        schema="watcher",
        comment="Times in which alerts are kept, but not sent",
    )
    for column in ("pipeline_id", "pipeline_type_id"):
        op.create_index(op.f(f"ix_maintenance_window_{column}"), "maintenance_window", [column], schema="watcher")


def downgrade() -> None:
    op.drop_table("maintenance_window", schema="watcher")
    for table in ("pipeline", "pipeline_type"):
        op.drop_column(table, "alert_level", schema="watcher")
