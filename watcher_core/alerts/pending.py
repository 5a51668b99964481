"""What a destination is to be notified of next: from the state of an alert, and from what the destination knows.

A destination knows that an alert is open once its opening (or a reminder, or a reopening) was delivered there, and that
it is over once its recovery was. An alert that opens and resolves before its opening was sent causes no message, unless
messages could not be delivered in that time: then one message names it as missed. While a deliverer holds the lease,
its message may or may not arrive: what happens in that time treats it as delivered, and waits until the lease ends.

Nothing of this is stored. So the state of an alert and its notifications cannot disagree, whenever a process dies.
"""

from __future__ import annotations

import datetime as dt

# The alert that says that notifications wait.
DELIVERY_KEY = "health/delivery"

# A cause that is back within this time continues its alert; one that comes and goes is one alert, not many. It is more
# than an hour, after which what runs hourly and fails every other time is back.
CONTINUES_WITHIN = dt.timedelta(minutes=90)

# An alert that grows, as one whose pipeline fails for more and more partitions, is notified again after an hour, then
# after as long as people have known of it, and once a day at last: an incident of two weeks is no hundred messages.
FIRST_UPDATE_AFTER = dt.timedelta(hours=1)
UPDATES_AT_LEAST_EVERY = dt.timedelta(days=1)
# A digest is delivered some time after its own. What has grown in between goes with it all the same, within this time:
# what grows right before each delivery would be late for each digest.
DIGEST_DELAY = dt.timedelta(minutes=5)
# A digest takes along what has grown once this part of that wait is over. A daily one comes less than a day after the
# one before where that was late, by seconds or by hours, or where clocks have gone forward.
WAIT_FOR_DIGEST = 0.75
# One that was back so often, and within this time, flaps: its recovery is notified once it has lasted for
# `CONTINUES_WITHIN`. Until then people know of an open alert, and need no message when it is back.
FLAPPING_REOPENINGS = 1
FLAPPING_WITHIN = dt.timedelta(hours=3)
# Recoveries of alerts with one cause wait for each other, but no longer than this, nor beyond a digest.
RECOVERIES_WAIT = dt.timedelta(hours=1)

# Of rows `alert` and `cause`, as `fan_out.Incidents` has it: it must not wait for who looks at what is less urgent.
MORE_URGENT = "(alert.level = 'critical' AND cause.level <> 'critical')"
# Of rows `alert` and `delivery`: it has got worse than a message there said. That is said at once, and once for each
# level: what gets quieter again in between is not said.
LOUDER = "(delivery.notified_level < alert.level)"

# How long what has grown waits after the last message.
WAIT = f"""least(greatest(delivery.notified_at - coalesce(alert.reopened_at, alert.opened_at),
                               interval '{FIRST_UPDATE_AFTER}'),
                      interval '{UPDATES_AT_LEAST_EVERY}')"""
# With its cause; joined to `pending`.
CAUSE_SNOOZED = f"""CASE WHEN cause.state = 'snoozed' AND pending.event IN ('opened', 'reopened', 'updated')
                                  AND NOT {MORE_URGENT}
                                 THEN cause.snoozed_until END"""

# Of a row `alert` that is resolved.
FLAPS = f"""(NOT alert.resolved_by_hand
              AND alert.reopenings >= {FLAPPING_REOPENINGS}
              AND coalesce(alert.reopened_at > alert.resolved_at - interval '{FLAPPING_WITHIN}', false))"""

# Of rows `alert`, `delivery` and `cause`: nothing is said of it while somebody looks at its cause. Nor is it once that
# is over, and holds nothing up any more, until it is behind nothing; what is critical does not wait for that where
# nobody has answered.
ANSWERED = f"""
         (alert.state <> 'resolved' AND NOT {MORE_URGENT} AND delivery.lease IS NULL
          AND (cause.state = 'acknowledged'
               OR (cause.state = 'resolved'
                   AND (alert.level <> 'critical'
                        OR cause.acknowledged_at IS NOT NULL
                        OR cause.snoozed_until > cause.resolved_at)))
          AND (delivery.delivered_at IS NULL OR delivery.recovery_delivered_at IS NOT NULL))"""

