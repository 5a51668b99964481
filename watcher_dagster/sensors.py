"""The sensors that Watcher adds to a code location. A sensor gets what it needs, and has it done."""

from __future__ import annotations

import logging

import dagster as dg

from watcher_core import InvalidValueError, Watcher
from watcher_dagster.assets import pipeline_configurations
from watcher_dagster.lineage_recorder import LineageRecorder
from watcher_dagster.recorder import HISTORY_DAYS, record_tick

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
    first ticks it reads the history back. It starts no runs: a tick is skipped, and its message tells what was
    recorded. Several code locations of an instance may have one; one of them records at a time.

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


def _configure(watcher: Watcher, repository: dg.RepositoryDefinition) -> None:
    """Pass on what the code location declares of its assets. A value that is refused stops no recording."""
    try:
        watcher.configure_pipelines(pipeline_configurations(repository))
    except InvalidValueError:
        log.exception("the configuration of this code location's assets is refused; recording goes on without it")
