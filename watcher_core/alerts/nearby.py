"""Which alerts a delivery looks at to put what is new behind its cause, or behind the new: see `causes`."""

from __future__ import annotations

import sqlalchemy as sa

from watcher_core import catalog, lineage

# What ran in the last ones is part of a job: in the newest it may not have come to it.
RUNS = 3

# A delivery to which more alerts than these are new looks at all: that is one pass over them.
FEW = 200

# Of these runs of its job after the one in which a pipeline ran, one that has succeeded did so without it.
RUNS_SINCE = 20


def newest(column: str, pipeline_id: str) -> str:
    """The SQL of a column of the newest execution of a pipeline, by its index."""
    return _newest(column, pipeline_id, "")


def newest_awaited(column: str, pipeline_id: str) -> str:
    """The SQL of a column of the newest execution of a pipeline that is no backfill."""
    return _newest(column, pipeline_id, f"AND {catalog.is_no_backfill('pipeline_execution')}")


def _newest(column: str, pipeline_id: str, condition: str) -> str:
    return f"""(SELECT {column}
                  FROM watcher.pipeline_execution
                 WHERE pipeline_execution.pipeline_id = {pipeline_id} {condition}
                 ORDER BY start_date DESC
                 LIMIT 1)"""


def job_of(pipeline_id: str) -> str:
    """The SQL of the job in which a pipeline last ran, while that job has not succeeded without it since.

    What has left a job, or was once part of a run by hand, is not made by it; a backfill says nothing of that. Each by
    its index: joined, all executions might be read.
    """
    return f"""(SELECT run.pipeline_id
                  FROM watcher.pipeline_execution AS run
                 WHERE run.id = {newest_awaited("parent_id", pipeline_id)}
                   AND 'succeeded' NOT IN (SELECT state
                                             FROM watcher.pipeline_execution AS since
                                            WHERE since.pipeline_id = run.pipeline_id
                                              AND since.start_date > run.start_date
                                              AND {catalog.is_no_backfill("since")}
                                            ORDER BY since.start_date
                                            LIMIT {RUNS_SINCE}))"""


def is_beside_failure(pipeline_id: str) -> str:
    """The SQL of whether a pipeline succeeded in a run of its job that failed: that does not make it stale."""
    run = f"(SELECT state FROM watcher.pipeline_execution WHERE id = {newest('parent_id', pipeline_id)})"
    return f"{newest('state', pipeline_id)} = 'succeeded' AND coalesce({run} = 'failed', false)"


def has_run_since(pipeline_id: str, facts: str) -> str:
    """The SQL of whether a pipeline has run since its data last changed, or since the last run before it was missed."""
    return f"""coalesce({newest_awaited("start_date", pipeline_id)}
                     > CAST({facts} ->> 'measured_from' AS timestamptz), false)"""


def blocked_run(pipeline_id: str) -> str:
    """The SQL of the run that did not come to a pipeline, where that is its last one."""
    return newest("CASE WHEN state = 'blocked' THEN parent_id END", pipeline_id)


def failed_runs(execution_id: str) -> str:
    """The SQL of the run that an execution failed in, and of those of its job before it, as an array.

    What the newest has blocked is not known before it ends.
    """
    run = f"(SELECT coalesce(parent_id, id) FROM watcher.pipeline_execution WHERE id = {execution_id})"
    return f"""ARRAY(SELECT id
                       FROM watcher.pipeline_execution
                      WHERE pipeline_id = (SELECT pipeline_id FROM watcher.pipeline_execution WHERE id = {run})
                        AND start_date <= (SELECT start_date FROM watcher.pipeline_execution WHERE id = {run})
                      ORDER BY start_date DESC
                      LIMIT {RUNS})"""


# The alerts that are new to a delivery, and those that may be linked because of them: of the same pipelines, of those
# upstream and downstream, and of their jobs and what runs in these; failures with the same error, step or backfill; and
# what they are behind. NULL where too many are new. One by one, by indexes.
NEAR = sa.text(f"""
    WITH new AS MATERIALIZED (
        SELECT pipeline_id, kind, facts
          FROM (SELECT * FROM watcher.alert WHERE NOT is_settled OFFSET 0) AS unsettled
         WHERE state <> 'resolved'
           AND pipeline_id IS NOT NULL
         LIMIT :few + 1
    ), place AS MATERIALIZED (
        SELECT DISTINCT address_id FROM ({lineage.places("SELECT pipeline_id FROM new")}) AS place
    ), around AS MATERIALIZED (
        SELECT path.address_id
          FROM place
         CROSS JOIN LATERAL (SELECT source_address_id AS address_id
                               FROM watcher.address_lineage_closure
                              WHERE target_address_id = place.address_id
                              UNION ALL
                             SELECT target_address_id
                               FROM watcher.address_lineage_closure
                              WHERE source_address_id = place.address_id
                             OFFSET 0) AS path
         UNION
        SELECT address_id FROM place
    ), of_pipeline AS MATERIALIZED (
        SELECT pipeline_id FROM new
         UNION
        SELECT maker.pipeline_id
          FROM around
         CROSS JOIN LATERAL (SELECT pipeline.id AS pipeline_id
                               FROM watcher.pipeline
                              WHERE pipeline.address_id = around.address_id
                              UNION ALL
                             SELECT address_lineage.pipeline_id
                               FROM watcher.address_lineage
                              WHERE address_lineage.target_address_id = around.address_id
                             OFFSET 0) AS maker
         UNION
        SELECT {job_of("new.pipeline_id")} FROM new
         UNION
        SELECT part.pipeline_id
          FROM new
         CROSS JOIN LATERAL (SELECT pipeline_id
                               FROM watcher.pipeline_execution
                              WHERE parent_id = ANY(ARRAY(SELECT id
                                                            FROM watcher.pipeline_execution
                                                           WHERE pipeline_id = new.pipeline_id
                                                           ORDER BY start_date DESC
                                                           LIMIT {RUNS}))
                             OFFSET 0) AS part
    ), near AS MATERIALIZED (
        SELECT found.id, found.cause_alert_id
          FROM of_pipeline
         CROSS JOIN LATERAL (SELECT id, cause_alert_id
                               FROM watcher.alert
                              WHERE alert.pipeline_id = of_pipeline.pipeline_id
                                AND state <> 'resolved'
                             OFFSET 0) AS found
         UNION
        SELECT id, cause_alert_id
          FROM watcher.alert
         WHERE (kind = 'failure' AND state <> 'resolved') IS TRUE -- in one piece, for the index of signatures alone
           AND (SELECT bool_or(kind = 'failure') FROM new)
           AND watcher.failure_signatures(facts)
               && ARRAY(SELECT unnest(watcher.failure_signatures(facts)) FROM new WHERE kind = 'failure')
    )
    SELECT CASE WHEN (SELECT count(*) FROM new) <= :few
                THEN ARRAY(SELECT id FROM near
                            UNION
                           SELECT cause_alert_id FROM near WHERE cause_alert_id IS NOT NULL) END
""")
