"""From failed runs to the message: the recorder, the check and the delivery, beside Dagster's own failure sensor.

One real run fails, and its rows are copied as often as failures are wanted, each with an id of its own. Both sides look
at the same runs, and post to the same server on this host. Dagster's `run_failure_sensor` takes five runs a tick, and
posts a message for each. What counts is when the last failure has been reported: the work, and the waits for ticks at
the intervals that are the defaults. A failure comes at any time between two ticks: so the first wait of each sensor is
half its interval. The ticks are all made; only the waits between them are left out.
"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import dagster as dg
import psycopg
from pydantic import SecretStr
from slack_sdk.webhook import WebhookClient

from benchmarks.alerts import Slack, slack_server
from benchmarks.dagster_instance import open_dagster
from benchmarks.harness import Bench, Result
from benchmarks.recorder import COPY_EVENTS, COPY_RUNS
from watcher_core import Settings, Watcher
from watcher_core.alerts.delivery import Pace
from watcher_dagster import build_watcher_definitions
from watcher_dagster.recorder.tick import record_tick

NAME = "failures"
# Dagster's default, for sensors that do not set it.
SENSOR_SECONDS = 30.0
LEAST_TIMES_SOONER = {60: 10, 1_000: 50}
MOST_GROWTH = 1.5


@dataclass(frozen=True)
class Taken:
    """What one side took: for how long it worked, of which the CPU so long, and how many messages it posted."""

    work: float
    cpu: float
    messages: int
    ticks: int


def run(bench: Bench) -> Iterator[Result]:
    """Measure with 60 and 1,000 failures, and with far more between two ticks."""
    waits = _waits()
    for failures, times in LEAST_TIMES_SOONER.items():
        url = bench.new_database()
        with open_dagster(bench, url) as instance, slack_server() as slack:
            # Both sides have ticked before: a first tick sets up more than others.
            begin = _run_status_cursor(instance)
            _watcher(bench, instance, url, slack)
            _fail(instance, url, failures)
            theirs = _dagster(instance, slack, begin, failures)
            ours = _watcher(bench, instance, url, slack)
        after = ours.work + sum(waits) / 2
        before = theirs.work + (theirs.ticks - 0.5) * SENSOR_SECONDS
        yield Result(
            case=NAME,
            what="from failed run to message in hand, the last of them",
            size=f"{failures:,} failures at once",
            figure=after,
            unit="s",
            raw=before,
            raw_is="run_failure_sensor",
            goal=f"{times} times sooner",
            met=before >= times * after,
            details={"ours": vars(ours), "theirs": vars(theirs), "our_intervals": waits},
        )
        yield Result(
            case=NAME,
            what="the same, CPU time",
            size=f"{failures:,} failures at once",
            figure=ours.cpu,
            unit="s",
            raw=theirs.cpu,
            raw_is="run_failure_sensor",
            goal="no more",
            met=ours.cpu <= theirs.cpu,
        )
    yield _many(bench)


def _many(bench: Bench) -> Result:
    """Far more failures between two ticks than usual: how many ticks until they are reported, and how much memory."""
    peaks, reported, recorded = [], 0, 0
    many = bench.choose(full=10_000, quick=2_000)
    for failures in (many // 4, many):
        url = bench.new_database()
        with open_dagster(bench, url) as instance, slack_server() as slack, _opened(bench, url, slack) as watcher:
            _fail(instance, url, failures)
            tracemalloc.start()
            reported = recorded = 0
            while _recorded(url) < failures:
                record_tick(instance, watcher)
                watcher.check_failures()
                watcher.deliver_alerts(pace=Pace(0))
                recorded += 1
                reported = reported or (recorded if slack.bodies else 0)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
            assert len(slack.bodies) == 1
    return Result(
        case=NAME,
        what="failures between two ticks: ticks until they are reported",
        size=f"{many:,} failures",
        figure=reported,
        unit="ticks",
        goal="2, memory flat",
        met=reported <= 2 and peaks[1] <= MOST_GROWTH * peaks[0],
        details={"peak_bytes": peaks, "ticks_until_all_are_recorded": recorded},
    )


def _recorded(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM watcher.pipeline_execution WHERE parent_id IS NULL AND state = 'failed'"
        ).fetchone()
    return row[0] if row else 0


# The sides


def _waits() -> list[float]:
    """The intervals of Watcher's sensors on the way to a message, as they are by default."""
    sensors = {sensor.name: sensor for sensor in build_watcher_definitions().sensors or []}
    wanted = ("watcher_recorder_sensor", "watcher_check_sensor", "watcher_slack_sensor")
    return [float(getattr(sensors[name], "minimum_interval_seconds", 0) or SENSOR_SECONDS) for name in wanted]


def _watcher(bench: Bench, instance: dg.DagsterInstance, url: str, slack: Slack) -> Taken:
    slack.bodies.clear()
    with _opened(bench, url, slack) as watcher:

        def ticks() -> int:
            record_tick(instance, watcher)
            watcher.check_failures()
            watcher.deliver_alerts(pace=Pace(0))
            return 3

        return _timed(ticks, slack)


def _dagster(instance: dg.DagsterInstance, slack: Slack, cursor: str | None, failures: int) -> Taken:
    slack.bodies.clear()
    client = WebhookClient(slack.url)

    @dg.run_failure_sensor(monitor_all_code_locations=True)
    def slack_on_failure(context: dg.RunFailureSensorContext) -> None:
        client.send(text=f"Job {context.dagster_run.job_name} failed: {context.failure_event.message}")

    definitions = dg.Definitions(sensors=[slack_on_failure])

    def ticks() -> int:
        at, count = cursor, 0
        while len(slack.bodies) < failures:
            context = dg.build_sensor_context(instance=instance, cursor=at, definitions=definitions)
            at = slack_on_failure.evaluate_tick(context).cursor
            count += 1
        return count

    return _timed(ticks, slack)


def _run_status_cursor(instance: dg.DagsterInstance) -> str | None:
    """Where the sensor of Dagster begins, which passes over all that was there when it was switched on."""

    @dg.run_failure_sensor(monitor_all_code_locations=True)
    def begins(context: dg.RunFailureSensorContext) -> None:
        pass

    context = dg.build_sensor_context(instance=instance, definitions=dg.Definitions(sensors=[begins]))
    return begins.evaluate_tick(context).cursor


def _timed(ticks: Callable[[], int], slack: Slack) -> Taken:
    began, cpu = time.perf_counter(), time.process_time()
    count = ticks()
    return Taken(time.perf_counter() - began, time.process_time() - cpu, len(slack.bodies), count)


def _opened(bench: Bench, url: str, slack: Slack) -> Watcher:
    return Watcher(url, settings=Settings(home=bench.directory / "home", slack_webhook_url=SecretStr(slack.url)))


def _fail(instance: dg.DagsterInstance, url: str, failures: int) -> None:
    @dg.asset
    def orders() -> None:
        raise ValueError("duplicate key 8123 in stg_orders")

    failed: Any = dg.materialize([orders], instance=instance, raise_on_error=False)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TEMPORARY TABLE copy (run_id text)")
        connection.execute("INSERT INTO copy SELECT gen_random_uuid()::text FROM generate_series(2, %s)", [failures])
        connection.execute(COPY_RUNS, {"run_id": failed.run_id})
        connection.execute(COPY_EVENTS, {"run_id": failed.run_id})
        connection.execute("ANALYZE")
