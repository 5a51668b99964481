"""Tracks empty blocks as often as it is asked to, in a process of its own: the wall and CPU seconds of each call.

python track_blocks.py DATABASE_URL DIRECTORY
"""

import json
import sys
import time
from pathlib import Path

from watcher_core import Settings, Watcher

url, directory = sys.argv[1:]

with Watcher(url, settings=Settings(home=Path(directory) / "home")) as watcher:
    print("null", flush=True)
    for line in sys.stdin:
        seconds = []
        cpu = time.process_time()
        calls = json.loads(line)
        for _ in range(calls):
            start = time.perf_counter()
            with watcher.track("pipeline-2"):
                pass
            seconds.append(time.perf_counter() - start)
        print(json.dumps([seconds, (time.process_time() - cpu) / calls]), flush=True)
