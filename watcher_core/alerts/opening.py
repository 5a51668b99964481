"""Alerts are opened, continued, opened again and corrected, in the transaction of what found their causes.

A check that reads its findings in one statement goes on with `OPENING` in the same one, so that the findings stay in
PostgreSQL. What Python makes of findings, and what has no check, comes as JSON.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy.orm import Session

from watcher_core import arguments, catalog, database
from watcher_core.alerts.pending import CONTINUES_WITHIN, FLAPPING_WITHIN
from watcher_core.enums import AlertKind
from watcher_core.values import Cause

# Findings that one statement writes: a check may find a hundred thousand, and as JSON they take ten times the memory.
BATCH_SIZE = 5_000

# One writer for each kind: checks that run at the same time could otherwise deadlock on each other's rows.
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('watcher.alert/' || %(kind)s, 0))"

LEVEL: Final = catalog.level_of("cause.kind", "cause.level", "cause.asked_level")


def _failing(row: str) -> str:
    return f"coalesce(CAST({row}.facts ->> 'failing' AS bigint), 1)"


# A partition that fails where another one is good at the same time is no less news than one more. Where not all that
# failed are named, nobody knows.
HAS_OTHERS: Final = f"""
    (cause.is_new
     AND jsonb_array_length(alive.facts -> 'failed_partitions') = {_failing("alive")}
     AND NOT alive.facts -> 'failed_partitions' @> (cause.facts -> 'failed_partitions'))"""

# An acknowledgement or a snooze does not cover a level that is louder than what its person knew of: the alert is open
# again. People act without the lock on their alerts' kind, so whether it is covered is asked of the row as it is once
# that is locked: who acts just now is not overruled, and what they resolve stays so.
IS_COVERED: Final = "(known.level <= greatest(alert.covered_level, alert.level) OR alert.state = 'resolved')"

# Whether an alert is no longer behind the one that it was behind. If both have ended, that one does not explain why
# this one is back. A failure is behind another by what both have in common: if that one has another error by now, by
# what this one had before.
SIGNATURES: Final = "watcher.failure_signatures({}.facts)"
IS_ON_ITS_OWN: Final = f"""
    (gone.id IS NOT NULL AND above.state = 'resolved'
     OR cause.kind = 'failure'
    AND NOT {SIGNATURES.format("cause")} && {SIGNATURES.format("above")}
    AND ({SIGNATURES.format("before")} && {SIGNATURES.format("above")}
         OR NOT {SIGNATURES.format("cause")} && {SIGNATURES.format("before")}))"""

# The rest of a statement that has the causes as `cause`: `kind`, `level`, `deduplication_key` (each once), `at`,
# `pipeline_id`, `asked_level` (of the pipeline, else its type), `pipeline_execution_id`, `is_new`, `facts`.
#
# A cause has an alert that is alive (at most one: a unique index), or one that was resolved, or none. Of causes that
# are not new, only those without an open alert of their level are looked at further.
OPENING: Final = f"""
    known AS (
        SELECT cause.kind, {LEVEL} AS level, cause.deduplication_key, cause.pipeline_id, cause.pipeline_execution_id,
               cause.at, cause.facts, coalesce(alive.id, gone.id) AS id, alive.id IS NULL AS is_gone,
               alive.id IS NOT NULL
               AND coalesce({_failing("cause")} > {_failing("alive")} OR {LEVEL} > alive.level OR {HAS_OTHERS}, false)
               AS has_grown,
               coalesce({LEVEL} > gone.level, false) AS is_back_louder,
               {LEVEL} <= coalesce(gone.covered_level, gone.level) AS is_back_covered,
               -- What comes after somebody resolved it is not theirs any more. To a place that has not heard of that
               -- end it would be the same, and no news.
               gone.resolved_at <= %(now)s - %(continues_within)s
               OR (gone.resolved_by_hand AND known_there.is_open) AS is_long_gone,
               gone.resolved_by_hand AND NOT cause.is_new AS is_settled_by_hand,
               known_there.is_over AS is_known_to_be_over,
               above.id IS NOT NULL AND {IS_ON_ITS_OWN} AS is_on_its_own
          FROM cause
          LEFT JOIN watcher.alert AS alive
            ON alive.deduplication_key = cause.deduplication_key
           AND alive.state <> 'resolved'
          LEFT JOIN LATERAL (SELECT *
                               FROM watcher.alert
                              WHERE alert.deduplication_key = cause.deduplication_key
                                AND alert.state = 'resolved'
                                AND alive.id IS NULL
                              ORDER BY alert.resolved_at DESC
                              LIMIT 1) AS gone ON true
         CROSS JOIN LATERAL (
               SELECT coalesce(bool_or(recovery_delivered_at IS NOT NULL), false) AS is_over,
                      coalesce(bool_or(delivered_at IS NOT NULL AND recovery_delivered_at IS NULL), false) AS is_open
                 FROM watcher.alert_delivery
                WHERE alert_id = gone.id) AS known_there
         CROSS JOIN LATERAL (SELECT coalesce(alive.facts, gone.facts) AS facts,
                                    coalesce(alive.cause_alert_id, gone.cause_alert_id) AS above_id) AS before
          LEFT JOIN LATERAL (SELECT id, state, facts
                               FROM watcher.alert
                              WHERE alert.id = before.above_id
                             OFFSET 0) AS above ON true
         WHERE cause.is_new
            OR (alive.state IN ('open', 'acknowledged') AND alive.level = {LEVEL}) IS NOT TRUE
    ), continued AS (
        UPDATE watcher.alert
           SET level = known.level, facts = known.facts, pipeline_id = known.pipeline_id,
               pipeline_execution_id = coalesce(known.pipeline_execution_id, alert.pipeline_execution_id),
               grew_at    = CASE WHEN known.has_grown THEN %(now)s ELSE alert.grew_at END,
               -- Another error may have another cause.
               is_settled = alert.is_settled AND NOT known.has_grown AND known.kind <> 'failure',
               cause_alert_id = CASE WHEN NOT known.is_on_its_own THEN alert.cause_alert_id END,
               -- A snooze that is over by then has its reminder still.
               state = CASE WHEN {IS_COVERED} THEN alert.state ELSE 'open' END,
               snoozed_until = CASE WHEN {IS_COVERED} OR alert.snoozed_until <= %(now)s THEN alert.snoozed_until END
          FROM known
         WHERE alert.id = known.id
           AND NOT known.is_gone
           AND (alert.level, alert.facts, alert.pipeline_execution_id)
               IS DISTINCT FROM
               (known.level, known.facts, coalesce(known.pipeline_execution_id, alert.pipeline_execution_id))
    ), reopened AS (
        UPDATE watcher.alert
           SET level = known.level, facts = known.facts, pipeline_id = known.pipeline_id, reopened_at = %(now)s,
               resolved_at = NULL, resolved_by_hand = false, is_settled = false,
               cause_alert_id = CASE WHEN NOT known.is_on_its_own THEN alert.cause_alert_id END,
               reopenings = CASE WHEN alert.reopened_at > %(now)s - %(flapping_within)s
                                 THEN alert.reopenings + 1 ELSE 1 END,
               pipeline_execution_id = coalesce(known.pipeline_execution_id, alert.pipeline_execution_id),
               resolution = NULL, resolved_by = NULL,
               note = CASE WHEN NOT alert.resolved_by_hand THEN alert.note END,
               grew_at = CASE WHEN known.is_back_louder THEN %(now)s ELSE alert.grew_at END,
               -- Where the recovery was not delivered, the acknowledgement still holds.
               state = CASE WHEN NOT known.is_back_covered THEN CAST('open' AS watcher.alert_state)
                            WHEN alert.snoozed_until > %(now)s THEN 'snoozed'
                            WHEN alert.acknowledged_at IS NOT NULL AND NOT known.is_known_to_be_over
                            THEN 'acknowledged'
                            ELSE 'open' END,
               snoozed_until = CASE WHEN known.is_back_covered OR alert.snoozed_until <= %(now)s
                                    THEN alert.snoozed_until END,
               acknowledged_at = CASE WHEN NOT known.is_known_to_be_over THEN alert.acknowledged_at END,
               acknowledged_by = CASE WHEN NOT known.is_known_to_be_over THEN alert.acknowledged_by END,
               covered_level = CASE WHEN alert.snoozed_until > %(now)s OR NOT known.is_known_to_be_over
                                    THEN alert.covered_level END
          FROM known
         WHERE alert.id = known.id
           AND known.is_gone
           AND NOT known.is_long_gone
           AND NOT known.is_settled_by_hand
        RETURNING alert.id
    ), opened AS (
        INSERT INTO watcher.alert
              (kind, level, deduplication_key, pipeline_id, pipeline_execution_id, facts, opened_at)
        SELECT kind, level, deduplication_key, pipeline_id, pipeline_execution_id, facts, at
          FROM known
         WHERE id IS NULL
            OR (is_gone AND is_long_gone AND NOT is_settled_by_hand)
         ORDER BY at, pipeline_id, deduplication_key
            ON CONFLICT (deduplication_key) WHERE state <> 'resolved' DO NOTHING
        RETURNING id
    )"""
# What it takes besides `now`, with its type: PostgreSQL learns that of no text.
OPENING_GIVEN: Final = {"continues_within": CONTINUES_WITHIN, "flapping_within": FLAPPING_WITHIN}

PIPELINE = """
          LEFT JOIN watcher.pipeline ON pipeline.id = given.pipeline_id
          LEFT JOIN watcher.pipeline_type AS type ON type.id = pipeline.pipeline_type_id"""

OPEN = f"""
    WITH cause AS (
        SELECT given.*, {catalog.ASKED_LEVEL} AS asked_level
          FROM jsonb_to_recordset(CAST(%(findings)s AS jsonb)) AS given (
                   kind watcher.alert_kind, level watcher.alert_level, deduplication_key text, pipeline_id bigint,
                   pipeline_execution_id bigint, at timestamptz, is_new boolean, facts jsonb)
          {PIPELINE}
    ), {OPENING}
    SELECT (SELECT count(*) FROM opened) + (SELECT count(*) FROM reopened)
