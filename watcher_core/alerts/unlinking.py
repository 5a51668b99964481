"""Failures that have nothing in common any more with the one that they are behind, which has another error by now."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

# A failure is behind another one by what both have in common, or by what a third one of the incident has in common with
# each of them; that one may be good by now. What a failure has that comes anew is looked at when it comes: see
# `opening.IS_ON_ITS_OWN`. Here the cause has changed, which makes it unsettled. In most incidents all have its error.
UNLINK = sa.text("""
    WITH RECURSIVE root AS MATERIALIZED (
        SELECT id, watcher.failure_signatures(facts) AS signatures
          FROM (SELECT id, kind, state, facts FROM watcher.alert WHERE NOT is_settled OFFSET 0) AS unsettled
         WHERE kind = 'failure'
           AND state <> 'resolved'
    ), failure AS MATERIALIZED (
        SELECT behind.id, root.id AS cause_alert_id, watcher.failure_signatures(facts) AS signatures
          FROM root
         CROSS JOIN LATERAL (SELECT id, kind, facts
                               FROM watcher.alert
                              WHERE cause_alert_id = root.id
                                AND state <> 'resolved'
                             OFFSET 0) AS behind
         WHERE kind = 'failure'
    ), odd AS MATERIALIZED (
        SELECT DISTINCT root.id, root.signatures
          FROM failure
          JOIN root ON root.id = failure.cause_alert_id
         WHERE NOT failure.signatures && root.signatures
    ), part AS MATERIALIZED (
        SELECT member.id, member.cause_alert_id AS root_id, signature
          FROM (SELECT id, kind, cause_alert_id, facts
                  FROM watcher.alert
                 WHERE cause_alert_id = ANY(ARRAY(SELECT id FROM odd))
                OFFSET 0) AS member
         CROSS JOIN unnest(watcher.failure_signatures(member.facts)) AS signature
         WHERE member.kind = 'failure'
    ), shared AS (
        SELECT odd.id AS root_id, signature
          FROM odd
         CROSS JOIN unnest(signatures) AS signature
         UNION
        SELECT other.root_id, other.signature
          FROM shared
          JOIN part AS own USING (root_id, signature)
          JOIN part AS other ON other.id = own.id
    ), free AS (
        SELECT id
          FROM (SELECT id, state
                  FROM watcher.alert
                 WHERE id = ANY(ARRAY(SELECT failure.id
                                        FROM failure
                                        JOIN odd ON odd.id = failure.cause_alert_id
                                       WHERE NOT EXISTS (SELECT
                                                           FROM shared
                                                          WHERE shared.root_id = odd.id
                                                            AND shared.signature = ANY(failure.signatures))))
                OFFSET 0
                   FOR NO KEY UPDATE SKIP LOCKED) AS locked
         WHERE state <> 'resolved'
    )
    UPDATE watcher.alert
       SET cause_alert_id = NULL, is_settled = false
     WHERE id = ANY(ARRAY(SELECT id FROM free))
""")


def unlink_failures(session: Session) -> None:
    """Take failures from behind one with which they have nothing in common any more."""
    session.execute(UNLINK)
