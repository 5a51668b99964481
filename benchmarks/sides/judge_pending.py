"""Judges all pending executions of a database each time that it is asked, and answers with the CPU seconds it took.

python judge_pending.py DATABASE_URL DIRECTORY

It uses what every build since the first has, so that PYTHONPATH can choose the build.
"""

import json
import sys
import time
from pathlib import Path

import numpy  # noqa: F401 (loaded before the time is taken)

from watcher_core import Settings, Watcher

url, directory = sys.argv[1:]
with Watcher(url, settings=Settings(home=Path(directory) / "home")) as watcher:
    watcher.pipeline_types()
    print(json.dumps(None), flush=True)
    for _ in sys.stdin:
        began = time.process_time()
        while (found := watcher.detect_pending_anomalies()).remaining and found.executions:
            pass
        print(json.dumps(time.process_time() - began), flush=True)
