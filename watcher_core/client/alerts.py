"""`Watcher`'s methods on alerts and their delivery."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from watcher_core import alerts, catalog, database, values
from watcher_core import alerts as delivery  # in signatures, where the other name is that of a method
from watcher_core.client.heartbeats import HeartbeatMethods
from watcher_core.enums import AlertKind, AlertState
from watcher_core.errors import DeliveryError, InvalidValueError
from watcher_core.health import Round

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


class AlertMethods(HeartbeatMethods):
    """Alerts: what is open, what people do about it, and who is notified."""

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
        """Return alerts, the last opened first.

        Args:
            state: In this state only, or in one of these: `open`, `acknowledged`, `snoozed`, `resolved`.
            kind: Of this check only: `freshness`, `timeliness`, `failure`, `anomaly`, `asset_check`.
            pipeline: Of this pipeline only, by name or id.
            behind: Only what is behind the alert with this id, its cause.
            changed_since: Only those that were opened, opened again or resolved at this time, with time zone, or later.
            before: Those that follow an alert in this order, by its `opened_at` and its id: the next page.
            limit: At most so many.
            now: The time at which snoozes are over, with time zone; the present by default.

        Raises:
            NotFoundError: No pipeline has that name or id.
            InvalidValueError: A value breaks a rule.
        """
        states = [state] if isinstance(state, str) else state
        moment = self._present(now)
        with self._driver_statements() as (connection, _):
            pipeline_id = None if pipeline is None else catalog.find_pipeline_id(connection, pipeline)
            found = alerts.select_alerts(
                connection,
                states=states,
                kind=kind,
                pipeline_id=pipeline_id,
                cause_id=behind,
                changed_since=changed_since,
                names=self._names,
                before=before,
                limit=limit,
                now=moment,
            )
            return list(found)

    def alert(self, alert_id: int) -> values.Alert:
        """Return the alert with that id.

        Raises:
            NotFoundError: There is none.
        """
        now = self._clock()
        with self._transaction() as (session, _):
            return alerts.get_alert(session, alert_id=alert_id, names=self._names, now=now)

    def alert_deliveries(self, alert_id: int) -> list[values.AlertDelivery]:
        """Return what each destination of an alert knows of it. Those that are not notified yet may be missing.

        Raises:
            NotFoundError: There is no such alert.
        """
        now = self._clock()
        with self._transaction() as (session, _):
            found = alerts.get_alert(session, alert_id=alert_id, now=now)
            return alerts.list_deliveries(session, alert_id=found.id, now=now)

    def acknowledge_alert(self, alert_id: int, *, by: str | None = None, note: str | None = None) -> values.Alert:
        """Mark an alert as seen: it causes no reminder, and its recovery is still delivered.

        Args:
            alert_id: Which alert.
            by: Who does so.
            note: Why, in a few words; it is kept with the alert, and stands in messages.

        Raises:
            NotFoundError: There is no such alert.
            InvalidValueError: It is resolved, or `by` or `note` breaks a rule.
        """
        now = self._clock()
        with self._transaction() as (session, _):
            return alerts.acknowledge_alert(session, alert_id=alert_id, by=by, note=note, now=now)

    def snooze_alert(
        self, alert_id: int, *, until: dt.datetime, by: str | None = None, note: str | None = None
    ) -> values.Alert:
        """Keep an alert quiet until a time; a reminder follows then if it is still open.

        Args:
            alert_id: Which alert.
            until: A time, with time zone.
            by: Who does so.
            note: Why, in a few words; it is kept with the alert, and stands in messages.

        Raises:
            NotFoundError: There is no such alert.
            InvalidValueError: It is resolved, the time is not in the future or has no time zone, or `by` or `note`
                breaks a rule.
        """
        now = self._clock()
        with self._transaction() as (session, _):
            return alerts.snooze_alert(session, alert_id=alert_id, until=until, by=by, note=note, now=now)

    def resolve_alert(self, alert_id: int, *, by: str | None = None, note: str | None = None) -> values.Alert:
        """Resolve an alert by hand. It stays so until a check finds its cause anew.

        Args:
            alert_id: Which alert.
            by: Who does so.
            note: Why, in a few words; it is kept with the alert, and stands in messages.

        Raises:
            NotFoundError: There is no such alert.
            InvalidValueError: It is resolved already, or `by` or `note` breaks a rule.
        """
        now = self._clock()
        with self._transaction() as (session, _):
            return alerts.resolve_alert(session, alert_id=alert_id, by=by, note=note, now=now)

    def note_alert(self, alert_id: int, note: str, *, by: str | None = None) -> values.Alert:
        """Add a note to an alert, also to one that is over; nothing else of it changes, and nobody is notified.

        Args:
            alert_id: Which alert.
            note: What others should know, in a few words; it is kept with the alert, and stands in later messages.
            by: Who notes it.

        Raises:
            NotFoundError: There is no such alert.
            InvalidValueError: `by` or `note` breaks a rule.
        """
        now = self._clock()
        with self._transaction() as (session, _):
            return alerts.note_alert(session, alert_id=alert_id, note=note, by=by, now=now)

    def alert_actions(self, alert_id: int, *, limit: int | None = None) -> list[values.AlertAction]:
        """Return what people did about an alert, and all that they noted, the first first.

        Args:
            alert_id: Which.
            limit: No more than the last so many; the `number` of the first says how many came before.

        Raises:
            NotFoundError: There is no such alert.
            InvalidValueError: `limit` is no count.
        """
        now = self._clock()
        with self._transaction() as (session, _):
            found = alerts.get_alert(session, alert_id=alert_id, now=now)
            return alerts.list_actions(session, alert_id=found.id, limit=limit)

    # Delivery

    def deliver_alerts(
        self,
        senders: Mapping[str, delivery.SlackSender] | None = None,
        *,
        now: dt.datetime | None = None,
        retry_now: bool = False,
        pace: delivery.Pace | None = None,
    ) -> values.DeliveryResult:
        """Deliver the pending notifications of alerts.

        Each message arrives at least once. Any number of processes may deliver at once: none sends what another one
        does. Where Slack, or its configuration, is missing, everything waits. At most half a minute of work.

        Args:
            senders: What sends to a destination, by the destination's name: a channel, as a route names it, or
                `default`. Other destinations are reached as the settings say.
            now: What to take for the current time.
            retry_now: Whether to try again at once what failed before, in place of waiting for its time.
            pace: What keeps messages to one destination apart, in place of a second between two.

        Raises:
            ConfigurationError: The routes cannot be read.
        """
        given = dict(senders or {})
        result = alerts.deliver_alerts(
            self._session,
            routes=alerts.load_routes(self.settings, default=alerts.DEFAULT_DESTINATION in given),
            senders=given,
            now=self._present(now),
            dagster_url=self.settings.dagster_url,
            board_url=self.settings.board_url,
            environment=self.settings.environment,
            retry_now=retry_now,
            pace=pace or alerts.shared_pace,
        )
        if not result.errors:
            self._end_round(Round.DELIVERY)
        return result

    def preview_alerts(self, *, now: dt.datetime | None = None) -> list[values.AlertPreview]:
        """Return the messages that a delivery would send now, whether or not a destination is configured.

        Raises:
            ConfigurationError: The routes cannot be read.
        """
        routes = alerts.load_routes(self.settings)
        moment = self._present(now)
        with self._session() as session:
            return alerts.preview_alerts(
                session,
                routes=routes,
                dagster_url=self.settings.dagster_url,
                board_url=self.settings.board_url,
                environment=self.settings.environment,
                now=moment,
            )

    def send_test_alert(
        self,
        destination: str | None = None,
        *,
        route: str | None = None,
        senders: Mapping[str, delivery.SlackSender] | None = None,
    ) -> dict[str, str | None]:
        """Send a test message to every destination of alerts. Needs no database.

        Args:
            destination: Only to this one: a channel, as a route names it, the variable of an address, or `default`.
            route: Only to where the route with this name, or number, leads.
            senders: As of `deliver_alerts`.

        Returns:
            Why it did not arrive, by destination; `None` where it did.

        Raises:
            ConfigurationError: The routes cannot be read.
            InvalidValueError: There is no such destination, or no such route.
        """
        given = dict(senders or {})
        routes = alerts.load_routes(self.settings, default=alerts.DEFAULT_DESTINATION in given)
        chosen = [each for each in routes.destinations if destination in (None, each.name)]
        if destination is not None and not chosen:
            known = ", ".join(each.name for each in routes.destinations) or "none, since SLACK_WEBHOOK_URL is not set"
            raise InvalidValueError(f"there is no destination {destination!r}; there are {known}")
        if route is not None:
            leads_to = routes.of_route(route)
            if leads_to is None:
                known = ", ".join(each.name or str(each.number) for each in routes.entries() if each.number)
                raise InvalidValueError(f"there is no route {route!r}; there are {known or 'none'}")
            chosen = [each for each in chosen if each.name == leads_to.name]
        now = dt.datetime.now(dt.UTC)
        about = alerts.Notification(event=None, alerts=(), sent_at=now, environment=self.settings.environment)
        failures: dict[str, str | None] = {}
        for each in chosen:
            sender = alerts.sender_for(each, given)
            message = alerts.test_message(each.described, environment=self.settings.environment, now=now)
            message = replace(message, notification=about)
            try:
                if sender is None:
                    raise DeliveryError(f"{each.missing} is not set")
                alerts.send_message(sender, message, thread=None)
                failures[each.name] = None
            except DeliveryError as exc:
                failures[each.name] = str(exc)
        return failures

    def routes(self) -> list[values.Route]:
        """Return the routes of alerts, with what is after the last of them. Needs no database.

        Raises:
            ConfigurationError: The routes cannot be read.
        """
        return alerts.load_routes(self.settings).entries(dt.datetime.now(dt.UTC))

    def alert_routes(self, pipeline: int | str) -> list[values.AlertRoute]:
        """Say where alerts of a pipeline would go.

        Raises:
            NotFoundError: No pipeline has that name or id.
            ConfigurationError: The routes cannot be read.
        """
        with self._transaction() as (session, _):
            found = catalog.get_pipeline(session, pipeline)
            former_names = catalog.former_names(session, "pipeline", found.id)
            former_type_names = catalog.former_names(session, "pipeline_type", found.pipeline_type_id)
        return alerts.load_routes(self.settings).explain(
            pipeline_name=found.name,
            pipeline_type_name=found.pipeline_type_name,
            pipeline_metadata=found.pipeline_metadata,
            former_names=former_names,
            former_type_names=former_type_names,
        )

    def undelivered_alerts(self) -> values.UndeliveredAlerts:
        """Return how many alerts wait for delivery, since when, and why.

        Raises:
            ConfigurationError: The routes cannot be read.
        """
        routes = alerts.load_routes(self.settings)
        with self._session() as session:
            now = database.clock(database.driver(session))
            return alerts.undelivered_alerts(session, routes=routes, names=self._names, now=now)

    def unheard_alerts(self) -> dict[str, int]:
        """Return how many open alerts a place has not heard of to which routes lead by now, by the name of the place.

        They were opened before: a place hears of them once they grow, or are back.

        Raises:
            ConfigurationError: The routes cannot be read.
        """
        routes = alerts.load_routes(self.settings)
        with self._session() as session:
            return alerts.unheard_alerts(session, routes=routes)

    @contextmanager
    def _session(self) -> Iterator[Session]:
        with self._transaction() as (session, _):
            yield session
