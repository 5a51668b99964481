"""PagerDuty, through its Events API v2: an alert is triggered, acknowledged and resolved under one key.

The API knows no snooze: an alert that is snoozed is acknowledged, so that nobody is called. PagerDuty keeps quiet about
an incident that is acknowledged, and leaves an open one as urgent as it was, whatever it is sent. So the incident is
resolved, and another one triggered, when a snooze ends and when an alert has become louder.

The address holds the integration key of a service: `pagerduty://KEY`. Another host may follow the key, as that of
PagerDuty's European region: `pagerduty://KEY@events.eu.pagerduty.com`.
"""

from __future__ import annotations

import hashlib
import json
import re
import urllib.parse
from typing import Any

from pydantic import SecretStr

from watcher_core import values
from watcher_core.alerts import formats
from watcher_core.alerts.notification import Notification
from watcher_core.alerts.senders.exchange import LOOPBACK, TIMEOUT_SECONDS, is_page
from watcher_core.alerts.senders.http import post_json
from watcher_core.alerts.slack import SlackMessage, cut
from watcher_core.enums import AlertEvent, AlertState
from watcher_core.errors import DeliveryError

HOST = "events.pagerduty.com"
EXAMPLE = "pagerduty://INTEGRATION_KEY"
MAX_SUMMARY = 1024
MAX_SOURCE = 255
# PagerDuty refuses an event of more than 512 KB, and nobody would be called. What is longer, the board shows.
MAX_FACT = 8_000
MAX_OWNERS = 100
MAX_LINK = 2_000

# What PagerDuty says of a key that is none, with the same status as of a wrong message.
ABOUT_THE_KEY = re.compile(r"(routing|integration|service)[ _]key", re.IGNORECASE)

ACTIONS = {
    AlertEvent.RESOLVED: "resolve",
    AlertEvent.MISSED: "resolve",
    AlertEvent.ACKNOWLEDGED: "acknowledge",
    AlertEvent.SNOOZED: "acknowledge",
}


class PagerDuty:
    """A service of PagerDuty.

    Args:
        url: `pagerduty://KEY`, which is a secret.
        timeout: Seconds to wait for an answer.
    """

    def __init__(self, url: SecretStr, *, timeout: float = TIMEOUT_SECONDS) -> None:
        self._url = url
        self._timeout = timeout

    def send(self, message: SlackMessage, *, thread: str | None) -> None:  # noqa: ARG002 - of the protocol
        """Send a message, each of its alerts as an event of its own; see `SlackSender`.

        An event that is sent again, since one after it failed, changes nothing: it has the same key.
        """
        about = message.notification
        if about is None or about.event is None:
            self._test(message, about)
            return
        action = ACTIONS.get(about.event, "trigger")
        lines = _lines(message)
        for number, alert in enumerate(about.alerts):
            summary = lines[number] if number < len(lines) else f"{alert.kind} of {alert.subject}"
            if len(about.alerts) == 1:  # what is wrong, where and why, as wakes whoever is on call
                summary = _title(message)
            # One that it shows as acknowledged would call nobody again.
            if about.event in (AlertEvent.REMINDED, AlertEvent.REOPENED) or alert.id in about.levels_before:
                self._post("resolve", key_of(alert), {})
            details = _details(about, alert, summary, message) if action == "trigger" else {}
            self._post(action, key_of(alert), details)
            if action == "trigger" and alert.state in (AlertState.ACKNOWLEDGED, AlertState.SNOOZED):
                self._post("acknowledge", key_of(alert), {})

    def _test(self, message: SlackMessage, about: Notification | None) -> None:
        """An incident that is over at once: it shows that the key is right, and rouses nobody for long."""
        summary = formats.as_text(message.text).splitlines()
        source = (about.environment if about else None) or "Watcher"
        payload = {"summary": cut(": ".join(summary[:2]), MAX_SUMMARY), "source": source, "severity": "info"}
        self._post("trigger", "watcher-test", {"payload": payload})
        self._post("resolve", "watcher-test", {})

    def _post(self, action: str, key: str, details: dict[str, Any]) -> None:
        problem = pagerduty_problem(self._url)
        if problem:
            raise DeliveryError(problem)
        routing_key, events = _parts(self._url)
        event = {"routing_key": routing_key, "event_action": action, "dedup_key": key, "client": "Watcher", **details}
        body = json.dumps(event, ensure_ascii=False).encode()
        try:
            answer = post_json(SecretStr(events), body, place="PagerDuty", headers={}, timeout=self._timeout)
            if is_page(answer):  # as of a proxy that lets nothing through
                raise DeliveryError("PagerDuty has not taken it: what answers is a page of HTML, not PagerDuty")
        except DeliveryError as exc:
            reason = str(exc).replace(routing_key, "***")
            if exc.refused and ABOUT_THE_KEY.search(reason):
                raise DeliveryError(
                    f"the integration key is not one that takes events; set the right one: {reason}"
                ) from None
            exc.args = (reason,)
            raise


