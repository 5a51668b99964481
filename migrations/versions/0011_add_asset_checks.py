"""Add asset checks of Dagster and their results, an alert kind for them, and a mute.

Compatibility: the version of Watcher before this one does not write the new tables, and cannot list alerts of the new
kind. What it recorded has no checks; they are known from the first run that is recorded after the upgrade.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

CHECK, RESULT = "asset_check", "asset_check_result"
STATUSES = ("passed", "failed", "errored", "no_result")


def upgrade() -> None:
    op.execute(sa.text("ALTER TYPE watcher.alert_kind ADD VALUE IF NOT EXISTS 'asset_check'"))
    for table in ("pipeline_type", "pipeline"):
        op.add_column(
            table,
            sa.Column(
                "mute_asset_check",
                sa.Boolean(),
                server_default=sa.text("false"),
                nullable=False,
                comment="Whether asset checks that do not pass open no alert",
            ),
            schema="watcher",
        )
    status = postgresql.ENUM(*STATUSES, name="asset_check_status", schema="watcher")
    status.create(op.get_bind())
    known = postgresql.ENUM(name="asset_check_status", schema="watcher", create_type=False)
    level = postgresql.ENUM(name="alert_level", schema="watcher", create_type=False)
    op.create_table(
        CHECK,
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("pipeline_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, comment="As Dagster has it"),
        sa.Column(
            "instance_id",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="The Dagster instance that it runs in; empty where that is not known",
        ),
        sa.Column(
            "blocking",
            sa.Boolean(),
            comment="Whether what is downstream in the same run waits for it; empty where that is not known",
        ),
        sa.Column("severity", level, comment="How bad it is when it does not pass, as it last said"),
        sa.Column("status", known, nullable=False, comment="What came of it when it ran last"),
        sa.Column("partition", sa.Text(), comment="The partition of the last result; empty: all of the asset"),
        sa.Column(
            "evaluated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it ran last",
        ),
        sa.Column(
            "unchecked_since",
            sa.DateTime(timezone=True),
            comment="The materialization since which it was last reported as not run",
        ),
        sa.Column("declared_by", sa.Text(), comment="The code location whose definitions last had it"),
        sa.Column(
            "removed_at",
            sa.DateTime(timezone=True),
            comment="When that code location had it no more; it opens no alert then",
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it was first recorded",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset_check")),
        sa.UniqueConstraint(
            "pipeline_id", "name", "instance_id", name=op.f("uq_asset_check_pipeline_id_name_instance_id")
        ),
        sa.ForeignKeyConstraint(
            ["pipeline_id"], ["watcher.pipeline.id"], name=op.f("fk_asset_check_pipeline_id"), ondelete="CASCADE"
        ),
        schema="watcher",
        comment="Asset checks of Dagster, each with its last result",
    )
    op.create_table(
        RESULT,
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("asset_check_id", sa.BigInteger(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False, comment="The run, or the report without a run"),
        sa.Column(
            "pipeline_execution_id",
            sa.BigInteger(),
            comment="The execution of its run; empty without one, or where that is not known",
        ),
        sa.Column("partition", sa.Text(), comment="The partition that was checked; empty: all of the asset"),
        sa.Column("status", known, nullable=False, comment="What came of it"),
        sa.Column("severity", level, comment="How bad it is, where it did not pass"),
        sa.Column("description", sa.Text(), comment="What it says, or the error that it raised"),
        sa.Column("step_key", sa.Text(), comment="The step that it ran in"),
        sa.Column(
            "result_metadata",
            JSONB(),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
            comment="The numbers and texts that it reported",
        ),
        sa.Column(
            "evaluated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it ran",
        ),
        sa.Column(
            "open",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="Whether it did not pass, and no later result of the same partition has replaced it",
        ),
        sa.Column("reported_at", sa.DateTime(timezone=True), comment="When it was first found by the check of checks"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset_check_result")),
        sa.ForeignKeyConstraint(
            ["asset_check_id"],
            ["watcher.asset_check.id"],
            name=op.f("fk_asset_check_result_asset_check_id"),
            ondelete="CASCADE",
        ),
        schema="watcher",
        comment="History of asset checks: one row a run, check and partition",
    )
    op.create_index(
        "uq_asset_check_result_identity",
        RESULT,
        ["asset_check_id", "external_id", sa.literal_column("coalesce(partition, '')")],
        unique=True,
        schema="watcher",
    )
    op.create_index(
        "ix_asset_check_result_later", RESULT, ["asset_check_id", "partition", "evaluated_at"], schema="watcher"
    )
    op.create_index(
        "ix_asset_check_result_open", RESULT, ["asset_check_id"], schema="watcher", postgresql_where=sa.text("open")
    )


def downgrade() -> None:
    op.drop_table(RESULT, schema="watcher")
    op.drop_table(CHECK, schema="watcher")
    op.execute(sa.text("DROP TYPE watcher.asset_check_status"))
    for table in ("pipeline", "pipeline_type"):
        op.drop_column(table, "mute_asset_check", schema="watcher")
    # PostgreSQL cannot remove a value from an enum; it stays, unused.
    op.execute(sa.text("DELETE FROM watcher.alert WHERE kind = 'asset_check'"))
