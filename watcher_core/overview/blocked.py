"""What did not run because of a failure: the question of whoever has just got its alert."""

from __future__ import annotations

from watcher_core.database import Driver

# In the run of the execution that the alert is about; what has run since is not waiting any more.
BLOCKED = """
    SELECT DISTINCT pipeline.name
      FROM watcher.alert
      JOIN watcher.pipeline_execution AS failed ON failed.id = alert.pipeline_execution_id
      JOIN watcher.pipeline_execution AS blocked ON blocked.parent_id = coalesce(failed.parent_id, failed.id)
      JOIN watcher.pipeline ON pipeline.id = blocked.pipeline_id
     WHERE alert.id = %(alert_id)s
       AND alert.kind = 'failure'
       AND alert.state <> 'resolved'
       AND blocked.state = 'blocked'
       AND NOT EXISTS (SELECT
                         FROM watcher.pipeline_execution AS good
                        WHERE good.pipeline_id = blocked.pipeline_id
                          AND good.start_date > blocked.start_date
                          AND good.state = 'succeeded'
                          AND good.scope IS NOT DISTINCT FROM blocked.scope)
     ORDER BY pipeline.name
"""


def blocked_pipelines(connection: Driver, alert_id: int) -> list[str]:
    """Return the names of the pipelines that the run of a failure has blocked, and that have not run since."""
    return [name for (name,) in connection.execute(BLOCKED, {"alert_id": alert_id})]
