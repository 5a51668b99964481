"""What counts as a failure, of which pipeline, and what takes it back.

- A failure is taken back by a success that began and ended later and did the same: the same scope (a partition, the
  selection of a run) of the same pipeline in the same Dagster instance. An execution without a scope is about all of
  its pipeline; so is a run of all of a job about each selection. A skip takes nothing back, a canceled or blocked
  execution is no failure.
- Two repositories of a code location may have a job of the same name, and so one pipeline. A failure of one is taken
  back by its own success.
- An ad hoc run that failed after it had made its assets is taken back as well by runs that make all of those again: its
  selection may never come again.
- What a step tracks of a range of partitions has no scope, and is about that range. Each partition counts by itself.
- The failure of a step that was to observe an asset, which is no execution of it where it succeeds, is taken back by
  the next observation that the step makes.
- A Dagster run and its retries are one try. While a retry is running, or Dagster is about to start one, new failures
  are not reported yet, and those that were logged before stay. The retries of a step are one execution.
- What was imported from another system is no failure here: that system has reported it.
- A failure waits in a queue until a check finds that it was taken back: history is not read again by each.
- A failure belongs to the asset that failed. An execution with failed executions below it (the run of those assets)
  does not count. Neither does a run that failed by asset checks alone, which have alerts of their own.
- A partition that its code has no more does not count; see `partitions`.
"""

from __future__ import annotations

from watcher_core import catalog, database
from watcher_core.checks import retries, thresholds

# Failures in a row are counted up to this number, so that a pipeline that has never succeeded costs no more.
MOST_COUNTED = 1_000

# The first of a Dagster run's retries: the same for the run, for each retry, and for the assets' executions in them.
ROOT = """
    CASE WHEN failed.source = 'dagster'
         THEN coalesce(run.execution_metadata ->> 'root_run_id', failed.execution_metadata ->> 'root_run_id',
                       failed.execution_metadata ->> 'run_id',
                       watcher.dagster_run_id(failed.source, failed.external_id)) END"""

# What the last retry did not come to has failed for good.
WILL_RETRY = f"""
    coalesce({retries.will_be("coalesce(run.execution_metadata, failed.execution_metadata)", "failed.end_date")}, false)
    AND NOT {retries.has_been_retried("run", ROOT)}"""

# What a step has tracked of a range, whose partitions have failed too.
IS_OF_PARTITIONS = """
    (failed.execution_metadata ? 'partition_range'
     AND EXISTS (SELECT
                   FROM pending AS part
                  WHERE part.parent_id = failed.parent_id
                    AND part.pipeline_id = failed.pipeline_id
                    AND part.scope_of <> ''))"""

FAILED_CHECKS = database.json_of_type("failed.execution_metadata -> 'failed_checks'", "array")

# A run that failed by asset checks alone. Those have alerts of their own, unless all of them are muted.
IS_OF_ASSET_CHECKS = f"""
    (failed.execution_metadata ? 'failed_checks'
     AND EXISTS (SELECT
                   FROM jsonb_array_elements({FAILED_CHECKS}) AS asset_check
                   JOIN watcher.pipeline ON pipeline.id = {catalog.id_by_name("asset_check ->> 'asset'")}
                   JOIN watcher.pipeline_type AS type ON type.id = pipeline.pipeline_type_id
                  WHERE pipeline.active
                    AND NOT pipeline.mute_asset_check
                    AND NOT type.mute_asset_check))"""


# So many of its assets an ad hoc run names, by Dagster's recorder; where it names that many, there may be more.
MOST_FAILED_ASSETS = 20


def made_again(failed: str) -> str:
    """Whether runs that began after an ad hoc run had failed, and succeeded, have made the assets that it names."""
    known = f"{failed}.execution_metadata"
    assets = database.json_of_type(f"{known} -> 'failed_assets'", "array")
    return f"""CASE WHEN {catalog.is_ad_hoc(failed)}
                     AND jsonb_array_length({assets}) < {MOST_FAILED_ASSETS}
                     AND {known} #> '{{tags,dagster/asset_partition_range_start}}' IS NULL
                    THEN NOT EXISTS (
                         SELECT FROM jsonb_array_elements_text({assets}) AS asset (name)
                          WHERE (SELECT true
                                   FROM watcher.pipeline
                                   JOIN watcher.pipeline_execution AS good ON good.pipeline_id = pipeline.id
                                   JOIN watcher.pipeline_execution AS run ON run.id = good.parent_id
                                  WHERE pipeline.id = {catalog.id_by_name("asset.name")}
                                    AND good.state = 'succeeded'
                                    AND coalesce(good.scope, '') IN ('', coalesce({known} ->> 'partition', ''))
                                    AND good.end_date >= {failed}.end_date
                                    AND good.start_date >= {failed}.end_date
                                    AND coalesce(good.instance_id = {failed}.instance_id, true)
                                    AND run.state = 'succeeded'
                                  LIMIT 1) IS NULL) END"""


