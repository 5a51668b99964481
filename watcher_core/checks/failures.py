"""The failure check: what failed as many times in a row as its threshold says, or once without one.

What counts as a failure, of which pipeline, and what takes it back:

- A failure is taken back by a success that began and ended later and did the same: the same scope (a partition, the
  selection of a run) of the same pipeline in the same Dagster instance. An execution without a scope is about all of
  its pipeline. A skip takes nothing back, a canceled or blocked execution is no failure.
- The failure of a step that was to observe an asset, which is no execution of it where it succeeds, is taken back by
  the next observation that the step makes.
- A Dagster run and its retries are one try. While a retry is running, or Dagster is about to start one, new failures
  are not reported yet, and those that were logged before stay. The retries of a step are one execution.
- What was imported from another system is no failure here: that system has reported it.
- A failure waits in a queue until a check finds that it was taken back: history is not read again by each.
- A failure belongs to the asset that failed. An execution with failed executions below it (the run of those assets)
  does not count. Neither does a run that failed by asset checks alone, which have alerts of their own.

A finding is about a pipeline in an instance, and lists its failed partitions. Where a step failed for several assets of
the same owners, their findings share one alert. An alert that is open goes on, be it of one asset or of several.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from watcher_core import catalog, database, text
from watcher_core.checks import causes, retries, thresholds
from watcher_core.enums import AlertKind, AlertLevel, ExecutionState
from watcher_core.values import Finding

# Failures in a row are counted up to this number, so that a pipeline that has never succeeded costs no more.
MOST_COUNTED = 1_000

# An error may quote a whole statement; an alert keeps its beginning.
MOST_CHARACTERS = 500

# Looking a member up in its enum takes longer than all else about a finding.
STATES = {state.value: state for state in ExecutionState}

# Partitions that a finding names.
MOST_NAMED = 50

# The first of a Dagster run's retries: the same for the run, for each retry, and for the assets' executions in them.
ROOT = """
    CASE WHEN failed.source = 'dagster'
         THEN coalesce(run.execution_metadata ->> 'root_run_id', failed.execution_metadata ->> 'root_run_id',
                       failed.execution_metadata ->> 'run_id',
                       watcher.dagster_run_id(failed.source, failed.external_id)) END"""

WILL_RETRY = retries.will_be("coalesce(run.execution_metadata, failed.execution_metadata)", "failed.end_date")

# A run that failed by asset checks alone. Those have alerts of their own, unless all of them are muted.
IS_OF_ASSET_CHECKS = """
    (failed.execution_metadata ? 'failed_checks'
     AND EXISTS (SELECT
                   FROM jsonb_array_elements(failed.execution_metadata -> 'failed_checks') AS asset_check
                   JOIN watcher.pipeline ON pipeline.name = asset_check ->> 'asset'
                   JOIN watcher.pipeline_type AS type ON type.id = pipeline.pipeline_type_id
                  WHERE pipeline.active
                    AND NOT pipeline.mute_asset_check
                    AND NOT type.mute_asset_check))"""


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
                   AND good.end_date >= {failed}.end_date
                   AND good.start_date >= {failed}.start_date
                   AND (good.instance_id = {failed}.instance_id
                        OR good.instance_id IS NULL
                        OR {failed}.instance_id IS NULL)
                 ORDER BY good.end_date DESC
                 LIMIT 1)"""

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
        -- What was before a failure that was made good is over, too.
        SELECT *, first_value(is_over) OVER (PARTITION BY pipeline_id, instance_of, scope_of ORDER BY end_date DESC)
                  AS is_newest_over
          FROM queued
    ), scoped AS MATERIALIZED (
        SELECT failed.pipeline_id, failed.instance_of AS instance_id, failed.scope_of AS scope,
               least(count(DISTINCT coalesce({ROOT}, CAST(failed.id AS text))), {MOST_COUNTED}) AS failures,
               (array_agg(failed.id ORDER BY failed.end_date DESC, failed.id DESC))[1] AS execution_id,
               max(failed.end_date) AS failed_at
          FROM pending AS failed
          LEFT JOIN LATERAL (
               -- One by one, by the primary key: an estimate of one row would have all executions read for each.
               SELECT execution_metadata
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
           AND (NOT (EXISTS (SELECT FROM retried WHERE root = {ROOT}) OR coalesce({WILL_RETRY}, false))
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

LOGGED = """
    logged AS (
        INSERT INTO watcher.failure_pipeline_execution_log
              (pipeline_execution_id, pipeline_id, failures_in_a_row, evaluation_timestamp, failure_number,
               used_child_config)
        SELECT failed.execution_id, found.id, found.failures, %(now)s, found.number, found.used_child_config
          FROM found
         CROSS JOIN LATERAL unnest(found.execution_ids) AS failed (execution_id)
         WHERE NOT found.is_known
            OR found.size > 1
         ORDER BY failed.execution_id
            ON CONFLICT (pipeline_execution_id) DO NOTHING
        RETURNING pipeline_execution_id
    )"""

# What has been made good is never looked at again, nor what was before it.
SETTLED = """
    settled AS (
        DELETE FROM watcher.failure_pending
         WHERE id IN (SELECT pending.place
                        FROM pending
                       WHERE pending.is_over OR pending.is_newest_over)
    )"""

# What a dry run would log.
UNLOGGED = "logged AS (SELECT execution_id AS pipeline_execution_id FROM found WHERE NOT is_known)"

# The numbers of a finding, as those of `Finding.facts`.
FACTS = causes.facts_of(
    expected_number="detailed.number",
    used_child_config="detailed.used_child_config",
    measured_from=causes.at("detailed.start_date"),
    duration_seconds=causes.seconds("detailed.duration_seconds"),
    execution_state="detailed.state",
    failures_in_a_row="detailed.failures",
)

# What a finding knows besides its numbers.
DETAILED = f"""
    detailed AS MATERIALIZED (
        SELECT found.*, found.run_metadata ->> 'location' AS location,
               jsonb_strip_nulls(jsonb_build_object(
                   'error', left(found.execution_metadata #>> '{{error,message}}', {MOST_CHARACTERS}),
                   'error_class', left(found.execution_metadata #>> '{{error,class}}', {MOST_CHARACTERS}),
                   'ended_at', found.end_date,
                   'run_id', found.execution_metadata -> 'run_id',
                   'step_key', found.execution_metadata -> 'step_key',
                   'failed_steps', found.execution_metadata -> 'failed_steps',
                   'failed_assets', found.execution_metadata -> 'failed_assets',
                   'partition', found.execution_metadata -> 'partition',
                   'backfill', coalesce(found.run_metadata, found.execution_metadata) #> '{{tags,dagster/backfill}}',
                   'failed_partitions', partitions.named,
                   'partition_count', found.partition_count,
                   'failed_partition_count', CASE WHEN partitions.named IS NOT NULL THEN found.size END,
                   'failing', nullif(found.size, 1),
                   'attempts', found.execution_metadata -> 'attempts')) AS details
          FROM found
         CROSS JOIN LATERAL (
               SELECT jsonb_agg(partition ORDER BY partition) AS named
                 FROM (SELECT execution_metadata -> 'partition' AS partition
                         FROM unnest(found.execution_ids) AS failed (id)
                         JOIN watcher.pipeline_execution USING (id)
                        WHERE (found.size > 1 OR found.execution_metadata ? 'partition') -- else there is none
                          AND execution_metadata ? 'partition'
                        ORDER BY 1
                        LIMIT {MOST_NAMED}) AS failed) AS partitions
    )"""

LEVEL = catalog.level_of("'failure'", "CAST('error' AS watcher.alert_level)", "detailed.asked_level")

# Whether the alert of a finding is open, has the level that is asked for, and says just this. Assets that failed with
# one step have none of their own. `IN` hashes the alerts, whatever statistics say; a join may read all for each.
IS_SAID = f"""
           detailed.is_known
           AND (concat_ws('/', 'failure', detailed.id, nullif(detailed.instance_id, '')), detailed.execution_id,
                {LEVEL}, {FACTS} || detailed.details)
            IN (SELECT deduplication_key, pipeline_execution_id, level, facts
                  FROM watcher.alert
                 WHERE kind = 'failure'
                   AND state IN ('open', 'acknowledged')
                   AND pipeline_execution_id IS NOT NULL)"""

FOUND = f"""
    SELECT detailed.id, detailed.name, detailed.type_name, detailed.owners, detailed.number,
           detailed.used_child_config, detailed.execution_id, detailed.failures, detailed.instance_id, detailed.state,
           detailed.start_date, detailed.duration_seconds, detailed.location, detailed.details,
           detailed.execution_id IN (SELECT pipeline_execution_id FROM logged) AS is_new, {IS_SAID} AS is_said
      FROM detailed
     ORDER BY detailed.start_date, detailed.execution_id
"""

OPEN_KEYS = "SELECT deduplication_key FROM watcher.alert WHERE kind = 'failure' AND state <> 'resolved'"

CHECK = f"WITH {FAILING}, {LOGGED}, {SETTLED}, {DETAILED} {FOUND}"
DRY_RUN = f"WITH {FAILING}, {UNLOGGED}, {DETAILED} {FOUND}"


class Failures(NamedTuple):
    """What a check of failures has found.

    Attributes:
        findings: All of it.
        unsaid: Those whose alerts are to be opened, or may have to be changed. Of most that are found again, the alert
            says just this: they need not go back to PostgreSQL.
    """

    findings: list[Finding]
    unsaid: list[Finding]


def check_failures(session: Session, *, now: dt.datetime, dry_run: bool = False) -> Failures:
    """Return the pipelines that fail, each with its newest failed execution, and log those that are new.

    Args:
        session: The transaction.
        now: The check's time.
        dry_run: Log nothing.
    """
    given = {"now": now, "retry_starts_within": retries.RETRY_STARTS_WITHIN}
    connection = database.driver(session)
    rows = connection.execute(DRY_RUN if dry_run else CHECK, given).fetchall()
    found = [(_finding(row, now), _step(row)) for row in rows]
    findings = _sharing_alerts(found, {key for (key,) in connection.execute(OPEN_KEYS)})
    return Failures(findings, [finding for finding, row in zip(findings, rows, strict=True) if not row[-1]])


def deduplication_key(pipeline_id: int, instance_id: str = "") -> str:
    """Return the key of the alert that a pipeline fails, in a Dagster instance where it runs in one."""
    return f"failure/{pipeline_id}" + (f"/{instance_id}" if instance_id else "")


@dataclass(frozen=True)
class _Step:
    """A step that failed: in which run, and the key of an alert that its assets share, in any run."""

    run_id: str
    shared_key: str


def _step(row: tuple[Any, ...]) -> _Step | None:
    instance_id, location, details = row[8], row[12], row[13]
    run_id, step_key = details.get("run_id"), details.get("step_key")
    if run_id is None or step_key is None:
        return None
    return _Step(run_id, f"failure/step/{instance_id}/{location or ''}/{step_key}")


def _sharing_alerts(found: Sequence[tuple[Finding, _Step | None]], open_keys: Set[str]) -> list[Finding]:
    """Let the assets of the same owners for which one step has failed share an alert that lists them.

    What has an open alert stays in it: one that changed its key would be resolved, and opened again, with nothing
    resolved.

    Args:
        found: The findings, each with its step where a step failed.
        open_keys: The keys of the alerts that are not resolved.
    """
    groups: dict[tuple[str, str], list[int]] = {}
    for place, (finding, step) in enumerate(found):
        if step is None or finding.deduplication_key in open_keys:
            continue
        owned = "/".join([step.shared_key, *sorted(finding.owners)])
        key = next((key for key in (owned, step.shared_key) if key in open_keys), owned)
        groups.setdefault((key, "" if key in open_keys else step.run_id), []).append(place)
    findings = [finding for finding, _ in found]
    for (key, _), places in groups.items():
        if len(places) == 1 and key not in open_keys:
            continue
        names = sorted(findings[place].pipeline_name for place in places)
        shared = {"assets": names[:MOST_NAMED], "failing": len(names)} if len(names) > 1 else {}
        for place in places:
            details = {**findings[place].details, **shared}
            findings[place] = replace(findings[place], deduplication_key=key, details=details)
    return findings


def _finding(row: tuple[Any, ...], now: dt.datetime) -> Finding:
    pipeline_id, name, type_name, owners, number, used_child_config, execution_id, failures, *rest = row
    instance_id, state, start_date, duration, _, details, new, _ = rest
    return Finding(
        kind=AlertKind.FAILURE,
        level=AlertLevel.ERROR,
        pipeline_id=pipeline_id,
        pipeline_name=name,
        pipeline_type_name=type_name,
        execution_id=execution_id,
        new=new,
        deduplication_key=deduplication_key(pipeline_id, instance_id),
        at=now,
        owners=text.owners(owners),
        expected_number=number,
        used_child_config=used_child_config,
        measured_from=start_date,
        duration_seconds=duration,
        execution_state=STATES[state],
        failures_in_a_row=failures,
        details=details,
    )
