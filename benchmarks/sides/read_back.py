"""Reads a Dagster history back into an empty database, in a process of its own, and prints the seconds that it took.

python read_back.py DAGSTER_HOME DATABASE_URL DIRECTORY

It uses what every build since the first has, so that PYTHONPATH can choose the build.
"""

import sys
import time
from pathlib import Path

import dagster as dg

from watcher_core import Settings, Watcher
from watcher_dagster.recorder.tick import record_tick

home, url, directory = sys.argv[1:]
with (
    dg.DagsterInstance.from_config(home) as instance,
    Watcher(url, settings=Settings(home=Path(directory) / "home")) as watcher,
):
    watcher.upgrade()
    start = time.perf_counter()
    record_tick(instance, watcher, tick_seconds=600)
    print(time.perf_counter() - start)
