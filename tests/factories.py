"""What tests tell Watcher of, short to write: each factory gives a valid value, and takes what the test is about."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable
from typing import Any

from watcher_core import ExecutionRecord, ExecutionSource, ExecutionState, Watcher

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


def unusual_run(watcher: Watcher, pipeline_name: str, *, metrics: Iterable[str] = ("total_rows",)) -> int:
    """Record a run a day, judge them, and return the last one, of an hour ago, which has loaded far too few rows."""
    watcher.get_or_create_pipeline(pipeline_name)
    for metric in metrics:
        watcher.get_or_create_anomaly_rule(pipeline_name, metric_field=metric)
    last = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
    counts = [*(1000 + day % 5 for day in range(40)), 7]
    for day, count in enumerate(counts):
        start = last - dt.timedelta(days=40 - day)
        watcher.record(
            [
                ExecutionRecord(
                    pipeline_name=pipeline_name,
                    source=ExecutionSource.PYTHON,
                    external_id=unique(pipeline_name),
                    state=ExecutionState.SUCCEEDED,
                    start_date=start,
                    end_date=start + dt.timedelta(minutes=1),
                    total_rows=count,
                    execution_metadata={"Revenue": count * 3},
                )
            ]
        )
    watcher.detect_pending_anomalies()
    return watcher.executions(pipeline=pipeline_name, limit=1)[0].id
