"""Alerts: resolved in the transaction of the check, and read. See also `opening`, and `actions` for what people do.

Delivery comes after the commit, for each destination by itself. What a destination is to be notified of follows from
the state of the alert and what it knows; see `pending`. An alert that changes is not settled: the deliverer looks at it
until every destination knows its state; see `outbox`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from watcher_core import arguments, database, values
from watcher_core.alerts import pending, resolutions
from watcher_core.alerts.opening import lock
from watcher_core.database import OF_NAMES, Driver, models, pattern_of_names
from watcher_core.enums import AlertEvent, AlertKind, AlertLevel, AlertState
from watcher_core.errors import NotFoundError
from watcher_core.values.rows import of_rows

ALERT = models.table(models.Alert)
COLUMNS = ", ".join(
    f"alert.{column.name}"
    for column in ALERT.columns
    if column.name not in ("state", "snoozed_until", "grew_at", "is_settled")
)

# The members of what the driver gives as text.
ENUMS: Mapping[str, Mapping[Any, Any]] = {
    "kind": {kind.value: kind for kind in AlertKind},
    "level": {level.value: level for level in AlertLevel},
    "state": {state.value: state for state in AlertState},
    "covered_level": {level.value: level for level in AlertLevel},
    "event": {event.value: event for event in AlertEvent},
}

# A snooze ends at its time, whether or not its reminder has been delivered.
STATE = "CASE WHEN alert.state = 'snoozed' AND alert.snoozed_until <= %(now)s THEN 'open' ELSE alert.state END"


def _select(counted: str) -> str:
    """The SQL of alerts, as `Alert` has them. `counted`: the condition of what is counted as behind one."""
    return f"""
    SELECT {COLUMNS}, alert.snoozed_until, {STATE} AS state,
           (SELECT pipeline.name FROM watcher.pipeline WHERE pipeline.id = alert.pipeline_id) AS pipeline_name,
           (SELECT count(*)
              FROM watcher.alert AS other
             WHERE other.cause_alert_id = alert.id
               AND {counted}
               AND other.state IN ('open', 'acknowledged', 'snoozed')) AS behind,
           delivered.*, noted.noted_by, noted.noted_at
      FROM watcher.alert
     CROSS JOIN LATERAL ({pending.SUMMARY}) AS delivered
      LEFT JOIN LATERAL (SELECT acted_by AS noted_by, acted_at AS noted_at
                           FROM watcher.alert_action AS action
                          WHERE action.alert_id = alert.id
                            AND action.note = alert.note
                          ORDER BY action.id DESC
                          LIMIT 1) AS noted ON true
"""


SELECT = _select("true")
SELECT_OF_NAMES = _select(OF_NAMES.format("other.pipeline_id"))


# Resolving

RESOLVE = """
    UPDATE watcher.alert
       SET state = 'resolved', resolved_at = :now, resolved_by_hand = false, is_settled = false
     WHERE alert.state <> 'resolved'
"""
RESOLVE_GONE = sa.text(f"""{RESOLVE}
       AND alert.kind = CAST(:kind AS watcher.alert_kind)
       AND NOT EXISTS (SELECT
                         FROM jsonb_array_elements_text(CAST(:still AS jsonb)) AS still (deduplication_key)
                        WHERE still.deduplication_key = alert.deduplication_key)
""")
RESOLVE_GONE_OF_PIPELINE = sa.text(f"{RESOLVE_GONE.text} AND alert.pipeline_id = :pipeline_id")
RESOLVE_KEYS = sa.text(f"{RESOLVE} AND alert.deduplication_key = ANY(CAST(:keys AS text[]))")


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
    written = arguments.json_text(list(still))
    given: dict[str, Any] = {"kind": kind.value, "still": written, "now": now}
    if pipeline_id is None:
        return _resolve(session, RESOLVE_GONE, given)
    return _resolve(session, RESOLVE_GONE_OF_PIPELINE, {**given, "pipeline_id": pipeline_id})


def resolve_alerts(
    session: Session, *, keys: Iterable[str], resolution: Mapping[str, Any] | None = None, now: dt.datetime
) -> int:
    """Resolve the alerts with these deduplication keys; keys without an alert are ignored.

    Args:
        session: The transaction.
        keys: Which alerts.
        resolution: What ended them, where the caller knows; see `resolutions`.
        now: The time.

    Returns:
        How many were resolved.
    """
    asked = list(keys)
    kinds = sa.select(ALERT.c.kind).distinct().where(ALERT.c.deduplication_key == _any(asked))
    lock(session, session.scalars(kinds.where(ALERT.c.state != AlertState.RESOLVED)).all())
    return _resolve(session, RESOLVE_KEYS, {"keys": asked, "now": now}, resolution)


def _resolve(
    session: Session,
    statement: sa.TextClause,
    given: dict[str, Any],
    resolution: Mapping[str, Any] | None = None,
) -> int:
    ended = session.scalars(sa.text(f"{statement.text} RETURNING alert.id"), given).all()
    if resolution is None:
        resolutions.explain(session, ended)
    else:
        resolutions.note(session, ended, resolution)
    return len(ended)


def _any(keys: list[str]) -> sa.ColumnElement[Any]:
    # One array, however many keys: PostgreSQL takes 65,535 parameters at most.
    return sa.any_(sa.cast(keys, ARRAY(sa.Text)))


# Reading


DELIVERIES = sa.text(f"""
    SELECT delivery.destination, CASE WHEN NOT alert.is_settled THEN next.event END AS event, delivery.attempts,
           CASE WHEN next.event IS NOT NULL AND NOT alert.is_settled
                THEN greatest(next.happened_at, next.not_before, delivery.next_attempt_at) END AS next_attempt_at,
           delivery.last_error, delivery.thread, delivery.delivered_at, delivery.notified_at,
           delivery.recovery_delivered_at
      FROM watcher.alert
      JOIN watcher.alert_delivery AS delivery ON delivery.alert_id = alert.id
      {pending.NEXT}
     WHERE alert.id = :id
     ORDER BY delivery.destination
