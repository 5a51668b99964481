"""The jobs of Watcher: the checks of all pipelines, the cleanup of its history, and that of Dagster's runs.

They carry the tag by which the recorder passes over them, and show what they found as metadata of their step, on the
page of the run. A check is a statement of PostgreSQL, whatever the number of pipelines, and takes one process; judging
is computed in Python, and several can share it.
"""

import datetime as dt
import math
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import dagster as dg
from pydantic import Field

from watcher_core import LEAST_RETENTION_DAYS, AlertKind, Finding, Watcher, text
from watcher_dagster import compat, run_cleanup
from watcher_dagster.checks import (
    anomaly_metadata,
    cleanup_metadata,
    found_metadata,
    freshness_table,
    report_changes,
    run_cleanup_metadata,
    timeliness_table,
)
from watcher_dagster.identity import WATCHER_RUN_TAG

FRESHNESS_JOB: Final = "watcher_freshness_job"
TIMELINESS_JOB: Final = "watcher_timeliness_job"
ANOMALY_JOB: Final = "watcher_anomaly_job"
CLEANUP_JOB: Final = "watcher_cleanup_job"
RUN_CLEANUP_JOB: Final = "watcher_run_cleanup_job"

LOOKBACK_MINUTES: Final = 60
DAGSTER_RUN_RETENTION_DAYS: Final = 90
BATCH_SIZE: Final = 10_000

# A share of what is pending starts a process, which takes as long as judging so many executions.
EXECUTIONS_A_SHARE: Final = 200

# These jobs do not use the code location's own I/O manager, which may need credentials.
IO_MANAGER_KEY: Final = "watcher_io_manager"
NOTHING: Final = dg.Out(dg.Nothing, io_manager_key=IO_MANAGER_KEY)
# The key of the first share of what is pending.
FIRST_SHARE: Final = "1"

# How many successful runs are searched for one that was not a dry run.
LOOKED_AT: Final = 50
# How often a cleanup logs its progress.
PROGRESS_SECONDS: Final = 15.0


class NothingIOManager(dg.IOManager):
    """The I/O manager of jobs whose steps pass nothing on, wherever they run."""

    def handle_output(self, context: dg.OutputContext, obj: object) -> None:
        """Do nothing."""

    def load_input(self, context: dg.InputContext) -> None:
        """Do nothing."""


class FreshnessConfig(dg.Config):
    """Configuration of `watcher_freshness_job`."""

    dry_run: bool = Field(default=False, description="Show what is stale; open no alerts and report nothing.")


class TimelinessConfig(dg.Config):
    """Configuration of `watcher_timeliness_job`."""

    lookback_minutes: int = Field(
        default=LOOKBACK_MINUTES,
        description=(
            "Executions that have ended are checked if they ended within so many minutes before the last check that"
            " succeeded. Running ones are checked however old they are."
        ),
    )
    dry_run: bool = Field(default=False, description="Show what is late; open no alerts and report nothing.")


class SharesConfig(dg.Config):
    """Configuration of `watcher_anomaly_job`: by how many it is shared."""

    shares: int = Field(
        default=1,
        ge=1,
        description="How many steps judge at once, each in a process of its own where the executor starts processes;"
        f" not more than there are {EXECUTIONS_A_SHARE} pending executions for.",
    )


class AnomalyConfig(dg.Config):
    """Configuration of `watcher_anomaly_job`: how each share is judged."""

    dry_run: bool = Field(default=False, description="Show what is unusual; write nothing, and leave it pending.")


class CleanupConfig(dg.Config):
    """Configuration of `watcher_cleanup_job`."""

    retention_days: int = Field(default=LEAST_RETENTION_DAYS, description="Days of history to keep, at least 90.")
    batch_size: int = Field(default=BATCH_SIZE, description="Rows that a transaction deletes at most.")
    dry_run: bool = Field(default=False, description="Count what would be deleted, and delete nothing.")


class RunCleanupConfig(dg.Config):
    """Configuration of `watcher_run_cleanup_job`."""

    retention_days: int = Field(
        default=DAGSTER_RUN_RETENTION_DAYS, description="Days after their end for which all runs are kept, at least 1."
    )
    dry_run: bool = Field(default=True, description="Count what would be deleted, and delete nothing.")


