"""The board of a large deployment: each question that a page asks, and each page, beside plain SQL of the same rows.

BENCH_BOARD_PIPELINES=10000 python -m benchmarks board     the full size, which takes minutes to fill
BENCH_BOARD_URL=postgresql://… python -m benchmarks board  a database that `benchmarks.deployment` has filled

Plain SQL fetches what a page shows: the rows, and the sums that it names. It sorts and joins as much as that needs,
and knows nothing of incidents, of what a failure was resolved by, or of filters.
"""

from __future__ import annotations

import datetime as dt
import os
import socket
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg

from benchmarks import deployment
from benchmarks.harness import Bench, Result, in_turns
from benchmarks.http import Client
from watcher_core import Watcher

NAME = "board"
MOST_TIMES_RAW = 3
EXECUTIONS_OF_EACH = 100
# psycopg prepares a statement at its sixth use, and PostgreSQL plans it anew at the next five before it keeps a plan.
# A server keeps its connections, so how it works all day is seen after these.
WARM_UP = 12

NEWEST = """
    SELECT last.state, count(*)
      FROM watcher.pipeline
     CROSS JOIN LATERAL (SELECT state
                           FROM watcher.pipeline_execution
                          WHERE pipeline_id = pipeline.id
                          ORDER BY start_date DESC
                          LIMIT 1) AS last
     GROUP BY last.state
"""
CHOICES = """
    SELECT DISTINCT pipeline_metadata -> 'owners', pipeline_metadata -> 'group', pipeline_type_id FROM watcher.pipeline
"""
UNRESOLVED = """
    SELECT alert.*, pipeline.name, type.name
      FROM watcher.alert
      JOIN watcher.pipeline ON pipeline.id = alert.pipeline_id
      JOIN watcher.pipeline_type AS type ON type.id = pipeline.pipeline_type_id
     WHERE state <> 'resolved'
     ORDER BY opened_at DESC
"""
LIST = """
    SELECT pipeline.*, last.*, recent.seconds
      FROM (SELECT * FROM watcher.pipeline ORDER BY name LIMIT 100) AS pipeline
     CROSS JOIN LATERAL (SELECT id, state, start_date, end_date, total_rows
                           FROM watcher.pipeline_execution
                          WHERE pipeline_id = pipeline.id
                          ORDER BY start_date DESC
                          LIMIT 1) AS last
     CROSS JOIN LATERAL (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY duration_seconds) AS seconds
                           FROM (SELECT duration_seconds
                                   FROM watcher.pipeline_execution
                                  WHERE pipeline_id = pipeline.id AND state = 'succeeded'
                                  ORDER BY coalesce(logical_date, start_date) DESC
                                  LIMIT 30) AS success) AS recent
"""
RUNS = """
    SELECT * FROM watcher.pipeline_execution WHERE pipeline_id = %(pipeline)s ORDER BY start_date DESC LIMIT 200
"""
VERDICTS = """
    SELECT result.*
      FROM watcher.pipeline_execution AS execution
      JOIN watcher.anomaly_detection_result AS result ON result.pipeline_execution_id = execution.id
     WHERE pipeline_id = %(pipeline)s AND start_date > now() - interval '30 days'
"""
OF_PIPELINE = """
    SELECT pipeline.*, type.*
      FROM watcher.pipeline
      JOIN watcher.pipeline_type AS type ON type.id = pipeline.pipeline_type_id
     WHERE pipeline.id = %(pipeline)s
"""
ALERTS_OF_PIPELINE = "SELECT * FROM watcher.alert WHERE pipeline_id = %(pipeline)s ORDER BY opened_at DESC"
NEIGHBORS = """
    SELECT DISTINCT pipeline.*, last.*
      FROM watcher.address_lineage AS mine
      JOIN watcher.address_lineage AS other
        ON other.target_address_id = mine.source_address_id OR other.source_address_id = mine.target_address_id
      JOIN watcher.pipeline ON pipeline.id = other.pipeline_id
     CROSS JOIN LATERAL (SELECT state, start_date
                           FROM watcher.pipeline_execution
                          WHERE pipeline_id = pipeline.id
                          ORDER BY start_date DESC
                          LIMIT 1) AS last
     WHERE mine.pipeline_id = %(pipeline)s
"""
SUMS = "sum(runs), sum(succeeded), sum(failed), sum(inserts), sum(updates), sum(rows), sum(seconds)"
DAYS = f"SELECT day, {SUMS} FROM watcher.execution_daily WHERE day > current_date - 60 GROUP BY day"
BY_TYPE = f"""
    SELECT type.name, day, {SUMS}
      FROM watcher.execution_daily
      JOIN watcher.pipeline ON pipeline.id = pipeline_id
      JOIN watcher.pipeline_type AS type ON type.id = pipeline.pipeline_type_id
     WHERE day > current_date - 60
     GROUP BY type.name, day
"""
BY_OWNER = f"""
    SELECT owner, day, {SUMS}
      FROM watcher.execution_daily
      JOIN watcher.pipeline ON pipeline.id = pipeline_id
     CROSS JOIN LATERAL jsonb_array_elements_text(pipeline_metadata -> 'owners') AS owner
     WHERE day > current_date - 60
     GROUP BY owner, day
"""
BY_PIPELINE = f"""
    SELECT pipeline.name, {SUMS}
      FROM watcher.execution_daily
      JOIN watcher.pipeline ON pipeline.id = pipeline_id
     WHERE day > current_date - 60
     GROUP BY pipeline.name
     ORDER BY sum(failed) DESC, sum(runs) DESC
     LIMIT 100
"""
RAN = """
    WITH shown AS MATERIALIZED (
        SELECT execution.id, pipeline_id, pipeline.name, type.name AS type, scope, state, start_date, end_date
          FROM watcher.pipeline_execution AS execution
          JOIN watcher.pipeline ON pipeline.id = execution.pipeline_id
          JOIN watcher.pipeline_type AS type ON type.id = pipeline.pipeline_type_id
         WHERE end_date >= %(begin)s
            OR state = 'running'
         ORDER BY state <> 'failed', end_date - start_date DESC
         LIMIT 5000
    )
    SELECT *
      FROM shown
      JOIN (SELECT pipeline_id, percentile_cont(0.5) WITHIN GROUP (ORDER BY duration_seconds) AS seconds
              FROM (SELECT DISTINCT pipeline_id FROM shown) AS each
             CROSS JOIN LATERAL (SELECT duration_seconds
                                   FROM watcher.pipeline_execution
                                  WHERE pipeline_id = each.pipeline_id AND state = 'succeeded'
                                  ORDER BY coalesce(logical_date, start_date) DESC
                                  LIMIT 30) AS success
             GROUP BY pipeline_id) AS usual USING (pipeline_id)
     ORDER BY start_date
"""
FAILING = """
    SELECT pipeline.*, last.end_date, last.execution_metadata #>> '{error,message}'
      FROM watcher.pipeline
     CROSS JOIN LATERAL (SELECT *
                           FROM watcher.pipeline_execution
                          WHERE pipeline_id = pipeline.id
                          ORDER BY start_date DESC
                          LIMIT 1) AS last
     WHERE last.state = 'failed'
     ORDER BY last.end_date DESC
"""
NAMED = """
    SELECT id, name FROM watcher.pipeline WHERE name ILIKE '%%_77%%'
     UNION ALL
    SELECT id, name FROM watcher.address WHERE name ILIKE '%%_77%%'
     UNION ALL
    SELECT alert.id, name
      FROM watcher.alert
      JOIN watcher.pipeline ON pipeline.id = pipeline_id
     WHERE state <> 'resolved' AND name ILIKE '%%_77%%'
"""
ENDS = (
    "SELECT max(id), max(end_date) FROM watcher.pipeline_execution",
    "SELECT max(id) FROM watcher.alert",
    "SELECT count(*) FROM watcher.pipeline_execution WHERE state = 'running'",
    "SELECT id, state, acknowledged_at, snoozed_until FROM watcher.alert WHERE state <> 'resolved'",
)
CHANGED = "SELECT * FROM watcher.alert WHERE greatest(opened_at, resolved_at) >= %(begin)s LIMIT 500"


