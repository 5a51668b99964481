"""Anomaly detection: one execution as histories grow, and many that are pending.

Each execution is judged by rules on all six metrics, from the newest 2,000 runs of 60 days; pending ones are those of
pipelines that run once an hour, by one process and by two that share the work, and by one rule alone. Beside it, plain
psycopg reads the same histories, as rows, and writes as many results; it judges nothing, and judging is what takes the
time: `judgements_per_second` says how long, and processes are what makes it shorter. At last this build and an earlier
one judge the same pending executions, in turns, each in one process, by all rules and by one alone.
"""

from __future__ import annotations

import itertools
import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from benchmarks.builds import builds, new_database, sides
from benchmarks.harness import Bench, Result, in_milliseconds, in_turns, open_watcher, percentile
from benchmarks.history import in_bulk
from watcher_core import AnomalyMetric, Watcher

NAME = "anomalies"
MOST_MILLISECONDS = 10
LEAST_PER_SECOND = 1_000
LEAST_TIMES_ONE_PROCESS = 1.9
LEAST_TIMES_BEFORE = 2.8
LEAST_TIMES_BEFORE_ALONE = 1.0

RUNS = 2_000
HOURLY_RUNS = 60 * 24

PIPELINES = """
    WITH kind AS (
        INSERT INTO watcher.pipeline_type (name) VALUES ('default') RETURNING id
    ), made AS (
        INSERT INTO watcher.pipeline (name, pipeline_type_id)
        SELECT 'pipeline-' || n, kind.id FROM kind, generate_series(1, %(pipelines)s) AS n ORDER BY n
        RETURNING id
    )
    INSERT INTO watcher.anomaly_detection_rule (pipeline_id, metric_field)
    SELECT id, metric
      FROM made
     CROSS JOIN unnest(CAST(%(metrics)s AS text[])) AS metric
     ORDER BY id
"""
# The runs of each pipeline in the 60 days up to now; more by day than by night, fewer at weekends, with noise.
EXECUTIONS = """
    INSERT INTO watcher.pipeline_execution
          (pipeline_id, source, external_id, state, start_date, end_date, inserts, updates, soft_deletes, total_rows)
    SELECT pipeline, 'python', gen_random_uuid()::text, 'succeeded', began,
           began + interval '1 minute' * (0.8 + 0.4 * random()), rows * 0.8, rows * 0.15, rows * 0.05, rows
      FROM generate_series(1, %(runs)s) AS n
     CROSS JOIN generate_series(1, %(pipelines)s) AS pipeline
     CROSS JOIN LATERAL (SELECT now() - (%(runs)s - n + 1) * (interval '60 days' / %(runs)s)) AS day (began)
     CROSS JOIN LATERAL (
           SELECT CAST((2000 + 1000 * sin(extract(hour FROM began) / 24 * 6.2832))
                       * CASE WHEN extract(isodow FROM began) > 5 THEN 0.5 ELSE 1 END
                       * (0.9 + 0.2 * random()) AS bigint)) AS counted (rows)
"""
# One in two hundred was flagged.
FLAGGED = """
    INSERT INTO watcher.anomaly_detection_result (rule_id, pipeline_execution_id, flagged, value)
    SELECT rule.id, execution.id, true, 1
      FROM watcher.pipeline_execution AS execution
      JOIN watcher.anomaly_detection_rule AS rule USING (pipeline_id)
     WHERE execution.id % 200 = 0
"""
# The newest runs of each pipeline, which have not been judged.
PENDING = """
    INSERT INTO watcher.anomaly_pending (pipeline_id, pipeline_execution_id)
    SELECT newest.pipeline_id, newest.id
      FROM watcher.pipeline
     CROSS JOIN LATERAL (SELECT id, pipeline_id, start_date
                           FROM watcher.pipeline_execution
                          WHERE pipeline_id = pipeline.id
                          ORDER BY start_date DESC
                          LIMIT %(each)s) AS newest
     ORDER BY newest.start_date
"""

# As it was before they were judged.
UNJUDGED = "DELETE FROM watcher.anomaly_detection_result WHERE explanation <> '{}'"

RAW_READ = """
    SELECT id, start_date, duration_seconds, inserts, updates, soft_deletes, total_rows
      FROM watcher.pipeline_execution
     WHERE pipeline_id = %(pipeline_id)s
       AND state = 'succeeded'
       AND start_date > now() - interval '61 days'
     ORDER BY start_date DESC
     LIMIT %(runs)s
"""
RAW_WRITE = """
    INSERT INTO watcher.anomaly_detection_result
          (rule_id, pipeline_execution_id, flagged, value, expected, lower, upper, z_score, confidence, explanation)
    SELECT rule, execution, false, 1000, 1001, 900, 1100, 0.1, 0.1,
           '{"method": "seasonal", "reason": "as usual", "profile": "Mondays 09:00", "runs": 26,
             "first_run_at": "2026-01-01T00:00:00+00:00", "last_run_at": "2026-01-01T00:00:00+00:00"}'
      FROM unnest(CAST(%(rules)s AS bigint[])) AS rule, unnest(CAST(%(executions)s AS bigint[])) AS execution
"""


