"""The contents of tables before they are measured: a year of 500 pipelines, the newest last, as in practice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path

import psycopg

from benchmarks.builds import ROOT, new_database
from benchmarks.harness import Bench

DAILY = "migrations.versions.0021_add_execution_daily"

PIPELINES = """
    WITH kind AS (
        INSERT INTO watcher.pipeline_type (name) VALUES ('default') RETURNING id
    )
    INSERT INTO watcher.pipeline (name, pipeline_type_id)
    SELECT 'pipeline-' || n, kind.id FROM kind, generate_series(1, 500) AS n
"""
EXECUTIONS = """
    INSERT INTO watcher.pipeline_execution
          (pipeline_id, source, external_id, state, start_date, end_date, inserts, updates, total_rows)
    SELECT 1 + n %% 500, 'python', gen_random_uuid()::text, 'succeeded', began, began + interval '1 minute',
           n %% 1000, n %% 10, 1000
      FROM generate_series(1, %(rows)s) AS n
     CROSS JOIN LATERAL (SELECT now() - (%(rows)s - n + 1) * (interval '365 days' / %(rows)s)) AS day (began)
"""


def sizes(bench: Bench) -> tuple[int, ...]:
    """Return the numbers of executions. The raw side slows down, too, so that the ratio shows the cost of Watcher."""
    return bench.choose(full=(0, 100_000, 300_000), quick=(0, 30_000), large=(0, 100_000, 1_000_000))


def filled(bench: Bench, executions: int, build: Path = ROOT) -> str:
    """Give a database of this build that has pipelines with ids from 1, `pipeline-1`, and executions of them."""
    return bench.copy_of(f"{executions:,} executions, {build.name}", partial(_filled, bench, executions, build))


def _filled(bench: Bench, executions: int, build: Path) -> str:
    url = new_database(bench, build)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(PIPELINES)
        if executions:
            bench.tell(f"making {executions:,} executions")
            with in_bulk(connection):
                connection.execute(EXECUTIONS, {"rows": executions})
        connection.execute("VACUUM ANALYZE")
    return url


@contextmanager
def in_bulk(connection: psycopg.Connection) -> Iterator[None]:
    """Fill a database without triggers, then do what they would have done: a tenth of the time.

    Foreign keys are not checked: they hold by construction. No failures are queued.
    """
    connection.execute("SET session_replication_role = replica")
    yield
    connection.execute(import_module(DAILY).HISTORY)
    connection.execute("RESET session_replication_role")
