"""All tables of the schema `watcher`.

Invariants live here, as constraints: PostgreSQL keeps them whoever writes. Their names follow one convention, because
a violated constraint's name is what becomes a domain error.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any, ClassVar, cast

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from watcher_core.arguments import MAX_EXTERNAL_ID_BYTES, MAX_NAME_BYTES
from watcher_core.enums import (
    AlertEvent,
    AlertKind,
    AlertLevel,
    AlertState,
    AnomalyMethod,
    AssetCheckStatus,
    DatePart,
    ExecutionSource,
    ExecutionState,
    LineageOrigin,
    WatermarkEventKind,
)

SCHEMA = "watcher"

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


# To wait for more failures in a row than this, mute the check.
MAX_FAILURE_NUMBER = 100


def _enum(enum: type[StrEnum], name: str) -> sa.Enum:
    return sa.Enum(enum, name=name, schema=SCHEMA, values_callable=lambda members: [member.value for member in members])


class Base(DeclarativeBase):
    """The registry of the tables below."""

    metadata = sa.MetaData(schema=SCHEMA, naming_convention=NAMING_CONVENTION)
    type_annotation_map: ClassVar = {
        str: sa.Text,
        int: sa.BigInteger,
        float: sa.Double,
        dt.datetime: sa.DateTime(timezone=True),
        dict[str, Any]: JSONB,
        DatePart: _enum(DatePart, "date_part"),
        ExecutionState: _enum(ExecutionState, "execution_state"),
        ExecutionSource: _enum(ExecutionSource, "execution_source"),
        LineageOrigin: _enum(LineageOrigin, "lineage_origin"),
        WatermarkEventKind: _enum(WatermarkEventKind, "watermark_event_kind"),
        AnomalyMethod: _enum(AnomalyMethod, "anomaly_method"),
        AlertEvent: _enum(AlertEvent, "alert_event"),
        AlertKind: _enum(AlertKind, "alert_kind"),
        AlertLevel: _enum(AlertLevel, "alert_level"),
        AlertState: _enum(AlertState, "alert_state"),
        AssetCheckStatus: _enum(AssetCheckStatus, "asset_check_status"),
    }


def _identity() -> Mapped[int]:
    return mapped_column(sa.Identity(always=True), primary_key=True)


def _reference(target: str, *, comment: str | None = None, index: bool = False, primary_key: bool = False) -> Any:
    return mapped_column(
        sa.ForeignKey(f"{SCHEMA}.{target}.id", ondelete="CASCADE"),
        comment=comment,
        index=index,
        primary_key=primary_key,
    )


def _timestamp(comment: str) -> Mapped[dt.datetime]:
    return mapped_column(server_default=sa.func.now(), comment=comment)


def _flag(default: bool, comment: str) -> Mapped[bool]:
    return mapped_column(server_default=sa.text("true" if default else "false"), comment=comment)


def _origin() -> Mapped[LineageOrigin]:
    return mapped_column(server_default=LineageOrigin.DECLARED, comment="Who told of it, and may take it back")


def _json(comment: str) -> Mapped[dict[str, Any]]:
    return mapped_column(server_default=sa.text("'{}'::jsonb"), comment=comment)


def _name_rule() -> sa.CheckConstraint:
    return sa.CheckConstraint(
        f"octet_length(name) BETWEEN 1 AND {MAX_NAME_BYTES} AND name = btrim(name, E' \\t\\r\\n')", name="name"
    )


def _threshold_rules() -> tuple[sa.CheckConstraint, ...]:
    return (
        sa.CheckConstraint(
            "(freshness_number IS NULL) = (freshness_datepart IS NULL) AND freshness_number > 0", name="freshness"
        ),
        sa.CheckConstraint(
            "(timeliness_number IS NULL) = (timeliness_datepart IS NULL) AND timeliness_number > 0", name="timeliness"
        ),
        sa.CheckConstraint(f"failure_number BETWEEN 1 AND {MAX_FAILURE_NUMBER}", name="failure"),
    )


class Thresholds:
    """The rules of freshness, timeliness and failures that pipelines and pipeline types share."""

    freshness_number: Mapped[int | None] = mapped_column(comment="Data older than this many dateparts is stale")
    freshness_datepart: Mapped[DatePart | None] = mapped_column(comment="Unit of freshness_number")
    freshness_calendar: Mapped[str | None] = mapped_column(
        comment="When changes are expected: days (Mon-Fri), or times or deadlines as cron has them; always without it"
    )
    freshness_timezone: Mapped[str | None] = mapped_column(comment="Time zone of freshness_calendar; UTC without it")
    mute_freshness_check: Mapped[bool] = _flag(False, "Whether the freshness check passes over it")
    timeliness_number: Mapped[int | None] = mapped_column(comment="Executions longer than this many dateparts are late")
    timeliness_datepart: Mapped[DatePart | None] = mapped_column(comment="Unit of timeliness_number")
    mute_timeliness_check: Mapped[bool] = _flag(False, "Whether the timeliness check passes over it")
    failure_number: Mapped[int | None] = mapped_column(
        comment="So many failures in a row are worth an alert; the first where there is no rule"
    )
    mute_failure_check: Mapped[bool] = _flag(False, "Whether the failure check passes over it")
    mute_asset_check: Mapped[bool] = _flag(False, "Whether asset checks that do not pass open no alert")


def table(model: type[Base]) -> sa.Table:
    """Return a model's table, typed as a `Table`."""
    return cast("sa.Table", model.__table__)


