"""Alerts, and what each destination knows of them."""

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
from watcher_core.database.version import SCHEMA
from watcher_core.enums import (
    AlertActionKind,
    AlertEvent,
    AlertKind,
    AlertLevel,
    AlertState,
)


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
        # The last opened, of all, of a pipeline and of a kind: listings.
        sa.Index("ix_alert_opened_at", sa.text("opened_at DESC")),
        sa.Index("ix_alert_pipeline_id_opened_at", "pipeline_id", sa.text("opened_at DESC")),
        sa.Index("ix_alert_kind_opened_at", "kind", sa.text("opened_at DESC")),
        # Of a pipeline, what a person has resolved, which is little: whether its failure is none any more.
        sa.Index("ix_alert_resolved_by_hand", "pipeline_id", postgresql_where=sa.text("resolved_by_hand")),
        # What has changed since a time: sensors ask at each tick.
        sa.Index("ix_alert_changed_at", sa.text("greatest(opened_at, reopened_at, resolved_at)")),
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
        # What is behind an alert.
        sa.Index(
            "ix_alert_cause_alert_id_state",
            "cause_alert_id",
            "state",
            postgresql_where=sa.text("cause_alert_id IS NOT NULL"),
        ),
        # The open ones of a pipeline, which a delivery compares with what is new.
        sa.Index("ix_alert_pipeline_id_unresolved", "pipeline_id", postgresql_where=sa.text("state <> 'resolved'")),
        # Open failures with something in common, compared as well. What is new is put into it at once, not into a list
        # that grows between two vacuums. Its condition is in one piece, which no other index serves: without
        # statistics, a plan would read all failures by one of those.
        sa.Index(
            "ix_alert_failure_signatures",
            sa.text("watcher.failure_signatures(facts)"),
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
            postgresql_where=sa.text("(kind = 'failure' AND state <> 'resolved') IS TRUE"),
        ),
        # All that is behind another one now: each check and each delivery asks.
        sa.Index(
            "ix_alert_cause_alert_id_unresolved",
            "cause_alert_id",
            postgresql_where=sa.text("cause_alert_id IS NOT NULL AND state <> 'resolved'"),
        ),
        sa.CheckConstraint("(state = 'resolved') = (resolved_at IS NOT NULL)", name="resolved"),
        sa.CheckConstraint("cause_alert_id <> id", name="cause"),
        sa.CheckConstraint("pipeline_id IS NOT NULL OR CAST(kind AS text) = 'health'", name="pipeline"),
        {"comment": "Facts that people are notified of, open until they are resolved"},
    )

    id: Mapped[int] = identity()
    kind: Mapped[AlertKind]
    level: Mapped[AlertLevel]
    state: Mapped[AlertState] = mapped_column(server_default=AlertState.OPEN)
    deduplication_key: Mapped[str] = mapped_column(comment="Names the cause")
    pipeline_id: Mapped[int | None] = reference(
        "pipeline", comment="What it is about; empty: Dagster or Watcher itself"
    )
    pipeline_execution_id: Mapped[int | None] = reference("pipeline_execution")
    facts: Mapped[dict[str, Any]] = json_object("The numbers of the finding")
    opened_at: Mapped[dt.datetime] = timestamp("When the cause was found")
    acknowledged_at: Mapped[dt.datetime | None]
    snoozed_at: Mapped[dt.datetime | None] = mapped_column(comment="When it was last snoozed")
    snoozed_until: Mapped[dt.datetime | None]
    resolved_at: Mapped[dt.datetime | None] = mapped_column(comment="When the cause was gone")
    resolved_by_hand: Mapped[bool] = flag(False, "Whether a person resolved it; it stays so until the cause is new")
    acknowledged_by: Mapped[str | None] = mapped_column(comment="Who acknowledged it, as they said")
    snoozed_by: Mapped[str | None] = mapped_column(comment="Who snoozed it last, as they said")
    resolved_by: Mapped[str | None] = mapped_column(comment="Who resolved it by hand, as they said")
    note: Mapped[str | None] = mapped_column(comment="What somebody last noted; `alert_action` has all notes")
    covered_level: Mapped[AlertLevel | None] = mapped_column(
        comment="The level up to which its acknowledgement or snooze holds"
    )
    resolution: Mapped[dict[str, Any] | None] = mapped_column(
        comment="What ended it: how, and which execution at what time, if one did"
    )
    reopened_at: Mapped[dt.datetime | None] = mapped_column(comment="When the cause was last found to be back")
    reopenings: Mapped[int] = mapped_column(
        sa.Integer, server_default=sa.text("0"), comment="How often it was back, within hours of each other"
    )
    grew_at: Mapped[dt.datetime | None] = mapped_column(comment="When there was last more of it")
    is_settled: Mapped[bool] = flag(False, "Whether every destination knows its state")
    cause_alert_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey(f"{SCHEMA}.alert.id", ondelete="SET NULL"), comment="The alert that this one is behind"
    )


