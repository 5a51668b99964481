"""Reads a list as often as it is asked to, in a process of its own, and answers with the CPU seconds that it took.

python read_list.py DATABASE_URL DIRECTORY pipelines|executions LIMIT
"""

import json
import sys
import time
from pathlib import Path

from watcher_core import Settings, Watcher

url, directory, what, limit = sys.argv[1:]

with Watcher(url, settings=Settings(home=Path(directory) / "home")) as watcher:
    read = watcher.list_pipelines if what == "pipelines" else lambda: watcher.executions(limit=int(limit))
    for _ in range(3):
        read()
    print("null", flush=True)
    for line in sys.stdin:
        calls = json.loads(line)
        start = time.process_time()
        for _ in range(calls):
            read()
        print((time.process_time() - start) / calls, flush=True)
