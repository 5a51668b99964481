"""Let checks and deliveries find the open alerts that are behind others without those of history.

Compatibility: the version of Watcher before this one reads and writes as before.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

NAME = "ix_alert_cause_alert_id_unresolved"
CONDITION = "cause_alert_id IS NOT NULL AND state <> 'resolved'"


def upgrade() -> None:
    op.create_index(NAME, "alert", ["cause_alert_id"], schema="watcher", postgresql_where=sa.text(CONDITION))


def downgrade() -> None:
    op.drop_index(NAME, "alert", schema="watcher")
