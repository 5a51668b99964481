"""What grows with other people's data: each call at 100 thousand, 1 million and 10 million executions of one year.

python -m benchmarks.scale                                   all sizes: some 30 minutes, and 20 GB of disk
python -m benchmarks.scale --sizes 100000 1000000            others
python -m benchmarks.scale --json growth.jsonl               also to a file

What is asked is the same at each size, so the time should be, too: the figure of a size is beside that of the first.
Only the dry run of cleanup counts more where there is more; it is measured beside one count of what has expired.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter

import psycopg
from rich.console import Console
from rich.table import Table

from benchmarks import year
from benchmarks.harness import Bench, bench
from watcher_core import Watcher

SIZES = (100_000, 1_000_000, 10_000_000)
FLAT = 1.3  # what a figure may grow by from 1 to 10 million
MOST_CALLS = 15
MOST_SECONDS = 10.0

# An asset of the year's deployment, and a job.
ASSET = 1_234
JOB = 7

CALLS: dict[str, Callable[[Watcher], object]] = {
    "executions(state='blocked'), none": lambda w: w.executions(state="blocked"),
    "executions(state='running'), a hundred": lambda w: w.executions(state="running"),
    "executions(state='failed'), newest": lambda w: w.executions(state="failed"),
    "executions(state='succeeded'), newest": lambda w: w.executions(state="succeeded"),
    "executions(pipeline, state='blocked'), none": lambda w: w.executions(pipeline=ASSET, state="blocked"),
    "executions(pipeline, state='canceled'), none": lambda w: w.executions(pipeline=ASSET, state="canceled"),
    "executions(pipeline, state='failed'), newest 10": lambda w: w.executions(pipeline=ASSET, state="failed", limit=10),
    "executions(pipeline), newest": lambda w: w.executions(pipeline=ASSET),
    "anomaly_results(flagged=True), newest": lambda w: w.anomaly_results(flagged=True),
    "anomaly_results(pipeline, flagged=True)": lambda w: w.anomaly_results(pipeline=404, flagged=True, limit=10),
    "freshness of one asset": lambda w: w.check_pipeline(ASSET, "freshness"),
    "timeliness of one asset": lambda w: w.check_pipeline(ASSET, "timeliness"),
    "timeliness, newest execution 30 days old": lambda w: w.check_pipeline(year.QUIET, "timeliness"),
    "cleanup(dry_run=True)": lambda w: w.cleanup(dry_run=True),
}
# The one that counts what grows, and what it is measured against.
COUNTING = "cleanup(dry_run=True)"
ONE_COUNT = "one count of what has expired, by the index"
MOST_TIMES_A_COUNT = 3

BYTES = """
    SELECT 'heap', pg_table_size('watcher.pipeline_execution')
     UNION ALL
    SELECT indexrelid::regclass::text, pg_relation_size(indexrelid)
      FROM pg_index
     WHERE indrelid = 'watcher.pipeline_execution'::regclass
"""
# What the code of assets has put into the metadata of executions: as much as it likes.
USERS_BYTES = """
    SELECT sum(pg_column_size(execution_metadata || '{}') - pg_column_size(execution_metadata - CAST(%s AS text[])))
      FROM watcher.pipeline_execution
"""
WITHOUT_USERS = "in all, without the metadata of users"
MOST_BYTES = 450

Figures = dict[str, float]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure each size, and print how each figure grows."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description="Measure what grows with history.")
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES, metavar="N", help="numbers of executions")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write a JSON line a size to this file")
    asked = parser.parse_args(arguments)
    console = Console(stderr=True, width=None if sys.stderr.isatty() else 160)
    times: dict[int, Figures] = {}
    sizes: dict[int, Figures] = {}
    with bench(quick=False, console=console) as prepared:
        for size in asked.sizes:
            times[size], sizes[size] = _measured(prepared, size)
    if asked.json is not None:
        lines = [json.dumps({"executions": n, "ms": times[n], "bytes_an_execution": sizes[n]}) for n in times]
        asked.json.write_text("\n".join(lines) + "\n", encoding="utf-8")
    console.print(_growth("Milliseconds", times))
    console.print(_growth("Bytes of an execution", sizes))
    return 0


def _measured(prepared: Bench, executions: int) -> tuple[Figures, Figures]:
    """The milliseconds of each call, and the bytes of an execution."""
    prepared.tell(f"making {executions:,} executions")
    with prepared.dropped_database() as url:
        year.fill(url, executions)
        prepared.tell(f"measuring {executions:,} executions")
        return measure(prepared.watcher(url), url, executions)


def measure(watcher: Watcher, url: str, executions: int) -> tuple[Figures, Figures]:
    """Measure a database that is filled: the milliseconds of each call, and the bytes of an execution."""
    with watcher:
        times = {name: _milliseconds(lambda call=call: call(watcher)) for name, call in CALLS.items()}  # type: ignore[misc]  # mypy infers no lambda with defaults
        until = watcher.cleanup(dry_run=True).retention_date
    with psycopg.connect(url, autocommit=True) as connection:
        count = "SELECT count(*) FROM watcher.pipeline_execution WHERE start_date <= %s"
        times[ONE_COUNT] = _milliseconds(lambda: connection.execute(count, [until]).fetchall())
        sizes = {name: int(size) / executions for name, size in connection.execute(BYTES)}
        row = connection.execute(USERS_BYTES, [list(year.USER_METADATA)]).fetchone()
    in_all, of_users = sum(sizes.values()), 0.0 if row is None else int(row[0]) / executions
    return times, {**sizes, "in all": in_all, WITHOUT_USERS: in_all - of_users}


def _milliseconds(call: Callable[[], object]) -> float:
    """The best of some calls: what other work on the machine adds is no cost of the call."""
    seconds: list[float] = []
    while len(seconds) < 2 or (len(seconds) < MOST_CALLS and sum(seconds) < MOST_SECONDS):
        start = perf_counter()
        call()
        seconds.append(perf_counter() - start)
    return 1000 * min(seconds)


def _growth(title: str, figures: dict[int, Figures]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("what")
    for size in figures:
        table.add_column(f"{size:,}", justify="right")
    table.add_column("last / one before", justify="right")
    table.add_column("goal")
    *_, before, last = [next(iter(figures.values())), *figures.values()]
    for name, figure in last.items():
        growth = figure / before[name] if before[name] else 1.0
        cells = [f"{each[name]:,.1f}" for each in figures.values()]
        table.add_row(name, *cells, f"{growth:.2f}", _goal(title, name, figure, growth, last))
    return table


def _goal(title: str, name: str, figure: float, growth: float, figures: Figures) -> str:
    if name == ONE_COUNT:
        return ""
    if "Bytes" in title:
        if name not in ("in all", WITHOUT_USERS):
            return ""
        met, goal = figure <= MOST_BYTES, f"at most {MOST_BYTES}"
    elif name == COUNTING:
        times = figure / figures[ONE_COUNT]
        met, goal = times <= MOST_TIMES_A_COUNT, f"at most {MOST_TIMES_A_COUNT} counts; {times:.1f}"
    else:
        met, goal = growth <= FLAT, f"at most {FLAT}"
    return f"{goal}: {'met' if met else '[red]missed[/red]'}"


if __name__ == "__main__":
    sys.exit(main())
