"""The sensors that Watcher adds to a code location. None starts a run: a tick is skipped, and its message says why."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import dagster as dg

from watcher_core import AnomalyDetection, DeliveryResult, InvalidValueError, Watcher, text
from watcher_dagster import compat
from watcher_dagster.automation.declared import DeclaredRecorders
from watcher_dagster.automation.jobs import LOOKBACK_MINUTES
from watcher_dagster.automation.quick_checks import CheckCursor, check_tick
from watcher_dagster.automation.slack import SlackResourceSender
from watcher_dagster.external import report_tick
from watcher_dagster.recorder import HISTORY_DAYS, NO_WINDOWS, TICK_SECONDS, partition_windows, record_tick

if TYPE_CHECKING:
    from dagster_slack import SlackResource

# So many ticks of the check sensor may be missing before it waits for the recorder anew.
MISSING_TICKS: Final = 4


def build_watcher_recorder_sensor(
    *,
    name: str = "watcher_recorder_sensor",
    resource_key: str = "watcher",
    history_days: int = HISTORY_DAYS,
    minimum_interval_seconds: int = 10,
    default_status: dg.DefaultSensorStatus = dg.DefaultSensorStatus.RUNNING,
) -> dg.SensorDefinition:
    """Build the sensor that records what happens in a Dagster instance, in all of its code locations.

    It also records what the assets of its own code location declare: their configuration and their lineage, when it is
    another than before, and once an hour. At its first ticks it reads the history back. It starts no runs: a tick is
    skipped, and its message says what was recorded. Several code locations of an instance may have one; one of them
    records at a time.

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

    declared: DeclaredRecorders | None = None

    def tick(context: dg.SensorEvaluationContext, watcher: Watcher) -> str:
        nonlocal declared
        if declared is None or declared.watcher is not watcher:
            declared = DeclaredRecorders(watcher)
        if context.repository_def is not None:
            location = compat.sensor_location(context, context.repository_def)
            declared.record(context.repository_def, location, context.instance)
        count_keys = getattr(context.resources, resource_key).get_count_keys()
        windows = NO_WINDOWS if context.repository_def is None else partition_windows(context.repository_def)
        return record_tick(
            context.instance,
            watcher,
            history_days=history_days,
            lineage=declared.lineage,
            count_keys=count_keys,
            windows=windows,
        )

    return _sensor(
        tick,
        name=name,
        resource_key=resource_key,
        minimum_interval_seconds=minimum_interval_seconds,
        default_status=default_status,
        description="Records the runs and materializations of all code locations in Watcher.",
    )


def build_watcher_check_sensor(
    *,
    name: str = "watcher_check_sensor",
    resource_key: str = "watcher",
    lookback_minutes: int = LOOKBACK_MINUTES,
    minimum_interval_seconds: int = 30,
    default_status: dg.DefaultSensorStatus = dg.DefaultSensorStatus.RUNNING,
) -> dg.SensorDefinition:
    """Build the sensor that checks all pipelines for failures, asset checks, late executions and stale data.

    It opens an alert for what it finds, and resolves those of what is over. It starts no runs: a tick is skipped, and
    its message says what was found, new and resolved. Each check is a transaction of its own, and one that fails does
    not stop the others. The jobs `watcher_freshness_job` and `watcher_timeliness_job` run the same checks and report
    all of it; whichever comes first opens the alert, once.

    The checks wait while the recorder of this instance is behind: when it reads history back for the first time, and
    after a time without a daemon. Several code locations of an instance may have this sensor.

    Args:
        name: The sensor's name.
        resource_key: The name of the `WatcherResource` among the definitions.
        lookback_minutes: Executions that have ended are checked for timeliness if they ended within so many minutes
            before the last tick that checked. Running ones are checked however old they are.
        minimum_interval_seconds: How often it checks.
        default_status: Whether it runs without being switched on in the UI.

    Returns:
        The sensor, for `Definitions(sensors=[…])`; `build_watcher_definitions` has it already.

    Raises:
        InvalidValueError: A value breaks a rule.

    Examples:
        .. code-block:: python

            import dagster as dg
            from watcher_dagster import WatcherResource, build_watcher_check_sensor, build_watcher_recorder_sensor

            defs = dg.Definitions(
                sensors=[build_watcher_recorder_sensor(), build_watcher_check_sensor()],
                resources={"watcher": WatcherResource()},
            )
    """
    _check_interval("minimum_interval_seconds", minimum_interval_seconds)
    if isinstance(lookback_minutes, bool) or not isinstance(lookback_minutes, int) or lookback_minutes < 1:
        raise InvalidValueError(f"lookback_minutes is {lookback_minutes!r}; it must be a whole number of at least 1")

    def tick(context: dg.SensorEvaluationContext, watcher: Watcher) -> str:
        pause = MISSING_TICKS * minimum_interval_seconds
        cursor = CheckCursor.read(context.cursor, now=time.time(), pause=pause)
        message = check_tick(context.instance, watcher, cursor, lookback_minutes=lookback_minutes)
        context.update_cursor(cursor.to_json())
        return message

    return _sensor(
        tick,
        name=name,
        resource_key=resource_key,
        minimum_interval_seconds=minimum_interval_seconds,
        default_status=default_status,
        description="Checks all pipelines for failures, asset checks, late executions and stale data.",
    )


