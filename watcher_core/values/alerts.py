"""Alerts, where they go, and what became of them there."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from watcher_core.enums import AlertActionKind, AlertEvent, AlertKind, AlertLevel, AlertState


@dataclass(frozen=True, kw_only=True)
class Alert:
    """Something that a check found, open until it is resolved.

    Of its deliveries, it has those to all destinations together: `event` is the pending notification that comes first,
    `last_error` and `attempts` are those of the destination that failed most, and `recovery_delivered_at` is set when
    all know that it is over. `Watcher.alert_deliveries` has each.
    An alert of kind `health` belongs to no pipeline. `cause_alert_id` is the alert that it is behind: the cause of both
    is one, and that one is notified. `behind` says how many alerts that are not resolved are behind this one.
    `note` is the last one that somebody made; `Watcher.alert_actions` has all of them. `covered_level` is the level up
    to which its acknowledgement or snooze holds: one that gets louder is open again.
    """

    id: int
    kind: AlertKind
    level: AlertLevel
    state: AlertState
    deduplication_key: str
    pipeline_id: int | None
    pipeline_name: str | None
    pipeline_execution_id: int | None
    facts: dict[str, Any]
    opened_at: dt.datetime
    acknowledged_at: dt.datetime | None
    snoozed_at: dt.datetime | None = None
    snoozed_until: dt.datetime | None
    resolved_at: dt.datetime | None
    resolved_by_hand: bool
    acknowledged_by: str | None = None
    snoozed_by: str | None = None
    resolved_by: str | None = None
    note: str | None = None
    noted_by: str | None = None
    noted_at: dt.datetime | None = None
    covered_level: AlertLevel | None = None
    resolution: dict[str, Any] | None = None
    reopened_at: dt.datetime | None
    reopenings: int = 0
    event: AlertEvent | None
    attempts: int
    next_attempt_at: dt.datetime | None
    lease: str | None
    last_error: str | None
    delivered_at: dt.datetime | None
    recovery_delivered_at: dt.datetime | None
    notified_at: dt.datetime | None = None
    destination: str | None
    thread: str | None
    cause_alert_id: int | None = None
    behind: int = 0

    @property
    def subject(self) -> str:
        """What it is about, in words: the pipeline, or the part of Dagster or Watcher that does not work."""
        return self.pipeline_name or str(self.facts.get("subject") or "Watcher")

    @property
    def is_outgrown(self) -> bool:
        """Whether it is open since it has become louder than what somebody had acknowledged or snoozed."""
        return (
            self.state is AlertState.OPEN
            and self.snoozed_until is None
            and self.covered_level is not None
            and self.level.loudness > self.covered_level.loudness
        )

    @property
    def holds_up_to(self) -> AlertLevel | None:
        """The level up to which it stays acknowledged or snoozed; `None` where it is neither, and for the loudest."""
        is_answered = self.state in (AlertState.ACKNOWLEDGED, AlertState.SNOOZED)
        return self.covered_level if is_answered and self.covered_level is not AlertLevel.CRITICAL else None

    @property
    def was_snoozed_last(self) -> bool:
        """Whether it was snoozed after it was acknowledged, if it was."""
        return self.snoozed_at is not None and (self.acknowledged_at is None or self.snoozed_at > self.acknowledged_at)


@dataclass(frozen=True, kw_only=True)
class AlertAction:
    """What a person did about an alert.

    Attributes:
        id: Its id.
        kind: What was done: `acknowledged`, `snoozed`, `resolved`, or `noted`, where nothing but a note was made.
        acted_at: When.
        acted_by: By whom, as they said; `None` where they did not.
        snoozed_until: Until when the alert was to be quiet, where it was snoozed.
        note: What they noted; `None` for nothing.
        number: Its number among all that was done about the alert, from 1.
    """

    id: int
    kind: AlertActionKind
    acted_at: dt.datetime
    acted_by: str | None
    snoozed_until: dt.datetime | None
    note: str | None
    number: int


@dataclass(frozen=True, kw_only=True)
class AlertContext:
    """What whoever acts on an alert asks next, as it is now.

    Attributes:
        blocked: The pipelines that did not run because of an open failure, or with a job that did not run, and have not
            since, by name.
        last_success_at: When the pipeline of an open failure last succeeded; `None` where it never did.
        last_success_scope: What part of the pipeline that was, as a partition; `None` for all of it.
        advice: What to do.
    """

    blocked: tuple[str, ...] = ()
    last_success_at: dt.datetime | None = None
    last_success_scope: str | None = None
    advice: str | None = None


@dataclass(frozen=True, kw_only=True)
class AlertDelivery:
    """What a destination knows of an alert. `event`: its pending notification."""

    destination: str
    event: AlertEvent | None
    attempts: int
    next_attempt_at: dt.datetime | None
    last_error: str | None
    thread: str | None
    delivered_at: dt.datetime | None
    notified_at: dt.datetime | None
    recovery_delivered_at: dt.datetime | None


@dataclass(frozen=True, kw_only=True)
class DeliveryResult:
    """What a delivery of alerts did.

    Attributes:
        messages: Messages that were sent.
        alerts: Alerts in those messages.
        waiting: Alerts that wait for delivery, because Slack or its configuration is missing.
        errors: Why, a line each.
    """

    messages: int = 0
    alerts: int = 0
    waiting: int = 0
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class UndeliveredAlerts:
    """Alerts that wait for delivery.

    Attributes:
        count: How many.
        since: When that of the first of them was due, of those that are not `elsewhere` where there are any; `None`
            where none waits.
        last_error: Why the last try failed; `None` where there was none.
        nowhere: How many of them have no destination.
        held: How many more are not due: in quiet hours, until a digest, or in maintenance.
        elsewhere: How many of them another host has taken, where this one has neither routes nor a destination.
    """

    count: int
    since: dt.datetime | None
    last_error: str | None
    nowhere: int = 0
    held: int = 0
    elsewhere: int = 0


@dataclass(frozen=True, kw_only=True)
class AlertPreview:
    """A message that a delivery would send now.

    Attributes:
        destination: Where to, in words.
        text: The message, as plain text.
        alerts: How many alerts it is about.
    """

    destination: str
    text: str
    alerts: int


@dataclass(frozen=True, kw_only=True)
class AlertRoute:
    """Where alerts of a pipeline would go.

    Attributes:
        kinds: Those of these kinds; of all, where empty.
        levels: Those of these levels; of all, where empty.
        destination: Where to, in words; `None` for nowhere.
        route: The number of the route that says so, from 1; `None` where none matches.
        missing: The variable that would have to be set first.
    """

    kinds: tuple[AlertKind, ...]
    levels: tuple[AlertLevel, ...]
    destination: str | None
    route: int | None
    missing: str | None


@dataclass(frozen=True, kw_only=True)
class Route:
    """A route of alerts, as the file has it.

    Attributes:
        number: Its number, from 1; `None` for where alerts go that no route matches.
        name: What the file calls it.
        conditions: The values of which one must match, by what they are compared with.
        to: The name of the destination.
        destination: The destination in words.
        missing: The variable that would have to be set first.
        goes_on: Whether the routes after it are tried, too.
        quiet: The quiet hours in which it sends nothing.
        digest: The times at which it sends digests, as cron has them; `None` where it sends at once.
        timezone: The time zone of both; UTC without it.
        hold_critical: Whether critical alerts wait, too.
        quiet_until: Until when it is quiet; `None` where it is not quiet now.
    """

    number: int | None
    name: str | None
    conditions: dict[str, tuple[str, ...]]
    to: str
    destination: str
    missing: str | None
    goes_on: bool = False
    quiet: tuple[str, ...] = ()
    digest: str | None = None
    timezone: str | None = None
    hold_critical: bool = False
    quiet_until: dt.datetime | None = None
