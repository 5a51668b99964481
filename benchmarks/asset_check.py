"""An asset check beside other pipelines, and beside its own history: it reads one pipeline's, and of that the newest.

The check is the one that `build_watcher_asset_checks` makes, called on a materialized asset, without Dagster's own cost
of a step. Beside it are others, stale ones for freshness and late executions for timeliness; one asset has run last
30 days ago, and thousands of times before that. Raw is plain psycopg that fetches the same rows in one transaction.
Each is in turns with the same check where no other pipeline is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from statistics import median

import psycopg

from benchmarks.harness import Bench, Result, in_milliseconds, in_turns
from benchmarks.history import in_bulk
from watcher_core import AlertKind, Watcher
from watcher_dagster.checks.verdicts import judge

NAME = "asset_check"
MOST_TIMES_RAW = 3
MOST_TIMES_ALONE = 1.2
NEW, OLD = "asset", "quiet"

OTHERS = """
    INSERT INTO watcher.pipeline
          (name, pipeline_type_id, created_at, last_target_insert, freshness_number, freshness_datepart,
           timeliness_number, timeliness_datepart)
    SELECT 'other/' || n, (SELECT min(id) FROM watcher.pipeline_type), now() - interval '9 days',
           now() - interval '2 days', 1, 'day', 1, 'hour'
      FROM generate_series(1, %(size)s) AS n
"""
RUNNING = """
    INSERT INTO watcher.pipeline_execution (pipeline_id, source, external_id, state, start_date)
    SELECT id, 'python', 'running/' || id, 'running', now() - interval '2 hours'
      FROM watcher.pipeline
     WHERE name LIKE 'other/%%'
"""
# What the others did in the 30 days since the quiet one last ran, and what that did before.
HISTORY = """
    INSERT INTO watcher.pipeline_execution (pipeline_id, source, external_id, state, start_date, end_date)
    SELECT id, 'python', id || '/' || n, 'succeeded', began, began + interval '1 minute'
      FROM watcher.pipeline
     CROSS JOIN generate_series(1, CASE WHEN name = 'quiet' THEN 5000 ELSE 20 END) AS n
     CROSS JOIN LATERAL (SELECT CASE WHEN name = 'quiet' THEN now() - interval '30 days' - n * interval '1 hour'
                                     ELSE now() - n * interval '1 day' END) AS made (began)
     WHERE name = 'quiet'
        OR name LIKE 'other/%%'
"""

PIPELINE = """
    SELECT pipeline.*, type.*
      FROM watcher.pipeline
      JOIN watcher.pipeline_type AS type ON type.id = pipeline.pipeline_type_id
     WHERE pipeline.name = %(name)s
"""
NEWEST = """
    SELECT * FROM watcher.pipeline_execution WHERE pipeline_id = %(id)s ORDER BY start_date DESC LIMIT 1
"""
RUNNING_OR_NEWEST = """
    SELECT id, state, start_date, end_date
      FROM watcher.pipeline_execution
     WHERE pipeline_id = %(id)s
       AND (state = 'running' OR id = %(newest)s)
"""


def run(bench: Bench) -> Iterator[Result]:
    """Measure both checks of one asset beside ever more stale or late others, and of a quiet one."""
    alone, _ = _prepared(bench, 0)
    for size in bench.choose(full=(100, 1_000, 10_000), quick=(100, 1_000)):
        crowded, url = _prepared(bench, size)
        with psycopg.connect(url) as connection:
            for kind, name in ((AlertKind.FRESHNESS, NEW), (AlertKind.TIMELINESS, NEW), (AlertKind.TIMELINESS, OLD)):
                sides: dict[str, Callable[[], object]] = {
                    "crowded": partial(judge, crowded, kind, name),
                    "alone": partial(judge, alone, kind, NEW),
                    "raw": partial(_raw, connection, kind, name),
                }
                yield _compared(bench, kind, size, sides, is_old=name == OLD)
        crowded.close()
    alone.close()


def _prepared(bench: Bench, others: int) -> tuple[Watcher, str]:
    url = bench.new_database()
    watcher = bench.watcher(url)
    rules = {"freshness_number": 1, "freshness_datepart": "day", "timeliness_number": 1, "timeliness_datepart": "hour"}
    for name in (NEW, OLD):
        watcher.get_or_create_pipeline(name, **rules)  # type: ignore[arg-type]  # all of one mapping
    with watcher.track(NEW) as execution:
        execution.record(inserts=1)
    if others:
        bench.tell(f"{others:,} other pipelines, stale, each with a late execution and twenty before it")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(OTHERS, {"size": others})
            connection.execute(RUNNING, {})
            with in_bulk(connection):
                connection.execute(HISTORY, {})
            connection.execute("VACUUM ANALYZE")
    return watcher, url


def _raw(connection: psycopg.Connection, kind: AlertKind, name: str) -> None:
    with connection.transaction():
        pipeline, *_ = connection.execute(PIPELINE, {"name": name}).fetchone() or (None,)
        newest, *_ = connection.execute(NEWEST, {"id": pipeline}).fetchone() or (None,)
        if kind is AlertKind.TIMELINESS:
            connection.execute(RUNNING_OR_NEWEST, {"id": pipeline, "newest": newest}).fetchall()


def _compared(
    bench: Bench, kind: AlertKind, size: int, sides: Mapping[str, Callable[[], object]], *, is_old: bool
) -> Result:
    seconds = in_turns(sides, rounds=bench.choose(full=40, quick=15), calls=5, warm_up=12)
    ours, alone, raw = (1000 * median(seconds[side]) for side in ("crowded", "alone", "raw"))
    return Result(
        case=NAME,
        what=f"{kind.value} of one asset" + (", newest execution 30 days old" if is_old else ""),
        size=f"beside {size:,} others",
        figure=ours,
        unit="ms",
        raw=raw,
        raw_is="the same rows by plain psycopg",
        goal=f"at most {MOST_TIMES_RAW} × raw, and {MOST_TIMES_ALONE} × that without others ({ours / alone:.2f})",
        met=ours <= MOST_TIMES_RAW * raw and ours <= MOST_TIMES_ALONE * alone,
        details={**in_milliseconds(seconds["crowded"]), "alone_ms": alone},
    )
