"""What tests tell Watcher of, short to write: each factory gives a valid value, and takes what the test is about."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from watcher_core import ExecutionRecord, ExecutionSource, ExecutionState

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)

_numbers = itertools.count(1)


def unique(word: str) -> str:
    """A name that no other test of this process uses: for tests that share a database."""
    return f"{word}-{next(_numbers)}"


def at(minutes: float) -> dt.datetime:
    """A moment so many minutes after noon of a certain day."""
    return NOON + dt.timedelta(minutes=minutes)


def record(pipeline_name: str, external_id: str | None = None, *, start: float = 0, **fields: Any) -> ExecutionRecord:
    """What an edge tells of an execution that succeeded a minute after its start; `start` in minutes after noon."""
    fields.setdefault("state", ExecutionState.SUCCEEDED)
    if fields["state"] is not ExecutionState.RUNNING:
        fields.setdefault("end_date", at(start + 1))
    return ExecutionRecord(
        pipeline_name=pipeline_name,
        source=fields.pop("source", ExecutionSource.DAGSTER),
        external_id=external_id or unique("external"),
        start_date=at(start),
        **fields,
    )
