"""`watcher.track` around an empty block on a warm connection: what a job or a Dagster step pays for being recorded."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import dagster as dg
import psycopg

from benchmarks.harness import Bench, Result, in_milliseconds, in_turns, percentile
from watcher_dagster import WatcherResource

NAME = "track"
MOST_MILLISECONDS = 5

COMMIT = "INSERT INTO watcher.pipeline_type (name) VALUES (gen_random_uuid()::text)"


def run(bench: Bench) -> Iterator[Result]:
    """Measure in plain Python, then inside the steps of a Dagster run."""
    url = bench.new_database()
    with bench.watcher(url) as watcher, psycopg.connect(url, autocommit=True) as connection:

        def track() -> None:
            with watcher.track("tracked"):
                pass

        sides: dict[str, Callable[[], object]] = {"raw": _two_commits(connection), "ours": track}
        seconds = in_turns(sides, rounds=bench.choose(full=10, quick=4), calls=50)
        yield _result("Watcher.track, an empty block", "one client", seconds["ours"], seconds["raw"])
        in_steps = _in_steps(url, steps=bench.choose(full=60, quick=20))
        yield _result("WatcherResource.track, an empty block", "in a Dagster step", in_steps, seconds["raw"])


def _two_commits(connection: psycopg.Connection[Any]) -> Callable[[], object]:
    """A start and an end are two transactions: this is the least that they cost."""

    def commit() -> None:
        connection.execute(COMMIT)
        connection.execute(COMMIT)

    return commit


def _in_steps(url: str, *, steps: int) -> list[float]:
    seconds: list[float] = []

    def asset(number: int) -> dg.AssetsDefinition:
        @dg.asset(name=f"asset_{number}")
        def tracked(context: dg.AssetExecutionContext, watcher: WatcherResource) -> None:
            start = time.perf_counter()
            with watcher.track(context):
                pass
            seconds.append(time.perf_counter() - start)

        return tracked

    resource = WatcherResource(database_url=url)
    with dg.DagsterInstance.ephemeral() as instance:
        dg.materialize([asset(number) for number in range(steps)], instance=instance, resources={"watcher": resource})
    resource.get_client().close()
    return seconds[steps // 10 :]  # the first ones open the connection


def _result(what: str, size: str, ours: list[float], raw: list[float]) -> Result:
    median = 1000 * percentile(ours, 50)
    return Result(
        case=NAME,
        what=what,
        size=size,
        figure=median,
        unit="ms",
        raw=1000 * percentile(raw, 50),
        raw_is="psycopg, two commits",
        goal=f"below {MOST_MILLISECONDS} ms",
        met=median < MOST_MILLISECONDS,
        details=in_milliseconds(ours),
    )
