"""Backfills: what a recorder reads of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from watcher_core.enums import ExecutionState


@dataclass(frozen=True, kw_only=True)
class BackfillRecord:
    """How far a backfill of Dagster has got.

    Attributes:
        backfill_id: Its id in Dagster.
        pipeline_names: The job, or the assets, that it fills.
        pipeline_type_name: Their type, where they are not known yet.
        run_pipeline_name: The job of its runs, which fails where a run fails before any asset does.
        state: `running`; `succeeded`, where nothing is missing; `failed`; or `canceled`.
        requested_at: When it was asked for.
        ended_at: When it ended; `None` while it goes on.
        progress_at: When one of its runs last changed.
        stopped: Whether it goes on, and no run has started or ended for long.
        partition_count: How many partitions it is to fill.
        succeeded_count: How many of these are filled.
        failed_partitions: Those that failed, in order.
        unfilled: Those that are not filled, by pipeline: assets need not have the same partitions.
        error: Why Dagster gave it up.
    """

    backfill_id: str
    pipeline_names: tuple[str, ...]
    pipeline_type_name: str | None = None
    run_pipeline_name: str | None = None
    state: ExecutionState
    requested_at: dt.datetime
    ended_at: dt.datetime | None = None
    progress_at: dt.datetime
    stopped: bool = False
    partition_count: int
    succeeded_count: int = 0
    failed_partitions: tuple[str, ...] = ()
    unfilled: Mapping[str, Collection[str]] = field(default_factory=dict)
    error: str | None = None

    @property
    def missing_partitions(self) -> tuple[str, ...]:
        """Those that neither failed nor are filled, in order."""
        unfilled = {partition for partitions in self.unfilled.values() for partition in partitions}
        return tuple(sorted(unfilled - {*self.failed_partitions}))

    @property
    def is_wrong(self) -> bool:
        """Whether something failed, it was given up, or it has stopped."""
        ended_badly = self.state not in (ExecutionState.RUNNING, ExecutionState.SUCCEEDED)
        return ended_badly or self.stopped or bool(self.failed_partitions)
