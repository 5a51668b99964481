"""Which alerts have one cause: one incident, of which people are notified once.

An alert that has `cause_alert_id` is behind another one:

- Data that is stale or missing is behind what is wrong upstream of it, by lineage, however far and whatever lies
  between, or with its own pipeline: one that fails is stale after a while, too.
- What ran as part of a job is behind what is wrong with the job, as when that hangs or does not run, and a job that is
  stale, late or missing is behind what hangs or takes long in it, or is stale as that fails.
- What takes long is behind what hangs or takes long. A failure makes no later run long, nor does it keep the next one
  of its pipeline or job from starting: whoever knows of the failure knows of neither.
- Unusual numbers are behind those of an earlier run of the same pipeline that still hold, if they are no other ones and
  not much worse; and behind unusual rows upstream that are as unusual, in the same direction, and lately. What is
  unusual of a partition is behind the same partition's alone.
- A failure is behind the first one with the same error where each came within `BURST_GAP` of the one before, as when a
  warehouse is away; and behind the first one of the same step of the same run, or of the same backfill. The alert
  about a backfill as a whole comes before those of its runs.

The cause is a root: an alert that is itself behind nothing. Of several, a failure counts before other kinds, and the
first that was found before later ones. In a cycle of lineage the first that was found is the root. No chains are
stored: an alert whose cause gets a cause of its own moves behind that one.

What is still wrong `FAIR_TIME` after its cause was resolved is behind nothing any more, and speaks for itself. So does
a failure whose cause fails with another error by now.

After a check all alerts are looked at. A delivery looks only at what is new to it, and at what that may be the cause of
or be behind: all else was looked at when it was new.
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from watcher_core import database, lineage
from watcher_core.alerts import unlinking, unusual
from watcher_core.alerts.nearby import FEW, NEAR, blocked_run, failed_runs, has_run_since, is_beside_failure, job_of

# Failures with the same error, each of which comes within this time after the one before, are one burst.
BURST_GAP = dt.timedelta(minutes=10)

# After its cause is over, downstream data needs some time to be made again; see also `pending.CONTINUES_WITHIN`.
FAIR_TIME = dt.timedelta(hours=1)

# An alert may move behind one that moves itself: what is left after so many rounds waits for the next call.
MOST_ROUNDS = 5

# Where more pipelines have alerts, which job each of them runs in is not looked up: few messages list them all anyway.
MOST_IN_JOBS = 2_000

# One at a time. Checks write their alerts meanwhile: rows that they hold are left to the next call.
LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtextextended('watcher.alert/cause', 0))")

# What is behind a cause that has been over for a fair time is behind nothing any more, and what is behind an alert that
# has got a cause of its own moves behind that one. Of what is behind others only the causes are read: these are few.
# What is behind these is looked up for one after the other: for an array of them, without statistics, PostgreSQL 16 and
# older read all that is open by another index.
#
# Alerts keep their cause when they are over, and may come back behind it. So one whose cause is over may lead, by that
# one's cause, to another that has come behind it since. Such a circle is opened: at an alert that is over, else at the
# first that was found, which is the root of the others then.
FOLLOW = sa.text("""
    WITH RECURSIVE cause AS MATERIALIZED (
        SELECT id, cause_alert_id AS root_id,
               state = 'resolved' AND resolved_at <= :now - CAST(:fair_time AS interval) AS is_long_over
          FROM watcher.alert
         WHERE id = ANY(ARRAY(SELECT DISTINCT cause_alert_id
                                FROM watcher.alert
                               WHERE cause_alert_id IS NOT NULL
                                 AND state <> 'resolved'))
    ), chain (id, above_id, passed) AS (
        SELECT id, root_id, ARRAY[id]
          FROM cause
         WHERE root_id IS NOT NULL
         UNION ALL
        SELECT chain.id, above.cause_alert_id, chain.passed || above.id
          FROM chain
         CROSS JOIN LATERAL (SELECT id, cause_alert_id
                               FROM watcher.alert
                              WHERE alert.id = chain.above_id
                             OFFSET 0) AS above
         WHERE above.cause_alert_id IS NOT NULL
           AND above.id <> ALL(chain.passed)
    ), circle AS MATERIALIZED (
        SELECT id, passed
          FROM chain
         WHERE above_id = id
    ), opened AS (
        UPDATE watcher.alert
           SET cause_alert_id = NULL, is_settled = alert.is_settled AND state = 'resolved'
         WHERE id = ANY(ARRAY(SELECT member.id
                                FROM circle
                               CROSS JOIN LATERAL (SELECT id
                                                     FROM watcher.alert
                                                    WHERE id = ANY(circle.passed)
                                                    ORDER BY state <> 'resolved', id
                                                    LIMIT 1
                                                      FOR NO KEY UPDATE SKIP LOCKED) AS member))
    ), root AS MATERIALIZED (
        SELECT id
          FROM (SELECT id, state
                  FROM watcher.alert
                 WHERE id = ANY(ARRAY(SELECT root_id FROM cause WHERE root_id IS NOT NULL))
                OFFSET 0) AS above
         WHERE state <> 'resolved'
    ), changed AS MATERIALIZED (
        SELECT id, CASE WHEN NOT is_long_over THEN root_id END AS root_id
          FROM cause
         WHERE is_long_over
            OR (root_id IN (SELECT id FROM root) AND id NOT IN (SELECT id FROM circle))
    ), free AS (
        SELECT behind.id
          FROM changed
         CROSS JOIN LATERAL (SELECT id
                               FROM watcher.alert
                              WHERE cause_alert_id = changed.id
                                AND state <> 'resolved'
                             OFFSET 0
                                FOR NO KEY UPDATE SKIP LOCKED) AS behind
    )
    UPDATE watcher.alert
       SET cause_alert_id = changed.root_id, is_settled = alert.is_settled AND changed.root_id IS NOT NULL
      FROM changed
     WHERE alert.id = ANY(ARRAY(SELECT id FROM free))
       AND changed.id = alert.cause_alert_id
