"""What Watcher adds to a code location, as one `Definitions` to merge or to load alone.

That is its resource, the sensors that record, check, judge metrics, deliver alerts and report successes outside
Dagster, and the jobs of the checks and of cleanup with their schedules.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import dagster as dg

from watcher_core import LEAST_RETENTION_DAYS, InvalidValueError
from watcher_dagster import automation
from watcher_dagster.automation import (
    build_watcher_anomaly_sensor,
    build_watcher_check_sensor,
    build_watcher_external_sensor,
    build_watcher_recorder_sensor,
    build_watcher_slack_sensor,
)
from watcher_dagster.counts import CountKeys
from watcher_dagster.recorder import HISTORY_DAYS
from watcher_dagster.resource import WatcherResource

if TYPE_CHECKING:
    from dagster_slack import SlackResource


def build_watcher_definitions(
    *,
    resource: WatcherResource | None = None,
    database_url: str | None = None,
    strict: bool = False,
    count_keys: Mapping[str, str] | None = None,
    resource_key: str = "watcher",
    history_days: int = HISTORY_DAYS,
    minimum_interval_seconds: int = 10,
    check_interval_seconds: int = 30,
    freshness_cron: str | None = automation.FRESHNESS_CRON,
    timeliness_cron: str | None = automation.TIMELINESS_CRON,
    timeliness_lookback_minutes: int = automation.LOOKBACK_MINUTES,
    anomaly_interval_seconds: int = 30,
    anomaly_cron: str | None = automation.ANOMALY_CRON,
    anomaly_shares: int = 1,
    cleanup_cron: str | None = automation.CLEANUP_CRON,
    retention_days: int | None = None,
    cleanup_batch_size: int = automation.BATCH_SIZE,
    run_cleanup_cron: str | None = automation.RUN_CLEANUP_CRON,
    dagster_run_retention_days: int | None = None,
    slack: SlackResource | None = None,
    slack_channel: str | None = None,
    slack_interval_seconds: int = 10,
    external_interval_seconds: int = 30,
    default_status: dg.DefaultSensorStatus = dg.DefaultSensorStatus.RUNNING,
) -> dg.Definitions:
    """Build all that Watcher adds to a code location.

    Loaded by one code location, it records and checks every code location of the Dagster instance. Several may have
    it: one of them records at a time, a check that finds what another has found opens no second alert, and no message
    is sent twice.

    Args:
        resource: The resource that your definitions have already, so that both are one; else one is made.
        database_url: PostgreSQL, for the resource that is made; see `WatcherResource`.
        strict: Whether assets fail when Watcher's database cannot be reached, for the resource that is made.
        count_keys: Metadata keys of the project that count rows, for the resource that is made: each with `inserts`,
            `updates`, `soft_deletes`, `total_rows` or `none`, as in `{"rows written": "inserts"}`.
        resource_key: The name of the resource.
        history_days: How far back the recorder reads when it starts for the first time.
        minimum_interval_seconds: How often the recorder looks for news.
        check_interval_seconds: How often the sensor checks for failures, late executions and stale data.
        freshness_cron: When the job checks for stale data, in UTC, and reports all of it; `None` leaves the schedule
            out, and keeps the job.
        timeliness_cron: When the job checks for late executions; as above.
        timeliness_lookback_minutes: Executions that have ended are checked if they started within so many minutes
            before the last check.
        anomaly_interval_seconds: How often the sensor looks for executions whose metrics are to be judged.
        anomaly_cron: When the job does the same, in UTC; as above. Its schedule is switched off where the sensor
            suffices: if `anomaly_shares` is 1.
        anomaly_shares: How many steps of the job judge at once. More than one are spread by the executor of the code
            location, as in `Definitions(executor=…)`; by Dagster's default each has a process of its own.
        cleanup_cron: When to delete old executions; as above.
        retention_days: Days of history to keep, at least 90. Without it nothing is deleted by itself: the schedule of
            the cleanup is there, and switched off.
        cleanup_batch_size: Rows that a transaction of the cleanup deletes at most.
        run_cleanup_cron: When to delete old runs of Dagster; as above.
        dagster_run_retention_days: Days after their end for which all runs of Dagster are kept, at least 1. Older ones
            that Watcher remembers, and Dagster needs no more, are deleted with their events. Without it no run is
            deleted: the schedule is switched off, and its job only counts.
        slack: dagster-slack's resource, to deliver alerts; without it the settings say where they go. See
            `build_watcher_slack_sensor`.
        slack_channel: The channel that `slack` posts to: `#name`, or its id.
        slack_interval_seconds: How often to look for pending notifications.
        external_interval_seconds: How often to look for successes outside Dagster, which are materializations of
            external assets.
        default_status: Whether sensors and schedules run without being switched on in the UI.

    Returns:
        Definitions with the resource, the sensors `watcher_recorder_sensor`, `watcher_check_sensor`,
        `watcher_anomaly_sensor`, `watcher_slack_sensor` and `watcher_external_sensor`, the jobs
        `watcher_freshness_job`, `watcher_timeliness_job`, `watcher_anomaly_job`, `watcher_cleanup_job` and
        `watcher_run_cleanup_job`, and a schedule for each of them.

    Raises:
        InvalidValueError: A value breaks a rule, both a resource and settings for one are passed, or one of `slack` and
            `slack_channel` without the other.

    Examples:
        .. code-block:: python

            import dagster as dg
            from watcher_dagster import build_watcher_definitions

            defs = dg.Definitions.merge(my_definitions, build_watcher_definitions(retention_days=365))
    """
    if resource is not None and (database_url is not None or strict or count_keys is not None):
        raise InvalidValueError("resource is passed: set database_url, strict and count_keys on it, not beside it")
    CountKeys(count_keys)
    _check_whole("timeliness_lookback_minutes", timeliness_lookback_minutes, least=1)
    _check_whole("anomaly_shares", anomaly_shares, least=1)
    _check_whole("cleanup_batch_size", cleanup_batch_size, least=1)
    if retention_days is not None:
        _check_whole("retention_days", retention_days, least=LEAST_RETENTION_DAYS)
    if dagster_run_retention_days is not None:
        _check_whole("dagster_run_retention_days", dagster_run_retention_days, least=1)
    watcher = resource or WatcherResource(database_url=database_url, strict=strict, count_keys=dict(count_keys or {}))
    freshness = automation.build_freshness_job(resource_key=resource_key)
    timeliness = automation.build_timeliness_job(
        resource_key=resource_key, lookback_minutes=timeliness_lookback_minutes
    )
    anomaly = automation.build_anomaly_job(resource_key=resource_key, shares=anomaly_shares)
    cleanup = automation.build_cleanup_job(
        resource_key=resource_key,
        retention_days=retention_days or LEAST_RETENTION_DAYS,
        batch_size=cleanup_batch_size,
    )
    run_cleanup = automation.build_run_cleanup_job(resource_key=resource_key, retention_days=dagster_run_retention_days)
    status = dg.DefaultScheduleStatus(default_status.value)
    cleanup_status = status if retention_days is not None else dg.DefaultScheduleStatus.STOPPED
    run_cleanup_status = status if dagster_run_retention_days is not None else dg.DefaultScheduleStatus.STOPPED
    anomaly_status = status if anomaly_shares > 1 else dg.DefaultScheduleStatus.STOPPED
    wanted = (
        (freshness, freshness_cron, "freshness_cron", status),
        (timeliness, timeliness_cron, "timeliness_cron", status),
        (anomaly, anomaly_cron, "anomaly_cron", anomaly_status),
        (cleanup, cleanup_cron, "cleanup_cron", cleanup_status),
        (run_cleanup, run_cleanup_cron, "run_cleanup_cron", run_cleanup_status),
    )
    return dg.Definitions(
        resources={resource_key: watcher, automation.IO_MANAGER_KEY: automation.NothingIOManager()},
        jobs=[freshness, timeliness, anomaly, cleanup, run_cleanup],
        schedules=[
            automation.build_schedule(job, cron, argument=argument, default_status=its_status)
            for job, cron, argument, its_status in wanted
            if cron is not None
        ],
        sensors=[
            build_watcher_recorder_sensor(
                resource_key=resource_key,
                history_days=history_days,
                minimum_interval_seconds=minimum_interval_seconds,
                default_status=default_status,
            ),
            build_watcher_check_sensor(
                resource_key=resource_key,
                lookback_minutes=timeliness_lookback_minutes,
                minimum_interval_seconds=check_interval_seconds,
                default_status=default_status,
            ),
            build_watcher_anomaly_sensor(
                resource_key=resource_key,
                minimum_interval_seconds=anomaly_interval_seconds,
                default_status=default_status,
            ),
            build_watcher_slack_sensor(
                resource_key=resource_key,
                slack=slack,
                channel=slack_channel,
                minimum_interval_seconds=slack_interval_seconds,
                default_status=default_status,
            ),
            build_watcher_external_sensor(
                resource_key=resource_key,
                minimum_interval_seconds=external_interval_seconds,
                default_status=default_status,
            ),
        ],
    )


def _check_whole(argument: str, value: int, *, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise InvalidValueError(f"{argument} is {value!r}; it must be a whole number of at least {least}")
