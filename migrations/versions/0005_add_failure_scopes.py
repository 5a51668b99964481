"""Say of an execution in which Dagster instance it ran and what of its pipeline it did; a state for what was blocked.

A failure is taken back by a success of the same scope in the same instance. Executions that are there already have
neither, which is about all of their pipeline, as before. Failures get their partition, and their instance where there
is one, so that their alerts go on.

Compatibility: the version of Watcher before this one fills in neither of the two columns, and does not know the state
`blocked`; it cannot list executions that have it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

EXECUTION = "pipeline_execution"


def upgrade() -> None:
    op.execute(sa.text("ALTER TYPE watcher.execution_state ADD VALUE IF NOT EXISTS 'blocked'"))
    op.execute(sa.text("ALTER TYPE watcher.alert_event ADD VALUE IF NOT EXISTS 'updated'"))
    op.add_column(
        EXECUTION,
        sa.Column("instance_id", sa.Text(), comment="The Dagster instance that it ran in; empty outside of Dagster"),
        schema="watcher",
    )
    op.add_column(
        EXECUTION,
        sa.Column(
            "scope",
            sa.Text(),
            comment="What of the pipeline it did: a partition, or the selection of a run; empty: all, or not known",
        ),
        schema="watcher",
    )
    op.create_index(
        "ix_pipeline_execution_good",
        EXECUTION,
        ["pipeline_id", sa.literal_column("coalesce(scope, '')"), "end_date"],
        schema="watcher",
        postgresql_where=sa.text("state = 'succeeded'"),
    )
    op.drop_index("ix_pipeline_execution_failed", EXECUTION, schema="watcher")
    op.create_index(
        "ix_pipeline_execution_failed",
        EXECUTION,
        ["pipeline_id", sa.literal_column("coalesce(scope, '')"), "end_date"],
        schema="watcher",
        postgresql_where=sa.text("state = 'failed'"),
    )
    op.add_column(
        "alert",
        sa.Column("notified_at", sa.DateTime(timezone=True), comment="When a message about it last arrived"),
        schema="watcher",
    )
    # Where one instance has been recorded, it is clear whose failures these are.
    op.execute(
        sa.text("""
            UPDATE watcher.pipeline_execution AS failed
               SET instance_id = recorder.instance_id
              FROM watcher.recorder
             WHERE failed.state = 'failed'
               AND failed.source = 'dagster'
               AND (SELECT count(*) FROM watcher.recorder) = 1
        """)
    )
    # A partition that has failed is not made good by another one. Successes need no scope: those that are there already
    # take back what failed before them, so that an upgrade finds nothing new.
    op.execute(
        sa.text("""
            UPDATE watcher.pipeline_execution
               SET scope = execution_metadata ->> 'partition'
             WHERE state = 'failed'
               AND source = 'dagster'
               AND parent_id IS NOT NULL
               AND execution_metadata ? 'partition'
        """)
    )
    op.execute(
        sa.text("""
            UPDATE watcher.alert
               SET deduplication_key = alert.deduplication_key || '/' || failed.instance_id
              FROM watcher.pipeline_execution AS failed
             WHERE alert.kind = 'failure'
               AND alert.state <> 'resolved'
               AND failed.id = alert.pipeline_execution_id
               AND failed.instance_id IS NOT NULL
        """)
    )


def downgrade() -> None:
    # PostgreSQL cannot remove a value from an enum; the values stay, unused.
    op.execute(sa.text("UPDATE watcher.pipeline_execution SET state = 'skipped' WHERE state = 'blocked'"))
    op.execute(sa.text("UPDATE watcher.alert SET event = NULL, next_attempt_at = NULL WHERE event = 'updated'"))
    op.execute(
        sa.text("""
            UPDATE watcher.alert
               SET state = 'resolved', resolved_at = now(), event = NULL, next_attempt_at = NULL
             WHERE kind = 'failure'
               AND state <> 'resolved'
               AND deduplication_key <> 'failure/' || pipeline_id
        """)
    )
    op.drop_column("alert", "notified_at", schema="watcher")
    op.drop_index("ix_pipeline_execution_failed", EXECUTION, schema="watcher")
    op.create_index(
        "ix_pipeline_execution_failed",
        EXECUTION,
        ["pipeline_id", sa.literal_column("start_date DESC")],
        schema="watcher",
        postgresql_where=sa.text("state = 'failed'"),
    )
    op.drop_index("ix_pipeline_execution_good", EXECUTION, schema="watcher")
    op.drop_column(EXECUTION, "scope", schema="watcher")
    op.drop_column(EXECUTION, "instance_id", schema="watcher")
