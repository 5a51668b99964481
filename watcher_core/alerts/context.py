"""What whoever has got an alert asks next: what did not run because of it, when it last succeeded, if a rule fits."""

from __future__ import annotations

import datetime as dt

from watcher_core import catalog
from watcher_core.alerts.blocked import BLOCKED
from watcher_core.database import Driver

# After how many of its last runs data became stale by the same rule; NULL where there is no better rule to propose:
# after fewer runs, and in place of a rule by a calendar.
RULE = ("CAST(alert.facts ->> 'expected_number' AS bigint)", "alert.facts ->> 'expected_datepart'")
STALE_RUNS = f"""
    SELECT count(*) FILTER (WHERE is_stale)
      FROM ({catalog.last_runs("alert.pipeline_id", *RULE)}) AS run
     WHERE NOT alert.facts ?| ARRAY['calendar', 'timezone']
    HAVING count(*) > {catalog.LAST_RUNS}"""


OF_ALERT = f"""
    SELECT {BLOCKED} AS blocked,
           CASE WHEN alert.kind = 'failure' AND alert.state <> 'resolved' AND NOT {catalog.is_ad_hoc("failed")} THEN (
                SELECT end_date
                  FROM watcher.pipeline_execution
                 WHERE pipeline_execution.pipeline_id = alert.pipeline_id
                   AND pipeline_execution.state = 'succeeded'
                 ORDER BY start_date DESC
                 LIMIT 1) END AS last_success_at
      FROM watcher.alert
      LEFT JOIN watcher.pipeline_execution AS failed ON failed.id = alert.pipeline_execution_id
     WHERE alert.id = %(alert_id)s
"""


def read_context(connection: Driver, alert_id: int) -> tuple[list[str], dt.datetime | None]:
    """Return the names of the pipelines that an alert keeps from running, and when what fails last succeeded.

    Of an alert that is resolved there is nothing to say.
    """
    return connection.execute(OF_ALERT, {"alert_id": alert_id}).fetchone() or ([], None)
