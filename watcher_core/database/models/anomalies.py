"""Rules, the queue of executions to judge, and results."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from watcher_core.database.models.declarative import (
    Base,
    flag,
    identity,
    json_object,
    reference,
    timestamp,
)
from watcher_core.enums import (
    AnomalyMethod,
)


class AnomalyDetectionRule(Base):
    __tablename__ = "anomaly_detection_rule"
    __table_args__ = (
        sa.UniqueConstraint("pipeline_id", "metric_field"),
        sa.CheckConstraint(
            "metric_field IN ('duration_seconds', 'total_rows', 'inserts', 'updates', 'soft_deletes', 'throughput')"
            " OR metric_field LIKE 'metadata:_%'",
            name="metric_field",
        ),
        sa.CheckConstraint("lookback_days BETWEEN 1 AND 365", name="lookback_days"),
        sa.CheckConstraint("minimum_executions BETWEEN 2 AND 10000", name="minimum_executions"),
        sa.CheckConstraint("std_deviation_threshold_multiplier BETWEEN 0.5 AND 10", name="multiplier"),
        {"comment": "Which metrics of which pipelines are judged, and how"},
    )

    id: Mapped[int] = identity()
    pipeline_id: Mapped[int] = reference("pipeline")
    metric_field: Mapped[str] = mapped_column(
        comment="What is judged: a column of executions, their throughput, or metadata: and a key of their metadata"
    )
    method: Mapped[AnomalyMethod] = mapped_column(server_default=AnomalyMethod.SEASONAL)
    lookback_days: Mapped[int] = mapped_column(
        sa.Integer, server_default=sa.text("30"), comment="Days of history; seasonal looks at 60 at least"
    )
    minimum_executions: Mapped[int] = mapped_column(
        sa.Integer, server_default=sa.text("10"), comment="Least history to judge by; seasonal needs 8 at least"
    )
    std_deviation_threshold_multiplier: Mapped[float] = mapped_column(
        server_default=sa.text("2.0"),
        comment="Standard deviations from the mean that are an anomaly; the width of seasonal's band, 2 as it finds it",
    )
    active: Mapped[bool] = flag(True, "Whether it judges")
    timezone: Mapped[str | None] = mapped_column(
        comment="Time zone of the schedule, whose hours and weekdays are compared; found from the data without it"
    )
    configuration_hash: Mapped[str | None] = mapped_column(
        comment="SHA-256 of the configuration that code last declared"
    )
    created_at: Mapped[dt.datetime] = timestamp("When it was made")
    updated_at: Mapped[dt.datetime] = timestamp("When it last changed")


class AnomalyPending(Base):
    # No foreign keys: a row is written at the end of every execution of a pipeline with rules, and whoever judges finds
    # out soon enough that an execution is gone. Nothing is unique: a writer never waits for whoever judges.
    __tablename__ = "anomaly_pending"
    __table_args__ = {"comment": "Executions that have succeeded, or were corrected, and are still to be judged"}

    pipeline_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, comment="Its pipeline")
    id: Mapped[int] = identity()
    pipeline_execution_id: Mapped[int] = mapped_column(comment="The execution")


class AnomalyDetectionResult(Base):
    __tablename__ = "anomaly_detection_result"
    __table_args__ = (
        sa.Index(None, "pipeline_execution_id"),
        # What a rule has flagged, which is little: the history that it judges by.
        sa.Index(
            "ix_anomaly_detection_result_flagged",
            "rule_id",
            "pipeline_execution_id",
            postgresql_where=sa.text("flagged"),
        ),
        # What is flagged, newest first: listings.
        sa.Index(
            "ix_anomaly_detection_result_newest",
            sa.text("flagged_start_date DESC"),
            sa.text("pipeline_execution_id DESC"),
            postgresql_where=sa.text("flagged AND unflagged_at IS NULL"),
        ),
        {"comment": "Verdicts: one an execution and rule"},
    )

    rule_id: Mapped[int] = reference("anomaly_detection_rule", primary_key=True)
    pipeline_execution_id: Mapped[int] = mapped_column(
        primary_key=True, autoincrement=False, comment="The execution that was judged"
    )
    flagged: Mapped[bool] = mapped_column(comment="Whether the value was outside the band")
    flagged_start_date: Mapped[dt.datetime | None] = mapped_column(
        comment="When its execution started, where it is flagged; a trigger writes it"
    )
    unflagged_at: Mapped[dt.datetime | None] = mapped_column(comment="When a person said that it was normal")
    unflagged_by: Mapped[str | None] = mapped_column(comment="Who said so")
    value: Mapped[float] = mapped_column(comment="The metric's value that was judged")
    expected: Mapped[float | None] = mapped_column(comment="What its history predicts")
    lower: Mapped[float | None] = mapped_column(comment="Lower edge of the band")
    upper: Mapped[float | None] = mapped_column(comment="Upper edge of the band")
    z_score: Mapped[float | None] = mapped_column(comment="Deviation in units of the history's spread")
    confidence: Mapped[float | None] = mapped_column(comment="From 0 to 1")
    explanation: Mapped[dict[str, Any]] = json_object("What it was compared with")
    evaluated_at: Mapped[dt.datetime] = timestamp("When it was judged")
