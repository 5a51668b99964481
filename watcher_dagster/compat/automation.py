"""What automation has looked at, and when."""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import dataclass
from typing import Any

import dagster as dg


def automation_evaluated_at(
    instance: dg.DagsterInstance, repository: dg.RepositoryDefinition, location: str, key: dg.AssetKey
) -> float | None:
    """Return when the last evaluation of an asset's condition began that is done, in seconds since 1970.

    0 where there was none yet; `None` where nothing evaluates it: no sensor does, or it is switched off.
    """
    if not instance.auto_materialize_use_sensors:
        return None  # the daemon does so by itself, and keeps its cursor elsewhere
    assets = list(repository.assets_defs_by_key.values())
    names = {
        sensor.name: sensor.default_status
        for sensor in repository.sensor_defs
        if isinstance(sensor, dg.AutomationConditionSensorDefinition) and key in sensor.asset_selection.resolve(assets)
    }
    kept = {
        state.instigator_name: state
        for state in instance.all_instigator_state()
        if state.instigator_name in names
        and state.origin.repository_origin.repository_name == repository.name
        and state.origin.repository_origin.code_location_origin.location_name == location
    }
    found = []
    for name, default_status in names.items():
        state: Any = kept.get(name)
        if state is None:
            if default_status is dg.DefaultSensorStatus.RUNNING:
                found.append(0.0)
        elif state.is_running:
            found.append(getattr(state.instigator_data, "last_tick_timestamp", None) or 0.0)
    return min(found, default=None)


@dataclass(frozen=True)
class AutomationSensor:
    """A sensor of any code location that evaluates automation conditions, and is switched on.

    Attributes:
        location: Its code location.
        repository: Its repository there.
        ticked_at: When its last evaluation began that is done, in seconds since 1970.
        interval: How many seconds it waits between two.
        cursor: What it knows of that evaluation, as Dagster keeps it.
    """

    location: str
    repository: str
    ticked_at: float
    interval: float
    cursor: str


def automation_sensors(instance: dg.DagsterInstance) -> list[AutomationSensor]:
    """Return the sensors of all code locations that have evaluated automation conditions, and are switched on."""
    from dagster._core.definitions.run_request import InstigatorType

    if not instance.auto_materialize_use_sensors:
        return []  # the daemon evaluates them by itself, and keeps its cursor elsewhere
    found = []
    for state in instance.all_instigator_state(instigator_type=InstigatorType.SENSOR):
        data: Any = state.instigator_data
        kind = getattr(getattr(data, "sensor_type", None), "value", None)
        if kind in ("AUTO_MATERIALIZE", "AUTOMATION") and state.is_running and data.cursor and data.last_tick_timestamp:
            origin = state.origin.repository_origin
            found.append(
                AutomationSensor(
                    location=str(origin.code_location_origin.location_name),
                    repository=origin.repository_name,
                    ticked_at=data.last_tick_timestamp,
                    interval=float(data.min_interval or 0),
                    cursor=data.cursor,
                )
            )
    return found


def assets_that_look_at(sensor: AutomationSensor, key: dg.AssetKey) -> set[dg.AssetKey]:
    """Return the assets whose conditions looked at another asset when a sensor evaluated them last.

    That stands in the sensor's cursor, which is all that is known of the assets of other code locations. Of one that
    cannot be read, as of a newer version of Dagster, nothing is known.
    """
    # It takes a quarter of a second, and most processes never need it.
    from dagster._daemon.asset_daemon import asset_daemon_cursor_from_instigator_serialized_cursor

    try:
        # Most code locations do not know the asset, and reading a large cursor takes seconds.
        if json.dumps(key.path[-1]).encode() not in zlib.decompress(base64.b64decode(sensor.cursor[1:])):
            return set()
        cursor = asset_daemon_cursor_from_instigator_serialized_cursor(sensor.cursor, None)
        return {
            each.key
            for each in cursor.previous_condition_cursors_by_key.values()
            if isinstance(each.key, dg.AssetKey)
            and each.key != key
            and any(node.true_subset.key == key for node in each.node_cursors_by_unique_id.values())
        }
    except Exception:  # Dagster has no public name for what it raises then
        return set()