""")

# What an alert may be the cause of, and what it may be behind; of several causes, the lowest rank counts. Kinds are
# compared as text: the schema may not have all of them yet.
KINDS = """
    (VALUES ('failure', 1, false), ('stuck', 2, false), ('asset_check', 3, false), ('timeliness', 4, true),
            ('missed', 5, true), ('freshness', 6, true), ('anomaly', 7, false)) AS kind (name, rank, is_consequence)"""

# Joins are hashed, however few rows the planner expects: estimates are wrong where thousands of alerts have just come.
# Where it expects many, compiling the statement takes longer than running it.
HASHED = sa.text("SET LOCAL enable_nestloop = off; SET LOCAL jit = off")


def _open_and_locked(ids: str) -> str:
    """The SQL of the ids of those alerts that are open, and that no check holds; they are locked.

    Args:
        ids: The SQL of an array of ids.
    """
    return f"""
        SELECT id
          FROM (SELECT id, state
                  FROM watcher.alert
                 WHERE id = ANY({ids})
                OFFSET 0
                   FOR NO KEY UPDATE SKIP LOCKED) AS locked
         WHERE state <> 'resolved'"""


def _link(alerts: str) -> sa.TextClause:
    return sa.text(f"""
    WITH root AS MATERIALIZED (
        -- What others are behind, and what is not over.
        SELECT id
          FROM (SELECT id, state
                  FROM watcher.alert
                 WHERE id = ANY(ARRAY(SELECT DISTINCT cause_alert_id
                                        FROM {alerts} AS alert
                                       WHERE cause_alert_id IS NOT NULL
                                         AND state <> 'resolved'))
                OFFSET 0) AS cause
         WHERE state <> 'resolved'
    ), alive AS MATERIALIZED (
        SELECT alert.id, alert.pipeline_id, alert.pipeline_execution_id, alert.level,
               coalesce(alert.reopened_at, alert.opened_at) AS at, kind.*,
               CASE WHEN alert.cause_alert_id IN (SELECT id FROM root)
                    THEN alert.cause_alert_id ELSE alert.id END AS root_id,
               alert.cause_alert_id IS NOT NULL AS is_linked,
               alert.facts ? 'backfill_state' AS is_backfill,
               CASE WHEN kind.name = 'failure' THEN watcher.failure_signatures(alert.facts) END AS signatures,
               CASE WHEN kind.name = 'anomaly' THEN coalesce(alert.facts ->> 'partition', '') END AS partition,
               CASE WHEN kind.name = 'anomaly' THEN alert.facts -> 'metrics' END AS metrics,
               CASE WHEN kind.name IN ('missed', 'freshness') THEN alert.facts END AS facts
          FROM {alerts} AS alert
          JOIN {KINDS} ON kind.name = CAST(alert.kind AS text)
         WHERE alert.state <> 'resolved'
           AND alert.pipeline_id IS NOT NULL
           -- A check that does not block holds nothing up.
           AND (kind.name <> 'asset_check' OR (alert.level >= 'error' AND alert.facts -> 'blocking' = 'true'))
    ), worst AS MATERIALIZED (
        -- What a pipeline may be the cause of others with: a pipeline may have any number of alerts. Only what takes
        -- long itself delays what takes long.
        SELECT DISTINCT ON (is_delay, pipeline_id) is_delay, pipeline_id, pipeline_execution_id, root_id, name, rank
          FROM alive
         CROSS JOIN (VALUES (false), (true)) AS of (is_delay)
         WHERE name <> 'anomaly'
           AND (name IN ('stuck', 'timeliness') OR NOT is_delay)
         ORDER BY is_delay, pipeline_id, rank, at, id
    ), {unusual.NUMBERS}, place AS MATERIALIZED (
        {lineage.places("SELECT pipeline_id FROM alive")}
    ), waiting AS MATERIALIZED (
        SELECT pipeline_id, address_id
          FROM place
         WHERE pipeline_id IN (SELECT pipeline_id FROM alive WHERE is_consequence AND NOT is_linked
                                UNION
                               SELECT pipeline_id FROM unusual WHERE is_of_rows AND NOT is_linked)
    ), path AS MATERIALIZED (
        -- For an array an index is looked through, not the table.
        SELECT source_address_id, target_address_id
          FROM watcher.address_lineage_closure
         WHERE target_address_id = ANY(ARRAY(SELECT address_id FROM waiting))
    ), upstream AS MATERIALIZED (
        SELECT DISTINCT waiting.pipeline_id, above.pipeline_id AS above_id
          FROM path
          JOIN waiting ON waiting.address_id = path.target_address_id
          JOIN place AS above ON above.address_id = path.source_address_id
         WHERE above.pipeline_id <> waiting.pipeline_id
    ), part AS MATERIALIZED (
        SELECT pipeline_id,
               {job_of("worst.pipeline_id")} AS job_id,
               {is_beside_failure("worst.pipeline_id")} AS is_beside_failure
          FROM worst
         WHERE NOT is_delay
           AND (SELECT count(*) FROM worst WHERE NOT is_delay) BETWEEN 2 AND :most_in_jobs
    ), similar_failure AS (
        SELECT id, root_id, at, is_linked, is_backfill, signature,
               at - lag(at) OVER (PARTITION BY signature ORDER BY at, id) > CAST(:burst_gap AS interval)
               AND signature LIKE 'error/%' AS is_later
          FROM (SELECT * FROM alive WHERE signatures IS NOT NULL) AS failure
         CROSS JOIN unnest(signatures) AS signature
    ), burst AS (
        SELECT *, count(*) FILTER (WHERE is_later) OVER (PARTITION BY signature ORDER BY at, id) AS number
          FROM similar_failure
    ), pair (consequence_id, cause_id) AS (
        SELECT consequence.id, worst.root_id
          FROM alive AS consequence
          JOIN upstream USING (pipeline_id)
          JOIN worst ON worst.pipeline_id = upstream.above_id
         WHERE consequence.is_consequence
           AND NOT consequence.is_linked
           AND worst.is_delay = (consequence.name = 'timeliness')
         UNION
        SELECT consequence.id, worst.root_id
          FROM alive AS consequence
          JOIN worst USING (pipeline_id)
         WHERE consequence.is_consequence
           AND NOT consequence.is_linked
           AND worst.rank < consequence.rank
           AND worst.name <> 'asset_check'
           AND (worst.is_delay = (consequence.name <> 'freshness')
                OR consequence.pipeline_execution_id = worst.pipeline_execution_id)
         UNION
        SELECT consequence.id, worst.root_id
          FROM alive AS consequence
          JOIN part USING (pipeline_id)
          JOIN worst ON worst.pipeline_id = part.job_id
         WHERE consequence.is_consequence
           AND NOT consequence.is_linked
           AND worst.name <> 'asset_check'
           AND worst.is_delay = (consequence.name = 'timeliness' OR part.is_beside_failure)
           -- A part that takes long makes its job late, and not the other way round.
           AND (consequence.name <> 'timeliness' OR worst.name = 'stuck')
         UNION
        SELECT consequence.id, worst.root_id
          FROM alive AS consequence
          JOIN part ON part.job_id = consequence.pipeline_id
          JOIN worst ON worst.pipeline_id = part.pipeline_id
         WHERE consequence.is_consequence
           AND NOT consequence.is_linked
           AND worst.name IN ('failure', 'stuck', 'timeliness')
           -- The next run does not come late or not at all because of what has failed in the last one.
           AND worst.is_delay = (consequence.name <> 'freshness')
         UNION
        {unusual.PAIRS}
         UNION
        SELECT id, first_value(root_id) OVER (PARTITION BY signature, number ORDER BY is_backfill DESC, at, id)
          FROM burst
    ), ordered AS MATERIALIZED (
        -- Of two that are behind each other, the first that was found is the cause.
        SELECT pair.*
          FROM pair
          JOIN alive ON alive.id = pair.consequence_id
         WHERE NOT alive.is_linked
           AND pair.cause_id <> pair.consequence_id
           AND (pair.cause_id < pair.consequence_id
                OR NOT EXISTS (SELECT
                                 FROM pair AS opposite
                                WHERE opposite.consequence_id = pair.cause_id
                                  AND opposite.cause_id = pair.consequence_id))
    ), chosen AS (
        SELECT DISTINCT ON (ordered.consequence_id) ordered.consequence_id, ordered.cause_id
          FROM ordered
          JOIN alive AS cause ON cause.id = ordered.cause_id
         WHERE NOT EXISTS (SELECT FROM ordered AS higher WHERE higher.consequence_id = ordered.cause_id)
         ORDER BY ordered.consequence_id, cause.rank, cause.at, cause.id
    ), free AS ({_open_and_locked("ARRAY(SELECT consequence_id FROM chosen)")}
    ), linked AS (
        UPDATE watcher.alert
           SET cause_alert_id = chosen.cause_id
          FROM chosen
         WHERE alert.id = ANY(ARRAY(SELECT id FROM free))
           AND chosen.consequence_id = alert.id
        RETURNING alert.cause_alert_id, alert.pipeline_id, alert.level
    ), blocked AS MATERIALIZED (
        SELECT cause_alert_id, pipeline_id, level, {blocked_run("linked.pipeline_id")} AS run_id
          FROM linked
    ), failed AS MATERIALIZED (
        SELECT root_id, level, run_id
          FROM alive
         CROSS JOIN LATERAL unnest({failed_runs("alive.pipeline_execution_id")}) AS run_id
         WHERE name = 'failure'
           AND root_id IN (SELECT cause_alert_id FROM blocked WHERE run_id IS NOT NULL)
    ), news AS (
        -- That what fails is stale after a while, too, with its job and with what its run did not come to, is none,
        -- unless it is louder; nor is it that of what a job makes that did not run, as the message about the job said.
        SELECT cause_alert_id
          FROM blocked AS linked
         WHERE NOT EXISTS (SELECT
                             FROM alive AS known
                             LEFT JOIN part ON part.pipeline_id = known.pipeline_id
                            WHERE known.root_id = linked.cause_alert_id
                              AND linked.pipeline_id IN (known.pipeline_id, part.job_id)
                              AND known.level >= linked.level)
           AND NOT EXISTS (SELECT
                             FROM part
                             JOIN alive AS known ON known.pipeline_id = part.job_id
                            WHERE part.pipeline_id = linked.pipeline_id
                              AND known.id = linked.cause_alert_id
                              AND known.name IN ('missed', 'freshness')
                              AND known.level >= linked.level
                              AND NOT {has_run_since("known.pipeline_id", "known.facts")})
           AND NOT EXISTS (SELECT
                             FROM failed
                            WHERE failed.root_id = linked.cause_alert_id
                              AND failed.run_id = linked.run_id
                              AND failed.level >= linked.level)
    )
    SELECT array_agg(DISTINCT cause_alert_id) AS causes,
           (SELECT array_agg(DISTINCT cause_alert_id) FROM news) AS grown,
           count(*) < (SELECT count(DISTINCT pair.consequence_id)
                         FROM pair
                         JOIN alive ON alive.id = pair.consequence_id
                        WHERE NOT alive.is_linked
                          AND pair.cause_id <> pair.consequence_id) AS is_more_left
      FROM linked
