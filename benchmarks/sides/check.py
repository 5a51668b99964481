"""Runs a check in a process of its own: what it takes, what it finds, and how much memory it needs.

python check.py DATABASE_URL DIRECTORY CHECK
"""

import json
import resource
import sys
import time
from pathlib import Path

from watcher_core import Settings, Watcher

url, directory, what = sys.argv[1:]
given = {"lookback_minutes": 24 * 60} if what == "timeliness" else {}


def megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


with Watcher(url, settings=Settings(home=Path(directory) / "home")) as watcher:
    check = getattr(watcher, f"check_{what}")
    watcher.pipeline_types()  # so that it is connected, and has checked the schema
    print("null", flush=True)
    for _ in sys.stdin:
        before = megabytes()
        start = time.perf_counter()
        found = check(**given)
        seconds = time.perf_counter() - start
        new = sum(each.new for each in found)
        print(json.dumps([seconds, len(found), new, megabytes() - before]), flush=True)
        del found
