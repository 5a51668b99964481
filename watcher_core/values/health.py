"""How a part of Watcher, or of the Dagster that it watches, is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from watcher_core.enums import AlertKind

HealthLevel = Literal["ok", "warning", "problem"]


@dataclass(frozen=True)
class HealthFact:
    """One thing that was looked at.

    Attributes:
        level: Whether all is well with it.
        topic: What it is about.
        message: How it is.
        advice: What to do about it.
        key: Identifies the alert that is open while it is so; `None` where it is shown, and opens none.
        subject: What of the topic, as in `code location sales`.
        failing: How many things it counts; more of them are news.
        page: The page of Dagster's UI about it, as the parts of its path.
        host: The host that it is so on, where it may not be on others.
    """

    level: HealthLevel
    topic: str
    message: str
    advice: str | None = None
    key: str | None = None
    subject: str | None = None
    failing: int | None = None
    page: tuple[str, ...] | None = None
    host: str | None = None


@dataclass(frozen=True, kw_only=True)
class HealthReport:
    """What was looked at, and how it is.

    Attributes:
        facts: All of it.
        examined: What keys of alerts begin with that this report can open and resolve.
        unknown: What keys of those begin with that could not be looked at: they stay as they are.
    """

    facts: tuple[HealthFact, ...]
    examined: tuple[str, ...]
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CheckState:
    """A check of all pipelines.

    Attributes:
        kind: The check.
        checked_at: When it last succeeded.
        interval_seconds: How often it does; `None` where it has once.
    """

    kind: AlertKind
    checked_at: dt.datetime
    interval_seconds: float | None


@dataclass(frozen=True, kw_only=True)
class HeartbeatState:
    """A round that is followed by a heartbeat.

    Attributes:
        round: `recording`, `checks` or `delivery`.
        ended_at: When a full one last ended.
        tried_at: When a heartbeat was last tried.
        failing_since: Since when none arrives; `None` where they arrive.
        error: Why the last one did not arrive.
    """

    round: str
    ended_at: dt.datetime
    tried_at: dt.datetime | None
    failing_since: dt.datetime | None
    error: str | None
