"""Deletes old runs of Dagster with their events, where Watcher remembers them and Dagster needs them no more.

Dagster keeps each event of each run for ever. What its UI, its automation and its backfills still need of an old run is
the newest of its kind: the newest materialization, observation, attempt and asset check of an asset or partition. A run
that holds one stays.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

import dagster as dg

from watcher_core import InvalidValueError, Watcher
from watcher_dagster import compat
from watcher_dagster.identity import WATCHER_RUN_TAG

# Runs that are looked at together.
BATCH_SIZE: Final = 500

FINISHED: Final = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
UNFINISHED: Final = [status for status in dg.DagsterRunStatus if status not in FINISHED]


class KeptBecause(StrEnum):
    """Why an old run stays; the first reason that holds counts."""

    UNRECORDED = "Watcher has not recorded it, or not as a whole"
    BACKFILL = "its backfill goes on"
    RETRY = "a retry of it goes on"
    MATERIALIZATION = "it made the newest materialization of an asset or partition"
    OBSERVATION = "it made the newest observation of an asset or partition"
    CHECK = "it ran an asset check last"
    ATTEMPT = "it was the last to try an asset or partition"


# By the type of the newest event that a run holds.
OF_EVENTS: Final = {
    "ASSET_MATERIALIZATION": KeptBecause.MATERIALIZATION,
    "ASSET_OBSERVATION": KeptBecause.OBSERVATION,
    "ASSET_MATERIALIZATION_PLANNED": KeptBecause.ATTEMPT,
}
ORDER: Final = list(KeptBecause)


@dataclass
class RunCleanup:
    """What came of a cleanup of runs.

    Attributes:
        before: Runs that ended before this time are old.
        dry_run: Whether runs were only counted.
        old: How many runs are old.
        deleted: How many of them are deleted; in a dry run, would be.
        rows: How many rows these had in the event log.
        size: How many bytes these rows had. The disk is free for new rows once the database has vacuumed.
        kept: How many stay, by the reason.
        examples: A run for each reason.
    """

    before: dt.datetime
    dry_run: bool
    old: int = 0
    deleted: int = 0
    rows: int = 0
    size: int = 0
    kept: Counter[KeptBecause] = field(default_factory=Counter)
    examples: dict[KeptBecause, str] = field(default_factory=dict)


def clean_up_runs(
    instance: dg.DagsterInstance,
    watcher: Watcher,
    *,
    retention_days: int,
    dry_run: bool = False,
    now: dt.datetime | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> RunCleanup:
    """Delete the runs that ended before a time, oldest first, but for those that are still needed.

    Each run is deleted by itself. Where the process is killed, the next cleanup goes on.

    Args:
        instance: Where the runs are; its event log is in a database of SQL, as in PostgreSQL.
        watcher: What remembers them.
        retention_days: Days for which runs are kept in any case; at least 1.
        dry_run: Only count what would be deleted.
        now: The time that days are counted back from; the present by default.
        progress: Called with how many runs have been looked at, and how many will be.

    Raises:
        InvalidValueError: The days break the rule, or the event log is not in a database of SQL.
        DatabaseError: Watcher's database cannot be reached.
    """
    if isinstance(retention_days, bool) or not isinstance(retention_days, int) or retention_days < 1:
        raise InvalidValueError(f"retention_days is {retention_days!r}; it must be a whole number of at least 1")
    before = (now or dt.datetime.now(dt.UTC)) - dt.timedelta(days=retention_days)
    result = RunCleanup(before=before, dry_run=dry_run)
    found = compat.run_ids(instance, dg.RunsFilter(statuses=FINISHED, created_before=before))
    oldest_first = list(found)[::-1]
    checks = compat.newest_check_runs(instance)
    for start in range(0, len(oldest_first), BATCH_SIZE):
        records = _ended_before(instance, oldest_first[start : start + BATCH_SIZE], before)
        reasons = _reasons(instance, watcher, records, checks)
        for record in records:
            run_id = record.dagster_run.run_id
            result.old += 1
            reason = reasons.get(run_id)
            if reason is not None:
                result.kept[reason] += 1
                result.examples.setdefault(reason, run_id)
                continue
            rows, size = compat.run_size(instance, run_id)
            if not dry_run:
                compat.delete_run(instance, run_id)
            result.deleted += 1
            result.rows += rows
            result.size += size
        if progress is not None:
            progress(min(start + BATCH_SIZE, len(oldest_first)), len(oldest_first))
    return result


def _ended_before(instance: dg.DagsterInstance, run_ids: Sequence[str], before: dt.datetime) -> list[dg.RunRecord]:
    """Return the runs that are over for long enough: one that was created before may have ended later."""
    records = {record.dagster_run.run_id: record for record in instance.get_run_records(dg.RunsFilter(run_ids=run_ids))}
    there = (records[run_id] for run_id in run_ids if run_id in records)  # another cleanup may have deleted one
    return [record for record in there if (record.end_time or record.update_timestamp.timestamp()) < before.timestamp()]


def _reasons(
    instance: dg.DagsterInstance, watcher: Watcher, records: Sequence[dg.RunRecord], checks: set[str]
) -> dict[str, KeptBecause]:
    """Return why runs stay, for those that do."""
    runs = {record.dagster_run.run_id: record.dagster_run for record in records}
    found: dict[str, KeptBecause] = {}
    for run_id, reason in _held(instance, watcher, runs, checks):
        known = found.get(run_id)
        if known is None or ORDER.index(reason) < ORDER.index(known):
            found[run_id] = reason
    return found


def _held(
    instance: dg.DagsterInstance, watcher: Watcher, runs: dict[str, dg.DagsterRun], checks: set[str]
) -> Iterator[tuple[str, KeptBecause]]:
    if not runs:
        return
    # Watcher's own runs are not recorded: what they found is.
    others = [run_id for run_id, run in runs.items() if WATCHER_RUN_TAG not in run.tags]
    recorded = watcher.recorded_runs(others)
    yield from ((run_id, KeptBecause.UNRECORDED) for run_id in others if run_id not in recorded)
    going = {backfill.backfill_id for backfill in compat.open_backfills(instance)}
    retried = _retried(instance)
    for run_id, run in runs.items():
        if run.tags.get(compat.BACKFILL_TAG) in going:
            yield run_id, KeptBecause.BACKFILL
        if run_id in retried:
            yield run_id, KeptBecause.RETRY
        if run_id in checks:
            yield run_id, KeptBecause.CHECK
    for run_id, event_type in compat.newest_events(instance, list(runs)):
        yield run_id, OF_EVENTS[event_type]


def _retried(instance: dg.DagsterInstance) -> set[str | None]:
    """Return the runs of which a retry has not ended."""
    unfinished: Any = instance.get_run_records(dg.RunsFilter(statuses=UNFINISHED))
    retries = [record.dagster_run for record in unfinished]
    return {run_id for run in retries for run_id in (run.parent_run_id, run.root_run_id)}
