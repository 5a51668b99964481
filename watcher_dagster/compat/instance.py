"""The instance: its runs and events by page, and one connection for many questions."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import Any, Final

import dagster as dg


def run_storage_id(instance: dg.DagsterInstance) -> str:
    """Return the id of the instance's run storage: it differs between instances, wherever they are opened."""
    # Every storage that comes with Dagster has one; the type does not say so.
    run_storage: Any = instance.run_storage
    return str(run_storage.get_run_storage_id())


def retries_runs(instance: dg.DagsterInstance) -> bool:
    """Return whether Dagster's daemon retries runs of the instance; each run that fails then has a tag that says so."""
    return bool(instance.run_retries_enabled)


def count_runs(instance: dg.DagsterInstance, filters: dg.RunsFilter) -> int:
    """Count runs without reading them."""
    return instance.get_runs_count(filters)


def run_ids(instance: dg.DagsterInstance, filters: dg.RunsFilter) -> Sequence[str]:
    """Return the ids of runs, also of those that cannot be read."""
    return instance.get_run_ids(filters)


# By the id of the plan, a hash of what is in it: the runs of a job have the same.
_unpartitioned: Final[dict[str, frozenset[dg.AssetKey]]] = {}
MOST_PLANS: Final = 1_000


def unpartitioned_assets(instance: dg.DagsterInstance, run: dg.DagsterRun) -> frozenset[dg.AssetKey]:
    """Return the assets without partitions that a run was to make beside those with partitions."""
    plan_id = run.execution_plan_snapshot_id
    if plan_id is None:
        return frozenset()
    if plan_id not in _unpartitioned:
        if len(_unpartitioned) >= MOST_PLANS:
            _unpartitioned.clear()
        steps = instance.get_execution_plan_snapshot(plan_id).steps
        properties = [output.properties for step in steps for output in step.outputs]
        is_partitioned = {each.asset_key: each.is_asset_partitioned for each in properties if each and each.asset_key}
        without = (key for key, partitioned in is_partitioned.items() if not partitioned)
        _unpartitioned[plan_id] = frozenset(without if any(is_partitioned.values()) else ())
    return _unpartitioned[plan_id]


def run_events(
    instance: dg.DagsterInstance,
    run_id: str,
    cursor: str | None,
    event_types: Collection[dg.DagsterEventType],
    limit: int,
    *,
    ascending: bool = True,
) -> tuple[Sequence[dg.EventLogRecord], str, bool]:
    """Return a page of a run's events, the cursor behind it, and whether there are more."""
    page = instance.get_records_for_run(run_id, cursor, set(event_types), limit, ascending)
    return page.records, page.cursor, page.has_more


@contextmanager
def kept_connection(instance: dg.DagsterInstance) -> Iterator[None]:
    """Answer this thread's questions to the event log, and to the storage of runs, with one connection each.

    Dagster's storages in PostgreSQL and MySQL open a connection for each question, which takes longer than most of the
    answers. Where a storage has no such method, nothing changes.
    """
    with _kept(instance.event_log_storage, "_connect"), _kept(instance.run_storage, "connect"):
        yield


@contextmanager
def _kept(storage: Any, method: str) -> Iterator[None]:
    from sqlalchemy.pool import NullPool

    opens_each_time = isinstance(getattr(getattr(storage, "_engine", None), "pool", None), NullPool)
    if not opens_each_time or not hasattr(storage, method):
        yield
        return
    opened, owner = getattr(storage, method), threading.get_ident()
    with ExitStack() as stack:
        kept: list[Any] = []

        def connect() -> AbstractContextManager[Any]:
            if threading.get_ident() != owner:
                return opened()  # type: ignore[no-any-return] # a method of Dagster's that is not public
            if not kept:
                kept.append(stack.enter_context(opened()))
            return nullcontext(kept[0])

        setattr(storage, method, connect)
        try:
            yield
        finally:
            delattr(storage, method)  # the method of the class is there again


def cursor_behind(storage_id: int) -> str:
    """Return the cursor behind an event of a run's log, or of the log of what has no run."""
    from dagster._core.event_api import EventLogCursor

    return EventLogCursor.from_storage_id(storage_id).to_string()


def step_stats(instance: dg.DagsterInstance, run_id: str, step_keys: Iterable[str]) -> Sequence[Any]:
    """Return start, end and attempts of steps, with `start_time`, `end_time` and `attempts` each."""
    return instance.get_run_step_stats(run_id, list(step_keys))


def latest_check_evaluation(
    instance: dg.DagsterInstance, key: dg.AssetCheckKey
) -> tuple[bool, dg.AssetCheckEvaluation | None]:
    """Return whether an asset check was ever planned, and its newest evaluation, unless it is planned again since."""
    record = instance.get_latest_asset_check_evaluation_record(key)
    found = None if record is None else record.evaluation
    return record is not None, found if isinstance(found, dg.AssetCheckEvaluation) else None
