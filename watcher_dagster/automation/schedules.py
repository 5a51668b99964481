"""The schedules of Watcher's jobs, in UTC. One starts no run while another of the same job is under way."""

import datetime as dt
from typing import Final

import dagster as dg

from watcher_core import InvalidValueError
from watcher_dagster.identity import WATCHER_RUN_TAG

FRESHNESS_CRON: Final = "0 * * * *"
TIMELINESS_CRON: Final = "*/15 * * * *"
ANOMALY_CRON: Final = "*/15 * * * *"
CLEANUP_CRON: Final = "0 3 * * 0"
RUN_CLEANUP_CRON: Final = "30 3 * * *"

UNDER_WAY: Final = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
# A run whose process was killed may stay STARTED for ever. An alarm must not wait for it; two checks at once are safe.
GIVEN_UP_AFTER: Final = dt.timedelta(hours=6)


def build_schedule(
    job: dg.JobDefinition, cron: str, *, argument: str, default_status: dg.DefaultScheduleStatus
) -> dg.ScheduleDefinition:
    """The schedule of a job of ours; `build_watcher_definitions` has those.

    After a time without a daemon, Dagster makes up for the last of its ticks only.

    Args:
        job: The job, whose name ends in `_job`.
        cron: When it runs, in UTC.
        argument: What the cron string is called, for an error.
        default_status: Whether it runs without being switched on in the UI.

    Raises:
        InvalidValueError: Dagster takes no such cron string.
    """
    if not isinstance(cron, str) or not cron.strip():
        raise _refused(argument, cron)

    try:

        @dg.schedule(
            cron,
            name=f"{job.name.removesuffix('_job')}_schedule",
            job=job,
            execution_timezone="UTC",
            default_status=default_status,
            description=f"Starts {job.name}, unless a run of it is under way.",
        )
        def watcher_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
            run_id = _under_way(context.instance, job.name)
            if run_id is not None:
                return dg.SkipReason(f"run {run_id} of {job.name} is still under way")
            return dg.RunRequest()

    except dg.DagsterInvalidDefinitionError as error:
        raise _refused(argument, cron) from error
    return watcher_schedule


def _refused(argument: str, cron: object) -> InvalidValueError:
    return InvalidValueError(
        f"{argument} is {cron!r}; it must be a cron string of five fields, in UTC, as in '0 * * * *' for every hour;"
        " None leaves the schedule out"
    )


def _under_way(instance: dg.DagsterInstance, job_name: str) -> str | None:
    filters = dg.RunsFilter(
        job_name=job_name,
        statuses=UNDER_WAY,
        tags={WATCHER_RUN_TAG: "true"},
        created_after=dt.datetime.now(dt.UTC) - GIVEN_UP_AFTER,
    )
    return next((record.dagster_run.run_id for record in instance.get_run_records(filters, limit=1)), None)
