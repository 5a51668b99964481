"""The outbox: pending notifications, and who delivers them now; what came of that is in `marking`.

Each destination of an alert has a row of its own in `alert_delivery`: what it knows, and when it is tried again. The
deliverer gives an alert its rows, by the routes; what a row is to be notified of follows from the alert, see `pending`.

A claim is a lease on rows: for `LEASE` no other deliverer takes them, and no row is locked. If a deliverer dies after
sending and before marking, its lease expires and the next delivery sends again.

A destination that fails is not tried for a while. What is found in that time waits with the rest, and is delivered
together once the destination works again: a few messages, not one for each alert. Nothing is ever given up.
"""

from __future__ import annotations

import datetime as dt
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from watcher_core.alerts import backoff, maintenance
from watcher_core.alerts.destinations import Destination
from watcher_core.alerts.fan_out import Pending, Plan, Reached, fan_out
from watcher_core.alerts.holds import Holds
from watcher_core.alerts.parcels import Parcel, by_destination, destination_name, make_parcels
from watcher_core.alerts.pending import (
    DELIVERY_KEY,
    DIGEST_DELAY,
    IS_EARLY,
    IS_PENDING,
    JOINED_DELIVERIES,
    LOUDER,
    NEXT,
)
from watcher_core.alerts.routes import Routes
from watcher_core.enums import AlertEvent

# Much longer than a delivery may take, so that no lease runs out under one that is alive.
LEASE = dt.timedelta(minutes=2)

# Of a place with a message for a few alerts, no more are claimed than one delivery may send.
MESSAGES_AT_ONCE = 60

# Where alerts are delivered, for who looks from elsewhere.
HOST = socket.gethostname()

# What an alert without a destination waits for.
UNROUTED = "SLACK_WEBHOOK_URL is not set, and no route matches"


@dataclass(kw_only=True)
class Tally:
    """What a delivery has done so far."""

    messages: int = 0
    alerts: int = 0
    errors: list[str] = field(default_factory=list)

    def fail(self, destination: str, reason: str) -> None:
        error = f"{destination}: {reason}"
        if error not in self.errors:
            self.errors.append(error)


# What is pending

UNSETTLED = f"""
      FROM watcher.alert
      {JOINED_DELIVERIES}
      {NEXT}
     WHERE NOT alert.is_settled"""

# What has got louder may be led by routes to places that know nothing of it: they need not wait. Nor need what failed
# at a place that is gone from the routes.
ANY_DUE = sa.text(f"""
    SELECT EXISTS (SELECT {UNSETTLED}
                      AND {IS_PENDING}
                      AND coalesce(delivery.next_attempt_at <= :now
                                   OR delivery.destination <> ALL(CAST(:known AS text[])), true))
        OR (:by_level AND EXISTS (SELECT {UNSETTLED} AND next.event = 'updated'))
        OR (:by_digest AND EXISTS (SELECT {UNSETTLED} AND {IS_EARLY}))
        OR EXISTS (SELECT {UNSETTLED} AND next.is_answered)
""")


def subject(pipeline_id: str) -> str:
    """The SQL of what routes ask of the pipeline with an id."""
    return f"""
            SELECT pipeline.name AS pipeline_name, pipeline_type.name AS pipeline_type_name, pipeline.pipeline_metadata,
                   ARRAY(SELECT alias.name
                           FROM watcher.pipeline_alias AS alias
                          WHERE alias.pipeline_id = pipeline.id) AS former_names,
                   ARRAY(SELECT alias.name
                           FROM watcher.pipeline_type_alias AS alias
                          WHERE alias.pipeline_type_id = pipeline_type.id) AS former_type_names
              FROM watcher.pipeline
              JOIN watcher.pipeline_type ON pipeline_type.id = pipeline.pipeline_type_id
             WHERE pipeline.id = {pipeline_id}
            OFFSET 0"""


