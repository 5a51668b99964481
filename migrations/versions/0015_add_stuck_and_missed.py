"""Add the processes of outside jobs with their heartbeats, and how often each pipeline usually runs.

Compatibility: the version of Watcher before this one writes and reads none of it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "execution_process",
        sa.Column("pipeline_execution_id", sa.BigInteger(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False, comment="The name of the host that it runs on"),
        sa.Column("process_id", sa.BigInteger(), comment="The process on that host; empty: not known"),
        sa.Column(
            "process_key",
            sa.Text(),
            comment="Tells the process from a later one with the same number; empty: the host cannot say",
        ),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=False, comment="When it last sent a heartbeat"),
        sa.Column("gone_at", sa.DateTime(timezone=True), comment="When its host found that the process is gone"),
        sa.PrimaryKeyConstraint("pipeline_execution_id", name=op.f("pk_execution_process")),
        sa.ForeignKeyConstraint(
            ["pipeline_execution_id"],
            ["watcher.pipeline_execution.id"],
            name=op.f("fk_execution_process_pipeline_execution_id"),
            ondelete="CASCADE",
        ),
        schema="watcher",
        comment="The processes of executions that run outside Dagster",
    )
    op.create_table(
        "pipeline_cadence",
        sa.Column("pipeline_id", sa.BigInteger(), nullable=False),
        sa.Column("learned_at", sa.DateTime(timezone=True), nullable=False, comment="When it was learned"),
        sa.Column(
            "cadence", postgresql.JSONB(), comment="The times between its runs; empty: too few runs, or no rhythm"
        ),
        sa.Column(
            "last_start", sa.DateTime(timezone=True), nullable=False, comment="The start of its newest execution"
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), comment="When the next run is due; empty: not known"),
        sa.Column("missed_at", sa.DateTime(timezone=True), comment="From when on the next run is missed"),
        sa.Column("reported_at", sa.DateTime(timezone=True), comment="When a check first found that it did not come"),
        sa.PrimaryKeyConstraint("pipeline_id", name=op.f("pk_pipeline_cadence")),
        sa.ForeignKeyConstraint(
            ["pipeline_id"],
            ["watcher.pipeline.id"],
            name=op.f("fk_pipeline_cadence_pipeline_id"),
            ondelete="CASCADE",
        ),
        schema="watcher",
        comment="How often each pipeline usually runs, as its history says",
    )


def downgrade() -> None:
    op.drop_table("pipeline_cadence", schema="watcher")
    op.drop_table("execution_process", schema="watcher")
