"""Reads how far backfills have got: those that go on, and those that have ended since the last tick.

Dagster's state of a backfill is compared with what the last tick saw, for which one query is enough; only what has
changed is worked out. Its runs are recorded before, so that what their failures say of it is there.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Set
from typing import Any, Final

import dagster as dg

from watcher_core import BackfillRecord, ExecutionState, InvalidValueError, RecorderSession, text
from watcher_dagster import compat
from watcher_dagster.identity import asset_pipeline_name, job_pipeline_name, run_pipeline_name
from watcher_dagster.recorder.cursor import KnownBackfill, RecorderCursor
from watcher_dagster.recorder.eventlog import is_outage
from watcher_dagster.runs import ASSET_TYPE, RUN_TYPE, WILL_RETRY_TAG

log = logging.getLogger("watcher.dagster")

# No run of it runs, and none has started or ended for so long.
STOPPED_SECONDS: Final = 3_600.0

# Those that came and went between two ticks are found by when they were requested; the clocks of hosts differ.
OVERLAP_SECONDS: Final = 3_600.0

GOES_ON: Final = ("REQUESTED", "CANCELING", "FAILING")
RUNS: Final = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
HAS_NOT_ENDED: Final = [dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.QUEUED, *RUNS]


class BackfillReader:
    """Records what has changed of backfills.

    Args:
        instance: Where they are read.
        cursor: What was last seen of them; it is moved on.
        session: Where they are written.
        now: The time of the tick, in seconds since 1970.

    Attributes:
        messages: What the tick says of those that have ended.
    """

    def __init__(
        self, instance: dg.DagsterInstance, cursor: RecorderCursor, session: RecorderSession, *, now: float
    ) -> None:
        self._instance = instance
        self._cursor = cursor
        self._session = session
        self._now = now
        self.messages: list[str] = []

    def read(self) -> None:
        """Read all that has changed, and record it. What cannot be read is tried again at the next tick."""
        try:
            found = self._find()
        except Exception as error:
            if is_outage(error):
                raise
            log.warning("backfills cannot be read, and are tried again: %r", error)
            return
        for backfill_id, backfill in found.items():
            try:
                self._read(backfill)
            except Exception as error:
                if is_outage(error) or not isinstance(error, InvalidValueError | dg.DagsterError | ValueError):
                    raise
                log.warning("backfill %s cannot be recorded, and is tried again: %r", backfill_id, error)
        self._forget(found)
        self._cursor.backfills_read = self._now

    def _find(self) -> dict[str, Any]:
        last = min(self._now, self._cursor.backfills_read or self._now)
        since = dt.datetime.fromtimestamp(last - OVERLAP_SECONDS, dt.UTC)
        listed = [*compat.open_backfills(self._instance), *compat.backfills_since(self._instance, since)]
        found = {backfill.backfill_id: backfill for backfill in listed}
        for backfill_id, known in self._cursor.backfills.items():
            if backfill_id not in found and not known.is_over:
                ended = compat.backfill(self._instance, backfill_id)
                if ended is not None:
                    found[backfill_id] = ended
        return found

    def _forget(self, found: dict[str, Any]) -> None:
        """Keep what is found again: of what has ended long ago, Dagster says nothing new."""
        kept = self._cursor.backfills.items()
        self._cursor.backfills = {backfill_id: known for backfill_id, known in kept if backfill_id in found}

    def _read(self, backfill: Any) -> None:
        goes_on = self._goes_on(backfill)
        newest = self._newest_run(backfill)
        progress = float(backfill.backfill_timestamp)
        if newest is not None:
            progress = max(progress, newest.update_timestamp.timestamp())
        is_stopped = goes_on and self._now - progress > STOPPED_SECONDS and not self._has_runs(backfill, RUNS)
        seen = f"{backfill.status.value}/{goes_on}/{progress}/{is_stopped}"
        known = self._cursor.backfills.get(backfill.backfill_id)
        if known is not None and known.seen == seen:
            return
        record = self._record(backfill, newest, progress, goes_on=goes_on, is_stopped=is_stopped)
        if record.pipeline_names:
            self._session.record_backfills([record])
        self._cursor.backfills[backfill.backfill_id] = KnownBackfill(seen, not goes_on)
        if not goes_on:
            self._report(record)

    def _report(self, record: BackfillRecord) -> None:
        names = ", ".join(record.pipeline_names[:3])
        filled = f"{record.succeeded_count:,} of {text.plural(record.partition_count, 'partition')} succeeded"
        message = f"backfill {record.backfill_id} of {names} {record.state.value}: {filled}"
        log.info("%s", message)
        self.messages.append(message)

    def _newest_run(self, backfill: Any) -> dg.RunRecord | None:
        """Return the run of a backfill that changed last."""
        found = self._instance.get_run_records(_runs(backfill), limit=1, order_by="update_timestamp", ascending=False)
        return found[0] if found else None

    def _goes_on(self, backfill: Any) -> bool:
        """Whether there is more to come of it. `dagster job backfill` calls it completed once its runs are queued."""
        if backfill.status.value == "COMPLETED":
            return self._has_runs(backfill, HAS_NOT_ENDED)
        return backfill.status.value in GOES_ON

    def _has_runs(self, backfill: Any, statuses: list[dg.DagsterRunStatus]) -> bool:
        return compat.count_runs(self._instance, _runs(backfill, statuses)) > 0

    def _record(
        self, backfill: Any, newest: dg.RunRecord | None, progress: float, *, goes_on: bool, is_stopped: bool
    ) -> BackfillRecord:
        job = compat.backfill_job(backfill)
        assets = sorted(asset_pipeline_name(key) for key in backfill.asset_selection or ())
        names = tuple(assets) if job is None else (job_pipeline_name(*job),)
        wanted, failed, unfilled = self._partitions(backfill, names)
        filled = wanted.difference(failed, *unfilled.values())
        error = None if backfill.error is None else str(backfill.error.message).strip()
        return BackfillRecord(
            backfill_id=backfill.backfill_id,
            pipeline_names=names,
            pipeline_type_name=ASSET_TYPE if job is None else RUN_TYPE,
            run_pipeline_name=None if newest is None else run_pipeline_name(newest.dagster_run),
            state=ExecutionState.RUNNING
            if goes_on
            else _end(backfill.status.value, is_whole=bool(wanted) and filled == wanted),
            requested_at=_moment(backfill.backfill_timestamp),
            ended_at=None if goes_on else _moment(_ended_at(backfill, progress)),
            progress_at=_moment(progress),
            stopped=is_stopped,
            partition_count=len(wanted),
            succeeded_count=len(filled),
            failed_partitions=tuple(sorted(failed)),
            unfilled=unfilled,
            error=error if backfill.status.value in ("FAILED", "FAILING") else None,
        )

    def _partitions(self, backfill: Any, names: tuple[str, ...]) -> tuple[set[str], set[str], dict[str, Set[str]]]:
        """Return the partitions that are to be filled, those that failed, and those that are not filled by pipeline."""
        by_status: dict[str, dict[str, str]] = {}
        for run in compat.newest_runs(self._instance, _runs(backfill)):
            by_status.setdefault(run.status.value, {})[run.partition] = run.run_id
        failed = self._without_retries(by_status.get("FAILURE", {}))
        known = compat.backfilled_assets(backfill)
        if known is None:
            wanted = set(backfill.partition_names or ()) or {name for runs in by_status.values() for name in runs}
            rest = wanted.difference(by_status.get("SUCCESS", ()))
            unfilled: dict[str, Set[str]] = dict.fromkeys(names, rest)
        else:
            targets, made, cannot = known
            wanted = set().union(*targets.values())
            failed = failed.union(*cannot.values())
            unfilled = {asset_pipeline_name(key): target - made.get(key, set()) for key, target in targets.items()}
        if backfill.status.value == "COMPLETED_SUCCESS":
            return wanted, set(), {}
        return wanted, failed & wanted, {name: rest for name, rest in unfilled.items() if rest}

    def _without_retries(self, failed: dict[str, str]) -> set[str]:
        """Leave out the partitions whose run Dagster is about to retry."""
        names = list(failed)
        for first in range(0, len(names), 500):
            ids = [failed[name] for name in names[first : first + 500]]
            again = dg.RunsFilter(run_ids=ids, tags={WILL_RETRY_TAG: "true"})
            retried = set(compat.run_ids(self._instance, again))
            failed = {name: run_id for name, run_id in failed.items() if run_id not in retried}
        return set(failed)


def _runs(backfill: Any, statuses: list[dg.DagsterRunStatus] | None = None) -> dg.RunsFilter:
    return dg.RunsFilter(tags={compat.BACKFILL_TAG: backfill.backfill_id}, statuses=statuses or [])


def _end(status: str, *, is_whole: bool) -> ExecutionState:
    if status == "CANCELED":
        return ExecutionState.CANCELED
    # What was completed is whole where its runs were good in the end, however Dagster counts.
    is_good = status == "COMPLETED_SUCCESS" or (status != "FAILED" and is_whole)
    return ExecutionState.SUCCEEDED if is_good else ExecutionState.FAILED


def _ended_at(backfill: Any, progress: float) -> float:
    ended = float(backfill.backfill_end_timestamp or progress)
    # What is completed by then is that the runs are queued.
    return max(ended, progress) if backfill.status.value == "COMPLETED" else ended


def _moment(timestamp: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(timestamp, dt.UTC)
