"""A state for what did not run because something upstream failed.

Compatibility: TODO.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(sa.text("ALTER TYPE watcher.execution_state ADD VALUE IF NOT EXISTS 'blocked'"))


def downgrade() -> None:
    # PostgreSQL cannot remove a value from an enum; the value stays, unused.
    op.execute(sa.text("UPDATE watcher.pipeline_execution SET state = 'skipped' WHERE state = 'blocked'"))
