"""Let the check of failures, and listings of alerts and of results of asset checks, pass over history.

Failures that nothing has made good are queued by triggers, so that the check reads those and not all that ever failed.
Of alerts, indexes find the last opened of a kind and of a pipeline, what has changed since a time, and what people have
resolved; of results, the newest of each check.

All failures that are there are queued once, and the first check removes what has been made good: it takes as long as
each one did before. Writers of executions wait while they are queued, a minute for ten million executions; tracked jobs
do not wait for more than five seconds, and record later.

Compatibility: the version of Watcher before this one reads and writes as before, and what it writes is queued. The
queue grows while that version checks, by the failures, and the next check of this version empties it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

OF_PIPELINE, OF_KIND, CHANGED = "ix_alert_pipeline_id_opened_at", "ix_alert_kind_opened_at", "ix_alert_changed_at"
BY_HAND = "ix_alert_resolved_by_hand"
REPLACED = "ix_alert_pipeline_id"
RESULTS = "ix_asset_check_result_newest"

QUEUE_FAILURE = """
    CREATE FUNCTION watcher.queue_failure() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO watcher.failure_pending (pipeline_execution_id) VALUES (NEW.id);
        RETURN NULL;
    END
    $$
"""

# A success that is none any more, or not as late as it was: failures before it may not have been made good.
REQUEUE_FAILURES = """
    CREATE FUNCTION watcher.requeue_failures() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO watcher.failure_pending (pipeline_execution_id)
        SELECT id
          FROM watcher.pipeline_execution
         WHERE pipeline_id = OLD.pipeline_id
           AND state = 'failed'
           AND end_date <= OLD.end_date;
        RETURN NULL;
    END
    $$
"""

COMMENTS = (
    "COMMENT ON FUNCTION watcher.queue_failure() IS 'Queues executions that have failed for the check of failures'",
    "COMMENT ON FUNCTION watcher.requeue_failures() IS"
    " 'Queues the failures that a success had made good once more, where that has been corrected'",
)

# What was imported from another system is no failure here.
TRIGGERS = {
    "queue_recorded_failure": """
     AFTER INSERT ON watcher.pipeline_execution
       FOR EACH ROW
      WHEN (NEW.state = 'failed' AND CAST(NEW.source AS text) <> 'import')
   EXECUTE FUNCTION watcher.queue_failure()
""",
    "queue_changed_failure": """
     AFTER UPDATE ON watcher.pipeline_execution
       FOR EACH ROW
      WHEN (NEW.state = 'failed' AND CAST(NEW.source AS text) <> 'import'
            AND ROW(OLD.state, OLD.pipeline_id, OLD.instance_id, OLD.scope, OLD.start_date, OLD.end_date)
                IS DISTINCT FROM
                ROW(NEW.state, NEW.pipeline_id, NEW.instance_id, NEW.scope, NEW.start_date, NEW.end_date))
   EXECUTE FUNCTION watcher.queue_failure()
""",
    "requeue_failures_of_corrected": """
     AFTER UPDATE ON watcher.pipeline_execution
       FOR EACH ROW
      WHEN (OLD.state = 'succeeded'
            AND (ROW(OLD.state, OLD.pipeline_id, OLD.instance_id, OLD.scope)
                 IS DISTINCT FROM ROW(NEW.state, NEW.pipeline_id, NEW.instance_id, NEW.scope)
                 OR NEW.start_date < OLD.start_date
                 OR NEW.end_date < OLD.end_date))
   EXECUTE FUNCTION watcher.requeue_failures()
""",
}

HISTORY = """
    INSERT INTO watcher.failure_pending (pipeline_execution_id)
    SELECT id FROM watcher.pipeline_execution WHERE state = 'failed' AND CAST(source AS text) <> 'import' ORDER BY id
"""


def upgrade() -> None:
    op.create_table(
        "failure_pending",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("pipeline_execution_id", sa.BigInteger(), nullable=False, comment="The execution"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failure_pending")),
        schema="watcher",
        comment="Executions that have failed, and of which no check has found yet that they were made good",
    )
    for statement in (QUEUE_FAILURE, REQUEUE_FAILURES, *COMMENTS):
        op.execute(statement)
    for name, definition in TRIGGERS.items():
        op.execute(f"CREATE TRIGGER {name} {definition}")
    op.execute(HISTORY)

    last_opened = sa.text("opened_at DESC")
    op.create_index(OF_PIPELINE, "alert", ["pipeline_id", last_opened], schema="watcher")
    op.create_index(OF_KIND, "alert", ["kind", last_opened], schema="watcher")
    op.create_index(CHANGED, "alert", [sa.text("greatest(opened_at, reopened_at, resolved_at)")], schema="watcher")
    op.create_index(BY_HAND, "alert", ["pipeline_id"], schema="watcher", postgresql_where=sa.text("resolved_by_hand"))
    op.drop_index(REPLACED, "alert", schema="watcher")
    newest = [sa.text("evaluated_at DESC"), sa.text("id DESC")]
    op.create_index(RESULTS, "asset_check_result", ["asset_check_id", *newest], schema="watcher")


def downgrade() -> None:
    op.drop_index(RESULTS, "asset_check_result", schema="watcher")
    op.create_index(REPLACED, "alert", ["pipeline_id"], schema="watcher")
    for name in (BY_HAND, CHANGED, OF_KIND, OF_PIPELINE):
        op.drop_index(name, "alert", schema="watcher")

    for name in TRIGGERS:
        op.execute(f"DROP TRIGGER {name} ON watcher.pipeline_execution")
    for function in ("requeue_failures", "queue_failure"):
        op.execute(f"DROP FUNCTION watcher.{function}()")
    op.drop_table("failure_pending", schema="watcher")
