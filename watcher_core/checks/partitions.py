"""Partitions that have failed, and that the code has no more: nothing will ever take their failures back.

Such a failure is marked, and counts no more; so is the result of an asset check that did not pass, and what a backfill
was to fill and has not. They count again when the partition is back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from watcher_core import arguments, catalog
from watcher_core.checks.backfills import KEY, UNFILLED_REMOVED
from watcher_core.database import Driver

# Failures that wait to be made good, of the partitions of these pipelines in an instance.
OF_PARTITIONS = """
      FROM watcher.failure_pending AS pending
      JOIN watcher.pipeline_execution AS failed ON failed.id = pending.pipeline_execution_id
      JOIN watcher.pipeline ON pipeline.id = failed.pipeline_id
     WHERE failed.state = 'failed'
       AND failed.source = 'dagster'
       AND failed.scope <> ''
       AND failed.instance_id = %(instance_id)s
       AND pipeline.name = ANY(%(pipelines)s)"""

# Results of asset checks that did not pass and hold still, of the partitions of these pipelines in an instance.
OF_CHECKED_PARTITIONS = """
      FROM watcher.asset_check_result AS result
      JOIN watcher.asset_check ON asset_check.id = result.asset_check_id
      JOIN watcher.pipeline ON pipeline.id = asset_check.pipeline_id
     WHERE result.open
       AND result.partition IS NOT NULL
       AND asset_check.instance_id = %(instance_id)s
       AND pipeline.name = ANY(%(pipelines)s)"""

# What backfills of an instance that were canceled or given up have not filled, by their alerts, which name pipelines as
# they were then.
UNFILLED = f"""
      FROM watcher.alert
     CROSS JOIN LATERAL (
           SELECT name.value AS name, pipeline.name AS current, pipeline.declared_by, missing.value AS partition
             FROM jsonb_array_elements(alert.facts -> 'unfilled') AS unfilled (part)
            CROSS JOIN jsonb_array_elements_text(unfilled.part -> 'pipelines') AS name
             JOIN watcher.pipeline ON pipeline.id = {catalog.id_by_name("name.value")}
            CROSS JOIN jsonb_array_elements_text(unfilled.part -> 'partitions') AS missing) AS unfilled
     WHERE alert.kind = 'failure'
       AND alert.state <> 'resolved'
       AND starts_with(alert.deduplication_key, '{KEY}')
       AND alert.facts ->> 'instance_id' = %(instance_id)s
       AND unfilled.current = ANY(%(pipelines)s)"""

# Where two code locations have the same asset, the one that has declared it last says which partitions there are.
FAILED = f"""
    SELECT pipeline.name, failed.scope
    {OF_PARTITIONS}
       AND pipeline.declared_by = %(location)s
     UNION
    SELECT pipeline.name, result.partition
    {OF_CHECKED_PARTITIONS}
       AND pipeline.declared_by = %(location)s
     UNION
    SELECT unfilled.current, unfilled.partition
    {UNFILLED}
       AND unfilled.declared_by = %(location)s
"""

REMOVED = """
    removed AS (
        SELECT *
          FROM unnest(CAST(%(names)s AS text[]), CAST(%(partitions)s AS text[])) AS removed (name, partition)
    )"""

# One that is written at this moment is marked at the next look: the recorder and this never wait for each other.
MARK = f"""
    WITH {REMOVED}, looked_at AS (
        SELECT failed.id,
               (pipeline.name, failed.scope) IN (SELECT name, partition FROM removed) AS is_removed
        {OF_PARTITIONS}
           FOR UPDATE OF failed SKIP LOCKED
    )
    UPDATE watcher.pipeline_execution AS failed
       SET execution_metadata = CASE WHEN is_removed
                                     THEN execution_metadata || '{{"{catalog.PARTITION_REMOVED}": true}}'
                                     ELSE execution_metadata - '{catalog.PARTITION_REMOVED}' END
      FROM looked_at
     WHERE looked_at.id = failed.id
       AND is_removed <> ({catalog.is_of_removed_partition("execution_metadata")})
