"""Which alerts go where: a list of routes in a file, of which the first that matches counts.

    [[routes]]
    name = "oncall"
    kind = "failure"
    level = ["warning", "error"]
    to = "ONCALL_PAGERDUTY"

    [[routes]]
    pipeline_type = "finance*"
    owner = "team:finance"
    channel = "#finance-data"

    [owners]
    "team:finance" = {slack = "S0123456789", email = "finance@example.com"}

A condition is a value or a list of values, one of which must match; `*` and `?` stand for any characters. All of a
route's conditions must hold; a route without any matches every alert. A route leads to a channel of Slack, for which
WATCHER_SLACK_TOKEN is needed, or to an address, which is a secret: the file names the environment variable that holds
it. After a route with `continue = true` the next ones are tried, too. What no other route matches goes to the webhook
of SLACK_WEBHOOK_URL. A route may be quiet at times, or send digests; see `quiet`:

    quiet = ["22:00-07:00", "Sat-Sun"]
    digest = "0 9 * * 1-5"
    timezone = "Europe/Berlin"
    hold_critical = true
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from watcher_core import arguments, calendars, text
from watcher_core.alerts.destinations import DestinationType
from watcher_core.alerts.quiet import Hold, read_quiet_hours
from watcher_core.enums import AlertKind, AlertLevel
from watcher_core.errors import ConfigurationError, InvalidValueError
from watcher_core.input_errors import broken_rule

# Quiet hours are the same in every week; whether they ever end shows from any moment.
SOME_MOMENT = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
# A user or a group of Slack, as its profile shows it.
SLACK_ID = re.compile(r"[UWS][A-Z0-9]{6,}")

Value = TypeVar("Value")


def _as_list(value: object) -> object:
    return value if isinstance(value, list) else [value]


OneOrMore = Annotated[tuple[Value, ...], BeforeValidator(_as_list), Field(min_length=1)]
Pattern = Annotated[str, Field(min_length=1)]
Variable = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]

CONDITIONS = ("pipeline", "pipeline_type", "group", "owner", "kind", "level")
# Of the name of an entry, in a message.
MOST_CHARACTERS = 80
# Any text that may be a secret in the wrong place: an address, or a token of Slack.
SECRET = re.compile(r"'[^']*://[^']*'|'xox[^']*'|'xapp[^']*'")
# Entries that name a variable. What stands there in place of a name may be the secret itself.
VARIABLES = ("to", "webhook", "secret")


@dataclass(frozen=True)
class Subject:
    """What of an alert its route depends on. An asset's group is its pipeline's type, unless the asset names a type.

    An alert of no pipeline takes no route that asks for one, not even for any. A name that a pipeline or its type had
    before it was renamed means it still, where a route has just that name: nobody would hear of it otherwise. A pattern
    asks for the name of now.
    """

    pipeline_name: str | None
    pipeline_type_name: str | None
    group: str | None
    owners: tuple[str, ...]
    kind: AlertKind
    level: AlertLevel
    former_names: tuple[str, ...] = ()
    former_type_names: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        pipeline_name: str | None,
        pipeline_type_name: str | None,
        pipeline_metadata: Mapping[str, Any] | None,
        kind: AlertKind,
        level: AlertLevel,
        *,
        former_names: Iterable[str] | None = None,
        former_type_names: Iterable[str] | None = None,
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
            former_names=tuple(former_names or ()),
            former_type_names=tuple(former_type_names or ()),
        )


class Route(BaseModel):
    """One entry of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str | None = Field(default=None, min_length=1, max_length=100)
    pipeline: OneOrMore[Pattern] | None = None
    pipeline_type: OneOrMore[Pattern] | None = None
    group: OneOrMore[Pattern] | None = None
    owner: OneOrMore[Pattern] | None = None
    kind: OneOrMore[AlertKind] | None = None
    level: OneOrMore[AlertLevel] | None = None
    channel: str | None = Field(default=None, pattern=r"^(#\S+|[CGD][A-Z0-9]{6,})$")
    webhook: Variable | None = None
    to: Variable | None = None
    type: DestinationType | None = None
    secret: Variable | None = None
    goes_on: bool = Field(default=False, alias="continue")
    quiet: OneOrMore[str] | None = None
    digest: str | None = None
    timezone: str | None = None
    hold_critical: bool = False

    @model_validator(mode="after")
    def _leads_to_one_place(self) -> Route:
        if [self.channel, self.webhook, self.to].count(None) != 2:
            raise ValueError("a route has either a channel or an address: to, or webhook for one of Slack")
        if self.type is not None and self.to is None:
            raise ValueError("type says what kind of place the address of to leads to; a channel or webhook is Slack's")
        if self.secret is not None and (self.to is None or self.type not in (None, DestinationType.WEBHOOK)):
            raise ValueError("secret signs messages to a JSON webhook; this route leads to a place of another kind")
        return self

    @model_validator(mode="after")
    def _sends_at_times(self) -> Route:
        if self.quiet is None and self.digest is None and (self.timezone is not None or self.hold_critical):
            raise ValueError("timezone and hold_critical are about quiet or digest, of which the route has neither")
        try:
            calendars.clean_timezone(self.timezone, "timezone")
            if self.hold is not None:
                self.hold.quiet_until(SOME_MOMENT)
        except InvalidValueError as exc:
            raise ValueError(str(exc)) from None
        return self

    @property
    def hold(self) -> Hold | None:
        """When it sends; `None` for always."""
        if self.quiet is None and self.digest is None:
            return None
        return Hold(
            tuple(read_quiet_hours(each) for each in self.quiet or ()),
            None if self.digest is None else calendars.clean_cron(self.digest, "digest"),
            self.timezone,
            self.hold_critical,
        )

    @property
    def conditions(self) -> dict[str, tuple[str, ...]]:
        """Its conditions, with the values that hold."""
        given = {name: getattr(self, name) for name in CONDITIONS}
        return {name: tuple(map(str, values)) for name, values in given.items() if values is not None}

    def matches(self, subject: Subject) -> bool:
        """Whether an alert takes this route."""
        former_groups = subject.former_type_names if subject.group == subject.pipeline_type_name else ()
        return (
            _matches(self.pipeline, _named(subject.pipeline_name), subject.former_names)
            and _matches(self.pipeline_type, _named(subject.pipeline_type_name), subject.former_type_names)
            and _matches(self.group, _named(subject.group), former_groups)
            and _matches(self.owner, subject.owners)
            and (self.kind is None or subject.kind in self.kind)
            and (self.level is None or subject.level in self.level)
        )