# All rows of the alerts that are not settled: also those that are not due, and what others deliver right now.
ROWS = sa.text(f"""
    SELECT unsettled.*, subject.pipeline_name, subject.pipeline_type_name, subject.pipeline_metadata,
           subject.former_names, subject.former_type_names,
           cause_subject.pipeline_name AS cause_pipeline_name,
           cause_subject.pipeline_type_name AS cause_pipeline_type_name,
           cause_subject.pipeline_metadata AS cause_pipeline_metadata,
           cause_subject.former_names AS cause_former_names,
           cause_subject.former_type_names AS cause_former_type_names
      FROM (SELECT alert.id, alert.kind, alert.level, alert.pipeline_id, next.event, next.happened_at,
                   greatest(next.happened_at, next.not_before) AS due_at,
                   CASE WHEN next.event = 'updated'
                        THEN greatest(next.happened_at - interval '{DIGEST_DELAY}', next.no_digest_before,
                                      delivery.notified_at)
                        WHEN next.event = 'resolved' THEN next.no_digest_before END AS waits_since,
                   alert.deduplication_key = '{DELIVERY_KEY}' AS is_about_delivery,
                   cause.id AS cause_id, cause.kind AS cause_kind, cause.level AS cause_level,
                   cause.pipeline_id AS cause_pipeline_id,
                   delivery.destination, delivery.attempts, delivery.next_attempt_at, delivery.last_error,
                   delivery.waits_alone, delivery.thread,
                   CASE WHEN next.event IN ('updated', 'reminded') AND {LOUDER}
                        THEN delivery.notified_level END AS level_before,
                   delivery.lease IS NOT NULL AND delivery.next_attempt_at > :now AS is_leased,
                   {IS_PENDING} AS is_pending, {IS_EARLY} AS is_early, next.is_answered
            {UNSETTLED}) AS unsettled
      LEFT JOIN LATERAL ({subject("unsettled.pipeline_id")}) AS subject ON true
      LEFT JOIN LATERAL ({subject("unsettled.cause_pipeline_id")}) AS cause_subject ON true
     ORDER BY unsettled.happened_at, unsettled.id, unsettled.destination
""")

# The destinations that know of an incident, by its cause or what is behind that: of which pipelines, how loud, when.
REACHED = sa.text("""
    WITH incident AS MATERIALIZED (
        SELECT DISTINCT cause_alert_id AS id
          FROM watcher.alert
         WHERE NOT is_settled
           AND cause_alert_id IS NOT NULL
    ), part AS (
        SELECT id AS cause_id, id, pipeline_id, level
          FROM watcher.alert
         WHERE id = ANY(ARRAY(SELECT id FROM incident))
         UNION ALL
        SELECT incident.id, behind.id, behind.pipeline_id, behind.level
          FROM incident
         CROSS JOIN LATERAL (SELECT id, pipeline_id, level
                               FROM watcher.alert
                              WHERE cause_alert_id = incident.id
                                AND state <> 'resolved'
                             OFFSET 0) AS behind
    )
    SELECT part.cause_id, delivery.destination, array_agg(part.pipeline_id) AS pipeline_ids,
           CAST(max(CASE WHEN delivery.lease IS NULL THEN delivery.notified_level
                         ELSE greatest(delivery.notified_level, part.level) END) AS text) AS level,
           count(DISTINCT part.pipeline_id)
               FILTER (WHERE delivery.notified_level = 'critical'
                          OR (delivery.lease IS NOT NULL AND part.level = 'critical')) AS criticals,
           CASE WHEN bool_and(delivery.lease IS NULL) THEN max(delivery.notified_at) END AS notified_at
      FROM part
     CROSS JOIN LATERAL (SELECT * FROM watcher.alert_delivery WHERE alert_id = part.id OFFSET 0) AS delivery
     WHERE (delivery.delivered_at IS NOT NULL OR delivery.lease IS NOT NULL)
       AND delivery.recovery_delivered_at IS NULL
     GROUP BY part.cause_id, delivery.destination
""")


def plan(session: Session, *, routes: Routes, now: dt.datetime) -> Plan:
    """Return all pending notifications, oldest first, those that are held, and which rows they need."""
    rows = [dict(row._mapping) for row in session.execute(ROWS, {"now": now})]
    has_causes = any(row["cause_id"] is not None for row in rows)
    reached = [Reached(**row) for row in session.execute(REACHED).mappings()] if has_causes else []
    windows = maintenance.list_maintenance(session, now=now, over_since=now - maintenance.LOOKS_BACK)
    holds = Holds(routes=routes, windows=windows, now=now)
    return holds.part(fan_out(rows, routes, reached, is_held=holds.is_held, now=now), rows)


# Claiming