def build_freshness_job(*, resource_key: str = "watcher") -> dg.JobDefinition:
    """Build the job that checks for stale data; `build_watcher_definitions` has it."""

    @_op("check_freshness", "Checks for pipelines whose data is stale; opens and resolves alerts.", resource_key)
    def check_freshness(context: dg.OpExecutionContext, config: FreshnessConfig) -> None:
        check = _Check(context, resource_key, kind=AlertKind.FRESHNESS, job_name=FRESHNESS_JOB, dry_run=config.dry_run)
        found = check.watcher.check_freshness(now=check.now, dry_run=config.dry_run)
        check.show(found, freshness_table)

    return _job(FRESHNESS_JOB, check_freshness, "Checks for stale data.", {"check_freshness": FreshnessConfig()})


def build_timeliness_job(
    *, resource_key: str = "watcher", lookback_minutes: int = LOOKBACK_MINUTES
) -> dg.JobDefinition:
    """Build the job that checks for late executions; `build_watcher_definitions` has it."""

    @_op("check_timeliness", "Checks for executions that take too long; opens and resolves alerts.", resource_key)
    def check_timeliness(context: dg.OpExecutionContext, config: TimelinessConfig) -> None:
        check = _Check(
            context, resource_key, kind=AlertKind.TIMELINESS, job_name=TIMELINESS_JOB, dry_run=config.dry_run
        )
        minutes = config.lookback_minutes
        found = check.watcher.check_timeliness(lookback_minutes=minutes, now=check.now, dry_run=config.dry_run)
        check.show(found, timeliness_table, lookback_minutes=dg.MetadataValue.int(minutes))

    config = {"check_timeliness": TimelinessConfig(lookback_minutes=lookback_minutes)}
    return _job(TIMELINESS_JOB, check_timeliness, "Checks for late executions.", config)


def build_anomaly_job(*, resource_key: str = "watcher", shares: int = 1) -> dg.JobDefinition:
    """Build the job that judges the metrics of executions that are pending; `build_watcher_definitions` has it.

    Its shares take pipelines from the queue one after another, those that no other process judges: none waits for
    another, and nothing is judged twice. More than one are spread by the executor of the code location.
    """

    @dg.op(
        name="share_pending",
        description="Divides the pending executions into shares.",
        required_resource_keys={resource_key},
        out=dg.DynamicOut(dg.Nothing, io_manager_key=IO_MANAGER_KEY),
    )
    def share_pending(context: dg.OpExecutionContext, config: SharesConfig) -> Iterator[dg.DynamicOutput[None]]:
        pending = _watcher(context, resource_key).unjudged_executions().count
        needed = max(1, math.ceil(pending / EXECUTIONS_A_SHARE))
        for number in range(1, min(config.shares, needed) + 1):
            yield dg.DynamicOutput(None, mapping_key=str(number))

    @_op(
        "detect_anomalies",
        "Judges the metrics of executions; opens and resolves alerts.",
        resource_key,
        ins={"share": dg.In(dg.Nothing)},
    )
    def detect_anomalies(context: dg.OpExecutionContext, config: AnomalyConfig) -> None:
        if config.dry_run and context.get_mapping_key() != FIRST_SHARE:
            context.log.info("a dry run leaves all pending: the first share shows it")
            return
        watcher = _watcher(context, resource_key)
        result = watcher.detect_pending_anomalies(dry_run=config.dry_run)
        context.add_output_metadata(anomaly_metadata(result, watcher))

    return _job(
        ANOMALY_JOB,
        lambda: share_pending().map(lambda share: detect_anomalies(share=share)),
        "Judges the metrics of executions.",
        {"share_pending": SharesConfig(shares=shares), "detect_anomalies": AnomalyConfig()},
        executor=dg.in_process_executor if shares == 1 else None,
    )


def build_cleanup_job(
    *, resource_key: str = "watcher", retention_days: int = LEAST_RETENTION_DAYS, batch_size: int = BATCH_SIZE
) -> dg.JobDefinition:
    """Build the job that deletes old executions; `build_watcher_definitions` has it."""

    @_op("clean_up", "Deletes executions past their retention, with all that was logged of them.", resource_key)
    def clean_up(context: dg.OpExecutionContext, config: CleanupConfig) -> None:
        result = _watcher(context, resource_key).cleanup(
            retention_days=config.retention_days,
            batch_size=config.batch_size,
            dry_run=config.dry_run,
            progress=_progress(context, "%s of %s executions are deleted"),
        )
        context.add_output_metadata(cleanup_metadata(result))

    config = {"clean_up": CleanupConfig(retention_days=retention_days, batch_size=batch_size)}
    return _job(CLEANUP_JOB, clean_up, "Deletes executions past their retention.", config)


