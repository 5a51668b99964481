"""Let a destination hear that an alert got worse, and that somebody has snoozed it.

Of a message that was sent before, the level is not known: what such an alert grows by is said without it.

Compatibility: the version of Watcher before this one reads and writes as before. What it delivers and snoozes meanwhile
has neither of the two, as what was delivered and snoozed before.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ENUM

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

LEVEL = ENUM(name="alert_level", schema="watcher", create_type=False)


def upgrade() -> None:
    op.execute("ALTER TYPE watcher.alert_event ADD VALUE IF NOT EXISTS 'snoozed'")
    op.add_column(
        "alert",
        sa.Column("snoozed_at", sa.DateTime(timezone=True), comment="When it was last snoozed"),
        schema="watcher",
    )
    op.add_column(
        "alert_delivery",
        sa.Column("notified_level", LEVEL, comment="The level that a message there last said it has"),
        schema="watcher",
    )


def downgrade() -> None:
    op.drop_column("alert_delivery", "notified_level", schema="watcher")
    op.drop_column("alert", "snoozed_at", schema="watcher")