class AlertAction(Base):
    __tablename__ = "alert_action"
    __table_args__ = {"comment": "What people did about alerts, and what they noted"}

    id: Mapped[int] = identity()
    alert_id: Mapped[int] = reference("alert", index=True)
    kind: Mapped[AlertActionKind]
    acted_at: Mapped[dt.datetime] = mapped_column(comment="When it was done")
    acted_by: Mapped[str | None] = mapped_column(comment="Who did it, as they said")
    snoozed_until: Mapped[dt.datetime | None] = mapped_column(comment="Of a snooze, its end")
    note: Mapped[str | None] = mapped_column(comment="What they noted")


class AlertDelivery(Base):
    __tablename__ = "alert_delivery"
    __table_args__ = {"comment": "What a destination knows of an alert, and its next try; the outbox of all messages"}

    alert_id: Mapped[int] = reference("alert", primary_key=True)
    destination: Mapped[str] = mapped_column(primary_key=True, comment="The destination's name, as routes have it")
    takes_acknowledgements: Mapped[bool] = flag(False, "Whether it is notified of acknowledgements")
    event: Mapped[AlertEvent | None] = mapped_column(comment="What is being delivered under the lease")
    lease: Mapped[str | None] = mapped_column(comment="Who delivers it right now, until next_attempt_at")
    attempts: Mapped[int] = mapped_column(sa.Integer, server_default=sa.text("0"), comment="Deliveries tried in vain")
    next_attempt_at: Mapped[dt.datetime | None] = mapped_column(
        comment="Before this it is not tried again; empty: at any time"
    )
    last_error: Mapped[str | None] = mapped_column(comment="Why the last delivery failed")
    waits_alone: Mapped[bool] = flag(False, "Whether it alone failed, so that others of its destination are tried")
    thread: Mapped[str | None] = mapped_column(comment="The thread there that its opening began")
    delivered_at: Mapped[dt.datetime | None] = mapped_column(comment="When the opening was delivered")
    notified_at: Mapped[dt.datetime | None] = mapped_column(comment="When a message about it last arrived")
    notified_level: Mapped[AlertLevel | None] = mapped_column(comment="The level that a message there last said it has")
    recovery_delivered_at: Mapped[dt.datetime | None] = mapped_column(comment="When the recovery was delivered")


class Heartbeat(Base):
    __tablename__ = "heartbeat"
    __table_args__ = {"comment": "The heartbeats that go to an address outside"}

    round: Mapped[str] = mapped_column(primary_key=True, comment="recording, checks or delivery")
    ended_at: Mapped[dt.datetime] = mapped_column(comment="When a full round of it last ended")
    tried_at: Mapped[dt.datetime | None] = mapped_column(comment="When a heartbeat for it was last tried")
    failing_since: Mapped[dt.datetime | None] = mapped_column(comment="Since when none arrives; empty: they arrive")
    error: Mapped[str | None] = mapped_column(comment="Why the last one did not arrive")


class MaintenanceWindow(Base):
    __tablename__ = "maintenance_window"
    __table_args__ = (
        sa.CheckConstraint("pipeline_id IS NULL OR pipeline_type_id IS NULL", name="subject"),
        sa.CheckConstraint("ends_at >= starts_at", name="ends_at"),
        sa.CheckConstraint(
            "(cron IS NULL) = (duration_seconds IS NULL) AND (cron IS NOT NULL OR ends_at IS NOT NULL)", name="cron"
        ),
        {"comment": "Times in which alerts are kept, but not sent"},
    )

    id: Mapped[int] = identity()
    pipeline_id: Mapped[int | None] = reference(
        "pipeline", index=True, comment="Whose alerts are not sent; empty: its type's, or all"
    )
    pipeline_type_id: Mapped[int | None] = reference(
        "pipeline_type", index=True, comment="Of all pipelines of this type; empty: of one, or of all"
    )
    starts_at: Mapped[dt.datetime] = mapped_column(comment="When it starts; no cron time before")
    ends_at: Mapped[dt.datetime | None] = mapped_column(comment="When it ends; empty: its cron times go on")
    cron: Mapped[str | None] = mapped_column(comment="At which times it starts again and again; empty: once")
    timezone: Mapped[str | None] = mapped_column(comment="Time zone of cron; UTC without it")
    duration_seconds: Mapped[float | None] = mapped_column(comment="How long it is each time, with cron")
    created_by: Mapped[str | None] = mapped_column(comment="Who added it, as they said")
    note: Mapped[str | None] = mapped_column(comment="What for")
    created_at: Mapped[dt.datetime] = timestamp("When it was added")
