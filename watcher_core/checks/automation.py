"""The check of assets that Dagster's automation was to make, and did not.

`eager` forgets a change of the upstream that comes between a run of the asset and the next tick of its sensor, and
neither `eager` nor `on_missing` makes an asset that was missing when the condition was first evaluated. Dagster takes
both for settled. So the times are compared here: an asset is found where its upstream has been newer for `PATIENCE`, or
where it was never made although all of its upstream was.

That is so only where automation had its chance: its sensor runs, nothing of the asset or its upstream is queued or
runs, and nothing of them has failed, for which there is another alert. Partitions are left out, as which of them are
due depends on their mapping. What is found stays so until the asset runs, or no automation makes it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from watcher_core import arguments, catalog, database, text, values
from watcher_core.checks import thresholds
from watcher_core.enums import AlertKind, AlertLevel
from watcher_core.values import Finding

# How long automation may take: its sensor ticks every 30 s, and runs wait in the queue.
PATIENCE: Final = dt.timedelta(minutes=15)
# After the newest of several upstreams, and after a run was last seen under way.
SETTLING: Final = dt.timedelta(minutes=5)
NAMED: Final = 3

DECLARE: Final = sa.text("""
    WITH declared AS (
        SELECT pipeline.id AS pipeline_id, given.condition, given.was_missing, given.is_held,
               ARRAY(SELECT jsonb_array_elements_text(given.upstream)) AS upstream
          FROM jsonb_to_recordset(CAST(:assets AS jsonb)) AS given (
                   pipeline_name text, condition text, upstream jsonb, was_missing boolean, is_held boolean)
          JOIN watcher.pipeline ON pipeline.name = given.pipeline_name
    ), gone AS (
        DELETE FROM watcher.pipeline_automation
         WHERE instance_id = :instance_id
           AND declared_by = :location
           AND pipeline_id NOT IN (SELECT pipeline_id FROM declared)
    )
    INSERT INTO watcher.pipeline_automation AS known
          (pipeline_id, instance_id, condition, upstream, was_missing, declared_by, since, held_at)
    SELECT pipeline_id, :instance_id, condition, upstream, was_missing, :location, :now, CASE WHEN is_held THEN :now END
      FROM declared
     ORDER BY pipeline_id
        ON CONFLICT (pipeline_id, instance_id) DO UPDATE
       SET condition   = excluded.condition,
           upstream    = excluded.upstream,
           was_missing = excluded.was_missing,
           declared_by = excluded.declared_by,
           held_at     = coalesce(excluded.held_at, known.held_at)
""")


def _of(pipeline: str, condition: str = "true", order: str = "start_date DESC") -> str:
    """One execution of a pipeline in the instance: its newest, where nothing else is asked for."""
    return f"""(SELECT execution.state, execution.start_date, execution.end_date, execution.scope
                  FROM watcher.pipeline_execution AS execution
                 WHERE execution.pipeline_id = {pipeline}
                   AND (execution.instance_id = due.instance_id OR execution.instance_id IS NULL)
                   AND {condition}
                 ORDER BY {order}
                 LIMIT 1)"""


# The first one that the asset has not read. It may have begun before the asset did.
NEWER: Final = _of(
    "pipeline.id",
    """execution.state = 'succeeded'
                   AND execution.start_date > coalesce(due.last_start, '-infinity') - interval '1 day'
                   AND execution.end_date > coalesce(due.last_start, '-infinity')""",
    "start_date",
)

# What is observed, and not made, has no executions.
FOUND: Final = f"""
    WITH automated AS (
        SELECT due.*, pipeline.name, type.name AS type_name, last.start_date AS last_start, last.end_date AS last_end,
               last.state AS last_state, last.start_date IS NULL AND due.was_missing AS is_missing,
               CAST(pipeline.pipeline_metadata -> 'owners' AS text) AS owners
          FROM watcher.pipeline_automation AS due
          JOIN watcher.pipeline ON pipeline.id = due.pipeline_id
          JOIN watcher.pipeline_type AS type ON type.id = pipeline.pipeline_type_id
          LEFT JOIN LATERAL {_of("due.pipeline_id")} AS last ON true
         WHERE {thresholds.is_checked("freshness", one=False)}
           AND NOT pipeline.pipeline_metadata ? 'partitions'
           AND last.state IS DISTINCT FROM 'running'
    ), compared AS (
        SELECT due.*, above.*
          FROM automated AS due
         CROSS JOIN LATERAL (
               SELECT count(pipeline.id) FILTER (WHERE good.end_date IS NOT NULL)
                          = cardinality(due.upstream) AS is_there,
                      coalesce(bool_or(newest.state IN ('running', 'failed')), false) AS is_busy,
                      coalesce(bool_or(newest.scope IS NOT NULL OR pipeline.pipeline_metadata ? 'partitions'), false)
                          AS is_partitioned,
                      max(good.end_date) AS newest_at,
                      min(newer.end_date) AS newer_at,
                      array_agg(pipeline.name ORDER BY newer.end_date, pipeline.name)
                          FILTER (WHERE newer.end_date IS NOT NULL) AS newer
                 FROM unnest(due.upstream) AS named (name)
                 JOIN watcher.pipeline ON pipeline.name = named.name
                 LEFT JOIN LATERAL {_of("pipeline.id")} AS newest ON true
                 LEFT JOIN LATERAL {_of("pipeline.id", "execution.state = 'succeeded'")} AS made ON true
                CROSS JOIN LATERAL (SELECT coalesce(made.end_date, pipeline.last_target_update) AS end_date) AS good
                 LEFT JOIN LATERAL {NEWER} AS first ON made.end_date > coalesce(due.last_start, '-infinity')
                CROSS JOIN LATERAL (
                      SELECT CASE WHEN made.end_date IS NOT NULL THEN first.end_date
                                  WHEN pipeline.last_target_update > coalesce(due.last_start, '-infinity')
                                  THEN pipeline.last_target_update END AS end_date) AS newer) AS above
    ), overdue AS (
        SELECT compared.*,
               coalesce(reported_for >= coalesce(last_start, '-infinity'), false) AS is_known,
               CASE WHEN is_missing THEN greatest(since, newest_at)
                    WHEN condition = 'eager' THEN greatest(newer_at, since, last_end) END AS due_at
          FROM compared
         WHERE is_missing
            OR newer_at IS NOT NULL
    )
    SELECT pipeline_id, name, type_name, owners, instance_id, condition, is_missing, newer, newer_at, last_start,
           due_at, NOT is_known AS is_new
      FROM overdue
     WHERE due_at IS NOT NULL
       AND (is_known
            OR (is_there
                AND NOT is_busy
                AND NOT is_partitioned
                AND last_state IS DISTINCT FROM 'failed'
                AND due_at < CAST(%(now)s AS timestamptz) - %(patience)s
                AND coalesce(newest_at < CAST(%(now)s AS timestamptz) - %(settling)s, true)
                AND coalesce(held_at < CAST(%(now)s AS timestamptz) - %(settling)s, true)))
     ORDER BY due_at, pipeline_id