""")


def get_alert(session: Session, *, alert_id: int, names: str | None = None, now: dt.datetime) -> values.Alert:
    """Return the alert with that id; with `names`, what is behind it of pipelines that have such a name alone counts.

    Raises:
        NotFoundError: There is none.
    """
    given = {"id": arguments.identifier(alert_id, "alert_id"), "names": pattern_of_names(names), "now": now}
    select = SELECT if names is None else SELECT_OF_NAMES
    [*found] = _read(database.driver(session), f"{select} WHERE alert.id = %(id)s", given)
    if not found:
        raise NotFoundError("alert", alert_id)
    return found[0]


def list_deliveries(session: Session, *, alert_id: int, now: dt.datetime) -> list[values.AlertDelivery]:
    """Return what each destination knows of an alert, by its name."""
    found = session.execute(DELIVERIES, {"id": alert_id, "now": now}).mappings()
    return [
        values.AlertDelivery(**{**row, "event": None if row["event"] is None else AlertEvent(row["event"])})
        for row in found
    ]


def select_alerts(
    connection: Driver,
    *,
    ids: Collection[int] | None = None,
    states: Iterable[AlertState | str] | None = None,
    kind: AlertKind | str | None = None,
    pipeline_id: int | None = None,
    cause_id: int | None = None,
    changed_since: dt.datetime | None = None,
    names: str | None = None,
    before: tuple[dt.datetime, int] | None = None,
    limit: int = 100,
    now: dt.datetime,
) -> Iterator[values.Alert]:
    """Ask for alerts, the last opened first; with `before`, those behind the one with this opening and this id."""
    before_date, before_id = before or (None, None)
    wanted = None if states is None else [arguments.choice(state, AlertState, "state").value for state in states]
    given = {
        "ids": None if ids is None else list(ids),
        "states": wanted,
        "kind": None if kind is None else arguments.choice(kind, AlertKind, "kind").value,
        "pipeline_id": pipeline_id,
        "cause_id": cause_id,
        "changed_since": None if changed_since is None else arguments.instant(changed_since, "changed_since"),
        "names": pattern_of_names(names),
        "before_date": None if before_date is None else arguments.instant(before_date, "before"),
        "before_id": None if before_id is None else arguments.identifier(before_id, "before"),
        "limit": arguments.count(limit, "limit"),
        "now": now,
    }
    conditions = {
        "ids": "id = ANY(%(ids)s)",
        "states": f"{STATE} = ANY(CAST(%(states)s AS watcher.alert_state[]))",
        "kind": "kind = CAST(%(kind)s AS watcher.alert_kind)",
        "pipeline_id": "pipeline_id = %(pipeline_id)s",
        "cause_id": "cause_alert_id = %(cause_id)s",
        "changed_since": "greatest(opened_at, reopened_at, resolved_at) >= %(changed_since)s",
        "names": OF_NAMES.format("pipeline_id"),
        "before_id": "(opened_at, id) < (%(before_date)s, %(before_id)s)",
    }
    asked = [condition for name, condition in conditions.items() if given[name] is not None]
    if wanted is not None and AlertState.RESOLVED.value not in wanted:
        asked.append("state <> 'resolved'")  # as the index has it: few are open, and many have been
    statement = f"""
    {SELECT if names is None else SELECT_OF_NAMES}
     -- What is known of each is looked up for these only; as an array, for with IN all alerts would be read for it.
     WHERE alert.id = ANY(ARRAY(SELECT id
                                  FROM watcher.alert
                                 WHERE {" AND ".join(asked) or "true"}
                                 ORDER BY opened_at DESC, id DESC
                                 LIMIT %(limit)s))
     ORDER BY alert.opened_at DESC, alert.id DESC"""
    return _read(connection, statement, given)


def _read(connection: Driver, statement: str, given: Mapping[str, Any]) -> Iterator[values.Alert]:
    return _alerts(connection.execute(statement, given))


def _alerts(cursor: psycopg.Cursor[tuple[Any, ...]]) -> Iterator[values.Alert]:
    """Read what was asked for, once it is wanted: a page asks several questions before it reads the first answer."""
    rows = cursor.fetchall()
    names = [column.name for column in cursor.description or ()]
    yield from of_rows(values.Alert, names, rows, ENUMS)


def from_row(row: Mapping[str, Any]) -> values.Alert:
    """Return the alert of a row of `SELECT`, in which the driver gives enums as text."""
    [alert] = of_rows(values.Alert, tuple(row), [tuple(row.values())], ENUMS)
    return alert
