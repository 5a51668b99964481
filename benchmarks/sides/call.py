"""Calls a method of `Watcher` with each mapping of arguments that it reads, and answers with the seconds that it took.

python call.py DATABASE_URL DIRECTORY METHOD
"""

import json
import sys
import time
from pathlib import Path

from watcher_core import Settings, Watcher

url, directory, method = sys.argv[1:]

with Watcher(url, settings=Settings(home=Path(directory) / "home")) as watcher:
    call = getattr(watcher, method)
    print("null", flush=True)
    for line in sys.stdin:
        given = json.loads(line)
        start = time.perf_counter()
        call(**given)
        print(time.perf_counter() - start, flush=True)