"""

REPORTED: Final = """
    UPDATE watcher.pipeline_automation AS automation
       SET reported_for = found.due_at
      FROM unnest(CAST(%(ids)s AS bigint[]), CAST(%(instances)s AS text[]), CAST(%(due)s AS timestamptz[]))
               AS found (pipeline_id, instance_id, due_at)
     WHERE automation.pipeline_id = found.pipeline_id
       AND automation.instance_id = found.instance_id
"""


def declare_automation(
    session: Session,
    *,
    assets: Sequence[values.AutomatedAsset],
    location: str,
    instance_id: str,
    now: dt.datetime,
) -> None:
    """Record which assets of a code location automation is to make now; those of before are no longer watched.

    Args:
        session: The transaction.
        assets: Those whose sensor runs. A pipeline that is not known is passed by.
        location: The code location.
        instance_id: The Dagster instance that has loaded it.
        now: The time.
    """
    given: list[dict[str, Any]] = [
        {
            "pipeline_name": arguments.name(asset.pipeline_name, "pipeline_name"),
            "condition": arguments.text(asset.condition, "condition"),
            "upstream": {arguments.name(name, "upstream") for name in arguments.several(asset.upstream, "upstream")},
            "was_missing": arguments.flag(asset.was_missing, "was_missing"),
            "is_held": arguments.flag(asset.is_held, "is_held"),
        }
        for asset in assets
    ]
    names = catalog.current_pipeline_names(
        session, {name for asset in given for name in (asset["pipeline_name"], *asset["upstream"])}
    )
    for asset in given:
        asset["pipeline_name"] = names[asset["pipeline_name"]]
        asset["upstream"] = sorted({names[name] for name in asset["upstream"]})
    session.execute(
        DECLARE,
        {
            "assets": arguments.json_text(given),
            "location": arguments.text(location, "location"),
            "instance_id": arguments.text(instance_id, "instance_id"),
            "now": now,
        },
    )


def check_automation(session: Session, *, now: dt.datetime, dry_run: bool = False) -> list[Finding]:
    """Return the assets that automation was to make and did not, the longest overdue first.

    Args:
        session: The transaction.
        now: The check's time.
        dry_run: What is found stays new.
    """
    connection = database.driver(session)
    rows = connection.execute(FOUND, {"now": now, "patience": PATIENCE, "settling": SETTLING}).fetchall()
    new = [row for row in rows if row[-1]]
    if new and not dry_run:
        found = {"ids": [row[0] for row in new], "instances": [row[4] for row in new], "due": [row[-2] for row in new]}
        connection.execute(REPORTED, found)
    return [_finding(row, now) for row in rows]


def _finding(row: Sequence[Any], now: dt.datetime) -> Finding:
    pipeline_id, name, type_name, owners, instance_id, condition, is_missing, newer, newer_at, *rest = row
    last_start, due_at, is_new = rest
    return Finding(
        kind=AlertKind.MISSED,
        level=AlertLevel.WARNING,
        pipeline_id=pipeline_id,
        pipeline_name=name,
        pipeline_type_name=type_name,
        execution_id=None,
        new=is_new,
        deduplication_key=f"automation/{pipeline_id}/{instance_id}",
        at=now,
        owners=text.owners(owners),
        measured_from=last_start,
        due_at=due_at,
        details={
            "message": f"was never made: its condition {condition} does not make what was missing when it began"
            if is_missing
            else f"{_newer(newer)} newer since {text.clock(newer_at)}, and its condition {condition} did not make it",
            "advice": "materialize it once by hand; automation goes on from there",
            "upstream": list(newer or ())[:NAMED],
            "condition": condition,
        },
    )


def _newer(names: Sequence[str]) -> str:
    """As in `upstream orders is` or `upstream orders, customers and 2 more are`."""
    more = len(names) - NAMED
    named = ", ".join(names[:NAMED]) + (f" and {more:,} more" if more > 0 else "")
    return f"upstream {named} {'is' if len(names) == 1 else 'are'}"
