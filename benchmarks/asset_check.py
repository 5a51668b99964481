"""An asset check beside other pipelines: stale ones for freshness, running executions of others for timeliness.

The check is the one that `build_watcher_asset_checks` makes, called on a materialized asset, without Dagster's own cost
of a step. Raw is the same check with no other pipeline, in turns with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from statistics import median

import psycopg

from benchmarks.harness import Bench, Result, in_milliseconds, in_turns
from watcher_core import AlertKind, Watcher
from watcher_dagster.checks.verdicts import judge

NAME = "asset_check"
SIZES = (1_000, 10_000)
GOAL = 1.2

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


def run(bench: Bench) -> Iterator[Result]:
    """Measure both checks of one asset beside 1,000 and 10,000 stale or late others, against none."""
    alone = _prepared(bench, 0)
    for size in SIZES:
        crowded = _prepared(bench, size)
        for kind in (AlertKind.FRESHNESS, AlertKind.TIMELINESS):
            sides = {"crowded": partial(judge, crowded, kind, "asset"), "alone": partial(judge, alone, kind, "asset")}
            yield _compared(bench, kind, size, sides)
        crowded.close()
    alone.close()


def _prepared(bench: Bench, others: int) -> Watcher:
    url = bench.new_database()
    watcher = bench.watcher(url)
    rules = {"freshness_number": 1, "freshness_datepart": "day", "timeliness_number": 1, "timeliness_datepart": "hour"}
    watcher.get_or_create_pipeline("asset", **rules)  # type: ignore[arg-type]  # all of one mapping
    with watcher.track("asset") as execution:
        execution.record(inserts=1)
    if others:
        bench.tell(f"{others:,} other pipelines, stale, each with a late execution")
        with psycopg.connect(url) as connection:
            connection.execute(OTHERS, {"size": others})
            connection.execute(RUNNING, {})
            connection.commit()
            connection.autocommit = True
            connection.execute("ANALYZE")
    return watcher


def _compared(bench: Bench, kind: AlertKind, size: int, sides: Mapping[str, Callable[[], object]]) -> Result:
    seconds = in_turns(sides, rounds=bench.choose(full=60, quick=20), calls=5, warm_up=12)
    ours, raw = (1000 * median(seconds[side]) for side in ("crowded", "alone"))
    return Result(
        case=NAME,
        what=f"{kind.value} of one asset",
        size=f"beside {size:,} others",
        figure=ours,
        unit="ms",
        raw=raw,
        raw_is="the same, with no other pipeline",
        goal=f"at most {GOAL} times" if size == SIZES[-1] else "",
        met=ours / raw <= GOAL if size == SIZES[-1] else None,
        details=in_milliseconds(seconds["crowded"]),
    )
