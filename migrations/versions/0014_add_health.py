"""Add alerts that belong to no pipeline, when each check succeeds, and when heartbeats were sent.

Compatibility: the version of Watcher before this one lists no alerts of health, and delivers none. It does not know the
new kinds and levels of alerts; where one of its own kinds has one, it cannot list it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

KINDS = ("health", "stuck", "missed")
PIPELINE = "What it is about; empty: Dagster or Watcher itself"


def upgrade() -> None:
    for kind in KINDS:
        op.execute(sa.text(f"ALTER TYPE watcher.alert_kind ADD VALUE IF NOT EXISTS '{kind}'"))
    op.execute(sa.text("ALTER TYPE watcher.alert_level ADD VALUE IF NOT EXISTS 'critical'"))
    op.alter_column("alert", "pipeline_id", nullable=True, comment=PIPELINE, schema="watcher")
    op.create_check_constraint(
        op.f("ck_alert_pipeline"), "alert", "pipeline_id IS NOT NULL OR CAST(kind AS text) = 'health'", schema="watcher"
    )
    op.add_column(
        "check_state",
        sa.Column(
            "interval_seconds",
            sa.Double(),
            comment="How often it succeeds: the longest time between two successes, which fades",
        ),
        schema="watcher",
    )
    op.create_table(
        "heartbeat",
        sa.Column("round", sa.Text(), nullable=False, comment="recording, checks or delivery"),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False, comment="When a full round of it last ended"),
        sa.Column("tried_at", sa.DateTime(timezone=True), comment="When a heartbeat for it was last tried"),
        sa.Column("failing_since", sa.DateTime(timezone=True), comment="Since when none arrives; empty: they arrive"),
        sa.Column("error", sa.Text(), comment="Why the last one did not arrive"),
        sa.PrimaryKeyConstraint("round", name=op.f("pk_heartbeat")),
        schema="watcher",
        comment="The heartbeats that go to an address outside",
    )


def downgrade() -> None:
    # PostgreSQL cannot remove a value from an enum; the values stay, unused.
    op.drop_table("heartbeat", schema="watcher")
    op.drop_column("check_state", "interval_seconds", schema="watcher")
    op.execute(sa.text("DELETE FROM watcher.check_state WHERE kind IN ('health', 'stuck', 'missed')"))
    op.execute(sa.text("DELETE FROM watcher.alert WHERE kind IN ('health', 'stuck', 'missed')"))
    op.execute(sa.text("UPDATE watcher.alert SET level = 'error' WHERE level = 'critical'"))
    op.drop_constraint(op.f("ck_alert_pipeline"), "alert", schema="watcher")
    op.alter_column("alert", "pipeline_id", nullable=False, comment=None, schema="watcher")
