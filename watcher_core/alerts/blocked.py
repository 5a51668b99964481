"""What did not run because of a failure: the question of whoever has just got its alert."""

from __future__ import annotations

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

OF_ALERT = f"""
    SELECT blocked.name
      FROM watcher.alert
     CROSS JOIN LATERAL ({BLOCKED}) AS blocked
     WHERE alert.id = %(alert_id)s
       AND alert.kind = 'failure'
       AND alert.state <> 'resolved'
"""


def blocked_pipelines(connection: Driver, alert_id: int) -> list[str]:
    """Return the names of the pipelines that the run of a failure has blocked, and that have not run since."""
    return [name for (name,) in connection.execute(OF_ALERT, {"alert_id": alert_id})]
