"""The checks at scale: everything that is stale, late or failing, found for the first time, and found again.

Each check runs in a process of its own, so that its memory can be measured, and once more with an earlier build. It
logs what it finds, opens an alert for each finding and returns them all. Beside it, plain psycopg writes the same log
rows and alerts from given ids, and reads what a finding holds; found again, it only reads.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import psycopg

from benchmarks.builds import builds, new_database, sides
from benchmarks.harness import Bench, Result
from benchmarks.history import in_bulk

NAME = "checks"
FIRST, AGAIN = "first", "again"

PIPELINES = """
    INSERT INTO watcher.pipeline_type
          (name, freshness_number, freshness_datepart, timeliness_number, timeliness_datepart)
    VALUES ('default', 1, 'day', 15, 'minute')
"""
# Of ten pipelines one has a rule of its own, and three have not changed data for two days.
STALE = """
    INSERT INTO watcher.pipeline
          (name, pipeline_type_id, pipeline_metadata, last_target_insert, last_target_update, freshness_number,
           freshness_datepart)
    SELECT 'location/pipeline-' || n, 1, '{"owners": ["team:data"], "kinds": ["postgres", "python"]}', changed, changed,
           CASE WHEN n %% 10 = 0 THEN 1 END, CASE WHEN n %% 10 = 0 THEN CAST('day' AS watcher.date_part) END
      FROM generate_series(1, %(size)s) AS n
     CROSS JOIN LATERAL (SELECT now() - CASE WHEN n %% 10 < 3 THEN interval '2 days' ELSE interval '1 hour' END
                                      - n * interval '1 millisecond') AS last (changed)
"""
# Every ninth took five minutes too long, and every 900th runs for too long.
LATE = """
    INSERT INTO watcher.pipeline_execution
          (pipeline_id, source, external_id, state, start_date, end_date, inserts, total_rows)
    SELECT 1 + n %% 1000, 'python', gen_random_uuid()::text,
           CAST(CASE WHEN n %% 900 = 0 THEN 'running' ELSE 'succeeded' END AS watcher.execution_state), began,
           CASE WHEN n %% 900 = 0 THEN NULL
                WHEN n %% 9 = 0 THEN began + interval '20 minutes'
                ELSE began + interval '1 minute' END,
           n %% 1000, 1000
      FROM generate_series(1, %(size)s) AS n
     CROSS JOIN LATERAL (SELECT now() - interval '23 hours' + n * (interval '22 hours' / %(size)s)) AS day (began)
"""
# Of ten pipelines three have failed last, each twice; before that all have succeeded eight times.
FAILING = """
    INSERT INTO watcher.pipeline_execution
          (pipeline_id, source, external_id, state, start_date, end_date, execution_metadata)
    SELECT 1 + n %% (%(size)s / 10), 'python', gen_random_uuid()::text,
           CAST(CASE WHEN failed THEN 'failed' ELSE 'succeeded' END AS watcher.execution_state), began,
           began + interval '1 minute',
           CASE WHEN failed THEN '{"error": {"class": "ValueError", "message": "no rows"}}'::jsonb ELSE '{}' END
      FROM generate_series(0, %(size)s - 1) AS n
     CROSS JOIN LATERAL (SELECT now() - interval '23 hours' + n * (interval '22 hours' / %(size)s),
                                n %% 10 < 3 AND n >= %(size)s * 8 / 10) AS day (began, failed)
"""

RAW_FRESHNESS = (
    """
    INSERT INTO watcher.freshness_pipeline_log
          (pipeline_id, last_dml_timestamp, evaluation_timestamp, freshness_number, freshness_datepart,
           used_child_config)
    SELECT id, last_target_insert, %(now)s, 1, 'day', false FROM found JOIN watcher.pipeline USING (id)
    """,
    """
    SELECT pipeline.id, pipeline.name, pipeline_type.name, last_target_insert, last_target_update,
           pipeline.pipeline_metadata -> 'owners', 1, 'day', false, true, last_target_insert + interval '1 day'
      FROM found JOIN watcher.pipeline USING (id) JOIN watcher.pipeline_type ON pipeline_type.id = pipeline_type_id
    """,
)
RAW_TIMELINESS = (
    """
    INSERT INTO watcher.timeliness_pipeline_execution_log
          (pipeline_execution_id, pipeline_id, duration_seconds, execution_state, evaluation_timestamp,
           timeliness_number, timeliness_datepart, used_child_config)
    SELECT id, pipeline_id, 1200, state, %(now)s, 15, 'minute', false
      FROM found JOIN watcher.pipeline_execution USING (id)
    """,
    """
    SELECT execution.id, pipeline.id, pipeline.name, pipeline_type.name, execution.state, execution.start_date,
           pipeline.pipeline_metadata -> 'owners', 15, 'minute', false, true, 1200.0
      FROM found JOIN watcher.pipeline_execution AS execution USING (id)
      JOIN watcher.pipeline ON pipeline.id = execution.pipeline_id
      JOIN watcher.pipeline_type ON pipeline_type.id = pipeline_type_id
    """,
)
RAW_FAILURES = (
    """
    INSERT INTO watcher.failure_pipeline_execution_log
          (pipeline_execution_id, pipeline_id, failures_in_a_row, evaluation_timestamp, failure_number,
           used_child_config)
    SELECT id, pipeline_id, 2, %(now)s, 1, false FROM found JOIN watcher.pipeline_execution USING (id)
    """,
    """
    SELECT execution.id, pipeline.id, pipeline.name, pipeline_type.name, execution.state, execution.start_date,
           pipeline.pipeline_metadata -> 'owners', execution.execution_metadata -> 'error', 2, 1, false, true
      FROM found JOIN watcher.pipeline_execution AS execution USING (id)
      JOIN watcher.pipeline ON pipeline.id = execution.pipeline_id
      JOIN watcher.pipeline_type ON pipeline_type.id = pipeline_type_id
    """,
)
# The columns of an alert when it is opened, with the facts of one finding.
RAW_ALERTS = """
    INSERT INTO watcher.alert (kind, level, deduplication_key, pipeline_id, pipeline_execution_id, facts, opened_at)
    SELECT 'freshness', 'warning', 'raw/' || id, {pipeline}, {execution}, '{{"expected_number": 15,
           "expected_datepart": "minute", "used_child_config": false,
           "last_dml_timestamp": "2026-01-01T00:00:00+00:00",
           "measured_from": "2026-01-01T00:00:00+00:00", "due_at": "2026-01-01T00:15:00+00:00"}}',
           %(now)s
      FROM found
      {join}
