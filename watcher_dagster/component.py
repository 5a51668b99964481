"""`WatcherComponent`: `build_watcher_definitions` for projects that are laid out with `dg`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import dagster as dg
from pydantic import Field, SkipValidation

from watcher_dagster import automation
from watcher_dagster.code_location import build_watcher_definitions
from watcher_dagster.recorder import HISTORY_DAYS

if TYPE_CHECKING:
    from dagster_slack import SlackResource

_ENVIRONMENT_VARIABLE = re.compile(r"""\{\{\s*env(?:\.(\w+)|\(\s*['"](\w+)['"]\s*\))\s*\}\}""")


def _resolve_secret(context: dg.ResolutionContext, value: str | None) -> str | None:
    """Leave a variable unread until a run needs it: of that, Dagster's UI shows the name, and not the value."""
    variable = _ENVIRONMENT_VARIABLE.fullmatch(value.strip()) if value else None
    if variable:
        return dg.EnvVar(variable[1] or variable[2])
    return context.resolve_value(value, as_type=str) if value else None


class RecorderOptions(dg.Resolvable, dg.Model):
    """How the recorder works."""

    history_days: Annotated[int, Field(description="How far back it reads when it starts for the first time.")] = (
        HISTORY_DAYS
    )
    minimum_interval_seconds: Annotated[int, Field(description="How often it looks for news.")] = 10


class CheckOptions(dg.Resolvable, dg.Model):
    """How the sensor checks for failures, late executions and stale data."""

    interval_seconds: Annotated[int, Field(description="How often it checks.")] = 30


class FreshnessOptions(dg.Resolvable, dg.Model):
    """How the job checks for stale data."""

    cron: Annotated[str | None, Field(description="When, in UTC; null leaves the schedule out.")] = (
        automation.FRESHNESS_CRON
    )


class TimelinessOptions(dg.Resolvable, dg.Model):
    """How executions are checked for being late."""

    cron: Annotated[str | None, Field(description="When, in UTC; null leaves the schedule out.")] = (
        automation.TIMELINESS_CRON
    )
    lookback_minutes: Annotated[
        int,
        Field(description="Which ended executions are checked: by their start, in minutes before the last check."),
    ] = automation.LOOKBACK_MINUTES


class AnomalyOptions(dg.Resolvable, dg.Model):
    """How the metrics of executions are judged."""

    interval_seconds: Annotated[int, Field(description="How often the sensor looks for executions to judge.")] = 30
    cron: Annotated[
        str | None,
        Field(description="When the job does the same, in UTC; switched on if it has shares. null leaves it out."),
    ] = automation.ANOMALY_CRON
    shares: Annotated[
        int,
        Field(description="How many steps of the job judge at once; the executor of the code location spreads them."),
    ] = 1


class CleanupOptions(dg.Resolvable, dg.Model):
    """What is deleted."""

    cron: Annotated[str | None, Field(description="When, in UTC; null leaves the schedule out.")] = (
        automation.CLEANUP_CRON
    )
    retention_days: Annotated[
        int | None,
        Field(description="Days of history to keep, at least 90. Without it nothing is deleted by itself."),
    ] = None
    batch_size: Annotated[int, Field(description="Rows that a transaction deletes at most.")] = automation.BATCH_SIZE


class RunCleanupOptions(dg.Resolvable, dg.Model):
    """Which runs of Dagster are deleted."""

    cron: Annotated[str | None, Field(description="When, in UTC; null leaves the schedule out.")] = (
        automation.RUN_CLEANUP_CRON
    )
    retention_days: Annotated[
        int | None,
        Field(description="Days for which all runs are kept, at least 1. Without it no run is deleted."),
    ] = None


class SlackOptions(dg.Resolvable, dg.Model):
    """How alerts are sent to Slack."""

    token: Annotated[
        str | None,
        SkipValidation,  # as of database_url
        dg.Resolver(_resolve_secret, model_field_type=str, inject_before_resolve=False),
        Field(
            repr=False,
            description=(
                "A bot's token, as a variable of the environment; with `channel`. Without it, SLACK_WEBHOOK_URL and the"
                " routes of WATCHER_ROUTES say where alerts go."
            ),
        ),
    ] = None
    channel: Annotated[str | None, Field(description="The channel for the token: #name, or its id.")] = None
    interval_seconds: Annotated[int, Field(description="How often to look for pending notifications.")] = 10


class ExternalOptions(dg.Resolvable, dg.Model):
    """How successes outside Dagster become materializations of external assets."""

    interval_seconds: Annotated[int, Field(description="How often to look for them.")] = 30


class WatcherComponent(dg.Component, dg.Resolvable, dg.Model):
    """Remembers every asset materialization of a Dagster instance in PostgreSQL; alerts to what fails, is late or odd.

    Adds the resource `watcher`, the sensor `watcher_recorder_sensor`, which records the runs of all code locations, the
    sensor `watcher_check_sensor`, which checks for failures, late executions and stale data, the sensor
    `watcher_anomaly_sensor`, which judges metrics, the jobs that check freshness and timeliness, judge and clean up,
    their schedules, the sensor `watcher_slack_sensor`, which sends alerts to Slack, and the sensor
    `watcher_external_sensor`, which reports successes outside Dagster.

    Examples:
        .. code-block:: yaml

            type: watcher_dagster.WatcherComponent
            attributes:
              database_url: "{{ env.WATCHER_DATABASE_URL }}"
              recorder:
                history_days: 90
              freshness:
                cron: "*/30 * * * *"
              cleanup:
                retention_days: 365
              slack:
                token: "{{ env.SLACK_BOT_TOKEN }}"
                channel: "#data-alerts"
    """

    database_url: Annotated[
        str | None,
        SkipValidation,  # pydantic would make text of an EnvVar
        dg.Resolver(_resolve_secret, model_field_type=str, inject_before_resolve=False),
        Field(
            repr=False,
            description=(
                "PostgreSQL, as postgresql://user:password@host/database; better a variable of the environment. Without"
                " it, WATCHER_DATABASE_URL; without that, the embedded PostgreSQL."
            ),
        ),
    ] = None
    strict: Annotated[bool, Field(description="Whether assets fail when Watcher's database cannot be reached.")] = False
    count_keys: Annotated[
        dict[str, str] | None,
        Field(
            description=(
                "Metadata keys of the project that count rows, each with inserts, updates, soft_deletes, total_rows or"
                " none."
            )
        ),
    ] = None
    resource_key: Annotated[str, Field(description="The name of the resource.")] = "watcher"
    running: Annotated[
        bool, Field(description="Whether sensors and schedules run without being switched on in the UI.")
    ] = True
    recorder: Annotated[RecorderOptions, Field(description="How the recorder works.")] = RecorderOptions()
    checks: Annotated[
        CheckOptions, Field(description="How the sensor checks for failures, late executions and stale data.")
    ] = CheckOptions()
    freshness: Annotated[FreshnessOptions, Field(description="How the job checks for stale data.")] = FreshnessOptions()
    timeliness: Annotated[TimelinessOptions, Field(description="How executions are checked for being late.")] = (
        TimelinessOptions()
    )
    anomalies: Annotated[AnomalyOptions, Field(description="How metrics are judged.")] = AnomalyOptions()
    cleanup: Annotated[CleanupOptions, Field(description="What is deleted.")] = CleanupOptions()
    run_cleanup: Annotated[RunCleanupOptions, Field(description="Which runs of Dagster are deleted.")] = (
        RunCleanupOptions()
    )
    slack: Annotated[SlackOptions, Field(description="How alerts are sent to Slack.")] = SlackOptions()
    external: Annotated[
        ExternalOptions,
        Field(description="How successes outside Dagster become materializations of external assets."),
    ] = ExternalOptions()

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:  # noqa: ARG002 (Dagster passes it)
        """All that Watcher brings into the code location."""
        return build_watcher_definitions(
            database_url=self.database_url,
            strict=self.strict,
            count_keys=self.count_keys,
            resource_key=self.resource_key,
            history_days=self.recorder.history_days,
            minimum_interval_seconds=self.recorder.minimum_interval_seconds,
            check_interval_seconds=self.checks.interval_seconds,
            freshness_cron=self.freshness.cron,
            timeliness_cron=self.timeliness.cron,
            timeliness_lookback_minutes=self.timeliness.lookback_minutes,
            anomaly_interval_seconds=self.anomalies.interval_seconds,
            anomaly_cron=self.anomalies.cron,
            anomaly_shares=self.anomalies.shares,
            cleanup_cron=self.cleanup.cron,
            retention_days=self.cleanup.retention_days,
            cleanup_batch_size=self.cleanup.batch_size,
            run_cleanup_cron=self.run_cleanup.cron,
            dagster_run_retention_days=self.run_cleanup.retention_days,
            slack=_slack_resource(self.slack.token),
            slack_channel=self.slack.channel,
            slack_interval_seconds=self.slack.interval_seconds,
            external_interval_seconds=self.external.interval_seconds,
            default_status=dg.DefaultSensorStatus.RUNNING if self.running else dg.DefaultSensorStatus.STOPPED,
        )


def _slack_resource(token: str | None) -> SlackResource | None:
    if token is None:
        return None
    from dagster_slack import SlackResource  # brings slack_sdk along

    return SlackResource(token=token)
