"""Pipelines, their types and former names, and the addresses of data."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from watcher_core.arguments import MAX_FAILURE_NUMBER, MAX_NAME_BYTES
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
    AlertLevel,
    DatePart,
)


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
    mute_freshness_check: Mapped[bool] = flag(False, "Whether the freshness check passes over it")
    timeliness_number: Mapped[int | None] = mapped_column(comment="Executions longer than this many dateparts are late")
    timeliness_datepart: Mapped[DatePart | None] = mapped_column(comment="Unit of timeliness_number")
    mute_timeliness_check: Mapped[bool] = flag(False, "Whether the timeliness check passes over it")
    failure_number: Mapped[int | None] = mapped_column(
        comment="So many failures in a row are worth an alert; the first where there is no rule"
    )
    mute_failure_check: Mapped[bool] = flag(False, "Whether the failure check passes over it")
    mute_asset_check: Mapped[bool] = flag(False, "Whether asset checks that do not pass open no alert")
    column_changes: Mapped[bool] = flag(False, "Whether a change of its columns opens an alert")
    alert_level: Mapped[AlertLevel | None] = mapped_column(
        comment="The level of its alerts; empty: each has the level of what was found"
    )


class PipelineType(Thresholds, Base):
    __tablename__ = "pipeline_type"
    __table_args__ = (
        sa.UniqueConstraint("name"),
        _name_rule(),
        *_threshold_rules(),
        {"comment": "Classes of pipelines, with the rules that hold where a pipeline has none of its own"},
    )

    id: Mapped[int] = identity()
    name: Mapped[str] = mapped_column(comment="As given; a Dagster asset group, for example")
    configuration_hash: Mapped[str | None] = mapped_column(
        comment="SHA-256 of the configuration that code last declared"
    )
    created_at: Mapped[dt.datetime] = timestamp("When it was first seen")
    updated_at: Mapped[dt.datetime] = timestamp("When its configuration last changed")


class Pipeline(Thresholds, Base):
    __tablename__ = "pipeline"
    __table_args__ = (
        sa.UniqueConstraint("name"),
        _name_rule(),
        *_threshold_rules(),
        {"comment": "What runs again and again, by name: an asset, a job, a script"},
    )

    id: Mapped[int] = identity()
    name: Mapped[str] = mapped_column(comment="As given; an asset key as a/b, a Dagster job as location/job")
    pipeline_type_id: Mapped[int] = mapped_column(sa.ForeignKey(f"{SCHEMA}.pipeline_type.id"), index=True)
    address_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey(f"{SCHEMA}.address.id", ondelete="SET NULL"), index=True, comment="Where an asset lives"
    )
    active: Mapped[bool] = flag(True, "Whether it may run and is checked")
    load_lineage: Mapped[bool] = flag(True, "Whether its lineage waits to be declared again")
    watermark: Mapped[str | None] = mapped_column(comment="How far it has got; moved by successful executions only")
    next_watermark: Mapped[str | None] = mapped_column(comment="How far its next execution is to get, as declared")
    pipeline_metadata: Mapped[dict[str, Any]] = json_object("Arguments and configuration, as declared")
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
    created_at: Mapped[dt.datetime] = timestamp("When it was first seen; freshness is measured from here at first")
    updated_at: Mapped[dt.datetime] = timestamp("When its configuration last changed")


class PipelineTypeAlias(Base):
    __tablename__ = "pipeline_type_alias"
    __table_args__ = {"comment": "Names that pipeline types had before they were renamed; who uses one means the type"}

    name: Mapped[str] = mapped_column(primary_key=True, comment="As given; case matters")
    pipeline_type_id: Mapped[int] = reference("pipeline_type", index=True, comment="What is meant")


class PipelineAlias(Base):
    __tablename__ = "pipeline_alias"
    __table_args__ = {"comment": "Names that pipelines had before they were renamed; who uses one means the pipeline"}

    name: Mapped[str] = mapped_column(primary_key=True, comment="As given; case matters")
    pipeline_id: Mapped[int] = reference("pipeline", index=True, comment="What is meant")


class AddressType(Base):
    __tablename__ = "address_type"
    __table_args__ = (
        sa.UniqueConstraint("name"),
        _name_rule(),
        {"comment": "Kinds of addresses (postgresql, s3) and their groups (database, bucket)"},
    )

    id: Mapped[int] = identity()
    name: Mapped[str]
    group_name: Mapped[str] = mapped_column(comment="database, warehouse, bucket, api, file, stream and others")
    created_at: Mapped[dt.datetime] = timestamp("When it was first seen")
    updated_at: Mapped[dt.datetime] = timestamp("When it last changed")


class Address(Base):
    __tablename__ = "address"
    __table_args__ = (
        sa.UniqueConstraint("name"),
        _name_rule(),
        {"comment": "Where data lives: a table, a bucket path, a topic, an API"},
    )

    id: Mapped[int] = identity()
    name: Mapped[str] = mapped_column(comment="As given; case matters")
    address_type_id: Mapped[int] = mapped_column(sa.ForeignKey(f"{SCHEMA}.address_type.id"), index=True)
    deprecated: Mapped[bool] = flag(False, "Whether it is on its way out; marked in every answer")
    created_at: Mapped[dt.datetime] = timestamp("When it was first seen")
    updated_at: Mapped[dt.datetime] = timestamp("When it last changed")
    database_name: Mapped[str | None] = mapped_column(comment="The database, or catalog, that the data is in")
    schema_name: Mapped[str | None] = mapped_column(comment="The schema, or data set, in it")
    table_name: Mapped[str | None] = mapped_column(comment="The table in that")
    primary_key: Mapped[str | None] = mapped_column(comment="The columns of its primary key, as people write them")
    address_metadata: Mapped[dict[str, Any]] = json_object("Whatever else is known of it")
    provisional: Mapped[bool] = flag(
        False, "Whether it is named by the key of an asset, because it is not known where the asset lives"
    )


class AddressAlias(Base):
    __tablename__ = "address_alias"
    __table_args__ = {"comment": "Other names of addresses: those that they had before they were renamed or merged"}

    name: Mapped[str] = mapped_column(primary_key=True, comment="As given; case matters")
    address_id: Mapped[int] = reference("address", comment="The address that is meant", index=True)