def build_run_cleanup_job(*, resource_key: str = "watcher", retention_days: int | None = None) -> dg.JobDefinition:
    """Build the job that deletes old runs of Dagster; `build_watcher_definitions` has it.

    Args:
        resource_key: The name of the resource.
        retention_days: Days for which all runs are kept. Without it the job only counts, unless its configuration says
            otherwise.
    """

    @_op("clean_up_runs", "Deletes old runs of Dagster that Watcher remembers, with their events.", resource_key)
    def clean_up_runs(context: dg.OpExecutionContext, config: RunCleanupConfig) -> None:
        result = run_cleanup.clean_up_runs(
            context.instance,
            _watcher(context, resource_key),
            retention_days=config.retention_days,
            dry_run=config.dry_run,
            progress=_progress(context, "%s of %s old runs are looked at"),
        )
        context.add_output_metadata(run_cleanup_metadata(result))

    days = DAGSTER_RUN_RETENTION_DAYS if retention_days is None else retention_days
    config = {"clean_up_runs": RunCleanupConfig(retention_days=days, dry_run=retention_days is None)}
    return _job(RUN_CLEANUP_JOB, clean_up_runs, "Deletes old runs of Dagster that Watcher remembers.", config)


def _op(
    name: str, description: str, resource_key: str, ins: Mapping[str, dg.In] | None = None
) -> Callable[[Callable[..., None]], dg.OpDefinition]:
    """Build an op of a job of ours, which has no output but metadata."""
    return dg.op(name=name, description=description, required_resource_keys={resource_key}, ins=ins, out=NOTHING)


def _job(
    name: str,
    steps: Callable[[], object],
    description: str,
    config: Mapping[str, dg.Config],
    executor: dg.ExecutorDefinition | None = dg.in_process_executor,
) -> dg.JobDefinition:
    """Build a job of ours; without an executor it takes that of the code location."""

    @dg.job(
        name=name,
        description=f"{description} The table of its step's output shows what it found.",
        executor_def=executor,
        tags={WATCHER_RUN_TAG: "true"},
        config=dg.RunConfig(ops=dict(config)),
    )
    def job() -> None:
        steps()

    return job


def last_success(instance: dg.DagsterInstance, job_name: str) -> dt.datetime | None:
    """Return when the last successful run of a job of ours began that was not a dry run; `None` if there is none."""
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


class _Check:
    """A check in the run of its job: what it needs to know beforehand, and what becomes of its findings."""

    def __init__(
        self, context: dg.OpExecutionContext, resource_key: str, *, kind: AlertKind, job_name: str, dry_run: bool
    ) -> None:
        self._context = context
        self._kind = kind
        self._dry_run = dry_run
        self.watcher = _watcher(context, resource_key)
        self.now = self.watcher.clock()
        self.since = last_success(context.instance, job_name)

    def show(
        self,
        found: list[Finding],
        table: Callable[[list[Finding], Watcher, dg.DagsterInstance], str],
        **metadata: dg.MetadataValue[Any],
    ) -> None:
        """Show all findings on the page of the run, and report to assets what has changed."""
        context = self._context
        written = table(found, self.watcher, context.instance)
        coverage = self.watcher.rule_coverage(self._kind)
        shown = found_metadata(found, table=written, checked_at=self.now, coverage=coverage)
        context.add_output_metadata({**shown, **metadata})
        what = "stale" if self._kind is AlertKind.FRESHNESS else "late"
        counts = {"with_rule": coverage.with_rule, "without_rule": coverage.without_rule, "muted": coverage.muted}
        context.log.info(text.of_rules(len(found), what, **counts))
        if self._dry_run:
            return
        reported = report_changes(
            context.instance,
            self.watcher,
            kind=self._kind,
            found=found,
            since=self.since,
            repository=compat.repository(context),
        )
        new = sum(finding.new for finding in found)
        context.log.info("%s new; reported to %s", f"{new:,}", text.plural(reported, "asset"))


def _progress(context: dg.OpExecutionContext, message: str) -> Callable[[int, int], None]:
    """Build the callback of a cleanup that logs how far it is, as a message of two numbers."""
    logged_at = time.monotonic()

    def log_progress(done: int, expected: int) -> None:
        nonlocal logged_at
        if time.monotonic() - logged_at >= PROGRESS_SECONDS:
            logged_at = time.monotonic()
            context.log.info(message, f"{done:,}", f"{expected:,}")

    return log_progress
