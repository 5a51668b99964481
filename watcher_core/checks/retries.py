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
