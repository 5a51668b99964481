"""Alerts of facts: opened, updated and resolved as those of other checks are, and about no pipeline."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from watcher_core import alerts, recording
from watcher_core.enums import AlertKind, AlertLevel
from watcher_core.values import HealthFact, HealthReport

LEVELS = {"warning": AlertLevel.WARNING, "problem": AlertLevel.ERROR}

# What is wrong on another host, which has said so lately, may be well here.
SAID_LATELY = dt.timedelta(minutes=10)
OPEN_KEYS = sa.text("""
    SELECT deduplication_key
      FROM watcher.alert
     WHERE kind = 'health'
       AND state <> 'resolved'
       AND coalesce(facts ->> 'host' = :host OR CAST(facts ->> 'seen_at' AS timestamptz) <= :lately, true)
""")

# What a person has resolved stays so while it goes on. Once it is over and comes again, it is new.
SETTLED = sa.text("""
    SELECT DISTINCT ON (deduplication_key) deduplication_key
      FROM watcher.alert
     WHERE kind = 'health'
       AND resolved_by_hand
       AND state = 'resolved'
       AND NOT facts ? 'is_over'
     ORDER BY deduplication_key, resolved_at DESC
""")
OVER = sa.text("""
    UPDATE watcher.alert
       SET facts = facts || '{"is_over": true}'
     WHERE kind = 'health'
       AND resolved_by_hand
       AND state = 'resolved'
       AND deduplication_key = ANY(CAST(:keys AS text[]))
""")


@dataclass(frozen=True, kw_only=True)
class HealthCause:
    """A fact as what opens an alert."""

    level: AlertLevel
    deduplication_key: str
    at: dt.datetime
    new: bool
    facts: dict[str, Any]
    kind: AlertKind = AlertKind.HEALTH
    pipeline_id: None = None
    execution_id: None = None


def update_alerts(session: Session, report: HealthReport, *, now: dt.datetime) -> int:
    """Open an alert for each fact that has a key, and resolve those of what is well again.

    Returns:
        How many were opened, or opened again.
    """
    found = {fact.key: fact for fact in report.facts if fact.key is not None and fact.level != "ok"}
    settled = set(session.scalars(SETTLED))
    causes = [_cause(key, fact, is_new=key not in settled, now=now) for key, fact in found.items()]
    opened = alerts.open_alerts(session, causes, now=now)
    given = {"host": recording.this_host(), "lately": now - SAID_LATELY}
    gone = _gone(set(session.scalars(OPEN_KEYS, given)), found, report)
    alerts.resolve_alerts(session, keys=gone, resolution={"how": "healthy", "at": now.isoformat()}, now=now)
    if over := _gone(settled, found, report):
        session.execute(OVER, {"keys": over})
    return opened


def _gone(keys: Collection[str], found: Collection[str], report: HealthReport) -> list[str]:
    return sorted(
        key
        for key in keys
        if key.startswith(report.examined) and not (report.unknown and key.startswith(report.unknown))
        if key not in found
    )


def _cause(key: str, fact: HealthFact, *, is_new: bool, now: dt.datetime) -> HealthCause:
    facts = {
        "topic": fact.topic,
        "subject": fact.subject or fact.topic,
        "message": fact.message,
        "advice": fact.advice,
        "failing": fact.failing,
        "page": fact.page,
        "host": fact.host,
        "seen_at": None if fact.host is None else now.isoformat(),
    }
    return HealthCause(
        level=LEVELS[fact.level],
        deduplication_key=key,
        at=now,
        new=is_new,
        facts={name: value for name, value in facts.items() if value is not None},
    )
