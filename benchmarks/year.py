"""A deployment of 10,000 hourly pipelines, some time after its start: logs, results and alerts in proportion.

2,000 jobs run each hour, each with four assets: 240,000 executions a day, 88 million in a year. A database with fewer
is a younger one, and its newest days are the same. What grows is the time that has passed, and nothing else: what is
asked of the present has the same answer in each.

Rows are written without triggers, before the indexes, and, where the server keeps `wal_level` minimal, without a log.
"""

from __future__ import annotations

import datetime as dt

import psycopg

from watcher_core.recording.identities import full_metadata

JOBS = 2_000
ASSETS_OF_A_JOB = 4
PIPELINES = JOBS * (1 + ASSETS_OF_A_JOB)  # the jobs, and then the assets
QUIET = PIPELINES + 1  # one more, whose newest executions are a month old
LONGEST_RUN = dt.timedelta(minutes=6)  # of the newest hour

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
     CROSS JOIN LATERAL (SELECT CAST('{{until}}' AS timestamptz) - n * interval '0.1 second'
                                - CASE WHEN n % 10 = 0 THEN interval '3 days' ELSE interval '1 hour' END)
                     AS change (changed_at);
    INSERT INTO watcher.pipeline (name, pipeline_type_id, timeliness_number, timeliness_datepart)
    VALUES ('quiet', 1, 30, 'minute');
    INSERT INTO watcher.asset_check (pipeline_id, name, instance_id, status)
    SELECT n, 'row_count', 'production', 'passed'
      FROM generate_series({JOBS + 1}, {PIPELINES}, 16) AS n;
    INSERT INTO watcher.anomaly_detection_rule (pipeline_id, metric_field)
    SELECT n, metric
      FROM generate_series({JOBS + ASSETS_OF_A_JOB}, {PIPELINES}, {ASSETS_OF_A_JOB}) AS n,
           unnest(ARRAY['duration_seconds', 'total_rows']) AS metric
"""

# What the code of an asset says in its metadata; all else is what the recorder writes.
USER_METADATA = ("dagster/row_count", "path", "query_seconds")

# Five executions make a run: the job, and four assets of it. A third of the jobs works on the partition of the day. One
# in a hundred is late, three in a hundred fail; what fails is made good an hour later. The last hundred run. What a row
# has is what the recorder writes of such runs.
EXECUTIONS = f"""
    INSERT INTO watcher.pipeline_execution
          (id, pipeline_id, parent_id, source, external_id, instance_id, scope, state, start_date, end_date,
           logical_date, watermark, next_watermark, inserts, updates, soft_deletes, total_rows, execution_metadata,
           created_at, updated_at)
    OVERRIDING SYSTEM VALUE
    SELECT n + 1,
           CASE WHEN asset = 0 THEN 1 + job ELSE {JOBS} + job * {ASSETS_OF_A_JOB} + asset END,
           CASE WHEN asset > 0 THEN n - asset + 1 END,
           'dagster',
           identity,
           'b2db0b4d-ed82-432d-9e4f-e6628726ef25',
           CASE WHEN asset = 0 THEN concat_ws('/', 'all', partition) ELSE partition END,
           CAST(CASE WHEN {{executions}} - n <= 100 THEN 'running'
                     WHEN fails THEN 'failed'
                     WHEN chance % 200 = 7 THEN 'skipped'
                     ELSE 'succeeded' END AS watcher.execution_state),
           began,
           CASE WHEN {{executions}} - n > 100
                THEN began + interval '1 second' * CASE WHEN late THEN 2400 ELSE 20 + chance % 300 END END,
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
            || CASE WHEN fails
                    THEN jsonb_build_object('error', jsonb_build_object(
                             'class', 'OperationalError',
                             'message', repeat('server closed the connection unexpectedly ', 5),
                             'stack', repeat('File "/app/assets/table.py", line 41, in load; ', 12)))
                    ELSE '{{{{}}}}' END)),
           began, began
      FROM generate_series(CAST(0 AS bigint), {{executions}} - 1) AS n
     CROSS JOIN LATERAL (SELECT n % 5 AS asset, n / 5 % {JOBS} AS job,
                                ({{executions}} - n) * 7919 % 1000003 AS chance,
                                CAST(CAST(md5(CAST(n / 5 AS text)) AS uuid) AS text) AS run_id,
                                CAST('{{until}}' AS timestamptz)
                                - ({{executions}} - n) * (interval '1 hour' / {PIPELINES}) AS began) AS made
     CROSS JOIN LATERAL (SELECT chance % 100 < 3 AND extract(hour FROM began) < 22 AS fails,
                                chance % 100 = 50 AND {{executions}} - n > {PIPELINES} AS late) AS luck
     CROSS JOIN LATERAL (SELECT CASE WHEN job % 3 = 0 THEN to_char(began, 'YYYY-MM-DD') END AS partition,
                                'warehouse__layer__table_' || job || '_' || asset AS step_key) AS named
     CROSS JOIN LATERAL (SELECT CASE WHEN asset = 0 THEN run_id
                                     ELSE concat_ws('/', run_id, step_key,
                                                    'warehouse%2Flayer%2Ftable_' || job || '_' || asset, partition)
                                END AS identity) AS identified
