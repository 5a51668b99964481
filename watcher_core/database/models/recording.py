"""Executions, observations, watermarks, and how far recorders are."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from watcher_core.arguments import MAX_EXTERNAL_ID_BYTES
from watcher_core.database.models.declarative import (
    Base,
    flag,
    identity,
    json_object,
    reference,
    timestamp,
)
from watcher_core.database.version import SCHEMA
from watcher_core.enums import (
    ExecutionSource,
    ExecutionState,
    WatermarkEventKind,
)


class PipelineExecution(Base):
    __tablename__ = "pipeline_execution"
    __table_args__ = (
        # Its identity, by hashes: the texts themselves would take four times as much.
        sa.Index(
            "uq_pipeline_execution_identity",
            "source",
            sa.text("hashtextextended(external_id, 0)"),
            sa.text("hashtextextended(external_id, 1)"),
            unique=True,
        ),
        sa.CheckConstraint(f"octet_length(external_id) BETWEEN 1 AND {MAX_EXTERNAL_ID_BYTES}", name="external_id"),
        sa.CheckConstraint("(state = 'running') = (end_date IS NULL)", name="ended"),
        sa.CheckConstraint("end_date >= start_date", name="end_after_start"),
        sa.CheckConstraint("inserts >= 0", name="inserts"),
        sa.CheckConstraint("updates >= 0", name="updates"),
        sa.CheckConstraint("soft_deletes >= 0", name="soft_deletes"),
        sa.CheckConstraint("total_rows >= 0", name="total_rows"),
        sa.CheckConstraint("parent_id <> id", name="parent"),
        # A pipeline's history, newest first: listings.
        sa.Index("ix_pipeline_execution_pipeline_id_start_date", "pipeline_id", sa.text("start_date DESC")),
        # All history, newest first: listings, retention.
        sa.Index("ix_pipeline_execution_start_date", sa.text("start_date DESC")),
        # What ended within the lookback of the timeliness check.
        sa.Index("ix_pipeline_execution_end_date", "end_date", postgresql_where=sa.text("end_date IS NOT NULL")),
        # What runs now: timeliness looks at each, however old; the recorder closes those whose run is over.
        sa.Index("ix_pipeline_execution_running", "start_date", postgresql_where=sa.text("state = 'running'")),
        # What runs now of a pipeline.
        sa.Index(
            "ix_pipeline_execution_pipeline_id_running",
            "pipeline_id",
            "start_date",
            postgresql_where=sa.text("state = 'running'"),
        ),
        # What neither runs nor succeeded, which is little, newest first: listings by state, of all and of a pipeline.
        sa.Index(
            "ix_pipeline_execution_state",
            "state",
            sa.text("start_date DESC"),
            postgresql_where=sa.text("state NOT IN ('running', 'succeeded')"),
        ),
        sa.Index(
            "ix_pipeline_execution_pipeline_id_state",
            "pipeline_id",
            "state",
            sa.text("start_date DESC"),
            postgresql_where=sa.text("state NOT IN ('running', 'succeeded')"),
        ),
        # A pipeline's successes by what they make good: the failure check.
        sa.Index(
            "ix_pipeline_execution_good",
            "pipeline_id",
            sa.text("coalesce(scope, '')"),
            "end_date",
            postgresql_where=sa.text("state = 'succeeded'"),
        ),
        # A pipeline's failures by what has to be made good, which are few: the failure check.
        sa.Index(
            "ix_pipeline_execution_failed",
            "pipeline_id",
            sa.text("coalesce(scope, '')"),
            "end_date",
            postgresql_where=sa.text("state = 'failed'"),
        ),
        # The newest logical date that a pipeline has got to: decides whether a partition moves the watermark.
        sa.Index(
            "ix_pipeline_execution_pipeline_id_logical_date",
            "pipeline_id",
            "logical_date",
            postgresql_where=sa.text("state = 'succeeded' AND logical_date IS NOT NULL"),
        ),
        # A pipeline's successes by the time that their data is about: what anomalies are judged by.
        sa.Index(
            "ix_pipeline_execution_history",
            "pipeline_id",
            sa.text("coalesce(logical_date, start_date)"),
            postgresql_where=sa.text("state = 'succeeded'"),
        ),
        sa.Index("ix_pipeline_execution_parent_id", "parent_id", postgresql_where=sa.text("parent_id IS NOT NULL")),
        {"comment": "Runs of pipelines, with counts, watermarks and nesting"},
    )

    id: Mapped[int] = identity()
    pipeline_id: Mapped[int] = mapped_column(sa.ForeignKey(f"{SCHEMA}.pipeline.id"))
    parent_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey(f"{SCHEMA}.pipeline_execution.id", ondelete="SET NULL"),
        comment="The execution that it is part of",
    )
    source: Mapped[ExecutionSource] = mapped_column(comment="The edge that recorded it")
    external_id: Mapped[str] = mapped_column(
        comment="Its identity at the source, for replays; in Dagster run_id/step_key/asset_key"
    )
    instance_id: Mapped[str | None] = mapped_column(
        comment="The Dagster instance that it ran in; empty outside of Dagster"
    )
    scope: Mapped[str | None] = mapped_column(
        comment="What of the pipeline it did: a partition, or the selection of a run; empty: all, or not known"
    )
    state: Mapped[ExecutionState]
    start_date: Mapped[dt.datetime]
    end_date: Mapped[dt.datetime | None] = mapped_column(comment="Empty while it runs")
    duration_seconds: Mapped[float | None] = mapped_column(
        sa.Computed("CAST(EXTRACT(EPOCH FROM end_date - start_date) AS double precision)", persisted=True),
        comment="From start to end",
    )
    logical_date: Mapped[dt.datetime | None] = mapped_column(
        comment="The time that its data is about, where that is not the time it ran: its partition's start"
    )
    full_load: Mapped[bool] = flag(False, "Whether it loads everything anew")
    watermark: Mapped[str | None] = mapped_column(comment="The pipeline's watermark when it started")
    next_watermark: Mapped[str | None] = mapped_column(comment="Where the watermark goes if it succeeds")
    inserts: Mapped[int | None]
    updates: Mapped[int | None]
    soft_deletes: Mapped[int | None]
    total_rows: Mapped[int | None]
    execution_metadata: Mapped[dict[str, Any]] = json_object(
        "Whatever else is known: partition, attempts, error and others; watcher.full_metadata adds run and step"
    )
    process: Mapped[dict[str, Any] | None] = mapped_column(
        comment="The process that promises heartbeats, and since when; empty once it has ended, and where none does"
    )
    created_at: Mapped[dt.datetime] = timestamp("When it was recorded")
    updated_at: Mapped[dt.datetime] = timestamp("When its record last changed")


def _amount(comment: str) -> Any:
    # More than a bigint: a sum of those.
    return mapped_column(sa.Numeric, comment=comment)


class ExecutionDaily(Base):
    # No foreign key, here and below: the rows follow from executions, which have one.
    __tablename__ = "execution_daily"
    __table_args__ = {"comment": "What executions did, by day and pipeline; cleanup leaves it as it is"}

    day: Mapped[dt.date] = mapped_column(primary_key=True, comment="The day in UTC on which they ended")
    pipeline_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, comment="Their pipeline")
    runs: Mapped[int] = mapped_column(sa.Integer, comment="How many ended, however")
    succeeded: Mapped[int] = mapped_column(sa.Integer, comment="How many of them succeeded")
    failed: Mapped[int] = mapped_column(sa.Integer, comment="How many of them failed")
    canceled: Mapped[int] = mapped_column(sa.Integer, comment="How many of them were canceled")
    skipped: Mapped[int] = mapped_column(sa.Integer, comment="How many of them were skipped")
    blocked: Mapped[int] = mapped_column(sa.Integer, comment="How many of them were blocked")
    inserts: Mapped[Decimal] = _amount("Rows that they inserted")
    updates: Mapped[Decimal] = _amount("Rows that they updated")
    soft_deletes: Mapped[Decimal] = _amount("Rows that they soft-deleted")
    rows: Mapped[Decimal] = _amount("Rows that they handled: the total of each, or else the sum of its counts")
    timed: Mapped[int] = mapped_column(sa.Integer, comment="Successes whose own duration is known")
    seconds: Mapped[Decimal] = _amount("The durations of those together")


class ExecutionDailyPending(Base):
    __tablename__ = "execution_daily_pending"
    __table_args__ = {
        "comment": "Executions that have ended, or were corrected, and are not yet in the sums of their days"
    }

    id: Mapped[int] = identity()
    sign: Mapped[int] = mapped_column(sa.SmallInteger, comment="1 adds an execution, -1 takes back what it was")
    day: Mapped[dt.date] = mapped_column(comment="The day in UTC on which it ended")
    pipeline_id: Mapped[int] = mapped_column(comment="Its pipeline")
    state: Mapped[ExecutionState] = mapped_column(comment="How it ended")
    inserts: Mapped[int | None]
    updates: Mapped[int | None]
    soft_deletes: Mapped[int | None]
    rows: Mapped[Decimal | None] = _amount("Rows that it handled")
    seconds: Mapped[Decimal | None] = _amount("Its own duration, where it succeeded")


class ExecutionProcess(Base):
    __tablename__ = "execution_process"
    __table_args__ = {"comment": "The processes of executions that run outside Dagster"}

    pipeline_execution_id: Mapped[int] = mapped_column(
        sa.ForeignKey(f"{SCHEMA}.pipeline_execution.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    host: Mapped[str] = mapped_column(comment="The name of the host that it runs on")
    process_id: Mapped[int | None] = mapped_column(comment="The process on that host; empty: not known")
    process_key: Mapped[str | None] = mapped_column(
        comment="Tells the process from a later one with the same number; empty: the host cannot say"
    )
    heartbeat_at: Mapped[dt.datetime] = mapped_column(comment="When it last sent a heartbeat")
    gone_at: Mapped[dt.datetime | None] = mapped_column(
        comment="When its host found that the process is gone; written by versions before 0030"
    )


class Observation(Base):
    __tablename__ = "observation"
    __table_args__ = {"comment": "The newest observation of each asset and partition"}

    pipeline_id: Mapped[int] = reference("pipeline", comment="The asset's pipeline", primary_key=True)
    instance_id: Mapped[str] = mapped_column(primary_key=True, comment="The Dagster instance that it was observed in")
    scope: Mapped[str] = mapped_column(primary_key=True, comment="The partition that was observed; empty without one")
    data_version: Mapped[str | None] = mapped_column(
        comment="The last data version; another one is a change of the data"
    )
    data_version_at: Mapped[dt.datetime | None] = mapped_column(comment="When it was last observed")
    step: Mapped[str | None] = mapped_column(
        comment="The step that last observed it, as location/step, and made nothing of it"
    )
    step_observed_at: Mapped[dt.datetime | None] = mapped_column(
        comment="When that was; earlier failures of the step are over"
    )


class WatermarkEvent(Base):
    __tablename__ = "watermark_event"
    __table_args__ = {"comment": "Watermarks that were set by hand, or could not be moved"}

    id: Mapped[int] = identity()
    pipeline_id: Mapped[int] = reference("pipeline", index=True)
    pipeline_execution_id: Mapped[int | None] = reference(
        "pipeline_execution", comment="The execution that could not move it", index=True
    )
    kind: Mapped[WatermarkEventKind]
    old_watermark: Mapped[str | None] = mapped_column(comment="The pipeline's watermark before")
    new_watermark: Mapped[str | None] = mapped_column(comment="What it was, or was not, set to")
    created_at: Mapped[dt.datetime] = timestamp("When it happened")


class Recorder(Base):
    __tablename__ = "recorder"
    __table_args__ = {"comment": "How far the event log of a Dagster instance has been recorded"}

    instance_id: Mapped[str] = mapped_column(primary_key=True, comment="The id of the instance's run storage")
    cursor: Mapped[dict[str, Any]] = json_object("Storage ids, open runs, failed tries; the recorder's own")
    lag_seconds: Mapped[float | None] = mapped_column(comment="Age of the oldest event that was not yet recorded")
    message: Mapped[str | None] = mapped_column(comment="What the last tick did")
    updated_at: Mapped[dt.datetime] = timestamp("When the last tick ended")


class RecorderLease(Base):
    __tablename__ = "recorder_lease"
    __table_args__ = {"comment": "Who reads the event log of a Dagster instance right now; no row: nobody"}

    instance_id: Mapped[str] = mapped_column(primary_key=True, comment="The id of the instance's run storage")
    holder: Mapped[str] = mapped_column(comment="Host, process and a random id")
    expires_at: Mapped[dt.datetime] = timestamp("Another may take over from then on; each write moves it")
