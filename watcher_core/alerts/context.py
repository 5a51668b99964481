"""What whoever has got an alert asks next: what did not run because of it, when it last succeeded, if a rule fits."""

from __future__ import annotations

import datetime as dt

from watcher_core import catalog
from watcher_core.database import Driver

# The pipelines that the run of a failed execution has blocked; what has run since is not waiting any more. A statement
# that has the alert joins it.
BLOCKED = """
    SELECT DISTINCT pipeline.name
      FROM watcher.pipeline_execution AS failed
      JOIN watcher.pipeline_execution AS blocked ON blocked.parent_id = coalesce(failed.parent_id, failed.id)
      JOIN watcher.pipeline ON pipeline.id = blocked.pipeline_id
     WHERE failed.id = alert.pipeline_execution_id
       AND blocked.state = 'blocked'
       AND NOT EXISTS (SELECT
                         FROM watcher.pipeline_execution AS good
                        WHERE good.pipeline_id = blocked.pipeline_id
                          AND good.start_date > blocked.start_date
                          AND good.state = 'succeeded'
                          AND good.scope IS NOT DISTINCT FROM blocked.scope)
     ORDER BY pipeline.name"""

# After how many of its last runs data became stale by the same rule; NULL where there is no better rule to propose:
# after fewer runs, and in place of a rule by a calendar.
RULE = ("CAST(alert.facts ->> 'expected_number' AS bigint)", "alert.facts ->> 'expected_datepart'")
STALE_RUNS = f"""
    SELECT count(*) FILTER (WHERE is_stale)
      FROM ({catalog.last_runs("alert.pipeline_id", *RULE)}) AS run
     WHERE NOT alert.facts ?| ARRAY['calendar', 'timezone']
    HAVING count(*) > {catalog.LAST_RUNS}"""

OF_ALERT = f"""
    SELECT ARRAY({BLOCKED}) AS blocked,
           (SELECT end_date
              FROM watcher.pipeline_execution
             WHERE pipeline_execution.pipeline_id = alert.pipeline_id
               AND pipeline_execution.state = 'succeeded'
             ORDER BY start_date DESC
             LIMIT 1) AS last_success_at
      FROM watcher.alert
     WHERE alert.id = %(alert_id)s
       AND alert.kind = 'failure'
       AND alert.state <> 'resolved'
"""


def read_context(connection: Driver, alert_id: int) -> tuple[list[str], dt.datetime | None]:
    """Return the names of the pipelines that a failure has blocked, and when its pipeline last succeeded.

    Of an alert of another kind, and of one that is resolved, there is nothing to say.
    """
    return connection.execute(OF_ALERT, {"alert_id": alert_id}).fetchone() or ([], None)
