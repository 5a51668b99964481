"""Open alerts that a place has not heard of, though routes lead there by now: they were opened before."""

from __future__ import annotations

from collections import Counter

import sqlalchemy as sa
from sqlalchemy.orm import Session

from watcher_core.alerts.fan_out import subject_of
from watcher_core.alerts.outbox import subject
from watcher_core.alerts.pending import JOINED_DELIVERIES
from watcher_core.alerts.routes import Routes

# Of what is behind another alert, that one says all; what is not settled is looked at by the next delivery.
OPEN = sa.text(f"""
    SELECT known.*, subject.*
      FROM (SELECT alert.id, alert.kind, alert.level, alert.pipeline_id, array_agg(delivery.destination) AS destinations
              FROM watcher.alert
              {JOINED_DELIVERIES}
             WHERE alert.state <> 'resolved'
               AND alert.is_settled
               AND alert.cause_alert_id IS NULL
             GROUP BY alert.id
            HAVING bool_or(delivery.delivered_at IS NOT NULL)) AS known
      LEFT JOIN LATERAL ({subject("known.pipeline_id")}) AS subject ON true
""")


def unheard_alerts(session: Session, *, routes: Routes) -> dict[str, int]:
    """Return how many open alerts places have not heard of to which routes lead, by the names of the places."""
    found: Counter[str] = Counter()
    for row in map(dict, session.execute(OPEN).mappings()):
        leads_to = {destination.name for destination in routes.find_all(subject_of(row))}
        found.update(leads_to.difference(row["destinations"]))
    return dict(found)
