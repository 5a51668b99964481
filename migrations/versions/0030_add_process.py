"""Keep with an execution that runs which process promises heartbeats for it, from its start on.

Compatibility: the version of Watcher before this one does not write it, and judges by heartbeats alone, as before. It
still writes `execution_process.gone_at`, which this one does not use: that goes when such a version need not work any
more.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

COMMENT = "The process that promises heartbeats, and since when; empty once it has ended, and where none does"
GONE_COMMENT = "When its host found that the process is gone"


def upgrade() -> None:
    op.add_column("pipeline_execution", sa.Column("process", postgresql.JSONB(), comment=COMMENT), schema="watcher")
    op.alter_column(
        "execution_process", "gone_at", comment=f"{GONE_COMMENT}; written by versions before 0030", schema="watcher"
    )


def downgrade() -> None:
    op.alter_column("execution_process", "gone_at", comment=GONE_COMMENT, schema="watcher")
    op.drop_column("pipeline_execution", "process", schema="watcher")
