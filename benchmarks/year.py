"""A year of a Dagster deployment: so many executions of 2,000 pipelines, with logs, results and alerts in proportion.

The same year, more densely filled, the more executions there are; rows are written without indexes and triggers, so
that ten million take minutes.
"""

from __future__ import annotations

import psycopg

JOBS = 400
PIPELINES = 2_000  # the jobs, and then four assets of each
QUIET = 2_001  # one more, whose newest executions are a month old

CATALOG = f"""
    INSERT INTO watcher.pipeline_type
          (name, freshness_number, freshness_datepart, timeliness_number, timeliness_datepart)
    SELECT 'type_' || n, 1 + n % 2, 'day', 30, 'minute' FROM generate_series(1, 5) AS n;
    INSERT INTO watcher.pipeline
          (name, pipeline_type_id, pipeline_metadata, watermark, last_target_insert, last_target_update)
    SELECT CASE WHEN n <= {JOBS} THEN 'location/job_' || n
                ELSE 'warehouse/layer_' || n % 7 || '/table_' || lpad(CAST(n AS text), 5, '0') END,
           1 + n % 5,
           jsonb_build_object('owners', jsonb_build_array('team:data-' || n % 12),
                              'kinds', jsonb_build_array('postgres', 'python'),
                              'description', repeat('An asset of the warehouse. ', 4)),
           '2026-11-26', changed_at, changed_at
      FROM generate_series(1, {PIPELINES}) AS n
     CROSS JOIN LATERAL (SELECT now() - CASE WHEN n % 10 = 0 THEN interval '3 days' ELSE interval '1 hour' END
                                - n * interval '1 second') AS change (changed_at)
"""

# What the code of an asset says in its metadata; all else is what the recorder writes.
USER_METADATA = ("dagster/row_count", "path", "query_seconds")

# Five executions make a run: the job, and four assets of it. One in a hundred is late, three in a hundred fail; the
# last hundred run. A third of the jobs are partitioned by day. What a row has is what the recorder writes of such runs.
EXECUTIONS = f"""
    INSERT INTO watcher.pipeline_execution
          (id, pipeline_id, parent_id, source, external_id, instance_id, scope, state, start_date, end_date,
           logical_date, watermark, next_watermark, inserts, updates, soft_deletes, total_rows, execution_metadata,
           created_at, updated_at)
    OVERRIDING SYSTEM VALUE
    SELECT n + 1,
           CASE WHEN asset = 0 THEN 1 + job ELSE {JOBS} + job * 4 + asset END,
           CASE WHEN asset > 0 THEN n - asset + 1 END,
           'dagster',
           identity,
           'b2db0b4d-ed82-432d-9e4f-e6628726ef25',
           CASE WHEN asset = 0 THEN concat_ws('/', 'all', partition) ELSE partition END,
           CAST(CASE WHEN {{executions}} - n <= 100 THEN 'running'
                     WHEN chance % 100 < 3 THEN 'failed'
                     WHEN chance % 200 = 7 THEN 'skipped'
                     ELSE 'succeeded' END AS watcher.execution_state),
           began,
           CASE WHEN {{executions}} - n > 100
                THEN began + interval '1 second' * CASE WHEN chance % 100 = 50 THEN 2400 ELSE 20 + chance % 300 END END,
           CASE WHEN job % 3 = 0 THEN date_trunc('day', began) END,
           to_char(began - interval '1 day', 'YYYY-MM-DD'),
           to_char(began, 'YYYY-MM-DD'),
           CASE WHEN asset > 0 THEN 1000 + chance % 500 END,
           CASE WHEN asset > 0 THEN 100 + chance % 50 END,
           CASE WHEN asset > 0 THEN chance % 10 END,
           CASE WHEN asset > 0 THEN 5000 + chance % 1500 END,
           watcher.stored_metadata('dagster', identity, jsonb_strip_nulls(
               CASE WHEN asset = 0
                    THEN jsonb_build_object(
                             'run_id', run_id,
                             'job', 'job_' || job + 1,
                             'location', 'location',
                             'partition', partition,
                             'tags', jsonb_build_object('dagster/schedule_name', 'hourly_schedule'))
                    ELSE jsonb_build_object(
                             'run_id', run_id,
                             'step_key', step_key,
                             'partition', partition,
                             'dagster/row_count', 5000 + chance % 1500,
                             'path', 's3://warehouse-production/layer/table_' || job || '/part=' || n,
                             'query_seconds', chance % 977 / 10.0) END
            || CASE WHEN chance % 100 < 3
                    THEN jsonb_build_object('error', jsonb_build_object(
                             'class', 'OperationalError',
                             'message', repeat('server closed the connection unexpectedly ', 5),
                             'stack', repeat('File "/app/assets/table.py", line 41, in load; ', 12)))
                    ELSE '{{{{}}}}' END)),
           began, began
      FROM generate_series(CAST(0 AS bigint), {{executions}} - 1) AS n
     CROSS JOIN LATERAL (SELECT n % 5 AS asset, n / 5 % {JOBS} AS job, n * 7919 % 1000003 AS chance,
                                CAST(CAST(md5(CAST(n / 5 AS text)) AS uuid) AS text) AS run_id,
                                now() - interval '10 minutes'
                                - ({{executions}} - n) * (interval '365 days' / {{executions}}) AS began) AS made
     CROSS JOIN LATERAL (SELECT CASE WHEN job % 3 = 0 THEN to_char(began, 'YYYY-MM-DD') END AS partition,
                                'warehouse__layer__table_' || job || '_' || asset AS step_key) AS named
     CROSS JOIN LATERAL (SELECT CASE WHEN asset = 0 THEN run_id
                                     ELSE concat_ws('/', run_id, step_key,
                                                    'warehouse%2Flayer%2Ftable_' || job || '_' || asset, partition)
                                END AS identity) AS identified
"""

