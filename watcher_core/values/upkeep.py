"""How the recorder and the cleanup get on, and whether clocks agree."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class RecorderState:
    """How far the event log of a Dagster instance has been recorded."""

    instance_id: str
    cursor: dict[str, Any]
    lag_seconds: float | None
    message: str | None
    updated_at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class CleanupResult:
    """What a cleanup has deleted, or would delete.

    Attributes:
        retention_date: What is of this time or older is past retention.
        deleted: Rows, by table, in the order in which they go.
        dry_run: Whether they were only counted.
        is_estimate: Whether they were counted about: of many failures and logs, a dry run looks at some.
    """

    retention_date: dt.datetime
    deleted: dict[str, int]
    dry_run: bool
    is_estimate: bool = False

    @property
    def total(self) -> int:
        """Rows of all tables."""
        return sum(self.deleted.values())


@dataclass(frozen=True, kw_only=True)
class HostClock:
    """A host whose clock was not the database's, by the newest execution that says so.

    Attributes:
        host: Its name; `None` where it is not known, as for what only Dagster's event log says.
        seconds_ahead: How far it was ahead; negative where it was behind, by so much at least.
        execution_id, pipeline_name: The execution.
    """

    host: str | None
    seconds_ahead: float
    execution_id: int
    pipeline_name: str


@dataclass(frozen=True, kw_only=True)
class ClockReport:
    """How clocks compare with the database's.

    Attributes:
        seconds_ahead: How far this host's clock is ahead; negative where it is behind.
        hosts: The hosts whose clocks were ahead or behind by more than a minute during the last day.
    """

    seconds_ahead: float
    hosts: tuple[HostClock, ...]