class PipelineType(Thresholds, Base):
    __tablename__ = "pipeline_type"
    __table_args__ = (
        sa.UniqueConstraint("name"),
        _name_rule(),
        *_threshold_rules(),
        {"comment": "Classes of pipelines, with the rules that hold where a pipeline has none of its own"},
    )

    id: Mapped[int] = _identity()
    name: Mapped[str] = mapped_column(comment="As given; a Dagster asset group, for example")
    configuration_hash: Mapped[str | None] = mapped_column(
        comment="SHA-256 of the configuration that code last declared"
    )
    created_at: Mapped[dt.datetime] = _timestamp("When it was first seen")
    updated_at: Mapped[dt.datetime] = _timestamp("When its configuration last changed")


class Pipeline(Thresholds, Base):
    __tablename__ = "pipeline"
    __table_args__ = (
        sa.UniqueConstraint("name"),
        _name_rule(),
        *_threshold_rules(),
        {"comment": "What runs again and again, by name: an asset, a job, a script"},
    )

    id: Mapped[int] = _identity()
    name: Mapped[str] = mapped_column(comment="As given; an asset key as a/b, a Dagster job as location/job")
    pipeline_type_id: Mapped[int] = mapped_column(sa.ForeignKey(f"{SCHEMA}.pipeline_type.id"), index=True)
    address_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey(f"{SCHEMA}.address.id", ondelete="SET NULL"), index=True, comment="Where an asset lives"
    )
    active: Mapped[bool] = _flag(True, "Whether it may run and is checked")
    load_lineage: Mapped[bool] = _flag(True, "Whether its lineage waits to be declared again")
    watermark: Mapped[str | None] = mapped_column(comment="How far it has got; moved by successful executions only")
    next_watermark: Mapped[str | None] = mapped_column(comment="How far its next execution is to get, as declared")
    pipeline_metadata: Mapped[dict[str, Any]] = _json("Arguments and configuration, as declared")
    last_target_insert: Mapped[dt.datetime | None] = mapped_column(comment="Last end of an execution with inserts")
    last_target_update: Mapped[dt.datetime | None] = mapped_column(
        comment="Last end of an execution with updates or with a change that it did not count, or last observed change"
    )
    last_target_soft_delete: Mapped[dt.datetime | None] = mapped_column(
        comment="Last end of an execution with soft deletes"
    )
    declared_by: Mapped[str | None] = mapped_column(comment="The code location whose definitions last had it")
    removed_at: Mapped[dt.datetime | None] = mapped_column(
        comment="When that code location had it no more; no check looks at it then"
    )
    configuration_hash: Mapped[str | None] = mapped_column(
        comment="SHA-256 of the configuration that code last declared"
    )
    lineage_hash: Mapped[str | None] = mapped_column(comment="SHA-256 of the lineage that code last declared")
    created_at: Mapped[dt.datetime] = _timestamp("When it was first seen; freshness is measured from here at first")
    updated_at: Mapped[dt.datetime] = _timestamp("When its configuration last changed")


