"""Runs that Dagster retries: what went wrong in them is not reported yet, because the retry may make it good.

In SQL, because the checks compare all pipelines in one statement.
"""

from __future__ import annotations

import datetime as dt

# Dagster starts a retry within seconds. Where it has not in this time, it will not, and the failure counts.
RETRY_STARTS_WITHIN = dt.timedelta(hours=1)

# The first runs of the retries that are running.
RETRIED = """
    retried AS MATERIALIZED (
        SELECT DISTINCT execution_metadata ->> 'root_run_id' AS root
          FROM watcher.pipeline_execution
         WHERE state = 'running'
           AND source = 'dagster'
           AND execution_metadata ? 'root_run_id'
    )"""


def will_be(metadata: str, ended: str) -> str:
    """Whether Dagster is about to retry a run with this metadata, whose part has ended then."""
    return f"""
    {metadata} -> 'will_retry' = 'true'
    AND {ended} > CAST(%(now)s AS timestamptz) - CAST(%(retry_starts_within)s AS interval)"""


def has_been_retried(run: str, root: str) -> str:
    """Whether the last retry of a run has ended. It goes on from where the run failed, and may not have come to all.

    Args:
        run: The SQL of the run's row.
        root: The SQL of the id of the first run of its retries.
    """
    return f"""
    EXISTS (SELECT
              FROM watcher.pipeline_execution AS retry
             WHERE retry.pipeline_id = {run}.pipeline_id
               AND retry.start_date > {run}.start_date
               AND retry.state <> 'running'
               AND retry.execution_metadata ->> 'root_run_id' = {root}
               AND retry.execution_metadata -> 'will_retry' IS DISTINCT FROM 'true')"""
