"""Reads Dagster's runs and event log, in pages, and around what cannot be read.

An event may be broken, or be of a class that this version of Dagster does not know. Dagster then raises an error for
the whole page that it is on. The readers here return what can be read around it. The error of a database that does not
answer is always raised: nothing is wrong with any run then.
"""

from __future__ import annotations

import datetime as dt
import heapq
import logging
from collections.abc import Callable, Iterator, Sequence, Set
from typing import Any, Final

import dagster as dg
import sqlalchemy as sa

from watcher_core import ExecutionState
from watcher_dagster import compat
from watcher_dagster.recorder.runlog import EVENT_TYPES, RunLog, StepLog, read_log
from watcher_dagster.runs import PARTITION_TAG, WILL_RETRY_TAG

log = logging.getLogger("watcher.dagster")

END_TYPES: Final = (
    dg.DagsterEventType.RUN_SUCCESS,
    dg.DagsterEventType.RUN_FAILURE,
    dg.DagsterEventType.RUN_CANCELED,
)
# Those that have started and are not over; older versions of Dagster know fewer.
OPEN_STATUSES: Final = [
    status for status in dg.DagsterRunStatus if status.value in ("STARTED", "CANCELING", "SUSPENDED")
]
OVER_STATUSES: Final = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]

RUNLESS: Final = ""  # the run id of what is reported without a run

ENDS_PAGE: Final = 200
EVENTS_PAGE: Final = 10_000
RUNLESS_PAGE: Final = 500

MAX_STORAGE_ID: Final = 2**53

_RUN_EVENT_TYPES: Final = EVENT_TYPES
_OF_UNFINISHED: Final = frozenset({dg.DagsterEventType.STEP_WORKER_STARTING, dg.DagsterEventType.STEP_OUTPUT})
_STEP_ENDS: Final = frozenset({dg.DagsterEventType.STEP_SUCCESS})
_RUNLESS_TYPES: Final = {
    dg.DagsterEventType.ASSET_MATERIALIZATION,
    dg.DagsterEventType.ASSET_OBSERVATION,
    dg.DagsterEventType.ASSET_CHECK_EVALUATION,
}


