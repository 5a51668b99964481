"""The recorder reads history back from Dagster's event log: our share, beside what reading the events takes, and how
long all of it takes beside an earlier build, in turns.

One real run of ten assets is made, and its rows are copied as often as runs are wanted, each with an id of its own.
"""

import logging
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import psycopg

from benchmarks.builds import ROOT, earlier_build, environment
from benchmarks.harness import Bench, Result
from watcher_dagster import compat
from watcher_dagster.recorder.eventlog import EventLog
from watcher_dagster.recorder.tick import record_tick

NAME = "recorder"
ASSETS = 10
MOST_SHARE_OF_READING = 0.2

MOST_TIMES_BEFORE = 0.8

STORAGE = """\
storage:
  postgres:
    postgres_url: {url}
telemetry:
  enabled: false
"""

COPY_RUNS = """
    INSERT INTO runs (run_id, snapshot_id, pipeline_name, mode, status, run_body, partition, partition_set,
                      create_timestamp, update_timestamp, start_time, end_time)
    SELECT copy.run_id, snapshot_id, pipeline_name, mode, status, replace(run_body, %(run_id)s, copy.run_id), partition,
           partition_set, create_timestamp, update_timestamp, start_time, end_time
      FROM runs, copy
     WHERE runs.run_id = %(run_id)s
"""

COPY_EVENTS = """
    INSERT INTO event_logs (run_id, event, dagster_event_type, timestamp, step_key, asset_key, partition)
    SELECT copy.run_id, replace(event, %(run_id)s, copy.run_id), dagster_event_type, timestamp, step_key, asset_key,
           partition
      FROM copy, event_logs
     WHERE event_logs.run_id = %(run_id)s
     ORDER BY copy.run_id, event_logs.id
"""


def run(bench: Bench) -> Iterator[Result]:
    """Measure with histories that grow."""
    logging.getLogger("dagster").setLevel(logging.ERROR)
    sizes = bench.choose(full=(100, 300, 500), quick=(100,))
    homes = {runs: bench.directory / f"dagster-{runs}" for runs in sizes}
    for runs, home in homes.items():
        url = bench.new_database()
        with open_instance(home, url) as instance:
            make_history(instance, url, runs)
            reading = _read(instance)
            with compat.kept_connection(instance):
                least = _read(instance)  # as the recorder reads, with one connection
            with bench.watcher(url) as watcher:
                start = time.perf_counter()
                message = record_tick(instance, watcher, tick_seconds=600)
                took = time.perf_counter() - start
                recorded = len(watcher.executions(limit=100_000))
        assert recorded == runs * (ASSETS + 1), message
        yield Result(
            case=NAME,
            what="history read back, our share",
            size=f"{runs:,} runs of {ASSETS} assets",
            figure=took - least,
            unit="s",
            raw=reading,
            raw_is="reading through Dagster",
            goal=f"below {MOST_SHARE_OF_READING:.0%} of reading",
            met=took - least < MOST_SHARE_OF_READING * reading,
            details={"materializations_per_second": round(runs * ASSETS / took)},
        )
    if before := earlier_build(bench):
        runs = sizes[len(sizes) // 2]
        yield _beside(bench, before, runs, homes[runs])


def _beside(bench: Bench, before: Path, runs: int, home: Path) -> Result:
    """Read the same history back with both builds, in turns."""
    rounds = bench.choose(full=3, quick=1)
    seconds: dict[Path, list[float]] = {ROOT: [], before: []}
    order = [ROOT, before]
    for _ in range(rounds):
        for build in order:
            seconds[build].append(_seconds_of(bench, build, home))
        order.reverse()
    ours, theirs = (statistics.median(seconds[build]) for build in (ROOT, before))
    return Result(
        case=NAME,
        what="history read back, all of it",
        size=f"{runs:,} runs of {ASSETS} assets",
        figure=ours,
        unit="s",
        before=theirs,
        goal=f"at most {MOST_TIMES_BEFORE} x before",
        met=ours <= MOST_TIMES_BEFORE * theirs,
        details={"ours_s": seconds[ROOT], "before_s": seconds[before]},
    )


def _seconds_of(bench: Bench, build: Path, home: Path) -> float:
    command = [
        sys.executable,
        str(ROOT / "benchmarks" / "sides" / "read_back.py"),
        str(home),
        bench.new_empty_database(),
    ]
    done = subprocess.run(
        [*command, str(bench.directory)],
        env=environment(build),
        check=True,
        capture_output=True,
        text=True,
    )
    return float(done.stdout.split()[-1])


def open_instance(home: Path, url: str) -> dg.DagsterInstance:
    """Make a Dagster home whose tables are in that database, and open its instance."""
    home.mkdir()
    (home / "dagster.yaml").write_text(STORAGE.format(url=url.replace("postgresql:", "postgresql+psycopg2:")))
    return dg.DagsterInstance.from_config(str(home))


def make_history(instance: dg.DagsterInstance, url: str, runs: int, assets: int = ASSETS) -> None:
    """Fill an instance with runs of so many assets, of which each but the first reads the one before it."""

    def asset(number: int) -> dg.AssetsDefinition:
        @dg.asset(name=f"asset_{number}", deps=[f"asset_{number - 1}"] if number else None)
        def made() -> dg.MaterializeResult[None]:
            return dg.MaterializeResult(metadata={"dagster/row_count": 1_000 + number})

        return made

    run_id = dg.materialize([asset(number) for number in range(assets)], instance=instance).run_id
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TEMPORARY TABLE copy (run_id text)")
        connection.execute("INSERT INTO copy SELECT gen_random_uuid()::text FROM generate_series(1, %s)", (runs - 1,))
        connection.execute(COPY_RUNS, {"run_id": run_id})
        connection.execute(COPY_EVENTS, {"run_id": run_id})
        connection.execute("ANALYZE")


def _read(instance: dg.DagsterInstance) -> float:
    """Give the seconds that the runs and their events take to read, with nothing done with them."""
    log = EventLog(instance)
    start = time.perf_counter()
    run_ids = [record.dagster_run.run_id for record in instance.get_run_records()]
    for first in range(0, len(run_ids), 50):
        batch = run_ids[first : first + 50]
        log.runs(batch)
        for run_id in batch:
            log.events(run_id)
    return time.perf_counter() - start
