"""Executions past retention and all that was logged of them, deleted while others go on recording.

The raw side deletes the same rows with one statement a table, in one transaction, which nobody could wait for in
production. How recording fares is measured beside it: pairs of start and end, before and during cleanup.
"""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg

from benchmarks.builds import builds, new_database, sides
from benchmarks.harness import Bench, Result, percentile, timed
from benchmarks.history import in_bulk
from watcher_core import Watcher

NAME = "cleanup"
MOST_SECONDS = 15.0
LEAST_SHARE = 0.5
MOST_COUNTS = 3
SHORTEST_SECONDS = 1.0  # of which there is something to say about recording
ALONE_SECONDS = 3.0

# Of each pipeline a hundred stay, more than the newest successes that a cleanup keeps.
EXECUTIONS_OF_EACH = 1_000

PIPELINES = """
    WITH kind AS (INSERT INTO watcher.pipeline_type (name) VALUES ('default') RETURNING id)
    INSERT INTO watcher.pipeline (name, pipeline_type_id)
    SELECT 'pipeline-' || n, kind.id FROM kind, generate_series(1, %(pipelines)s) AS n
"""
# Ten months of history, all of it past retention, and a tenth as much that stays. Of ten one is the others' parent.
EXECUTIONS = """
    INSERT INTO watcher.pipeline_execution
          (pipeline_id, parent_id, source, external_id, state, start_date, end_date, inserts, total_rows)
    SELECT 1 + n %% %(pipelines)s, CASE WHEN n %% 10 <> 1 THEN n - (n - 1) %% 10 END, 'python', gen_random_uuid()::text,
           'succeeded', began, began + interval '1 minute', n %% 1000, 1000
      FROM generate_series(1, %(rows)s * 11 / 10) AS n
     CROSS JOIN LATERAL (
           SELECT CASE WHEN n <= %(rows)s THEN now() - interval '400 days' + n * (interval '300 days' / %(rows)s)
                       ELSE now() - interval '80 days' + (n - %(rows)s) * (interval '700 days' / %(rows)s) END
           ) AS day (began)
"""
LOGS = (
    """
    INSERT INTO watcher.timeliness_pipeline_execution_log
          (pipeline_execution_id, pipeline_id, duration_seconds, execution_state, evaluation_timestamp,
           timeliness_number, timeliness_datepart, used_child_config)
    SELECT id, pipeline_id, 60, state, start_date, 1, 'minute', true
      FROM watcher.pipeline_execution WHERE id % 9 = 0
    """,
    """
    INSERT INTO watcher.failure_pipeline_execution_log
          (pipeline_execution_id, pipeline_id, failures_in_a_row, evaluation_timestamp, failure_number,
           used_child_config)
    SELECT id, pipeline_id, 1, start_date, 1, true FROM watcher.pipeline_execution WHERE id % 50 = 0
    """,
    """
    INSERT INTO watcher.alert
          (kind, level, deduplication_key, pipeline_id, pipeline_execution_id, state, opened_at, resolved_at)
    SELECT 'timeliness', 'warning', 'timeliness/' || id, pipeline_id, id, 'resolved', start_date, end_date
      FROM watcher.pipeline_execution WHERE id % 9 = 0
    """,
    """
    INSERT INTO watcher.freshness_pipeline_log
          (pipeline_id, last_dml_timestamp, evaluation_timestamp, freshness_number, freshness_datepart,
           used_child_config)
    SELECT pipeline_id, start_date, start_date, 1, 'day', true FROM watcher.pipeline_execution WHERE id % 20 = 0
    """,
    "INSERT INTO watcher.anomaly_detection_rule (pipeline_id, metric_field) SELECT id, 'inserts' FROM watcher.pipeline",
    """
    INSERT INTO watcher.anomaly_detection_result (rule_id, pipeline_execution_id, flagged, value)
    SELECT rule.id, execution.id, false, 1
      FROM watcher.pipeline_execution AS execution JOIN watcher.anomaly_detection_rule AS rule USING (pipeline_id)
     WHERE execution.id % 4 = 0
    """,
)
COUNT = "SELECT count(*) FROM watcher.pipeline_execution WHERE start_date <= now() - interval '90 days'"
RAW = (
    "DELETE FROM watcher.freshness_pipeline_log WHERE last_dml_timestamp <= now() - interval '90 days'",
    *(
        f"DELETE FROM watcher.{table} USING watcher.pipeline_execution AS past"
        " WHERE pipeline_execution_id = past.id AND past.start_date <= now() - interval '90 days'"
        for table in (
            "timeliness_pipeline_execution_log",
            "failure_pipeline_execution_log",
            "anomaly_detection_result",
            "alert",
        )
    ),
    "DELETE FROM watcher.pipeline_execution WHERE start_date <= now() - interval '90 days'",
)


