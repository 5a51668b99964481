"""Translates the events of a run into executions. Pure: records in, records out.

A run is one execution, and each asset that it materializes is another, part of it. A run may be translated any number
of times, while it is open and after: each time as a whole, and the same execution has the same identity, so that
nothing is recorded twice and what was missing is added.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Any

import dagster as dg

from watcher_core import ExecutionRecord, ExecutionSource, ExecutionState, masking
from watcher_dagster import compat
from watcher_dagster.counts import PRESETS_ALONE, CountKeys
from watcher_dagster.identity import (
    WATCHER_RUN_TAG,
    asset_pipeline_name,
    former_runless_identity,
    run_identity,
    runless_identity,
)
from watcher_dagster.metadata import EXECUTION_ID_KEY
from watcher_dagster.partitions import partition_start, partition_watermark
from watcher_dagster.recorder.asset_records import asset_records, failed_assets, unstarted
from watcher_dagster.recorder.check_results import failed_by_checks
from watcher_dagster.recorder.errors import MAX_MESSAGE_CHARACTERS
from watcher_dagster.recorder.materializations import may_be_no_change, next_watermark, plain_metadata, row_counts
from watcher_dagster.recorder.runlog import RunLog, StepLog, moment, read_log
from watcher_dagster.runs import ASSET_TYPE, RUN_TYPE, run_record

# So many steps, checks and assets a failed run names; by that number, the check of failures knows that it named all.
MOST_NAMED = 20


def translate_run(
    record: dg.RunRecord,
    events: Iterable[dg.EventLogRecord],
    *,
    steps: Mapping[str, StepLog] = MappingProxyType({}),
    unpartitioned: Collection[dg.AssetKey] = (),
    scope: str | None = None,
    count_keys: CountKeys = PRESETS_ALONE,
) -> list[ExecutionRecord]:
    """The execution of a run, and those of its assets.

    Args:
        record: The run.
        events: Its events of `runlog.EVENT_TYPES`, in the order of the log, read after the run.
        steps: What is known already of its steps, whose events are not among those.
        unpartitioned: Its assets that have no partitions, whatever was planned for them; see `EventLog.unpartitioned`.
        scope: What it makes good, where it is a retry.
        count_keys: Which metadata counts rows.

    Returns:
        None for a run of our own, and for one that has not started yet.
    """
    run = record.dagster_run
    if WATCHER_RUN_TAG in run.tags:
        return []
    log = read_log(record, events, steps=steps, unpartitioned=unpartitioned)
    return translate_log(log, scope=scope, count_keys=count_keys)


def translate_log(
    log: RunLog, *, scope: str | None = None, count_keys: CountKeys = PRESETS_ALONE
) -> list[ExecutionRecord]:
    """As `translate_run`, of events that have been read."""
    run = log.record.dagster_run
    if log.started is None:
        if not log.is_over or log.ended is None:
            return []
        # It was over before it began: canceled in the queue, or its process never came up. That happened when it ended:
        # a run that has succeeded while this one waited makes nothing of it good.
        log.started = log.ended
    started, ended = moment(log.started), log.end()
    metadata: dict[str, Any] = {"error": log.error} if log.error else {}
    failed = sorted(key for key, step in log.steps.items() if step.state is ExecutionState.FAILED)
    if failed and log.is_over:  # until then others may fail, and what is recorded once stays
        metadata |= _failed(log, failed)
    records = list(asset_records(run, log, count_keys))
    return [run_record(run, log.state, started, ended, metadata, scope=scope), *records, *unstarted(run, log, records)]


def _failed(log: RunLog, failed: list[str]) -> dict[str, Any]:
    """Which steps have failed, for which assets, and by which checks, where nothing else is why."""
    found: dict[str, Any] = {"failed_steps": failed[:MOST_NAMED]}
    if log.checks and log.state is ExecutionState.FAILED and (checks := failed_by_checks(log, failed)):
        found["failed_checks"] = checks[:MOST_NAMED]
    if assets := sorted(failed_assets(log)):
        found["failed_assets"] = assets[:MOST_NAMED]
    return found


def translate_runless(
    event: dg.EventLogRecord, instance_id: str, *, count_keys: CountKeys = PRESETS_ALONE
) -> ExecutionRecord | None:
    """The execution of a materialization that was reported without a run; `None` for what we reported ourselves."""
    entry = event.event_log_entry
    materialization = compat.materialization(entry.get_dagster_event())
    metadata, partition = materialization.metadata, materialization.partition
    if EXECUTION_ID_KEY in metadata or EXECUTION_ID_KEY in (materialization.tags or {}):
        return None
    at = moment(entry.timestamp)
    return ExecutionRecord(
        pipeline_name=asset_pipeline_name(materialization.asset_key),
        pipeline_type_name=ASSET_TYPE,
        source=ExecutionSource.DAGSTER,
        external_id=runless_identity(instance_id, event.storage_id, entry.timestamp, materialization.asset_key),
        former_external_id=former_runless_identity(event.storage_id, materialization.asset_key),
        state=ExecutionState.SUCCEEDED,
        start_date=at,
        end_date=at,
        scope=partition,
        logical_date=None if partition is None else partition_start(partition),
        next_watermark=next_watermark(metadata) or (partition_watermark(partition) if partition else None),
        **row_counts(metadata, count_keys),
        may_be_no_change=may_be_no_change(metadata),
        execution_metadata=plain_metadata(metadata) | ({} if partition is None else {"partition": partition}),
    )


def unreadable_run(record: dg.RunRecord, reason: str) -> list[ExecutionRecord]:
    """The execution of a run whose events cannot be read: what its status says, and why there is no more."""
    executions = translate_run(record, ())
    for execution in executions:
        execution.execution_metadata["recorder_error"] = masking.beginning(reason, MAX_MESSAGE_CHARACTERS)
    return executions


def unknown_run(run_id: str, job_name: str, state: ExecutionState, ended: float, reason: str) -> ExecutionRecord:
    """The execution of a run of which nothing can be read but that it ended."""
    return ExecutionRecord(
        pipeline_name=job_name.strip() or "unknown job",
        pipeline_type_name=RUN_TYPE,
        source=ExecutionSource.DAGSTER,
        external_id=run_identity(run_id),
        state=state,
        start_date=moment(ended),
        end_date=moment(ended),
        execution_metadata={"run_id": run_id, "recorder_error": masking.beginning(reason, MAX_MESSAGE_CHARACTERS)},
    )


def ended_execution(
    external_id: str, pipeline_name: str, started: float, state: ExecutionState, ended: float, reason: str
) -> ExecutionRecord:
    """The end of an execution that was recorded as running, and of which Dagster has no more events."""
    return ExecutionRecord(
        pipeline_name=pipeline_name,
        source=ExecutionSource.DAGSTER,
        external_id=external_id,
        state=state,
        start_date=moment(started),
        end_date=moment(max(started, ended)),
        execution_metadata={"recorder_error": masking.beginning(reason, MAX_MESSAGE_CHARACTERS)},
    )
