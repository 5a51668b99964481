"""What all tables share: their schema, names of constraints, and kinds of columns."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any, ClassVar, cast

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from watcher_core.database.version import SCHEMA
from watcher_core.enums import (
    AlertActionKind,
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

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def enum_type(enum: type[StrEnum], name: str) -> sa.Enum:
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
        DatePart: enum_type(DatePart, "date_part"),
        ExecutionState: enum_type(ExecutionState, "execution_state"),
        ExecutionSource: enum_type(ExecutionSource, "execution_source"),
        LineageOrigin: enum_type(LineageOrigin, "lineage_origin"),
        WatermarkEventKind: enum_type(WatermarkEventKind, "watermark_event_kind"),
        AnomalyMethod: enum_type(AnomalyMethod, "anomaly_method"),
        AlertActionKind: enum_type(AlertActionKind, "alert_action_kind"),
        AlertEvent: enum_type(AlertEvent, "alert_event"),
        AlertKind: enum_type(AlertKind, "alert_kind"),
        AlertLevel: enum_type(AlertLevel, "alert_level"),
        AlertState: enum_type(AlertState, "alert_state"),
        AssetCheckStatus: enum_type(AssetCheckStatus, "asset_check_status"),
    }


def identity() -> Mapped[int]:
    return mapped_column(sa.Identity(always=True), primary_key=True)


def reference(target: str, *, comment: str | None = None, index: bool = False, primary_key: bool = False) -> Any:
    return mapped_column(
        sa.ForeignKey(f"{SCHEMA}.{target}.id", ondelete="CASCADE"),
        comment=comment,
        index=index,
        primary_key=primary_key,
    )


def timestamp(comment: str) -> Mapped[dt.datetime]:
    return mapped_column(server_default=sa.func.now(), comment=comment)


def flag(default: bool, comment: str) -> Mapped[bool]:
    return mapped_column(server_default=sa.text("true" if default else "false"), comment=comment)


def json_object(comment: str) -> Mapped[dict[str, Any]]:
    return mapped_column(server_default=sa.text("'{}'::jsonb"), comment=comment)


def table(model: type[Base]) -> sa.Table:
    """Return a model's table, typed as a `Table`."""
    return cast("sa.Table", model.__table__)