def run(bench: Bench) -> Iterator[Result]:
    """Measure at sizes that grow."""
    places = builds(bench)
    for rows in bench.choose(full=(10_000, 100_000), quick=(10_000,), large=(10_000, 100_000, 1_000_000)):
        bench.tell(f"making {rows:,} executions to delete, with their logs")
        urls = {side: new_database(bench, build) for side, build in places.items()}
        for url in urls.values():
            _fill(url, rows)
        yield _dry_run(bench, urls, places, rows)
        raw = _raw(urls["ours"])
        yield from _measured(bench, urls["ours"], rows, raw)


def _fill(url: str, rows: int) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        given = {"rows": rows, "pipelines": rows // EXECUTIONS_OF_EACH}
        connection.execute(PIPELINES, given)
        with in_bulk(connection):
            connection.execute(EXECUTIONS, given)
        for statement in LOGS:
            connection.execute(statement)
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


def _raw(url: str) -> float:
    """Delete everything, and then take it back."""
    with psycopg.connect(url) as connection:
        start = time.perf_counter()
        for statement in RAW:
            connection.execute(statement)
        seconds = time.perf_counter() - start
        connection.rollback()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")
    return seconds


def _dry_run(bench: Bench, urls: Mapping[str, str], places: Mapping[str, Path], rows: int) -> Result:
    seconds: dict[str, list[float]] = {side: [] for side in ("raw", *places)}
    arguments = {side: (url, str(bench.directory), "cleanup") for side, url in urls.items()}
    with sides("call", arguments, places) as running, psycopg.connect(urls["ours"], autocommit=True) as connection:
        for _ in range(bench.choose(full=15, quick=8)):
            seconds["raw"] += timed(lambda: connection.execute(COUNT).fetchall(), 1)
            for name, side in running.items():
                seconds[name].append(side.ask({"dry_run": True}))
    median = {side: 1000 * statistics.median(values) for side, values in seconds.items()}
    return Result(
        case=NAME,
        what="dry run",
        size=f"{rows:,} executions",
        figure=median["ours"],
        unit="ms",
        raw=median["raw"],
        before=median.get("before"),
        raw_is="one count by the index",
        goal=f"at most {MOST_COUNTS} × raw",
        met=median["ours"] <= MOST_COUNTS * median["raw"],
    )


class Recording:
    """A client that records pairs of start and end, and remembers when each was done."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self._stop = threading.Event()
        self.pairs: list[tuple[float, float]] = []
        self.errors: list[Exception] = []

    def run(self) -> None:
        try:
            while not self._stop.is_set():
                start = time.perf_counter()
                execution = self._watcher.start_execution(pipeline_id=1)
                self._watcher.end_execution(execution.id, inserts=1)
                self.pairs.append((start, time.perf_counter() - start))
        except Exception as error:
            self.errors.append(error)

    def stop(self) -> None:
        self._stop.set()

    def between(self, start: float, end: float) -> list[float]:
        """The seconds that each pair took that began in that time."""
        return [seconds for began, seconds in self.pairs if start <= began < end]


@contextmanager
def _recording(watcher: Watcher) -> Iterator[Recording]:
    recording = Recording(watcher)
    thread = threading.Thread(target=recording.run)
    thread.start()
    try:
        yield recording
    finally:
        recording.stop()
        thread.join()


def _measured(bench: Bench, url: str, rows: int, raw: float) -> Iterator[Result]:
    with bench.watcher(url) as watcher, bench.watcher(url) as recorder, _recording(recorder) as recording:
        time.sleep(ALONE_SECONDS)
        start = time.perf_counter()
        result = watcher.cleanup()
        end = time.perf_counter()
    assert not recording.errors, recording.errors
    assert result.deleted["pipeline_execution"] == rows
    before, during = recording.between(0, start), recording.between(start, end)
    yield Result(
        case=NAME,
        what="cleanup, beside recording",
        size=f"{rows:,} executions",
        figure=end - start,
        unit="s",
        raw=raw,
        raw_is="psycopg, alone, in one transaction",
        goal=f"below {MOST_SECONDS:g} s",
        met=end - start < MOST_SECONDS,
        details={"deleted": result.deleted},
    )
    alone, beside = len(before) / (start - recording.pairs[0][0]), len(during) / (end - start)
    yield Result(
        case=NAME,
        what="recording, beside cleanup",
        size=f"{rows:,} executions",
        figure=beside,
        unit="pairs/s",
        raw=alone,
        raw_is="the same without cleanup",
        goal=f"at least {LEAST_SHARE:.0%} of that",
        met=beside >= LEAST_SHARE * alone if end - start >= SHORTEST_SECONDS else None,
        details={"p99_ms": round(1000 * percentile(during, 99), 2) if during else None},
    )
