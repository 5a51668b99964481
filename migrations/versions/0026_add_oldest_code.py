"""Say beside the version of the schema which code works with it, so that hosts need not all be upgraded at once.

A migration after which the code of the version before cannot work writes its own revision there; the others leave it.

Compatibility: the version of Watcher before this one works with it, but does not look there, and so refuses to.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

COMMENT = "The version whose code is the oldest that works with this schema"


def upgrade() -> None:
    op.add_column("alembic_version", sa.Column("oldest_code", sa.Text(), comment=COMMENT), schema="watcher")
    op.execute(f"UPDATE watcher.alembic_version SET oldest_code = '{down_revision}'")


def downgrade() -> None:
    op.drop_column("alembic_version", "oldest_code", schema="watcher")
