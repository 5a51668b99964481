"""What monitoring systems ask for: figures of all pipelines, as they stand now and of the last hour."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from watcher_core.enums import AlertKind, AlertLevel, ExecutionState
from watcher_core.values.alerts import UndeliveredAlerts
from watcher_core.values.anomalies import UnjudgedExecutions
from watcher_core.values.health import CheckState
from watcher_core.values.upkeep import RecorderState


@dataclass(frozen=True, kw_only=True)
class PipelineFigures:
    """The figures of one pipeline, or of all that are not named one by one, together.

    Attributes:
        pipeline_id, pipeline_name: Which one; `None`: all others.
        ended: Executions that ended in the last hour, by how they ended.
        seconds: Their durations together, but for what was blocked and took none; `None` where none ended.
        longest_seconds: The longest of them.
        counts: What they have counted, by `inserts`, `updates`, `soft_deletes` and `total_rows`; none that nobody did.
        running: Executions that run.
        longest_running_seconds: For how long the first of them has been running.
        lag_seconds: The age of the data, since it last changed, or since the pipeline was created; of all others, the
            greatest. `None` where the pipeline is not active, or is gone from the code.
        alerts: Alerts that are not resolved.
    """

    pipeline_id: int | None
    pipeline_name: str | None
    ended: Mapping[ExecutionState, int]
    seconds: float | None
    longest_seconds: float | None
    counts: Mapping[str, int]
    running: int
    longest_running_seconds: float | None
    lag_seconds: float | None
    alerts: int


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What is known now of all pipelines, and of Watcher itself.

    Attributes:
        pipelines: Those that are named one by one, then all others together, if there are others.
        active, inactive, removed: How many pipelines there are: that are checked, that are switched off, and that are
            gone from the code.
        alerts: Alerts that are not resolved, by kind and level.
        undelivered: What waits to be delivered.
        failing_deliveries: Deliveries whose last try failed, by destination.
        recorders: How far the event logs of Dagster are recorded.
        checks: When each check last succeeded.
        unjudged: What waits to be judged.
        pending_traces, traces_since: Executions that wait to be exported as traces, and since when the first does.
        spooled, set_aside: Executions on this host that wait for the database, and that could not be recorded.
    """

    pipelines: tuple[PipelineFigures, ...]
    active: int
    inactive: int
    removed: int
    alerts: Mapping[tuple[AlertKind, AlertLevel], int]
    undelivered: UndeliveredAlerts
    failing_deliveries: Mapping[str, int]
    recorders: tuple[RecorderState, ...]
    checks: tuple[CheckState, ...]
    unjudged: UnjudgedExecutions
    pending_traces: int
    traces_since: dt.datetime | None
    spooled: int
    set_aside: int
