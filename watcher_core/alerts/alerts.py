"""Alerts: opened and resolved in the transaction of the check, acknowledged, snoozed and resolved by people.

An alert is a row and its own outbox: `event` is its next notification, `next_attempt_at` is when that is due. So the
state of an alert and its notifications cannot disagree, whenever a process dies. Delivery comes after the commit; see
`delivery`.

Notifications follow what people know. They know that an alert is open once its opening (or a reminder, or a reopening)
was delivered, and that it is over once its recovery was delivered. An alert that opens and resolves before its opening
was sent causes no message, unless messages could not be delivered in that time: then one message names it as missed.
While a deliverer holds the lease on an alert, its message may or may not arrive. A change in that time treats the
message as delivered, and its own notification waits until the lease ends.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from watcher_core import arguments, values
from watcher_core.database import models
from watcher_core.enums import AlertEvent, AlertKind, AlertLevel, AlertState
from watcher_core.errors import InvalidValueError, NotFoundError
from watcher_core.values import Cause

# A cause that is back within this time continues its alert; one that comes and goes is one alert, not many.
CONTINUES_WITHIN = dt.timedelta(hours=1)

# An alert that grows, as one whose pipeline fails for more and more partitions, is not notified more often than this.
UPDATES_EVERY = dt.timedelta(hours=1)
# One that was back so often flaps: its recovery is notified once it has lasted for `CONTINUES_WITHIN`. Until then
# people know of an open alert, and need no message when it is back.
FLAPPING_REOPENINGS = 3
# Reopenings that are further apart are not counted together.
FLAPPING_WITHIN = dt.timedelta(hours=3)

# A recovery that is not notified yet, as its alert flaps.
IS_QUIET = f"""
           alert.event = 'resolved' AND NOT alert.resolved_by_hand AND alert.reopenings >= {FLAPPING_REOPENINGS}
       AND alert.resolved_at > CAST(:now AS timestamptz) - interval '{CONTINUES_WITHIN}'"""

# Findings that one statement writes: a check may find a hundred thousand, and as JSON they take ten times the memory.
BATCH_SIZE = 5_000

ALERT = models.table(models.Alert)
COLUMNS = ", ".join(f"alert.{column.name}" for column in ALERT.columns if column.name not in ("state", "snoozed_until"))

# A snooze ends at its time, whether or not its reminder has been delivered.
SELECT = f"""
    SELECT {COLUMNS}, alert.snoozed_until, pipeline.name AS pipeline_name,
           CASE WHEN alert.state = 'snoozed' AND alert.snoozed_until <= :now THEN 'open' ELSE alert.state END AS state
      FROM watcher.alert
      LEFT JOIN watcher.pipeline ON pipeline.id = alert.pipeline_id
"""


# Opening

# One writer for each kind: checks that run at the same time could otherwise deadlock on each other's rows.
LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtextextended('watcher.alert/' || :kind, 0))")

# Of findings that are not new, only those without an open alert need more than this query.
UNSETTLED = sa.text("""
    SELECT given.deduplication_key
      FROM unnest(CAST(:keys AS text[])) AS given (deduplication_key)
     WHERE NOT EXISTS (SELECT
                         FROM watcher.alert
                        WHERE alert.deduplication_key = given.deduplication_key
                          AND alert.state IN ('open', 'acknowledged'))
""")

CORRECT = sa.text("""
    UPDATE watcher.alert
       SET facts = found.facts, pipeline_id = found.pipeline_id,
           pipeline_execution_id = coalesce(found.pipeline_execution_id, alert.pipeline_execution_id)
      FROM jsonb_to_recordset(CAST(:findings AS jsonb)) AS found (
               deduplication_key text, pipeline_id bigint, pipeline_execution_id bigint, facts jsonb)
     WHERE alert.deduplication_key = found.deduplication_key
       AND alert.state <> 'resolved'
       AND (alert.facts IS DISTINCT FROM found.facts
            OR alert.pipeline_execution_id IS DISTINCT FROM
               coalesce(found.pipeline_execution_id, alert.pipeline_execution_id))
