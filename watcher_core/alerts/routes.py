"""The destinations of alerts: what the routes say, with what the environment has for it."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from watcher_core import values
from watcher_core.alerts import slack
from watcher_core.alerts.destinations import Destination, DestinationType, type_of
from watcher_core.alerts.quiet import Hold
from watcher_core.alerts.routes_file import Route, RoutesFile, Subject, read_routes
from watcher_core.enums import AlertKind, AlertLevel
from watcher_core.environment import variable
from watcher_core.settings import Settings

__all__ = ["DEFAULT_DESTINATION", "Route", "Routes", "Subject", "load_routes"]

DEFAULT_DESTINATION = "default"
OF_PIPELINES: tuple[AlertKind, ...] = tuple(kind for kind in AlertKind if kind is not AlertKind.HEALTH)

Variables = Callable[[str], str | None]


class Routes:
    """The routes, with all that they lead to.

    Args:
        routes: In the order in which they are tried.
        owners: What mentions an owner, by the owner and the kind of place.
        webhook: The webhook for all that no route matches.
        token: The token for channels.
        variables: Gives the environment variables that routes name.
        default: Whether there is a default in any case, since who delivers brings a sender for it.
        file: The file that they are from; `None` where none is named.
    """

    def __init__(
        self,
        routes: Iterable[Route] = (),
        *,
        owners: Mapping[str, Mapping[str, str]] | None = None,
        webhook: SecretStr | None = None,
        token: SecretStr | None = None,
        variables: Variables = variable,
        default: bool = False,
        file: Path | None = None,
    ) -> None:
        self.file = file
        self.routes = tuple(routes)
        self.owners = owners or {}
        self._token = token
        self._variables = variables
        self._has_sender = default
        has_default = default or webhook is not None
        self._default = Destination(DEFAULT_DESTINATION, None, webhook, "SLACK_WEBHOOK_URL") if has_default else None
        self._destinations = tuple(self._unless_default(self._destination(route)) for route in self.routes)

    def _destination(self, route: Route) -> Destination:
        if route.channel is not None:
            return Destination(route.channel, route.channel, self._token, "WATCHER_SLACK_TOKEN")
        name = route.to or route.webhook or ""
        address = self._variables(name)
        if address is None:
            return Destination(name, None, None, name, DestinationType.SLACK if route.webhook else route.type)
        kind = DestinationType.SLACK if route.webhook else route.type or type_of(address)
        if route.secret is None:
            return Destination(name, None, SecretStr(address), name, kind)
        signing = self._variables(route.secret)
        if signing is None:  # what should be signed is not sent unsigned
            return Destination(name, None, None, route.secret, kind)
        return Destination(name, None, SecretStr(address), name, kind, SecretStr(signing))

    def _unless_default(self, destination: Destination) -> Destination:
        """Return the default where a route leads to the same webhook, which would hear all twice by two names."""
        default = self._default
        if default is None or self._has_sender or replace(destination, name=default.name) != default:
            return destination
        return default

    @property
    def destinations(self) -> tuple[Destination, ...]:
        """All places that alerts may go to, each once."""
        everywhere = (*self._destinations, *([self._default] if self._default else []))
        return tuple({destination.name: destination for destination in everywhere}.values())

    @property
    def nobody(self) -> str | None:
        """Why nobody is notified of anything; `None` where there is a destination."""
        if self.destinations:
            return None
        if self.file is not None:
            return f"nobody is notified: WATCHER_ROUTES is {self.file}, which has no [[routes]]"
        return "nobody is notified: no destination is configured"

    @property
    def usable(self) -> tuple[Destination, ...]:
        """The places that something can be sent to: what they need is set, or who delivers brings it."""
        return tuple(each for each in self.destinations if each.secret or (each is self._default and self._has_sender))

    def find_all(self, subject: Subject) -> tuple[Destination, ...]:
        """Return the destinations of an alert, each once; none where no route matches and there is no default."""
        found = [self._default if number is None else self._destinations[number - 1] for number in self._take(subject)]
        return tuple({each.name: each for each in found if each is not None}.values())

    def holds(self, subject: Subject, destination: Destination) -> list[Hold]:
        """Return when an alert may be sent to a destination, of each route that leads there; none for always."""
        found = []
        for number in self._take(subject):
            route = None if number is None else self.routes[number - 1]
            leads_to = self._default if number is None else self._destinations[number - 1]
            if leads_to is None or leads_to.name != destination.name:
                continue
            hold = None if route is None else route.hold
            if hold is None or (subject.level is AlertLevel.CRITICAL and not hold.holds_critical):
                return []
            found.append(hold)
        return found

    def quiet_now(self, now: dt.datetime) -> list[tuple[str, Destination, dt.datetime]]:
        """Return the routes that are quiet, as people call them, each with where it leads and until when."""
        found = []
        for number, (route, destination) in enumerate(zip(self.routes, self._destinations, strict=True), start=1):
            until = None if route.hold is None else route.hold.quiet_until(now)
            if until is not None:
                found.append((route.name or str(number), destination, until))
        return found

    def named(self, name: str | None) -> Destination | None:
        """Return the destination of that name; `None` where it no longer exists."""
        return next((destination for destination in self.destinations if destination.name == name), None)

    def of_route(self, reference: str) -> Destination | None:
        """Return where the route with that name or number leads; `None` where there is none."""
        for number, (route, destination) in enumerate(zip(self.routes, self._destinations, strict=True), start=1):
            if reference in (route.name, str(number)):
                return destination
        return None

    def mention(self, owner: str, destination: Destination) -> str | None:
        """Return what mentions an owner in a destination, in the markup of messages; `None` where nothing is known."""
        found = self.owners.get(owner, {}).get(destination.place)
        if found is None:
            return None
        if destination.type is DestinationType.SLACK:
            return f"<!subteam^{found}>" if found.startswith("S") else f"<@{found}>"
        return slack.mention(found)

    def entries(self, now: dt.datetime | None = None) -> list[values.Route]:
        """The routes as they stand, with what is after the last of them; which are quiet is known of a time alone."""
        found = [
            values.Route(
                number=number,
                name=route.name,
                conditions=route.conditions,
                goes_on=route.goes_on,
                quiet=route.quiet or (),
                digest=route.digest,
                timezone=route.timezone,
                hold_critical=route.hold_critical,
                quiet_until=None if route.hold is None or now is None else route.hold.quiet_until(now),
                **_leads_to(destination),
            )
            for number, (route, destination) in enumerate(zip(self.routes, self._destinations, strict=True), start=1)
        ]
        if self._default is not None:
            found.append(values.Route(number=None, name=None, conditions={}, **_leads_to(self._default)))
        return found

    def explain(
        self,
        *,
        pipeline_name: str,
        pipeline_type_name: str,
        pipeline_metadata: Mapping[str, Any],
        former_names: Sequence[str] = (),
        former_type_names: Sequence[str] = (),
    ) -> list[values.AlertRoute]:
        """Say where alerts of a pipeline would go."""
        levels: dict[tuple[int | None, AlertKind], list[AlertLevel]] = {}
        for kind, level in itertools.product(OF_PIPELINES, AlertLevel):
            subject = Subject.of(
                pipeline_name,
                pipeline_type_name,
                pipeline_metadata,
                kind,
                level,
                former_names=former_names,
                former_type_names=former_type_names,
            )
            for number in self._take(subject):
                levels.setdefault((number, kind), []).append(level)
        kinds: dict[tuple[int | None, tuple[AlertLevel, ...]], list[AlertKind]] = {}
        for (number, kind), found in levels.items():
            kinds.setdefault((number, tuple(found)), []).append(kind)
        return [self._explained(number, tuple(those), these) for (number, these), those in kinds.items()]

    def _explained(
        self, number: int | None, kinds: tuple[AlertKind, ...], levels: tuple[AlertLevel, ...]
    ) -> values.AlertRoute:
        destination = self._default if number is None else self._destinations[number - 1]
        missing = "SLACK_WEBHOOK_URL" if destination is None else destination.missing
        return values.AlertRoute(
            kinds=kinds if len(kinds) < len(OF_PIPELINES) else (),
            levels=levels if len(levels) < len(AlertLevel) else (),
            destination=None if destination is None else destination.described,
            route=number,
            missing=missing if destination is None or destination.secret is None else None,
        )

    def _take(self, subject: Subject) -> tuple[int | None, ...]:
        """The numbers of the routes that an alert takes, with `None` for what is after the last of them."""
        taken: list[int | None] = []
        for number, route in enumerate(self.routes, start=1):
            if route.matches(subject):
                taken.append(number)
                if not route.goes_on:
                    return tuple(taken)
        return (*taken, None) if self._default is not None or not taken else tuple(taken)


def _leads_to(destination: Destination) -> dict[str, Any]:
    return {
        "to": destination.name,
        "destination": destination.described,
        "missing": destination.missing if destination.secret is None else None,
    }


def load_routes(settings: Settings, *, variables: Variables = variable, default: bool = False) -> Routes:
    """Read the routes that the settings name.

    Args:
        settings: The settings.
        variables: Gives the environment variables that routes name.
        default: Whether there is a default in any case.

    Raises:
        ConfigurationError: The file cannot be read, or breaks a rule; the message names the value and the rule.
    """
    file = RoutesFile() if settings.routes is None else read_routes(settings.routes)
    return Routes(
        file.routes,
        owners=file.owners,
        webhook=settings.slack_webhook_url,
        token=settings.slack_token,
        variables=variables,
        default=default,
        file=settings.routes,
    )
