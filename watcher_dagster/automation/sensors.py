"""The sensors that Watcher adds to a code location. A sensor gets what it needs, and has it done."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import dagster as dg

from watcher_core import AnomalyDetection, DeliveryResult, InvalidValueError, Watcher
from watcher_dagster.assets import anomaly_rule_configurations, pipeline_configurations
from watcher_dagster.automation.slack import SlackResourceSender
from watcher_dagster.lineage import LineageRecorder
from watcher_dagster.recorder import HISTORY_DAYS, TICK_SECONDS, record_tick

if TYPE_CHECKING:
    from dagster_slack import SlackResource

log = logging.getLogger("watcher.dagster")


def build_watcher_recorder_sensor(
    *,
    name: str = "watcher_recorder_sensor",
    resource_key: str = "watcher",
    history_days: int = HISTORY_DAYS,
    minimum_interval_seconds: int = 10,
    default_status: dg.DefaultSensorStatus = dg.DefaultSensorStatus.RUNNING,
) -> dg.SensorDefinition:
    """Build the sensor that records what happens in a Dagster instance, in all of its code locations.

    It also passes on what the assets of its own code location declare: their configuration and their lineage. At its
    first ticks it reads the history back; when it has caught up, it opens an alert for each pipeline that fails. It
    starts no runs: a tick is skipped, and its message tells what was recorded. Several code locations of an instance
    may have one; one of them records at a time.

    Args:
        name: The sensor's name.
        resource_key: The name of the `WatcherResource` among the definitions.
        history_days: How many days of history are read back when nothing of this instance is recorded yet.
        minimum_interval_seconds: How often it looks for news.
        default_status: Whether it runs without being switched on in the UI.

    Returns:
        The sensor, for `Definitions(sensors=[…])`; `build_watcher_definitions` has it already.

    Examples:
        .. code-block:: python

            import dagster as dg
            from watcher_dagster import WatcherResource, build_watcher_recorder_sensor

            defs = dg.Definitions(
                sensors=[build_watcher_recorder_sensor(history_days=90)],
                resources={"watcher": WatcherResource()},
            )
    """
    if history_days < 0:
        raise InvalidValueError(f"history_days is {history_days}; it must not be negative")
    _check_interval("minimum_interval_seconds", minimum_interval_seconds)

    lineage: LineageRecorder | None = None  # knows what it told, for as long as the process lives

    @dg.sensor(
        name=name,
        minimum_interval_seconds=minimum_interval_seconds,
        default_status=default_status,
        required_resource_keys={resource_key},
        description="Records the runs and materializations of all code locations in Watcher.",
    )
    def watcher_recorder_sensor(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        nonlocal lineage
        watcher: Watcher = getattr(context.resources, resource_key).get_client()
        if lineage is None or lineage.watcher is not watcher:
            lineage = LineageRecorder(watcher)
        if context.repository_def is not None:
            _configure(watcher, context.repository_def)
            lineage.tell_asset_graph(context.repository_def)
        return dg.SkipReason(record_tick(context.instance, watcher, history_days=history_days, lineage=lineage))

    return watcher_recorder_sensor


def build_watcher_anomaly_sensor(
    *,
    name: str = "watcher_anomaly_sensor",
    resource_key: str = "watcher",
    minimum_interval_seconds: int = 30,
    default_status: dg.DefaultSensorStatus = dg.DefaultSensorStatus.RUNNING,
) -> dg.SensorDefinition:
    """Build the sensor that judges the metrics of executions which have succeeded since its last tick.

    It starts no runs: a tick is skipped, and its message tells what was judged. A tick stops after 30 seconds, and the
    next one goes on. Several code locations of an instance may have one: nothing is judged twice for that.

    Args:
        name: The sensor's name.
        resource_key: The name of the `WatcherResource` among the definitions.
        minimum_interval_seconds: How often it looks for executions to judge.
        default_status: Whether it runs without being switched on in the UI.

    Returns:
        The sensor, for `Definitions(sensors=[…])`; `build_watcher_definitions` has it already.

    Examples:
        .. code-block:: python

            import dagster as dg
            from watcher_dagster import WatcherResource, build_watcher_anomaly_sensor

            defs = dg.Definitions(
                sensors=[build_watcher_anomaly_sensor()],
                resources={"watcher": WatcherResource()},
            )
    """
    _check_interval("minimum_interval_seconds", minimum_interval_seconds)

    @dg.sensor(
        name=name,
        minimum_interval_seconds=minimum_interval_seconds,
        default_status=default_status,
        required_resource_keys={resource_key},
        description="Judges the metrics of executions against their history.",
    )
    def watcher_anomaly_sensor(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        watcher: Watcher = getattr(context.resources, resource_key).get_client()
        return dg.SkipReason(detected(watcher.detect_pending_anomalies(seconds=TICK_SECONDS)))

    return watcher_anomaly_sensor


def detected(result: AnomalyDetection) -> str:
    """What a detection did, in words."""
    if not result.executions:
        return "others are judging what is pending" if result.remaining else "nothing to judge"
    told = f"judged {_counted(result.executions, 'execution')}, {_counted(len(result.flagged), 'anomaly', 'anomalies')}"
    return told + ("; the next tick goes on" if result.remaining else "")


def build_watcher_slack_sensor(
    *,
    name: str = "watcher_slack_sensor",
    resource_key: str = "watcher",
    slack: SlackResource | None = None,
    channel: str | None = None,
    minimum_interval_seconds: int = 30,
    default_status: dg.DefaultSensorStatus = dg.DefaultSensorStatus.RUNNING,
) -> dg.SensorDefinition:
    """Build the sensor that tells Slack of alerts.

    It starts no runs: a tick is skipped, and its message tells what was delivered, or what waits and why. Nothing is
    lost while Slack, or its configuration, is missing. Several code locations of an instance may have one; no message
    is sent twice for that.

    Args:
        name: The sensor's name.
        resource_key: The name of the `WatcherResource` among the definitions.
        slack: dagster-slack's resource, for all alerts that no route of `WATCHER_SLACK_ROUTES` matches; a recovery
            answers in the thread of its alert. Without it they go to the webhook of `SLACK_WEBHOOK_URL`. Routes that
            lead to channels use the token of `WATCHER_SLACK_TOKEN`.
        channel: The channel that `slack` posts to: `#name`, or its id.
        minimum_interval_seconds: How often it looks for alerts to tell of.
        default_status: Whether it runs without being switched on in the UI.

    Returns:
        The sensor, for `Definitions(sensors=[…])`; `build_watcher_definitions` has it already.

    Raises:
        InvalidValueError: One of `slack` and `channel` is passed without the other, or a value breaks a rule.

    Examples:
        .. code-block:: python

            import dagster as dg
            from dagster_slack import SlackResource
            from watcher_dagster import WatcherResource, build_watcher_slack_sensor

            slack = SlackResource(token=dg.EnvVar("SLACK_BOT_TOKEN"))
            defs = dg.Definitions(
                sensors=[build_watcher_slack_sensor(slack=slack, channel="#data-alerts")],
                resources={"watcher": WatcherResource()},
            )
    """
    if (slack is None) != (channel is None):
        raise InvalidValueError(
            "slack and channel belong together: pass both, as in"
            " slack=SlackResource(token=EnvVar('SLACK_BOT_TOKEN')) and channel='#data-alerts', or neither"
        )
    if channel is not None and (not isinstance(channel, str) or not channel.strip()):
        raise InvalidValueError(f"channel is {channel!r}; write it as #name, or as its id")
    _check_interval("slack_interval_seconds", minimum_interval_seconds)
    senders = {"default": SlackResourceSender(slack, channel)} if slack is not None and channel is not None else {}

    @dg.sensor(
        name=name,
        minimum_interval_seconds=minimum_interval_seconds,
        default_status=default_status,
        required_resource_keys={resource_key},
        description="Tells Slack of the alerts of Watcher.",
    )
    def watcher_slack_sensor(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        watcher: Watcher = getattr(context.resources, resource_key).get_client()
        return dg.SkipReason(_delivered(watcher, watcher.deliver_alerts(senders=senders)))

    return watcher_slack_sensor


def _delivered(watcher: Watcher, result: DeliveryResult) -> str:
    """What a delivery did, in words."""
    told = []
    if result.alerts:
        told.append(f"told Slack of {_counted(result.alerts, 'alert')} in {_counted(result.messages, 'message')}")
    if result.waiting:
        # Between two tries nothing is tried, and yet there is a reason.
        reasons = result.errors or [watcher.undelivered_alerts().last_error or "their turn comes"]
        wait = "waits" if result.waiting == 1 else "wait"
        told.append(f"{_counted(result.waiting, 'alert')} {wait}: {'; '.join(reasons)}")
    return "; ".join(told) or "nothing to tell of"


def _counted(number: int, noun: str, plural: str | None = None) -> str:
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def _check_interval(argument: str, seconds: int) -> None:
    if isinstance(seconds, bool) or not isinstance(seconds, int) or seconds < 1:
        raise InvalidValueError(f"{argument} is {seconds!r}; it must be a whole number of seconds above zero")


def _configure(watcher: Watcher, repository: dg.RepositoryDefinition) -> None:
    """Pass on what the code location declares of its assets. A value that is refused stops no recording."""
    try:
        watcher.configure_pipelines(pipeline_configurations(repository))
    except InvalidValueError:
        log.exception("the configuration of this code location's assets is refused; recording goes on without it")
    try:
        watcher.configure_anomaly_rules(anomaly_rule_configurations(repository))
    except InvalidValueError:
        log.exception("the anomaly rules of this code location's assets are refused; recording goes on without them")