def build_watcher_anomaly_sensor(
    *,
    name: str = "watcher_anomaly_sensor",
    resource_key: str = "watcher",
    minimum_interval_seconds: int = 30,
    default_status: dg.DefaultSensorStatus = dg.DefaultSensorStatus.RUNNING,
) -> dg.SensorDefinition:
    """Build the sensor that judges the metrics of executions which have succeeded since its last tick.

    It starts no runs: a tick is skipped, and its message says what was judged. A tick stops after 30 seconds, and the
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

    def tick(_: dg.SensorEvaluationContext, watcher: Watcher) -> str:
        return detected(watcher.detect_pending_anomalies(seconds=TICK_SECONDS))

    return _sensor(
        tick,
        name=name,
        resource_key=resource_key,
        minimum_interval_seconds=minimum_interval_seconds,
        default_status=default_status,
        description="Judges the metrics of executions against their history.",
    )


def detected(result: AnomalyDetection) -> str:
    """Say what a detection did."""
    if not result.executions:
        return "others are judging what is pending" if result.remaining else "nothing to judge"
    executions = text.plural(result.executions, "execution")
    anomalies = text.plural(len(result.flagged), "anomaly", "anomalies")
    return f"judged {executions}, {anomalies}" + ("; the next tick goes on" if result.remaining else "")


def build_watcher_slack_sensor(
    *,
    name: str = "watcher_slack_sensor",
    resource_key: str = "watcher",
    slack: SlackResource | None = None,
    channel: str | None = None,
    minimum_interval_seconds: int = 10,
    default_status: dg.DefaultSensorStatus = dg.DefaultSensorStatus.RUNNING,
) -> dg.SensorDefinition:
    """Build the sensor that sends alerts to Slack.

    It starts no runs: a tick is skipped, and its message says what was delivered, or what waits and why. Nothing is
    lost while Slack, or its configuration, is missing. Several code locations of an instance may have one; no message
    is sent twice for that.

    Args:
        name: The sensor's name.
        resource_key: The name of the `WatcherResource` among the definitions.
        slack: dagster-slack's resource, for all alerts that no route of `WATCHER_ROUTES` matches; a recovery
            answers in the thread of its alert. Without it they go to the webhook of `SLACK_WEBHOOK_URL`. Routes that
            lead to channels use the token of `WATCHER_SLACK_TOKEN`.
        channel: The channel that `slack` posts to: `#name`, or its id.
        minimum_interval_seconds: How often it looks for pending notifications.
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

    def tick(_: dg.SensorEvaluationContext, watcher: Watcher) -> str:
        return _delivered(watcher, watcher.deliver_alerts(senders=senders))

    return _sensor(
        tick,
        name=name,
        resource_key=resource_key,
        minimum_interval_seconds=minimum_interval_seconds,
        default_status=default_status,
        description="Sends Watcher's alerts to Slack.",
    )


