"""Deletes old runs of Dagster with their events, where Watcher remembers them and Dagster needs them no more.

Dagster keeps each event of each run for ever. What its UI, its automation and its backfills still need of an old run is
the newest of its kind: the newest materialization, observation, attempt and asset check of an asset or partition, and
the newest run of a partition of a job; and the first of what has the same data version as the newest. A run that holds
one stays. So do the runs that it was started from: Dagster
reads a retry together with those. By its run key a sensor knows what it has started: of such a run only the events go.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import dagster as dg

from watcher_core import LEAST_RETENTION_DAYS, InvalidValueError, Watcher
from watcher_dagster import compat
from watcher_dagster.identity import WATCHER_RUN_TAG
from watcher_dagster.recorder import RecorderCursor

# Runs that are looked at together.
BATCH_SIZE: Final = 500

FINISHED: Final = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]


class KeptBecause(StrEnum):
    """Why an old run stays; the first reason that holds counts."""

    UNRECORDED = "Watcher has not recorded it, or not as a whole"
    BACKFILL = "its backfill goes on"
    RETRY = "a retry of it goes on"
    MATERIALIZATION = "it made the newest materialization of an asset or partition"
    OBSERVATION = "it made the newest observation of an asset or partition"
    CHECK = "it ran an asset check last"
    ATTEMPT = "it was the last to try an asset or partition"
    VERSION = "an asset or partition has the data version that it made first"
    PARTITION = "it was the last run of a partition of its job"
    ORIGIN = "a run that was started from it stays"
    RUN_KEY = "by its run key a sensor knows what it has started; its events go"


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
        rows: How many rows go from the event log.
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
    now = now or watcher.clock()
    before = now - dt.timedelta(days=retention_days)
    result = RunCleanup(before=before, dry_run=dry_run)
    found = compat.run_ids(instance, dg.RunsFilter(statuses=FINISHED, created_before=before))
    oldest_first = list(found)[::-1]
    newest = _Newest(instance)
    memory = _Memory(instance, watcher, now)
    for start in range(0, len(oldest_first), BATCH_SIZE):
        records = _ended_before(instance, oldest_first[start : start + BATCH_SIZE], before)
        reasons = _reasons(instance, memory, records, before, newest)
        for record in records:
            run_id = record.dagster_run.run_id
            result.old += 1
            reason = reasons.get(run_id)
            if reason is not None:
                result.kept[reason] += 1
                result.examples.setdefault(reason, run_id)
            if reason not in (None, KeptBecause.RUN_KEY):
                continue
            rows, size = compat.run_size(instance, run_id)
            result.rows += rows
            result.size += size
            if reason is None:
                result.deleted += 1
            if not dry_run and (rows or reason is None):
                compat.delete_run(instance, run_id, events_alone=reason is not None)
        if progress is not None:
            progress(min(start + BATCH_SIZE, len(oldest_first)), len(oldest_first))
    return result


class _Newest:
    """The runs that hold what is newest where Dagster can only be asked for all of it, read once."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self._instance = instance
        self._of_partitions: dict[str, set[str]] = {}
        self.of_checks = compat.newest_check_runs(instance)

    def is_of_partition(self, run: dg.DagsterRun) -> bool:
        """Whether a run is the last one of a partition of its job."""
        partitions = run.tags.get(compat.PARTITION_SET_TAG)
        if partitions is None:
            return False
        if partitions not in self._of_partitions:
            found = compat.newest_runs(self._instance, dg.RunsFilter(tags={compat.PARTITION_SET_TAG: partitions}))
            self._of_partitions[partitions] = {each.run_id for each in found}
        return run.run_id in self._of_partitions[partitions]


class _Memory:
    """What Watcher remembers of runs, and what it did before its own cleanup."""

    def __init__(self, instance: dg.DagsterInstance, watcher: Watcher, now: dt.datetime) -> None:
        self._watcher = watcher
        instance_id = compat.run_storage_id(instance)
        state = next((each for each in watcher.recorder_states() if each.instance_id == instance_id), None)
        self._cursor = None if state is None else RecorderCursor.from_json(state.cursor)
        # Watcher's own cleanup leaves what is younger.
        self._kept_since = (now - dt.timedelta(days=LEAST_RETENTION_DAYS)).timestamp()

    def unrecorded(self, records: Collection[dg.RunRecord]) -> Iterator[str]:
        """Return the runs of which nothing else would know: those that were never recorded, or not as a whole."""
        recorded = self._watcher.recorded_runs([record.dagster_run.run_id for record in records])
        for record in records:
            run_id = record.dagster_run.run_id
            is_known = recorded[run_id] if run_id in recorded else self._is_forgotten(record)
            if not is_known:
                yield run_id

    def _is_forgotten(self, record: dg.RunRecord) -> bool:
        """Whether a run of which nothing is known was recorded once: the recorder is past it, which leaves none out."""
        cursor, started_at, ended_at = self._cursor, *_times(record)
        if cursor is None or cursor.caught_up is None or record.dagster_run.run_id in (*cursor.unread, *cursor.open):
            return False
        return started_at <= self._kept_since and cursor.since <= ended_at < cursor.caught_up


