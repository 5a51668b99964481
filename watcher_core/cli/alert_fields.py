"""An alert in the terminal: its fields in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from watcher_core import text
from watcher_core.cli import output, times
from watcher_core.enums import AlertActionKind, AlertState

if TYPE_CHECKING:
    from watcher_core.values import Alert, AlertAction, AlertContext, AlertDelivery, Pipeline


def incident(alert: Alert) -> str | None:
    """What an alert is behind, or how many are behind it."""
    if alert.cause_alert_id is not None:
        return f"behind {alert.cause_alert_id}"
    return f"{alert.behind:,} behind it" if alert.behind else None


def notified(alert: Alert) -> str:
    """When people were last notified of an alert."""
    if alert.cause_alert_id is not None and alert.delivered_at is None and alert.event is None:
        return f"with {alert.cause_alert_id}"
    if alert.event is not None and alert.last_error is not None:
        return "waiting"
    if alert.delivered_at is None:
        return "never" if alert.resolved_at is not None and alert.event is None else "not yet"
    return times.ago(alert.notified_at or alert.delivered_at)


def _delivery(delivery: AlertDelivery, now: dt.datetime) -> str:
    if delivery.event is None:
        return f"notified {times.ago(delivery.notified_at)}" if delivery.notified_at else "nothing to notify"
    at = delivery.next_attempt_at
    due = f"due {times.clock(at)}" if at is not None and at > now else ""
    tried = f"tried {text.plural(delivery.attempts, 'time')}" if delivery.attempts else ""
    why = f": {delivery.last_error}" if delivery.last_error else ""
    return ", ".join(filter(None, [f"to be sent: {text.PENDING[delivery.event]}", tried, due])) + why


def done(action: AlertAction) -> str:
    """What somebody did, as in `ada acknowledged it: looking at it`."""
    who = action.acted_by or "somebody"
    if action.kind is AlertActionKind.NOTED:
        return f"{who} noted: {action.note}"
    until = f" until {times.clock(action.snoozed_until)}" if action.snoozed_until else ""
    return f"{who} {action.kind} it{until}" + (f": {action.note}" if action.note else "")


def fields(
    alert: Alert,
    pipeline: Pipeline | None,
    deliveries: Sequence[AlertDelivery],
    *,
    context: AlertContext,
    now: dt.datetime,
) -> list[tuple[str, output.Cell]]:
    """What `watcher alerts show` prints of an alert, below its first line."""
    from watcher_core.alerts import readable_facts

    def moment(at: dt.datetime | None, by: str | None = None) -> str | None:
        return None if at is None else times.clock_and_ago(at) + (f" by {by}" if by else "")

    metadata = {} if pipeline is None else pipeline.pipeline_metadata
    facts = readable_facts(alert.kind, alert.facts)
    execution = alert.pipeline_execution_id
    is_snoozed = alert.state is AlertState.SNOOZED
    return [
        ("alert", f"{alert.id}, {alert.kind.replace('_', ' ')}"),
        ("level", output.alert_level(alert.level)),
        ("state", f"{alert.state}{up_to(alert)}{_outgrown(alert)}"),
        ("pipeline", alert.pipeline_name),
        ("owner", ", ".join(text.parse_owners(metadata.get("owners"))) or None),
        ("runbook", text.parse_runbook(metadata.get("runbook"))),
        ("execution", execution and f"{execution}: watcher executions show {execution}"),
        ("error", _error(alert)),
        *(
            (title, times.clock_and_ago(each) if isinstance(each, dt.datetime) else each)
            for title, each in facts.items()
        ),
        ("what to do", context.advice),
        ("incident", incident(alert)),
        ("last success", _last_success(context)),
        ("opened", moment(alert.opened_at)),
        ("reopened", moment(alert.reopened_at)),
        ("acknowledged", moment(alert.acknowledged_at, alert.acknowledged_by)),
        ("snoozed", moment(alert.snoozed_at, alert.snoozed_by) if is_snoozed else None),
        ("snoozed until", moment(alert.snoozed_until) if is_snoozed else None),
        ("resolved", moment(alert.resolved_at, alert.resolved_by)),
        ("ended", text.resolution(alert.resolution, by=alert.resolved_by) or None),
        ("note", alert.note if alert.noted_at is None else None),  # what an action has stands with it
        *((f"to {each.destination}", _delivery(each, now)) for each in deliveries),
        ("notified", None if deliveries else notified(alert)),
    ]


def _last_success(context: AlertContext) -> str | None:
    if context.last_success_at is None:
        return None
    part = text.scope(context.last_success_scope)
    return times.clock_and_ago(context.last_success_at) + (f", of {part}" if part else "")


def up_to(alert: Alert) -> str:
    """Up to which level an acknowledgement or a snooze holds, where there is a louder one."""
    return f", up to level {alert.holds_up_to}" if alert.holds_up_to else ""


def _outgrown(alert: Alert) -> str:
    if not alert.is_outgrown:
        return ""
    return f", {'snoozed' if alert.was_snoozed_last else 'acknowledged'} only at level {alert.covered_level}"


def _error(alert: Alert) -> str | None:
    """The error that the alert is about, with its class; the first line of the page says the reason alone."""
    error = alert.facts.get("error")
    found = error if isinstance(error, dict) else {"message": error, "class": alert.facts.get("error_class")}
    return text.error(found.get("class"), found.get("message")) or None