""")


LINK = _link("watcher.alert")
LINK_NEAR = _link("(SELECT * FROM watcher.alert WHERE id = ANY(:near) OFFSET 0)")

# There is more behind them: they are looked at by the deliverer. Those have grown that have more pipelines behind them.
GROW = sa.text(f"""
    UPDATE watcher.alert
       SET grew_at    = CASE WHEN id = ANY(:grew) THEN :now ELSE grew_at END,
           is_settled = false
     WHERE id = ANY(ARRAY({_open_and_locked(":ids")}))
""")


def link_causes(session: Session, *, now: dt.datetime, only_new: bool = False) -> int:
    """Put each alert behind its cause, and release those whose cause has been over for a fair time.

    Called in a transaction of its own, after a check and before a delivery.

    Args:
        session: The transaction.
        now: The time.
        only_new: Look only at alerts that are not delivered yet, and at what these may be linked to.

    Returns:
        How many alerts have got something behind them.
    """
    session.execute(LOCK)
    database.read_by_index(session)
    moment = {"now": now, "fair_time": FAIR_TIME}
    session.execute(FOLLOW, moment)
    if only_new:  # it sends them at once: between a check and a delivery they would look as if they had waited for long
        unlinking.unlink_failures(session)
    near = session.scalar(NEAR, {"few": FEW}) if only_new else None
    if near is not None and len(near) < 2:
        return 0
    session.execute(HASHED)
    causes: set[int] = set()
    grew: set[int] = set()
    limits = {"burst_gap": BURST_GAP, "most_in_jobs": MOST_IN_JOBS, "unusual_within": unusual.WITHIN}
    statement = LINK if near is None else LINK_NEAR
    for _ in range(MOST_ROUNDS):
        found, grown, is_more_left = session.execute(statement, {**limits, "near": near}).one()
        if not found:
            break
        causes.update(found)
        grew.update(grown or ())
        session.execute(FOLLOW, moment)
        if not is_more_left:  # all that may be behind something is
            break
    if causes:
        session.execute(GROW, {"ids": sorted(causes), "grew": sorted(grew), "now": now})
    return len(causes)