def _delivered(watcher: Watcher, result: DeliveryResult) -> str:
    """Say what a delivery did."""
    parts = []
    if result.alerts:
        parts.append(
            f"sent {text.plural(result.alerts, 'alert')} to Slack in {text.plural(result.messages, 'message')}"
        )
    if result.waiting:
        # Between two attempts nothing is sent, and yet there is a reason.
        reasons = result.errors or [watcher.undelivered_alerts().last_error or "their turn comes"]
        wait = "waits" if result.waiting == 1 else "wait"
        parts.append(f"{text.plural(result.waiting, 'alert')} {wait}: {'; '.join(reasons)}")
    return "; ".join(parts) or "no pending notifications"


def build_watcher_external_sensor(
    *,
    name: str = "watcher_external_sensor",
    resource_key: str = "watcher",
    minimum_interval_seconds: int = 30,
    default_status: dg.DefaultSensorStatus = dg.DefaultSensorStatus.RUNNING,
) -> dg.SensorDefinition:
    """Build the sensor that reports successes of pipelines outside Dagster as materializations of external assets.

    It reports to the external assets of its code location that name the pipelines which write them, as
    `build_external_assets` makes them; others do so by `watcher/pipelines` in their metadata. Each success after the
    first tick is reported once, with its counts. So what depends on such an asset can be automated:
    `AutomationCondition.eager()` runs when the job outside has succeeded.

    A success that comes while an automated asset runs which began before it waits until that run is over, and then has
    it run once more: reported at once, it would be forgotten. The sensor starts no runs: a tick is skipped, and its
    message says what was reported and what waits.

    Args:
        name: The sensor's name.
        resource_key: The name of the `WatcherResource` among the definitions.
        minimum_interval_seconds: How often it looks for successes.
        default_status: Whether it runs without being switched on in the UI.

    Returns:
        The sensor, for `Definitions(sensors=[…])`; `build_watcher_definitions` has it already.

    Examples:
        .. code-block:: python

            import dagster as dg
            from watcher_dagster import WatcherResource, build_external_assets, build_watcher_external_sensor

            defs = dg.Definitions(
                assets=build_external_assets(),
                sensors=[build_watcher_external_sensor()],
                resources={"watcher": WatcherResource()},
            )
    """
    _check_interval("external_interval_seconds", minimum_interval_seconds)

    def tick(context: dg.SensorEvaluationContext, watcher: Watcher) -> str:
        if context.repository_def is None:
            return "there is no code location"
        message, cursor = report_tick(
            context.instance,
            watcher,
            context.repository_def,
            kept=context.cursor,
            location=compat.location_name(context),
        )
        context.update_cursor(cursor)
        return message

    return _sensor(
        tick,
        name=name,
        resource_key=resource_key,
        minimum_interval_seconds=minimum_interval_seconds,
        default_status=default_status,
        description="Reports successes of pipelines outside Dagster as materializations of their external assets.",
    )


def _sensor(
    tick: Callable[[dg.SensorEvaluationContext, Watcher], str],
    *,
    name: str,
    resource_key: str,
    minimum_interval_seconds: int,
    default_status: dg.DefaultSensorStatus,
    description: str,
) -> dg.SensorDefinition:
    """Build a sensor whose ticks start no run, and show what `tick` returns."""

    @dg.sensor(
        name=name,
        minimum_interval_seconds=minimum_interval_seconds,
        default_status=default_status,
        required_resource_keys={resource_key},
        description=description,
    )
    def watcher_sensor(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        return dg.SkipReason(tick(context, getattr(context.resources, resource_key).get_client()))

    return watcher_sensor


def _check_interval(argument: str, seconds: int) -> None:
    if isinstance(seconds, bool) or not isinstance(seconds, int) or seconds < 1:
        raise InvalidValueError(f"{argument} is {seconds!r}; it must be a whole number of seconds above zero")
