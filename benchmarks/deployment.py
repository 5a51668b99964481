"""A deployment at scale, generated in a minute: 10,000 pipelines, 1,000,000 executions, 2,000 alerts that are open.

python -m benchmarks.deployment postgresql://…/database                fills a database that has our schema, and no more
python -m benchmarks.deployment postgresql://…/database --pipelines 500 --executions 20000

Each pipeline runs once a day or as often as the numbers make it, until a minute ago. One in fifty fails now, of which
half have an alert; behind each of these are others whose data is stale. One in ten has a rule with its results.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import partial

import psycopg

from benchmarks.harness import Bench
from benchmarks.history import in_bulk

PIPELINES = 10_000
EXECUTIONS = 1_000_000

# Each pipeline reads what the one with half its number writes.
CATALOG = """
    INSERT INTO watcher.pipeline_type (name, freshness_number, freshness_datepart)
    SELECT 'type-' || n, CASE WHEN n % 2 = 0 THEN 1 END, CASE WHEN n % 2 = 0 THEN CAST('day' AS watcher.date_part) END
      FROM generate_series(1, 20) AS n;
    INSERT INTO watcher.address_type (name, group_name) VALUES ('postgresql', 'database');
    INSERT INTO watcher.address (name, address_type_id)
    SELECT 'warehouse.table_' || n, (SELECT min(id) FROM watcher.address_type)
      FROM generate_series(1, {pipelines}) AS n;
    INSERT INTO watcher.pipeline
          (name, pipeline_type_id, address_id, active, load_lineage, last_target_update, pipeline_metadata)
    SELECT 'team_' || n % 50 || '/pipeline_' || n, first_type + n % 20, first_address + n - 1, n % 97 <> 0, false,
           now(),
           jsonb_build_object('owners', jsonb_build_array('team:' || n % 50), 'group', 'group-' || n % 30,
                              'partitions', 'daily', 'kinds', jsonb_build_array('dbt'))
      FROM generate_series(1, {pipelines}) AS n,
           (SELECT min(id) AS first_type FROM watcher.pipeline_type) AS type,
           (SELECT min(id) AS first_address FROM watcher.address) AS address;
    INSERT INTO watcher.address_lineage (pipeline_id, source_address_id, target_address_id, origin)
    SELECT pipeline.id, source.address_id, pipeline.address_id, 'asset_graph'
      FROM watcher.pipeline
      JOIN watcher.pipeline AS source ON source.id = pipeline.id / 2
"""

# The last executions are of `now()`, so that windows of the last hours and days are full.
HISTORY = """
    INSERT INTO watcher.pipeline_execution
          (pipeline_id, source, external_id, scope, state, start_date, end_date, logical_date, inserts, updates,
           total_rows, execution_metadata)
    SELECT pipeline_id, 'dagster', 'run-' || n || '/step/asset', to_char(start_date, 'YYYY-MM-DD'), state, start_date,
           CASE WHEN state <> 'running' THEN start_date + (30 + n % 240) * interval '1 second' END,
           NULL, n % 1000, n % 10, 1000 + n % 1000,
           CASE WHEN state = 'failed'
                THEN jsonb_build_object(
                         'run_id', 'run-' || n, 'partition', to_char(start_date, 'YYYY-MM-DD'),
                         'error', jsonb_build_object(
                             'class', 'OperationalError',
                             'message', 'could not connect to 10.0.0.' || n % 250 || ', reason ' || chr(65 + n % 20),
                             'stack', repeat('  File "/srv/etl/assets.py", line 12, in load' || chr(10), 20)))
                ELSE jsonb_build_object('run_id', 'run-' || n, 'partition', to_char(start_date, 'YYYY-MM-DD')) END
      FROM generate_series(0, {executions} - 1) AS n
     CROSS JOIN LATERAL (SELECT (SELECT min(id) FROM watcher.pipeline) + n % {pipelines} AS pipeline_id,
                                n / {pipelines} AS turn, {executions} / {pipelines} - 1 AS last_turn) AS place
     CROSS JOIN LATERAL (SELECT now() - interval '5 minutes' - (last_turn - turn) * interval '1 day'
                                - (n % {pipelines}) * (interval '20 hours' / {pipelines})) AS began (start_date)
     CROSS JOIN LATERAL (SELECT CAST(CASE WHEN turn = last_turn AND n % 200 = 7 THEN 'running'
                                          WHEN turn = last_turn AND n % 50 = 3 THEN 'failed'
                                          WHEN n % 61 = 0 THEN 'failed'
                                          ELSE 'succeeded' END AS watcher.execution_state)) AS ended (state)
     ORDER BY n
