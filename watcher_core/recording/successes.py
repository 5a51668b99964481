"""What has come of executions since somebody last looked: for who reports each success on, once.

Whoever looks keeps a position, which is an id. An execution gets its id when it starts, so the position says nothing of
those that were not over then: these are asked for again by their own ids. A transaction that is not committed yet may
hold an id below others that can be seen, so that the position stays behind what is newer than `SETTLED`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Final

from watcher_core import values
from watcher_core.database import Driver
from watcher_core.recording.lookup import COLUMNS, execution_of

SETTLED: Final = dt.timedelta(minutes=10)

# The newest execution that is old enough that none with a smaller id can come up any more.
POSITION: Final = """
    SELECT id
      FROM watcher.pipeline_execution
     WHERE id > %(after)s
       AND created_at < statement_timestamp() - %(settled)s
     ORDER BY id DESC
     LIMIT 1
"""

NEWS: Final = f"""
    WITH wanted AS (
        SELECT id
          FROM watcher.pipeline_execution
         WHERE id > %(after)s
           AND pipeline_id = ANY(%(pipeline_ids)s)
         UNION
        SELECT id
          FROM watcher.pipeline_execution
         WHERE id = ANY(%(also)s)
           AND pipeline_id = ANY(%(pipeline_ids)s)
         UNION
        SELECT id
          FROM watcher.pipeline_execution
         WHERE state = 'running'
           AND pipeline_id = ANY(%(pipeline_ids)s)
         UNION
        SELECT newest.id
          FROM unnest(CAST(%(newest_of)s AS bigint[])) AS pipeline (id)
         CROSS JOIN LATERAL (SELECT execution.id
                               FROM watcher.pipeline_execution AS execution
                              WHERE execution.pipeline_id = pipeline.id
                                AND execution.state = 'succeeded'
                              ORDER BY coalesce(execution.logical_date, execution.start_date) DESC
                              LIMIT 1) AS newest
    )
    SELECT {COLUMNS}
      FROM watcher.pipeline_execution AS execution
     WHERE execution.id IN (SELECT id FROM wanted)
     ORDER BY execution.end_date, execution.id
"""


def executions_since(
    connection: Driver,
    *,
    pipeline_ids: Mapping[str, int],
    after: int,
    also: Collection[int] = (),
    known: Collection[int] = (),
) -> values.ExecutionsSince:
    """Return the executions of some pipelines that are new or may have changed, in the order of their ends.

    Args:
        connection: The connection.
        pipeline_ids: Of which pipelines, by the names that are used for them.
        after: The position; those with a higher id are new. 0 at first: then all that is older than `SETTLED` is
            history, of which there may be years.
        also: The ids of others that are wanted. Those that run are returned in any case.
        known: The pipelines that were asked for last time. Of others the newest success is returned in any case.
    """
    found = connection.execute(POSITION, {"after": after, "settled": SETTLED}).fetchone()
    position = after if found is None else int(found[0])
    wanted = {
        "after": after or position,
        "pipeline_ids": sorted(set(pipeline_ids.values())),
        "also": list(also),
        "newest_of": sorted(set(pipeline_ids.values()).difference(known)),
    }
    rows = connection.execute(NEWS, wanted).fetchall()
    return values.ExecutionsSince(
        executions=tuple(execution_of(row) for row in rows),
        after=position,
        pipeline_ids=dict(pipeline_ids),
    )
