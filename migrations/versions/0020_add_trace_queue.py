"""Add the queue of executions that are to be exported as traces.

Triggers fill it, so that whatever ends or corrects an execution does. They are disabled until `watcher export traces`
is first run: who exports nothing pays nothing.

Compatibility: the version of Watcher before this one knows nothing of the queue, and what it writes is queued all the
same.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

FUNCTION = """
    CREATE FUNCTION watcher.queue_trace() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO watcher.trace_pending (pipeline_execution_id) VALUES (NEW.id);
        RETURN NULL;
    END
    $$
"""

COMMENT = "COMMENT ON FUNCTION watcher.queue_trace() IS 'Queues executions that have ended to be exported as traces'"

RECORDED = """
    CREATE TRIGGER queue_trace_of_recorded
     AFTER INSERT ON watcher.pipeline_execution
       FOR EACH ROW
      WHEN (NEW.end_date IS NOT NULL)
   EXECUTE FUNCTION watcher.queue_trace()
"""

# A replay that changes nothing is not exported again.
CHANGED = """
    CREATE TRIGGER queue_trace_of_changed
     AFTER UPDATE ON watcher.pipeline_execution
       FOR EACH ROW
      WHEN (NEW.end_date IS NOT NULL
            AND ROW(OLD.state, OLD.start_date, OLD.end_date, OLD.parent_id, OLD.scope, OLD.inserts, OLD.updates,
                    OLD.soft_deletes, OLD.total_rows, OLD.next_watermark, OLD.execution_metadata)
                IS DISTINCT FROM
                ROW(NEW.state, NEW.start_date, NEW.end_date, NEW.parent_id, NEW.scope, NEW.inserts, NEW.updates,
                    NEW.soft_deletes, NEW.total_rows, NEW.next_watermark, NEW.execution_metadata))
   EXECUTE FUNCTION watcher.queue_trace()
"""

TRIGGERS = ("queue_trace_of_recorded", "queue_trace_of_changed")


def upgrade() -> None:
    op.create_table(
        "trace_pending",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("pipeline_execution_id", sa.BigInteger(), nullable=False, comment="The execution"),
        sa.Column(
            "queued_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it ended, or was corrected",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trace_pending")),
        schema="watcher",
        comment="Executions that have ended, or were corrected, and are still to be exported as traces",
    )
    for statement in (FUNCTION, COMMENT, RECORDED, CHANGED):
        op.execute(statement)
    for trigger in TRIGGERS:
        op.execute(f"ALTER TABLE watcher.pipeline_execution DISABLE TRIGGER {trigger}")


def downgrade() -> None:
    for trigger in TRIGGERS:
        op.execute(f"DROP TRIGGER {trigger} ON watcher.pipeline_execution")
    op.execute("DROP FUNCTION watcher.queue_trace()")
    op.drop_table("trace_pending", schema="watcher")