def run(bench: Bench) -> Iterator[Result]:
    """Measure one execution at three sizes of history, then pending ones at three sizes."""
    for runs in bench.choose(full=(1_000, 10_000, 30_000), quick=(10_000,)):
        yield _one(bench, runs)
    for pending in bench.choose(full=(100, 1_000, 2_000), quick=(200,), large=(100, 1_000, 10_000)):
        yield _many(bench, pending, processes=1, metrics=[AnomalyMetric.TOTAL_ROWS])
        one = _many(bench, pending, processes=1, metrics=list(AnomalyMetric))
        yield one
        yield _many(bench, pending, processes=2, metrics=list(AnomalyMetric), one_process=one.figure)
    yield from _beside(bench, metrics=list(AnomalyMetric), least=LEAST_TIMES_BEFORE)
    yield from _beside(bench, metrics=[AnomalyMetric.TOTAL_ROWS], least=LEAST_TIMES_BEFORE_ALONE)


def _filled(
    bench: Bench,
    *,
    pipelines: int,
    runs: int,
    metrics: Sequence[AnomalyMetric] = tuple(AnomalyMetric),
    url: str | None = None,
) -> str:
    bench.tell(f"making {pipelines * runs:,} executions of {pipelines:,} pipelines")
    url = url or bench.new_database()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(PIPELINES, {"pipelines": pipelines, "metrics": list(metrics)})
        with in_bulk(connection):
            connection.execute(EXECUTIONS, {"pipelines": pipelines, "runs": runs})
        connection.execute(FLAGGED)
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")
    return url


# One execution


def _one(bench: Bench, runs: int) -> Result:
    rounds, calls, warm_up = 5, bench.choose(full=40, quick=10), 10
    url = _filled(bench, pipelines=1, runs=runs)
    with bench.watcher(url) as watcher, psycopg.connect(url) as connection:
        newest = watcher.executions(limit=2 * (rounds * calls + warm_up))
        ours, raw = iter([execution.id for execution in newest[::2]]), iter([each.id for each in newest[1::2]])
        sides = {"ours": lambda: watcher.detect_anomalies(next(ours)), "raw": _raw_one(connection, raw)}
        seconds = in_turns(sides, rounds=rounds, calls=calls, warm_up=warm_up)
    times = {side: in_milliseconds(values) for side, values in seconds.items()}
    ours_ms, raw_ms = (1000 * percentile(seconds[side], 50) for side in ("ours", "raw"))
    return Result(
        case=NAME,
        what="one execution, 6 rules, p50",
        size=f"history of {runs:,}",
        figure=ours_ms,
        unit="ms",
        raw=raw_ms,
        raw_is="psycopg, reads and writes",
        goal=f"below {MOST_MILLISECONDS} ms",
        met=ours_ms < MOST_MILLISECONDS,
        details=times,
    )


def _raw_one(connection: psycopg.Connection[Any], execution_ids: Iterator[int]) -> Callable[[], object]:
    def read_and_write() -> None:
        with connection.transaction():
            connection.execute(RAW_READ, {"pipeline_id": 1, "runs": RUNS}).fetchall()
            connection.execute(
                RAW_WRITE, {"rules": list(range(1, len(AnomalyMetric) + 1)), "executions": [next(execution_ids)]}
            )

    return read_and_write


# Many


def _many(
    bench: Bench, pending: int, *, processes: int, metrics: Sequence[AnomalyMetric], one_process: float = 0.0
) -> Result:
    each = 100 if pending >= 200 else 10
    pipelines = pending // each
    url = _filled(bench, pipelines=pipelines, runs=HOURLY_RUNS, metrics=metrics)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(PENDING, {"each": each})
        connection.execute("ANALYZE")
    drained = _drained(bench, url, processes)
    seconds = max(each.ended for each in drained) - min(each.began for each in drained)
    assert sum(each.executions for each in drained) == pending
    raw = _raw_many(url, pipelines, each, len(metrics))
    per_second = pending / seconds
    least = max(LEAST_PER_SECOND, LEAST_TIMES_ONE_PROCESS * one_process)
    return Result(
        case=NAME,
        what=f"pending executions, {len(metrics)} rule{'s' if len(metrics) > 1 else ''}, "
        f"{processes} process{'es' if processes > 1 else ''}",
        size=f"{pending:,} of {pipelines:,} pipelines",
        figure=per_second,
        unit="executions/s",
        raw=pending / raw,
        raw_is="psycopg, reads and writes",
        goal=f"at least {LEAST_PER_SECOND:,}/s" + (f", {LEAST_TIMES_ONE_PROCESS} × one process" if one_process else ""),
        met=per_second >= least,
        details={
            "judgements_per_second": round(sum(each.results for each in drained) / seconds),
            "seconds": round(seconds, 3),
            "executions_of_each": [each.executions for each in drained],
            "cpu_ms_an_execution": round(1000 * sum(each.cpu for each in drained) / pending, 2),
            "ended_apart_s": round(max(each.ended for each in drained) - min(each.ended for each in drained), 3),
        },
    )