def is_outage(error: BaseException) -> bool:
    """Return whether the database did not answer: what was to be read is not at fault."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, sa.exc.DBAPIError | sa.exc.TimeoutError | OSError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


class EventLog:
    """The runs and events of a Dagster instance."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self._instance = instance

    def runs(self, run_ids: Sequence[str]) -> tuple[dict[str, dg.RunRecord], dict[str, Exception]]:
        """Return the runs of these ids, and why some cannot be read. One that is in neither was deleted."""
        if not run_ids:
            return {}, {}
        try:
            return _by_id(self._instance.get_run_records(dg.RunsFilter(run_ids=list(run_ids)))), {}
        except Exception as error:
            if is_outage(error):
                raise
            if len(run_ids) == 1:
                return {}, {run_ids[0]: error}
        found: dict[str, dg.RunRecord] = {}
        failures: dict[str, Exception] = {}
        for run_id in run_ids:
            one, failure = self.runs([run_id])
            found |= one
            failures |= failure
        return found, failures

    def open_runs(self) -> tuple[dict[str, dg.RunRecord], dict[str, Exception]]:
        """Return the runs that have started and are not over, and why some of them cannot be read."""
        filters = dg.RunsFilter(statuses=OPEN_STATUSES)
        try:
            return _by_id(self._instance.get_run_records(filters)), {}
        except Exception as error:
            if is_outage(error):
                raise
        return self.runs(compat.run_ids(self._instance, filters))

    def count_ended(self, since: float) -> int:
        """Count the runs that have ended since."""
        ended = dg.RunsFilter(statuses=OVER_STATUSES, updated_after=dt.datetime.fromtimestamp(since, dt.UTC))
        return compat.count_runs(self._instance, ended)

    def ends(self, after: int) -> Iterator[dg.EventLogRecord]:
        """Yield the ends of runs after a storage id, in the order of the log."""
        return heapq.merge(
            *(self._ends_of_type(event_type, after) for event_type in END_TYPES), key=lambda event: event.storage_id
        )

    def last_end_before(self, since: float) -> int:
        """Return the storage id after which all ends since `since` come; 0 where the log begins later."""
        last = self._newest_end(before_timestamp=since)
        firsts = (self._page(event_type, 0, 1, after_timestamp=since) for event_type in END_TYPES)
        return min([last, *(page[0].storage_id - 1 for page in firsts if page)])

    def newest_end(self) -> int:
        """Return the storage id of the newest end of a run; 0 where there is none."""
        return self._newest_end()

    def end_at(self, storage_id: int) -> tuple[str, float] | None:
        """Return the run and the time of the end that has this storage id; `None` where there is none."""
        for event_type in END_TYPES:
            filters = _filter(event_type, after_storage_id=storage_id - 1, before_storage_id=storage_id + 1)
            for event in self._instance.fetch_run_status_changes(filters, limit=1).records:
                return event.event_log_entry.run_id, event.event_log_entry.timestamp
        return None

    def read(self, record: dg.RunRecord) -> tuple[RunLog, list[dg.EventLogRecord], str | None]:
        """Return a run as its events show it, these events, and the cursor behind them.

        Of a run that succeeded, the ends of its steps are read only where they matter: they are a quarter of the
        events. Of one that did not, also which steps were about to start: these may go on; and which outputs there
        were: what a step has observed before it failed is one.
        """
        run_id = record.dagster_run.run_id
        if record.dagster_run.status is dg.DagsterRunStatus.SUCCESS:
            events, seen = self.events(run_id, _RUN_EVENT_TYPES - _STEP_ENDS)
            unpartitioned = self.unpartitioned(record, events)
            run_log = read_log(record, events, unpartitioned=unpartitioned)
            if run_log.is_plain_success:
                run_log.succeed()
                return run_log, events, seen
            rest, _ = self.events(run_id, _STEP_ENDS)
            events = sorted([*events, *rest], key=lambda event: event.storage_id)
        else:
            events, seen = self.events(run_id, _RUN_EVENT_TYPES | _OF_UNFINISHED)
            unpartitioned = self.unpartitioned(record, events)
        return read_log(record, events, unpartitioned=unpartitioned), events, seen

    def unpartitioned(self, record: dg.RunRecord, events: Sequence[dg.EventLogRecord]) -> Set[dg.AssetKey]:
        """Return the assets of a run that have no partitions, although Dagster has planned that of the run for them.

        It does so where the last asset of the run is partitioned by time. The run's own plan knows better, and is not
        read where the run succeeded and all events name a partition: the last of each asset is Dagster's own then.
        """
        run = record.dagster_run
        if PARTITION_TAG not in run.tags and compat.RANGE_START_TAG not in run.tags:
            return frozenset()
        planned: set[dg.AssetKey] = set()
        named: set[dg.AssetKey] = set()
        unnamed: set[dg.AssetKey] = set()
        for each in events:
            event = each.event_log_entry.dagster_event
            kind = None if event is None else event.event_type_value
            if event is None or kind not in ("ASSET_MATERIALIZATION_PLANNED", "ASSET_MATERIALIZATION"):
                continue
            if kind == "ASSET_MATERIALIZATION_PLANNED":
                asset_key, partitions, _ = compat.planned_partitions(event)
                planned |= {asset_key} if partitions != [None] else set()
            else:
                made = compat.materialization(event)
                (unnamed if made.partition is None else named).add(made.asset_key)
        if not planned or (run.status is dg.DagsterRunStatus.SUCCESS and planned <= named - unnamed):
            return frozenset()
        try:
            return planned & compat.unpartitioned_assets(self._instance, run)
        except Exception as error:
            if is_outage(error):
                raise
            log.warning("the plan of run %s cannot be read; its assets are taken to have its partition", run.run_id)
            return frozenset()

    def events(
        self, run_id: str, event_types: Set[dg.DagsterEventType] = _RUN_EVENT_TYPES
    ) -> tuple[list[dg.EventLogRecord], str | None]:
        """Return the events of a run that are translated, and the cursor behind them."""
        events: list[dg.EventLogRecord] = []
        seen: str | None = None
        while True:
            page, seen, has_more = compat.run_events(self._instance, run_id, seen, event_types, EVENTS_PAGE)
            events.extend(page)
            if not has_more:
                return events, seen

    def failed_steps(self, run_id: str) -> set[str]:
        """Return the steps of a run that failed."""
        failures, _ = self.events(run_id, {dg.DagsterEventType.STEP_FAILURE})
        steps = (event.event_log_entry.step_key for event in failures)
        return {step_key for step_key in steps if step_key is not None}

    def materialization(self, run_id: str, asset_key: dg.AssetKey) -> tuple[dg.EventLogRecord, StepLog] | None:
        """Return the materialization of an asset in an open run, with the step that made it, which is over.

        `None` where this is not enough to record it: it is not the newest, one of several, or made by a graph.
        """
        newest = self._instance.fetch_materializations(asset_key, limit=2).records
        own = [event for event in newest if event.run_id == run_id]
        step_key = own[0].event_log_entry.step_key if len(own) == 1 else None
        if step_key is None or "." in step_key:
            return None
        for stats in compat.step_stats(self._instance, run_id, [step_key]):
            if stats.start_time is not None:
                step = StepLog(
                    started=stats.start_time,
                    ended=stats.end_time,
                    state=ExecutionState.SUCCEEDED,
                    attempts=stats.attempts or 1,
                )
                return own[0], step
        return None

    def may_be_retried(self, run: dg.DagsterRun) -> bool:
        """Return whether it is not known yet if Dagster retries a run that failed: it says so a moment later."""
        return WILL_RETRY_TAG not in run.tags and compat.retries_runs(self._instance)

    def has_news(self, run_id: str, seen: str | None) -> bool:
        """Return whether a run has events after a cursor."""
        return bool(compat.run_events(self._instance, run_id, seen, _RUN_EVENT_TYPES, 1)[0])

    def has_runless(self, storage_id: int, timestamp: float) -> bool:
        """Return whether an event without a run still has this storage id."""
        before = compat.cursor_behind(storage_id - 1)
        page, _, _ = compat.run_events(self._instance, RUNLESS, before, _RUNLESS_TYPES, 1)
        return [(event.storage_id, event.event_log_entry.timestamp) for event in page] == [(storage_id, timestamp)]

    def runless(self, seen: str | None) -> tuple[Sequence[dg.EventLogRecord], str]:
        """Return a page of the materializations and observations without a run, and the cursor behind it."""
        page, following, _ = compat.run_events(self._instance, RUNLESS, seen, _RUNLESS_TYPES, RUNLESS_PAGE)
        return page, following

    def runless_after_poison(self) -> tuple[list[dg.EventLogRecord], str | None]:
        """Return the events without a run after the newest one that cannot be read, and the cursor there."""
        events: list[dg.EventLogRecord] = []
        seen = None
        limit = RUNLESS_PAGE
        while True:
            try:
                page, following, _ = compat.run_events(
                    self._instance, RUNLESS, seen, _RUNLESS_TYPES, limit, ascending=False
                )
            except Exception as error:
                if is_outage(error):
                    raise
                if limit == 1:
                    return events[::-1], seen
                limit = max(1, limit // 2)
                continue
            if not page:
                return events[::-1], seen
            events.extend(page)
            seen = following

    def _newest_end(self, before_timestamp: float | None = None) -> int:
        newest = 0
        for event_type in END_TYPES:
            filters = _filter(event_type, before_timestamp=before_timestamp)
            try:
                page = self._instance.fetch_run_status_changes(filters, limit=1).records
            except Exception as error:
                if is_outage(error):
                    raise
                log.warning("the newest %s cannot be read", event_type.value, exc_info=True)
                continue
            newest = max([newest, *(event.storage_id for event in page)])
        return newest

    def _ends_of_type(self, event_type: dg.DagsterEventType, after: int) -> Iterator[dg.EventLogRecord]:
        while page := self._page(event_type, after, ENDS_PAGE):
            yield from page
            after = page[-1].storage_id

    def _page(
        self, event_type: dg.DagsterEventType, after: int, limit: int, *, after_timestamp: float | None = None
    ) -> Sequence[dg.EventLogRecord]:
        """Return the next ends of a type: as many as can be read at once, after those that cannot be read at all."""

        def fetch(after: int, before: int | None, limit: int) -> Sequence[dg.EventLogRecord]:
            filters = _filter(
                event_type, after_storage_id=after, before_storage_id=before, after_timestamp=after_timestamp
            )
            return self._instance.fetch_run_status_changes(filters, limit=limit, ascending=True).records

        while True:
            try:
                return fetch(after, None, limit)
            except Exception as error:
                if is_outage(error):
                    raise
                if limit > 1:
                    limit = limit // 2
                    continue
                after = _find_poison(fetch, after)
                log.error(
                    "the %s with storage id %d cannot be read and is passed over: %s", event_type.value, after, error
                )


def _find_poison(fetch: Callable[[int, int | None, int], Sequence[dg.EventLogRecord]], after: int) -> int:
    """Return the storage id of the next event, which cannot be read, by how far a page may reach without an error."""

    def is_readable(before: int) -> bool:
        try:
            fetch(after, before, 1)
        except Exception as error:
            if is_outage(error):
                raise
            return False
        return True

    readable, step = after + 1, 1
    while is_readable(readable + step):
        if step > MAX_STORAGE_ID:
            return after  # it is gone
        readable, step = readable + step, step * 2
    broken = readable + step
    while broken - readable > 1:
        middle = (readable + broken) // 2
        if is_readable(middle):
            readable = middle
        else:
            broken = middle
    return broken - 1


def _filter(event_type: dg.DagsterEventType, **bounds: Any) -> dg.RunStatusChangeRecordsFilter:
    return dg.RunStatusChangeRecordsFilter(event_type, **bounds)  # type: ignore[arg-type] # it wants literals


def _by_id(records: Sequence[dg.RunRecord]) -> dict[str, dg.RunRecord]:
    return {record.dagster_run.run_id: record for record in records}