class PipelineTypeAlias(Base):
    __tablename__ = "pipeline_type_alias"
    __table_args__ = {"comment": "Names that pipeline types had before they were renamed; who uses one means the type"}

    name: Mapped[str] = mapped_column(primary_key=True, comment="As given; case matters")
    pipeline_type_id: Mapped[int] = _reference("pipeline_type", index=True, comment="What is meant")


class PipelineAlias(Base):
    __tablename__ = "pipeline_alias"
    __table_args__ = {"comment": "Names that pipelines had before they were renamed; who uses one means the pipeline"}

    name: Mapped[str] = mapped_column(primary_key=True, comment="As given; case matters")
    pipeline_id: Mapped[int] = _reference("pipeline", index=True, comment="What is meant")


class PipelineExecution(Base):
    __tablename__ = "pipeline_execution"
    __table_args__ = (
        sa.UniqueConstraint("source", "external_id"),
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

    id: Mapped[int] = _identity()
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
    full_load: Mapped[bool] = _flag(False, "Whether it loads everything anew")
    watermark: Mapped[str | None] = mapped_column(comment="The pipeline's watermark when it started")
    next_watermark: Mapped[str | None] = mapped_column(comment="Where the watermark goes if it succeeds")
    inserts: Mapped[int | None]
    updates: Mapped[int | None]
    soft_deletes: Mapped[int | None]
    total_rows: Mapped[int | None]
    execution_metadata: Mapped[dict[str, Any]] = _json("Whatever else is known: partition, attempts, error and others")
    created_at: Mapped[dt.datetime] = _timestamp("When it was recorded")
    updated_at: Mapped[dt.datetime] = _timestamp("When its record last changed")


class Observation(Base):
    __tablename__ = "observation"
    __table_args__ = {"comment": "The newest observation of each asset and partition"}

    pipeline_id: Mapped[int] = _reference("pipeline", comment="The asset's pipeline", primary_key=True)
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

    id: Mapped[int] = _identity()
    pipeline_id: Mapped[int] = _reference("pipeline", index=True)
    pipeline_execution_id: Mapped[int | None] = _reference(
        "pipeline_execution", comment="The execution that could not move it", index=True
    )
    kind: Mapped[WatermarkEventKind]
    old_watermark: Mapped[str | None] = mapped_column(comment="The pipeline's watermark before")
    new_watermark: Mapped[str | None] = mapped_column(comment="What it was, or was not, set to")
    created_at: Mapped[dt.datetime] = _timestamp("When it happened")


class AddressType(Base):
    __tablename__ = "address_type"
    __table_args__ = (
        sa.UniqueConstraint("name"),
        _name_rule(),
        {"comment": "Kinds of addresses (postgresql, s3) and their groups (database, bucket)"},
    )

    id: Mapped[int] = _identity()
    name: Mapped[str]
    group_name: Mapped[str] = mapped_column(comment="database, warehouse, bucket, api, file, stream and others")
    created_at: Mapped[dt.datetime] = _timestamp("When it was first seen")
    updated_at: Mapped[dt.datetime] = _timestamp("When it last changed")


class Address(Base):
    __tablename__ = "address"
    __table_args__ = (
        sa.UniqueConstraint("name"),
        _name_rule(),
        {"comment": "Where data lives: a table, a bucket path, a topic, an API"},
    )

    id: Mapped[int] = _identity()
    name: Mapped[str] = mapped_column(comment="As given; case matters")
    address_type_id: Mapped[int] = mapped_column(sa.ForeignKey(f"{SCHEMA}.address_type.id"), index=True)
    deprecated: Mapped[bool] = _flag(False, "Whether it is on its way out; marked in every answer")
    created_at: Mapped[dt.datetime] = _timestamp("When it was first seen")
    updated_at: Mapped[dt.datetime] = _timestamp("When it last changed")
    database_name: Mapped[str | None] = mapped_column(comment="The database, or catalog, that the data is in")
    schema_name: Mapped[str | None] = mapped_column(comment="The schema, or data set, in it")
    table_name: Mapped[str | None] = mapped_column(comment="The table in that")
    primary_key: Mapped[str | None] = mapped_column(comment="The columns of its primary key, as people write them")
    address_metadata: Mapped[dict[str, Any]] = _json("Whatever else is known of it")
    provisional: Mapped[bool] = _flag(
        False, "Whether it is named by the key of an asset, because it is not known where the asset lives"
    )


class AddressAlias(Base):
    __tablename__ = "address_alias"
    __table_args__ = {"comment": "Other names of addresses: those that they had before they were renamed or merged"}

    name: Mapped[str] = mapped_column(primary_key=True, comment="As given; case matters")
    address_id: Mapped[int] = _reference("address", comment="The address that is meant", index=True)


class AddressLineage(Base):
    __tablename__ = "address_lineage"
    __table_args__ = (
        sa.UniqueConstraint(
            "pipeline_id", "source_address_id", "target_address_id", "origin", name="uq_address_lineage_edge"
        ),
        {"comment": "Edges: a pipeline reads a source and writes a target"},
    )

    id: Mapped[int] = _identity()
    pipeline_id: Mapped[int] = _reference("pipeline")
    source_address_id: Mapped[int] = _reference("address", index=True)
    target_address_id: Mapped[int] = _reference("address", index=True)
    origin: Mapped[LineageOrigin] = _origin()
    created_at: Mapped[dt.datetime] = _timestamp("When it was declared")


class AddressLineageClosure(Base):
    # No foreign keys: the rows are derived from the edges, which have them, and checking two keys a row takes three
    # times as long as writing it.
    __tablename__ = "address_lineage_closure"
    __table_args__ = (
        sa.CheckConstraint("depth > 0", name="depth"),
        sa.CheckConstraint("source_address_id <> target_address_id", name="no_self"),
        sa.Index("ix_address_lineage_closure_target_address_id_depth", "target_address_id", "depth"),
        {"comment": "Reachability of the edges: one row a pair, with the length of the shortest path"},
    )

    source_address_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, comment="An address")
    target_address_id: Mapped[int] = mapped_column(
        primary_key=True, autoincrement=False, comment="One downstream of it"
    )
    depth: Mapped[int] = mapped_column(sa.Integer, comment="Edges on the shortest path")


