"""What delivers a message to one place: a module a kind of place."""

from __future__ import annotations

from watcher_core.alerts.senders.apprise import AppriseSender, apprise_problem
from watcher_core.alerts.senders.exchange import MAX_ANSWER, SlackSender, address_problem, bounded_wait
from watcher_core.alerts.senders.pagerduty import PagerDuty, pagerduty_problem
from watcher_core.alerts.senders.slack import REFUSALS, SlackChannel, SlackWebhook
from watcher_core.alerts.senders.webhook import JsonWebhook

__all__ = [
    "MAX_ANSWER",
    "REFUSALS",
    "AppriseSender",
    "JsonWebhook",
    "PagerDuty",
    "SlackChannel",
    "SlackSender",
    "SlackWebhook",
    "address_problem",
    "apprise_problem",
    "bounded_wait",
    "pagerduty_problem",
]