"""

# What came of all that: a result of each asset check and run, one of two rules for one in six executions, one in a
# hundred of those flagged, an alert of each execution that was late or failed. What failed within the last hour is left
# to the checks.
FOLLOWING = f"""
    INSERT INTO watcher.pipeline_execution (pipeline_id, source, external_id, state, start_date, end_date)
    SELECT {QUIET}, 'python', 'quiet ' || n, 'succeeded', began, began + interval '1 hour'
      FROM generate_series(30, 130) AS n
     CROSS JOIN LATERAL (SELECT CAST('{{until}}' AS timestamptz) - n * interval '1 day') AS start (began);
    INSERT INTO watcher.timeliness_pipeline_execution_log
          (pipeline_execution_id, pipeline_id, duration_seconds, execution_state, evaluation_timestamp,
           timeliness_number, timeliness_datepart, used_child_config)
    SELECT id, pipeline_id, 2400, state, start_date + interval '1 hour', 30, 'minute', false
      FROM watcher.pipeline_execution
     WHERE duration_seconds > 1800
       AND id < {{executions}} - {PIPELINES};
    INSERT INTO watcher.failure_pipeline_execution_log
          (pipeline_execution_id, pipeline_id, failures_in_a_row, evaluation_timestamp, failure_number,
           used_child_config)
    SELECT id, pipeline_id, 1, start_date, 1, false
      FROM watcher.pipeline_execution
     WHERE state = 'failed'
       AND id < {{executions}} - {PIPELINES};
    INSERT INTO watcher.failure_pending (pipeline_execution_id)
    SELECT id FROM watcher.pipeline_execution WHERE state = 'failed';
    INSERT INTO watcher.freshness_pipeline_log
          (pipeline_id, last_dml_timestamp, evaluation_timestamp, freshness_number, freshness_datepart,
           used_child_config)
    SELECT pipeline_id, start_date, start_date + interval '2 days', 1, 'day', false
      FROM watcher.pipeline_execution
     WHERE hashint8(id) % 500 = 0;
    INSERT INTO watcher.anomaly_detection_result
          (rule_id, pipeline_execution_id, flagged, flagged_start_date, value, expected, lower, upper, z_score,
           confidence, explanation, evaluated_at)
    SELECT rule.id, execution.id, flagged, CASE WHEN flagged THEN start_date END, 5000, 5001, 4000, 6000, .1, .1,
           '{{{{"method": "seasonal", "reason": "as usual", "profile": "Mondays 09:00", "runs": 26}}}}', start_date
      FROM watcher.pipeline_execution AS execution
      JOIN watcher.anomaly_detection_rule AS rule USING (pipeline_id)
     CROSS JOIN LATERAL (SELECT hashint8(execution.id) % 600 = 0 AS flagged) AS verdict
     WHERE hashint8(execution.id) % 6 = 0
       AND execution.state = 'succeeded';
    INSERT INTO watcher.asset_check_result
          (asset_check_id, external_id, pipeline_execution_id, status, severity, evaluated_at)
    SELECT asset_check.id, {full_metadata("execution")} ->> 'run_id', execution.id,
           CAST(verdict.status AS watcher.asset_check_status),
           CASE WHEN verdict.status = 'failed' THEN CAST('warning' AS watcher.alert_level) END, end_date
      FROM watcher.pipeline_execution AS execution
      JOIN watcher.asset_check USING (pipeline_id)
     CROSS JOIN LATERAL (SELECT CASE WHEN hashint8(execution.id) % 50 = 0 THEN 'failed' ELSE 'passed' END)
                     AS verdict (status)
     WHERE execution.state = 'succeeded';
    INSERT INTO watcher.alert
          (kind, level, state, deduplication_key, pipeline_id, pipeline_execution_id, opened_at, resolved_at,
           is_settled)
    SELECT CAST(kind AS watcher.alert_kind), 'warning', 'resolved', kind || '/' || id, pipeline_id, id, end_date,
           end_date + interval '1 hour', true
      FROM watcher.pipeline_execution
     CROSS JOIN LATERAL (SELECT CASE WHEN state = 'failed' THEN 'failure' ELSE 'timeliness' END) AS cause (kind)
     WHERE (duration_seconds > 1800 OR state = 'failed')
       AND id < {{executions}} - {PIPELINES};
    INSERT INTO watcher.execution_daily
          (day, pipeline_id, runs, succeeded, failed, canceled, skipped, blocked, inserts, updates, soft_deletes, rows,
           timed, seconds)
    SELECT CAST(end_date AT TIME ZONE 'UTC' AS date) AS day, pipeline_id, count(*),
           count(*) FILTER (WHERE state = 'succeeded'), count(*) FILTER (WHERE state = 'failed'), 0,
           count(*) FILTER (WHERE state = 'skipped'), 0, coalesce(sum(inserts), 0), coalesce(sum(updates), 0),
           coalesce(sum(soft_deletes), 0), coalesce(sum(total_rows), 0),
           count(*) FILTER (WHERE state = 'succeeded'),
           coalesce(sum(duration_seconds) FILTER (WHERE state = 'succeeded'), 0)
      FROM watcher.pipeline_execution
     WHERE end_date IS NOT NULL
     GROUP BY day, pipeline_id
     ORDER BY day, pipeline_id
