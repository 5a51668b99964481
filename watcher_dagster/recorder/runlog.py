"""A run as its events show it: which steps started, failed and succeeded, which assets were planned and made."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import dagster as dg

from watcher_core import ExecutionState
from watcher_dagster import compat
from watcher_dagster.recorder.assetlog import AssetLog, Outputs, graph_name
from watcher_dagster.recorder.errors import BLOCKING_ERROR, LOADED, error_facts, is_interruption, with_external_cause

# The events that are read of a run.
EVENT_TYPES: Final = frozenset(
    {
        dg.DagsterEventType.RUN_START,
        dg.DagsterEventType.RUN_SUCCESS,
        dg.DagsterEventType.RUN_FAILURE,
        dg.DagsterEventType.RUN_CANCELING,
        dg.DagsterEventType.RUN_CANCELED,
        dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED,
        dg.DagsterEventType.ASSET_MATERIALIZATION,
        dg.DagsterEventType.ASSET_OBSERVATION,
        dg.DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED,
        dg.DagsterEventType.ASSET_CHECK_EVALUATION,
        dg.DagsterEventType.STEP_START,
        dg.DagsterEventType.STEP_RESTARTED,
        dg.DagsterEventType.STEP_UP_FOR_RETRY,
        dg.DagsterEventType.STEP_SUCCESS,
        dg.DagsterEventType.STEP_FAILURE,
        dg.DagsterEventType.STEP_SKIPPED,
        dg.DagsterEventType.ENGINE_EVENT,
    }
)

RUN_ENDS: Final = {
    dg.DagsterEventType.RUN_SUCCESS.value: ExecutionState.SUCCEEDED,
    dg.DagsterEventType.RUN_FAILURE.value: ExecutionState.FAILED,
    dg.DagsterEventType.RUN_CANCELED.value: ExecutionState.CANCELED,
}
_STATUS_ENDS: Final = {
    dg.DagsterRunStatus.SUCCESS: ExecutionState.SUCCEEDED,
    dg.DagsterRunStatus.FAILURE: ExecutionState.FAILED,
    dg.DagsterRunStatus.CANCELED: ExecutionState.CANCELED,
}

_STEP_EVENTS: Final = frozenset(
    {"STEP_START", "STEP_RESTARTED", "STEP_UP_FOR_RETRY", "STEP_SUCCESS", "STEP_SKIPPED", "STEP_FAILURE"}
)

# A process of a step is started, or a queue takes it, some seconds before the step's own first event. Events of the
# engine that name a step are of executors as Celery's.
_STEP_BEGINNINGS: Final = frozenset(
    {"STEP_WORKER_STARTING", "STEP_START", "STEP_RESTARTED", "STEP_UP_FOR_RETRY", "ENGINE_EVENT"}
)

# What Dagster says of a run that others end: the reason, if there is one, is in an event of the engine before it, which
# has an error, or says what became of the process.
NO_REASON: Final = "This run has been marked as failed from outside the execution context."
_END_OF_PROCESS: Final = re.compile(r"terminated by signal|exited with code|run worker", re.IGNORECASE)

# What Dagster's monitor says as it stops a run that has taken too long, and then fails it. The run stops as one that is
# canceled, and may say so before or after that.
STOPPED_FOR: Final = "Canceling due to exceeding maximum runtime"
FAILED_FOR: Final = "Exceeded maximum runtime"

# What Pipes reports of an external process beside the step's own events, in events of the engine.
PIPES_EXCEPTION: Final = "[pipes] external process pipes closed with exception"
PIPES_READER_FAILED: Final = "[pipes] framework exception occurred"


@dataclass(slots=True)
class StepLog:
    """A step, through all of its attempts.

    Attributes:
        external_cause: The error that an external process reported, in its last attempt.
        makes_others: Whether it makes more than the asset whose events are read.
        warning: What went wrong and failed nothing: from then on, what an external process reported is lost.
    """

    started: float | None = None
    ended: float | None = None
    state: ExecutionState = ExecutionState.RUNNING
    attempts: int = 0
    error: dict[str, str] | None = None
    external_cause: dict[str, str] | None = None
    warning: str | None = None
    makes_others: bool = False

    @property
    def has_loaded(self) -> bool:
        """Whether it failed only when it was to count the rows that it had loaded."""
        return self.error is not None and LOADED in self.error["message"]

    def end(self, state: ExecutionState, timestamp: float) -> None:
        self.state, self.ended = state, timestamp


@dataclass(slots=True)
class CheckLog:
    """What a step was to do for an asset check, and the last result by partition; `None` is the whole asset."""

    planned: dict[str | None, None] = field(default_factory=dict)
    results: dict[str | None, tuple[dg.AssetCheckEvaluation, float]] = field(default_factory=dict)

    @property
    def has_failed(self) -> bool:
        """Whether a result did not pass."""
        return any(not evaluation.passed for evaluation, _ in self.results.values())


class RunLog:
    """A run, as far as its events have been read."""

    def __init__(self, record: dg.RunRecord, unpartitioned: Collection[dg.AssetKey] = ()) -> None:
        self.record = record
        self._unpartitioned = unpartitioned
        status = record.dagster_run.status
        self.started = record.start_time
        self.state = _STATUS_ENDS.get(status, ExecutionState.RUNNING)
        self.ended = record.end_time or (
            None if self.state is ExecutionState.RUNNING else record.update_timestamp.timestamp()
        )
        self.error: dict[str, str] | None = None
        self._reason: dict[str, str] | None = None
        self._overrun: str | None = None
        self.steps: dict[str, StepLog] = {}
        self.assets: dict[tuple[str, dg.AssetKey], AssetLog] = {}
        self.checks: dict[tuple[str, dg.AssetCheckKey], CheckLog] = {}
        self._made_by_graphs: dict[tuple[str, dg.AssetKey], AssetLog] = {}
        self._outputs = Outputs()

    @property
    def is_over(self) -> bool:
        return self.state is not ExecutionState.RUNNING

    @property
    def is_plain_success(self) -> bool:
        """Whether the run succeeded and made all that was planned: how its steps ended says nothing more then."""
        return (
            self.state is ExecutionState.SUCCEEDED
            and not self.checks
            and all(step.state is ExecutionState.RUNNING for step in self.steps.values())
            and all(
                not asset.observed and asset.planned.keys() <= asset.materialized.keys()
                for asset in self.assets.values()
            )
        )

    def succeed(self) -> None:
        """End the steps of a plain success, whose ends were not read."""
        for step in self.steps.values():
            step.state = ExecutionState.SUCCEEDED

    def end(self) -> dt.datetime | None:
        if not self.is_over or self.ended is None:
            return None
        return moment(max(self.ended, self.started or self.ended))

    def failed_assets(self) -> set[tuple[str, dg.AssetKey]]:
        """Return what each failed step was to make and did not, or had made when something after that failed.

        Where that was a blocking check, those are the assets that it is about, whichever step ran it.
        """
        found: set[tuple[str, dg.AssetKey]] = set()
        for step_key, step in self.steps.items():
            if step.state is not ExecutionState.FAILED:
                continue
            assets = {key: asset for (of_step, key), asset in self.assets.items() if of_step == step_key}
            missing = {
                key
                for key, asset in assets.items()
                if not asset.is_observation and asset.planned.keys() - asset.materialized.keys()
            }
            checked = self._assets_of_failed_checks(step_key, step)
            found |= {(step_key, key) for key in missing | checked or assets.keys()}
        return found

    def _assets_of_failed_checks(self, step_key: str, step: StepLog) -> set[dg.AssetKey]:
        if (step.error or {}).get("class") != BLOCKING_ERROR:
            return set()
        return {
            key.asset_key for (of_step, key), check in self.checks.items() if of_step == step_key and check.has_failed
        }

    def add(self, entry: dg.EventLogEntry) -> None:
        event = entry.dagster_event
        if event is None:
            return
        kind, timestamp = event.event_type_value, entry.timestamp
        is_yielded = self._outputs.add(kind, event.step_key)
        if kind in _STEP_EVENTS:
            self._add_to_step(self._step(event.step_key or ""), kind, timestamp, event)
            if self.checks and kind in ("STEP_RESTARTED", "STEP_UP_FOR_RETRY"):
                self._forget_results(event.step_key or "")
        elif kind == "ASSET_MATERIALIZATION":
            self._add_materialization(event.step_key or "", compat.materialization(event), timestamp)
        elif kind == "ASSET_OBSERVATION":
            observation = compat.observation(entry)
            if observation is not None:
                asset = self._asset(event.step_key, observation.asset_key)
                asset.observed = True
                asset.is_observation |= is_yielded
        elif kind == "ASSET_MATERIALIZATION_PLANNED":
            self._plan(event)
        elif kind == "ASSET_CHECK_EVALUATION":
            evaluation: dg.AssetCheckEvaluation = compat.event_data(event)
            key = dg.AssetCheckKey(evaluation.asset_key, evaluation.check_name)
            self._check(event.step_key, key).results[getattr(evaluation, "partition", None)] = evaluation, timestamp
        elif kind == "ASSET_CHECK_EVALUATION_PLANNED":
            key, partitions = compat.planned_check(event)
            self._check(event.step_key, key).planned |= dict.fromkeys(partitions)
        elif kind == "PIPELINE_START":
            self.started = timestamp
        elif kind == "ENGINE_EVENT":
            if event.step_key is not None:
                self._add_of_pipes(self._step(event.step_key), event)
            else:
                self._reason = self._reason_of(event) or self._reason
        elif kind == "PIPELINE_CANCELING":
            _, is_overrun, limit = (event.message or "").partition(STOPPED_FOR)
            if is_overrun:
                self._overrun = f"{FAILED_FOR}{limit}"
        elif kind in RUN_ENDS:
            self._end(RUN_ENDS[kind], timestamp, event)

    def _end(self, state: ExecutionState, timestamp: float, event: dg.DagsterEvent) -> None:
        if state is ExecutionState.CANCELED and self._overrun is not None:
            self.state, self.ended = ExecutionState.FAILED, timestamp
            self.error = self.error or error_facts(None, self._overrun)
            return
        self.state, self.ended = state, timestamp
        failed = state is ExecutionState.FAILED
        self.error = error_facts(compat.event_error(event), event.message) if failed else None
        if failed and event.message == NO_REASON and self._reason is not None:
            self.error = self._reason

    def _reason_of(self, event: dg.DagsterEvent) -> dict[str, str] | None:
        error, message = compat.event_error(event), event.message or ""
        if error is None and not _END_OF_PROCESS.search(message):
            return None
        # Where the message names the run, nobody needs its id.
        return error_facts(error, message.replace(f" for {self.record.dagster_run.run_id}", ""))

    def _step(self, step_key: str) -> StepLog:
        step = self.steps.get(step_key)
        if step is None:
            step = self.steps[step_key] = StepLog()
        return step

    @staticmethod
    def _add_of_pipes(step: StepLog, event: dg.DagsterEvent) -> None:
        message = event.message or ""
        if message.startswith(PIPES_EXCEPTION):
            step.external_cause = error_facts(compat.event_error(event), message)
        elif message.startswith(PIPES_READER_FAILED):
            error = error_facts(compat.event_error(event), message)
            step.warning = f"what the external process reported after this is lost: {error['message']}"

    def _add_materialization(self, step_key: str, made: dg.AssetMaterialization, timestamp: float) -> None:
        step = self.steps.get(step_key)
        attempt = step.attempts if step else 0
        of_graph = self._made_by_graphs.get((graph_name(step_key) or "", made.asset_key))
        if of_graph is None or of_graph.partition_of(made) not in of_graph.planned:
            self._asset(step_key, made.asset_key).add(made, timestamp, step_key, attempt)
        else:
            is_maker = of_graph is self.assets.get((step_key, made.asset_key))
            of_graph.add(made, timestamp, step_key, attempt, is_part=not is_maker)

    def _asset(self, step_key: str | None, asset_key: dg.AssetKey) -> AssetLog:
        identity = (step_key or "", asset_key)
        asset = self.assets.get(identity)
        if asset is None:
            asset = self.assets[identity] = AssetLog()
        return asset

    def _check(self, step_key: str | None, key: dg.AssetCheckKey) -> CheckLog:
        identity = (step_key or "", key)
        check = self.checks.get(identity)
        if check is None:
            check = self.checks[identity] = CheckLog()
        return check

    def _forget_results(self, step_key: str) -> None:
        """Forget what an attempt of a step found, which the next one finds anew."""
        for (of_step, _), check in self.checks.items():
            if of_step == step_key:
                check.results.clear()

    def _plan(self, event: dg.DagsterEvent) -> None:
        asset_key, partitions, is_range = compat.planned_partitions(event)
        if asset_key in self._unpartitioned:
            partitions, is_range = [None], False
        asset = self._asset(event.step_key, asset_key)
        if graph := graph_name(event.step_key or ""):
            self._made_by_graphs[graph, asset_key] = asset
        asset.planned |= dict.fromkeys(partitions)
        asset.is_range = is_range or len(asset.planned) > 1

    @staticmethod
    def _add_to_step(step: StepLog, kind: str, timestamp: float, event: dg.DagsterEvent) -> None:
        if step.started is None and kind != "STEP_SKIPPED":
            step.started = timestamp  # a step whose process dies early has only a failure
        if kind in ("STEP_START", "STEP_RESTARTED"):
            step.attempts += 1
            step.state, step.ended, step.error = ExecutionState.RUNNING, None, None
            step.external_cause = step.warning = None
        elif kind == "STEP_SUCCESS":
            step.end(ExecutionState.SUCCEEDED, timestamp)
        elif kind == "STEP_SKIPPED":
            step.end(ExecutionState.SKIPPED, timestamp)
        elif kind == "STEP_FAILURE":
            info = compat.event_error(event)
            step.error = with_external_cause(error_facts(info, event.message), step.external_cause)
            step.end(ExecutionState.CANCELED if is_interruption(info) else ExecutionState.FAILED, timestamp)


def read_log(
    record: dg.RunRecord,
    events: Iterable[dg.EventLogRecord],
    *,
    steps: Mapping[str, StepLog] = MappingProxyType({}),
    unpartitioned: Collection[dg.AssetKey] = (),
) -> RunLog:
    """What the events of a run show; see `translate_run` of `events`."""
    log = RunLog(record, unpartitioned)
    log.steps.update(steps)
    for event in events:
        log.add(event.event_log_entry)
    return log


def may_go_on(events: Iterable[dg.EventLogRecord]) -> bool:
    """Return whether a step may go on in a run that failed or was canceled: nothing says how it ended.

    Dagster ends a run whose worker is lost. The processes of its steps know nothing of that, and may finish.
    """
    begun: set[str] = set()
    ended: set[str] = set()
    has_failed_step = False
    for record in events:
        event = record.event_log_entry.dagster_event
        if event is None or event.step_key is None:
            continue
        kind = event.event_type_value
        if kind in _STEP_BEGINNINGS:
            begun.add(event.step_key)
        if kind in ("STEP_RESTARTED", "STEP_UP_FOR_RETRY"):
            ended.discard(event.step_key)
        elif kind in ("STEP_SUCCESS", "STEP_SKIPPED", "STEP_FAILURE"):
            ended.add(event.step_key)
            has_failed_step |= kind == "STEP_FAILURE"
    return bool(begun - ended) or not has_failed_step


def moment(timestamp: float) -> dt.datetime:
    """The time of an event, with its time zone."""
    return dt.datetime.fromtimestamp(timestamp, dt.UTC)
