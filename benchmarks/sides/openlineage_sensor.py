"""Lets the sensor of dagster-openlineage read a Dagster history to its end; prints the seconds of each tick.

python openlineage_sensor.py DAGSTER_HOME LIMIT

PYTHONPATH says where dagster-openlineage is, and OPENLINEAGE_URL where its events go.
"""

import json
import logging
import sys
import time

import dagster as dg
from dagster_openlineage import openlineage_sensor  # type: ignore[import-not-found] # of that environment

home, limit = sys.argv[1:]
logging.disable(logging.WARNING)
sensor = openlineage_sensor(record_filter_limit=int(limit), include_asset_events=True)
with dg.DagsterInstance.ephemeral() as empty:
    list(sensor(dg.build_sensor_context(empty)))  # what the first tick of a process takes
seconds: list[float] = []
cursor = before = None
with dg.DagsterInstance.from_config(home) as instance:
    while not seconds or cursor != before:
        before = cursor
        context = dg.build_sensor_context(instance, cursor=cursor)
        start = time.perf_counter()
        list(sensor(context))
        seconds.append(time.perf_counter() - start)
        cursor = context.cursor
print(json.dumps(seconds[:-1]))  # the last one found nothing
