"""Which executions are still to be judged: a queue that whoever writes an execution adds to, in the same transaction.

It holds executions of pipelines that have rules, from when they succeed, or are corrected, until they are judged. So
what is pending is found without a look at history, and a rule that is made later judges only what comes from then on.
One execution may be in it more than once; judging it again finds that there is nothing left to do.

One process at a time judges a pipeline: what it flags is part of the history that the next run is judged by.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from watcher_core import values
from watcher_core.database import Driver

# Pipelines that one transaction holds at most.
MOST_PIPELINES = 100


def queued(executions: str) -> str:
    """A part of a statement's WITH: those `executions`, which have succeeded, are pending where they have rules.

    Args:
        executions: What to select from, with `id` and `pipeline_id`, as in `written WHERE …`.
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
    """An execution in the queue, and its place there."""

    pipeline_id: int
    id: int
    execution_id: int


# Before everything.
QUEUE_BEGINNING = Pending(0, 0, 0)

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('watcher.anomaly/' || pipeline_id, 0))"

# From pipeline to pipeline by the index: as many steps as there are pipelines to take, however much waits. No more are
# taken than are needed, so that there is something left for others.
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

# A statement of its own: it sees what was committed by whoever had the locks before.
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


class Claim(NamedTuple):
    """A part of the queue that this transaction may judge.

    Attributes:
        taken: What is in it, by pipeline, oldest first; nothing where others judge all of it.
        reached: Where the next part begins; `None` where there is none.
    """

    taken: list[Pending]
    reached: Pending | None


def hold(connection: Driver, *, pipeline_id: int) -> None:
    """Let nobody else judge a pipeline until the transaction ends; wait for whoever does."""
    connection.execute(f"{LOCK} FROM (VALUES (CAST(%s AS bigint))) AS asked (pipeline_id)", (pipeline_id,))


def claim_pending(connection: Driver, *, after: Pending, limit: int) -> Claim:
    """Take pipelines that nobody judges right now, with what of theirs is pending.

    Args:
        connection: The transaction, which holds the pipelines until it ends.
        after: Where the part before this one ended.
        limit: Executions at most.
    """
    found = connection.execute(CLAIM, {**after._asdict(), "limit": limit}).fetchall()
    ours = [pipeline_id for pipeline_id, is_ours in found if is_ours]
    rows = connection.execute(TAKE, {**after._asdict(), "pipeline_ids": ours, "limit": limit}) if ours else ()
    taken = [Pending(*row) for row in rows]
    if len(taken) == limit:
        return Claim(taken, taken[-1])
    # After the last of these pipelines; where there was none, that was all.
    return Claim(taken, Pending(found[-1][0] + 1, 0, 0) if found else None)


def remove_judged(connection: Driver, taken: Iterable[Pending]) -> None:
    """Take out of the queue what has been judged. What has been added meanwhile stays."""
    over: Sequence[Pending] = list(taken)
    given = {"pipeline_ids": [each.pipeline_id for each in over], "ids": [each.id for each in over]}
    connection.execute(DONE, given)


def remove_pending(connection: Driver, *, pipeline_id: int, execution_id: int) -> None:
    """Take out of the queue an execution that is about to be judged. What is added from now on stays."""
    connection.execute(REMOVE, (pipeline_id, execution_id))


def pipeline_exists(connection: Driver) -> bool:
    """Whether anything is pending."""
    found = connection.execute("SELECT EXISTS (SELECT FROM watcher.anomaly_pending)").fetchone()
    return bool(found and found[0])


def unjudged_executions(connection: Driver) -> values.UnjudgedExecutions:
    """How many executions are pending, and since when."""
    count, since = connection.execute(UNJUDGED).fetchone() or (0, None)
    return values.UnjudgedExecutions(count=count, since=since)