# Two results of one in six executions of a quarter of the pipelines; one result in two hundred is flagged.
FOLLOWING = """
    INSERT INTO watcher.pipeline (name, pipeline_type_id, timeliness_number, timeliness_datepart)
    VALUES ('quiet', 1, 30, 'minute');
    INSERT INTO watcher.pipeline_execution (pipeline_id, source, external_id, state, start_date, end_date)
    SELECT max(id), 'python', 'quiet ' || n, 'succeeded', now() - interval '30 days' - n * interval '1 day',
           now() - interval '30 days' - n * interval '1 day' + interval '1 hour'
      FROM watcher.pipeline, generate_series(1, 100) AS n
     GROUP BY n;
    INSERT INTO watcher.timeliness_pipeline_execution_log
          (pipeline_execution_id, pipeline_id, duration_seconds, execution_state, evaluation_timestamp,
           timeliness_number, timeliness_datepart, used_child_config)
    SELECT id, pipeline_id, 2400, state, start_date + interval '1 hour', 30, 'minute', false
      FROM watcher.pipeline_execution
     WHERE duration_seconds > 1800;
    INSERT INTO watcher.failure_pipeline_execution_log
          (pipeline_execution_id, pipeline_id, failures_in_a_row, evaluation_timestamp, failure_number,
           used_child_config)
    SELECT id, pipeline_id, 1, start_date, 1, false FROM watcher.pipeline_execution WHERE state = 'failed';
    INSERT INTO watcher.anomaly_detection_rule (pipeline_id, metric_field)
    SELECT n, metric
      FROM generate_series(404, {pipelines}, 4) AS n, unnest(ARRAY['duration_seconds', 'total_rows']) AS metric;
    INSERT INTO watcher.anomaly_detection_result
          (rule_id, pipeline_execution_id, flagged, value, expected, lower, upper, z_score, confidence, explanation,
           evaluated_at)
    SELECT rule.id, execution.id, execution.id % 1000 = 30, 5000, 5001, 4000, 6000, .1, .1,
           '{{"method": "seasonal", "reason": "as usual", "profile": "Mondays 09:00", "runs": 26}}', start_date
      FROM watcher.pipeline_execution AS execution
      JOIN watcher.anomaly_detection_rule AS rule USING (pipeline_id)
     WHERE execution.id % 6 = 0
       AND execution.state = 'succeeded';
    INSERT INTO watcher.alert
          (kind, level, state, deduplication_key, pipeline_id, pipeline_execution_id, opened_at, resolved_at,
           is_settled)
    SELECT 'timeliness', 'warning', 'resolved', 'timeliness/' || id, pipeline_id, id, start_date,
           start_date + interval '1 hour', true
      FROM watcher.pipeline_execution
     WHERE duration_seconds > 1800
       AND id % 2 = 0
"""

INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
      FROM pg_index
     WHERE indrelid = 'watcher.pipeline_execution'::regclass
       AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""


def fill(url: str, executions: int) -> None:
    """Fill a database that has our schema, and no more."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET synchronous_commit = off")
        connection.execute("SET maintenance_work_mem = '512MB'")
        connection.execute("SET work_mem = '256MB'")
        connection.execute(CATALOG)
        indexes = connection.execute(INDEXES).fetchall()
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}")
        connection.execute(EXECUTIONS.format(executions=executions))
        for _, definition in indexes:
            connection.execute(definition)
        connection.execute(
            "SELECT setval(pg_get_serial_sequence('watcher.pipeline_execution', 'id'), %s)", [executions + 1]
        )
        for statement in FOLLOWING.format(pipelines=PIPELINES).split(";"):
            connection.execute(statement)
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")
