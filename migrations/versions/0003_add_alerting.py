"""Say what about an alert is to be delivered, where to, and by whom; and how many failures in a row are one.

Compatibility: the version of Watcher before this one wrote no alerts, so that none of them breaks the new rules. It
knows nothing of the rules of failures, which have defaults.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ENUM

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ALERT_EVENT = ENUM(
    "opened", "reminded", "reopened", "resolved", "missed", name="alert_event", schema="watcher", create_type=False
)

TIMELINESS_KEY = "fk_timeliness_pipeline_execution_log_pipeline_execution_id"

# What has rules of its own.
RULED = ("pipeline_type", "pipeline")


def upgrade() -> None:
    _timeliness_log_without_key()
    _failure_rules()
    _alert_delivery()


def downgrade() -> None:
    _no_alert_delivery()
    _no_failure_rules()
    _timeliness_log_with_key()


def _timeliness_log_without_key() -> None:
    """Checking it takes a fifth of the time that logging late executions takes, and a tenth of deleting old ones."""
    op.drop_constraint(op.f(TIMELINESS_KEY), "timeliness_pipeline_execution_log", schema="watcher")
    op.alter_column(
        "timeliness_pipeline_execution_log",
        "pipeline_execution_id",
        comment="The execution that was late",
        schema="watcher",
    )


def _timeliness_log_with_key() -> None:
    op.execute(
        "DELETE FROM watcher.timeliness_pipeline_execution_log AS log WHERE NOT EXISTS"
        " (SELECT FROM watcher.pipeline_execution WHERE id = log.pipeline_execution_id)"
    )
    op.alter_column("timeliness_pipeline_execution_log", "pipeline_execution_id", comment=None, schema="watcher")
    op.create_foreign_key(
        op.f(TIMELINESS_KEY),
        "timeliness_pipeline_execution_log",
        "pipeline_execution",
        ["pipeline_execution_id"],
        ["id"],
        source_schema="watcher",
        referent_schema="watcher",
        ondelete="CASCADE",
    )


def _failure_rules() -> None:
    for table in RULED:
        for column in _failure_columns():
            op.add_column(table, column, schema="watcher")
        op.create_check_constraint(
            op.f(f"ck_{table}_failure"), table, "failure_number BETWEEN 1 AND 100", schema="watcher"
        )
    op.create_index(
        "ix_pipeline_execution_failed",
        "pipeline_execution",
        ["pipeline_id", sa.literal_column("start_date DESC")],
        schema="watcher",
        postgresql_where=sa.text("state = 'failed'"),
    )
    op.create_table(
        "failure_pipeline_execution_log",
        sa.Column("pipeline_execution_id", sa.BigInteger(), nullable=False, comment="The execution that failed"),
        sa.Column("pipeline_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "failures_in_a_row",
            sa.BigInteger(),
            nullable=False,
            comment="Since the pipeline last succeeded, this one among them",
        ),
        sa.Column("evaluation_timestamp", sa.DateTime(timezone=True), nullable=False, comment="The check's now"),
        sa.Column("failure_number", sa.BigInteger(), nullable=False, comment="So many in a row the rule asked for"),
        sa.Column(
            "used_child_config",
            sa.Boolean(),
            nullable=False,
            comment="Whether the rule was the pipeline's own, not its type's",
        ),
        sa.ForeignKeyConstraint(
            ["pipeline_id"],
            ["watcher.pipeline.id"],
            name="fk_failure_pipeline_execution_log_pipeline_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("pipeline_execution_id", name="pk_failure_pipeline_execution_log"),
        schema="watcher",
        comment="Executions that were found failed, once each",
    )
    op.create_index(
        "ix_failure_pipeline_execution_log_pipeline_id",
        "failure_pipeline_execution_log",
        ["pipeline_id"],
        schema="watcher",
    )


def _no_failure_rules() -> None:
    op.drop_table("failure_pipeline_execution_log", schema="watcher")
    op.drop_index("ix_pipeline_execution_failed", "pipeline_execution", schema="watcher")
    for table in RULED:
        op.drop_constraint(op.f(f"ck_{table}_failure"), table, schema="watcher", type_="check")
        for column in _failure_columns():
            op.drop_column(table, column.name, schema="watcher")


def _failure_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column(
            "failure_number",
            sa.BigInteger(),
            nullable=True,
            comment="So many failures in a row are worth an alert; the first where there is no rule",
        ),
        sa.Column(
            "mute_failure_check",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="Whether the failure check passes over it",
        ),
    ]


def _alert_delivery() -> None:
    ALERT_EVENT.create(op.get_bind())
    for column in _alert_columns():
        op.add_column("alert", column, schema="watcher")
    op.create_index(
        "ix_alert_deduplication_key_resolved_at",
        "alert",
        ["deduplication_key", sa.literal_column("resolved_at DESC")],
        schema="watcher",
        postgresql_where=sa.text("state = 'resolved'"),
    )
    # Most alerts are about a pipeline as a whole: those have no entry in it any more.
    op.drop_index("ix_alert_pipeline_execution_id", "alert", schema="watcher")
    op.create_index(
        "ix_alert_pipeline_execution_id",
        "alert",
        ["pipeline_execution_id"],
        schema="watcher",
        postgresql_where=sa.text("pipeline_execution_id IS NOT NULL"),
    )
    op.create_check_constraint(
        op.f("ck_alert_resolved"), "alert", "(state = 'resolved') = (resolved_at IS NOT NULL)", schema="watcher"
    )
    # After a way back: what was to be delivered is not known any more.
    op.execute("UPDATE watcher.alert SET next_attempt_at = NULL WHERE next_attempt_at IS NOT NULL")
    op.create_check_constraint(
        op.f("ck_alert_event"), "alert", "(event IS NULL) = (next_attempt_at IS NULL)", schema="watcher"
    )


def _no_alert_delivery() -> None:
    op.drop_index("ix_alert_pipeline_execution_id", "alert", schema="watcher")
    op.create_index("ix_alert_pipeline_execution_id", "alert", ["pipeline_execution_id"], schema="watcher")
    op.drop_index("ix_alert_deduplication_key_resolved_at", "alert", schema="watcher")
    op.drop_constraint(op.f("ck_alert_resolved"), "alert", schema="watcher", type_="check")
    op.drop_constraint(op.f("ck_alert_event"), "alert", schema="watcher", type_="check")
    for column in _alert_columns():
        op.drop_column("alert", column.name, schema="watcher")
    ALERT_EVENT.drop(op.get_bind())


def _alert_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column(
            "resolved_by_hand",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="Whether a person resolved it; it stays so until the cause is new",
        ),
        sa.Column("reopened_at", sa.DateTime(timezone=True), comment="When the cause was last found to be back"),
        sa.Column("event", ALERT_EVENT, comment="What is to be delivered; empty: nothing"),
        sa.Column("lease", sa.Text(), comment="Who delivers it right now, until next_attempt_at"),
        sa.Column("destination", sa.Text(), comment="Where it was last sent, by name"),
        sa.Column("thread", sa.Text(), comment="The thread there that its opening began"),
    ]