class ColumnLineage(Base):
    __tablename__ = "column_lineage"
    __table_args__ = (
        sa.UniqueConstraint(
            "pipeline_id",
            "source_address_id",
            "source_column",
            "target_address_id",
            "target_column",
            "origin",
            name="uq_column_lineage_edge",
        ),
        # A column's ancestors and descendants are looked for level by level.
        sa.Index("ix_column_lineage_source_address_id_source_column", "source_address_id", "source_column"),
        sa.Index("ix_column_lineage_target_address_id_target_column", "target_address_id", "target_column"),
        {"comment": "Edges between columns: a pipeline computes a target column from a source column"},
    )

    id: Mapped[int] = _identity()
    pipeline_id: Mapped[int] = _reference("pipeline")
    source_address_id: Mapped[int] = _reference("address")
    source_column: Mapped[str]
    target_address_id: Mapped[int] = _reference("address")
    target_column: Mapped[str]
    origin: Mapped[LineageOrigin] = _origin()


class FreshnessPipelineLog(Base):
    __tablename__ = "freshness_pipeline_log"
    __table_args__ = (
        sa.UniqueConstraint("pipeline_id", "last_dml_timestamp"),
        sa.Index(None, "last_dml_timestamp"),
        {"comment": "Pipelines that were found stale, once for each time that their data stood still"},
    )

    id: Mapped[int] = _identity()
    pipeline_id: Mapped[int] = _reference("pipeline")
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

    id: Mapped[int] = _identity()
    pipeline_execution_id: Mapped[int] = mapped_column(comment="The execution that was late")
    pipeline_id: Mapped[int] = _reference("pipeline", index=True)
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
    pipeline_id: Mapped[int] = _reference("pipeline", index=True)
    failures_in_a_row: Mapped[int] = mapped_column(comment="Since the pipeline last succeeded, this one among them")
    evaluation_timestamp: Mapped[dt.datetime] = mapped_column(comment="The check's now")
    failure_number: Mapped[int] = mapped_column(comment="So many in a row the rule asked for")
    used_child_config: Mapped[bool] = mapped_column(comment="Whether the rule was the pipeline's own, not its type's")


