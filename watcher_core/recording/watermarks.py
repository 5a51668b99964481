"""How far a pipeline has got: its watermark, and when its data last changed.

Both move with successful executions only; how a person sets the watermark is in `rewinds`.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence

from psycopg.rows import dict_row

from watcher_core.database import Driver

logger = logging.getLogger("watcher.progress")

# When an execution changed its pipeline's data. A change that was not counted is a change of unknown kind: an update.
# Zero rows are no change, nor is a load that may have found none.
CHANGES = """
    CASE WHEN inserts > 0 THEN end_date END      AS last_insert,
    CASE WHEN updates > 0
           OR num_nonnulls(inserts, updates, soft_deletes) = 0 AND coalesce(total_rows, 1) > 0
          AND NOT execution_metadata @> '{"may_be_no_change": true}'
         THEN end_date END                       AS last_update,
    CASE WHEN soft_deletes > 0 THEN end_date END AS last_soft_delete"""

# What success does to a pipeline: a part of a statement's WITH, behind a `succeeded` with one row a pipeline. Where
# that `compares`, the watermark moves to the execution's own next watermark, by compare-and-set. That takes no lock
# beforehand: an UPDATE that had to wait for another one works on the row as that one left it, so two that end at once
# take turns.
SETTLED = """
    settled AS (
        UPDATE watcher.pipeline
           SET watermark               = CASE WHEN compares AND pipeline.watermark IS NOT DISTINCT FROM started_from
                                              THEN reached ELSE pipeline.watermark END,
               last_target_insert      = greatest(last_target_insert, last_insert),
               last_target_update      = greatest(last_target_update, last_update),
               last_target_soft_delete = greatest(last_target_soft_delete, last_soft_delete),
               load_lineage            = false
          FROM succeeded
         WHERE pipeline.id = succeeded.pipeline_id
        RETURNING pipeline.id AS pipeline_id, pipeline.name AS pipeline_name, pipeline.watermark, reached,
                  compares AND reached IS DISTINCT FROM pipeline.watermark AS conflict
    )"""

SETTLE_MANY = f"""
    WITH changed AS (
        SELECT pipeline_id, {CHANGES}
          FROM watcher.pipeline_execution
         WHERE id = ANY(%(execution_ids)s)
    ), succeeded AS (
        SELECT pipeline_id, max(last_insert) AS last_insert, max(last_update) AS last_update,
               max(last_soft_delete) AS last_soft_delete, false AS compares, NULL AS started_from, NULL AS reached
          FROM changed
         GROUP BY pipeline_id
    ), {SETTLED}
    SELECT count(*) FROM settled
"""

SETTLE_ONE = f"""
    WITH succeeded AS (
        SELECT pipeline_id, {CHANGES}, true AS compares, watermark AS started_from, next_watermark AS reached
          FROM watcher.pipeline_execution
         WHERE id = %(execution_id)s
    ), {SETTLED}
    SELECT pipeline_id, pipeline_name, watermark, reached AS next_watermark FROM settled WHERE conflict
"""

# In the order of their names, as everywhere, so that callers at once wait for each other and never in a circle.
LOCK_PIPELINES = """
    SELECT id
      FROM watcher.pipeline
     WHERE id IN (SELECT pipeline_id FROM watcher.pipeline_execution WHERE id = ANY(%(execution_ids)s))
     ORDER BY name COLLATE "C"
       FOR NO KEY UPDATE
"""

# A person has set the watermark since that execution started, which moves it no more then.
REWOUND = """
           EXISTS (SELECT
                     FROM watcher.watermark_event AS rewound
                    WHERE rewound.pipeline_id = reached.pipeline_id
                      AND rewound.kind = 'rewind'
                      AND rewound.created_at > reached.start_date)"""

# An execution with a logical date (a partition) moves the watermark only where no later one has succeeded, so that
# backfills never move it back. An earlier statement of the same transaction has locked the pipeline's row: this one
# sees whatever was committed by those that had the lock before.
MOVE_BY_LOGICAL_DATE = f"""
    WITH reached AS (
        SELECT DISTINCT ON (pipeline_id) pipeline_id, logical_date, start_date, next_watermark
          FROM watcher.pipeline_execution
         WHERE id = ANY(%(execution_ids)s)
           AND logical_date IS NOT NULL
           AND next_watermark IS NOT NULL
         ORDER BY pipeline_id, logical_date DESC, end_date DESC, id DESC
    )
    UPDATE watcher.pipeline
       SET watermark = reached.next_watermark
      FROM reached
     WHERE pipeline.id = reached.pipeline_id
       AND NOT EXISTS (SELECT 1
                         FROM watcher.pipeline_execution AS later
                        WHERE later.pipeline_id = reached.pipeline_id
                          AND later.state = 'succeeded'
                          AND later.logical_date > reached.logical_date)
       AND NOT {REWOUND}
