"""How much a cleanup would delete: exactly where that is little, else about.

One count by the index finds what is old; what stays of it is taken away. Failures of parts that nothing has made good
stay, and logs go by the start of their executions: to look at each would take ten times as long as the count. So only
so many are looked at, and the rest is taken to be like them.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

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
        -- As an array: a join would read all executions.
        SELECT id
          FROM watcher.pipeline_execution
         WHERE start_date <= %(until)s
           AND id = ANY(ARRAY(SELECT pipeline_execution_id
                                FROM watcher.alert
                               WHERE state <> 'resolved' OR resolved_at > %(until)s))
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

OTHER_FAILURES = "failures that are not looked at"
LOOKED_AT = "failures that are looked at"
STAYING = "failures that are looked at and stay"
MANY_LATER = "logs of which not all are looked at"


def _count() -> str:
    # Logs that are written late are looked at as they lie: to sort them by time takes as long as the count. What is of
    # executions that stay is found by their ids, so that the rest is counted by several processes.
    later = " UNION ALL ".join(
        f"""(
        SELECT '{table}' AS log, pipeline_execution_id
          FROM watcher.{table}
         WHERE pipeline_execution_id IS NOT NULL
           AND {WRITTEN[table]} > %(until)s
         LIMIT %(most)s)"""
        for table in OF_EXECUTIONS
    )
    logs = "".join(
        f"""
     UNION ALL
    SELECT '{table}', count(*)
      FROM watcher.{table}
     WHERE pipeline_execution_id IS NOT NULL
       AND {WRITTEN[table]} <= %(until)s
     UNION ALL
    SELECT '{table}', -count(*)
      FROM watcher.{table}
     WHERE pipeline_execution_id = ANY(ARRAY(SELECT id FROM kept))
       AND {WRITTEN[table]} <= %(until)s"""
        for table in OF_EXECUTIONS
    )
    by_date = "".join(f" UNION ALL SELECT '{table}', count(*) {past}" for table, past in BY_DATE.items())
    return f"""
    WITH {KEPT}, later AS MATERIALIZED ({later})
    SELECT 'pipeline_execution', count(*) FROM watcher.pipeline_execution WHERE start_date <= %(until)s
     UNION ALL
    SELECT 'pipeline_execution', -count(*) FROM kept{logs}
     UNION ALL
    SELECT log, count(*)
      FROM later
     WHERE pipeline_execution_id NOT IN (SELECT id FROM kept)
       AND (SELECT start_date FROM watcher.pipeline_execution WHERE id = later.pipeline_execution_id) <= %(until)s
     GROUP BY log{by_date}
     UNION ALL
    SELECT '{OTHER_FAILURES}', count(*)
      FROM watcher.pipeline_execution
     WHERE state = 'failed'
       AND start_date <= %(until)s
     UNION ALL
    SELECT '{OTHER_FAILURES}', -count(*) FROM looked_at
     UNION ALL
    SELECT '{LOOKED_AT}', count(*) FROM looked_at
     UNION ALL
    SELECT '{STAYING}', count(*) FROM looked_at WHERE stays
     UNION ALL
    SELECT '{MANY_LATER}', count(*) FROM (SELECT FROM later GROUP BY log HAVING count(*) >= %(most)s) AS log
"""


COUNT = database.unindented(_count())


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
    counts: Counter[str] = Counter()
    for counted, rows in connection.execute(COUNT, {"until": until, "most": MOST_LOOKED_AT}).fetchall():
        counts[counted] += rows
    others = counts[OTHER_FAILURES]
    stays = round(others * counts[STAYING] / max(1, counts[LOOKED_AT]))
    for table in ("pipeline_execution", "failure_pipeline_execution_log"):
        counts[table] = max(0, counts[table] - stays)
    return Expired(
        rows={table: counts[table] for table in CLEANUP_TABLES},
        is_estimate=others > 0 or counts[MANY_LATER] > 0,
    )


ESTIMATE = """
    EXPLAIN (FORMAT JSON)
    SELECT FROM watcher.pipeline_execution WHERE start_date <= %(until)s
"""


def estimate_expired_executions(session: Session, *, until: dt.datetime) -> int:
    """Return about how many executions are expired: counting them would take as long as deleting a part of them."""
    found = database.driver(session).execute(ESTIMATE, {"until": until}).fetchone()
    return 0 if found is None else int(found[0][0]["Plan"]["Plan Rows"])