class CheckState(Base):
    __tablename__ = "check_state"
    __table_args__ = {"comment": "Checks of all pipelines: when each last succeeded"}

    kind: Mapped[AlertKind] = mapped_column(primary_key=True, comment="The check")
    checked_at: Mapped[dt.datetime] = mapped_column(comment="The check's now, never ahead of the database's clock")
    interval_seconds: Mapped[float | None] = mapped_column(
        comment="How often it succeeds: the longest time between two successes, which fades"
    )


class Heartbeat(Base):
    __tablename__ = "heartbeat"
    __table_args__ = {"comment": "The heartbeats that go to an address outside"}

    round: Mapped[str] = mapped_column(primary_key=True, comment="recording, checks or delivery")
    ended_at: Mapped[dt.datetime] = mapped_column(comment="When a full round of it last ended")
    tried_at: Mapped[dt.datetime | None] = mapped_column(comment="When a heartbeat for it was last tried")
    failing_since: Mapped[dt.datetime | None] = mapped_column(comment="Since when none arrives; empty: they arrive")
    error: Mapped[str | None] = mapped_column(comment="Why the last one did not arrive")


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

    id: Mapped[int] = _identity()
    pipeline_id: Mapped[int] = _reference("pipeline")
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
    active: Mapped[bool] = _flag(True, "Whether it judges")
    timezone: Mapped[str | None] = mapped_column(
        comment="Time zone of the schedule, whose hours and weekdays are compared; found from the data without it"
    )
    configuration_hash: Mapped[str | None] = mapped_column(
        comment="SHA-256 of the configuration that code last declared"
    )
    created_at: Mapped[dt.datetime] = _timestamp("When it was made")
    updated_at: Mapped[dt.datetime] = _timestamp("When it last changed")


class AnomalyPending(Base):
    # No foreign keys: a row is written at the end of every execution of a pipeline with rules, and whoever judges finds
    # out soon enough that an execution is gone. Nothing is unique: a writer never waits for whoever judges.
    __tablename__ = "anomaly_pending"
    __table_args__ = {"comment": "Executions that have succeeded, or were corrected, and are still to be judged"}

    pipeline_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, comment="Its pipeline")
    id: Mapped[int] = _identity()
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
        {"comment": "Verdicts: one an execution and rule"},
    )

    rule_id: Mapped[int] = _reference("anomaly_detection_rule", primary_key=True)
    pipeline_execution_id: Mapped[int] = mapped_column(
        primary_key=True, autoincrement=False, comment="The execution that was judged"
    )
    flagged: Mapped[bool] = mapped_column(comment="Whether the value was outside the band")
    unflagged_at: Mapped[dt.datetime | None] = mapped_column(comment="When a person said that it was normal")
    unflagged_by: Mapped[str | None] = mapped_column(comment="Who said so")
    value: Mapped[float] = mapped_column(comment="The metric's value that was judged")
    expected: Mapped[float | None] = mapped_column(comment="What its history predicts")
    lower: Mapped[float | None] = mapped_column(comment="Lower edge of the band")
    upper: Mapped[float | None] = mapped_column(comment="Upper edge of the band")
    z_score: Mapped[float | None] = mapped_column(comment="Deviation in units of the history's spread")
    confidence: Mapped[float | None] = mapped_column(comment="From 0 to 1")
    explanation: Mapped[dict[str, Any]] = _json("What it was compared with")
    evaluated_at: Mapped[dt.datetime] = _timestamp("When it was judged")


