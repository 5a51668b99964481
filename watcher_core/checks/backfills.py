"""Backfills of which something failed, or that were given up, or have stopped: one finding for each.

The recorder says how far a backfill has got. Of one that has ended it says no more: what is wrong then is kept by its
alert, until later executions have made it good:

- Where partitions failed: until none of the failures of its runs stands; see `failures` for what takes one back.
- Where it was canceled or given up, also: until the partitions that were not filled and that the alert names succeed.
  Those that are gone from the code count no more; see `partitions`.

Dagster counts a partition whose run was canceled as failed. Here it has not run: no failure of it could be made good.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from watcher_core import arguments, catalog, masking, text
from watcher_core.checks import thresholds
from watcher_core.checks.failing import taken_back
from watcher_core.checks.failures import MOST_CHARACTERS, MOST_NAMED
from watcher_core.enums import AlertKind, AlertLevel, ExecutionState
from watcher_core.values import BackfillRecord, Finding

KEY: Final = "failure/backfill/"

# In the facts of an alert: of what was not filled, what is gone from the code, as pairs of a pipeline and a partition.
UNFILLED_REMOVED: Final = "unfilled_removed"

# Assets of a backfill whose failures are looked at.
MOST_PIPELINES: Final = 1_000

# Of several assets, the one that its alert is about already, else the first that has failed since.
PIPELINE: Final = sa.text(f"""
    SELECT pipeline.id, pipeline.name, type.name AS type_name,
           CAST(pipeline.pipeline_metadata -> 'owners' AS text) AS owners,
           NOT EXISTS (SELECT
                         FROM watcher.alert
                        WHERE alert.deduplication_key = :key
                          AND alert.resolved_by_hand) AS is_new
      FROM watcher.pipeline
      JOIN watcher.pipeline_type AS type ON type.id = pipeline.pipeline_type_id
     WHERE pipeline.name = ANY(:names)
       AND {thresholds.is_checked("failure", one=False)}
     ORDER BY EXISTS (SELECT
                        FROM watcher.alert
                       WHERE alert.deduplication_key = :key
                         AND alert.state <> 'resolved'
                         AND alert.pipeline_id = pipeline.id) DESC,
              EXISTS (SELECT
                        FROM watcher.pipeline_execution AS failed
                       WHERE failed.pipeline_id = pipeline.id
                         AND failed.state = 'failed'
                         AND failed.end_date >= :requested_at) DESC,
              pipeline.name
     LIMIT 1
