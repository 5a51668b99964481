"""What a message is about, as data: for places that take facts in place of text."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from watcher_core import values
from watcher_core.enums import AlertEvent, AlertLevel

# What of an alert is about its deliveries, to this place and to others.
DELIVERY = (
    "event",
    "attempts",
    "next_attempt_at",
    "lease",
    "last_error",
    "delivered_at",
    "recovery_delivered_at",
    "notified_at",
    "destination",
    "thread",
)


@dataclass(frozen=True, kw_only=True)
class Notification:
    """What a message is about.

    Attributes:
        event: What happened to the alerts; `None` for a test.
        alerts: The alerts, oldest first.
        sent_at: The time of the message.
        environment: The deployment that it comes from, as `WATCHER_ENVIRONMENT` names it.
        links: Pages on an alert, by its id and by what they show.
        owners: Who owns the pipeline of an alert, by its id.
        blocked: The pipelines that did not run because of an alert, by its id.
        cause: The alert that all of them are behind, where it is not one of them.
        levels_before: The level that the place knows of an alert that has become louder since, by its id.
    """

    event: AlertEvent | None
    alerts: tuple[values.Alert, ...]
    sent_at: dt.datetime
    environment: str | None = None
    links: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    owners: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    blocked: Mapping[int, Sequence[str]] = field(default_factory=dict)
    cause: values.Alert | None = None
    levels_before: Mapping[int, AlertLevel] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The notification as a JSON object."""
        return {
            "event": "test" if self.event is None else self.event.value,
            "sent_at": self.sent_at.astimezone(dt.UTC).isoformat(),
            "environment": self.environment,
            "alerts": [self._alert(alert) for alert in self.alerts],
            **({} if self.cause is None else {"cause": self._alert(self.cause)}),
        }

    def _alert(self, alert: values.Alert) -> dict[str, Any]:
        fields = dataclasses.asdict(alert)
        shown = {name: _plain(value) for name, value in fields.items() if name not in DELIVERY}
        before = self.levels_before.get(alert.id)
        return {
            **shown,
            **({} if before is None else {"level_before": before.value}),
            "owners": list(self.owners.get(alert.id, ())),
            "blocked": list(self.blocked.get(alert.id, ())),
            "links": dict(self.links.get(alert.id, {})),
        }


def _plain(value: Any) -> Any:
    return value.astimezone(dt.UTC).isoformat() if isinstance(value, dt.datetime) else value