"""

# As in `OPENING`, of findings that come without their facts: most need no more than this.
UNSETTLED = f"""
    SELECT cause.deduplication_key
      FROM (SELECT given.*, {catalog.ASKED_LEVEL} AS asked_level
              FROM jsonb_to_recordset(CAST(%(findings)s AS jsonb)) AS given (
                       kind watcher.alert_kind, level watcher.alert_level, deduplication_key text, pipeline_id bigint)
              {PIPELINE}) AS cause
     WHERE NOT EXISTS (SELECT
                         FROM watcher.alert
                        WHERE alert.deduplication_key = cause.deduplication_key
                          AND alert.state IN ('open', 'acknowledged')
                          AND alert.level = {LEVEL})
"""

CORRECT = """
    UPDATE watcher.alert
       SET facts = found.facts, pipeline_id = found.pipeline_id,
           pipeline_execution_id = coalesce(found.pipeline_execution_id, alert.pipeline_execution_id)
      FROM jsonb_to_recordset(CAST(%(findings)s AS jsonb)) AS found (
               deduplication_key text, pipeline_id bigint, pipeline_execution_id bigint, facts jsonb)
     WHERE alert.deduplication_key = found.deduplication_key
       AND alert.state <> 'resolved'
       AND (alert.facts IS DISTINCT FROM found.facts
            OR alert.pipeline_execution_id IS DISTINCT FROM
               coalesce(found.pipeline_execution_id, alert.pipeline_execution_id))
