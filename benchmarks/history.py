"""The contents of tables before they are measured: a year of 500 pipelines, the newest last, as in practice."""

from __future__ import annotations

import psycopg

from benchmarks.harness import Bench

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


def sizes(bench: Bench) -> tuple[int, int, int]:
    """Return the numbers of executions. The raw side slows down, too, so that the ratio shows the cost of Watcher."""
    return 0, 100_000, bench.choose(full=1_000_000, quick=200_000)


def fill(bench: Bench, url: str, executions: int) -> None:
    """Make pipelines with ids from 1 and names from `pipeline-1`, and executions of them."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(PIPELINES)
        if executions:
            bench.tell(f"making {executions:,} executions")
            connection.execute(EXECUTIONS, {"rows": executions})
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")