""")

# A cause has an alert that is alive (at most one: a unique index), or one that was resolved, or none.
OPEN = sa.text("""
    WITH found AS (
        SELECT *
          FROM jsonb_to_recordset(CAST(:findings AS jsonb)) AS found (
                   kind watcher.alert_kind, level watcher.alert_level, deduplication_key text, pipeline_id bigint,
                   pipeline_execution_id bigint, at timestamptz, is_new boolean, facts jsonb)
    ), known AS (
        SELECT found.*, coalesce(alive.id, gone.id) AS id, alive.id IS NULL AS is_gone,
               gone.resolved_at <= :now - CAST(:continues_within AS interval) AS is_long_gone,
               gone.resolved_by_hand AND NOT found.is_new AS is_settled_by_hand
          FROM found
          LEFT JOIN watcher.alert AS alive
            ON alive.deduplication_key = found.deduplication_key
           AND alive.state <> 'resolved'
          LEFT JOIN LATERAL (SELECT *
                               FROM watcher.alert
                              WHERE alert.deduplication_key = found.deduplication_key
                                AND alert.state = 'resolved'
                                AND alive.id IS NULL
                              ORDER BY alert.resolved_at DESC
                              LIMIT 1) AS gone ON true
    ), continued AS (
        UPDATE watcher.alert
           SET level = known.level, facts = known.facts, pipeline_id = known.pipeline_id,
               pipeline_execution_id = coalesce(known.pipeline_execution_id, alert.pipeline_execution_id),
               event = CASE WHEN next.is_update THEN CAST('updated' AS watcher.alert_event) ELSE alert.event END,
               next_attempt_at = CASE WHEN next.is_update
                                      THEN greatest(:now, was.notified_at + CAST(:updates_every AS interval))
                                      ELSE alert.next_attempt_at END
          FROM known
          JOIN watcher.alert AS was ON was.id = known.id
         CROSS JOIN LATERAL (
               SELECT was.state = 'open' AND was.event IS NULL AND was.lease IS NULL
                  AND coalesce(CAST(known.facts ->> 'failing' AS bigint), 1)
                    > coalesce(CAST(was.facts ->> 'failing' AS bigint), 1) AS is_update) AS next
         WHERE alert.id = known.id
           AND NOT known.is_gone
           AND (alert.level, alert.facts, alert.pipeline_execution_id)
               IS DISTINCT FROM
               (known.level, known.facts, coalesce(known.pipeline_execution_id, alert.pipeline_execution_id))
    ), reopened AS (
        UPDATE watcher.alert
           SET level = known.level, facts = known.facts, pipeline_id = known.pipeline_id, reopened_at = :now,
               resolved_at = NULL, resolved_by_hand = false,
               reopenings = CASE WHEN alert.reopened_at > :now - CAST(:flapping_within AS interval)
                                 THEN alert.reopenings + 1 ELSE 1 END,
               pipeline_execution_id = coalesce(known.pipeline_execution_id, alert.pipeline_execution_id),
               -- Where the recovery was not delivered, the acknowledgement still holds.
               state = CASE WHEN alert.snoozed_until > :now THEN CAST('snoozed' AS watcher.alert_state)
                            WHEN alert.acknowledged_at IS NOT NULL AND alert.recovery_delivered_at IS NULL
                            THEN 'acknowledged'
                            ELSE 'open' END,
               acknowledged_at = CASE WHEN alert.recovery_delivered_at IS NULL THEN alert.acknowledged_at END,
               event = next.event,
               next_attempt_at = CASE WHEN next.event IS NOT NULL
                                      THEN greatest(:now, alert.snoozed_until, alert.next_attempt_at) END
          FROM known
          JOIN watcher.alert AS was ON was.id = known.id
         CROSS JOIN LATERAL (
               SELECT CAST(CASE WHEN was.delivered_at IS NULL THEN 'opened'
                                WHEN was.recovery_delivered_at IS NULL AND was.lease IS NULL
                                THEN CASE WHEN was.snoozed_until > :now THEN 'reminded' END
                                ELSE 'reopened' END AS watcher.alert_event)) AS next (event)
         WHERE alert.id = known.id
           AND known.is_gone
           AND NOT known.is_long_gone
           AND NOT known.is_settled_by_hand
        RETURNING alert.id
    ), opened AS (
        INSERT INTO watcher.alert
              (kind, level, deduplication_key, pipeline_id, pipeline_execution_id, facts, opened_at, event,
               next_attempt_at)
        SELECT kind, level, deduplication_key, pipeline_id, pipeline_execution_id, facts, at, 'opened', :now
          FROM known
         WHERE id IS NULL
            OR (is_gone AND is_long_gone AND NOT is_settled_by_hand)
            ON CONFLICT (deduplication_key) WHERE state <> 'resolved' DO NOTHING
        RETURNING id
    )
    SELECT (SELECT count(*) FROM opened) + (SELECT count(*) FROM reopened)