class RoutesFile(BaseModel):
    """The file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    routes: tuple[Route, ...] = ()
    owners: dict[str, dict[str, Pattern]] = {}

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> RoutesFile:
        names = [route.name for route in self.routes if route.name is not None]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"two routes have the name {twice!r}")
        addresses: dict[str, tuple[object, ...]] = {}
        for route in self.routes:
            address = route.webhook or route.to
            kind = (DestinationType.SLACK if route.webhook else route.type, route.secret)
            if address and addresses.setdefault(address, kind) != kind:
                raise ValueError(f"two routes lead to {address}, with another type or secret")
        for owner, mentions in self.owners.items():
            if not SLACK_ID.fullmatch(mentions.get("slack", "U000000")):
                raise ValueError(
                    f"owner {owner!r}: slack is {mentions['slack']!r}; write the id of a user or group, as U0123ABCD"
                )
        return self


def name_matches(name: str, pattern: str) -> bool:
    """Whether a name is of a pattern, in which `*` and `?` stand for any characters, and all others for themselves."""
    return fnmatchcase(name, pattern.replace("[", "[[]"))


def _matches(patterns: tuple[str, ...] | None, names: Iterable[str], former_names: Iterable[str] = ()) -> bool:
    return (
        patterns is None
        or any(name_matches(name, pattern) for name in names for pattern in patterns)
        or any(name in patterns for name in former_names)
    )


def _named(name: str | None) -> tuple[str, ...]:
    return () if name is None else (name,)


def read_routes(path: Path) -> RoutesFile:
    """Read a file of routes.

    Raises:
        ConfigurationError: It cannot be read, or breaks a rule; the message names both, but never a secret.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))  # editors of Windows begin it with a mark
    except OSError as exc:
        raise ConfigurationError(f"WATCHER_ROUTES is {path}, which cannot be read: {exc.strerror}") from exc
    except ValueError as exc:
        raise ConfigurationError(f"WATCHER_ROUTES is {path}, which is not TOML: {exc}") from None
    except RecursionError:
        raise ConfigurationError(f"WATCHER_ROUTES is {path}, which is nested too deeply") from None
    try:
        return RoutesFile.model_validate(content)
    except ValidationError as exc:
        raise ConfigurationError(f"{path}: {_rule(exc)}") from None


def _rule(error: ValidationError) -> str:
    """The first broken rule: which entry of which route, its value, and what it may be."""
    first: dict[str, Any] = dict(error.errors()[0])
    place = [str(part)[:MOST_CHARACTERS] for part in first["loc"]]
    if len(place) > 1 and place[0] == "routes" and place[1].isdecimal():
        place[:2] = [f"route {int(place[1]) + 1}"]
    named = ", ".join(place[:2]) or "the file"
    entry = place[-1] if place else ""
    given = arguments.shown(first["input"])
    shown = "an address" if "://" in given else _without_secrets(given)
    reason = _without_secrets(broken_rule(first))
    if entry in VARIABLES:
        return f"{named}: write the name of the environment variable that holds the secret, never the secret itself"
    if first["type"] == "value_error":
        return f"{named}: {reason}"
    if first["type"] == "extra_forbidden":
        return f"{named}: there is no such entry; {_known(entry, in_route=len(first['loc']) > 1)}"
    if entry == "channel":
        return f"{named} is {shown}; write it as #name, or as its id"
    return f"{named} is {shown}; {reason}"


def _without_secrets(message: str) -> str:
    return SECRET.sub(lambda found: "an address" if "://" in found[0] else "a token", message)


def _known(entry: str, *, in_route: bool) -> str:
    known = [field.alias or name for name, field in Route.model_fields.items()]
    similar = difflib.get_close_matches(entry, known, n=1)
    if similar and in_route:
        return f"did you mean {similar[0]}? There are {', '.join(known)}"
    return f"there are {', '.join(known)}" if in_route else "there are [[routes]] and [owners]"
