"""`track` around a block that does nothing: all that Watcher adds to a job, outside Dagster and in a Dagster step."""

# No `from __future__ import annotations` here: Dagster reads those of an asset's function.
import time
from collections.abc import Iterator

import dagster as dg
import psycopg

from benchmarks import history
from benchmarks.dagster_instance import open_dagster
from benchmarks.harness import Bench, Result, in_milliseconds, in_turns, percentile
from benchmarks.pairs import raw_pair
from watcher_dagster import WatcherResource

NAME = "track"
MOST_MILLISECONDS = 5.0
WARM_UP = 20


def run(bench: Bench) -> Iterator[Result]:
    """Measure with an empty table, and with histories that grow."""
    calls = bench.choose(full=500, quick=100)
    for rows in history.sizes(bench):
        url = bench.new_database()
        history.fill(bench, url, rows)
        size = f"{rows:,} executions"
        outside, raw = _outside_dagster(bench, url, calls)
        yield _judged("track, outside Dagster", size, outside, raw)
        yield _judged("track, in a Dagster step", size, _in_a_step(bench, url, calls), raw)


def _outside_dagster(bench: Bench, url: str, calls: int) -> tuple[list[float], list[float]]:
    with bench.watcher(url) as watcher, psycopg.connect(url, autocommit=True) as connection:

        def track() -> None:
            with watcher.track("pipeline-2"):
                pass

        seconds = in_turns({"raw": raw_pair(connection), "ours": track}, rounds=10, calls=calls // 10, warm_up=WARM_UP)
        return seconds["ours"], seconds["raw"]


def _in_a_step(bench: Bench, url: str, calls: int) -> list[float]:
    """One step that tracks again and again, each time another execution of the same pipeline."""
    seconds = []

    @dg.asset
    def tracking(context: dg.AssetExecutionContext, watcher: WatcherResource) -> None:
        for number in range(WARM_UP + calls):
            start = time.perf_counter()
            with watcher.track(context, pipeline="pipeline-3", partition=str(number)):
                pass
            seconds.append(time.perf_counter() - start)

    with open_dagster(bench, url) as instance:
        dg.materialize(
            [tracking],
            instance=instance,
            resources={"watcher": WatcherResource(database_url=url, strict=True)},
            run_config={"loggers": {"console": {"config": {"log_level": "ERROR"}}}},
        )
    return seconds[WARM_UP:]


def _judged(what: str, size: str, ours: list[float], raw: list[float]) -> Result:
    median = 1000 * percentile(ours, 50)
    return Result(
        case=NAME,
        what=what,
        size=size,
        figure=median,
        unit="ms",
        raw=1000 * percentile(raw, 50),
        raw_is="psycopg, same rows",
        goal=f"below {MOST_MILLISECONDS:g} ms",
        met=median < MOST_MILLISECONDS,
        details={"raw": in_milliseconds(raw), "ours": in_milliseconds(ours)},
    )