@dataclass(frozen=True)
class Question:
    """What is asked, the page that shows it, and the plain statements that fetch as many rows."""

    what: str
    call: Callable[[Watcher, Mapping[str, Any]], object]
    page: str | None
    raw: Sequence[str]


QUESTIONS = (
    Question("now", lambda w, _: w.now(), "/ui/", (UNRESOLVED, NEWEST, CHOICES)),
    Question(
        "pipeline",
        lambda w, given: w.pipeline_page(given["pipeline"]),
        "/ui/pipeline?name={name}",
        (OF_PIPELINE, RUNS, VERDICTS, ALERTS_OF_PIPELINE, NEIGHBORS),
    ),
    Question(
        "alerts",
        lambda w, _: w.alerts(state=("open", "acknowledged", "snoozed"), limit=51),
        "/ui/alerts",
        (f"{UNRESOLVED} LIMIT 51",),
    ),
    Question("report by type", lambda w, _: w.report(), "/ui/report", (DAYS, BY_TYPE)),
    Question("report by owner", lambda w, _: w.report(by="owner"), "/ui/report?by=owner", (DAYS, BY_OWNER)),
    Question("report by pipeline", lambda w, _: w.report(by="pipeline"), "/ui/report?by=pipeline", (DAYS, BY_PIPELINE)),
    Question("list of pipelines", lambda w, _: w.pipeline_list(), "/ui/pipelines", (LIST, NEWEST, CHOICES)),
    Question(
        "timeline, 12 hours",
        lambda w, given: w.timeline(given["now"] - dt.timedelta(hours=12), given["now"]),
        "/ui/timeline?hours=12",
        (RAN, CHANGED),
    ),
    Question(
        "timeline, 30 days",
        lambda w, given: w.timeline(given["now"] - dt.timedelta(days=30), given["now"]),
        "/ui/timeline?hours=720",
        (RAN, CHANGED),
    ),
    Question("failures", lambda w, _: w.unfixed_failures(), "/ui/failures", (FAILING,)),
    Question("search", lambda w, _: w.search("_77"), "/ui/search?q=_77", (NAMED,)),
    Question("version", lambda w, _: w.board_version(), None, ENDS),
)
HOURS = {"timeline, 12 hours": 12, "timeline, 30 days": 720}