def _ended_before(instance: dg.DagsterInstance, run_ids: Sequence[str], before: dt.datetime) -> list[dg.RunRecord]:
    """Return the runs that are over for long enough: one that was created before may have ended later."""
    records = {record.dagster_run.run_id: record for record in instance.get_run_records(dg.RunsFilter(run_ids=run_ids))}
    there = (records[run_id] for run_id in run_ids if run_id in records)  # another cleanup may have deleted one
    return [record for record in there if _is_old(record, before)]


def _is_old(record: dg.RunRecord, before: dt.datetime) -> bool:
    _, ended_at = _times(record)
    return record.dagster_run.status in FINISHED and ended_at < before.timestamp()


def _times(record: dg.RunRecord) -> tuple[float, float]:
    """Return when a run that is over has started and ended; one that never began has for both its end, as recorded."""
    ended_at = record.end_time or record.update_timestamp.timestamp()
    return record.start_time or ended_at, ended_at


def _reasons(
    instance: dg.DagsterInstance,
    memory: _Memory,
    records: Sequence[dg.RunRecord],
    before: dt.datetime,
    newest: _Newest,
) -> dict[str, KeptBecause]:
    """Return why runs stay, for those that do."""
    if not records:
        return {}
    family = {record.dagster_run.run_id: record for record in (*_relatives(instance, records), *records)}
    old_records = {run_id: record for run_id, record in family.items() if _is_old(record, before)}
    old = {run_id: record.dagster_run for run_id, record in old_records.items()}
    found: dict[str, KeptBecause] = {}
    # Watcher's own runs are not recorded: what they found is.
    others = [record for run_id, record in old_records.items() if WATCHER_RUN_TAG not in old[run_id].tags]
    unrecorded = ((run_id, KeptBecause.UNRECORDED) for run_id in memory.unrecorded(others))
    for run_id, reason in (*unrecorded, *_held(instance, old, newest)):
        found[run_id] = min(found.get(run_id, reason), reason, key=ORDER.index)
    young = [record.dagster_run for run_id, record in family.items() if run_id not in old]
    going_on = [run for run in young if run.status not in FINISHED]
    _hold_origins(going_on, old, found, KeptBecause.RETRY)
    staying = [old[run_id] for run_id, reason in found.items() if reason is not KeptBecause.RUN_KEY]
    _hold_origins([*young, *staying], old, found, KeptBecause.ORIGIN)
    return found


def _relatives(instance: dg.DagsterInstance, records: Sequence[dg.RunRecord]) -> Sequence[dg.RunRecord]:
    """Return the runs that were started from the same first runs as these, or from these."""
    roots = {record.dagster_run.root_run_id or record.dagster_run.run_id for record in records}
    return instance.get_run_records(dg.RunsFilter(tags={compat.ROOT_RUN_TAG: sorted(roots)}))


def _hold_origins(
    runs: Sequence[dg.DagsterRun],
    old: Mapping[str, dg.DagsterRun],
    found: dict[str, KeptBecause],
    reason: KeptBecause,
) -> None:
    """Let the old runs that these were started from stay, back to the first."""
    waiting = list(runs)
    while waiting:
        run = waiting.pop()
        for origin in (run.parent_run_id, run.root_run_id):
            if origin is None or origin not in old:
                continue
            known = found.get(origin)
            if known is not None and ORDER.index(known) <= ORDER.index(reason):
                continue
            found[origin] = reason
            waiting.append(old[origin])


def _held(
    instance: dg.DagsterInstance, runs: Mapping[str, dg.DagsterRun], newest: _Newest
) -> Iterator[tuple[str, KeptBecause]]:
    going = {backfill.backfill_id for backfill in compat.open_backfills(instance)}
    for run_id, run in runs.items():
        if run.tags.get(compat.BACKFILL_TAG) in going:
            yield run_id, KeptBecause.BACKFILL
        if run_id in newest.of_checks:
            yield run_id, KeptBecause.CHECK
        if newest.is_of_partition(run):
            yield run_id, KeptBecause.PARTITION
        if compat.RUN_KEY_TAG in run.tags and compat.SENSOR_TAG in run.tags:
            yield run_id, KeptBecause.RUN_KEY
    for run_id, event_type in compat.newest_events(instance, list(runs)):
        yield run_id, OF_EVENTS[event_type]
    yield from ((run_id, KeptBecause.VERSION) for run_id in compat.first_of_version(instance, list(runs)))
