"""Failures that nobody has fixed: pipelines whose newest execution that ended has failed, by their error.

A run in which all that failed has been made good since, elsewhere, is fixed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from watcher_core import alerts, catalog, masking, text, values
from watcher_core.database import Driver
from watcher_core.overview.pipelines import PIPELINES, STANDS, last_executions

MOST_ERRORS = 1_000
MOST_PIPELINES = 1_000
MESSAGE_CHARACTERS = 500
# What says nothing of an error.
UNKNOWN = "no reason is known"

# An execution that runs, or was skipped or canceled since, has fixed nothing.
FAILURES = f"""
    WITH {{last}}, failing AS MATERIALIZED (
        SELECT last.pipeline_id, last.id
          FROM last
          JOIN watcher.pipeline ON pipeline.id = last.pipeline_id
         WHERE pipeline.active
           AND pipeline.removed_at IS NULL
           AND last.state = 'failed'
           AND {STANDS}
    ), found AS MATERIALIZED (
        SELECT failing.pipeline_id, failing.id, execution.end_date, execution.error_class, execution.message
          FROM failing
         CROSS JOIN LATERAL (SELECT end_date,
                                    left(execution_metadata #>> '{{error,class}}', 200) AS error_class,
                                    left(execution_metadata #>> '{{error,message}}', 4000) AS message
                               FROM watcher.pipeline_execution
                              WHERE id = failing.id
                             OFFSET 0) AS execution -- by its key: few have failed, which the planner cannot know
    )
    SELECT found.pipeline_id, pipeline.name, type.name, {catalog.OWNERS}, found.id, found.end_date, error_class,
           message, watcher.same_error(message) AS said,
           (SELECT end_date
              FROM watcher.pipeline_execution AS good
             WHERE good.pipeline_id = found.pipeline_id
               AND good.state = 'succeeded'
             ORDER BY coalesce(good.logical_date, good.start_date) DESC
             LIMIT 1),
           -- A run of a job fails by what it ran, whose alert says so; that may be another job.
           coalesce((SELECT min(id)
                       FROM watcher.alert
                      WHERE alert.pipeline_id = found.pipeline_id
                        AND alert.kind = 'failure'
                        AND alert.state <> 'resolved'),
                    (WITH RECURSIVE part AS (
                         SELECT id, pipeline_id
                           FROM watcher.pipeline_execution
                          WHERE parent_id = found.id
                            AND state = 'failed'
                          UNION
                         SELECT below.id, below.pipeline_id
                           FROM part
                           JOIN watcher.pipeline_execution AS below ON below.parent_id = part.id
                          WHERE below.state = 'failed'
                     )
                     SELECT min(alert.id)
                       FROM part
                       JOIN watcher.alert ON alert.pipeline_id = part.pipeline_id
                      WHERE alert.kind = 'failure'
                        AND alert.state <> 'resolved'))
      FROM found
      JOIN {PIPELINES} ON pipeline.id = found.pipeline_id
     ORDER BY found.end_date DESC, found.id DESC
"""


def read_unfixed(connection: Driver, *, most: int, pipelines: int) -> list[values.UnfixedError]:
    """Return the errors of pipelines that fail, those of the most pipelines first.

    Args:
        connection: The transaction.
        most: At most so many errors.
        pipelines: At most so many pipelines of each.
    """
    last = last_executions(connection, "id, state", condition="state IN ('succeeded', 'failed')")
    groups: dict[tuple[str | None, str], list[Sequence[Any]]] = {}
    for row in connection.execute(FAILURES.replace("{last}", last)):
        groups.setdefault((row[6], row[8] or ""), []).append(row)
    ordered = sorted(groups.items(), key=lambda item: -len(item[1]))  # stable: of equal ones, the newest first
    return [_error(key, rows, pipelines) for key, rows in ordered[:most]]


def _error(key: tuple[str | None, str], rows: list[Sequence[Any]], pipelines: int) -> values.UnfixedError:
    error_class, said = key
    newest, *_ = shown = [_pipeline(row) for row in rows[:pipelines]]
    return values.UnfixedError(
        fingerprint=hashlib.sha256(f"{error_class or ''}/{said}".encode()).hexdigest()[:16],
        error_class=error_class or None,
        message=newest.message,
        first_at=rows[-1][5],
        last_at=rows[0][5],
        count=len(rows),
        pipelines=tuple(shown),
    )


def _pipeline(row: Sequence[Any]) -> values.UnfixedPipeline:
    pipeline_id, name, type_name, owners, execution_id, failed_at, error_class, message, _, last_success, alert_id = row
    return values.UnfixedPipeline(
        pipeline_id=pipeline_id,
        pipeline_name=name,
        pipeline_type_name=type_name,
        owners=text.parse_owners(owners),
        execution_id=execution_id,
        failed_at=failed_at,
        last_success_at=last_success,
        alert_id=alert_id,
        message=masking.mask_text(alerts.reason(message))[:MESSAGE_CHARACTERS] or error_class or UNKNOWN,
    )