# Every destination knows the state of the alert. One that a check has locked is looked at again by the next delivery.
# A place that hears the end of a part of an incident may know of no other part by then: those that were quiet because
# of it are looked at again, before it is put aside.
SETTLE = sa.text(f"""
    WITH known AS (
        SELECT alert.id, alert.state, alert.cause_alert_id
          FROM watcher.alert
         WHERE NOT alert.is_settled
           AND NOT EXISTS (SELECT
                             FROM (SELECT) AS nothing
                             {JOINED_DELIVERIES}
                             {NEXT}
                            WHERE next.event IS NOT NULL
                               OR next.is_answered)
           FOR NO KEY UPDATE SKIP LOCKED
    ), ended AS MATERIALIZED (
        SELECT DISTINCT known.cause_alert_id AS cause_id
          FROM known
         CROSS JOIN LATERAL (SELECT recovery_delivered_at
                               FROM watcher.alert_delivery
                              WHERE alert_id = known.id
                             OFFSET 0) AS delivery
         WHERE known.state = 'resolved'
           AND known.cause_alert_id IS NOT NULL
           AND delivery.recovery_delivered_at IS NOT NULL
    ), beside AS MATERIALIZED (
        SELECT found.*
          FROM ended
         CROSS JOIN LATERAL (SELECT id, cause_alert_id, is_settled
                               FROM watcher.alert
                              WHERE cause_alert_id = ended.cause_id
                                AND state <> 'resolved'
                             OFFSET 0) AS found
         WHERE found.is_settled
    ), woken AS (
        UPDATE watcher.alert
           SET is_settled = false
         WHERE id = ANY(ARRAY(SELECT id
                                FROM watcher.alert
                               WHERE id = ANY(ARRAY(SELECT id FROM beside))
                                 FOR NO KEY UPDATE SKIP LOCKED))
        RETURNING id
    ), settled AS (
        UPDATE watcher.alert
           SET is_settled = true
         WHERE id = ANY(ARRAY(SELECT id
                                FROM known
                               WHERE (known.state = 'resolved'
                                      AND known.cause_alert_id IN (SELECT cause_alert_id
                                                                     FROM beside
                                                                    WHERE id NOT IN (SELECT id FROM woken)))
                                     IS NOT TRUE))
        RETURNING id
    )
    SELECT EXISTS (SELECT FROM watcher.alert WHERE NOT is_settled AND id NOT IN (SELECT id FROM settled))
        OR EXISTS (SELECT FROM woken)
""")

# Those of which their causes say all, until they are behind nothing any more.
QUIET = sa.text("""
    UPDATE watcher.alert
       SET is_settled = true
     WHERE id = ANY(ARRAY(SELECT id
                            FROM (SELECT id, cause_alert_id, state
                                    FROM watcher.alert
                                   WHERE id = ANY(:ids)
                                  OFFSET 0
                                     FOR NO KEY UPDATE SKIP LOCKED) AS locked
                           WHERE cause_alert_id IS NOT NULL
                             AND state <> 'resolved'))
""")

DROP = sa.text("""
    DELETE FROM watcher.alert_delivery AS delivery
     USING unnest(CAST(:ids AS bigint[]), CAST(:destinations AS text[])) AS given (alert_id, destination)
     WHERE delivery.alert_id = given.alert_id
       AND delivery.destination = given.destination
       AND (delivery.lease IS NULL OR delivery.next_attempt_at <= :now)
""")

# A destination that has another name knows what it knew; a thread is of one place, and so is waiting after a failure.
MOVE = sa.text("""
    WITH moved AS (
        DELETE FROM watcher.alert_delivery AS delivery
         USING unnest(CAST(:ids AS bigint[]), CAST(:before AS text[]), CAST(:destinations AS text[]),
                      CAST(:take_acknowledgements AS boolean[])) AS given (alert_id, before, destination, takes)
         WHERE delivery.alert_id = given.alert_id
           AND delivery.destination = given.before
           AND (delivery.lease IS NULL OR delivery.next_attempt_at <= :now)
        RETURNING delivery.*, given.destination AS moved_to, given.takes
    )
    INSERT INTO watcher.alert_delivery
          (alert_id, destination, takes_acknowledgements, event, lease, attempts, next_attempt_at, last_error,
           delivered_at, notified_at, notified_level, recovery_delivered_at)
    SELECT alert_id, moved_to, takes, event, lease, 0, CASE WHEN lease IS NOT NULL THEN next_attempt_at END, last_error,
           delivered_at, notified_at, notified_level, recovery_delivered_at
      FROM moved
     ORDER BY alert_id, moved_to
        ON CONFLICT DO NOTHING
""")

# One that somebody has locked whole, as to delete it, gets its rows by the next delivery, and keeps no other waiting.
ADD = sa.text("""
    INSERT INTO watcher.alert_delivery (alert_id, destination, takes_acknowledgements)
    SELECT given.*
      FROM unnest(CAST(:ids AS bigint[]), CAST(:destinations AS text[]), CAST(:take_acknowledgements AS boolean[]))
           AS given (alert_id, destination, takes)
     WHERE EXISTS (SELECT FROM watcher.alert WHERE alert.id = given.alert_id FOR KEY SHARE SKIP LOCKED)
     ORDER BY given.alert_id, given.destination
        ON CONFLICT DO NOTHING
""")

