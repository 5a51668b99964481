"""One message about alerts of several kinds: what came in quiet hours, or since the last digest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from watcher_core import text, values
from watcher_core.alerts import slack, titles
from watcher_core.alerts.incidents import NOTHING, Behind
from watcher_core.alerts.quiet import Collection
from watcher_core.enums import AlertEvent, AlertLevel, AlertState

# Alerts that are listed of each part; of the rest it gives the number.
SHOWN = 20
# Characters of the line of an alert.
LINE_CHARACTERS = 300
# Before this, nothing is counted that came and went: a place that got no message for so long had none to get.
COUNTED_WITHIN = dt.timedelta(days=7)

SIGNS = {AlertLevel.INFO: "ℹ️", AlertLevel.WARNING: "⚠️", AlertLevel.ERROR: "🔴", AlertLevel.CRITICAL: "🚨"}
OVER = (AlertEvent.RESOLVED, AlertEvent.MISSED)
HEADERS = {Collection.QUIET: "Quiet hours are over", Collection.DIGEST: "Digest of alerts"}

# What a place knows to be open.
STILL_OPEN = sa.text("""
    SELECT alert.id, count(*) OVER () AS total
      FROM watcher.alert
      JOIN watcher.alert_delivery AS delivery ON delivery.alert_id = alert.id
     WHERE alert.state <> 'resolved'
       AND delivery.destination = :destination
       AND delivery.delivered_at IS NOT NULL
       AND delivery.recovery_delivered_at IS NULL
       AND alert.id <> ALL(CAST(:besides AS bigint[]))
     ORDER BY alert.level DESC, alert.opened_at, alert.id
     LIMIT :shown
""")

# What was over before a message about it was sent, since the last message there.
CAME_AND_WENT = sa.text("""
    WITH last AS (
        SELECT max(delivery.notified_at) AS at
          FROM watcher.alert
          JOIN watcher.alert_delivery AS delivery ON delivery.alert_id = alert.id
         WHERE alert.opened_at > :since
           AND delivery.destination = :destination
    )
    SELECT count(*)
      FROM watcher.alert
      JOIN watcher.alert_delivery AS delivery ON delivery.alert_id = alert.id
     CROSS JOIN last
     WHERE alert.opened_at > :since
       AND alert.state = 'resolved'
       AND alert.resolved_at > coalesce(last.at, :since)
       AND delivery.destination = :destination
       AND delivery.delivered_at IS NULL
       AND delivery.last_error IS NULL
""")


@dataclass(frozen=True)
class Part:
    """Alerts to which the same happened; `None`: they are open still."""

    event: AlertEvent | None
    alerts: Sequence[values.Alert]
    total: int


def still_open(session: Session, *, destination: str, besides: Sequence[int]) -> tuple[list[int], int]:
    """Return the first alerts that a place knows to be open, but for some, and how many there are."""
    given = {"destination": destination, "besides": list(besides), "shown": SHOWN}
    rows = session.execute(STILL_OPEN, given).all()
    return [row.id for row in rows], rows[0].total if rows else 0


def came_and_went(session: Session, *, destination: str, now: dt.datetime) -> int:
    """Count the alerts that were over before a place was notified of them."""
    given = {"destination": destination, "since": now - COUNTED_WITHIN}
    return int(session.execute(CAME_AND_WENT, given).scalar_one())


def message(
    parts: Sequence[Part],
    *,
    collection: Collection,
    passed: int,
    now: dt.datetime,
    behind: Mapping[int, Behind] | None = None,
    levels_before: Mapping[int, AlertLevel] | None = None,
    board_url: str | None = None,
    environment: str | None = None,
) -> slack.SlackMessage:
    """Write the message.

    Args:
        parts: The alerts, by what happened to them.
        collection: Why they are in one message.
        passed: How many came and went, and are not listed.
        now: The time of the message.
        behind: What is behind alerts, by their ids.
        levels_before: The level that the place knows of an alert that has become louder since, by its id.
        board_url: Base of links to the board.
        environment: What the deployment is called.
    """
    counts = {
        "new": sum(part.total for part in parts if part.event is AlertEvent.OPENED),
        "ended": sum(part.total for part in parts if part.event in OVER),
        "still open": sum(part.total for part in parts if part.event is None),
    }
    counts["changed"] = sum(part.total for part in parts) - sum(counts.values())
    summary = ", ".join(f"{count:,} {what}" for what, count in counts.items() if count)
    levels = [alert.level for part in parts if part.event not in OVER for alert in part.alerts]
    sign = SIGNS[max(levels, key=lambda level: level.loudness)] if levels else "✅"
    where = f" · {slack.escape(environment)}" if environment else ""
    lines = [line for part in parts for line in _lines(part, behind or {}, levels_before or {}, now, board_url)]
    if passed:
        lines.append(f"{text.plural(passed, 'alert')} came and went meanwhile")
    return slack.compose(
        header=f"{sign} {HEADERS[collection]}",
        title=f"{sign} {HEADERS[collection]}: {summary}",
        headline=summary,
        context=f"{now.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S} UTC{where}",
        lines=lines,
        rest="",
        footer=f"Watcher: {slack.link('see what is wrong now', board_url, 'ui', '')}"
        if board_url
        else "Watcher: see all with watcher alerts list; acknowledge with watcher alerts ack ID",
    )


def _lines(
    part: Part,
    behind: Mapping[int, Behind],
    levels_before: Mapping[int, AlertLevel],
    now: dt.datetime,
    board_url: str | None,
) -> list[str]:
    what = {None: "Still open", AlertEvent.OPENED: "New", AlertEvent.REOPENED: "Back again"}
    heading = what.get(part.event, "Ended" if part.event in OVER else "Changed")
    more = part.total - len(part.alerts)
    return [
        f"*{heading}*",
        *(
            _line(alert, part.event, behind.get(alert.id, NOTHING), levels_before.get(alert.id), now, board_url)
            for alert in part.alerts
        ),
        *([f"… and {more:,} more"] if more > 0 else []),
    ]


def _line(
    alert: values.Alert,
    event: AlertEvent | None,
    behind: Behind,
    level_before: AlertLevel | None,
    now: dt.datetime,
    board_url: str | None,
) -> str:
    is_over = event in OVER
    title = titles.title(
        [alert],
        event=AlertEvent.RESOLVED if is_over else AlertEvent.OPENED,
        sign="✅" if is_over else SIGNS[alert.level],
        headline="",
        prefix=titles.louder(alert.level, level_before),
        total=1,
        now=now,
        behind=behind.in_words(is_over=is_over),
    )
    by = ""
    if alert.state is AlertState.ACKNOWLEDGED and alert.acknowledged_by:
        by = f", acknowledged by {slack.escape(alert.acknowledged_by)}"
    since = "" if is_over else f", since {text.clock(alert.opened_at)}"
    return f"• {slack.escape(title, limit=LINE_CHARACTERS)}{since}{by} {slack.alert(alert.id, board_url)}"