"""


def open_alerts(session: Session, findings: Iterable[Cause], *, now: dt.datetime) -> int:
    """Open an alert for each cause that has none, and update those that are open.

    An alert that was resolved by hand stays resolved until its cause is found as new. Of findings with the same key the
    last one counts.

    Args:
        session: The transaction that found them.
        findings: All that a check found, new or not.
        now: The check's time.

    Returns:
        How many alerts were opened, or opened again.
    """
    by_key = {finding.deduplication_key: finding for finding in findings}
    lock(session, {finding.kind for finding in by_key.values()})
    unsettled = _unsettled(session, [finding for finding in by_key.values() if not finding.new])
    due = [finding for key, finding in sorted(by_key.items()) if finding.new or key in unsettled]
    opened = 0
    connection = database.driver(session)
    for first in range(0, len(due), BATCH_SIZE):
        written = _as_json([_row(finding) for finding in due[first : first + BATCH_SIZE]])
        found = connection.execute(OPEN, {"findings": written, "now": now, **OPENING_GIVEN}).fetchone()
        opened += found[0] if found else 0
    return opened


def _unsettled(session: Session, known: list[Cause]) -> set[str]:
    if not known:
        return set()
    given = [
        {
            "kind": finding.kind,
            "level": finding.level,
            "deduplication_key": finding.deduplication_key,
            "pipeline_id": finding.pipeline_id,
        }
        for finding in known
    ]
    return {key for (key,) in database.driver(session).execute(UNSETTLED, {"findings": arguments.json_text(given)})}


def correct_alerts(session: Session, findings: Iterable[Cause]) -> None:
    """Update the facts of alerts that are not resolved, without a notification.

    Of findings with the same key the last one counts.
    """
    known = list({finding.deduplication_key: finding for finding in findings}.values())
    if known:
        lock(session, {finding.kind for finding in known})
        database.driver(session).execute(CORRECT, {"findings": _as_json([_row(finding) for finding in known])})


def _as_json(rows: list[dict[str, Any]]) -> str:
    written = arguments.json_text(rows)
    if "NaN" in written or "Infinity" in written:  # neither JSON nor PostgreSQL has them; the careful way is slower
        written = arguments.json_text(json.loads(written, parse_constant=str))
    return written


def _row(finding: Cause) -> dict[str, Any]:
    return {
        "kind": finding.kind,
        "level": finding.level,
        "deduplication_key": finding.deduplication_key,
        "pipeline_id": finding.pipeline_id,
        "pipeline_execution_id": finding.execution_id,
        "at": arguments.instant(finding.at, "at"),
        "is_new": finding.new,
        "facts": finding.facts,
    }


def lock(session: Session, kinds: Iterable[AlertKind]) -> None:
    """Let no other transaction write alerts of these kinds before the end of this one."""
    connection = database.driver(session)
    for kind in sorted(kinds):
        connection.execute(LOCK, {"kind": kind.value})
