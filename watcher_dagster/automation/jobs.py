"""The jobs of Watcher: the checks of all pipelines, and cleanup. A job gets what it needs, and has it done.

They run in one process, carry the tag by which the recorder passes over them, and show what they found as metadata of
their step, so that the page of the run tells it.
"""

import datetime as dt
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import dagster as dg
from pydantic import Field

from watcher_core import AlertKind, Finding, Watcher
from watcher_dagster.checks import (
    anomaly_metadata,
    cleanup_metadata,
    found_metadata,
    freshness_table,
    minutes_back,
    report_changes,
    timeliness_table,
)
from watcher_dagster.identity import WATCHER_RUN_TAG

FRESHNESS_JOB: Final = "watcher_freshness_job"
TIMELINESS_JOB: Final = "watcher_timeliness_job"
ANOMALY_JOB: Final = "watcher_anomaly_job"
CLEANUP_JOB: Final = "watcher_cleanup_job"

LOOKBACK_MINUTES: Final = 60
RETENTION_DAYS: Final = 90
BATCH_SIZE: Final = 10_000

# The code location's own I/O manager, which may need credentials, has nothing to do with these jobs.
IO_MANAGER_KEY: Final = "watcher_io_manager"
NOTHING: Final = dg.Out(dg.Nothing, io_manager_key=IO_MANAGER_KEY)

# Among so many runs that succeeded there is one that was no dry run.
LOOKED_AT: Final = 50
# How often a cleanup says how far it is.
PROGRESS_SECONDS: Final = 15.0


class FreshnessConfig(dg.Config):
    """Configuration of `watcher_freshness_job`."""

    dry_run: bool = Field(default=False, description="Say what is stale, and open and report nothing.")


class TimelinessConfig(dg.Config):
    """Configuration of `watcher_timeliness_job`."""

    lookback_minutes: int = Field(
        default=LOOKBACK_MINUTES,
        description=(
            "Executions that have ended are looked at if they started within so many minutes before the last run of"
            " this job that succeeded. What runs is looked at however old it is."
        ),
    )
    dry_run: bool = Field(default=False, description="Say what is late, and open and report nothing.")


class AnomalyConfig(dg.Config):
    """Configuration of `watcher_anomaly_job`."""

    dry_run: bool = Field(default=False, description="Say what is unusual; write nothing, and leave it pending.")


class CleanupConfig(dg.Config):
    """Configuration of `watcher_cleanup_job`."""

    retention_days: int = Field(default=RETENTION_DAYS, description="Days of history to keep, at least 90.")
    batch_size: int = Field(default=BATCH_SIZE, description="Rows that a transaction deletes at most.")
    dry_run: bool = Field(default=False, description="Count what would be deleted, and delete nothing.")


def build_freshness_job(*, resource_key: str = "watcher") -> dg.JobDefinition:
    """The job that looks for stale data; `build_watcher_definitions` has it."""

    @dg.op(
        name="check_freshness",
        description="Looks for pipelines whose data is stale, and opens and resolves alerts.",
        required_resource_keys={resource_key},
        out=NOTHING,
    )
    def check_freshness(context: dg.OpExecutionContext, config: FreshnessConfig) -> None:
        watcher = _watcher(context, resource_key)
        now = dt.datetime.now(dt.UTC)
        since = last_success(context.instance, FRESHNESS_JOB)
        found = watcher.check_freshness(now=now, dry_run=config.dry_run)
        table = freshness_table(found, watcher, context.instance)
        context.add_output_metadata(found_metadata(found, table=table, checked_at=now))
        if not config.dry_run:
            _report(context, watcher, AlertKind.FRESHNESS, found, since)

    return _job(FRESHNESS_JOB, check_freshness, "Looks for stale data.", {"check_freshness": FreshnessConfig()})


def build_timeliness_job(
    *, resource_key: str = "watcher", lookback_minutes: int = LOOKBACK_MINUTES
) -> dg.JobDefinition:
    """The job that looks for late executions; `build_watcher_definitions` has it."""

    @dg.op(
        name="check_timeliness",
        description="Looks for executions that take, or took, too long, and opens and resolves alerts.",
        required_resource_keys={resource_key},
        out=NOTHING,
    )
    def check_timeliness(context: dg.OpExecutionContext, config: TimelinessConfig) -> None:
        watcher = _watcher(context, resource_key)
        now = dt.datetime.now(dt.UTC)
        since = last_success(context.instance, TIMELINESS_JOB)
        # Whatever ended since the last check is looked at, however long nobody has checked; and since an execution
        # is found by its start, the lookback counts from there.
        minutes = config.lookback_minutes + (0 if since is None else minutes_back(since, now))
        found = watcher.check_timeliness(lookback_minutes=minutes, now=now, dry_run=config.dry_run)
        table = timeliness_table(found, watcher, context.instance)
        metadata = found_metadata(found, table=table, checked_at=now)
        context.add_output_metadata({**metadata, "lookback_minutes": dg.MetadataValue.int(minutes)})
        if not config.dry_run:
            _report(context, watcher, AlertKind.TIMELINESS, found, since)

    config = {"check_timeliness": TimelinessConfig(lookback_minutes=lookback_minutes)}
    return _job(TIMELINESS_JOB, check_timeliness, "Looks for late executions.", config)


