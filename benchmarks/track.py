"""`track` around a block that does nothing: all that Watcher adds to a job, outside Dagster and in a Dagster step."""

# No `from __future__ import annotations` here: Dagster reads those of an asset's function.
import math
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import dagster as dg
import psycopg

from benchmarks import history
from benchmarks.builds import builds, sides
from benchmarks.dagster_instance import open_dagster
from benchmarks.harness import Bench, Result, in_milliseconds, percentile, timed
from benchmarks.pairs import raw_pair
from watcher_dagster import WatcherResource

NAME = "track"
MOST_TIMES_RAW = 1.4
MOST_TIMES_RAW_OF_CPU = 2
ROUNDS = 10
WARM_UP = 20


def run(bench: Bench) -> Iterator[Result]:
    """Measure with an empty table, and with histories that grow."""
    calls = bench.choose(full=500, quick=80)
    places = builds(bench)
    for rows in history.sizes(bench):
        urls = {side: history.filled(bench, rows, build) for side, build in places.items()}
        size = f"{rows:,} executions"
        seconds, cpu = _outside_dagster(bench, places, urls, calls)
        yield _judged("track, outside Dagster", size, seconds["ours"], seconds["raw"], seconds.get("before"))
        yield _of_cpu(size, cpu)
        in_a_step = _in_a_step(bench, urls["ours"], calls)
        yield _judged("track, in a Dagster step", size, in_a_step, seconds["raw"])


def _outside_dagster(
    bench: Bench, places: Mapping[str, Path], urls: Mapping[str, str], calls: int
) -> tuple[dict[str, list[float]], dict[str, float]]:
    """Give the seconds of each call, and the least CPU seconds of a call in one of the rounds, by side."""
    arguments = {side: (url, str(bench.directory)) for side, url in urls.items()}
    seconds: dict[str, list[float]] = {side: [] for side in ("raw", *places)}
    cpu = dict.fromkeys(seconds, math.inf)
    with sides("track_blocks", arguments, places) as running, psycopg.connect(urls["ours"], autocommit=True) as raw:
        pair = raw_pair(raw)
        timed(pair, WARM_UP)
        for side in running.values():
            side.ask(WARM_UP)
        for _ in range(ROUNDS):
            before = time.process_time()
            seconds["raw"] += timed(pair, calls // ROUNDS)
            cpu["raw"] = min(cpu["raw"], (time.process_time() - before) / (calls // ROUNDS))
            for name, side in running.items():
                took, of_cpu = side.ask(calls // ROUNDS)
                seconds[name] += took
                cpu[name] = min(cpu[name], of_cpu)
    return seconds, cpu


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


def _judged(what: str, size: str, ours: list[float], raw: list[float], before: list[float] | None = None) -> Result:
    median, least = 1000 * percentile(ours, 50), 1000 * percentile(raw, 50)
    return Result(
        case=NAME,
        what=what,
        size=size,
        figure=median,
        unit="ms",
        raw=least,
        before=1000 * percentile(before, 50) if before else None,
        raw_is="psycopg, same rows",
        goal=f"at most {MOST_TIMES_RAW} × raw",
        met=median <= MOST_TIMES_RAW * least,
        details={"raw": in_milliseconds(raw), "ours": in_milliseconds(ours)},
    )


def _of_cpu(size: str, seconds: Mapping[str, float]) -> Result:
    return Result(
        case=NAME,
        what="track, outside Dagster, CPU",
        size=size,
        figure=1000 * seconds["ours"],
        unit="ms",
        raw=1000 * seconds["raw"],
        before=1000 * seconds["before"] if "before" in seconds else None,
        raw_is="psycopg, same rows",
        goal=f"at most {MOST_TIMES_RAW_OF_CPU} × raw",
        met=seconds["ours"] <= MOST_TIMES_RAW_OF_CPU * seconds["raw"],
    )
