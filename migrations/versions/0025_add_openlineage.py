"""Add what OpenLineage's events say of runs and jobs, and their source and origin.

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

RUN, JOB = "openlineage_run", "openlineage_job"
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


def downgrade() -> None:
    op.drop_table(JOB, schema="watcher")
    op.drop_index(INDEX, RUN, schema="watcher")
    op.drop_table(RUN, schema="watcher")
    # PostgreSQL cannot remove a value from an enum; the values stay, unused.
    op.execute(sa.text(EXECUTIONS))
    for table, columns in EDGES.items():
        same = " AND ".join(f"declared.{column} = edge.{column}" for column in columns)
        op.execute(sa.text(DECLARED_TOO.format(table=table, same=same)))
        op.execute(sa.text(f"UPDATE watcher.{table} SET origin = 'declared' WHERE origin = 'openlineage'"))
