"""Pipelines about which nobody would be notified."""

from __future__ import annotations

from sqlalchemy.orm import Session

from watcher_core import database, values
from watcher_core.overview.pipelines import PIPELINES, Filter

REMOVED, INACTIVE = "gone from the code", "switched off"
NO_FRESHNESS = "no freshness threshold: that it stops is not noticed"
MUTED_FRESHNESS, MUTED_FAILURES = "freshness is muted", "failures are muted"

# In this order.
REASONS = (NO_FRESHNESS, MUTED_FRESHNESS, MUTED_FAILURES, INACTIVE, REMOVED)

UNWATCHED = """
    WITH unwatched AS MATERIALIZED (
        SELECT name, reason
          FROM (SELECT pipeline.name, pipeline.removed_at IS NOT NULL AS is_removed, pipeline.active,
                       coalesce(pipeline.freshness_number, type.freshness_number) IS NOT NULL AS has_freshness,
                       pipeline.mute_freshness_check OR type.mute_freshness_check AS mutes_freshness,
                       pipeline.mute_failure_check OR type.mute_failure_check AS mutes_failures
                  FROM {pipelines}
                 WHERE {condition}) AS known
         CROSS JOIN LATERAL (VALUES
                   (%(removed)s, is_removed),
                   (%(inactive)s, NOT active AND NOT is_removed),
                   (%(no_freshness)s, NOT has_freshness AND active AND NOT is_removed),
                   (%(muted_freshness)s, has_freshness AND mutes_freshness AND active AND NOT is_removed),
                   (%(muted_failures)s, mutes_failures AND active AND NOT is_removed)) AS why (reason, holds)
         WHERE holds
    )
    SELECT reason, number,
           ARRAY(SELECT name FROM unwatched WHERE unwatched.reason = each.reason ORDER BY name LIMIT %(names)s)
      FROM (SELECT reason, count(*) AS number FROM unwatched GROUP BY reason) AS each
"""
MOST_NAMES = 1_000_000


def unwatched_pipelines(
    session: Session, *, names: int | None = None, chosen: Filter | None = None
) -> list[values.UnwatchedPipelines]:
    """Return the pipelines that nobody watches, by reason; a pipeline may have several.

    Args:
        session: The transaction.
        names: How many are named for each reason; all by default.
        chosen: Of these pipelines only.
    """
    asked = chosen or Filter()
    given = {
        "names": MOST_NAMES if names is None else names,
        "removed": REMOVED,
        "inactive": INACTIVE,
        "no_freshness": NO_FRESHNESS,
        "muted_freshness": MUTED_FRESHNESS,
        "muted_failures": MUTED_FAILURES,
    }
    statement = UNWATCHED.format(pipelines=PIPELINES, condition=asked.condition)
    found = {
        reason: (count, named)
        for reason, count, named in database.driver(session).execute(statement, {**asked.given, **given})
    }
    return [
        values.UnwatchedPipelines(reason=reason, count=found[reason][0], names=tuple(found[reason][1] or ()))
        for reason in REASONS
        if reason in found
    ]
