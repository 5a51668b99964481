"""What checks have found, and Dagster's asset checks with their results."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

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
    AlertKind,
    AlertLevel,
    AssetCheckStatus,
    DatePart,
    ExecutionState,
)


class FreshnessPipelineLog(Base):
    __tablename__ = "freshness_pipeline_log"
    __table_args__ = (
        sa.UniqueConstraint("pipeline_id", "last_dml_timestamp"),
        sa.Index(None, "last_dml_timestamp"),
        {"comment": "Pipelines that were found stale, once for each time that their data stood still"},
    )

    id: Mapped[int] = identity()
    pipeline_id: Mapped[int] = reference("pipeline")
    last_dml_timestamp: Mapped[dt.datetime] = mapped_column(comment="Last change of data, or the pipeline's creation")
    evaluation_timestamp: Mapped[dt.datetime] = mapped_column(comment="The check's now")
    freshness_number: Mapped[int]
    freshness_datepart: Mapped[DatePart]
    used_child_config: Mapped[bool] = mapped_column(comment="Whether the rule was the pipeline's own, not its type's")


class TimelinessPipelineExecutionLog(Base):
    # No foreign key to executions, here and below: each one that points there adds a tenth to the time that deleting
    # them takes. Whoever deletes an execution deletes these rows with it (`cleanup`).
    __tablename__ = "timeliness_pipeline_execution_log"
    __table_args__ = (
        sa.UniqueConstraint("pipeline_execution_id"),
        {"comment": "Executions that were found late, once each"},
    )

    id: Mapped[int] = identity()
    pipeline_execution_id: Mapped[int] = mapped_column(comment="The execution that was late")
    pipeline_id: Mapped[int] = reference("pipeline", index=True)
    duration_seconds: Mapped[float] = mapped_column(comment="At the check, for one that was running")
    execution_state: Mapped[ExecutionState] = mapped_column(comment="At the check")
    evaluation_timestamp: Mapped[dt.datetime] = mapped_column(comment="The check's now")
    timeliness_number: Mapped[int]
    timeliness_datepart: Mapped[DatePart]
    used_child_config: Mapped[bool] = mapped_column(comment="Whether the rule was the pipeline's own, not its type's")


class FailurePipelineExecutionLog(Base):
    __tablename__ = "failure_pipeline_execution_log"
    __table_args__ = {"comment": "Executions that were found failed, once each"}

    pipeline_execution_id: Mapped[int] = mapped_column(
        primary_key=True, autoincrement=False, comment="The execution that failed"
    )
    pipeline_id: Mapped[int] = reference("pipeline", index=True)
    failures_in_a_row: Mapped[int] = mapped_column(comment="Since the pipeline last succeeded, this one among them")
    evaluation_timestamp: Mapped[dt.datetime] = mapped_column(comment="The check's now")
    failure_number: Mapped[int] = mapped_column(comment="So many in a row the rule asked for")
    used_child_config: Mapped[bool] = mapped_column(comment="Whether the rule was the pipeline's own, not its type's")


class FailurePending(Base):
    # No foreign key, and nothing is unique: a trigger writes a row for each execution that fails, and never waits.
    __tablename__ = "failure_pending"
    __table_args__ = {
        "comment": "Executions that have failed, and of which no check has found yet that they were made good"
    }

    id: Mapped[int] = identity()
    pipeline_execution_id: Mapped[int] = mapped_column(comment="The execution")


class CheckState(Base):
    __tablename__ = "check_state"
    __table_args__ = {"comment": "Checks of all pipelines: when each last succeeded"}

    kind: Mapped[AlertKind] = mapped_column(primary_key=True, comment="The check")
    checked_at: Mapped[dt.datetime] = mapped_column(comment="The check's now, never ahead of the database's clock")
    interval_seconds: Mapped[float | None] = mapped_column(
        comment="How often it succeeds: the longest time between two successes, which fades"
    )


class PipelineCadence(Base):
    __tablename__ = "pipeline_cadence"
    __table_args__ = {"comment": "How often each pipeline usually runs, as its history says"}

    pipeline_id: Mapped[int] = mapped_column(
        sa.ForeignKey(f"{SCHEMA}.pipeline.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    learned_at: Mapped[dt.datetime] = mapped_column(comment="When it was learned")
    cadence: Mapped[dict[str, Any] | None] = mapped_column(
        comment="The times between its runs; empty: too few runs, or no rhythm"
    )
    last_start: Mapped[dt.datetime] = mapped_column(comment="The start of its newest execution")
    due_at: Mapped[dt.datetime | None] = mapped_column(comment="When the next run is due; empty: not known")
    missed_at: Mapped[dt.datetime | None] = mapped_column(comment="From when on the next run is missed")
    reported_at: Mapped[dt.datetime | None] = mapped_column(comment="When a check first found that it did not come")


class PipelineAutomation(Base):
    __tablename__ = "pipeline_automation"
    __table_args__ = {
        "comment": "The assets that Dagster's automation makes when their upstream is newer, or when they are missing"
    }

    pipeline_id: Mapped[int] = reference("pipeline", comment="The asset's pipeline", primary_key=True)
    instance_id: Mapped[str] = mapped_column(primary_key=True, comment="The Dagster instance that is to make it")
    condition: Mapped[str] = mapped_column(comment="Its automation condition: eager or on_missing")
    upstream: Mapped[list[str]] = mapped_column(
        ARRAY(sa.Text), comment="The pipelines of the assets that it is made from"
    )
    was_missing: Mapped[bool] = mapped_column(comment="Whether Dagster has no materialization of it")
    declared_by: Mapped[str] = mapped_column(comment="The code location whose definitions have it")
    since: Mapped[dt.datetime] = timestamp("Since when the sensor of the condition has been seen to run")
    held_at: Mapped[dt.datetime | None] = mapped_column(
        comment="When a run of it, or of its upstream, last was under way"
    )
    reported_for: Mapped[dt.datetime | None] = mapped_column(comment="Since when it was due, as it was last reported")


class PipelineColumns(Base):
    __tablename__ = "pipeline_columns"
    __table_args__ = {
        "comment": "The columns that assets were last seen with, where a change of them is to open an alert"
    }

    pipeline_id: Mapped[int] = reference("pipeline", comment="The asset's pipeline", primary_key=True)
    instance_id: Mapped[str] = mapped_column(primary_key=True, comment="The Dagster instance that it was made in")
    scope: Mapped[str] = mapped_column(
        primary_key=True,
        comment="The partition, without its date; empty without one, or where partitions follow in time",
    )
    columns: Mapped[dict[str, Any]] = json_object("The type of each column, fields of structures among them")
    logical_date: Mapped[dt.datetime | None] = mapped_column(comment="When the partition begins that had them")
    reported_at: Mapped[dt.datetime] = timestamp("When the newest materialization was that reported them")
    before: Mapped[dict[str, Any] | None] = mapped_column(
        comment="The columns before they changed; empty where no change is open"
    )
    changed_at: Mapped[dt.datetime | None] = mapped_column(comment="When they last changed")


class AssetCheck(Base):
    __tablename__ = "asset_check"
    __table_args__ = (
        sa.UniqueConstraint("pipeline_id", "name", "instance_id"),
        {"comment": "Asset checks of Dagster, each with its last result"},
    )

    id: Mapped[int] = identity()
    pipeline_id: Mapped[int] = reference("pipeline")
    name: Mapped[str] = mapped_column(comment="As Dagster has it")
    instance_id: Mapped[str] = mapped_column(
        server_default=sa.text("''"), comment="The Dagster instance that it runs in; empty where that is not known"
    )
    blocking: Mapped[bool | None] = mapped_column(
        comment="Whether what is downstream in the same run waits for it; empty where that is not known"
    )
    severity: Mapped[AlertLevel | None] = mapped_column(comment="How bad it is when it does not pass, as it last said")
    status: Mapped[AssetCheckStatus] = mapped_column(comment="What came of it when it ran last")
    partition: Mapped[str | None] = mapped_column(comment="The partition of the last result; empty: all of the asset")
    evaluated_at: Mapped[dt.datetime] = timestamp("When it ran last")
    unchecked_since: Mapped[dt.datetime | None] = mapped_column(
        comment="The materialization since which it was last reported as not run"
    )
    declared_by: Mapped[str | None] = mapped_column(comment="The code location whose definitions last had it")
    removed_at: Mapped[dt.datetime | None] = mapped_column(
        comment="When that code location had it no more; it opens no alert then"
    )
    created_at: Mapped[dt.datetime] = timestamp("When it was first recorded")


class AssetCheckResult(Base):
    __tablename__ = "asset_check_result"
    __table_args__ = (
        # Reading a run again writes nothing twice.
        sa.Index(
            "uq_asset_check_result_identity",
            "asset_check_id",
            "external_id",
            sa.text("coalesce(partition, '')"),
            unique=True,
        ),
        # Whether a later result has replaced one; a check's history.
        sa.Index("ix_asset_check_result_later", "asset_check_id", "partition", "evaluated_at"),
        # The newest results of a check: listings.
        sa.Index("ix_asset_check_result_newest", "asset_check_id", sa.text("evaluated_at DESC"), sa.text("id DESC")),
        # What does not pass now, which is little.
        sa.Index("ix_asset_check_result_open", "asset_check_id", postgresql_where=sa.text("open")),
        {"comment": "History of asset checks: one row a run, check and partition"},
    )

    id: Mapped[int] = identity()
    asset_check_id: Mapped[int] = reference("asset_check")
    external_id: Mapped[str] = mapped_column(comment="The run, or the report without a run")
    pipeline_execution_id: Mapped[int | None] = mapped_column(
        comment="The execution of its run; empty without one, or where that is not known"
    )
    partition: Mapped[str | None] = mapped_column(comment="The partition that was checked; empty: all of the asset")
    status: Mapped[AssetCheckStatus] = mapped_column(comment="What came of it")
    severity: Mapped[AlertLevel | None] = mapped_column(comment="How bad it is, where it did not pass")
    description: Mapped[str | None] = mapped_column(comment="What it says, or the error that it raised")
    step_key: Mapped[str | None] = mapped_column(comment="The step that it ran in")
    result_metadata: Mapped[dict[str, Any]] = json_object("The numbers and texts that it reported")
    evaluated_at: Mapped[dt.datetime] = timestamp("When it ran")
    open: Mapped[bool] = flag(
        False, "Whether it did not pass, and no later result of the same partition has replaced it"
    )
    reported_at: Mapped[dt.datetime | None] = mapped_column(comment="When it was first found by the check of checks")
