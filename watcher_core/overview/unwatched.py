"""Pipelines about which nobody would be notified."""

from __future__ import annotations

from watcher_core import catalog, values
from watcher_core.database import Driver
from watcher_core.overview.pipelines import PIPELINES, Filter

REMOVED, INACTIVE = "gone from the code", "switched off"
NO_FRESHNESS = "no freshness threshold, so that nobody notices when it stops"
MUTED_FRESHNESS, MUTED_FAILURES = "freshness is muted", "failures are muted"

# In this order.
REASONS = (NO_FRESHNESS, MUTED_FRESHNESS, MUTED_FAILURES, INACTIVE, REMOVED)

UNWATCHED = """
    WITH known AS MATERIALIZED (
        SELECT pipeline.name, pipeline.removed_at IS NOT NULL AS is_removed, pipeline.active,
               pipeline.active AND pipeline.removed_at IS NULL AS is_checked,
               coalesce(pipeline.freshness_number, type.freshness_number) IS NOT NULL AS has_freshness,
               {is_ad_hoc} AS is_ad_hoc,
               %(missed_alerts)s AND learned.cadence IS NOT NULL AS is_told_when_missed,
               pipeline.mute_freshness_check OR type.mute_freshness_check AS mutes_freshness,
               pipeline.mute_failure_check OR type.mute_failure_check AS mutes_failures
          FROM {pipelines}
          LEFT JOIN watcher.pipeline_cadence AS learned ON learned.pipeline_id = pipeline.id
         WHERE {condition}
    ), unwatched AS MATERIALIZED (
        SELECT name, %(removed)s AS reason FROM known WHERE is_removed
         UNION ALL
        SELECT name, %(inactive)s FROM known WHERE NOT active AND NOT is_removed
         UNION ALL
        SELECT name, %(no_freshness)s FROM known
         WHERE is_checked AND NOT has_freshness AND NOT is_ad_hoc AND (mutes_freshness OR NOT is_told_when_missed)
         UNION ALL
        SELECT name, %(muted_freshness)s FROM known WHERE is_checked AND has_freshness AND mutes_freshness
         UNION ALL
        SELECT name, %(muted_failures)s FROM known WHERE is_checked AND mutes_failures
    )
    SELECT reason, number,
           ARRAY(SELECT name FROM unwatched WHERE unwatched.reason = each.reason ORDER BY name LIMIT %(shown)s)
      FROM (SELECT reason, count(*) AS number FROM unwatched GROUP BY reason) AS each
"""
MOST_NAMES = 1_000_000


def unwatched_pipelines(
    connection: Driver, *, missed_alerts: bool, names: int | None = None, chosen: Filter | None = None
) -> list[values.UnwatchedPipelines]:
    """Return the pipelines that nobody watches, by reason; a pipeline may have several.

    Args:
        connection: The transaction.
        missed_alerts: Whether alerts are opened for pipelines that do not run when they usually do.
        names: How many are named for each reason; all by default.
        chosen: Of these pipelines only.
    """
    asked = chosen or Filter()
    given = {
        "missed_alerts": missed_alerts,
        "shown": MOST_NAMES if names is None else names,
        "removed": REMOVED,
        "inactive": INACTIVE,
        "no_freshness": NO_FRESHNESS,
        "muted_freshness": MUTED_FRESHNESS,
        "muted_failures": MUTED_FAILURES,
    }
    statement = UNWATCHED.format(
        is_ad_hoc=catalog.is_ad_hoc_job("pipeline.name"), pipelines=PIPELINES, condition=asked.condition
    )
    found = {reason: (count, named) for reason, count, named in connection.execute(statement, {**asked.given, **given})}
    return [
        values.UnwatchedPipelines(reason=reason, count=found[reason][0], names=tuple(found[reason][1] or ()))
        for reason in REASONS
        if reason in found
    ]
