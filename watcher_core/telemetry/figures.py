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

WINDOW: Final = dt.timedelta(hours=1)

ENDED: Final = tuple(state for state in ExecutionState if state is not ExecutionState.RUNNING)
COUNTS: Final = ("inserts", "updates", "soft_deletes", "total_rows")

_STATES = ", ".join(f"count(*) FILTER (WHERE state = '{state.value}') AS {state.value}" for state in ENDED)
_COUNTS = ", ".join(f"sum({count}) AS {count}" for count in COUNTS)
_SUMS = ", ".join(f"sum({column})" for column in (*(state.value for state in ENDED), "seconds", *COUNTS))

# Named one by one are those that need attention, then those with a rule about their data, then those that have been
# known for longest: an order that does not change from one scrape to the next, as that of the busiest would.
PIPELINES = f"""
    WITH ended AS (
        SELECT pipeline_id, {_STATES},
               sum(duration_seconds) AS seconds, max(duration_seconds) AS longest, {_COUNTS}
          FROM watcher.pipeline_execution
         WHERE end_date > %(since)s
         GROUP BY pipeline_id
    ), running AS (
        SELECT pipeline_id, count(*) AS running, min(start_date) AS oldest
          FROM watcher.pipeline_execution
         WHERE state = 'running'
         GROUP BY pipeline_id
    ), alerted AS (
        SELECT pipeline_id, count(*) AS alerts
          FROM watcher.alert
         WHERE state <> 'resolved'
           AND pipeline_id IS NOT NULL
         GROUP BY pipeline_id
    ), placed AS (
        SELECT pipeline.id, pipeline.name, alerts,
               pipeline.active AND pipeline.removed_at IS NULL AS is_active,
               coalesce(greatest(pipeline.last_target_insert, pipeline.last_target_update,
                                 pipeline.last_target_soft_delete), pipeline.created_at) AS changed_at,
               row_number() OVER (ORDER BY alerts IS NULL, removed_at IS NOT NULL OR NOT active,
                                           pipeline.freshness_number IS NULL, pipeline.id) AS place
          FROM watcher.pipeline
          LEFT JOIN alerted ON alerted.pipeline_id = pipeline.id
    )
    SELECT CASE WHEN place <= %(most)s THEN id END AS id,
           CASE WHEN place <= %(most)s THEN name END AS name,
           {_SUMS}, max(longest), sum(running), min(oldest), min(changed_at) FILTER (WHERE is_active), sum(alerts)
      FROM placed
      LEFT JOIN ended ON ended.pipeline_id = placed.id
      LEFT JOIN running ON running.pipeline_id = placed.id
     GROUP BY 1, 2
     ORDER BY 1 NULLS LAST
"""

PIPELINE_COUNTS = """
    SELECT count(*) FILTER (WHERE removed_at IS NULL AND active),
           count(*) FILTER (WHERE removed_at IS NULL AND NOT active),
           count(*) FILTER (WHERE removed_at IS NOT NULL)
      FROM watcher.pipeline
"""

ALERTS = "SELECT kind, level, count(*) FROM watcher.alert WHERE state <> 'resolved' GROUP BY kind, level"

FAILING_DELIVERIES = """
    SELECT delivery.destination, count(*)
      FROM watcher.alert
      JOIN watcher.alert_delivery AS delivery ON delivery.alert_id = alert.id
     WHERE NOT alert.is_settled
       AND delivery.last_error IS NOT NULL
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
    pipeline_id, name, *sums = row
    states, sums = sums[: len(ENDED)], sums[len(ENDED) :]
    seconds, *sums = sums
    counts, (longest, running, oldest, changed_at, alerts) = sums[: len(COUNTS)], sums[len(COUNTS) :]
    return values.PipelineFigures(
        pipeline_id=pipeline_id,
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
