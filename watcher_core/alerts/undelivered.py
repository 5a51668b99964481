"""What waits to be delivered: how many alerts, since when, and why."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from watcher_core import values
from watcher_core.alerts.fan_out import Plan
from watcher_core.alerts.holds import as_arrays
from watcher_core.alerts.outbox import plan
from watcher_core.alerts.pending import JOINED_DELIVERIES, NEXT
from watcher_core.alerts.routes import Routes
from watcher_core.database import OF_NAMES, pattern_of_names

# What a host without destinations cannot judge: another one has given it a place, and knows what holds it there.
ELSEWHERE = "(CAST(:has_none AS boolean) AND delivery.destination IS NOT NULL AND delivery.last_error IS NULL)"

# As SQLAlchemy has parameters.
OF_COVERED = OF_NAMES.replace("%(names)s", ":names")

UNDELIVERED = sa.text(f"""
    SELECT count(DISTINCT alert.id) AS count,
           (SELECT count(*)
              FROM watcher.alert
             WHERE id = ANY(CAST(:held AS bigint[]))
               AND (CAST(:names AS text) IS NULL OR {OF_COVERED.format("pipeline_id")})) AS held,
           coalesce(min(greatest(next.happened_at, next.not_before, timed.released_at)) FILTER (WHERE NOT {ELSEWHERE}),
                    min(greatest(next.happened_at, next.not_before, timed.released_at))) AS since,
           (array_agg(delivery.last_error ORDER BY next.happened_at) FILTER (WHERE delivery.last_error IS NOT NULL))[1]
           AS last_error,
           count(DISTINCT alert.id) FILTER (WHERE alert.id = ANY(CAST(:nowhere AS bigint[])) AND NOT {ELSEWHERE})
           AS nowhere,
           count(DISTINCT alert.id) FILTER (WHERE {ELSEWHERE}) AS elsewhere
      FROM watcher.alert
      {JOINED_DELIVERIES}
      LEFT JOIN unnest(CAST(:timed_ids AS bigint[]), CAST(:timed_destinations AS text[]),
                       CAST(:released_at AS timestamptz[])) AS timed (alert_id, destination, released_at)
        ON timed.alert_id = alert.id
       AND coalesce(delivery.destination = timed.destination, true)
      {NEXT}
     WHERE NOT alert.is_settled
       AND next.event IS NOT NULL
       AND coalesce(next.not_before <= :now, true)
       AND coalesce(timed.released_at <= :now, true)
       AND alert.deduplication_key IS DISTINCT FROM :besides
       AND (CAST(:names AS text) IS NULL OR {OF_COVERED.format("alert.pipeline_id")})
""")


def undelivered_alerts(
    session: Session,
    *,
    routes: Routes | None = None,
    besides: str | None = None,
    names: str | None = None,
    now: dt.datetime,
) -> values.UndeliveredAlerts:
    """Say how many alerts wait for their turn, since when, and why.

    Args:
        session: The transaction.
        routes: By which to say how many have no destination.
        besides: The key of the alert that says so, which must not be its own reason.
        names: Only those of pipelines that have such a name.
        now: The time.
    """
    waiting = Plan() if routes is None else plan(session, routes=routes, now=now)
    timed = as_arrays([*waiting.pending, *waiting.held, *waiting.by_others])
    nowhere = [alert.id for alert in waiting.pending if alert.destination is None]
    has_none = routes is not None and routes.file is None and not routes.destinations
    given = {
        "now": now,
        "besides": besides,
        "names": pattern_of_names(names),
        "nowhere": nowhere,
        "held": [alert.id for alert in waiting.held],
        "has_none": has_none,
        **timed,
    }
    return values.UndeliveredAlerts(**session.execute(UNDELIVERED, given).one()._mapping)
