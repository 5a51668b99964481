"""Alerts, from the row that a finding opens to the message that is delivered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher_core.lazy import exported

if TYPE_CHECKING:
    from watcher_core.alerts.actions import (
        acknowledge_alert,
        list_actions,
        note_alert,
        resolve_alert,
        signature,
        snooze_alert,
    )
    from watcher_core.alerts.alerts import (
        get_alert,
        list_deliveries,
        resolve_alerts,
        resolve_gone_alerts,
        select_alerts,
    )
    from watcher_core.alerts.blocked import MOST_FAILED
    from watcher_core.alerts.causes import link_causes
    from watcher_core.alerts.context import read_context
    from watcher_core.alerts.delivery import Pace, deliver_alerts, preview_alerts, send_message, shared_pace
    from watcher_core.alerts.destinations import sender_for
    from watcher_core.alerts.facts import readable_facts
    from watcher_core.alerts.maintenance import (
        add_maintenance,
        end_maintenance,
        get_maintenance,
        list_maintenance,
    )
    from watcher_core.alerts.messages import test_message
    from watcher_core.alerts.notification import Notification
    from watcher_core.alerts.opening import OPENING, OPENING_GIVEN, correct_alerts, open_alerts
    from watcher_core.alerts.opening import lock as lock_alerts
    from watcher_core.alerts.pending import DELIVERY_KEY
    from watcher_core.alerts.review import RouteProblem, review_coverage, review_routes
    from watcher_core.alerts.routes import DEFAULT_DESTINATION, Routes, load_routes
    from watcher_core.alerts.senders import SlackChannel, SlackSender
    from watcher_core.alerts.slack import SlackMessage, dagster_page
    from watcher_core.alerts.titles import headline, reason, trouble
    from watcher_core.alerts.undelivered import undelivered_alerts
    from watcher_core.alerts.unheard import unheard_alerts

__all__ = [
    "DEFAULT_DESTINATION",
    "DELIVERY_KEY",
    "MOST_FAILED",
    "OPENING",
    "OPENING_GIVEN",
    "Notification",
    "Pace",
    "RouteProblem",
    "Routes",
    "SlackChannel",
    "SlackMessage",
    "SlackSender",
    "acknowledge_alert",
    "add_maintenance",
    "correct_alerts",
    "dagster_page",
    "deliver_alerts",
    "end_maintenance",
    "get_alert",
    "get_maintenance",
    "headline",
    "link_causes",
    "list_actions",
    "list_deliveries",
    "list_maintenance",
    "load_routes",
    "lock_alerts",
    "note_alert",
    "open_alerts",
    "preview_alerts",
    "read_context",
    "readable_facts",
    "reason",
    "resolve_alert",
    "resolve_alerts",
    "resolve_gone_alerts",
    "review_coverage",
    "review_routes",
    "select_alerts",
    "send_message",
    "sender_for",
    "shared_pace",
    "signature",
    "snooze_alert",
    "test_message",
    "trouble",
    "undelivered_alerts",
    "unheard_alerts",
]

_MODULES = {
    "DEFAULT_DESTINATION": "routes",
    "DELIVERY_KEY": "pending",
    "MOST_FAILED": "blocked",
    "Notification": "notification",
    "Pace": "delivery",
    "RouteProblem": "review",
    "Routes": "routes",
    "SlackChannel": "senders",
    "SlackMessage": "slack",
    "SlackSender": "senders",
    "acknowledge_alert": "actions",
    "add_maintenance": "maintenance",
    "read_context": "context",
    "OPENING": "opening",
    "OPENING_GIVEN": "opening",
    "correct_alerts": "opening",
    "dagster_page": "slack",
    "deliver_alerts": "delivery",
    "end_maintenance": "maintenance",
    "get_maintenance": "maintenance",
    "get_alert": "alerts",
    "headline": "titles",
    "link_causes": "causes",
    "list_actions": "actions",
    "list_deliveries": "alerts",
    "list_maintenance": "maintenance",
    "load_routes": "routes",
    "lock_alerts": "opening:lock",
    "note_alert": "actions",
    "open_alerts": "opening",
    "preview_alerts": "delivery",
    "readable_facts": "facts",
    "reason": "titles",
    "resolve_alert": "actions",
    "resolve_alerts": "alerts",
    "resolve_gone_alerts": "alerts",
    "review_coverage": "review",
    "review_routes": "review",
    "select_alerts": "alerts",
    "send_message": "delivery",
    "sender_for": "destinations",
    "shared_pace": "delivery",
    "signature": "actions",
    "snooze_alert": "actions",
    "test_message": "messages",
    "trouble": "titles",
    "undelivered_alerts": "undelivered",
    "unheard_alerts": "unheard",
}

__getattr__, __dir__ = exported(__name__, _MODULES)
