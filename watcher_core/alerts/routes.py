"""Which alerts go where: a list of routes in a file, of which the first that matches counts.

    [[routes]]
    kind = "failure"
    level = ["warning", "error"]
    channel = "#data-oncall"

    [[routes]]
    pipeline_type = "finance*"
    owner = "team:finance"
    webhook = "FINANCE_SLACK_WEBHOOK_URL"

A condition is a value or a list of values, one of which must match; `*` and `?` stand for any characters. All of a
route's conditions must hold; a route without any matches every alert. A route leads to a channel, for which
WATCHER_SLACK_TOKEN is needed, or to an incoming webhook, whose address is a secret: the file names the environment
variable that holds it. What no route matches goes to the webhook of SLACK_WEBHOOK_URL.
"""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError, model_validator

from watcher_core import arguments, text, values
from watcher_core.enums import AlertKind, AlertLevel
from watcher_core.errors import ConfigurationError
from watcher_core.settings import Settings, variable

DEFAULT_DESTINATION = "default"
OF_PIPELINES: tuple[AlertKind, ...] = tuple(kind for kind in AlertKind if kind is not AlertKind.HEALTH)

Value = TypeVar("Value")
Variables = Callable[[str], str | None]


def _as_list(value: object) -> object:
    return value if isinstance(value, list) else [value]


OneOrMore = Annotated[tuple[Value, ...], BeforeValidator(_as_list), Field(min_length=1)]
Pattern = Annotated[str, Field(min_length=1)]


@dataclass(frozen=True)
class Subject:
    """What of an alert its route depends on. An asset's group is its pipeline's type, unless the asset names a type.

    An alert of no pipeline takes no route that asks for one, not even for any.
    """

    pipeline_name: str | None
    pipeline_type_name: str | None
    group: str | None
    owners: tuple[str, ...]
    kind: AlertKind
    level: AlertLevel

    @classmethod
    def of(
        cls,
        pipeline_name: str | None,
        pipeline_type_name: str | None,
        pipeline_metadata: Mapping[str, Any] | None,
        kind: AlertKind,
        level: AlertLevel,
    ) -> Subject:
        """What an alert of a pipeline is about, as far as the metadata says; people write anything there."""
        metadata = pipeline_metadata or {}
        group, owners = metadata.get("group"), metadata.get("owners")
        return cls(
            pipeline_name=pipeline_name,
            pipeline_type_name=pipeline_type_name,
            group=group if isinstance(group, str) else pipeline_type_name,
            owners=text.parse_owners(owners),
            kind=kind,
            level=level,
        )


@dataclass(frozen=True)
class Destination:
    """Where alerts go.

    Attributes:
        name: What it is called, in alerts and to people: a channel, the variable of a webhook, `default`.
        channel: The channel; `None` for a webhook.
        secret: The webhook's address, or the token for the channel; `None` where that is not configured.
        missing: The variable that would have to be set.
    """

    name: str
    channel: str | None
    secret: SecretStr | None
    missing: str

    @property
    def described(self) -> str:
        """The destination in words."""
        return f"channel {self.channel}" if self.channel else f"the webhook of {self.missing}"


class Route(BaseModel):
    """One entry of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pipeline: OneOrMore[Pattern] | None = None
    pipeline_type: OneOrMore[Pattern] | None = None
    group: OneOrMore[Pattern] | None = None
    owner: OneOrMore[Pattern] | None = None
    kind: OneOrMore[AlertKind] | None = None
    level: OneOrMore[AlertLevel] | None = None
    channel: str | None = Field(default=None, pattern=r"^(#\S+|[CGD][A-Z0-9]{6,})$")
    webhook: str | None = Field(default=None, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")

    @model_validator(mode="after")
    def _leads_to_one_place(self) -> Route:
        if (self.channel is None) == (self.webhook is None):
            raise ValueError("a route has either a channel or a webhook")
        return self

    def matches(self, subject: Subject) -> bool:
        """Whether an alert takes this route."""
        return (
            _matches(self.pipeline, _named(subject.pipeline_name))
            and _matches(self.pipeline_type, _named(subject.pipeline_type_name))
            and _matches(self.group, _named(subject.group))
            and _matches(self.owner, subject.owners)
            and (self.kind is None or subject.kind in self.kind)
            and (self.level is None or subject.level in self.level)
        )


class RoutesFile(BaseModel):
    """The file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    routes: tuple[Route, ...] = ()


def _matches(patterns: tuple[str, ...] | None, names: Iterable[str]) -> bool:
    return patterns is None or any(fnmatchcase(name, pattern) for name in names for pattern in patterns)


def _named(name: str | None) -> tuple[str, ...]:
    return () if name is None else (name,)


