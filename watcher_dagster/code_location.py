"""What Watcher adds to a code location: its resource and its sensor, as one `Definitions` to merge or to load alone."""

from __future__ import annotations

import dagster as dg

from watcher_core import InvalidValueError
from watcher_dagster.recorder import HISTORY_DAYS
from watcher_dagster.resource import WatcherResource
from watcher_dagster.sensors import build_watcher_recorder_sensor


def build_watcher_definitions(
    *,
    resource: WatcherResource | None = None,
    database_url: str | None = None,
    strict: bool = False,
    resource_key: str = "watcher",
    history_days: int = HISTORY_DAYS,
    minimum_interval_seconds: int = 10,
    default_status: dg.DefaultSensorStatus = dg.DefaultSensorStatus.RUNNING,
) -> dg.Definitions:
    """All that Watcher brings into a code location.

    Loaded by one code location, it records every code location of the Dagster instance. Several may have it: one of
    them records at a time.

    Args:
        resource: The resource that your definitions have already, so that both are one; else one is made.
        database_url: PostgreSQL, for the resource that is made; see `WatcherResource`.
        strict: Whether assets fail when Watcher's database cannot be reached, for the resource that is made.
        resource_key: The name of the resource.
        history_days: How far back the recorder reads when it starts for the first time.
        minimum_interval_seconds: How often the recorder looks for news.
        default_status: Whether the recorder runs without being switched on in the UI.

    Returns:
        Definitions with the resource and `watcher_recorder_sensor`.

    Raises:
        InvalidValueError: Both a resource and settings for one are passed.

    Examples:
        .. code-block:: python

            import dagster as dg
            from watcher_dagster import build_watcher_definitions

            defs = dg.Definitions.merge(my_definitions, build_watcher_definitions())
    """
    if resource is not None and (database_url is not None or strict):
        raise InvalidValueError("resource is passed: set database_url and strict on it, not beside it")
    watcher = resource or WatcherResource(database_url=database_url, strict=strict)
    return dg.Definitions(
        resources={resource_key: watcher},
        sensors=[
            build_watcher_recorder_sensor(
                resource_key=resource_key,
                history_days=history_days,
                minimum_interval_seconds=minimum_interval_seconds,
                default_status=default_status,
            )
        ],
    )
