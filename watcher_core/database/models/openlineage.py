"""What OpenLineage's events have said so far, from which executions and lineage follow."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from watcher_core.database.models.declarative import Base, flag, identity, json_object, timestamp


class OpenLineageRun(Base):
    __tablename__ = "openlineage_run"
    __table_args__ = (
        # The runs that wait for their parent's first event.
        sa.Index(
            "ix_openlineage_run_parent_run_id", "parent_run_id", postgresql_where=sa.text("parent_run_id IS NOT NULL")
        ),
        {"comment": "What the events of each run say together, in whatever order they come"},
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, comment="The run's id in OpenLineage")
    parent_run_id: Mapped[uuid.UUID | None] = mapped_column(comment="The run that it is part of")
    facts: Mapped[dict[str, Any]] = json_object("What its events say; empty for a parent that has sent none")
    updated_at: Mapped[dt.datetime] = timestamp("When an event last said something new")


class OpenLineageJob(Base):
    __tablename__ = "openlineage_job"
    __table_args__ = {"comment": "The datasets that the newest run of each job names"}

    name: Mapped[str] = mapped_column(primary_key=True, comment="The name that its pipeline was made with")
    run_id: Mapped[uuid.UUID | None] = mapped_column(comment="The run that names them; empty: an event of the job")
    at: Mapped[dt.datetime] = timestamp("When that run started, or the time of that event: an earlier one is no news")
    lineage: Mapped[dict[str, Any]] = json_object("Inputs, outputs, and the columns that those are computed from")


class OpenLineagePending(Base):
    __tablename__ = "openlineage_pending"
    __table_args__ = {
        "comment": "Executions that have started, ended or were corrected, and are still to be sent to OpenLineage"
    }

    id: Mapped[int] = identity()
    pipeline_execution_id: Mapped[int] = mapped_column(comment="The execution")
    queued_at: Mapped[dt.datetime] = timestamp("When it was recorded so")
    was_running: Mapped[bool] = flag(False, "Whether it was recorded as running before, so that its start waited here")
