"""The execution of a run, for the recorder, which reads of it, and the resource, which is inside one of its steps."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from collections.abc import Collection, Mapping
from typing import Any, Final
from weakref import WeakKeyDictionary

import dagster as dg

from watcher_core import ExecutionRecord, ExecutionSource, ExecutionState
from watcher_dagster import compat
from watcher_dagster.identity import run_identity, run_pipeline_name
from watcher_dagster.partitions import partition_start, partition_watermark

logger = logging.getLogger("watcher.dagster")

# The pipeline types of what declares none.
RUN_TYPE: Final = "job"
ASSET_TYPE: Final = "asset"

# On a run that failed, and that Dagster is about to retry.
WILL_RETRY_TAG: Final = "dagster/will_retry"

_instance_ids: Final[WeakKeyDictionary[dg.DagsterInstance, str]] = WeakKeyDictionary()

# Tags that say where a run came from.
PARTITION_TAG: Final = "dagster/partition"
_TAGS: Final = (
    compat.BACKFILL_TAG,
    "dagster/schedule_name",
    "dagster/sensor_name",
    compat.RANGE_START_TAG,
    compat.RANGE_END_TAG,
)


def instance_id(instance: dg.DagsterInstance) -> str | None:
    """Return the id of an instance, by which the recorder names it too; its storage is asked once a process."""
    known = _instance_ids.get(instance)
    if known is not None:
        return known
    try:
        return _instance_ids.setdefault(instance, compat.run_storage_id(instance))
    except Exception:  # whatever Dagster's storage raises, the step must not fail for it
        logger.warning("the id of the Dagster instance is not known; the recorder fills it in", exc_info=True)
        return None


def run_scope(run: dg.DagsterRun, steps: Collection[str] = ()) -> str:
    """What a run was to do, so that a failure of it is taken back by a run that does the same: its selection and
    partition, and perhaps some of its steps alone."""
    selected = [
        *(f"asset {key.to_string()}" for key in run.asset_selection or ()),
        *(f"check {key.to_user_string()}" for key in run.asset_check_selection or ()),
        *(f"op {key}" for key in run.op_selection or ()),
        *(f"step {key}" for key in steps),
    ]
    written = "\n".join(sorted(selected)).encode("utf-8", "replace")  # with half of a character in a key, too
    selection = hashlib.sha256(written).hexdigest()[:16] if selected else "all"
    ends = [run.tags[tag] for tag in (PARTITION_TAG, compat.RANGE_START_TAG, compat.RANGE_END_TAG) if tag in run.tags]
    return "/".join([selection, *ends])


def run_started(run: dg.DagsterRun, start_date: dt.datetime) -> ExecutionRecord:
    """The execution of a run that goes on."""
    return run_record(run, ExecutionState.RUNNING, start_date, None)


def run_record(
    run: dg.DagsterRun,
    state: ExecutionState,
    start_date: dt.datetime,
    end_date: dt.datetime | None,
    metadata: Mapping[str, Any] | None = None,
    *,
    scope: str | None = None,
) -> ExecutionRecord:
    """The execution of a run in a state.

    Args:
        run: The run.
        state: Its state.
        start_date: When it started.
        end_date: When it ended; `None` while it goes on.
        metadata: What else is known of it.
        scope: What it makes good, where it is a retry; that is not known of a retry by itself.
    """
    partition = run.tags.get(PARTITION_TAG)
    # Ad-hoc runs materialize this today and that tomorrow; together they get nowhere. Dagster names their jobs.
    advances = not run.job_name.startswith("__")
    # Executed again from where it failed, or some of it: how long that takes is no measure of the job.
    is_part = run.root_run_id is not None and run.step_keys_to_execute is not None
    known = {
        "run_id": run.run_id,
        "job": run.job_name,
        "location": compat.run_location(run),
        "repository": compat.run_repository(run),
        "partition": partition,
        "parent_run_id": run.parent_run_id,
        "root_run_id": run.root_run_id,
        "will_retry": True if run.tags.get(WILL_RETRY_TAG) == "true" else None,
        "tags": {tag: run.tags[tag] for tag in _TAGS if tag in run.tags} or None,
    }
    return ExecutionRecord(
        pipeline_name=run_pipeline_name(run),
        pipeline_type_name=RUN_TYPE,
        source=ExecutionSource.DAGSTER,
        external_id=run_identity(run.run_id),
        scope=run_scope(run) if scope is None and run.root_run_id is None else scope,
        state=state,
        start_date=start_date,
        end_date=end_date,
        # In which time zone its partition is cut the key does not say. Its assets do, which are known when it is over.
        logical_date=None if partition is None or end_date is None else partition_start(partition),
        next_watermark=partition_watermark(partition) if partition is not None and advances else None,
        execution_metadata={key: value for key, value in known.items() if value is not None} | dict(metadata or {}),
        duration_is_shared=True if is_part and end_date is not None else None,
        declared_by=compat.run_declaring_location(run),
    )
