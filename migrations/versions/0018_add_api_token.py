"""Add the tokens of the HTTP API.

Compatibility: the version of Watcher before this one has no server, and knows nothing of the table.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_token",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, comment="What people call it; free again once it is revoked"),
        sa.Column("digest", sa.LargeBinary(), nullable=False, comment="SHA-256 of the token, which is stored nowhere"),
        sa.Column("scope", sa.Text(), nullable=False, comment="read, write or admin; each includes those before it"),
        sa.Column("pipelines", sa.Text(), comment="A pipeline, or the beginning of names and *; empty: all pipelines"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it was made",
        ),
        sa.Column("last_used_at", sa.DateTime(timezone=True), comment="When it was last used, to the minute"),
        sa.Column("revoked_at", sa.DateTime(timezone=True), comment="Since when it is refused"),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 100", name=op.f("ck_api_token_name")),
        sa.CheckConstraint("scope IN ('read', 'write', 'admin')", name=op.f("ck_api_token_scope")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_token_digest")),
        schema="watcher",
        comment="The tokens of the HTTP API",
    )
    op.create_index(
        op.f("ix_api_token_name"),
        "api_token",
        ["name"],
        unique=True,
        schema="watcher",
        postgresql_where=sa.text("revoked_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("api_token", schema="watcher")
