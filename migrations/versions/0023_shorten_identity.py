"""Keep executions unique by hashes of their identity: the index gets a quarter of its size.

No row changes; the identity itself stays in the table. Writers wait while the index is built, some seconds for a
million executions; tracked jobs do not wait, but spool.

Compatibility: the version of Watcher before this one cannot write executions to the schema after it: it names the
constraint that is gone, gets an error, and writes nothing. What it tracks goes to the spool, and its recorder goes on
where it was.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

INDEX, CONSTRAINT = "uq_pipeline_execution_identity", "uq_pipeline_execution_source_external_id"


def upgrade() -> None:
    op.create_index(
        INDEX,
        "pipeline_execution",
        ["source", sa.text("hashtextextended(external_id, 0)"), sa.text("hashtextextended(external_id, 1)")],
        schema="watcher",
        unique=True,
    )
    op.drop_constraint(CONSTRAINT, "pipeline_execution", schema="watcher")


def downgrade() -> None:
    op.create_unique_constraint(CONSTRAINT, "pipeline_execution", ["source", "external_id"], schema="watcher")
    op.drop_index(INDEX, "pipeline_execution", schema="watcher")
