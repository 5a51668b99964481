"""Let anomaly rules judge numbers in metadata, and know the time zone of a schedule.

Compatibility: the version of Watcher before this one refuses to read a rule on a number in metadata, and judges nothing
of that pipeline; rules on other metrics are the same to both.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

RULE = "anomaly_detection_rule"
METRICS = ("duration_seconds", "total_rows", "inserts", "updates", "soft_deletes", "throughput")
ENUM = "watcher.anomaly_metric"


def upgrade() -> None:
    op.alter_column(
        RULE,
        "metric_field",
        type_=sa.Text(),
        postgresql_using="metric_field::text",
        comment="What is judged: a column of executions, their throughput, or metadata: and a key of their metadata",
        schema="watcher",
    )
    op.execute(f"DROP TYPE {ENUM}")
    op.create_check_constraint(
        op.f("ck_anomaly_detection_rule_metric_field"),
        RULE,
        "metric_field IN ('" + "', '".join(METRICS) + "') OR metric_field LIKE 'metadata:_%'",
        schema="watcher",
    )
    op.add_column(
        RULE,
        sa.Column(
            "timezone",
            sa.Text(),
            comment="Time zone of the schedule, whose hours and weekdays are compared; found from the data without it",
        ),
        schema="watcher",
    )


def downgrade() -> None:
    op.drop_column(RULE, "timezone", schema="watcher")
    op.execute("DELETE FROM watcher.anomaly_detection_rule WHERE metric_field LIKE 'metadata:%'")
    op.drop_constraint(op.f("ck_anomaly_detection_rule_metric_field"), RULE, schema="watcher")
    op.execute(f"CREATE TYPE {ENUM} AS ENUM ('" + "', '".join(METRICS) + "')")
    op.alter_column(
        RULE,
        "metric_field",
        type_=sa.Enum(*METRICS, name="anomaly_metric", schema="watcher", create_type=False),
        postgresql_using=f"metric_field::{ENUM}",
        comment=None,
        schema="watcher",
    )