def key_of(alert: values.Alert) -> str:
    """The key under which PagerDuty knows an alert: no other alert has it, of this database or of another one."""
    named = f"{alert.kind}\n{alert.deduplication_key}\n{alert.opened_at.timestamp()}"
    return f"watcher-{alert.id}-{hashlib.sha256(named.encode()).hexdigest()[:16]}"


def pagerduty_problem(url: SecretStr) -> str | None:
    """Return what is wrong with an address."""
    try:
        key, events = _parts(url)
        is_right = key.isascii() and key.isalnum() and bool(urllib.parse.urlsplit(events).hostname)
    except ValueError:
        is_right = False
    return None if is_right else f"the address is not one; it looks like {EXAMPLE}"


def _parts(url: SecretStr) -> tuple[str, str]:
    """The integration key, and where events are sent."""
    scheme, _, rest = url.get_secret_value().strip().rpartition("://")
    if scheme not in ("", "pagerduty"):
        raise ValueError(scheme)
    key, _, host = rest.rstrip("/").partition("@")
    host = host or HOST
    is_here = urllib.parse.urlsplit(f"//{host}").hostname in LOOPBACK
    return key, f"{'http' if is_here else 'https'}://{host}/v2/enqueue"


def _lines(message: SlackMessage) -> list[str]:
    """What the message says of each alert."""
    lines = formats.as_text(message.text, with_links=False).splitlines()
    return [line.removeprefix("• ").rpartition(" [alert ")[0] for line in lines if line.startswith("• ")]


def _title(message: SlackMessage) -> str:
    """The first line, without the sign of the level, for which there is a field."""
    first, *_ = formats.as_text(message.text, with_links=False).splitlines()
    sign, _, rest = first.partition(" ")
    return first if sign[:1].isalnum() else rest


def _details(about: Notification, alert: values.Alert, summary: str, message: SlackMessage) -> dict[str, Any]:
    payload = {
        "summary": cut(summary, MAX_SUMMARY),
        "source": cut(alert.subject, MAX_SOURCE),
        "severity": alert.level.value,
        "timestamp": alert.opened_at.isoformat(),
        "class": alert.kind.value,
        "custom_details": {
            "environment": about.environment,
            "owners": [cut(owner, MAX_SOURCE) for owner in about.owners.get(alert.id, ())[:MAX_OWNERS]],
            "alert": alert.id,
            "message": formats.as_text(message.text),
            "facts": {name: fact for name, fact in alert.facts.items() if len(json.dumps(fact)) <= MAX_FACT},
        },
    }
    if about.environment:
        payload["group"] = about.environment
    links = [{"href": url, "text": name} for name, url in about.links.get(alert.id, {}).items() if len(url) <= MAX_LINK]
    return {"payload": payload, "links": links}
