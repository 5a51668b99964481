"""The SQL of what an alert keeps from running."""

from __future__ import annotations

from watcher_core import catalog, database, lineage
from watcher_core.alerts.nearby import has_run_since, newest_awaited

# Where more have failed in a run, each is said to have blocked all that the run did.
MOST_FAILED = 20

FAILED_CHECKS = database.json_of_type("execution.execution_metadata -> 'failed_checks'", "array")

# What the run of a failed execution, or of a blocking check that failed, has blocked, but for what has run since, and
# for what lineage puts behind another failure of the run alone. What has failed with it, or is behind its alert, is
# part of this failure; all of it, if the run itself has the alert.
BLOCKED_BY_FAILURE = f"""
    WITH run AS MATERIALIZED (
        SELECT coalesce(parent_id, id) AS id, parent_id IS NULL AND alert.kind = 'failure' AS has_failed
          FROM watcher.pipeline_execution
         WHERE id = alert.pipeline_execution_id
    ), part AS MATERIALIZED (
        SELECT execution.pipeline_id, execution.state, execution.start_date, execution.scope
          FROM run
          JOIN watcher.pipeline_execution AS execution ON execution.parent_id = run.id
         WHERE execution.state IN ('failed', 'blocked')
    ), failed AS MATERIALIZED (
        SELECT pipeline.id AS pipeline_id,
               pipeline.id = alert.pipeline_id
               OR (SELECT has_failed FROM run)
               OR coalesce(alert.facts -> 'assets' ? pipeline.name, false)
               OR EXISTS (SELECT
                            FROM watcher.alert AS behind
                           WHERE behind.cause_alert_id = alert.id
                             AND behind.pipeline_id = pipeline.id) AS is_own
          FROM watcher.pipeline
         WHERE id = ANY(ARRAY(SELECT pipeline_id FROM part WHERE state = 'failed'
                               UNION ALL
                              SELECT alert.pipeline_id
                               UNION ALL
                              SELECT {catalog.id_by_name("asset_check ->> 'asset'")}
                                FROM run
                                JOIN watcher.pipeline_execution AS execution ON execution.id = run.id
                               CROSS JOIN jsonb_array_elements({FAILED_CHECKS}) AS asset_check))
    ), failed_at AS MATERIALIZED (
        SELECT array_agg(address_id) FILTER (WHERE is_own) AS own,
               array_agg(address_id) FILTER (WHERE NOT is_own) AS others
          FROM ({lineage.places("SELECT pipeline_id FROM failed")}) AS place
          JOIN failed USING (pipeline_id)
         WHERE (SELECT count(*) <= {MOST_FAILED} FROM failed)
    )
    SELECT DISTINCT pipeline.name
      FROM part AS blocked
      JOIN watcher.pipeline ON pipeline.id = blocked.pipeline_id
     CROSS JOIN failed_at
     WHERE blocked.state = 'blocked'
       AND ({lineage.comes_from("failed_at.own", "blocked.pipeline_id")}
            OR NOT {lineage.comes_from("failed_at.others", "blocked.pipeline_id")})
       AND NOT EXISTS (SELECT
                         FROM watcher.pipeline_execution AS good
                        WHERE good.pipeline_id = blocked.pipeline_id
                          AND good.start_date > blocked.start_date
                          AND good.state = 'succeeded'
                          AND good.scope IS NOT DISTINCT FROM blocked.scope)
     ORDER BY pipeline.name"""

# The pipelines that an alert keeps from running, as an array: what is blocked by a failure; and what ran in the last
# run of a job that has not come since, but for what ran elsewhere since. Backfills are none of these runs. A statement
# that has the alert joins it.
BLOCKED = f"""
    CASE WHEN alert.state = 'resolved' THEN '{{}}'
         WHEN alert.kind = 'failure' OR alert.kind = 'asset_check' AND alert.facts -> 'blocking' = 'true'
         THEN ARRAY({BLOCKED_BY_FAILURE})
         WHEN alert.kind IN ('missed', 'freshness')
          AND NOT {has_run_since("alert.pipeline_id", "alert.facts")} THEN ARRAY(
              SELECT name
                FROM (SELECT name
                        FROM watcher.pipeline
                       WHERE id = ANY(ARRAY(SELECT DISTINCT pipeline_id
                                              FROM (SELECT pipeline_id, start_date
                                                      FROM watcher.pipeline_execution
                                                     WHERE parent_id = {newest_awaited("id", "alert.pipeline_id")}
                                                    OFFSET 0) AS part
                                             WHERE start_date = {newest_awaited("start_date", "part.pipeline_id")}))
                      OFFSET 0) AS made
               ORDER BY name)
         ELSE '{{}}' END"""
