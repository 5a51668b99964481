"""Who may use the HTTP API."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from watcher_core.database.models.declarative import Base, identity, timestamp


class ApiToken(Base):
    __tablename__ = "api_token"
    __table_args__ = (
        sa.Index("ix_api_token_name", "name", unique=True, postgresql_where=sa.text("revoked_at IS NULL")),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 100", name="name"),
        sa.CheckConstraint("scope IN ('read', 'write', 'admin')", name="scope"),
        sa.UniqueConstraint("digest"),
        {"comment": "The tokens of the HTTP API"},
    )

    id: Mapped[int] = identity()
    name: Mapped[str] = mapped_column(comment="What people call it; free again once it is revoked")
    digest: Mapped[bytes] = mapped_column(comment="SHA-256 of the token, which is stored nowhere")
    scope: Mapped[str] = mapped_column(comment="read, write or admin; each includes those before it")
    pipelines: Mapped[str | None] = mapped_column(
        comment="A pipeline, or the beginning of names and *; empty: all pipelines"
    )
    created_at: Mapped[dt.datetime] = timestamp("When it was made")
    last_used_at: Mapped[dt.datetime | None] = mapped_column(comment="When it was last used, to the minute")
    revoked_at: Mapped[dt.datetime | None] = mapped_column(comment="Since when it is refused")