def taken_back(failed: str) -> str:
    """A success that began and ended after the failure did, or an observation by the step that had failed to make one.

    An instance that is not known, of an execution that was recorded before instances were, is any. The order is that of
    the index `ix_pipeline_execution_good`: without it, PostgreSQL may take one that holds all successes of a pipeline.
    """

    def success(scope: str) -> str:
        return f"""(SELECT true
                  FROM watcher.pipeline_execution AS good
                 WHERE good.pipeline_id = {failed}.pipeline_id
                   AND good.state = 'succeeded'
                   AND {scope}
                   AND (good.execution_metadata -> 'partition_range' IS NULL
                        OR good.execution_metadata -> 'partition_range'
                         = {failed}.execution_metadata -> 'partition_range')
                   AND coalesce(good.execution_metadata ->> 'repository'
                              = {failed}.execution_metadata ->> 'repository', true)
                   AND good.end_date >= {failed}.end_date
                   AND good.start_date >= {failed}.start_date
                   AND (good.instance_id = {failed}.instance_id
                        OR good.instance_id IS NULL
                        OR {failed}.instance_id IS NULL)
                 ORDER BY good.end_date DESC
                 LIMIT 1)"""

    is_selection = f"{failed}.scope ~ '{catalog.SELECTION}'"
    of_all = catalog.scope_of_all(f"{failed}.scope")
    # Most pipelines have none, which the index shows; to see whether one came later, executions are read one by one.
    has_scopes = f"""(SELECT true
                  FROM watcher.pipeline_execution AS good
                 WHERE good.pipeline_id = {failed}.pipeline_id
                   AND good.state = 'succeeded'
                   AND coalesce(good.scope, '') > ''
                 ORDER BY coalesce(good.scope, '')
                 LIMIT 1)"""

    return f"""coalesce(
               {success(f"coalesce(good.scope, '') = coalesce({failed}.scope, '')")},
               CASE WHEN {failed}.scope <> '' THEN {success("coalesce(good.scope, '') = ''")} END,
               CASE WHEN {is_selection} THEN {success(f"coalesce(good.scope, '') = {of_all}")} END,
               CASE WHEN {made_again(failed)} THEN true END,
               (SELECT true
                  FROM watcher.observation
                 WHERE observation.pipeline_id = {failed}.pipeline_id
                   AND observation.step
                     = (SELECT concat_ws('/', coalesce(run.execution_metadata ->> 'location',
                                                       run.execution_metadata ->> 'job'),
                                              watcher.full_metadata({failed}.source, {failed}.external_id,
                                                                    {failed}.execution_metadata) ->> 'step_key')
                          FROM watcher.pipeline_execution AS run
                         WHERE run.id = {failed}.parent_id)
                   AND observation.step_observed_at >= {failed}.end_date
                   AND observation.scope IN (coalesce({failed}.scope, ''), '')
                   AND observation.instance_id = coalesce({failed}.instance_id, observation.instance_id)
                 LIMIT 1),
               CASE WHEN {failed}.scope IS NULL AND {has_scopes} THEN {success("good.scope IS NOT NULL")} END,
               false)"""


def _checked(pipeline_id: str) -> str:
    """The pipeline, where the check looks at it. By its key: how many have failed the planner cannot know."""
    return f"""(
               SELECT pipeline.id, pipeline.name, type.name AS type_name,
                      CAST(pipeline.pipeline_metadata -> 'owners' AS text) AS owners,
                      pipeline.pipeline_metadata -> 'partition_count' AS partition_count,
                      {catalog.ASKED_LEVEL} AS asked_level,
                      {thresholds.number("failure")} AS number,
                      {thresholds.is_own("failure")} AS used_child_config
                 FROM watcher.pipeline
                 JOIN watcher.pipeline_type AS type ON type.id = pipeline.pipeline_type_id
                WHERE pipeline.id = {pipeline_id}
                  AND {thresholds.is_checked("failure", one=False)}
               OFFSET 0) AS checked"""


