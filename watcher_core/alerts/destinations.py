"""A place that alerts go to: what kind it is, what sends to it, and what is wrong with how it is configured."""

from __future__ import annotations

import math
import re
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pydantic import SecretStr

from watcher_core.alerts.senders import (
    AppriseSender,
    JsonWebhook,
    PagerDuty,
    SlackChannel,
    SlackSender,
    SlackWebhook,
    address_problem,
    apprise_problem,
    pagerduty_problem,
)

SCHEME = re.compile(r"^([a-z][a-z0-9+.-]{0,30})://", re.IGNORECASE)
SLACK_HOSTS = ("hooks.slack.com", "hooks.slack-gov.com")
MAIL = ("mailto", "mailtos")


class DestinationType(StrEnum):
    """What kind of place it is."""

    SLACK = "slack"  # a channel, or an incoming webhook
    WEBHOOK = "webhook"  # takes the alerts as JSON
    PAGERDUTY = "pagerduty"  # an incident for each alert
    APPRISE = "apprise"  # whatever Apprise reaches


# How many alerts one message may be about, where a place has no message for any number of them.
MOST = {DestinationType.WEBHOOK: 100, DestinationType.PAGERDUTY: 1}

# How many messages a place takes in a second, where that is not one, as of Slack. PagerDuty takes 120 a minute by one
# key; a webhook that is asked for too much answers how long to wait.
RATES = {DestinationType.WEBHOOK: math.inf, DestinationType.PAGERDUTY: 2.0}
# How many messages are on their way to such a place at a time: as many may come twice where a deliverer dies.
MESSAGES_AT_A_TIME = 8


@dataclass(frozen=True)
class Destination:
    """Where alerts go.

    Attributes:
        name: What it is called, in alerts and to people: a channel, the variable of an address, `default`.
        channel: The channel of Slack; `None` for what has an address.
        secret: The address, or the token for the channel; `None` where something is not configured.
        missing: The variable that would have to be set.
        type: What kind of place it is; `None` where only the address would say so.
        signing: What messages to a webhook are signed with.
    """

    name: str
    channel: str | None
    secret: SecretStr | None
    missing: str
    type: DestinationType | None = DestinationType.SLACK
    signing: SecretStr | None = None

    @property
    def described(self) -> str:
        """The destination in words."""
        match self.type:
            case DestinationType.SLACK:
                return f"channel {self.channel}" if self.channel else f"the webhook of {self.missing}"
            case DestinationType.WEBHOOK:
                return f"the JSON webhook of {self.name}"
            case DestinationType.PAGERDUTY:
                return f"PagerDuty, with the key of {self.name}"
            case DestinationType.APPRISE:
                return f"{self.place} (Apprise), by {self.name}"
        return f"the place of {self.name}"

    @property
    def place(self) -> str:
        """What the place is called where owners have a mention for it: `slack`, `email`, `discord` and others."""
        if self.type is not DestinationType.APPRISE:
            return "" if self.type is None else self.type.value
        found = SCHEME.match(self.secret.get_secret_value()) if self.secret else None
        scheme = found[1].lower() if found else "unknown"
        return "email" if scheme in MAIL else scheme

    @property
    def most(self) -> int | None:
        """How many alerts one message may be about; `None`: any number."""
        return None if self.type is None else MOST.get(self.type)

    @property
    def rate(self) -> float:
        """How many messages it takes in a second."""
        return 1.0 if self.type is None else RATES.get(self.type, 1.0)

    @property
    def at_a_time(self) -> int:
        """How many messages may be on their way to it at a time."""
        return MESSAGES_AT_A_TIME if self.rate > 1 else 1

    @property
    def takes_acknowledgements(self) -> bool:
        """Whether it is notified of acknowledgements: it shows them, and nobody is disturbed."""
        return self.type in (DestinationType.PAGERDUTY, DestinationType.WEBHOOK)

    def problem(self) -> str | None:
        """What is wrong with the address; `None` where nothing is, or it is not known."""
        if self.secret is None or self.channel is not None:
            return None
        if self.signing is not None and self.type is not DestinationType.WEBHOOK:
            return "only a JSON webhook is signed, and the address is of another kind; remove secret from its route"
        match self.type:
            case DestinationType.PAGERDUTY:
                return pagerduty_problem(self.secret)
            case DestinationType.APPRISE:
                return apprise_problem(self.secret)
            case DestinationType.WEBHOOK:
                return address_problem(self.secret, example="https://example.com/alerts")
        return address_problem(self.secret)


def type_of(url: str) -> DestinationType:
    """Return what kind of place an address leads to."""
    try:
        parsed = urllib.parse.urlsplit(url)
        scheme, host = parsed.scheme, parsed.hostname
    except ValueError:
        return DestinationType.WEBHOOK  # which says that it is no address
    if scheme == DestinationType.PAGERDUTY:
        return DestinationType.PAGERDUTY
    if scheme in ("http", "https") or not SCHEME.match(url):
        return DestinationType.SLACK if host in SLACK_HOSTS else DestinationType.WEBHOOK
    return DestinationType.APPRISE


def sender_for(destination: Destination, senders: Mapping[str, SlackSender]) -> SlackSender | None:
    """Return the sender of a destination; `None` where it is not configured."""
    if destination.name in senders:
        return senders[destination.name]
    if destination.secret is None:
        return None
    match destination.type:
        case DestinationType.PAGERDUTY:
            return PagerDuty(destination.secret)
        case DestinationType.APPRISE:
            return AppriseSender(destination.secret)
        case DestinationType.WEBHOOK:
            return JsonWebhook(destination.secret, secret=destination.signing)
    if destination.channel is not None:
        return SlackChannel(destination.channel, destination.secret)
    return SlackWebhook(destination.secret)
