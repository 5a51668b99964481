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


# The last successes of an alert's pipeline, whatever partitions they are of.
SUCCESSES = """
    SELECT end_date, duration_seconds, scope
      FROM watcher.pipeline_execution
     WHERE pipeline_execution.pipeline_id = alert.pipeline_id
       AND pipeline_execution.state = 'succeeded'
     ORDER BY pipeline_execution.start_date DESC -- as an index has them
     LIMIT 20"""

OF_ALERT = f"""
    SELECT {BLOCKED} AS blocked, good.end_date, good.scope
      FROM watcher.alert
      LEFT JOIN watcher.pipeline_execution AS failed ON failed.id = alert.pipeline_execution_id
      LEFT JOIN LATERAL (SELECT end_date, scope FROM ({SUCCESSES}) AS success ORDER BY end_date DESC LIMIT 1) AS good
        ON alert.kind = 'failure'
       AND alert.state <> 'resolved'
       AND NOT {catalog.is_ad_hoc("failed")}
     WHERE alert.id = %(alert_id)s
"""


def read_context(connection: Driver, alert_id: int) -> tuple[list[str], dt.datetime | None, str | None]:
    """Return the names of the pipelines that an alert keeps from running, when what fails last succeeded, and for what.

    Of an alert that is resolved there is nothing to say.
    """
    return connection.execute(OF_ALERT, {"alert_id": alert_id}).fetchone() or ([], None, None)
