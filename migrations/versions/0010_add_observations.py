"""Add the newest observations of assets, and names that pipelines and their types had before.

Compatibility: the version of Watcher before this one records nothing of observations. It does not look for other names,
so that a pipeline that was renamed may come back under its old name.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


UPDATED = "Last end of an execution with updates or with a change that it did not count, or last observed change"
UPDATED_BEFORE = "Last end of an execution with updates, or with a change that it did not count"

ALIASES = {
    "pipeline": "Names that pipelines had before they were renamed; who uses one means the pipeline",
    "pipeline_type": "Names that pipeline types had before they were renamed; who uses one means the type",
}


def upgrade() -> None:
    op.alter_column("pipeline", "last_target_update", comment=UPDATED, schema="watcher")
    op.create_table(
        "observation",
        sa.Column("pipeline_id", sa.BigInteger(), nullable=False, comment="The asset's pipeline"),
        sa.Column("instance_id", sa.Text(), nullable=False, comment="The Dagster instance that it was observed in"),
        sa.Column("scope", sa.Text(), nullable=False, comment="The partition that was observed; empty without one"),
        sa.Column("data_version", sa.Text(), comment="The last data version; another one is a change of the data"),
        sa.Column("data_version_at", sa.DateTime(timezone=True), comment="When it was last observed"),
        sa.Column(
            "step", sa.Text(), comment="The step that last observed it, as location/step, and made nothing of it"
        ),
        sa.Column(
            "step_observed_at",
            sa.DateTime(timezone=True),
            comment="When that was; earlier failures of the step are over",
        ),
        sa.PrimaryKeyConstraint("pipeline_id", "instance_id", "scope", name=op.f("pk_observation")),
        sa.ForeignKeyConstraint(
            ["pipeline_id"], ["watcher.pipeline.id"], name=op.f("fk_observation_pipeline_id"), ondelete="CASCADE"
        ),
        schema="watcher",
        comment="The newest observation of each asset and partition",
    )
    for kind, comment in ALIASES.items():
        op.create_table(
            f"{kind}_alias",
            sa.Column("name", sa.Text(), nullable=False, comment="As given; case matters"),
            sa.Column(f"{kind}_id", sa.BigInteger(), nullable=False, comment="What is meant"),
            sa.PrimaryKeyConstraint("name", name=op.f(f"pk_{kind}_alias")),
            sa.ForeignKeyConstraint(
                [f"{kind}_id"], [f"watcher.{kind}.id"], name=op.f(f"fk_{kind}_alias_{kind}_id"), ondelete="CASCADE"
            ),
            schema="watcher",
            comment=comment,
        )
        op.create_index(f"ix_{kind}_alias_{kind}_id", f"{kind}_alias", [f"{kind}_id"], schema="watcher")


def downgrade() -> None:
    op.alter_column("pipeline", "last_target_update", comment=UPDATED_BEFORE, schema="watcher")
    for kind in ALIASES:
        op.drop_table(f"{kind}_alias", schema="watcher")
    op.drop_table("observation", schema="watcher")