# What takes the place of the time in a statement, as SQLAlchemy and the driver have parameters.
NOW, DRIVER_NOW = ":now", "%(now)s"


# Of rows `alert` and `delivery`: a place that could not be reached may show as acknowledged what others know to have
# ended since, and what is back without that answer.
SHOWS_OLD_ANSWER = """
         (delivery.takes_acknowledgements AND delivery.last_error IS NOT NULL
          AND alert.state = 'open' AND alert.acknowledged_at IS NULL AND delivery.notified_at < alert.reopened_at)"""


def _event(now: str) -> str:
    """Of rows `alert`, `delivery` and `cause`; without a row of `delivery`, nobody has been notified of anything.

    What is behind an acknowledged alert is acknowledged with it, but for what is critical where that is not: who looks
    at the one need not know of the other. What has become louder than a place knows is news there, also where somebody
    has acknowledged it since: the message says so.
    """
    return f"""
    CASE WHEN alert.state = 'resolved'
         THEN CASE WHEN delivery.delivered_at IS NULL
                   THEN CASE WHEN delivery.lease IS NOT NULL OR delivery.last_error IS NOT NULL THEN 'missed' END
                   WHEN delivery.recovery_delivered_at IS NULL OR delivery.lease IS NOT NULL THEN 'resolved' END
         WHEN {ANSWERED} THEN NULL
         WHEN delivery.delivered_at IS NULL THEN 'opened'
         WHEN delivery.recovery_delivered_at IS NOT NULL OR delivery.event = 'resolved' OR {SHOWS_OLD_ANSWER}
         THEN 'reopened'
         WHEN alert.state = 'acknowledged'
         THEN CASE WHEN {LOUDER} THEN 'updated'
                   WHEN delivery.takes_acknowledgements AND delivery.notified_at < alert.acknowledged_at
                   THEN 'acknowledged' END
         WHEN alert.state = 'snoozed' AND alert.snoozed_until > {now}
          AND delivery.takes_acknowledgements AND delivery.notified_at < alert.snoozed_at THEN 'snoozed'
         WHEN delivery.notified_at < alert.snoozed_until THEN 'reminded'
         WHEN alert.state = 'open' AND (delivery.notified_at < alert.grew_at OR {LOUDER}) THEN 'updated' END"""


# Few alerts have news, but where statistics are older than these, PostgreSQL expects any number, and reads all alerts
# to join them. Behind OFFSET, what belongs to an alert is looked up for it. Nothing but the key is asked for: with one
# more condition, an index that has it may be read whole, as it seems to cost no more.
JOINED_DELIVERIES = """
      LEFT JOIN LATERAL (SELECT * FROM watcher.alert_delivery WHERE alert_id = alert.id OFFSET 0) AS delivery ON true"""


