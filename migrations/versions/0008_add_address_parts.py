"""Add the parts of addresses, names that addresses had before, and which addresses are provisional.

Compatibility: the version of Watcher before this one does not write the new columns, which all have a default or may be
empty. It does not look for other names, so that a name that was changed may come back as an address of its own.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

PARTS = {
    "database_name": "The database, or catalog, that the data is in",
    "schema_name": "The schema, or data set, in it",
    "table_name": "The table in that",
    "primary_key": "The columns of its primary key, as people write them",
}

# An address that is named as an asset is provisional, unless something else than the asset has named it. Those that
# have the name of an asset that lives elsewhere are what the asset's address was before that was known.
MARK_PROVISIONAL = """
    UPDATE watcher.address
       SET provisional = true
      FROM watcher.address_type AS type
     WHERE type.id = address.address_type_id
       AND (type.name = 'asset' AND type.group_name = 'dagster'
            OR EXISTS (SELECT
                         FROM watcher.pipeline
                        WHERE pipeline.name = address.name
                          AND pipeline.address_id IS NOT NULL))
       AND NOT EXISTS (SELECT
                         FROM watcher.pipeline
                        WHERE pipeline.address_id = address.id
                          AND pipeline.name <> address.name)
       AND NOT EXISTS (SELECT
                         FROM watcher.address_lineage AS edge
                        WHERE address.id IN (edge.source_address_id, edge.target_address_id)
                          AND edge.origin = 'declared')
"""


def upgrade() -> None:
    for name, comment in PARTS.items():
        op.add_column("address", sa.Column(name, sa.Text(), comment=comment), schema="watcher")
    op.add_column(
        "address",
        sa.Column(
            "address_metadata",
            JSONB(),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
            comment="Whatever else is known of it",
        ),
        schema="watcher",
    )
    op.add_column(
        "address",
        sa.Column(
            "provisional",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="Whether it is named by the key of an asset, because it is not known where the asset lives",
        ),
        schema="watcher",
    )
    op.execute(MARK_PROVISIONAL)
    op.create_table(
        "address_alias",
        sa.Column("name", sa.Text(), nullable=False, comment="As given; case matters"),
        sa.Column("address_id", sa.BigInteger(), nullable=False, comment="The address that is meant"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_address_alias")),
        sa.ForeignKeyConstraint(
            ["address_id"], ["watcher.address.id"], name=op.f("fk_address_alias_address_id"), ondelete="CASCADE"
        ),
        schema="watcher",
        comment="Other names of addresses: those that they had before they were renamed or merged",
    )
    op.create_index("ix_address_alias_address_id", "address_alias", ["address_id"], schema="watcher")


def downgrade() -> None:
    op.drop_table("address_alias", schema="watcher")
    for name in ("provisional", "address_metadata", *reversed(PARTS)):
        op.drop_column("address", name, schema="watcher")
