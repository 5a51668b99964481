"""Let listings of what is rare find it without reading the history around it.

Executions that neither run nor succeeded get two indexes by state; flagged results get the start of their execution, by
which they are listed. Triggers write that, so that it is right whoever writes.

Compatibility: the version of Watcher before this one reads neither, and writes as before.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

FAILING = "state NOT IN ('running', 'succeeded')"
STATE, OF_PIPELINE = "ix_pipeline_execution_state", "ix_pipeline_execution_pipeline_id_state"
NEWEST = "ix_anomaly_detection_result_newest"

FUNCTIONS = (
    """
    CREATE FUNCTION watcher.date_flagged_result() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
        NEW.flagged_start_date := (SELECT start_date
                                     FROM watcher.pipeline_execution
                                    WHERE id = NEW.pipeline_execution_id);
        RETURN NEW;
    END
    $$
    """,
    """
    CREATE TRIGGER date_flagged_result
    BEFORE INSERT OR UPDATE OF flagged ON watcher.anomaly_detection_result
       FOR EACH ROW
      WHEN (NEW.flagged)
   EXECUTE FUNCTION watcher.date_flagged_result()
    """,
    # A recorder may correct when an execution has started.
    """
    CREATE FUNCTION watcher.move_flagged_results() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE watcher.anomaly_detection_result
           SET flagged_start_date = NEW.start_date
         WHERE pipeline_execution_id = NEW.id
           AND flagged;
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE TRIGGER move_flagged_results
     AFTER UPDATE OF start_date ON watcher.pipeline_execution
       FOR EACH ROW
      WHEN (OLD.start_date <> NEW.start_date)
   EXECUTE FUNCTION watcher.move_flagged_results()
    """,
    "COMMENT ON FUNCTION watcher.date_flagged_result() IS 'Writes when the execution of a flagged result started'",
    "COMMENT ON FUNCTION watcher.move_flagged_results() IS 'Corrects when the execution of flagged results started'",
)

HISTORY = """
    UPDATE watcher.anomaly_detection_result AS result
       SET flagged_start_date = execution.start_date
      FROM watcher.pipeline_execution AS execution
     WHERE execution.id = result.pipeline_execution_id
       AND result.flagged
"""


def upgrade() -> None:
    for name, columns in ((STATE, ["state"]), (OF_PIPELINE, ["pipeline_id", "state"])):
        op.create_index(
            name,
            "pipeline_execution",
            [*columns, sa.text("start_date DESC")],
            schema="watcher",
            postgresql_where=sa.text(FAILING),
        )
    op.add_column(
        "anomaly_detection_result",
        sa.Column(
            "flagged_start_date",
            sa.DateTime(timezone=True),
            comment="When its execution started, where it is flagged; a trigger writes it",
        ),
        schema="watcher",
    )
    for statement in FUNCTIONS:
        op.execute(statement)
    op.execute(HISTORY)
    op.create_index(
        NEWEST,
        "anomaly_detection_result",
        [sa.text("flagged_start_date DESC"), sa.text("pipeline_execution_id DESC")],
        schema="watcher",
        postgresql_where=sa.text("flagged AND unflagged_at IS NULL"),
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER move_flagged_results ON watcher.pipeline_execution")
    op.execute("DROP TRIGGER date_flagged_result ON watcher.anomaly_detection_result")
    op.execute("DROP FUNCTION watcher.move_flagged_results()")
    op.execute("DROP FUNCTION watcher.date_flagged_result()")
    op.drop_index(NEWEST, "anomaly_detection_result", schema="watcher")
    op.drop_column("anomaly_detection_result", "flagged_start_date", schema="watcher")
    for name in (OF_PIPELINE, STATE):
        op.drop_index(name, "pipeline_execution", schema="watcher")
