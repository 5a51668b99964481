"""Say which executions are still to be judged, and keep the history that they are judged by in an index.

Compatibility: the version of Watcher before this one judges nothing, and does not say what is to be judged: what ends
while it still runs somewhere is judged when it is corrected, or asked for. It deletes the results of an execution with
the execution, as this one does.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

RULE, RESULT = "anomaly_detection_rule", "anomaly_detection_result"
RESULT_KEY = "fk_anomaly_detection_result_pipeline_execution_id"

# What the rule's columns say now, and what they said before.
COMMENTS = {
    "lookback_days": ("Days of history; seasonal looks at 60 at least", "Days of history; zscore"),
    "minimum_executions": (
        "Least history to judge by; seasonal needs 8 at least",
        "Least history to judge by; zscore",
    ),
    "std_deviation_threshold_multiplier": (
        "Standard deviations from the mean that are an anomaly; the width of seasonal's band, 2 as it finds it",
        "Standard deviations from the mean that are an anomaly; zscore",
    ),
}


def upgrade() -> None:
    op.create_index(
        "ix_pipeline_execution_history",
        "pipeline_execution",
        ["pipeline_id", sa.literal_column("coalesce(logical_date, start_date)")],
        schema="watcher",
        postgresql_where=sa.text("state = 'succeeded'"),
    )
    op.create_table(
        "anomaly_pending",
        sa.Column("pipeline_id", sa.BigInteger(), autoincrement=False, nullable=False, comment="Its pipeline"),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("pipeline_execution_id", sa.BigInteger(), nullable=False, comment="The execution"),
        sa.PrimaryKeyConstraint("pipeline_id", "id", name="pk_anomaly_pending"),
        schema="watcher",
        comment="Executions that have succeeded, or were corrected, and are still to be judged",
    )
    op.add_column(
        RULE,
        sa.Column("configuration_hash", sa.Text(), comment="SHA-256 of the configuration that code last declared"),
        schema="watcher",
    )
    op.add_column(RESULT, sa.Column("unflagged_by", sa.Text(), comment="Who said so"), schema="watcher")
    op.create_index(
        "ix_anomaly_detection_result_flagged",
        RESULT,
        ["rule_id", "pipeline_execution_id"],
        schema="watcher",
        postgresql_where=sa.text("flagged"),
    )
    # Checking it takes longer than writing a result. Whoever deletes an execution deletes its results with it.
    op.drop_constraint(op.f(RESULT_KEY), RESULT, schema="watcher")
    op.alter_column(RESULT, "pipeline_execution_id", comment="The execution that was judged", schema="watcher")
    for column, (comment, _) in COMMENTS.items():
        op.alter_column(RULE, column, comment=comment, schema="watcher")


def downgrade() -> None:
    for column, (_, comment) in COMMENTS.items():
        op.alter_column(RULE, column, comment=comment, schema="watcher")
    op.execute(
        "DELETE FROM watcher.anomaly_detection_result AS result WHERE NOT EXISTS"
        " (SELECT FROM watcher.pipeline_execution WHERE id = result.pipeline_execution_id)"
    )
    op.alter_column(RESULT, "pipeline_execution_id", comment=None, schema="watcher")
    op.create_foreign_key(
        op.f(RESULT_KEY),
        RESULT,
        "pipeline_execution",
        ["pipeline_execution_id"],
        ["id"],
        source_schema="watcher",
        referent_schema="watcher",
        ondelete="CASCADE",
    )
    op.drop_index("ix_anomaly_detection_result_flagged", RESULT, schema="watcher")
    op.drop_column(RESULT, "unflagged_by", schema="watcher")
    op.drop_column(RULE, "configuration_hash", schema="watcher")
    op.drop_table("anomaly_pending", schema="watcher")
    op.drop_index("ix_pipeline_execution_history", "pipeline_execution", schema="watcher")
