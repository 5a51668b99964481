"""`Watcher`'s methods on alerts, over HTTP: what whoever is on call needs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from watcher_core import alerts, arguments, remote, values
from watcher_core.client.http_connection import HttpConnection, instant, of_pipeline, place
from watcher_core.enums import AlertKind, AlertState


class HttpAlerts(HttpConnection):
    """Alerts, and what people do about them: as of `Watcher`, by requests."""

    def alerts(
        self,
        *,
        state: AlertState | str | Collection[AlertState | str] | None = None,
        kind: AlertKind | str | None = None,
        pipeline: int | str | None = None,
        behind: int | None = None,
        changed_since: dt.datetime | None = None,
        before: tuple[dt.datetime, int] | None = None,
        limit: int = 100,
        now: dt.datetime | None = None,
    ) -> list[values.Alert]:
        """As of `Watcher`; each 1,000 are a request."""
        wanted = AlertState if state is None else [state] if isinstance(state, str) else state
        asked = {
            "state": [arguments.choice(each, AlertState, "state").value for each in wanted],
            "kind": None if kind is None else arguments.choice(kind, AlertKind, "kind").value,
            **of_pipeline(pipeline),
            "behind": behind,
            "changed_since": instant(changed_since, "changed_since"),
            "cursor": place(before),
            "now": instant(now, "now"),
        }
        most = arguments.count(limit, "limit")
        return self._pages(values.Alert, "/alert", asked, most) if asked["state"] else []

    def alert(self, alert_id: int) -> values.Alert:
        """As of `Watcher`."""
        return remote.value_of(values.Alert, self._remote.send(_path(alert_id)))

    def alert_context(self, alert: values.Alert) -> values.AlertContext:
        """As of `Watcher`."""
        return remote.value_of(values.AlertContext, self._remote.send(_path(alert.id, "context")))

    def alert_deliveries(self, alert_id: int) -> list[values.AlertDelivery]:
        """As of `Watcher`."""
        return self._list(values.AlertDelivery, _path(alert_id, "deliveries"))

    def alert_actions(self, alert_id: int, *, limit: int | None = None) -> list[values.AlertAction]:
        """As of `Watcher`."""
        asked = {"last": arguments.count(limit, "limit")}
        return self._list(values.AlertAction, _path(alert_id, "actions"), asked)

    def acknowledge_alert(self, alert_id: int, *, by: str | None = None, note: str | None = None) -> values.Alert:
        """As of `Watcher`; without `by`, in the name of the token."""
        return self._act(alert_id, "ack", alerts.signature(by, note))

    def snooze_alert(
        self, alert_id: int, *, until: dt.datetime, by: str | None = None, note: str | None = None
    ) -> values.Alert:
        """As of `Watcher`; without `by`, in the name of the token."""
        return self._act(alert_id, "snooze", {"until": arguments.instant(until, "until"), **alerts.signature(by, note)})

    def resolve_alert(self, alert_id: int, *, by: str | None = None, note: str | None = None) -> values.Alert:
        """As of `Watcher`; without `by`, in the name of the token."""
        return self._act(alert_id, "resolve", alerts.signature(by, note))

    def note_alert(self, alert_id: int, note: str, *, by: str | None = None) -> values.Alert:
        """As of `Watcher`; without `by`, in the name of the token."""
        return self._act(alert_id, "note", alerts.signature(by, note))

    def _act(self, alert_id: int, action: str, body: Mapping[str, Any]) -> values.Alert:
        # Once: what was not answered may be done, and a second one would be another action on record.
        return remote.value_of(values.Alert, self._remote.send(_path(alert_id, action), body, pauses=()))


def _path(alert_id: int, part: str | None = None) -> str:
    path = f"/alert/{arguments.identifier(alert_id, 'alert_id')}"
    return path if part is None else f"{path}/{part}"
