"""Pings: a script says that it has started, succeeded or failed, and nothing else.

What ends, ends the newest execution of the pipeline that a ping has started and that runs. Where none runs, and the
pipeline's newest execution was started by a ping and ended by hand, it ends that one: somebody has given up on a script
that reports after all. Otherwise it is an execution without a duration.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from psycopg.types.json import Jsonb

from watcher_core import anomalies, arguments
from watcher_core.database import Driver, unindented
from watcher_core.enums import ExecutionState
from watcher_core.recording import watermarks
from watcher_core.recording.executions import INFERRED, is_inferred
from watcher_core.values import COUNTS

# How the external ids of pings begin.
PREFIX = "ping/"

# Whether the pipeline was gone from Dagster's code before that began: a script outside has it now. That is written
# apart, as a success changes the same row.
IS_BACK = "execution.start_date > (SELECT removed_at FROM watcher.pipeline WHERE id = execution.pipeline_id)"

# The duration of what is over as it is heard of is that of nothing: it is not judged.
WITHOUT_DURATION = "jsonb_build_object('duration_of', 'step')"

START = f"""
    INSERT INTO watcher.pipeline_execution AS execution
          (pipeline_id, source, external_id, state, start_date, watermark, next_watermark, execution_metadata)
    SELECT id, 'http', %(external_id)s, 'running', statement_timestamp(), watermark, next_watermark, %(metadata)s
      FROM watcher.pipeline
     WHERE name = %(name)s
    RETURNING execution.id, {IS_BACK}
"""

END = unindented(f"""
    WITH running AS (
        SELECT execution.id
          FROM watcher.pipeline_execution AS execution
          JOIN watcher.pipeline ON pipeline.id = execution.pipeline_id
         WHERE pipeline.name = %(name)s
           AND execution.state = 'running'
           AND execution.source = 'http'
           AND execution.external_id LIKE '{PREFIX}%%'
         ORDER BY execution.start_date DESC
         LIMIT 1
    ), newest AS (
        SELECT execution.id, execution.source, execution.external_id, execution.execution_metadata
          FROM watcher.pipeline_execution AS execution
         WHERE execution.pipeline_id = (SELECT id FROM watcher.pipeline WHERE name = %(name)s)
           AND NOT EXISTS (SELECT FROM running)
         ORDER BY execution.start_date DESC, execution.id DESC
         LIMIT 1
    ), begun AS (
        SELECT id
          FROM running
        UNION ALL
        SELECT id
          FROM newest
         WHERE source = 'http'
           AND external_id LIKE '{PREFIX}%%'
           AND {is_inferred("execution_metadata")}
    ), ended AS (
        UPDATE watcher.pipeline_execution
           SET state              = CAST(%(state)s AS watcher.execution_state),
               end_date           = greatest(statement_timestamp(), start_date),
               inserts            = %(inserts)s,
               updates            = %(updates)s,
               soft_deletes       = %(soft_deletes)s,
               total_rows         = %(total_rows)s,
               execution_metadata = CASE WHEN state = 'running' THEN execution_metadata
                                         ELSE execution_metadata - 'error' - {INFERRED} END
                                 || %(metadata)s,
               updated_at         = statement_timestamp()
         WHERE id = (SELECT id FROM begun)
           AND (state = 'running' OR {is_inferred("execution_metadata")})
        RETURNING *
    ), recorded AS (
        INSERT INTO watcher.pipeline_execution
              (pipeline_id, source, external_id, state, start_date, end_date, watermark, next_watermark,
               inserts, updates, soft_deletes, total_rows, execution_metadata)
        SELECT id, 'http', %(external_id)s, CAST(%(state)s AS watcher.execution_state),
               statement_timestamp(), statement_timestamp(), watermark, next_watermark,
               %(inserts)s, %(updates)s, %(soft_deletes)s, %(total_rows)s, %(metadata)s || {WITHOUT_DURATION}
          FROM watcher.pipeline
         WHERE name = %(name)s
           AND NOT EXISTS (SELECT FROM begun)
        RETURNING *
    ), execution AS (
        SELECT * FROM ended UNION ALL SELECT * FROM recorded
    ), succeeded AS (
        SELECT pipeline_id, {watermarks.CHANGES}, next_watermark IS NOT NULL AS compares,
               watermark AS started_from, next_watermark AS reached
          FROM execution
         WHERE state = 'succeeded'
    ), {anomalies.queued("execution WHERE state = 'succeeded'")}, {watermarks.SETTLED}
    SELECT execution.id, {IS_BACK}
      FROM execution
      LEFT JOIN settled ON true
""")

RESTORE = """
    UPDATE watcher.pipeline
       SET declared_by = NULL, removed_at = NULL
     WHERE id = (SELECT pipeline_id FROM watcher.pipeline_execution WHERE id = %(id)s)
"""

# Another ping may end what this one was to end; the second try finds that out.
TRIES = 3


def record_ping(
    connection: Driver,
    *,
    pipeline_name: str,
    state: ExecutionState,
    counts: Mapping[str, object],
    execution_metadata: Mapping[str, Any] | None = None,
) -> int | None:
    """Record a ping: that an execution runs, or how one has ended.

    Returns:
        The execution's id; `None` where no pipeline has that name now.

    Raises:
        InvalidValueError: A value breaks a rule.
    """
    given = {
        "name": arguments.name(pipeline_name, "pipeline"),
        "state": state.value,
        "external_id": f"{PREFIX}{uuid.uuid4()}",
        "metadata": Jsonb(arguments.json_object(execution_metadata, "execution_metadata"), dumps=arguments.json_text),
        **{name: arguments.count(counts.get(name), name) for name in COUNTS},
    }
    statement = START if state is ExecutionState.RUNNING else END
    for _ in range(TRIES):
        row = connection.execute(statement, given).fetchone()
        if row is not None or state is ExecutionState.RUNNING:
            break
    if row is None:
        return None
    execution_id, is_back = row
    if is_back:
        connection.execute(RESTORE, {"id": execution_id})
    return int(execution_id)
