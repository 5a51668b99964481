"""What people do about alerts: they acknowledge, snooze and resolve them, and make notes.

Each of these is a row, with who did it, when, and the note: those who look at an alert one after the other read what
the others did. The alert itself has the last of each, which is what messages say.

An acknowledgement or a snooze holds up to the level that the alert has by then, its `covered_level`. One that gets
louder is open again; see `opening`.
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from watcher_core import arguments, text, values
from watcher_core.alerts.alerts import get_alert
from watcher_core.enums import AlertActionKind
from watcher_core.errors import InvalidValueError

MOST_BY_CHARACTERS = 200
MOST_NOTE_CHARACTERS = 1_000


def _statement(changes: str, condition: str) -> sa.TextClause:
    return sa.text(f"""
    WITH changed AS (
        UPDATE watcher.alert
           SET {changes}note = coalesce(:note, note)
         WHERE id = :id
           AND {condition}
        RETURNING id
    )
    INSERT INTO watcher.alert_action (alert_id, kind, acted_at, acted_by, snoozed_until, note)
    SELECT id, CAST(:kind AS watcher.alert_action_kind), :now, CAST(:by AS text), CAST(:until AS timestamptz),
           CAST(:note AS text)
      FROM changed
""")


# Who takes over what was acknowledged when it was worse takes it over as that.
COVERED = """
               covered_level = CASE WHEN state IN ('acknowledged', 'snoozed')
                                    THEN greatest(covered_level, level) ELSE level END"""

STATEMENTS = {
    AlertActionKind.ACKNOWLEDGED: _statement(
        f"""state = 'acknowledged', acknowledged_at = :now, acknowledged_by = :by, snoozed_until = NULL,
               is_settled = false,{COVERED},
               """,
        "state <> 'resolved'",
    ),
    AlertActionKind.SNOOZED: _statement(
        f"""state = 'snoozed', snoozed_at = :now, snoozed_by = :by, snoozed_until = CAST(:until AS timestamptz),
               is_settled = false,{COVERED},
               """,
        "state <> 'resolved'",
    ),
    AlertActionKind.RESOLVED: _statement(
        """state = 'resolved', resolved_at = :now, resolved_by = :by, resolved_by_hand = true, is_settled = false,
               snoozed_until = NULL,
               resolution = jsonb_build_object('how', 'by_hand', 'note', CAST(:note AS text)),
               """,
        "state <> 'resolved'",
    ),
    # What was learned of one that is over belongs to it, too.
    AlertActionKind.NOTED: _statement("", "true"),
}

ACTIONS = sa.text("""
    SELECT *
      FROM (SELECT id, kind, acted_at, acted_by, snoozed_until, note,
                   row_number() OVER (ORDER BY acted_at, id) AS number
              FROM watcher.alert_action
             WHERE alert_id = :id
             ORDER BY number DESC
             LIMIT :limit) AS last
     ORDER BY number
""")


def acknowledge_alert(
    session: Session, *, alert_id: int, by: str | None = None, note: str | None = None, now: dt.datetime
) -> values.Alert:
    """Mark an alert as seen: it causes no reminder, and its recovery is still delivered.

    Raises:
        NotFoundError: There is no such alert.
        InvalidValueError: It is resolved, or `by` or `note` is too long or empty.
    """
    return _act(session, AlertActionKind.ACKNOWLEDGED, alert_id, by=by, note=note, now=now)


def snooze_alert(
    session: Session,
    *,
    alert_id: int,
    until: dt.datetime,
    by: str | None = None,
    note: str | None = None,
    now: dt.datetime,
) -> values.Alert:
    """Keep an alert quiet until a time; a reminder follows then if it is still open.

    Raises:
        NotFoundError: There is no such alert.
        InvalidValueError: It is resolved, the time is not in the future, or `by` or `note` is too long or empty.
    """
    until = arguments.instant(until, "until")
    if until <= now:
        raise InvalidValueError(f"until is {until.isoformat()}; it must be in the future")
    return _act(session, AlertActionKind.SNOOZED, alert_id, by=by, note=note, until=until, now=now)


def resolve_alert(
    session: Session, *, alert_id: int, by: str | None = None, note: str | None = None, now: dt.datetime
) -> values.Alert:
    """Resolve an alert by hand; it stays resolved until a check finds its cause as new.

    Raises:
        NotFoundError: There is no such alert.
        InvalidValueError: It is resolved already, or `by` or `note` is too long or empty.
    """
    return _act(session, AlertActionKind.RESOLVED, alert_id, by=by, note=note, now=now)


def note_alert(session: Session, *, alert_id: int, note: str, by: str | None = None, now: dt.datetime) -> values.Alert:
    """Add a note to an alert, also to one that is over; nothing else of it changes.

    Raises:
        NotFoundError: There is no such alert.
        InvalidValueError: `by` or `note` is too long or empty.
    """
    return _act(session, AlertActionKind.NOTED, alert_id, by=by, note=note, now=now)


def signature(by: str | None, note: str | None) -> dict[str, str | None]:
    """Return who does something, and why, as they are stored.

    Raises:
        InvalidValueError: `by` or `note` is too long or empty.
    """
    return {
        "by": arguments.words(by, "by", MOST_BY_CHARACTERS),
        "note": arguments.note(note, "note", MOST_NOTE_CHARACTERS),
    }


def _act(
    session: Session,
    kind: AlertActionKind,
    alert_id: int,
    *,
    by: str | None,
    note: str | None,
    now: dt.datetime,
    until: dt.datetime | None = None,
) -> values.Alert:
    given = {
        "id": arguments.identifier(alert_id, "alert_id"),
        "kind": kind.value,
        **signature(by, note),
        "until": until,
        "now": now,
    }
    done = session.execute(STATEMENTS[kind], given).rowcount  # type: ignore[attr-defined]  # as of every INSERT
    alert = get_alert(session, alert_id=alert_id, now=now)
    if not done:
        raise InvalidValueError(
            f"alert {alert_id} was resolved at {text.clock(alert.resolved_at)}; it cannot be {kind} any more"
        )
    return alert


def list_actions(session: Session, *, alert_id: int, limit: int | None = None) -> list[values.AlertAction]:
    """Return what people did about an alert, or last did, the first first."""
    rows = session.execute(ACTIONS, {"id": alert_id, "limit": arguments.count(limit, "limit")}).mappings()
    return [values.AlertAction(**{**row, "kind": AlertActionKind(row["kind"])}) for row in rows]