def build_anomaly_job(*, resource_key: str = "watcher") -> dg.JobDefinition:
    """The job that judges the metrics of executions that are pending; `build_watcher_definitions` has it."""

    @dg.op(
        name="detect_anomalies",
        description="Judges the metrics of executions against their history, and opens and resolves alerts.",
        required_resource_keys={resource_key},
        out=NOTHING,
    )
    def detect_anomalies(context: dg.OpExecutionContext, config: AnomalyConfig) -> None:
        watcher = _watcher(context, resource_key)
        result = watcher.detect_pending_anomalies(dry_run=config.dry_run)
        context.add_output_metadata(anomaly_metadata(result, watcher))

    return _job(ANOMALY_JOB, detect_anomalies, "Looks for anomalies.", {"detect_anomalies": AnomalyConfig()})


def build_cleanup_job(
    *, resource_key: str = "watcher", retention_days: int = RETENTION_DAYS, batch_size: int = BATCH_SIZE
) -> dg.JobDefinition:
    """The job that deletes old executions; `build_watcher_definitions` has it."""

    @dg.op(
        name="clean_up",
        description="Deletes executions that are older than the retention, with all that was logged of them.",
        required_resource_keys={resource_key},
        out=NOTHING,
    )
    def clean_up(context: dg.OpExecutionContext, config: CleanupConfig) -> None:
        result = _watcher(context, resource_key).cleanup(
            retention_days=config.retention_days,
            batch_size=config.batch_size,
            dry_run=config.dry_run,
            progress=_progress(context),
        )
        context.add_output_metadata(cleanup_metadata(result))

    config = {"clean_up": CleanupConfig(retention_days=retention_days, batch_size=batch_size)}
    return _job(CLEANUP_JOB, clean_up, "Deletes executions past their retention.", config)


def _job(name: str, op: dg.OpDefinition, description: str, config: Mapping[str, dg.Config]) -> dg.JobDefinition:
    @dg.job(
        name=name,
        description=f"{description} The table of its step's output shows what it found.",
        executor_def=dg.in_process_executor,
        tags={WATCHER_RUN_TAG: "true"},
        config=dg.RunConfig(ops=dict(config)),
    )
    def job() -> None:
        op()

    return job


def last_success(instance: dg.DagsterInstance, job_name: str) -> dt.datetime | None:
    """When the last run of a job of ours began that succeeded and was no dry run; `None` where there is none."""
    filters = dg.RunsFilter(job_name=job_name, statuses=[dg.DagsterRunStatus.SUCCESS], tags={WATCHER_RUN_TAG: "true"})
    for record in instance.get_run_records(filters, limit=LOOKED_AT):
        if record.start_time is not None and not _is_dry_run(record.dagster_run.run_config):
            return dt.datetime.fromtimestamp(record.start_time, dt.UTC)
    return None


def _is_dry_run(run_config: Mapping[str, Any]) -> bool:
    return any((op.get("config") or {}).get("dry_run") for op in (run_config.get("ops") or {}).values())


def _watcher(context: dg.OpExecutionContext, resource_key: str) -> Watcher:
    client: Watcher = getattr(context.resources, resource_key).get_client()
    return client


def _report(
    context: dg.OpExecutionContext, watcher: Watcher, kind: AlertKind, found: list[Finding], since: dt.datetime | None
) -> None:
    try:
        repository = context.repository_def
    except Exception:  # the job was executed by itself; Dagster has no public name for what it raises then
        repository = None
    reported = report_changes(context.instance, watcher, kind=kind, found=found, since=since, repository=repository)
    context.log.info(
        "found %s, of them %s new; told %s assets",
        f"{len(found):,}",
        f"{sum(finding.new for finding in found):,}",
        f"{reported:,}",
    )


def _progress(context: dg.OpExecutionContext) -> Callable[[int, int], None]:
    told = time.monotonic()

    def tell(deleted: int, expected: int) -> None:
        nonlocal told
        if time.monotonic() - told >= PROGRESS_SECONDS:
            told = time.monotonic()
            context.log.info("%s of %s executions are deleted", f"{deleted:,}", f"{expected:,}")

    return tell
