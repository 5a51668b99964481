"""The queue of executions that are to be judged. Each statement that writes an execution adds to it.

It holds executions of pipelines that have rules, from when they succeed or are corrected until they are judged.
Pending executions are therefore found without reading history, and a new rule judges only executions from then on. The
queue may hold an execution more than once; judging it again finds that nothing has changed.

One process at a time judges a pipeline, since what it flags is part of the history that the next run is judged by.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from watcher_core import arguments, values
from watcher_core.database import OF_NAMES, Driver, pattern_of_names
from watcher_core.errors import NotFoundError

# How many pipelines one transaction holds at most.
MOST_PIPELINES = 100


def queued(executions: str) -> str:
    """Return a part of a statement's WITH that adds executions that have succeeded to the queue, if they have rules.

    Args:
        executions: What to select them from, with the columns `id` and `pipeline_id`, as in `written WHERE …`.
    """
    return f"""
    queued AS (
        INSERT INTO watcher.anomaly_pending (pipeline_id, pipeline_execution_id)
        SELECT pipeline_id, id
          FROM {executions}
           AND EXISTS (SELECT
                         FROM watcher.anomaly_detection_rule AS rule
                        WHERE rule.pipeline_id = {executions.split()[0]}.pipeline_id
                          AND rule.active)
    )"""


class Pending(NamedTuple):
    """An entry of the queue: an execution, and its place."""

    pipeline_id: int
    id: int
    execution_id: int


# Before the first entry.
BEGINNING = Pending(0, 0, 0)

HOLD = """
    SELECT pipeline_id, pg_advisory_xact_lock(hashtextextended('watcher.anomaly/' || pipeline_id, 0))
      FROM watcher.pipeline_execution
     WHERE id = %s
"""

# Steps from pipeline to pipeline by the index, so that the cost does not grow with the queue. It takes no more
# pipelines than it needs, so that other processes find some, too.
CLAIM = f"""
    WITH RECURSIVE waiting AS (
        (SELECT pipeline_id
           FROM watcher.anomaly_pending
          WHERE (pipeline_id, id) > (%(pipeline_id)s, %(id)s)
          ORDER BY pipeline_id
          LIMIT 1)
        UNION ALL
        SELECT (SELECT pipeline_id
                  FROM watcher.anomaly_pending
                 WHERE pipeline_id > waiting.pipeline_id
                 ORDER BY pipeline_id
                 LIMIT 1)
          FROM waiting
         WHERE waiting.pipeline_id IS NOT NULL
    ), near AS (
        SELECT pipeline_id FROM waiting WHERE pipeline_id IS NOT NULL LIMIT {MOST_PIPELINES}
    ), counted AS (
        SELECT pipeline_id, sum(executions) OVER (ORDER BY pipeline_id) - executions AS before
          FROM near
         CROSS JOIN LATERAL (SELECT count(*) AS executions
                               FROM (SELECT
                                       FROM watcher.anomaly_pending
                                      WHERE anomaly_pending.pipeline_id = near.pipeline_id
                                      LIMIT %(limit)s) AS oldest) AS theirs
    ), next AS MATERIALIZED (
        SELECT pipeline_id FROM counted WHERE before < %(limit)s
    )
    SELECT pipeline_id,
           pg_try_advisory_xact_lock(hashtextextended('watcher.anomaly/' || pipeline_id, 0)) AS is_ours
      FROM next
     ORDER BY pipeline_id
"""

# A separate statement, so that it sees what the former holders of the locks have committed.
TAKE = """
    SELECT pipeline_id, id, pipeline_execution_id
      FROM watcher.anomaly_pending
     WHERE pipeline_id = ANY(%(pipeline_ids)s)
       AND (pipeline_id, id) > (%(pipeline_id)s, %(id)s)
     ORDER BY pipeline_id, id
     LIMIT %(limit)s
"""

DONE = """
    DELETE FROM watcher.anomaly_pending
     USING unnest(CAST(%(pipeline_ids)s AS bigint[]), CAST(%(ids)s AS bigint[])) AS done (pipeline_id, id)
     WHERE anomaly_pending.pipeline_id = done.pipeline_id
       AND anomaly_pending.id = done.id
"""

REMOVE = "DELETE FROM watcher.anomaly_pending WHERE pipeline_id = %s AND pipeline_execution_id = %s"

UNJUDGED = """
    SELECT count(*), min(execution.updated_at)
      FROM (SELECT DISTINCT pipeline_execution_id AS id FROM watcher.anomaly_pending) AS pending
      JOIN watcher.pipeline_execution AS execution USING (id)
"""
UNJUDGED_OF_NAMES = f"{UNJUDGED} WHERE {OF_NAMES.format('execution.pipeline_id')}"


class Claim(NamedTuple):
    """A part of the queue that this transaction judges.

    Attributes:
        taken: Its entries, by pipeline, oldest first; empty if other processes judge all of it.
        next: Where the next part begins; `None` if this was the last.
    """

    taken: list[Pending]
    next: Pending | None


def hold_pipeline(connection: Driver, *, execution_id: int) -> int:
    """Prevent other processes from judging the pipeline of an execution until the transaction ends.

    Waits for a process that judges it now.

    Returns:
        The pipeline's id.

    Raises:
        NotFoundError: There is no such execution.
    """
    found = connection.execute(HOLD, (arguments.identifier(execution_id, "execution_id"),)).fetchone()
    if found is None:
        raise NotFoundError("execution", execution_id)
    return int(found[0])


def claim(connection: Driver, *, after: Pending, limit: int) -> Claim:
    """Take pending executions of pipelines that no other process judges right now.

    Args:
        connection: The transaction, which holds the pipelines until it ends.
        after: Where the part before this one ended.
        limit: How many executions at most.
    """
    found = connection.execute(CLAIM, {**after._asdict(), "limit": limit}).fetchall()
    ours = [pipeline_id for pipeline_id, is_ours in found if is_ours]
    rows = connection.execute(TAKE, {**after._asdict(), "pipeline_ids": ours, "limit": limit}) if ours else ()
    taken = [Pending(*row) for row in rows]
    if len(taken) == limit:
        return Claim(taken, taken[-1])
    # The next part begins after the last of these pipelines; if there was none, the queue is empty.
    return Claim(taken, Pending(found[-1][0] + 1, 0, 0) if found else None)


def remove(connection: Driver, taken: Sequence[Pending]) -> None:
    """Remove entries that have been judged. Entries that were added in the meantime stay."""
    given = {"pipeline_ids": [each.pipeline_id for each in taken], "ids": [each.id for each in taken]}
    connection.execute(DONE, given)


def remove_execution(connection: Driver, *, pipeline_id: int, execution_id: int) -> None:
    """Remove an execution that is about to be judged. Entries that are added from now on stay."""
    connection.execute(REMOVE, (pipeline_id, execution_id))


def has_pending(connection: Driver) -> bool:
    """Return whether any execution is pending."""
    found = connection.execute("SELECT EXISTS (SELECT FROM watcher.anomaly_pending)").fetchone()
    return bool(found and found[0])


def unjudged_executions(connection: Driver, *, names: str | None = None) -> values.UnjudgedExecutions:
    """Return how many executions are pending, and since when; with `names`, of pipelines that have such a name."""
    statement = UNJUDGED if names is None else UNJUDGED_OF_NAMES
    count, since = connection.execute(statement, {"names": pattern_of_names(names)}).fetchone() or (0, None)
    return values.UnjudgedExecutions(count=count, since=since)
