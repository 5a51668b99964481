"""Reads a Dagster history back, and sends what was recorded as events of OpenLineage; prints the seconds of each part.

python record_and_send.py DAGSTER_HOME DATABASE_URL DIRECTORY

OPENLINEAGE_URL says where the events go.
"""

import json
import sys
import time
from pathlib import Path

import dagster as dg

from watcher_core import Settings, Watcher
from watcher_dagster.recorder.tick import record_tick

home, url, directory = sys.argv[1:]
ticks: list[float] = []
with (
    dg.DagsterInstance.from_config(home) as instance,
    Watcher(url, settings=Settings(home=Path(directory) / "home")) as watcher,
):
    watcher.upgrade()
    with dg.DagsterInstance.ephemeral() as empty:
        record_tick(empty, watcher)  # what the first tick of a process takes
    watcher.send_openlineage()
    message = "the next tick goes on"
    while message.endswith("the next tick goes on"):
        start = time.perf_counter()
        message = record_tick(instance, watcher)
        ticks.append(time.perf_counter() - start)
    start = time.perf_counter()
    executions = watcher.send_openlineage()
    print(json.dumps({"ticks": ticks, "sent": time.perf_counter() - start, "executions": executions}))