class AssetCheck(Base):
    __tablename__ = "asset_check"
    __table_args__ = (
        sa.UniqueConstraint("pipeline_id", "name", "instance_id"),
        {"comment": "Asset checks of Dagster, each with its last result"},
    )

    id: Mapped[int] = _identity()
    pipeline_id: Mapped[int] = _reference("pipeline")
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
    evaluated_at: Mapped[dt.datetime] = _timestamp("When it ran last")
    unchecked_since: Mapped[dt.datetime | None] = mapped_column(
        comment="The materialization since which it was last reported as not run"
    )
    declared_by: Mapped[str | None] = mapped_column(comment="The code location whose definitions last had it")
    removed_at: Mapped[dt.datetime | None] = mapped_column(
        comment="When that code location had it no more; it opens no alert then"
    )
    created_at: Mapped[dt.datetime] = _timestamp("When it was first recorded")


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
        # What does not pass now, which is little.
        sa.Index("ix_asset_check_result_open", "asset_check_id", postgresql_where=sa.text("open")),
        {"comment": "History of asset checks: one row a run, check and partition"},
    )

    id: Mapped[int] = _identity()
    asset_check_id: Mapped[int] = _reference("asset_check")
    external_id: Mapped[str] = mapped_column(comment="The run, or the report without a run")
    pipeline_execution_id: Mapped[int | None] = mapped_column(
        comment="The execution of its run; empty without one, or where that is not known"
    )
    partition: Mapped[str | None] = mapped_column(comment="The partition that was checked; empty: all of the asset")
    status: Mapped[AssetCheckStatus] = mapped_column(comment="What came of it")
    severity: Mapped[AlertLevel | None] = mapped_column(comment="How bad it is, where it did not pass")
    description: Mapped[str | None] = mapped_column(comment="What it says, or the error that it raised")
    step_key: Mapped[str | None] = mapped_column(comment="The step that it ran in")
    result_metadata: Mapped[dict[str, Any]] = _json("The numbers and texts that it reported")
    evaluated_at: Mapped[dt.datetime] = _timestamp("When it ran")
    open: Mapped[bool] = _flag(
        False, "Whether it did not pass, and no later result of the same partition has replaced it"
    )
    reported_at: Mapped[dt.datetime | None] = mapped_column(comment="When it was first found by the check of checks")


class Alert(Base):
    __tablename__ = "alert"
    __table_args__ = (
        # One alert a cause is alive at a time.
        sa.Index(
            "uq_alert_deduplication_key_unresolved",
            "deduplication_key",
            unique=True,
            postgresql_where=sa.text("state <> 'resolved'"),
        ),
        # What the deliverer looks at.
        sa.Index("ix_alert_unsettled", "id", postgresql_where=sa.text("NOT is_settled")),
        sa.Index("ix_alert_opened_at", sa.text("opened_at DESC")),
        # When the alert of a cause was last resolved: one that is back goes on.
        sa.Index(
            "ix_alert_deduplication_key_resolved_at",
            "deduplication_key",
            sa.text("resolved_at DESC"),
            postgresql_where=sa.text("state = 'resolved'"),
        ),
        sa.Index(
            "ix_alert_pipeline_execution_id",
            "pipeline_execution_id",
            postgresql_where=sa.text("pipeline_execution_id IS NOT NULL"),
        ),
        sa.CheckConstraint("(state = 'resolved') = (resolved_at IS NOT NULL)", name="resolved"),
        sa.CheckConstraint("pipeline_id IS NOT NULL OR CAST(kind AS text) = 'health'", name="pipeline"),
        {"comment": "Facts that people are notified of, open until they are resolved"},
    )

    id: Mapped[int] = _identity()
    kind: Mapped[AlertKind]
    level: Mapped[AlertLevel]
    state: Mapped[AlertState] = mapped_column(server_default=AlertState.OPEN)
    deduplication_key: Mapped[str] = mapped_column(comment="Names the cause")
    pipeline_id: Mapped[int | None] = _reference(
        "pipeline", index=True, comment="What it is about; empty: Dagster or Watcher itself"
    )
    pipeline_execution_id: Mapped[int | None] = _reference("pipeline_execution")
    facts: Mapped[dict[str, Any]] = _json("The numbers of the finding")
    opened_at: Mapped[dt.datetime] = _timestamp("When the cause was found")
    acknowledged_at: Mapped[dt.datetime | None]
    snoozed_until: Mapped[dt.datetime | None]
    resolved_at: Mapped[dt.datetime | None] = mapped_column(comment="When the cause was gone")
    resolved_by_hand: Mapped[bool] = _flag(False, "Whether a person resolved it; it stays so until the cause is new")
    acknowledged_by: Mapped[str | None] = mapped_column(comment="Who acknowledged it, as they said")
    snoozed_by: Mapped[str | None] = mapped_column(comment="Who snoozed it last, as they said")
    resolved_by: Mapped[str | None] = mapped_column(comment="Who resolved it by hand, as they said")
    note: Mapped[str | None] = mapped_column(comment="What the last of them noted")
    resolution: Mapped[dict[str, Any] | None] = mapped_column(
        comment="What ended it: how, and which execution at what time, if one did"
    )
    reopened_at: Mapped[dt.datetime | None] = mapped_column(comment="When the cause was last found to be back")
    reopenings: Mapped[int] = mapped_column(
        sa.Integer, server_default=sa.text("0"), comment="How often it was back, within hours of each other"
    )
    grew_at: Mapped[dt.datetime | None] = mapped_column(comment="When there was last more of it")
    is_settled: Mapped[bool] = _flag(False, "Whether every destination knows its state")