""")

# The partitions that have failed in a backfill, by its executions; an asset without partitions by its name. A run's
# scope is its selection and its partition, that of an asset the partition alone. The last of these executions says why:
# that of an asset, where there is one, rather than that of its run.
FAILED: Final = sa.text("""
    WITH failed AS MATERIALIZED (
        SELECT failed.*, pipeline.name
          FROM watcher.pipeline
          JOIN watcher.pipeline_execution AS failed ON failed.pipeline_id = pipeline.id
          LEFT JOIN watcher.pipeline_execution AS run ON run.id = failed.parent_id
         WHERE pipeline.name = ANY(:names)
           AND failed.state = 'failed'
           AND coalesce(failed.instance_id, :instance_id) = :instance_id
           -- The clocks of hosts differ.
           AND failed.end_date >= CAST(:requested_at AS timestamptz) - interval '1 hour'
           AND coalesce(run.execution_metadata, failed.execution_metadata) #>> '{tags,dagster/backfill}' = :backfill_id
    )
    SELECT ARRAY(SELECT DISTINCT coalesce(regexp_replace(nullif(scope, ''), '^(all|[0-9a-f]{16})/', ''), name)
                   FROM failed) AS names,
           last.id, left(last.metadata #>> '{error,message}', :most_characters) AS error,
           left(last.metadata #>> '{error,class}', :most_characters) AS error_class,
           CASE WHEN last.metadata ? 'step_key' THEN jsonb_build_array(last.metadata -> 'step_key')
                ELSE last.metadata -> 'failed_steps' END AS steps
      FROM (SELECT id, watcher.full_metadata(source, external_id, execution_metadata) AS metadata
              FROM failed
             ORDER BY parent_id IS NULL, end_date DESC, id DESC
             LIMIT 1) AS last
""")

# A run's scope is its selection and its partition, that of an asset the partition alone.
STANDING: Final = sa.text(f"""
    WITH known AS MATERIALIZED (
        SELECT alert.deduplication_key, alert.pipeline_id, alert.facts, alert.facts ->> 'backfill' AS backfill_id,
               CAST(alert.facts ->> 'measured_from' AS timestamptz) AS requested_at
          FROM watcher.alert
         WHERE alert.kind = 'failure'
           AND alert.state <> 'resolved'
           AND alert.deduplication_key LIKE '{KEY}%'
    ), watched AS MATERIALIZED (
        SELECT DISTINCT pipeline.id
          FROM known
         CROSS JOIN LATERAL jsonb_array_elements_text((known.facts -> 'pipelines') || (known.facts -> 'run_pipelines'))
               AS filled (name)
          JOIN watcher.pipeline ON pipeline.id = {catalog.id_by_name("filled.name")}
    ), failed AS MATERIALIZED (
        SELECT failed.*, coalesce(run.execution_metadata, failed.execution_metadata)
                         #>> '{{tags,dagster/backfill}}' AS backfill_id
          FROM watched
          JOIN watcher.pipeline_execution AS failed ON failed.pipeline_id = watched.id
          LEFT JOIN watcher.pipeline_execution AS run ON run.id = failed.parent_id
         WHERE failed.state = 'failed'
           AND NOT {catalog.is_of_removed_partition("failed.execution_metadata")}
           -- The clocks of hosts differ.
           AND failed.end_date >= (SELECT min(requested_at) FROM known) - interval '1 hour'
           AND NOT EXISTS (SELECT
                             FROM watcher.pipeline_execution AS part
                            WHERE part.parent_id = failed.id
                              AND part.state = 'failed')
    )
    SELECT known.deduplication_key
      FROM known
      JOIN watcher.pipeline ON pipeline.id = known.pipeline_id
      JOIN watcher.pipeline_type AS type ON type.id = pipeline.pipeline_type_id
     WHERE {thresholds.is_checked("failure", one=False)}
       AND (known.facts ->> 'backfill_state' = 'running'
            OR EXISTS (SELECT
                         FROM failed
                        WHERE failed.backfill_id = known.backfill_id
                          AND coalesce(failed.instance_id, '') = known.facts ->> 'instance_id'
                          AND NOT {taken_back("failed")})
            OR EXISTS (SELECT
                         FROM jsonb_array_elements(known.facts -> 'unfilled') AS unfilled (part)
                        CROSS JOIN jsonb_array_elements_text(unfilled.part -> 'pipelines') AS filled (name)
                         JOIN watcher.pipeline AS target
                           ON target.id = {catalog.id_by_name("filled.name")}
                          AND target.removed_at IS NULL
                        CROSS JOIN jsonb_array_elements_text(unfilled.part -> 'partitions') AS missing (key)
                        WHERE NOT coalesce(known.facts -> '{UNFILLED_REMOVED}', '[]')
                                  @> jsonb_build_array(jsonb_build_array(filled.name, missing.key))
                          AND NOT EXISTS (SELECT
                                            FROM watcher.pipeline_execution AS good
                                           WHERE good.pipeline_id = target.id
                                             AND good.state = 'succeeded'
                                             AND coalesce(good.scope, '') IN (missing.key, 'all/' || missing.key, '')
                                             AND NOT good.execution_metadata ? 'partition_range'
                                             AND good.end_date >= known.requested_at)))
""")


def deduplication_key(backfill_id: str, instance_id: str) -> str:
    """Return the key of the alert about a backfill."""
    return f"{KEY}{instance_id}/{backfill_id}"


def find_backfills(
    session: Session, *, records: Sequence[BackfillRecord], instance_id: str, now: dt.datetime
) -> list[Finding]:
    """Return a finding for each of these backfills with which something is wrong.

    Those of pipelines that are inactive, or muted for failures, are left out.

    Args:
        session: The transaction.
        records: What has changed of backfills.
        instance_id: The Dagster instance that they are of.
        now: The time.
    """
    found = []
    for given_record in records:
        if not given_record.is_wrong or not given_record.pipeline_names:
            continue
        named = _with_current_names(session, given_record)
        last = _last_failure(session, named, instance_id) if named.failed_partitions else None
        # Those partitions alone in which something has failed; what was canceled has not run.
        known = set() if last is None else set(last.names)
        failed = tuple(name for name in named.failed_partitions if name in known)
        record = replace(named, failed_partitions=failed)
        if not record.is_wrong:
            continue
        names = [arguments.name(name, "pipeline_names") for name in record.pipeline_names]
        catalog.ensure_pipelines(session, types_by_name=dict.fromkeys(names, record.pipeline_type_name), now=now)
        key = deduplication_key(arguments.text(record.backfill_id, "backfill_id"), instance_id)
        given = {"names": names, "key": key, "requested_at": record.requested_at}
        row = session.execute(PIPELINE, given).one_or_none()
        if row is not None:
            found.append(_finding(record, row, last if failed else None, key, instance_id, now))
    return found


def standing_backfills(session: Session) -> list[str]:
    """Return the keys of the open alerts about backfills that nothing has made good yet."""
    return list(session.scalars(STANDING))


def _with_current_names(session: Session, record: BackfillRecord) -> BackfillRecord:
    """Dagster names pipelines as ever, also those that were renamed here; an asset without partitions has one so."""
    used = {*record.pipeline_names, *record.unfilled, *filter(None, [record.run_pipeline_name])}
    names = catalog.current_pipeline_names(session, used)
    of_whole = {name: names[name] for name in record.pipeline_names}
    return replace(
        record,
        pipeline_names=tuple(names[name] for name in record.pipeline_names),
        run_pipeline_name=None if record.run_pipeline_name is None else names[record.run_pipeline_name],
        failed_partitions=tuple(of_whole.get(partition, partition) for partition in record.failed_partitions),
        unfilled={
            names[name]: {names[name] if partition == name else partition for partition in partitions}
            for name, partitions in record.unfilled.items()
        },
    )


def _last_failure(session: Session, record: BackfillRecord, instance_id: str) -> Any:
    """What has failed in a backfill, as a row of `FAILED`; `None` where nothing has."""
    given = {
        "names": [*record.pipeline_names, *filter(None, [record.run_pipeline_name])],
        "instance_id": instance_id,
        "requested_at": record.requested_at,
        "backfill_id": record.backfill_id,
        "most_characters": MOST_CHARACTERS,
    }
    return session.execute(FAILED, given).one_or_none()


def _finding(record: BackfillRecord, row: Any, last: Any, key: str, instance_id: str, now: dt.datetime) -> Finding:
    failed, is_over = record.failed_partitions, record.state is not ExecutionState.RUNNING
    # Partitions that were not filled because others had failed are not what is to be mended.
    is_given_up = is_over and (record.state is ExecutionState.CANCELED or record.error is not None or not failed)
    missing = record.missing_partitions
    details: dict[str, Any] = {
        "backfill": record.backfill_id,
        "backfill_state": record.state.value,
        "instance_id": instance_id,
        "stopped": record.stopped or None,
        "progress_at": record.progress_at.isoformat(),
        "ended_at": None if record.ended_at is None else record.ended_at.isoformat(),
        "pipelines": list(record.pipeline_names[:MOST_PIPELINES]),
        "run_pipelines": [name for name in (record.run_pipeline_name,) if name is not None],
        "partition_count": record.partition_count,
        "succeeded_partition_count": record.succeeded_count,
        "failed_partition_count": len(failed),
        "failed_partitions": list(failed[:MOST_NAMED]),
        # Not `error`: of what fails with the same error elsewhere, a backfill is not the cause.
        "last_error": None if last is None else last.error,
        "last_error_class": None if last is None else last.error_class,
        "failed_steps": None if last is None else last.steps,
        "missing_partition_count": len(missing),
        "missing_partitions": list(missing[:MOST_NAMED]) if is_given_up else None,
        "unfilled": _unfilled(record, missing[:MOST_NAMED]) if is_given_up else None,
        "failing": len(failed) or None,
        "backfill_error": None if record.error is None else masking.beginning(record.error, MOST_CHARACTERS),
        "page": ["runs", "b", record.backfill_id],  # of Dagster's UI
    }
    stated = {name: value for name, value in details.items() if value is not None}
    return Finding(
        kind=AlertKind.FAILURE,
        level=AlertLevel.ERROR,
        pipeline_id=row.id,
        pipeline_name=row.name,
        pipeline_type_name=row.type_name,
        execution_id=None if last is None else last.id,
        new=row.is_new,
        deduplication_key=key,
        at=now,
        owners=text.owners(row.owners),
        measured_from=record.requested_at,
        details=arguments.json_object(stated, "details"),
    )


def _unfilled(record: BackfillRecord, named: Sequence[str]) -> list[dict[str, list[str]]]:
    """Of the partitions that the alert names, those that each pipeline lacks; pipelines that lack the same together."""
    found: dict[tuple[str, ...], list[str]] = {}
    for name in record.pipeline_names[:MOST_PIPELINES]:
        unfilled = frozenset(record.unfilled.get(name, ()))
        if partitions := tuple(filter(unfilled.__contains__, named)):
            found.setdefault(partitions, []).append(name)
    return [{"pipelines": names, "partitions": list(partitions)} for partitions, names in found.items()]
