"""Add who acknowledged, snoozed or resolved an alert, what they noted, and what ended it.

Compatibility: the version of Watcher before this one leaves the new columns empty. Of alerts that ended before the
upgrade it is not known what ended them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

COLUMNS = {
    "acknowledged_by": "Who acknowledged it, as they said",
    "snoozed_by": "Who snoozed it last, as they said",
    "resolved_by": "Who resolved it by hand, as they said",
    "note": "What the last of them noted",
}


def upgrade() -> None:
    for name, comment in COLUMNS.items():
        op.add_column("alert", sa.Column(name, sa.Text(), comment=comment), schema="watcher")
    op.add_column(
        "alert",
        sa.Column("resolution", JSONB(), comment="What ended it: how, and which execution at what time, if one did"),
        schema="watcher",
    )


def downgrade() -> None:
    for name in ("resolution", *COLUMNS):
        op.drop_column("alert", name, schema="watcher")
