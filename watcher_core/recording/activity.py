"""The last execution of each pipeline, and how long its executions usually take."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from watcher_core import values
from watcher_core.database import Driver
from watcher_core.enums import ExecutionState

# As many as make a median; each pipeline costs one look into the index of its history.
RECENT_EXECUTIONS = 30

ACTIVITY = f"""
    SELECT pipeline.id, last.id, last.state, last.start_date, last.end_date, usual.seconds
      FROM watcher.pipeline
      LEFT JOIN LATERAL (
               SELECT id, state, start_date, end_date
                 FROM watcher.pipeline_execution
                WHERE pipeline_id = pipeline.id
                ORDER BY start_date DESC
                LIMIT 1
           ) AS last ON true
     CROSS JOIN LATERAL (
               SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY duration_seconds) AS seconds
                 FROM (SELECT state, duration_seconds
                         FROM watcher.pipeline_execution
                        WHERE pipeline_id = pipeline.id
                        ORDER BY start_date DESC
                        LIMIT {RECENT_EXECUTIONS}) AS recent
                WHERE state = 'succeeded'
           ) AS usual
     WHERE {{condition}}
     ORDER BY pipeline.name
"""


def select_activity(
    connection: Driver, *, pipeline_ids: Collection[int] | None = None
) -> Iterator[values.PipelineActivity]:
    """Ask for what each pipeline, or each of these, last did, by the pipelines' names."""
    statement = ACTIVITY.format(condition="true" if pipeline_ids is None else "pipeline.id = ANY(%(ids)s)")
    given = {"ids": None if pipeline_ids is None else list(pipeline_ids)}
    return map(_activity, connection.execute(statement, given))


def _activity(row: Sequence[Any]) -> values.PipelineActivity:
    pipeline_id, execution_id, state, start_date, end_date, usual_seconds = row
    return values.PipelineActivity(
        pipeline_id=pipeline_id,
        execution_id=execution_id,
        state=None if state is None else ExecutionState(state),
        start_date=start_date,
        end_date=end_date,
        usual_seconds=usual_seconds,
    )
