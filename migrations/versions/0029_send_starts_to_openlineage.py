"""Queue executions for OpenLineage when they start, too, and note of those that end that they were running.

Compatibility: the version of Watcher before this one passes over what has not ended, and sends the rest as before.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

FUNCTION = """
    CREATE OR REPLACE FUNCTION watcher.queue_openlineage() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
        IF current_setting('watcher.is_rewriting', true) = 'on' THEN
            RETURN NULL;
        END IF;
        INSERT INTO watcher.openlineage_pending ({columns}) VALUES ({values});
        RETURN NULL;
    END
    $$
"""
COLUMNS = {
    "columns": "pipeline_execution_id, was_running",
    "values": "NEW.id, TG_OP = 'UPDATE' AND OLD.end_date IS NULL",
}
COLUMNS_BEFORE = {"columns": "pipeline_execution_id", "values": "NEW.id"}

TRIGGER = """
    CREATE TRIGGER queue_openlineage_of_recorded
     AFTER INSERT ON watcher.pipeline_execution
       FOR EACH ROW
      WHEN ({condition})
   EXECUTE FUNCTION watcher.queue_openlineage()
"""
CONDITION = "CAST(NEW.source AS text) <> 'openlineage'"
CONDITION_BEFORE = f"NEW.end_date IS NOT NULL AND {CONDITION}"

FUNCTION_COMMENT = "COMMENT ON FUNCTION watcher.queue_openlineage() IS 'Queues executions {} as events of OpenLineage'"
TABLE_COMMENT = "Executions that have started, ended or were corrected, and are still to be sent to OpenLineage"
TABLE_COMMENT_BEFORE = (
    "Executions that have ended, or were corrected, and are still to be sent as events of OpenLineage"
)

# Whether it fills the queue, which is kept.
IS_ENABLED = """
    SELECT tgenabled <> 'D'
      FROM pg_trigger
     WHERE tgrelid = CAST('watcher.pipeline_execution' AS regclass)
       AND tgname = 'queue_openlineage_of_recorded'
"""


def _replace_trigger(condition: str) -> None:
    is_enabled = op.get_bind().scalar(sa.text(IS_ENABLED))
    op.execute("DROP TRIGGER queue_openlineage_of_recorded ON watcher.pipeline_execution")
    op.execute(TRIGGER.format(condition=condition))
    if not is_enabled:
        op.execute("ALTER TABLE watcher.pipeline_execution DISABLE TRIGGER queue_openlineage_of_recorded")


def upgrade() -> None:
    op.add_column(
        "openlineage_pending",
        sa.Column(
            "was_running",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="Whether it was recorded as running before, so that its start waited here",
        ),
        schema="watcher",
    )
    op.alter_column("openlineage_pending", "queued_at", comment="When it was recorded so", schema="watcher")
    op.create_table_comment("openlineage_pending", TABLE_COMMENT, schema="watcher")
    op.execute(FUNCTION.format(**COLUMNS))
    op.execute(FUNCTION_COMMENT.format("that start or end to be sent"))
    _replace_trigger(CONDITION)


def downgrade() -> None:
    _replace_trigger(CONDITION_BEFORE)
    op.execute(FUNCTION.format(**COLUMNS_BEFORE))
    op.execute(FUNCTION_COMMENT.format("that have ended to be sent"))
    op.create_table_comment("openlineage_pending", TABLE_COMMENT_BEFORE, schema="watcher")
    op.alter_column("openlineage_pending", "queued_at", comment="When it ended, or was corrected", schema="watcher")
    op.drop_column("openlineage_pending", "was_running", schema="watcher")
