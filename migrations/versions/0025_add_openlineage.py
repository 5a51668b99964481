"""Add what OpenLineage's events say of runs and jobs, their source and origin, and the queue of events to be sent.

As that of traces, triggers fill the queue, which are disabled until `watcher export openlineage` is first run.

Compatibility: the version of Watcher before this one cannot read executions of the source `openlineage`, nor edges of
that origin; it works on as long as there are none. On the way down, such executions become those of `http`, and such
edges declared ones.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

RUN, JOB, PENDING = "openlineage_run", "openlineage_job", "openlineage_pending"
INDEX = "ix_openlineage_run_parent_run_id"

ENUMS = ("execution_source", "lineage_origin")

# Neither history nor lineage is lost on the way down: who reads the schema before this one does not know their source.
EXECUTIONS = """
    UPDATE watcher.pipeline_execution
       SET source      = 'http',
           external_id = 'openlineage/' || external_id
     WHERE source = 'openlineage'
"""

EDGES = {
    "address_lineage": ("pipeline_id", "source_address_id", "target_address_id"),
    "column_lineage": ("pipeline_id", "source_address_id", "source_column", "target_address_id", "target_column"),
}

DECLARED_TOO = """
    DELETE FROM watcher.{table} AS edge
     USING watcher.{table} AS declared
     WHERE edge.origin = 'openlineage'
       AND declared.origin = 'declared'
       AND {same}
"""


FUNCTION = """
    CREATE FUNCTION watcher.queue_openlineage() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO watcher.openlineage_pending (pipeline_execution_id) VALUES (NEW.id);
        RETURN NULL;
    END
    $$
"""

COMMENT = """
    COMMENT ON FUNCTION watcher.queue_openlineage()
         IS 'Queues executions that have ended to be sent as events of OpenLineage'
"""

# What has come as events is not sent as events. As text: the value may be as new as this transaction.
RECORDED = """
    CREATE TRIGGER queue_openlineage_of_recorded
     AFTER INSERT ON watcher.pipeline_execution
       FOR EACH ROW
      WHEN (NEW.end_date IS NOT NULL AND CAST(NEW.source AS text) <> 'openlineage')
   EXECUTE FUNCTION watcher.queue_openlineage()
"""

# A replay that changes nothing is not sent again.
CHANGED = """
    CREATE TRIGGER queue_openlineage_of_changed
     AFTER UPDATE ON watcher.pipeline_execution
       FOR EACH ROW
      WHEN (NEW.end_date IS NOT NULL
            AND CAST(NEW.source AS text) <> 'openlineage'
            AND ROW(OLD.state, OLD.start_date, OLD.end_date, OLD.parent_id, OLD.inserts, OLD.execution_metadata)
                IS DISTINCT FROM
                ROW(NEW.state, NEW.start_date, NEW.end_date, NEW.parent_id, NEW.inserts, NEW.execution_metadata))
   EXECUTE FUNCTION watcher.queue_openlineage()
"""

TRIGGERS = ("queue_openlineage_of_recorded", "queue_openlineage_of_changed")


def _json(name: str, comment: str) -> sa.Column[object]:
    default = sa.text("'{}'::jsonb")
    return sa.Column(name, postgresql.JSONB(), server_default=default, nullable=False, comment=comment)


def _time(name: str, comment: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False, comment=comment)


def upgrade() -> None:
    for enum in ENUMS:
        op.execute(sa.text(f"ALTER TYPE watcher.{enum} ADD VALUE IF NOT EXISTS 'openlineage'"))
    op.create_table(
        RUN,
        sa.Column("id", sa.Uuid(), nullable=False, comment="The run's id in OpenLineage"),
        sa.Column("parent_run_id", sa.Uuid(), comment="The run that it is part of"),
        _json("facts", "What its events say; empty for a parent that has sent none"),
        _time("updated_at", "When an event last said something new"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_openlineage_run")),
        schema="watcher",
        comment="What the events of each run say together, in whatever order they come",
    )
    op.create_index(
        INDEX, RUN, ["parent_run_id"], schema="watcher", postgresql_where=sa.text("parent_run_id IS NOT NULL")
    )
    op.create_table(
        JOB,
        sa.Column("name", sa.Text(), nullable=False, comment="The name that its pipeline was made with"),
        sa.Column("run_id", sa.Uuid(), comment="The run that names them; empty: an event of the job"),
        _time("at", "When that run started, or the time of that event: an earlier one is no news"),
        _json("lineage", "Inputs, outputs, and the columns that those are computed from"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_openlineage_job")),
        schema="watcher",
        comment="The datasets that the newest run of each job names",
    )
    op.create_table(
        PENDING,
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("pipeline_execution_id", sa.BigInteger(), nullable=False, comment="The execution"),
        _time("queued_at", "When it ended, or was corrected"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_openlineage_pending")),
        schema="watcher",
        comment="Executions that have ended, or were corrected, and are still to be sent as events of OpenLineage",
    )
    for statement in (FUNCTION, COMMENT, RECORDED, CHANGED):
        op.execute(statement)
    for trigger in TRIGGERS:
        op.execute(f"ALTER TABLE watcher.pipeline_execution DISABLE TRIGGER {trigger}")


def downgrade() -> None:
    for trigger in TRIGGERS:
        op.execute(f"DROP TRIGGER {trigger} ON watcher.pipeline_execution")
    op.execute("DROP FUNCTION watcher.queue_openlineage()")
    op.drop_table(PENDING, schema="watcher")
    op.drop_table(JOB, schema="watcher")
    op.drop_index(INDEX, RUN, schema="watcher")
    op.drop_table(RUN, schema="watcher")
    # PostgreSQL cannot remove a value from an enum; the values stay, unused.
    op.execute(sa.text(EXECUTIONS))
    for table, columns in EDGES.items():
        same = " AND ".join(f"declared.{column} = edge.{column}" for column in columns)
        op.execute(sa.text(DECLARED_TOO.format(table=table, same=same)))
        op.execute(sa.text(f"UPDATE watcher.{table} SET origin = 'declared' WHERE origin = 'openlineage'"))