""")


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
    known = [key for key, finding in by_key.items() if not finding.new]
    unsettled = set(session.scalars(UNSETTLED, {"keys": known})) if known else set()
    due = [finding for key, finding in sorted(by_key.items()) if finding.new or key in unsettled]
    opened = 0
    for first in range(0, len(due), BATCH_SIZE):
        written = _as_json([_row(finding) for finding in due[first : first + BATCH_SIZE]])
        given = {
            "findings": written,
            "now": now,
            "continues_within": CONTINUES_WITHIN,
            "flapping_within": FLAPPING_WITHIN,
            "updates_every": UPDATES_EVERY,
        }
        opened += int(session.execute(OPEN, given).scalar_one())
    return opened


def correct_alerts(session: Session, findings: Iterable[Cause]) -> None:
    """Update the facts of alerts that are not resolved, without a notification.

    Of findings with the same key the last one counts.
    """
    known = list({finding.deduplication_key: finding for finding in findings}.values())
    if known:
        lock(session, {finding.kind for finding in known})
        session.execute(CORRECT, {"findings": _as_json([_row(finding) for finding in known])})


def _as_json(rows: list[dict[str, Any]]) -> str:
    written = arguments.json_text(rows)
    if "NaN" in written or "Infinity" in written:  # neither JSON nor PostgreSQL has them; the careful way is slower
        written = arguments.json_text(arguments.json_object({"rows": rows}, "findings")["rows"])
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
    for kind in sorted(kinds):
        session.execute(LOCK, {"kind": kind})


# Resolving

# A recovery is due where an opening was delivered; later where the alert flaps. What waits keeps its time.
RESOLVE = f"""
    UPDATE watcher.alert
       SET state = 'resolved', resolved_at = :now, resolved_by_hand = :by_hand, event = next.event,
           next_attempt_at = CASE WHEN next.event IS NULL THEN NULL
                                  WHEN next.event = 'resolved' AND NOT :by_hand
                                   AND alert.reopenings >= {FLAPPING_REOPENINGS}
                                  THEN greatest(CAST(:now AS timestamptz) + interval '{CONTINUES_WITHIN}',
                                                alert.next_attempt_at)
                                  WHEN alert.lease IS NULL AND (alert.state = 'snoozed' OR was.event = 'updated')
                                  THEN :now
                                  ELSE greatest(:now, alert.next_attempt_at) END
      FROM watcher.alert AS was
     CROSS JOIN LATERAL (
           SELECT CAST(CASE WHEN was.delivered_at IS NULL
                            THEN CASE WHEN was.lease IS NOT NULL OR was.last_error IS NOT NULL THEN 'missed' END
                            WHEN was.recovery_delivered_at IS NULL OR was.lease IS NOT NULL
                            THEN 'resolved' END AS watcher.alert_event)) AS next (event)
     WHERE was.id = alert.id
       AND alert.state <> 'resolved'
