"""How long a pipeline's executions usually take: what 95 % of its last successes took at most."""

from __future__ import annotations

from typing import Final

# The successes that say what is usual, and how many are needed to say it.
MOST_RUNS: Final = 50
LEAST_RUNS: Final = 5


def usual_seconds(pipeline_id: str) -> str:
    """SQL: a row with the column `seconds`; none, where too few have succeeded.

    Args:
        pipeline_id: The column that names the pipeline.
    """
    return f"""
               SELECT percentile_cont(0.95) WITHIN GROUP (ORDER BY newest.duration_seconds) AS seconds
                 FROM (SELECT duration_seconds
                         FROM watcher.pipeline_execution
                        WHERE pipeline_id = {pipeline_id} AND state = 'succeeded'
                        ORDER BY coalesce(logical_date, start_date) DESC
                        LIMIT {MOST_RUNS}) AS newest
               HAVING count(*) >= {LEAST_RUNS}"""