def _next(now: str) -> str:
    """Joined to `alert` and `delivery`: the event, when it happened, and before when it is not sent, nor with a digest.

    What is behind a snoozed alert is snoozed with it. `is_answered` has what comes once nobody looks at its cause.
    """
    return f"""
      LEFT JOIN LATERAL (SELECT *
                           FROM watcher.alert AS other
                          WHERE other.id = alert.cause_alert_id
                         OFFSET 0) AS cause ON true
      CROSS JOIN LATERAL (SELECT CAST({_event(now)} AS watcher.alert_event) AS event) AS pending
      CROSS JOIN LATERAL (
            SELECT pending.event, coalesce({ANSWERED}, false) AS is_answered,
                   CASE pending.event WHEN 'opened'       THEN coalesce(alert.reopened_at, alert.opened_at)
                                      WHEN 'reopened'     THEN alert.reopened_at
                                      WHEN 'acknowledged' THEN alert.acknowledged_at
                                      WHEN 'snoozed'      THEN alert.snoozed_at
                                      WHEN 'reminded'     THEN alert.snoozed_until
                                      WHEN 'updated'      THEN alert.grew_at
                                      ELSE alert.resolved_at END AS happened_at,
                   greatest(CASE WHEN alert.state = 'snoozed' AND pending.event IS DISTINCT FROM 'snoozed'
                                 THEN alert.snoozed_until END,
                            {CAUSE_SNOOZED},
                            CASE WHEN pending.event = 'reminded' THEN alert.snoozed_until
                                 WHEN pending.event = 'updated' AND {LOUDER} IS NOT TRUE
                                 THEN delivery.notified_at + {WAIT}
                                 WHEN pending.event = 'resolved' AND {FLAPS}
                                 THEN alert.resolved_at + interval '{CONTINUES_WITHIN}'
                                 WHEN pending.event = 'resolved'
                                  AND EXISTS (SELECT
                                                FROM watcher.alert AS other
                                               WHERE other.cause_alert_id = alert.cause_alert_id
                                                 AND other.state IN ('open', 'acknowledged', 'snoozed')
                                              OFFSET 0)
                                 THEN alert.resolved_at + interval '{RECOVERIES_WAIT}' END) AS not_before,
                   CASE WHEN pending.event = 'updated'
                        THEN greatest({CAUSE_SNOOZED},
                                      CASE WHEN {LOUDER} IS NOT TRUE
                                           THEN delivery.notified_at + {WAIT_FOR_DIGEST} * {WAIT} END)
                        WHEN pending.event = 'resolved' AND NOT {FLAPS}
                        THEN alert.resolved_at END AS no_digest_before) AS next"""


NEXT = _next(NOW)

# Not what is to be quiet until later, nor what another deliverer sends right now; but what waits for another try.
IS_PENDING = """
       next.event IS NOT NULL
   AND coalesce(next.not_before <= :now, true)
   AND (delivery.lease IS NULL OR delivery.next_attempt_at <= :now)"""

# What a digest takes along, though it is due only soon.
IS_EARLY = """
       next.event IN ('updated', 'resolved')
   AND next.no_digest_before <= :now
   AND (delivery.lease IS NULL OR delivery.next_attempt_at <= :now)"""

# The deliveries of an alert together, as `Alert` has them.
SUMMARY = f"""
            SELECT min(delivery.delivered_at) AS delivered_at, max(delivery.notified_at) AS notified_at,
                   CASE WHEN bool_and(delivery.recovery_delivered_at IS NOT NULL)
                             FILTER (WHERE delivery.delivered_at IS NOT NULL)
                        THEN max(delivery.recovery_delivered_at) END AS recovery_delivered_at,
                   coalesce(max(delivery.attempts), 0) AS attempts, max(delivery.lease) AS lease,
                   (array_agg(delivery.last_error ORDER BY delivery.attempts DESC)
                    FILTER (WHERE delivery.last_error IS NOT NULL))[1] AS last_error,
                   string_agg(delivery.destination, ', ' ORDER BY delivery.destination)
                   FILTER (WHERE delivery.delivered_at IS NOT NULL) AS destination,
                   max(delivery.thread) AS thread,
                   (array_agg(next.event ORDER BY next.not_before, delivery.destination)
                    FILTER (WHERE next.event IS NOT NULL AND NOT alert.is_settled))[1] AS event,
                   min(greatest(next.happened_at, next.not_before, delivery.next_attempt_at,
                                CASE WHEN next.event = 'opened' THEN alert.reopened_at END))
                   FILTER (WHERE next.event IS NOT NULL AND NOT alert.is_settled) AS next_attempt_at
              FROM (SELECT) AS nothing
              {JOINED_DELIVERIES}
              {_next(DRIVER_NOW)}"""