FAILING = f"""
    {retries.RETRIED}, queued AS MATERIALIZED (
        -- One by one, by the primary key; without an execution where that has not failed any more, or is gone.
        SELECT pending.id AS place, failed.*, failed.id IS NULL OR {taken_back("failed")} AS is_over
          FROM watcher.failure_pending AS pending
          LEFT JOIN LATERAL (
               SELECT id, pipeline_id, coalesce(instance_id, '') AS instance_of, coalesce(scope, '') AS scope_of,
                      instance_id, scope, start_date, end_date, parent_id, source, external_id, execution_metadata
                 FROM watcher.pipeline_execution
                WHERE id = pending.pipeline_execution_id
                  AND state = 'failed'
                LIMIT 1) AS failed ON true
    ), pending AS MATERIALIZED (
        -- What began and ended before a failure that was made good is over, too.
        SELECT *, coalesce(first_value(is_over) OVER newest
                           AND start_date <= first_value(start_date) OVER newest, false) AS is_newest_over
          FROM queued
        WINDOW newest AS (PARTITION BY pipeline_id, instance_of, scope_of, execution_metadata ->> 'repository',
                                       execution_metadata -> 'partition_range'
                              ORDER BY end_date DESC, start_date DESC)
    ), scoped AS MATERIALIZED (
        SELECT failed.pipeline_id, failed.instance_of AS instance_id, failed.scope_of AS scope,
               least(count(DISTINCT coalesce({ROOT}, CAST(failed.id AS text))), {MOST_COUNTED}) AS failures,
               (array_agg(failed.id ORDER BY failed.end_date DESC, failed.id DESC))[1] AS execution_id,
               max(failed.end_date) AS failed_at
          FROM pending AS failed
          LEFT JOIN LATERAL (
               -- One by one, by the primary key: an estimate of one row would have all executions read for each.
               SELECT pipeline_id, start_date, execution_metadata
                 FROM watcher.pipeline_execution
                WHERE id = failed.parent_id
                LIMIT 1) AS run ON true
         WHERE NOT failed.is_over
           AND NOT failed.is_newest_over
           AND NOT EXISTS (SELECT
                             FROM watcher.pipeline_execution AS part
                            WHERE part.parent_id = failed.id
                              AND part.state = 'failed')
           AND NOT {IS_OF_ASSET_CHECKS}
           AND NOT {IS_OF_PARTITIONS}
           AND NOT {catalog.is_of_removed_partition("failed.execution_metadata")}
           AND (NOT (EXISTS (SELECT FROM retried WHERE root = {ROOT}) OR {WILL_RETRY})
                OR EXISTS (SELECT
                             FROM watcher.failure_pipeline_execution_log AS log
                            WHERE log.pipeline_execution_id = failed.id))
         GROUP BY failed.pipeline_id, failed.instance_of, failed.scope_of
    ), counted AS (
        SELECT checked.*, scoped.instance_id, max(scoped.failures) AS failures,
               (array_agg(scoped.execution_id ORDER BY scoped.failed_at DESC, scoped.execution_id DESC))[1]
               AS execution_id,
               count(*) AS size,
               array_agg(scoped.execution_id) AS execution_ids
          FROM scoped
         CROSS JOIN LATERAL {_checked("scoped.pipeline_id")}
         WHERE scoped.failures >= checked.number
         GROUP BY checked.id, checked.name, checked.type_name, checked.owners, checked.partition_count,
                  checked.asked_level, checked.number, checked.used_child_config, scoped.instance_id
    ), again AS (
        -- A logged failure whose execution runs again: it stays a finding until that attempt has ended.
        SELECT DISTINCT ON (checked.id, coalesce(execution.instance_id, ''))
               checked.*, coalesce(execution.instance_id, ''), log.failures_in_a_row, execution.id, 1,
               ARRAY[execution.id]
          FROM watcher.pipeline_execution AS execution
          JOIN watcher.failure_pipeline_execution_log AS log ON log.pipeline_execution_id = execution.id
         CROSS JOIN LATERAL {_checked("execution.pipeline_id")}
         WHERE execution.state = 'running'
           AND NOT EXISTS (SELECT
                             FROM counted
                            WHERE counted.id = checked.id
                              AND counted.instance_id = coalesce(execution.instance_id, ''))
         ORDER BY checked.id, coalesce(execution.instance_id, ''), execution.start_date DESC
    ), found AS MATERIALIZED (
        SELECT current.*, execution.state, execution.start_date, execution.end_date, execution.duration_seconds,
               watcher.full_metadata(execution.source, execution.external_id, execution.execution_metadata)
               AS execution_metadata, run.execution_metadata AS run_metadata,
               log.pipeline_execution_id IS NOT NULL AS is_known
          FROM (SELECT * FROM counted UNION ALL SELECT * FROM again) AS current
          JOIN watcher.pipeline_execution AS execution ON execution.id = current.execution_id
          LEFT JOIN watcher.pipeline_execution AS run ON run.id = execution.parent_id
          LEFT JOIN watcher.failure_pipeline_execution_log AS log ON log.pipeline_execution_id = execution.id
    )"""
