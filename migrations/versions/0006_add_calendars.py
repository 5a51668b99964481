"""Calendars of freshness, and times that can be relied on.

Executions and pipelines whose dates lie ahead of the database's clock, or outside of what Python can read, get dates
that count: of when they were recorded. What was reported stays in the execution's metadata.

Compatibility: the version of Watcher before this one works on this schema. It knows no calendars, so that it reports
pipelines that have one as stale on their days off, and it goes on checking assets that are gone from the code.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

EXECUTION = "pipeline_execution"
RUNNING, ENDED = "ix_pipeline_execution_pipeline_id_running", "ix_pipeline_execution_end_date"

# What Python can read, in UTC.
FIRST, LAST = "'0001-01-01 00:00:00Z'", "'9999-12-31 23:59:59.999999Z'"
AHEAD = "now() + interval '1 minute'"

# The dates of an execution that lies ahead: it was recorded no later than its row says.
REPAIR_EXECUTIONS = f"""
    UPDATE watcher.pipeline_execution
       SET start_date         = CASE WHEN start_date > {AHEAD} THEN least(created_at, now())
                                     ELSE greatest(start_date, {FIRST}) END,
           end_date           = CASE WHEN end_date > {AHEAD} THEN greatest(least(updated_at, now()),
                                          CASE WHEN start_date > {AHEAD} THEN least(created_at, now())
                                               ELSE greatest(start_date, {FIRST}) END)
                                     ELSE greatest(end_date, {FIRST}) END,
           execution_metadata = execution_metadata || jsonb_strip_nulls(jsonb_build_object(
                                    'reported_start_date',
                                    CASE WHEN start_date > {AHEAD} OR start_date < {FIRST}
                                         THEN CAST(start_date AS text) END,
                                    'reported_end_date',
                                    CASE WHEN end_date > {AHEAD} OR end_date < {FIRST}
                                         THEN CAST(end_date AS text) END))
     WHERE {{dates}}
"""

REPAIR_LOGICAL_DATES = f"""
    UPDATE watcher.pipeline_execution SET logical_date = NULL WHERE logical_date NOT BETWEEN {FIRST} AND {LAST}
"""

REPAIR_PIPELINES = """
    UPDATE watcher.pipeline
       SET last_target_insert      = least(last_target_insert, now()),
           last_target_update      = least(last_target_update, now()),
           last_target_soft_delete = least(last_target_soft_delete, now()),
           created_at              = least(created_at, now())
     WHERE greatest(last_target_insert, last_target_update, last_target_soft_delete, created_at) > now()
"""


def upgrade() -> None:
    for table in ("pipeline", "pipeline_type"):
        op.add_column(
            table,
            sa.Column(
                "freshness_calendar",
                sa.Text(),
                comment="When changes are expected: days (Mon-Fri), or times or deadlines as cron has them;"
                " always without it",
            ),
            schema="watcher",
        )
        op.add_column(
            table,
            sa.Column("freshness_timezone", sa.Text(), comment="Time zone of freshness_calendar; UTC without it"),
            schema="watcher",
        )
    op.add_column(
        "pipeline",
        sa.Column("declared_by", sa.Text(), comment="The code location whose definitions last had it"),
        schema="watcher",
    )
    op.add_column(
        "pipeline",
        sa.Column(
            "removed_at",
            sa.DateTime(timezone=True),
            comment="When that code location had it no more; no check looks at it then",
        ),
        schema="watcher",
    )
    op.execute(
        """
        CREATE TABLE watcher.check_state (
            kind       watcher.alert_kind       NOT NULL,
            checked_at timestamp with time zone NOT NULL,
            CONSTRAINT pk_check_state PRIMARY KEY (kind)
        );
        COMMENT ON TABLE watcher.check_state IS 'Checks of all pipelines: when each last succeeded';
        COMMENT ON COLUMN watcher.check_state.kind IS 'The check';
        COMMENT ON COLUMN watcher.check_state.checked_at IS 'The check''s now, never ahead of the database''s clock';
        """
    )
    op.create_index(ENDED, EXECUTION, ["end_date"], schema="watcher", postgresql_where=sa.text("end_date IS NOT NULL"))
    op.create_index(
        RUNNING,
        EXECUTION,
        ["pipeline_id", "start_date"],
        schema="watcher",
        postgresql_where=sa.text("state = 'running'"),
    )
    # One condition a statement, so that each is answered by its index.
    for condition in (
        f"start_date > {AHEAD}",
        f"end_date > {AHEAD}",
        f"start_date < {FIRST}",
        f"end_date < {FIRST}",
    ):
        op.execute(REPAIR_EXECUTIONS.format(dates=condition))
    op.execute(REPAIR_LOGICAL_DATES)
    op.execute(REPAIR_PIPELINES)


def downgrade() -> None:
    op.drop_index(RUNNING, EXECUTION, schema="watcher")
    op.drop_index(ENDED, EXECUTION, schema="watcher")
    op.drop_table("check_state", schema="watcher")
    op.drop_column("pipeline", "removed_at", schema="watcher")
    op.drop_column("pipeline", "declared_by", schema="watcher")
    for table in ("pipeline", "pipeline_type"):
        op.drop_column(table, "freshness_timezone", schema="watcher")
        op.drop_column(table, "freshness_calendar", schema="watcher")