"""
RESOLVE_GONE = sa.text(f"""{RESOLVE}
       AND alert.kind = CAST(:kind AS watcher.alert_kind)
       AND NOT EXISTS (SELECT
                         FROM unnest(CAST(:still AS text[])) AS still (deduplication_key)
                        WHERE still.deduplication_key = alert.deduplication_key)
""")
RESOLVE_GONE_OF_PIPELINE = sa.text(f"{RESOLVE_GONE.text} AND alert.pipeline_id = :pipeline_id")
RESOLVE_KEYS = sa.text(f"{RESOLVE} AND alert.deduplication_key = ANY(CAST(:keys AS text[]))")
RESOLVE_ID = sa.text(f"{RESOLVE} AND alert.id = :id")


def resolve_gone_alerts(
    session: Session, *, kind: AlertKind, still: Iterable[str], now: dt.datetime, pipeline_id: int | None = None
) -> int:
    """Resolve the alerts of a kind whose cause a check did not find any more.

    Args:
        session: The check's transaction.
        kind: Which check.
        still: The deduplication keys of all that it found.
        now: The check's time.
        pipeline_id: The pipeline that the check was restricted to; the alerts of others stay.

    Returns:
        How many were resolved.
    """
    lock(session, [kind])
    given: dict[str, Any] = {"kind": kind.value, "still": list(still), "by_hand": False, "now": now}
    if pipeline_id is None:
        return _count(session.execute(RESOLVE_GONE, given))
    return _count(session.execute(RESOLVE_GONE_OF_PIPELINE, {**given, "pipeline_id": pipeline_id}))


def resolve_alerts(session: Session, *, keys: Iterable[str], now: dt.datetime) -> int:
    """Resolve the alerts with these deduplication keys; keys without an alert are ignored.

    Returns:
        How many were resolved.
    """
    asked = list(keys)
    kinds = sa.select(ALERT.c.kind).distinct().where(ALERT.c.deduplication_key == _any(asked))
    lock(session, session.scalars(kinds.where(ALERT.c.state != AlertState.RESOLVED)).all())
    return _count(session.execute(RESOLVE_KEYS, {"keys": asked, "by_hand": False, "now": now}))


def _any(keys: list[str]) -> sa.ColumnElement[Any]:
    # One array, however many keys: PostgreSQL takes 65,535 parameters at most.
    return sa.any_(sa.cast(keys, ARRAY(sa.Text)))


def _count(result: Any) -> int:
    return int(result.rowcount)


# By hand

# A reminder that is no longer needed is not sent; an opening that was not delivered yet still is.
ACKNOWLEDGE = sa.text("""
    UPDATE watcher.alert
       SET state = 'acknowledged', acknowledged_at = :now, snoozed_until = NULL,
           event           = CASE WHEN event NOT IN ('reminded', 'updated') OR lease IS NOT NULL THEN event END,
           next_attempt_at = CASE WHEN event IN ('reminded', 'updated') AND lease IS NULL THEN NULL
                                  WHEN state = 'snoozed' AND lease IS NULL AND event IS NOT NULL THEN :now
                                  ELSE next_attempt_at END
     WHERE id = :id
       AND state <> 'resolved'
""")
SNOOZE = sa.text("""
    UPDATE watcher.alert
       SET state = 'snoozed', snoozed_until = :until,
           event = CAST(CASE WHEN delivered_at IS NULL THEN 'opened'
                             WHEN recovery_delivered_at IS NULL THEN 'reminded'
                             ELSE 'reopened' END AS watcher.alert_event),
           next_attempt_at = CASE WHEN lease IS NULL THEN :until ELSE greatest(next_attempt_at, :until) END
     WHERE id = :id
       AND state <> 'resolved'