"""

# Partly filled by statements that write millions of rows: these get their indexes after the rows.
TABLES = (
    "pipeline_execution",
    "anomaly_detection_result",
    "asset_check_result",
    "alert",
    "timeliness_pipeline_execution_log",
    "failure_pipeline_execution_log",
)
INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
      FROM pg_index
     WHERE indrelid = CAST('watcher.' || %s AS regclass)
       AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""


def fill(url: str, executions: int, *, until: dt.datetime) -> None:
    """Fill a database that has our schema, and no more.

    Args:
        url: The database.
        executions: How many.
        until: When the newest of them starts. Databases that are compared have the same, or one is staler.
    """
    given = {"executions": executions, "until": until.isoformat()}
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET synchronous_commit = off")
        connection.execute("SET maintenance_work_mem = '1GB'")
        connection.execute("SET work_mem = '256MB'")
        for statement in CATALOG.format(**given).split(";"):
            connection.execute(statement)
        # A table that is emptied and filled in one transaction needs no log.
        with connection.transaction():
            connection.execute(f"TRUNCATE {', '.join(f'watcher.{table}' for table in TABLES)} CASCADE")
            indexes = [index for table in TABLES for index in connection.execute(INDEXES, [table])]
            for name, _ in indexes:
                connection.execute(f"DROP INDEX {name}")
            connection.execute(EXECUTIONS.format(**given))
            sequence = "pg_get_serial_sequence('watcher.pipeline_execution', 'id')"
            connection.execute(f"SELECT setval({sequence}, %s)", [executions + 1])
            for statement in FOLLOWING.format(**given).split(";"):
                connection.execute(statement)
            for _, definition in indexes:
                connection.execute(definition)
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")