"""


# An execution that was first recorded after its end did not start from a watermark of ours. It moves the pipeline's
# watermark unless one that started later has moved it, or a person has set it since: it never moves it back.
MOVE_BY_START_DATE = f"""
    WITH reached AS (
        SELECT DISTINCT ON (pipeline_id) pipeline_id, id, start_date, next_watermark
          FROM watcher.pipeline_execution
         WHERE id = ANY(%(execution_ids)s)
           AND logical_date IS NULL
           AND next_watermark IS NOT NULL
         ORDER BY pipeline_id, start_date DESC, id DESC
    )
    UPDATE watcher.pipeline
       SET watermark = reached.next_watermark
      FROM reached
     WHERE pipeline.id = reached.pipeline_id
       AND NOT EXISTS (SELECT 1
                         FROM watcher.pipeline_execution AS later
                        WHERE later.pipeline_id = reached.pipeline_id
                          AND later.state = 'succeeded'
                          AND later.next_watermark IS NOT NULL
                          AND later.start_date > reached.start_date)
       AND NOT {REWOUND}
"""

# An execution that is recorded while it runs starts from the watermark that those recorded with it have left.
TAKE_WATERMARKS = """
    UPDATE watcher.pipeline_execution AS execution
       SET watermark = pipeline.watermark
      FROM watcher.pipeline
     WHERE pipeline.id = execution.pipeline_id
       AND execution.id = ANY(%(execution_ids)s)
       AND execution.watermark IS DISTINCT FROM pipeline.watermark
"""

CONFLICT = """
    INSERT INTO watcher.watermark_event
          (pipeline_id, pipeline_execution_id, kind, old_watermark, new_watermark, created_at)
    VALUES (%(pipeline_id)s, %(execution_id)s, 'conflict', %(watermark)s, %(next_watermark)s, %(now)s)
"""


def lock_pipelines(connection: Driver, *, execution_ids: Sequence[int]) -> None:
    """Hold the pipelines of these executions until the transaction ends, before several of them are settled."""
    connection.execute(LOCK_PIPELINES, {"execution_ids": list(execution_ids)})


def settle(connection: Driver, *, execution_ids: Sequence[int]) -> None:
    """Move the times of the last changes on, as executions that have just succeeded say. Watermarks stay."""
    connection.execute(SETTLE_MANY, {"execution_ids": list(execution_ids)})


def compare_watermark(connection: Driver, *, execution_id: int, now: dt.datetime) -> None:
    """Move the watermark on to what an execution that has just succeeded has reached, if it is where that started."""
    with connection.cursor(row_factory=dict_row) as cursor:
        conflict = cursor.execute(SETTLE_ONE, {"execution_id": execution_id}).fetchone()
    if conflict is not None:
        report_conflict(connection, **conflict, execution_id=execution_id, now=now)


def move_by_logical_date(connection: Driver, *, execution_ids: Sequence[int]) -> None:
    """Move watermarks on to what executions with a logical date have reached. Their pipelines are locked already."""
    connection.execute(MOVE_BY_LOGICAL_DATE, {"execution_ids": list(execution_ids)})


def move_by_start_date(connection: Driver, *, execution_ids: Sequence[int]) -> None:
    """Move watermarks to those of executions that were recorded late. Their pipelines are locked already."""
    connection.execute(MOVE_BY_START_DATE, {"execution_ids": list(execution_ids)})


def take_watermarks(connection: Driver, *, execution_ids: Sequence[int]) -> None:
    """Let executions that run take the watermark with them as it stands now."""
    connection.execute(TAKE_WATERMARKS, {"execution_ids": list(execution_ids)})


def report_conflict(
    connection: Driver,
    *,
    pipeline_id: int,
    pipeline_name: str,
    execution_id: int,
    next_watermark: str | None,
    watermark: str | None,
    now: dt.datetime,
) -> None:
    """Put on record that an execution could not move the watermark."""
    log_conflict(
        pipeline_name=pipeline_name, execution_id=execution_id, next_watermark=next_watermark, watermark=watermark
    )
    given = {
        "pipeline_id": pipeline_id,
        "execution_id": execution_id,
        "watermark": watermark,
        "next_watermark": next_watermark,
        "now": now,
    }
    connection.execute(CONFLICT, given)


def log_conflict(*, pipeline_name: str, execution_id: int, next_watermark: str | None, watermark: str | None) -> None:
    """Log that an execution could not move the watermark."""
    logger.warning(
        "pipeline %r: execution %d was to move the watermark to %r, but another had moved it to %r since it started; "
        "it stays there",
        pipeline_name,
        execution_id,
        next_watermark,
        watermark,
    )