class AlertDelivery(Base):
    __tablename__ = "alert_delivery"
    __table_args__ = {"comment": "What a destination knows of an alert, and its next try; the outbox of all messages"}

    alert_id: Mapped[int] = _reference("alert", primary_key=True)
    destination: Mapped[str] = mapped_column(primary_key=True, comment="The destination's name, as routes have it")
    takes_acknowledgements: Mapped[bool] = _flag(False, "Whether it is notified of acknowledgements")
    event: Mapped[AlertEvent | None] = mapped_column(comment="What is being delivered under the lease")
    lease: Mapped[str | None] = mapped_column(comment="Who delivers it right now, until next_attempt_at")
    attempts: Mapped[int] = mapped_column(sa.Integer, server_default=sa.text("0"), comment="Deliveries tried in vain")
    next_attempt_at: Mapped[dt.datetime | None] = mapped_column(
        comment="Before this it is not tried again; empty: at any time"
    )
    last_error: Mapped[str | None] = mapped_column(comment="Why the last delivery failed")
    thread: Mapped[str | None] = mapped_column(comment="The thread there that its opening began")
    delivered_at: Mapped[dt.datetime | None] = mapped_column(comment="When the opening was delivered")
    notified_at: Mapped[dt.datetime | None] = mapped_column(comment="When a message about it last arrived")
    recovery_delivered_at: Mapped[dt.datetime | None] = mapped_column(comment="When the recovery was delivered")


class Recorder(Base):
    __tablename__ = "recorder"
    __table_args__ = {"comment": "How far the event log of a Dagster instance has been recorded"}

    instance_id: Mapped[str] = mapped_column(primary_key=True, comment="The id of the instance's run storage")
    cursor: Mapped[dict[str, Any]] = _json("Storage ids, open runs, failed tries; the recorder's own")
    lag_seconds: Mapped[float | None] = mapped_column(comment="Age of the oldest event that was not yet recorded")
    message: Mapped[str | None] = mapped_column(comment="What the last tick did")
    updated_at: Mapped[dt.datetime] = _timestamp("When the last tick ended")


class RecorderLease(Base):
    __tablename__ = "recorder_lease"
    __table_args__ = {"comment": "Who reads the event log of a Dagster instance right now; no row: nobody"}

    instance_id: Mapped[str] = mapped_column(primary_key=True, comment="The id of the instance's run storage")
    holder: Mapped[str] = mapped_column(comment="Host, process and a random id")
    expires_at: Mapped[dt.datetime] = _timestamp("Another may take over from then on; each write moves it")