def _beside(bench: Bench, *, metrics: Sequence[AnomalyMetric], least: float) -> Iterator[Result]:
    """Judge the same pending executions with both builds, in turns; CPU time of the process that judges."""
    pipelines, each, rounds = bench.choose(full=5, quick=1), 100, bench.choose(full=3, quick=2)
    built = builds(bench)
    if len(built) == 1:
        return
    urls = {
        name: _filled(bench, pipelines=pipelines, runs=HOURLY_RUNS, metrics=metrics, url=new_database(bench, build))
        for name, build in built.items()
    }
    seconds: dict[str, list[float]] = {name: [] for name in built}
    arguments = {name: [url, str(bench.directory)] for name, url in urls.items()}
    with sides("judge_pending", arguments, built) as running:
        for _ in range(rounds):
            for name, side in running.items():
                with psycopg.connect(urls[name], autocommit=True) as connection:
                    connection.execute(UNJUDGED)
                    connection.execute(PENDING, {"each": each})
                seconds[name].append(side.ask())
    ours, before = (pipelines * each / min(seconds[name]) for name in ("ours", "before"))
    yield Result(
        case=NAME,
        what=f"pending executions, {len(metrics)} rule{'s' if len(metrics) > 1 else ''}, CPU time",
        size=f"{pipelines * each:,} of {pipelines:,} pipelines",
        figure=ours,
        unit="executions/s",
        before=before,
        goal=f"at least {least} × before",
        met=ours >= least * before,
        details={f"{name}_s": each_s for name, each_s in seconds.items()},
    )


class _Drained(NamedTuple):
    """What one process has judged; times are in seconds."""

    began: float
    ended: float
    cpu: float
    executions: int
    results: int


def _drained(bench: Bench, url: str, processes: int) -> list[_Drained]:
    """Judge until nothing is pending, and return what each process has done."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(processes)
    with ProcessPoolExecutor(processes, context, initializer=_share, initargs=(barrier,)) as pool:
        drained = [pool.submit(_drain, url, bench.directory) for _ in range(processes)]
        return [each.result() for each in drained]


_barrier: Any = None


def _share(barrier: Any) -> None:
    global _barrier
    _barrier = barrier


def _drain(url: str, directory: Path) -> _Drained:
    import numpy  # noqa: F401 (loaded before the time is taken)

    from watcher_core.anomalies.methods import seasonal  # noqa: F401 (as above)

    with open_watcher(url, directory) as watcher:
        watcher.pipeline_types()  # connected, and the schema's version checked
        _barrier.wait()
        began, cpu = time.time(), time.process_time()
        executions, results = _until_empty(watcher)
        return _Drained(began, time.time(), time.process_time() - cpu, executions, results)


def _until_empty(watcher: Watcher) -> tuple[int, int]:
    judged = results = 0
    for _ in itertools.repeat(None, 1_000):
        found = watcher.detect_pending_anomalies()
        judged, results = judged + found.executions, results + found.results
        if not found.remaining or not found.executions:
            break
    return judged, results


def _raw_many(url: str, pipelines: int, each: int, rules: int) -> float:
    """The same histories and as many results, by plain psycopg in one process."""
    with psycopg.connect(url) as connection:
        connection.execute("TRUNCATE watcher.anomaly_detection_result")
        connection.commit()
        start = time.perf_counter()
        for pipeline_id in range(1, pipelines + 1):
            rows = connection.execute(RAW_READ, {"pipeline_id": pipeline_id, "runs": HOURLY_RUNS + each}).fetchall()
            theirs = list(range(rules * (pipeline_id - 1) + 1, rules * pipeline_id + 1))
            connection.execute(RAW_WRITE, {"rules": theirs, "executions": [row[0] for row in rows[:each]]})
            if pipeline_id % 5 == 0:
                connection.commit()
        connection.commit()
        return time.perf_counter() - start