# What has changed since it was read is sent as it is now; rows that others have claimed wait for the next delivery.
CLAIM = sa.text(f"""
    WITH free AS (
        SELECT delivery.alert_id, delivery.destination, next.event, alert.state = 'snoozed' AS is_snoozed
          FROM unnest(CAST(:ids AS bigint[]), CAST(:destinations AS text[])) AS given (alert_id, destination)
          JOIN watcher.alert_delivery AS delivery
            ON delivery.alert_id = given.alert_id
           AND delivery.destination = given.destination
          JOIN watcher.alert ON alert.id = delivery.alert_id
          {NEXT}
         WHERE ({IS_PENDING} OR {IS_EARLY})
           AND delivery.alert_id = ANY(:ids) -- whatever is joined first
           AND alert.id = ANY(:ids)
           FOR UPDATE OF delivery SKIP LOCKED
    )
    UPDATE watcher.alert_delivery AS delivery
       SET lease = :lease, event = free.event, next_attempt_at = :lease_ends_at, attempts = attempts + 1
      FROM free
     WHERE delivery.alert_id = free.alert_id
       AND delivery.destination = free.destination
       AND delivery.alert_id = ANY(:ids)
    RETURNING delivery.alert_id, delivery.destination, delivery.event, free.is_snoozed
""")

WAKE = sa.text("""
    UPDATE watcher.alert
       SET state = 'open'
     WHERE id IN (SELECT id
                    FROM watcher.alert
                   WHERE id = ANY(:ids)
                     AND state = 'snoozed'
                     AND snoozed_until <= :now
                     FOR NO KEY UPDATE SKIP LOCKED)
""")


def settle(session: Session, *, now: dt.datetime) -> bool:
    """Put aside the alerts of whose state every destination knows: no delivery reads them again.

    Returns:
        Whether there are others.
    """
    return bool(session.scalar(SETTLE, {"now": now}))


def claim(
    session: Session,
    *,
    routes: Routes,
    is_configured: Callable[[Destination], bool],
    lease: str,
    retry_now: bool,
    tally: Tally,
    now: dt.datetime,
) -> list[Parcel]:
    """Take the lease on all that can be sent now, parted into messages."""
    given = {
        "by_level": any(route.level is not None for route in routes.routes),
        "by_digest": any(route.hold is not None and route.hold.digest is not None for route in routes.routes),
        "known": [destination.name for destination in routes.destinations],
        "now": now,
    }
    if not settle(session, now=now) or not (retry_now or session.scalar(ANY_DUE, given)):
        return []
    found = plan(session, routes=routes, now=now)
    _write_rows(session, found, now)
    chosen: list[Pending] = []
    for destination, waiting in by_destination(found.pending):
        if destination is None:
            tally.fail("no destination", UNROUTED)
        elif not is_configured(destination):
            tally.fail(destination.name, f"{destination.missing} is not set")
            # For who asks elsewhere, where it may be set.
            where = f"{destination.missing} is not set where alerts are delivered, on {HOST}"
            backoff.note_delay(session, waiting, where)
        elif (failed := backoff.failing(waiting, now)) and not retry_now:
            reason = failed.last_error or "waits after a failure"
            tally.fail(destination.name, reason)
            backoff.note_delay(session, [alert for alert in waiting if alert.last_error is None], reason)
        else:
            put_off = [] if retry_now else [alert for alert in waiting if backoff.is_put_off(alert, now)]
            for alert in put_off:
                tally.fail(destination.name, alert.last_error or "waits after a failure")
            due = [alert for alert in waiting if retry_now or not backoff.is_put_off(alert, now)]
            chosen += due if destination.most is None else due[: destination.most * MESSAGES_AT_ONCE]
    if not chosen:
        return []
    leased = {**_as_arrays(chosen), "lease": lease, "lease_ends_at": now + LEASE, "now": now}
    rows = session.execute(CLAIM, leased).all()
    claimed = {(row.alert_id, row.destination): AlertEvent(row.event) for row in rows}
    if snoozed := {row.alert_id for row in rows if row.is_snoozed}:
        session.execute(WAKE, {"ids": sorted(snoozed), "now": now})
    ours = [(alert, claimed.get((alert.id, destination_name(alert.destination)))) for alert in chosen]
    return make_parcels(replace(alert, event=event) for alert, event in ours if event is not None)


def _write_rows(session: Session, found: Plan, now: dt.datetime) -> None:
    if found.quiet:
        session.execute(QUIET, {"ids": found.quiet})
    if found.dropped:
        ids, destinations = zip(*found.dropped, strict=True)
        session.execute(DROP, {"ids": list(ids), "destinations": list(destinations), "now": now})
    if found.moved:
        before = [row.moved_from for row in found.moved]
        session.execute(MOVE, {**_as_arrays(found.moved), "before": before, "now": now})
    if found.added:
        session.execute(ADD, _as_arrays(found.added))


def _as_arrays(rows: Sequence[Pending]) -> dict[str, list[object]]:
    return {
        "ids": [row.id for row in rows],
        "destinations": [destination_name(row.destination) for row in rows],
        "take_acknowledgements": [
            row.destination is not None and row.destination.takes_acknowledgements for row in rows
        ],
    }
