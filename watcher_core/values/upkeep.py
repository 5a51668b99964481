"""How the recorder and the cleanup get on."""

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
    """

    retention_date: dt.datetime
    deleted: dict[str, int]
    dry_run: bool

    @property
    def total(self) -> int:
        """Rows of all tables."""
        return sum(self.deleted.values())
