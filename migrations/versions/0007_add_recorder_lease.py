"""A row for who records a Dagster instance, in place of a lock of its session; and how often an alert has come back.

Compatibility: earlier versions do not see the new table, and write the alerts without the new column. A recorder of an
earlier version does not see the lease: end it before the upgrade, or both read the same events, which are recorded
once all the same.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recorder_lease",
        sa.Column("instance_id", sa.Text(), nullable=False, comment="The id of the instance's run storage"),
        sa.Column("holder", sa.Text(), nullable=False, comment="Host, process and a random id"),
        sa.Column(
            "expires_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="Another may take over from then on; each write moves it",
        ),
        sa.PrimaryKeyConstraint("instance_id", name="pk_recorder_lease"),
        schema="watcher",
        comment="Who reads the event log of a Dagster instance right now; no row: nobody",
    )
    op.create_table_comment(
        "recorder", "How far the event log of a Dagster instance has been recorded", schema="watcher"
    )
    op.add_column(
        "alert",
        sa.Column(
            "reopenings",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
            comment="How often it was back, within hours of each other",
        ),
        schema="watcher",
    )


def downgrade() -> None:
    op.drop_column("alert", "reopenings", schema="watcher")
    op.create_table_comment(
        "recorder",
        "How far the event log of a Dagster instance has been recorded; locked while it is read",
        schema="watcher",
    )
    op.drop_table("recorder_lease", schema="watcher")
