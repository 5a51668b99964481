"""Lists as `Watcher` gives them, beside psycopg that fetches the same rows with the same statement and keeps them.

The CPU time of the client is measured: what PostgreSQL needs to find the rows is the same for both.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import psycopg

from benchmarks import history
from benchmarks.builds import builds, sides
from benchmarks.harness import Bench, Result
from watcher_core.catalog import lookup as catalog
from watcher_core.recording import lookup as recording

NAME = "lists"
EXECUTIONS = 10_000
MOST_TIMES_RAW = 1.4

STATEMENTS = {
    "pipelines": f"{catalog.SELECT} ORDER BY pipeline.name",
    "executions": f"{recording.SELECT} ORDER BY execution.start_date DESC, execution.id DESC LIMIT %(limit)s",
}


def run(bench: Bench) -> Iterator[Result]:
    """Read 500 pipelines and 10,000 executions, each side in short rounds, in turns."""
    places = builds(bench)
    urls = {side: history.filled(bench, EXECUTIONS, build) for side, build in places.items()}
    for what, rows, calls in (("pipelines", 500, 10), ("executions", EXECUTIONS, 2)):
        arguments = {side: (url, str(bench.directory), what, str(rows)) for side, url in urls.items()}
        seconds: dict[str, list[float]] = {side: [] for side in ("raw", *places)}
        with sides("read_list", arguments, places) as running, psycopg.connect(urls["ours"]) as connection:
            for _ in range(bench.choose(full=25, quick=6)):
                seconds["raw"].append(_raw(connection, STATEMENTS[what], rows, calls))
                for side, process in running.items():
                    seconds[side].append(process.ask(calls))
        yield _judged(what, rows, seconds)


def _raw(connection: psycopg.Connection, statement: str, rows: int, calls: int) -> float:
    given = {"limit": rows}
    start = time.process_time()
    for _ in range(calls):
        connection.execute(statement, given).fetchall()
    return (time.process_time() - start) / calls


def _judged(what: str, rows: int, seconds: dict[str, list[float]]) -> Result:
    least = {side: 1000 * min(values) for side, values in seconds.items()}
    return Result(
        case=NAME,
        what=f"{what}, CPU",
        size=f"{rows:,} rows",
        figure=least["ours"],
        unit="ms",
        raw=least["raw"],
        before=least.get("before"),
        raw_is="psycopg, the same rows",
        goal=f"at most {MOST_TIMES_RAW} × raw",
        met=least["ours"] <= MOST_TIMES_RAW * least["raw"],
        details=seconds,
    )