"""

# One alert in ten is about a failure; nine are about stale data, which are behind one of those.
ALERTS = """
    INSERT INTO watcher.alert
          (kind, level, deduplication_key, pipeline_id, pipeline_execution_id, facts, opened_at, is_settled)
    SELECT 'failure', 'error', 'failure/' || pipeline_id, pipeline_id, id,
           jsonb_build_object('error', execution_metadata #>> '{{error,message}}',
                              'run_id', execution_metadata ->> 'run_id'),
           end_date, true
      FROM watcher.pipeline_execution
     WHERE state = 'failed' AND start_date > now() - interval '1 day'
     ORDER BY id
     LIMIT {alerts} / 10;
    INSERT INTO watcher.alert
          (kind, level, deduplication_key, pipeline_id, facts, opened_at, is_settled, cause_alert_id)
    SELECT 'freshness', 'warning', 'freshness/' || id, id, '{{"expected_number": 1, "expected_datepart": "day"}}',
           now() - interval '1 hour', true,
           CASE WHEN place % 2 = 0
                THEN (SELECT min(id) FROM watcher.alert) + place % (SELECT count(*) FROM watcher.alert) END
      FROM (SELECT id, row_number() OVER (ORDER BY id) AS place
              FROM watcher.pipeline
             WHERE NOT EXISTS (SELECT FROM watcher.alert WHERE pipeline_id = pipeline.id)) AS quiet
     ORDER BY id
     LIMIT {alerts} - {alerts} / 10;
    INSERT INTO watcher.alert
          (kind, level, deduplication_key, pipeline_id, facts, opened_at, state, resolved_at, is_settled)
    SELECT 'freshness', 'warning', 'past/' || n, (SELECT min(id) FROM watcher.pipeline) + n % {pipelines}, '{{}}',
           now() - n * interval '5 minutes', 'resolved', now() - n * interval '5 minutes', true
      FROM generate_series(1, {alerts} * 10) AS n
"""

RESULTS = """
    INSERT INTO watcher.anomaly_detection_rule (pipeline_id, metric_field)
    SELECT id, 'total_rows' FROM watcher.pipeline WHERE id % 10 = 0;
    INSERT INTO watcher.anomaly_detection_result
          (rule_id, pipeline_execution_id, flagged, value, expected, lower, upper)
    SELECT rule.id, execution.id, execution.id % 100 = 0, total_rows, 1500, 1000, 2000
      FROM watcher.anomaly_detection_rule AS rule
      JOIN watcher.pipeline_execution AS execution USING (pipeline_id)
     WHERE state = 'succeeded' AND start_date > now() - interval '30 days'
"""


def filled(bench: Bench, *, pipelines: int, executions: int) -> str:
    """Give a database that is filled."""
    return bench.copy_of(
        f"a deployment of {pipelines:,} pipelines, {executions:,} executions",
        partial(_filled, bench, pipelines, executions),
    )


def _filled(bench: Bench, pipelines: int, executions: int) -> str:
    bench.tell(f"filling {pipelines:,} pipelines")
    url = bench.new_database()
    with psycopg.connect(url, autocommit=True) as connection:
        fill(connection, pipelines=pipelines, executions=executions)
    return url


def fill(connection: psycopg.Connection, *, pipelines: int = PIPELINES, executions: int = EXECUTIONS) -> None:
    """Fill an empty database that has our schema; the connection commits each statement by itself."""
    sizes = {"pipelines": pipelines, "executions": executions, "alerts": max(20, pipelines // 5)}
    with in_bulk(connection):
        for statements in (CATALOG, HISTORY, ALERTS, RESULTS):
            connection.execute(statements.format(**sizes))
    connection.execute("VACUUM ANALYZE")


def main(arguments: Sequence[str] | None = None) -> int:
    """Fill the database of an address."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.deployment", description=str(__doc__).splitlines()[0])
    parser.add_argument("url", help="a database with our schema, and nothing in it")
    parser.add_argument("--pipelines", type=int, default=PIPELINES)
    parser.add_argument("--executions", type=int, default=EXECUTIONS)
    asked = parser.parse_args(arguments)
    with psycopg.connect(asked.url, autocommit=True) as connection:
        fill(connection, pipelines=asked.pipelines, executions=asked.executions)
    return 0


if __name__ == "__main__":
    sys.exit(main())
