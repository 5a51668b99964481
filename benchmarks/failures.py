"""From failed runs to the message: the recorder, the check and the delivery, beside Dagster's own failure sensor.

One real run fails, and its rows are copied as often as failures are wanted, each with an id of its own. Both sides look
at the same runs, and post to the same server on this host. Dagster's `run_failure_sensor` takes five runs a tick, and
posts a message for each. What counts is when the last failure has been reported: the work, and the waits for ticks at
the intervals that are the defaults. A failure comes at any time between two ticks: so the first wait of each sensor is
half its interval. The ticks are all made; only the waits between them are left out.
"""

from __future__ import annotations

import datetime as dt
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
# A public report: one asset failed 368,000 times in 14 days.
FAILURES_AN_HOUR = 368_000 // (14 * 24)
MOST_MESSAGES_A_WEEK = 30
MOST_LAG_SECONDS = 60.0
MOST_GROWTH = 1.5


MOVE_RUNS = """
    UPDATE runs
       SET start_time = extract(epoch FROM %(at)s), end_time = extract(epoch FROM %(at)s),
           create_timestamp = %(at)s AT TIME ZONE 'UTC', update_timestamp = %(at)s AT TIME ZONE 'UTC'
     WHERE run_id = ANY(%(run_ids)s)
"""

MOVE_EVENTS = """
    UPDATE event_logs
       SET timestamp = %(at)s AT TIME ZONE 'UTC',
           event = regexp_replace(event, '"timestamp": [0-9.]+', '"timestamp": ' || extract(epoch FROM %(at)s))
     WHERE run_id = ANY(%(run_ids)s)
"""


@dataclass(frozen=True)
class Taken:
    """What one side took: for how long it worked, of which the CPU so long, and how many messages it posted."""

    work: float
    cpu: float
    messages: int
    ticks: int


def run(bench: Bench) -> Iterator[Result]:
    """Measure with ever more failures, and with far more between two ticks."""
    waits = _waits()
    for failures in bench.choose(full=(60, 1_000), quick=(60,)):
        times = LEAST_TIMES_SOONER[failures]
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
    yield from _replay(bench, waits)


def _many(bench: Bench) -> Result:
    """Far more failures between two ticks than usual: how many ticks until they are reported, and how much memory."""
    peaks, reported, recorded = [], 0, 0
    # Whether memory is flat shows between sizes that both take several ticks.
    sizes = bench.choose(full=(1_000,), quick=(200,), large=(2_500, 10_000))
    for failures in sizes:
        url = bench.new_database()
        with open_dagster(bench, url) as instance, slack_server() as slack, _opened(bench, url, slack) as watcher:
            record_tick(instance, watcher)  # what the first tick imports is no part of the comparison
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
        size=f"{sizes[-1]:,} failures",
        figure=reported,
        unit="ticks",
        goal="2, memory flat" if len(sizes) > 1 else "2",
        met=reported <= 2 and peaks[-1] <= MOST_GROWTH * peaks[0],
        details={"peak_bytes": peaks, "ticks_until_all_are_recorded": recorded},
    )


def _replay(bench: Bench, waits: list[float]) -> Iterator[Result]:
    """One asset that fails a thousand times an hour: how many messages, and how long after a failure it is recorded.

    The ticks of an hour are made as one, which takes longer than any of them.
    """
    hours = bench.choose(full=4, quick=1, large=24)
    url = bench.new_database()
    begins = dt.datetime.now(dt.UTC) - dt.timedelta(hours=hours)
    longest = 0.0
    with open_dagster(bench, url) as instance, slack_server() as slack, _opened(bench, url, slack) as watcher:
        record_tick(instance, watcher)
        run_id = _fail(instance, url, 1, at=begins)
        for hour in range(hours):
            now = begins + dt.timedelta(hours=hour + 1)
            _copy(url, run_id, FAILURES_AN_HOUR, at=now - dt.timedelta(minutes=1))
            began = time.perf_counter()
            while _recorded(url) < 1 + (hour + 1) * FAILURES_AN_HOUR:
                record_tick(instance, watcher)
            watcher.check_failures(now=now)
            longest = max(longest, time.perf_counter() - began)
            watcher.deliver_alerts(now=now, pace=Pace(0))
        messages = len(slack.bodies)
    size = f"{FAILURES_AN_HOUR * hours:,} failures in {hours} hours"
    yield Result(
        case=NAME,
        what="one asset that goes on failing: messages",
        size=size,
        figure=messages,
        unit="messages",
        goal=f"below {MOST_MESSAGES_A_WEEK} a week",
        met=messages < MOST_MESSAGES_A_WEEK,
    )
    yield Result(
        case=NAME,
        what="the same, lag of the recorder with an hour's failures at once",
        size=size,
        figure=waits[0] + longest,
        unit="s",
        goal=f"below {MOST_LAG_SECONDS:.0f} s",
        met=waits[0] + longest < MOST_LAG_SECONDS,
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


def _fail(instance: dg.DagsterInstance, url: str, failures: int, *, at: dt.datetime | None = None) -> str:
    """Fail so many runs, now or at a time, and return the id of the first."""

    @dg.asset
    def orders() -> None:
        raise ValueError("duplicate key 8123 in stg_orders")

    failed: Any = dg.materialize([orders], instance=instance, raise_on_error=False)
    run_id: str = failed.run_id
    if at is not None:
        with psycopg.connect(url) as connection:
            _move(connection, [run_id], at)
    _copy(url, run_id, failures - 1, at=at)
    return run_id


def _copy(url: str, run_id: str, runs: int, *, at: dt.datetime | None = None) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TEMPORARY TABLE copy (run_id text)")
        connection.execute("INSERT INTO copy SELECT gen_random_uuid()::text FROM generate_series(1, %s)", [runs])
        connection.execute(COPY_RUNS, {"run_id": run_id})
        connection.execute(COPY_EVENTS, {"run_id": run_id})
        if at is not None:
            _move(connection, [row[0] for row in connection.execute("SELECT run_id FROM copy")], at)
        connection.execute("ANALYZE")


def _move(connection: psycopg.Connection, run_ids: list[str], at: dt.datetime) -> None:
    """Set the times of runs and of their events."""
    for statement in MOVE_RUNS, MOVE_EVENTS:
        connection.execute(statement, {"run_ids": run_ids, "at": at})
