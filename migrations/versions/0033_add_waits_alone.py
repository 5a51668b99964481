"""Keep whether a notification failed by itself, so that others of its destination are tried meanwhile.

Compatibility: the version of Watcher before this one does not write it. What fails there holds up its destination until
the next try.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

COMMENT = "Whether it alone failed, so that others of its destination are tried"


def upgrade() -> None:
    op.add_column(
        "alert_delivery",
        sa.Column("waits_alone", sa.Boolean(), server_default=sa.false(), nullable=False, comment=COMMENT),
        schema="watcher",
    )


def downgrade() -> None:
    op.drop_column("alert_delivery", "waits_alone", schema="watcher")
