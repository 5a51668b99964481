"""`/metrics` of many pipelines, beside the text that the client itself makes of as many plain series.

Ours reads the figures of all pipelines from PostgreSQL first. The pipelines have run in the last hour, so that each has
all of its series.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator

import psycopg
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from benchmarks.harness import Bench, Result, in_turns
from benchmarks.history import in_bulk
from watcher_core.server import metrics

NAME = "metrics"
MOST_TIMES_CLIENT = 2
MOST_MEGABYTES = 5
LABEL_SETS = 10

SEED = """
    INSERT INTO watcher.pipeline_type (name) VALUES ('bench');
    INSERT INTO watcher.pipeline (name, pipeline_type_id, last_target_insert)
    SELECT 'sales/europe/orders_' || number, 1, now() - number * interval '1 second'
      FROM generate_series(1, {pipelines}) AS number;
    INSERT INTO watcher.pipeline_execution
          (pipeline_id, source, external_id, state, start_date, end_date, inserts, total_rows)
    SELECT pipeline.id, 'python', pipeline.id || '/' || number, 'succeeded', now() - number * interval '50 minutes',
           now() - number * interval '50 minutes' + interval '30 seconds', number, number
      FROM watcher.pipeline, generate_series(1, {runs}) AS number;
    ANALYZE watcher.pipeline, watcher.pipeline_execution;
"""


def run(bench: Bench) -> Iterator[Result]:
    """Measure a scrape with the pipelines that are named by default, and with ten times as many."""
    pipelines = 10_000
    url = bench.new_database()
    with psycopg.connect(url, autocommit=True) as connection, in_bulk(connection):
        connection.execute(SEED.format(pipelines=pipelines, runs=bench.choose(full=50, quick=5)))
    cached, metrics.CACHED_SECONDS = metrics.CACHED_SECONDS, 0.0  # type: ignore[misc]  # each call is a scrape
    try:
        with bench.watcher(url) as watcher:
            for most in (watcher.settings.metrics_pipelines, pipelines):
                watcher.settings = watcher.settings.model_copy(update={"metrics_pipelines": most})
                yield from _scrapes(bench, metrics.Metrics(watcher), pipelines=pipelines, most=most)
    finally:
        metrics.CACHED_SECONDS = cached  # type: ignore[misc]  # as above


def _scrapes(bench: Bench, ours: metrics.Metrics, *, pipelines: int, most: int) -> Iterator[Result]:
    text, _ = ours.text("", packed=False)
    series = sum(1 for line in text.splitlines() if not line.startswith(b"#"))
    registry = _plain(series)
    seconds = in_turns(
        {"ours": lambda: ours.text("", packed=False), "raw": lambda: generate_latest(registry)},
        rounds=bench.choose(full=6, quick=2),
        calls=1,
        warm_up=1,
    )
    figure, raw = (1000 * statistics.median(seconds[side]) for side in ("ours", "raw"))
    yield Result(
        case=NAME,
        what="scrape",
        size=f"{pipelines:,} pipelines, {most:,} named, {series:,} series",
        figure=figure,
        unit="ms",
        raw=raw,
        raw_is="as many plain series of the client",
        goal=f"at most {MOST_TIMES_CLIENT} × raw",
        met=figure <= MOST_TIMES_CLIENT * raw,
    )
    yield Result(
        case=NAME,
        what="text of a scrape",
        size=f"{pipelines:,} pipelines, {most:,} named",
        figure=len(text) / 1e6,
        unit="MB",
        goal=f"at most {MOST_MEGABYTES} MB",
        met=len(text) <= MOST_MEGABYTES * 1e6,
    )


def _plain(series: int) -> CollectorRegistry:
    """So many series of plain gauges, with a label as long as ours."""
    registry = CollectorRegistry()
    gauges = [
        Gauge(f"plain_number_{number}_seconds", "A plain gauge.", ["pipeline"], registry=registry)
        for number in range(LABEL_SETS)
    ]
    for number in range(series):
        gauges[number % LABEL_SETS].labels(f"sales/europe/orders_{number}").set(number + 0.5)
    return registry
