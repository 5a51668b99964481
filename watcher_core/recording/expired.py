"""How much a cleanup would delete: exactly where that is little, else about.

One count by the index finds what is old; what stays of it is taken away. Failures of parts that nothing has made good
stay, and logs go by the start of their executions: to look at each would take ten times as long as the count. So only
so many are looked at, and the rest is taken to be like them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg.rows import dict_row

from watcher_core import database
from watcher_core.database import Driver
from watcher_core.recording.retention import (
    BY_DATE,
    CLEANUP_TABLES,
    KEPT_SUCCESSES,
    NOT_MADE_GOOD,
    OF_EXECUTIONS,
)

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

# How many failures are looked at, and how many logs of each kind that were written since the retention date.
MOST_LOOKED_AT = 500

# What is old and stays although: the complement of `retention.EXECUTIONS`.
KEPT = f"""
    looked_at AS MATERIALIZED (
        SELECT past.id, {NOT_MADE_GOOD} AS stays
          FROM (SELECT *
                  FROM watcher.pipeline_execution
                 WHERE state = 'failed'
                   AND start_date <= %(until)s
                 ORDER BY start_date DESC
                 LIMIT %(most)s) AS past
    ), kept AS MATERIALIZED (
        SELECT id FROM watcher.pipeline_execution WHERE state = 'running' AND start_date <= %(until)s
         UNION
        SELECT newest.id
          FROM watcher.pipeline
         CROSS JOIN LATERAL (SELECT id, start_date
                               FROM watcher.pipeline_execution
                              WHERE pipeline_id = pipeline.id
                                AND state = 'succeeded'
                              ORDER BY coalesce(logical_date, start_date) DESC
                              FETCH FIRST {KEPT_SUCCESSES} ROWS WITH TIES) AS newest
         WHERE newest.start_date <= %(until)s
         UNION
        SELECT past.id
          FROM watcher.alert
          JOIN watcher.pipeline_execution AS past ON past.id = alert.pipeline_execution_id
         WHERE (alert.state <> 'resolved' OR alert.resolved_at > %(until)s)
           AND past.start_date <= %(until)s
         UNION
        SELECT id FROM looked_at WHERE stays
    )"""

# When each log was written, which is after its execution has started: what was written by then is old.
WRITTEN = {
    "timeliness_pipeline_execution_log": "evaluation_timestamp",
    "failure_pipeline_execution_log": "evaluation_timestamp",
    "anomaly_detection_result": "evaluated_at",
    "watermark_event": "created_at",
}


def _count() -> str:
    # Logs that are written late are looked at as they lie: to sort them by time takes as long as the count. What is of
    # executions that stay is found by their ids, so that the rest is counted by several processes.
    later = ", ".join(
        f"""{table}_later AS MATERIALIZED (
        SELECT pipeline_execution_id
          FROM watcher.{table}
         WHERE pipeline_execution_id IS NOT NULL
           AND {WRITTEN[table]} > %(until)s
         LIMIT %(most)s
    )"""
        for table in OF_EXECUTIONS
    )
    counts = ",".join(
        f"""
           (SELECT count(*)
              FROM watcher.{table}
             WHERE pipeline_execution_id IS NOT NULL
               AND {WRITTEN[table]} <= %(until)s)
         - (SELECT count(*)
              FROM watcher.{table}
             WHERE pipeline_execution_id = ANY(ARRAY(SELECT id FROM kept))
               AND {WRITTEN[table]} <= %(until)s)
         + (SELECT count(*)
              FROM {table}_later AS log
             WHERE pipeline_execution_id NOT IN (SELECT id FROM kept)
               AND (SELECT start_date FROM watcher.pipeline_execution WHERE id = log.pipeline_execution_id)
                   <= %(until)s) AS {table}"""
        for table in OF_EXECUTIONS
    )
    by_date = ", ".join(f"(SELECT count(*) {past}) AS {table}_by_date" for table, past in BY_DATE.items())
    most_later = ", ".join(f"(SELECT count(*) FROM {table}_later)" for table in OF_EXECUTIONS)
    return f"""
    WITH {KEPT}, {later}
    SELECT (SELECT count(*) FROM watcher.pipeline_execution WHERE start_date <= %(until)s)
         - (SELECT count(*) FROM kept) AS pipeline_execution,{counts},
           {by_date},
           (SELECT count(*)
              FROM watcher.pipeline_execution
             WHERE state = 'failed'
               AND start_date <= %(until)s) - (SELECT count(*) FROM looked_at) AS other_failures,
           (SELECT coalesce(avg(CAST(stays AS integer)), 0) FROM looked_at) AS share_that_stays,
           greatest({most_later}) AS later
"""


COUNT = _count()


@dataclass(frozen=True, kw_only=True)
class Expired:
    """How much is expired.

    Attributes:
        rows: Rows, by table.
        is_estimate: Whether more was there than is looked at one by one.
    """

    rows: dict[str, int]
    is_estimate: bool


def count_expired(connection: Driver, *, until: dt.datetime) -> Expired:
    """Return how many rows of each table are expired: as many as a cleanup would delete, or about as many."""
    with connection.cursor(row_factory=dict_row) as cursor:
        counts: dict[str, Any] = cursor.execute(COUNT, {"until": until, "most": MOST_LOOKED_AT}).fetchone() or {}
    others = int(counts["other_failures"])
    stays = round(others * float(counts["share_that_stays"]))
    for table in ("pipeline_execution", "failure_pipeline_execution_log"):
        counts[table] = max(0, counts[table] - stays)
    return Expired(
        rows={table: int(counts.get(table, 0)) + int(counts.get(f"{table}_by_date", 0)) for table in CLEANUP_TABLES},
        is_estimate=others > 0 or counts["later"] >= MOST_LOOKED_AT,
    )


ESTIMATE = """
    EXPLAIN (FORMAT JSON)
    SELECT FROM watcher.pipeline_execution WHERE start_date <= %(until)s
"""


def estimate_expired_executions(session: Session, *, until: dt.datetime) -> int:
    """Return about how many executions are expired: counting them would take as long as deleting a part of them."""
    found = database.driver(session).execute(ESTIMATE, {"until": until}).fetchone()
    return 0 if found is None else int(found[0][0]["Plan"]["Plan Rows"])
