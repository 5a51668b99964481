"""What monitoring systems are still to get."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Mapped, mapped_column

from watcher_core.database.models.declarative import Base, identity, timestamp


class TracePending(Base):
    __tablename__ = "trace_pending"
    __table_args__ = {
        "comment": "Executions that have ended, or were corrected, and are still to be exported as traces"
    }

    id: Mapped[int] = identity()
    pipeline_execution_id: Mapped[int] = mapped_column(comment="The execution")
    queued_at: Mapped[dt.datetime] = timestamp("When it ended, or was corrected")