""")


def acknowledge_alert(session: Session, *, alert_id: int, now: dt.datetime) -> values.Alert:
    """Mark an alert as seen: it causes no reminder, and its recovery is still delivered.

    Raises:
        NotFoundError: There is no such alert.
        InvalidValueError: It is resolved.
    """
    return _change(session, ACKNOWLEDGE, alert_id, "acknowledged", now=now)


def snooze_alert(session: Session, *, alert_id: int, until: dt.datetime, now: dt.datetime) -> values.Alert:
    """Keep an alert quiet until a time; a reminder follows then if it is still open.

    Raises:
        NotFoundError: There is no such alert.
        InvalidValueError: It is resolved, or the time is not in the future.
    """
    until = arguments.instant(until, "until")
    if until <= now:
        raise InvalidValueError(f"until is {until.isoformat()}; it must be in the future")
    return _change(session, SNOOZE, alert_id, "snoozed", until=until, now=now)


def resolve_alert(session: Session, *, alert_id: int, now: dt.datetime) -> values.Alert:
    """Resolve an alert by hand; it stays resolved until a check finds its cause as new.

    Raises:
        NotFoundError: There is no such alert.
        InvalidValueError: It is resolved already.
    """
    return _change(session, RESOLVE_ID, alert_id, "resolved", by_hand=True, now=now)


def _change(
    session: Session, statement: sa.TextClause, alert_id: int, what: str, *, now: dt.datetime, **given: Any
) -> values.Alert:
    identifier = arguments.identifier(alert_id, "alert_id")
    changed = _count(session.execute(statement, {**given, "id": identifier, "now": now}))
    alert = get_alert(session, alert_id=identifier, now=now)
    if not changed:
        raise InvalidValueError(f"alert {alert_id} was resolved at {alert.resolved_at}; it cannot be {what} any more")
    return alert


# Reading


def get_alert(session: Session, *, alert_id: int, now: dt.datetime) -> values.Alert:
    """Return the alert with that id.

    Raises:
        NotFoundError: There is none.
    """
    given = {"id": arguments.identifier(alert_id, "alert_id"), "now": now}
    row = session.execute(sa.text(f"{SELECT} WHERE alert.id = :id"), given).one_or_none()
    if row is None:
        raise NotFoundError("alert", alert_id)
    return from_row(row._mapping)


def list_alerts(
    session: Session,
    *,
    states: Iterable[AlertState | str] | None = None,
    kind: AlertKind | str | None = None,
    pipeline_id: int | None = None,
    changed_since: dt.datetime | None = None,
    limit: int = 100,
    now: dt.datetime,
) -> list[values.Alert]:
    """Return alerts, the last opened first."""
    wanted = None if states is None else [arguments.choice(state, AlertState, "state").value for state in states]
    given = {
        "states": wanted,
        "kind": None if kind is None else arguments.choice(kind, AlertKind, "kind").value,
        "pipeline_id": pipeline_id,
        "changed_since": None if changed_since is None else arguments.instant(changed_since, "changed_since"),
        "limit": arguments.count(limit, "limit"),
        "now": now,
    }
    conditions = {
        "states": "state = ANY(CAST(:states AS watcher.alert_state[]))",
        "kind": "kind = CAST(:kind AS watcher.alert_kind)",
        "pipeline_id": "pipeline_id = :pipeline_id",
        "changed_since": "greatest(opened_at, reopened_at, resolved_at) >= :changed_since",
    }
    asked = [condition for name, condition in conditions.items() if given[name] is not None]
    where = f"WHERE {' AND '.join(asked)}" if asked else ""
    statement = f"SELECT * FROM ({SELECT}) AS alert {where} ORDER BY opened_at DESC, id DESC LIMIT :limit"
    return [from_row(row._mapping) for row in session.execute(sa.text(statement), given)]


def from_row(row: Mapping[Any, Any]) -> values.Alert:
    """Return the alert of a row of `SELECT`, in which the driver gives enums as text."""
    fields = dict(row)
    fields["kind"] = AlertKind(fields["kind"])
    fields["level"] = AlertLevel(fields["level"])
    fields["state"] = AlertState(fields["state"])
    fields["event"] = None if fields["event"] is None else AlertEvent(fields["event"])
    return values.Alert(**fields)
