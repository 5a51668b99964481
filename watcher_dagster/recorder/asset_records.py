"""The executions of the assets of a run, of which each is part of that of the run.

An asset's execution lasts from the first start of its step to its materialization. An asset that was planned, whose
step has started and which is not materialized yet runs; if its step fails, or the run ends, so does it. One whose step
never started has an execution only where the run failed: it is blocked, or has failed with the run. Observing an asset
is no execution of it, but a step that fails to observe one has failed: nothing tells the two apart until then. What a
step has observed before it failed with another asset has not failed. For an asset that is made by a graph of steps,
"its step" is any step of the graph.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import dagster as dg

from watcher_core import ExecutionRecord, ExecutionSource, ExecutionState, provisional_identity
from watcher_dagster import compat
from watcher_dagster.counts import CountKeys
from watcher_dagster.identity import asset_pipeline_name, materialization_identity, run_identity
from watcher_dagster.partitions import partition_start, partition_watermark
from watcher_dagster.recorder.assetlog import AssetLog, graph_name
from watcher_dagster.recorder.check_results import broken_in_dbt, models_broken_in_dbt
from watcher_dagster.recorder.errors import BLOCKING_ERROR, LOADED, MAX_MESSAGE_CHARACTERS
from watcher_dagster.recorder.materializations import (
    combined,
    may_be_no_change,
    next_watermark,
    own_duration,
    plain_metadata,
    range_counts,
    row_counts,
)
from watcher_dagster.recorder.runlog import RunLog, StepLog, moment
from watcher_dagster.runs import ASSET_TYPE


def asset_records(run: dg.DagsterRun, log: RunLog, count_keys: CountKeys) -> Iterator[ExecutionRecord]:
    """The executions of the assets of a run whose steps have started."""
    graphs = _graphs(log)
    executions = _executions_by_step(log)
    names = _names_by_step(log)
    for (step_key, asset_key), asset in log.assets.items():
        own = log.steps.get(step_key)
        graph = graphs.get(graph_name(step_key) or "") if asset.planned else None
        steps = graph.steps if graph else [own] if own else []
        starts = [step.started for step in steps if step.started is not None]
        moments = starts or [made.at for made in asset.materialized.values()]
        if not moments:
            continue
        share = _Share(
            run=run,
            step_key=step_key,
            asset_key=asset_key,
            pipeline_name=asset_pipeline_name(asset_key),
            started=min(moments),
            attempts=max((step.attempts for step in steps), default=1),
            warning=own.warning if own else None,
            is_shared=executions[step_key] > 1
            or (graph is not None and graph.assets > 1)
            or (own is not None and own.makes_others),
            is_over=own is None or own.state is not ExecutionState.RUNNING,
        )
        is_over = log.is_over or share.is_over
        yield from _materialized_records(share, asset, count_keys, is_over=is_over)
        missing = [partition for partition in asset.planned if partition not in asset.materialized]
        if missing and own is not None and own.has_loaded:
            for partition in missing:
                warning = {"warning": f"loaded, and then its rows could not be counted: {LOADED}"}
                yield share.record(partition, ExecutionState.SUCCEEDED, own.ended, warning, may_be_no_change=True)
        elif missing and starts:
            state, ended, error = _outcome(log, own, steps, is_sole=graph is None or graph.assets == 1)
            if asset.is_observation or (asset.observed and state is not ExecutionState.FAILED):
                continue
            if state is ExecutionState.FAILED and own is not None and _is_another_s(own, asset_key, names[step_key]):
                state, error = ExecutionState.BLOCKED, None
            elif error and error.get("class") == BLOCKING_ERROR:  # raised when the body is over: none was to be made
                state, error = ExecutionState.SKIPPED, None
            for partition in missing:
                yield share.record(partition, state, ended, {"error": error} if error else {})


def _names_by_step(log: RunLog) -> dict[str, set[str]]:
    names: dict[str, set[str]] = {}
    for step_key, asset_key in log.assets:
        names.setdefault(step_key, set()).add(asset_key.path[-1])
    return names


def failed_assets(log: RunLog) -> set[str]:
    """Return the pipelines of the assets that the failed steps of a run were to make."""
    names = _names_by_step(log)
    return {
        asset_pipeline_name(key)
        for step, key in log.failed_assets()
        if not _is_spared(log.steps[step], key, names.get(step, set()))
    }


def _is_spared(step: StepLog, asset_key: dg.AssetKey, of_step: set[str]) -> bool:
    """Whether the failure of a step is not one of this asset of it."""
    return step.has_loaded or _is_another_s(step, asset_key, of_step)


def _is_another_s(step: StepLog, asset_key: dg.AssetKey, of_step: set[str]) -> bool:
    """Whether the error of a dbt step names what broke, and this asset is not among it.

    dbt skips what is downstream of a broken model or of a failed test; Dagster has one failure for all of the step's
    assets. Where a broken model is none of those by its name (a translator gave it another), or the message was cut,
    any of them may have broken.
    """
    found, message = broken_in_dbt(step), (step.error or {}).get("message", "")
    models = models_broken_in_dbt(step, of_step)
    is_known = bool(found) and models <= of_step and len(message) < MAX_MESSAGE_CHARACTERS
    return is_known and asset_key.path[-1] not in models


def unstarted(run: dg.DagsterRun, log: RunLog, records: Iterable[ExecutionRecord]) -> Iterator[ExecutionRecord]:
    """The assets of a failed run whose steps never started.

    Where something else in the run has failed, that is the cause, and they are blocked. Where nothing has, the run
    could not start its steps at all (its process never came up, its code could not be loaded), and they have failed.
    """
    if log.state is not ExecutionState.FAILED or log.started is None or log.ended is None:
        return
    recorded = {record.external_id for record in records}
    is_caused = any(record.state is ExecutionState.FAILED for record in records) or any(
        step.state is ExecutionState.FAILED for step in log.steps.values()
    )
    state = ExecutionState.BLOCKED if is_caused else ExecutionState.FAILED
    for (step_key, asset_key), asset in log.assets.items():
        step = log.steps.get(step_key)
        if not asset.planned or asset.observed or (step is not None and step.state is ExecutionState.SKIPPED):
            continue
        share = _Share(
            run=run,
            step_key=step_key,
            asset_key=asset_key,
            pipeline_name=asset_pipeline_name(asset_key),
            started=log.started,
            attempts=1,
            warning=None,
            is_shared=False,
            is_over=True,
        )
        for partition in asset.planned:
            error = {"error": log.error} if log.error and not is_caused else {}
            record = share.record(partition, state, log.ended, dict(error))
            if record.external_id not in recorded:
                yield record


@dataclass(slots=True)
class _Graph:
    """The steps of a graph, and how many of them materialize an asset."""

    steps: list[StepLog] = field(default_factory=list)
    assets: int = 0


def _executions_by_step(log: RunLog) -> Counter[str]:
    """Count the assets and partitions of each step."""
    found: Counter[str] = Counter()
    for (step_key, _), asset in log.assets.items():
        found[step_key] += max(len(asset.planned), len(asset.materialized))
    return found


def _graphs(log: RunLog) -> dict[str, _Graph]:
    outlets = {step_key for (step_key, _), asset in log.assets.items() if asset.planned}
    graphs: dict[str, _Graph] = {}
    for step_key in outlets:
        if name := graph_name(step_key):
            graphs.setdefault(name, _Graph()).assets += 1
    if graphs:
        for step_key, step in log.steps.items():
            if graph := graphs.get(graph_name(step_key) or ""):
                graph.steps.append(step)
    return graphs


@dataclass(slots=True, kw_only=True)
class _Share:
    """A step's work for one asset.

    Attributes:
        is_shared: Whether the step makes more than this: other assets, or other partitions.
        is_over: Whether the step is over. Until then, what it reported may be replaced.
    """

    run: dg.DagsterRun
    step_key: str
    asset_key: dg.AssetKey
    pipeline_name: str
    started: float
    attempts: int
    warning: str | None = None
    is_shared: bool = False
    is_over: bool = True

    def record(
        self,
        partition: str | None,
        state: ExecutionState,
        ended: float | None,
        metadata: dict[str, Any],
        duration: float | None = None,
        **facts: Any,
    ) -> ExecutionRecord:
        start_date = moment(self.started)
        end_date = None if ended is None else max(moment(ended), start_date)
        if self.is_shared:
            facts["duration_is_shared"] = duration is None or end_date is None
            if duration is not None and end_date is not None and duration < (end_date - start_date).total_seconds():
                start_date = end_date - dt.timedelta(seconds=duration)
        metadata["run_id"] = self.run.run_id
        metadata["step_key"] = self.step_key
        if self.attempts > 1:
            metadata["attempts"] = self.attempts
        if self.warning is not None:
            metadata["warning"] = self.warning
        if partition is not None:
            metadata["partition"] = partition
            facts["scope"] = partition
            facts["logical_date"] = partition_start(partition)
            facts["next_watermark"] = facts.get("next_watermark") or partition_watermark(partition)
        return ExecutionRecord(
            pipeline_name=self.pipeline_name,
            pipeline_type_name=ASSET_TYPE,
            source=ExecutionSource.DAGSTER,
            external_id=materialization_identity(self.run.run_id, self.step_key, self.asset_key, partition),
            # What a process of Pipes may have recorded, which does not know its step.
            former_external_id=provisional_identity(self.run.run_id, self.pipeline_name, partition),
            parent_external_id=run_identity(self.run.run_id),
            state=state,
            start_date=start_date,
            end_date=end_date,
            execution_metadata=metadata,
            **facts,
        )


def _materialized_records(
    share: _Share, asset: AssetLog, count_keys: CountKeys, *, is_over: bool
) -> Iterator[ExecutionRecord]:
    done = list(asset.materialized.items())
    found = [combined(made.reported, count_keys) for _, made in done]
    is_range = asset.is_range or (bool(asset.planned) and compat.RANGE_START_TAG in share.run.tags)
    if not is_range:  # each event that the code logs has the numbers of its own partition
        counts = [row_counts(metadata, count_keys) for metadata in found]
    elif is_over:
        counts = range_counts(found, count_keys)
    else:
        counts = [{} for _ in found]  # until all partitions are there, it is unknown whose numbers these are
    for (partition, made), metadata, own in zip(done, found, counts, strict=True):
        # An event that names no partition of several is about all of them, as what the step tracks.
        of_range = _range(asset) if partition is None else {}
        yield share.record(
            partition,
            ExecutionState.SUCCEEDED,
            made.at,
            plain_metadata(metadata) | of_range,
            own_duration(metadata) if share.is_shared else None,
            next_watermark=next_watermark(metadata),
            may_be_no_change=may_be_no_change(metadata),
            is_provisional=not share.is_over,
            **own,
        )


def _range(asset: AssetLog) -> dict[str, Any]:
    planned = [partition for partition in asset.planned if partition is not None]
    return {"partition_range": {"start": planned[0], "end": planned[-1]}} if len(planned) > 1 else {}


def _outcome(
    log: RunLog, own: StepLog | None, steps: list[StepLog], *, is_sole: bool
) -> tuple[ExecutionState, float | None, dict[str, str] | None]:
    """What became of an asset that was planned and is not materialized, although a step of its has started.

    Where other assets come out of the same graph, a failure elsewhere in it need not be this one's; this is known when
    the run ends.
    """
    if own is not None and own.state in (ExecutionState.SUCCEEDED, ExecutionState.SKIPPED):
        return ExecutionState.SKIPPED, own.ended, None
    candidates = ([own] if own else []) + (steps if is_sole or log.is_over else [])
    for step in candidates:
        if step.state is ExecutionState.FAILED:
            return ExecutionState.FAILED, step.ended, step.error
    for step in candidates:
        if step.state is ExecutionState.CANCELED:
            if log.state is ExecutionState.FAILED:
                return ExecutionState.FAILED, step.ended, _reason_of_interruption(log, step)
            return ExecutionState.CANCELED, step.ended, None
    if not log.is_over:
        return ExecutionState.RUNNING, None, None
    if log.state is ExecutionState.SUCCEEDED:
        return ExecutionState.SKIPPED, log.ended, None
    return log.state, log.ended, log.error


def _reason_of_interruption(log: RunLog, step: StepLog) -> dict[str, str] | None:
    """Why a step was interrupted: its own error says only that it was. Who ended the run says why, with no class."""
    return log.error if log.error is not None and "class" not in log.error else step.error