"""

MARK_RESULTS = f"""
    WITH {REMOVED}, looked_at AS (
        SELECT result.id,
               (pipeline.name, result.partition) IN (SELECT name, partition FROM removed) AS is_removed
        {OF_CHECKED_PARTITIONS}
           FOR UPDATE OF result SKIP LOCKED
    )
    UPDATE watcher.asset_check_result AS result
       SET result_metadata = CASE WHEN is_removed
                                  THEN result_metadata || '{{"{catalog.PARTITION_REMOVED}": true}}'
                                  ELSE result_metadata - '{catalog.PARTITION_REMOVED}' END
      FROM looked_at
     WHERE looked_at.id = result.id
       AND is_removed <> ({catalog.is_of_removed_partition("result_metadata")})
"""

# What belongs to pipelines that were not looked at stays as it is.
MARK_UNFILLED = f"""
    WITH {REMOVED}, looked_at AS (
        SELECT alert.id,
               coalesce(jsonb_agg(DISTINCT jsonb_build_array(unfilled.name, unfilled.partition))
                            FILTER (WHERE (unfilled.current, unfilled.partition)
                                       IN (SELECT name, partition FROM removed)),
                        '[]') AS pairs,
               array_agg(unfilled.name) AS names
        {UNFILLED}
         GROUP BY alert.id
    ), locked AS (
        SELECT alert.id, alert.facts, looked_at.pairs || (
                   SELECT coalesce(jsonb_agg(pair), '[]')
                     FROM jsonb_array_elements(alert.facts -> '{UNFILLED_REMOVED}') AS pair
                    WHERE pair ->> 0 <> ALL(looked_at.names)) AS pairs
          FROM looked_at
          JOIN watcher.alert ON alert.id = looked_at.id
           FOR UPDATE OF alert SKIP LOCKED
    )
    UPDATE watcher.alert
       SET facts = alert.facts || jsonb_build_object('{UNFILLED_REMOVED}', locked.pairs)
      FROM locked
     WHERE locked.id = alert.id
       AND coalesce(alert.facts -> '{UNFILLED_REMOVED}', '[]') <> locked.pairs
"""


def failed_partitions(
    connection: Driver, *, pipelines: Collection[str], location: str, instance_id: str
) -> dict[str, set[str]]:
    """Return the partitions that have failed, or an asset check of which has, and were not made good, by pipeline.

    Those that a backfill was to fill and has not are among them.

    Args:
        connection: The transaction.
        pipelines: The pipelines to look at, by name.
        location: The code location that has declared them; those of others are left out.
        instance_id: The Dagster instance that they failed in.
    """
    names = catalog.find_pipelines(connection, pipelines)
    given = {
        "pipelines": list(names.values()),
        "location": arguments.name(location, "location"),
        "instance_id": arguments.text(instance_id, "instance_id"),
    }
    found: dict[str, set[str]] = defaultdict(set)
    for name, partition in connection.execute(FAILED, given):
        found[name].add(partition)
    return {used: found[name] for used, name in names.items() if name in found}


def mark_removed_partitions(
    connection: Driver, *, removed: Mapping[str, Collection[str]], pipelines: Collection[str], instance_id: str
) -> int:
    """Mark the failures of partitions that are gone from the code, and their checks; of those pipelines no others.

    Args:
        connection: The transaction.
        removed: The failed partitions that are gone, by pipeline.
        pipelines: The pipelines that were looked at, by name.
        instance_id: The Dagster instance.

    Returns:
        How many failures, results of checks and alerts about backfills count no more, or count again.
    """
    names = catalog.find_pipelines(connection, pipelines)
    pairs = [(names[used], partition) for used in names for partition in removed.get(used, ())]
    given = {
        "pipelines": list(names.values()),
        "instance_id": arguments.text(instance_id, "instance_id"),
        "names": [name for name, _ in pairs],
        "partitions": [partition for _, partition in pairs],
    }
    return sum(connection.execute(statement, given).rowcount for statement in (MARK, MARK_RESULTS, MARK_UNFILLED))
