"""What our imports cost a process, above those of Dagster and SQLAlchemy: every Dagster step pays for them."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence

from benchmarks.harness import Bench, Result

NAME = "imports"
MOST_MILLISECONDS_OVER_DAGSTER = 60

COMMANDS: Mapping[str, Sequence[str]] = {
    "nothing": ("-c", "pass"),
    "sqlalchemy": ("-c", "import sqlalchemy"),
    "dagster and sqlalchemy": ("-c", "import dagster, sqlalchemy"),
    "watcher_core": ("-c", "import watcher_core"),
    "watcher_dagster": ("-c", "import dagster, sqlalchemy, watcher_dagster"),
    "watcher --help": ("-m", "watcher_core", "--help"),
}


def run(bench: Bench) -> Iterator[Result]:
    """Start each command again and again, in turns, and compare the medians."""
    runs = bench.choose(full=15, quick=5)
    milliseconds: dict[str, list[float]] = {command: [] for command in COMMANDS}
    for number in range(runs + 1):
        for command, arguments in COMMANDS.items():
            took = _milliseconds(arguments)
            if number:  # the first fills the caches of the file system
                milliseconds[command].append(took)
    median = {command: statistics.median(values) for command, values in milliseconds.items()}
    size = f"median of {runs}"
    yield Result(
        case=NAME,
        what="import watcher_dagster, over its base",
        size=size,
        figure=median["watcher_dagster"] - median["dagster and sqlalchemy"],
        unit="ms",
        raw=median["dagster and sqlalchemy"],
        raw_is="import dagster, sqlalchemy",
        goal=f"at most {MOST_MILLISECONDS_OVER_DAGSTER} ms",
        met=median["watcher_dagster"] - median["dagster and sqlalchemy"] <= MOST_MILLISECONDS_OVER_DAGSTER,
        details=median,
    )
    yield Result(
        case=NAME,
        what="import watcher_core, the process",
        size=size,
        figure=median["watcher_core"],
        unit="ms",
        raw=median["sqlalchemy"],
        raw_is="import sqlalchemy",
    )
    yield Result(
        case=NAME,
        what="watcher --help, the process",
        size=size,
        figure=median["watcher --help"],
        unit="ms",
        raw=median["nothing"],
        raw_is="python that does nothing",
    )


def _milliseconds(arguments: Sequence[str]) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return 1000 * (time.perf_counter() - start)