class Routes:
    """The routes, with all that they lead to.

    Args:
        routes: In the order in which they are tried.
        webhook: The webhook for all that no route matches.
        token: The token for channels.
        variables: Gives the environment variables that routes name.
        default: Whether there is a default in any case, since who delivers brings a sender for it.
    """

    def __init__(
        self,
        routes: Iterable[Route] = (),
        *,
        webhook: SecretStr | None = None,
        token: SecretStr | None = None,
        variables: Variables = variable,
        default: bool = False,
    ) -> None:
        self._routes = tuple(routes)
        self._token = token
        self._variables = variables
        has_default = default or webhook is not None
        self._default = Destination(DEFAULT_DESTINATION, None, webhook, "SLACK_WEBHOOK_URL") if has_default else None
        self._destinations = tuple(self._destination(route) for route in self._routes)

    def _destination(self, route: Route) -> Destination:
        if route.channel is not None:
            return Destination(route.channel, route.channel, self._token, "WATCHER_SLACK_TOKEN")
        name = route.webhook or ""
        found = self._variables(name)
        return Destination(name, None, SecretStr(found) if found else None, name)

    @property
    def destinations(self) -> tuple[Destination, ...]:
        """All places that alerts may go to, each once."""
        everywhere = (*self._destinations, *([self._default] if self._default else []))
        return tuple({destination.name: destination for destination in everywhere}.values())

    def find(self, subject: Subject) -> Destination | None:
        """Return the destination of an alert; `None` where there is none."""
        return self._find(subject)[1]

    def named(self, name: str | None) -> Destination | None:
        """Return the destination of that name; `None` where it no longer exists."""
        return next((destination for destination in self.destinations if destination.name == name), None)

    def explain(
        self, *, pipeline_name: str, pipeline_type_name: str, pipeline_metadata: Mapping[str, Any]
    ) -> list[values.AlertRoute]:
        """Say where alerts of a pipeline would go."""
        levels: dict[tuple[int | None, AlertKind], list[AlertLevel]] = {}
        for kind, level in itertools.product(OF_PIPELINES, AlertLevel):
            number, _ = self._find(Subject.of(pipeline_name, pipeline_type_name, pipeline_metadata, kind, level))
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

    def _find(self, subject: Subject) -> tuple[int | None, Destination | None]:
        for number, (route, destination) in enumerate(zip(self._routes, self._destinations, strict=True), start=1):
            if route.matches(subject):
                return number, destination
        return None, self._default


def load_routes(settings: Settings, *, variables: Variables = variable, default: bool = False) -> Routes:
    """Read the routes that the settings name.

    Args:
        settings: The settings.
        variables: Gives the environment variables that routes name.
        default: Whether there is a default in any case.

    Raises:
        ConfigurationError: The file cannot be read, or breaks a rule; the message names the value and the rule.
    """
    return Routes(
        () if settings.slack_routes is None else _read(settings.slack_routes),
        webhook=settings.slack_webhook_url,
        token=settings.slack_token,
        variables=variables,
        default=default,
    )


def _read(path: Path) -> tuple[Route, ...]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as exc:
        raise ConfigurationError(f"WATCHER_SLACK_ROUTES is {path}, which cannot be read: {exc.strerror}") from exc
    except ValueError as exc:
        raise ConfigurationError(f"WATCHER_SLACK_ROUTES is {path}, which is not TOML: {exc}") from None
    try:
        return RoutesFile.model_validate(content).routes
    except ValidationError as exc:
        raise ConfigurationError(f"{path}: {_rule(exc)}") from None


def _rule(error: ValidationError) -> str:
    """The first broken rule: which entry of which route, its value, and what it may be."""
    first: dict[str, Any] = dict(error.errors()[0])
    place = [str(part) for part in first["loc"]]
    if len(place) > 1 and place[0] == "routes" and place[1].isdecimal():
        place[:2] = [f"route {int(place[1]) + 1}"]
    named = ", ".join(place[:2]) or "the file"
    reason = str(first["msg"]).removeprefix("Value error, ")
    if place[-1] == "webhook":
        # Not shown: what stands there in place of a variable's name may be the secret itself.
        return f"{named}: write the name of the environment variable that holds the address, never the address itself"
    if first["type"] == "value_error":
        return f"{named}: {reason}"
    if first["type"] == "extra_forbidden":
        known = ", ".join(Route.model_fields) if len(first["loc"]) > 1 else "[[routes]]"
        return f"{named}: there is no such entry; there are {known}"
    if place[-1] == "channel":
        return f"{named} is {arguments.shown(first['input'])}; write it as #name, or as its id"
    return f"{named} is {arguments.shown(first['input'])}; {reason[:1].lower()}{reason[1:]}"