def run(bench: Bench) -> Iterator[Result]:
    """Measure each question, and each page over HTTP."""
    url = os.environ.get("BENCH_BOARD_URL") or _filled(bench)
    with (
        bench.watcher(url) as watcher,
        psycopg.connect(url, autocommit=True) as connection,
        served(url) as server,
    ):
        # It costs a tenth of what httpx does, which takes a millisecond for a page, as long as many a question.
        client = Client(server.base_url.port or 80, headers="Accept-Encoding: gzip\r\n")
        [(pipelines, executions)] = connection.execute(
            "SELECT (SELECT count(*) FROM watcher.pipeline), (SELECT count(*) FROM watcher.pipeline_execution)"
        ).fetchall()
        [(pipeline, name)] = connection.execute("SELECT id, name FROM watcher.pipeline WHERE name LIKE '%/pipeline_70'")
        size = f"{pipelines:,} pipelines, {executions:,} executions"
        for question in QUESTIONS:
            now = dt.datetime.now(dt.UTC)
            begin = now - dt.timedelta(hours=HOURS.get(question.what, 12))
            given = {"pipeline": pipeline, "now": now, "begin": begin}
            yield from _measured(bench, question, watcher, connection, client, given, name, size)


def _filled(bench: Bench) -> str:
    pipelines = int(os.environ.get("BENCH_BOARD_PIPELINES") or bench.choose(full=2_000, quick=500))
    return deployment.filled(bench, pipelines=pipelines, executions=pipelines * EXECUTIONS_OF_EACH)


def _measured(
    bench: Bench,
    question: Question,
    watcher: Watcher,
    connection: psycopg.Connection,
    client: Client,
    given: Mapping[str, Any],
    name: str,
    size: str,
) -> Iterator[Result]:
    def raw() -> None:
        for statement in question.raw:
            connection.execute(statement, given).fetchall()

    sides: dict[str, Callable[[], object]] = {"ours": lambda: question.call(watcher, given), "raw": raw}
    if question.page is not None:
        path = question.page.format(name=name)

        def page() -> None:
            status, _ = client.send("GET", path)
            assert status == 200, path

        sides["page"] = page
    seconds = in_turns(sides, rounds=bench.choose(full=7, quick=2), calls=1, warm_up=WARM_UP)
    figures = {side: 1000 * statistics.median(of_side) for side, of_side in seconds.items()}
    for side in (each for each in sides if each != "raw"):
        yield Result(
            case=NAME,
            what=question.what if side == "ours" else f"page: {question.what}",
            size=size,
            figure=figures[side],
            unit="ms",
            raw=figures["raw"],
            raw_is="plain SQL of the same rows",
            goal=f"at most {MOST_TIMES_RAW} × raw",
            met=figures[side] <= MOST_TIMES_RAW * figures["raw"],
            details={"best_ms": 1000 * min(seconds[side]), "best_raw_ms": 1000 * min(seconds["raw"])},
        )


@contextmanager
def served(url: str) -> Iterator[httpx.Client]:
    """A server as users start it, and a client that keeps its connection."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "watcher_core", "serve", "--port", str(port)],
        env={**os.environ, "WATCHER_DATABASE_URL": url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        transport = httpx.HTTPTransport(retries=10)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", transport=transport, timeout=60) as client:
            client.get("/health/ready").raise_for_status()
            yield client
    finally:
        process.terminate()
        process.wait()
