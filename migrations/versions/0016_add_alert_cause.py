"""Add the cause of an alert: the alert of the same incident that is notified for both.

Compatibility: the version of Watcher before this one notifies of each alert by itself.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "alert",
        sa.Column("cause_alert_id", sa.BigInteger(), comment="The alert that this one is behind"),
        schema="watcher",
    )
    op.create_foreign_key(
        op.f("fk_alert_cause_alert_id"),
        "alert",
        "alert",
        ["cause_alert_id"],
        ["id"],
        source_schema="watcher",
        referent_schema="watcher",
        ondelete="SET NULL",
    )
    op.create_check_constraint(op.f("ck_alert_cause"), "alert", "cause_alert_id <> id", schema="watcher")
    op.create_index(
        "ix_alert_cause_alert_id_state",
        "alert",
        ["cause_alert_id", "state"],
        schema="watcher",
        postgresql_where=sa.text("cause_alert_id IS NOT NULL"),
    )


def downgrade() -> None:
    # What was quiet behind its cause is notified by itself.
    op.execute(sa.text("UPDATE watcher.alert SET is_settled = false WHERE cause_alert_id IS NOT NULL"))
    op.drop_index("ix_alert_cause_alert_id_state", table_name="alert", schema="watcher")
    op.drop_constraint(op.f("ck_alert_cause"), "alert", schema="watcher")
    op.drop_column("alert", "cause_alert_id", schema="watcher")
