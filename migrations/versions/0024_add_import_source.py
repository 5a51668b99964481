"""Add the source of executions that were imported from another system.

No row changes. The checks of failures, lateness and stuck executions pass over what was imported: the system that it
comes from has judged it.

Compatibility: the version of Watcher before this one writes as before, but cannot list executions that were imported.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(sa.text("ALTER TYPE watcher.execution_source ADD VALUE IF NOT EXISTS 'import'"))


def downgrade() -> None:
    # PostgreSQL cannot remove a value from an enum; it stays, unused. The identity keeps saying where a row came from.
    op.execute(sa.text("UPDATE watcher.pipeline_execution SET source = 'http' WHERE source = 'import'"))
