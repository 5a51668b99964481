"""Checks, which run beside the server, and cleanup."""

from __future__ import annotations

import datetime as dt
import logging
from enum import StrEnum
from typing import Any

from fastapi import Request
from pydantic import BaseModel, Field

from watcher_core import recording
from watcher_core.health import DagsterError, launch_job
from watcher_core.server.background import Background
from watcher_core.server.fields import Body, Instant
from watcher_core.server.routing import access_of, errors, router, watcher_of

logger = logging.getLogger("watcher.server")

checks = router("checks")


class OtherCheck(StrEnum):
    """A check that needs nothing but its name, which is that of its command."""

    FAILURES = "failures"
    MISSED = "missed"
    STUCK = "stuck"
    ASSET_CHECKS = "asset-checks"
    ANOMALIES = "anomalies"


# Those of them that are a job in Dagster; the others run there with a sensor.
JOBS = {OtherCheck.ANOMALIES: "watcher_anomaly_job"}


class Queued(BaseModel):
    status: str = Field(examples=["queued"])


class TimelinessBody(Body):
    """How far back the check looks."""

    lookback_minutes: int | None = Field(60, ge=5, le=52_704_000)


class CleanupBody(Body):
    """What is old enough to go."""

    retention_days: int = Field(ge=recording.LEAST_RETENTION_DAYS, le=recording.MOST_RETENTION_DAYS, examples=[365])
    batch_size: int | None = Field(10_000, ge=1, le=1_000_000)
    now: Instant | None = Field(None, description="The time at which age is measured; the present by default.")
    dry_run: bool | None = Field(None, description="Whether to count only, and to delete nothing.")


class CleanupAnswer(BaseModel):
    total_pipeline_executions_deleted: int
    total_timeliness_pipeline_execution_logs_deleted: int
    total_anomaly_detection_results_deleted: int
    total_pipeline_execution_closure_parent_deleted: int
    total_pipeline_execution_closure_child_deleted: int
    total_freshness_pipeline_logs_deleted: int
    retention_date: dt.datetime = Field(description="What is of this time or older is past retention.")
    deleted: dict[str, int] = Field(description="Rows, by table.")
    dry_run: bool
    is_estimate: bool = Field(description="Whether they were counted about.")


class QueueAnswer(BaseModel):
    status: str
    total_pending: int
    regular_queue_pending: int
    scheduled_queue_pending: int
    beat_scheduled_tasks: int
    task_breakdown: list[str]
    task_breakdown_raw: dict[str, int]


def _queue(request: Request, job: str | None, command: tuple[str, ...], config: dict[str, Any] | None = None) -> None:
    """Have a check run: by its job in Dagster, where its runs are seen; else in a process beside the server."""
    access_of(request).require_all()
    try:
        run_id = None if job is None else launch_job(watcher_of(request).settings, job, config)
    except DagsterError as exc:
        logger.warning("%s is not launched, and runs beside the server: Dagster %s", job, exc)
    else:
        if run_id is not None:
            return
    background: Background = request.app.state.background
    background.start(*command)


@checks.post("/freshness", response_model=Queued)
def check_freshness(request: Request) -> Any:
    """Check freshness, in Dagster where its address is known, else in the background."""
    _queue(request, "watcher_freshness_job", ("check", "freshness"))
    return {"status": "queued"}


@checks.post("/timeliness", response_model=Queued)
def check_timeliness(body: TimelinessBody, request: Request) -> Any:
    """Check timeliness, in Dagster where its address is known, else in the background."""
    minutes = body.lookback_minutes or 60
    config = {"ops": {"check_timeliness": {"config": {"lookback_minutes": minutes}}}}
    command = ("check", "timeliness", "--lookback-minutes", str(minutes))
    _queue(request, "watcher_timeliness_job", command, config)
    return {"status": "queued"}


@checks.post("/check/{check}", response_model=Queued)
def run_check(check: OtherCheck, request: Request) -> Any:
    """Look for what another check finds: anomalies in Dagster where its address is known, else in the background."""
    _queue(request, JOBS.get(check), ("check", check.value))
    return {"status": "queued"}


@checks.post("/log_cleanup", response_model=CleanupAnswer, responses=errors(400))
def clean_up(body: CleanupBody, request: Request) -> Any:
    """Delete executions that started before a date, with everything logged about them. Needs the scope admin."""
    access_of(request).require_all()
    result = watcher_of(request).cleanup(
        retention_days=body.retention_days,
        batch_size=body.batch_size or 10_000,
        now=body.now,
        dry_run=bool(body.dry_run),
    )
    deleted = result.deleted
    return {
        **vars(result),
        "total_pipeline_executions_deleted": deleted.get("pipeline_execution", 0),
        "total_timeliness_pipeline_execution_logs_deleted": deleted.get("timeliness_pipeline_execution_log", 0),
        "total_anomaly_detection_results_deleted": deleted.get("anomaly_detection_result", 0),
        "total_pipeline_execution_closure_parent_deleted": 0,
        "total_pipeline_execution_closure_child_deleted": 0,
        "total_freshness_pipeline_logs_deleted": deleted.get("freshness_pipeline_log", 0),
    }


@checks.post("/celery/monitor-queue", response_model=QueueAnswer)
def monitor_queue(request: Request) -> Any:
    """Count what waits: executions to be judged, and alerts to be delivered."""
    access_of(request).require_all()
    watcher = watcher_of(request)
    unjudged, undelivered = watcher.unjudged_executions().count, watcher.undelivered_alerts().count
    return {
        "status": "ok",
        "total_pending": unjudged + undelivered,
        "regular_queue_pending": unjudged,
        "scheduled_queue_pending": undelivered,
        "beat_scheduled_tasks": 0,
        "task_breakdown": [f"{unjudged} executions to be judged", f"{undelivered} alerts to be delivered"],
        "task_breakdown_raw": {"detect_anomalies": unjudged, "deliver_alerts": undelivered},
    }
