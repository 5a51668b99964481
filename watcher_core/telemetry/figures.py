"""Figures of all pipelines, in one statement whose cost follows the last hour and not the history.

They are of a window, and no counters. What an execution says may change after its end, and cleanup deletes executions,
so that a sum over all of them falls; a counter in the memory of a server would begin anew with each start, and count
everything again in each server.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from sqlalchemy.orm import Session

from watcher_core import database, values
from watcher_core.enums import AlertKind, AlertLevel, ExecutionState
from watcher_core.values import COUNTS

WINDOW: Final = dt.timedelta(hours=1)

ENDED: Final = tuple(state for state in ExecutionState if state is not ExecutionState.RUNNING)

_STATES = ", ".join(f"count(*) FILTER (WHERE state = '{state.value}') AS {state.value}" for state in ENDED)
_COUNTS = ", ".join(f"sum({count}) AS {count}" for count in COUNTS)
_ENDED = ", ".join(("ended.seconds", "ended.longest", *(f"ended.{name}" for name in (*ENDED, *COUNTS))))

# Named one by one are those that need attention, then those with a rule about their data, then those that have been
# known for longest: an order that does not change from one scrape to the next, as that of the busiest would. All others
# are place 0.
PIPELINES = f"""
    WITH alerted AS (
        SELECT pipeline_id AS id, count(*) AS alerts
          FROM watcher.alert
         WHERE state <> 'resolved'
           AND pipeline_id IS NOT NULL
         GROUP BY pipeline_id
    ), named AS MATERIALIZED (
        SELECT id
          FROM watcher.pipeline
          LEFT JOIN alerted USING (id)
         ORDER BY alerts IS NULL, removed_at IS NOT NULL OR NOT active, freshness_number IS NULL, id
         LIMIT %(most)s
    ), standing AS (
        SELECT coalesce(named.id, 0) AS place,
               CASE WHEN named.id IS NOT NULL THEN name END AS name,
               min(coalesce(greatest(last_target_insert, last_target_update, last_target_soft_delete), created_at))
                   FILTER (WHERE active AND removed_at IS NULL) AS changed_at,
               sum(alerts) AS alerts
          FROM watcher.pipeline
          LEFT JOIN named USING (id)
          LEFT JOIN alerted USING (id)
         GROUP BY 1, 2
    ), ended AS (
        SELECT coalesce(named.id, 0) AS place, {_STATES},
               -- What was blocked has the times of its run, and took none.
               sum(duration_seconds) FILTER (WHERE state <> 'blocked') AS seconds,
               max(duration_seconds) FILTER (WHERE state <> 'blocked') AS longest, {_COUNTS}
          FROM watcher.pipeline_execution AS execution
          LEFT JOIN named ON named.id = execution.pipeline_id
         WHERE execution.end_date > %(since)s
         GROUP BY 1
    ), running AS (
        SELECT coalesce(named.id, 0) AS place, count(*) AS running, min(start_date) AS oldest
          FROM watcher.pipeline_execution AS execution
          LEFT JOIN named ON named.id = execution.pipeline_id
         WHERE execution.state = 'running'
         GROUP BY 1
    )
    SELECT place, name, changed_at, alerts, running, oldest, {_ENDED}
      FROM standing
      LEFT JOIN ended USING (place)
      LEFT JOIN running USING (place)
     ORDER BY place = 0, place
"""

PIPELINE_COUNTS = """
    SELECT count(*) FILTER (WHERE removed_at IS NULL AND active),
           count(*) FILTER (WHERE removed_at IS NULL AND NOT active),
           count(*) FILTER (WHERE removed_at IS NOT NULL)
      FROM watcher.pipeline
"""

ALERTS = "SELECT kind, level, count(*) FROM watcher.alert WHERE state <> 'resolved' GROUP BY kind, level"

# An error may stay behind when there is nothing left to say.
FAILING_DELIVERIES = """
    SELECT delivery.destination, count(*)
      FROM watcher.alert
      JOIN watcher.alert_delivery AS delivery ON delivery.alert_id = alert.id
     WHERE NOT alert.is_settled
       AND delivery.last_error IS NOT NULL
       AND (delivery.delivered_at IS NULL OR delivery.next_attempt_at IS NOT NULL)
     GROUP BY delivery.destination
     ORDER BY 2 DESC, 1
"""


def pipeline_figures(session: Session, *, most: int, now: dt.datetime) -> tuple[values.PipelineFigures, ...]:
    """Return the figures of so many pipelines at most, and of all others together.

    Args:
        session: The transaction.
        most: How many are named.
        now: The end of the last hour.
    """
    rows = database.driver(session).execute(PIPELINES, {"most": most, "since": now - WINDOW})
    return tuple(_figures(row, now) for row in rows)


def pipeline_counts(session: Session) -> tuple[int, int, int]:
    """Return how many pipelines are active, switched off, and gone from the code."""
    active, inactive, removed = database.driver(session).execute(PIPELINE_COUNTS).fetchone() or (0, 0, 0)
    return active, inactive, removed


def alert_counts(session: Session) -> dict[tuple[AlertKind, AlertLevel], int]:
    """Return how many alerts are not resolved, of each kind and level that there is."""
    counts = {(kind, level): 0 for kind in AlertKind for level in AlertLevel}
    for kind, level, count in database.driver(session).execute(ALERTS):
        counts[AlertKind(kind), AlertLevel(level)] = count
    return counts


def failing_deliveries(session: Session) -> dict[str, int]:
    """Return how many deliveries have failed when last tried, by destination; the most first."""
    return dict(database.driver(session).execute(FAILING_DELIVERIES).fetchall())


def _figures(row: tuple[Any, ...], now: dt.datetime) -> values.PipelineFigures:
    place, name, changed_at, alerts, running, oldest, seconds, longest, *rest = row
    states, counts = rest[: len(ENDED)], rest[len(ENDED) :]
    return values.PipelineFigures(
        pipeline_id=place or None,
        pipeline_name=name,
        ended={state: int(count) for state, count in zip(ENDED, states, strict=True) if count},
        seconds=seconds,
        longest_seconds=longest,
        counts={name: int(count) for name, count in zip(COUNTS, counts, strict=True) if count is not None},
        running=int(running or 0),
        longest_running_seconds=_age(oldest, now),
        lag_seconds=_age(changed_at, now),
        alerts=int(alerts or 0),
    )


def _age(at: dt.datetime | None, now: dt.datetime) -> float | None:
    return None if at is None else max(0.0, (now - at).total_seconds())