"""


class Seen(NamedTuple):
    """What a process saw of a check: its seconds, how much it found, how much was new, megabytes that it took."""

    seconds: float
    found: int
    new: int
    megabytes: float


class Case(NamedTuple):
    """A check to measure.

    Attributes:
        what: Its name.
        sizes: Of the data, smallest first.
        of: What those sizes count.
        goals: The most seconds, found for the first time and again.
    """

    what: str
    sizes: tuple[int, ...]
    of: str
    goals: dict[str, float]


def run(bench: Bench) -> Iterator[Result]:
    """Measure each check at three sizes."""
    pipelines = bench.choose(full=(1_000, 10_000, 100_000), quick=(1_000, 10_000))
    executions = bench.choose(full=(10_000, 100_000), quick=(50_000,), large=(10_000, 100_000, 1_000_000))
    yield from _measure(bench, Case("freshness", pipelines, "pipelines", {FIRST: 1.0, AGAIN: 0.3}))
    yield from _measure(bench, Case("timeliness", executions, "executions", {FIRST: 5.0, AGAIN: 5.0}))
    yield from _measure(bench, Case("failures", executions, "executions", {FIRST: 5.0, AGAIN: 5.0}))


def _measure(bench: Bench, case: Case) -> Iterator[Result]:
    there = builds(bench)
    for size in case.sizes:
        bench.tell(f"making {size:,} {case.of}")
        urls = {name: new_database(bench, build) for name, build in there.items()}
        for url in urls.values():
            with psycopg.connect(url, autocommit=True) as connection:
                _fill(connection, case.what, size)
        given = {name: (url, str(bench.directory), case.what) for name, url in urls.items()}
        with sides("check", given, there) as running:
            seen = {turn: {name: Seen(*side.ask()) for name, side in running.items()} for turn in (FIRST, AGAIN)}
        raw = _raw(urls["ours"], case.what)
        for turn in (FIRST, AGAIN):
            before = seen[turn].get("before")
            yield _result(case, size, turn, seen[turn]["ours"], raw[turn], before)


def _fill(connection: psycopg.Connection[Any], what: str, size: int) -> None:
    connection.execute(PIPELINES)
    pipelines = {"freshness": size, "timeliness": 1_000, "failures": size // 10}[what]
    connection.execute(STALE, {"size": pipelines})
    if what == "timeliness":
        with in_bulk(connection):
            connection.execute(LATE, {"size": size})
    elif what == "failures":
        connection.execute(FAILING, {"size": size})
    connection.execute("VACUUM ANALYZE")
    connection.execute("CHECKPOINT")


def _raw(url: str, what: str) -> dict[str, float]:
    """The same rows by plain psycopg, of the same ids: written and read, and only read."""
    log, read = {"freshness": RAW_FRESHNESS, "timeliness": RAW_TIMELINESS, "failures": RAW_FAILURES}[what]
    table = log.split()[2]
    column = "pipeline_id" if what == "freshness" else "pipeline_execution_id"
    alerts = (
        RAW_ALERTS.format(pipeline="id", execution="NULL", join="")
        if what == "freshness"
        else RAW_ALERTS.format(
            pipeline="pipeline_id", execution="id", join="JOIN watcher.pipeline_execution USING (id)"
        )
    )
    with psycopg.connect(url) as connection:
        connection.execute(f"CREATE TEMPORARY TABLE found AS SELECT {column} AS id FROM {table}")
        connection.execute("ANALYZE found")
        connection.execute(f"TRUNCATE {table}, watcher.alert, watcher.alert_delivery")
        connection.commit()
        given = {"now": dt.datetime.now(dt.UTC)}
        start = time.perf_counter()
        connection.execute(log, given)
        connection.execute(alerts, given)
        connection.execute(read).fetchall()
        connection.commit()
        first = time.perf_counter() - start
        start = time.perf_counter()
        connection.execute(read).fetchall()
        return {FIRST: first, AGAIN: time.perf_counter() - start}


def _result(case: Case, size: int, turn: str, seen: Seen, raw: float, before: Seen | None) -> Result:
    assert seen.new == (seen.found if turn == FIRST else 0)
    goal = case.goals[turn]
    return Result(
        case=NAME,
        what=f"{case.what}, found {'for the first time' if turn == FIRST else 'again'}",
        size=f"{size:,} {case.of}",
        figure=seen.seconds,
        unit="s",
        raw=raw,
        before=before.seconds if before else None,
        raw_is="psycopg, same rows" if turn == FIRST else "psycopg, reads them",
        goal=f"below {goal:g} s",
        met=seen.seconds < goal,
        details={"found": seen.found, "new": seen.new, "peak_mb": round(seen.megabytes, 1)},
    )
