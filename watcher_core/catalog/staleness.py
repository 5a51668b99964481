"""After which of its last runs a pipeline's data became stale: whether a rule for freshness fits.

What fails again and again, or is not over yet, tells nothing of its rule. So data counts as stale after a run where it
was found so before anything ran again, and nobody knows of the newest run.
"""

from __future__ import annotations

from typing import Final

# Those that are looked at, and after how many of them a rule may find data stale; from so many on it does not fit.
LAST_RUNS: Final = 10
LEAST_STALE: Final = 3


def last_runs(pipeline_id: str, number: str, datepart: str) -> str:
    """The SQL of the last runs that have ended, whatever came of them, and of the one before: the first of a wait.

    Each has `end_date`, `next_end`, which is NULL for the newest, and `is_stale`: whether this rule found the data of
    the run stale before the next one started.

    Args:
        pipeline_id: The SQL of the pipeline's id.
        number, datepart: The SQL of the rule.
    """
    return f"""
        SELECT run.end_date, run.next_end, coalesce(log.evaluation_timestamp < run.next_start, false) AS is_stale
          FROM (SELECT end_date, lead(start_date) OVER newer AS next_start, lead(end_date) OVER newer AS next_end
                  FROM (SELECT start_date, end_date
                          FROM watcher.pipeline_execution
                         WHERE pipeline_execution.pipeline_id = {pipeline_id}
                           AND pipeline_execution.end_date IS NOT NULL
                         ORDER BY start_date DESC
                         LIMIT {LAST_RUNS} + 1) AS newest
                WINDOW newer AS (ORDER BY start_date)) AS run
          LEFT JOIN watcher.freshness_pipeline_log AS log
            ON log.pipeline_id = {pipeline_id}
           AND log.last_dml_timestamp = run.end_date
           AND log.freshness_number = {number}
           AND CAST(log.freshness_datepart AS text) = {datepart}"""
