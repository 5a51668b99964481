"""Start and end of an execution through `Watcher`, beside plain psycopg that writes the same rows.

Both are one client with a warm connection, write one row and change it and its pipeline's, in two transactions; the
table is empty at first, then holds a history.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator

import psycopg

from benchmarks import history
from benchmarks.harness import Bench, Result, in_milliseconds, in_turns, per_second, percentile
from watcher_core import Watcher

NAME = "pairs"
LEAST_SHARE_OF_RAW = 0.7
MOST_TIMES_MEDIAN = 3

INSERT = """
    INSERT INTO watcher.pipeline_execution
          (pipeline_id, source, external_id, state, start_date, full_load, watermark, next_watermark,
           execution_metadata)
    VALUES (%s, 'python', %s, 'running', %s, false, %s, %s, '{}')
    RETURNING id
"""
END = """
    UPDATE watcher.pipeline_execution
       SET state = 'succeeded', end_date = %s, inserts = %s, updates = %s, total_rows = %s, updated_at = %s
     WHERE id = %s
"""
MOVE = """
    UPDATE watcher.pipeline
       SET watermark = %s, last_target_insert = %s, last_target_update = %s, load_lineage = false
     WHERE id = %s
"""


def run(bench: Bench) -> Iterator[Result]:
    """Measure with an empty table, and with histories that grow."""
    for rows in history.sizes(bench):
        url = history.filled(bench, rows)
        with bench.watcher(url) as watcher, psycopg.connect(url, autocommit=True) as connection:
            sides = {"raw": raw_pair(connection), "ours": _our_pair(watcher)}
            seconds = in_turns(
                sides, rounds=bench.choose(full=20, quick=4), calls=bench.choose(full=100, quick=40), warm_up=50
            )
        yield from _judged(f"{rows:,} executions", seconds)


def raw_pair(connection: psycopg.Connection) -> Callable[[], object]:
    """Give a call that writes a start and an end as one would by hand."""
    watermark = 0

    def pair() -> None:
        nonlocal watermark
        start = dt.datetime.now(dt.UTC)
        given = (1, str(uuid.uuid4()), start, str(watermark), str(watermark + 1))
        with connection.transaction():
            row = connection.execute(INSERT, given).fetchone()
        assert row is not None
        end = dt.datetime.now(dt.UTC)
        with connection.transaction():
            connection.execute(END, (end, 150, 25, 175, end, row[0]))
            connection.execute(MOVE, (str(watermark + 1), end, end, 1))
        watermark += 1

    return pair


def _our_pair(watcher: Watcher) -> Callable[[], object]:
    watermark = 0

    def pair() -> None:
        nonlocal watermark
        watermark += 1
        execution = watcher.start_execution(pipeline_id=2, next_watermark=watermark)
        watcher.end_execution(execution.id, inserts=150, updates=25, total_rows=175)

    return pair


def _judged(size: str, seconds: dict[str, list[float]]) -> Iterator[Result]:
    ours, raw = per_second(seconds["ours"]), per_second(seconds["raw"])
    times = {side: in_milliseconds(values) for side, values in seconds.items()}
    yield Result(
        case=NAME,
        what="start and end of an execution",
        size=size,
        figure=ours,
        unit="pairs/s",
        raw=raw,
        raw_is="psycopg, same rows",
        goal=f"at least {LEAST_SHARE_OF_RAW:.0%} of raw",
        met=ours >= LEAST_SHARE_OF_RAW * raw,
        details=times,
    )
    p50, p99 = percentile(seconds["ours"], 50), percentile(seconds["ours"], 99)
    yield Result(
        case=NAME,
        what="p99 of a pair",
        size=size,
        figure=1000 * p99,
        unit="ms",
        raw=1000 * p50,
        raw_is="its p50",
        goal=f"below {MOST_TIMES_MEDIAN} × p50",
        met=p99 < MOST_TIMES_MEDIAN * p50,
    )
