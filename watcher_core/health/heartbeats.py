"""Heartbeats to an address outside, which notices when they stop: the case that all of this is dead.

A heartbeat follows each full round: of recording, of checks, of delivery; at most one a minute. Where the address holds
`{round}`, each round has an address of its own. Where it does not, one heartbeat follows once every round has ended
since the last one: with one address for all, two that work must not hide one that does not.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from watcher_core import text as words
from watcher_core.health.rounds import Round
from watcher_core.values import HealthFact, HeartbeatState
from watcher_core.waiting import wait_within

HEARTBEAT_KEY: Final = "health/heartbeat"
PLACEHOLDER: Final = "{round}"

EVERY: Final = dt.timedelta(minutes=1)
TIMEOUT_SECONDS: Final = 5.0
# Services outside have outages as others do.
FAILING_FOR: Final = dt.timedelta(minutes=5)
# A round that has ended ten minutes ago and not since holds the common heartbeat back.
ENDED_WITHIN: Final = dt.timedelta(minutes=10)
# One that has not ended for longer is no longer done here; that it stopped was noticed outside.
FORGOTTEN_AFTER: Final = dt.timedelta(days=7)


LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtextextended('watcher.heartbeat', 0))")
END = sa.text("""
    INSERT INTO watcher.heartbeat AS known (round, ended_at)
    VALUES (:round, :now)
        ON CONFLICT (round) DO UPDATE
       SET ended_at = greatest(known.ended_at, excluded.ended_at)
""")
TRY_ONE = sa.text("""
    UPDATE watcher.heartbeat
       SET tried_at = :now
     WHERE round = :round
       AND (tried_at IS NULL OR tried_at <= :before)
    RETURNING round
""")
TRY_ALL = sa.text("""
    UPDATE watcher.heartbeat
       SET tried_at = :now
     WHERE NOT EXISTS (SELECT
                         FROM watcher.heartbeat AS other
                        WHERE other.ended_at > :forgotten
                          AND (other.tried_at > :before OR other.ended_at <= other.tried_at))
    RETURNING round
""")
RESULT = sa.text("""
    UPDATE watcher.heartbeat
       SET error = :error,
           failing_since = CASE WHEN CAST(:error AS text) IS NOT NULL THEN coalesce(failing_since, :now) END
     WHERE (round = :round OR NOT :is_own)
       AND (error, failing_since) IS DISTINCT FROM (CAST(:error AS text), NULL)
""")
LIST = sa.text("SELECT round, ended_at, tried_at, failing_since, error FROM watcher.heartbeat ORDER BY round")


def end_round(session: Session, round_: Round, *, url: str, now: dt.datetime) -> str | None:
    """Note that a round has ended; return the address to send a heartbeat to, `None` where none is due."""
    session.execute(LOCK)
    session.execute(END, {"round": round_.value, "now": now})
    given = {"round": round_.value, "now": now, "before": now - EVERY, "forgotten": now - FORGOTTEN_AFTER}
    due = session.execute(TRY_ONE if PLACEHOLDER in url else TRY_ALL, given).all()
    return url.replace(PLACEHOLDER, round_.value) if due else None


def send_heartbeat(address: str, *, timeout: float = TIMEOUT_SECONDS) -> str | None:
    """Send a heartbeat; return why it did not arrive, `None` where it did. Returns in time, whatever happens."""
    try:
        return wait_within(timeout, lambda: _get(address, timeout))
    except TimeoutError:
        return f"no answer within {timeout:.0f} s"


def _get(address: str, timeout: float) -> str | None:
    import urllib.error  # HTTP takes longer to load than most of what loads this module takes
    import urllib.parse
    import urllib.request

    try:
        if urllib.parse.urlsplit(address).scheme not in ("http", "https"):
            return "the address does not begin with http:// or https://"
        request = urllib.request.Request(address, headers={"User-Agent": "watcher"})  # noqa: S310 - checked above
        with urllib.request.urlopen(request, timeout=timeout) as answer:  # noqa: S310 - checked above
            answer.read(1024)
        return None
    except urllib.error.HTTPError as exc:
        exc.close()
        return f"HTTP {exc.code}"
    except Exception as exc:  # whatever is wrong with it, what it follows goes on
        return f"{type(exc).__name__}: {getattr(exc, 'reason', exc)}".replace(address, "the address")


def note_result(session: Session, round_: Round, *, url: str, error: str | None, now: dt.datetime) -> None:
    """Note whether a heartbeat has arrived."""
    given = {"round": round_.value, "is_own": PLACEHOLDER in url, "error": error, "now": now}
    session.execute(RESULT, given)


def list_heartbeats(session: Session) -> list[HeartbeatState]:
    """Return the rounds that have ended, each with its heartbeat."""
    return [HeartbeatState(**row._mapping) for row in session.execute(LIST)]


def heartbeat_facts(states: Sequence[HeartbeatState], *, url: str | None, now: dt.datetime) -> Iterator[HealthFact]:
    """Judge whether heartbeats arrive outside; also those that other hosts send, whose alert is not to end here."""
    is_sent_elsewhere = any(state.tried_at is not None and now - state.tried_at <= ENDED_WITHIN for state in states)
    if url is None and not is_sent_elsewhere:
        yield HealthFact(
            "ok",
            "heartbeat",
            "none is sent, so that nobody notices when all of this stops",
            "set WATCHER_HEARTBEAT_URL to a check at healthchecks.io, Cronitor, Uptime Kuma or another",
        )
        return
    failing = [state for state in states if state.failing_since is not None]
    if failing:
        since = min(state.failing_since for state in failing if state.failing_since is not None)
        yield HealthFact(
            "warning",
            "heartbeat",
            f"none has arrived at WATCHER_HEARTBEAT_URL for {words.lasting(since, now=now)}: {failing[0].error}",
            "is the address right, and can this host reach it?" if url else "see to it where that is set",
            key=HEARTBEAT_KEY if now - since > FAILING_FOR else None,
        )
    for state in states:
        if ENDED_WITHIN < now - state.ended_at <= FORGOTTEN_AFTER:
            is_own = url is not None and PLACEHOLDER in url
            which = f"that of {state.round} waits" if is_own else f"it waits for {state.round}"
            yield HealthFact(
                "warning",
                "heartbeat",
                f"{which}: the last full round ended {words.ago(state.ended_at, now=now)}",
                f"see what stops {state.round}; after a week without one it no longer counts",
            )
    if not failing and states:
        last = max((state.tried_at for state in states if state.tried_at is not None), default=None)
        yield HealthFact("ok", "heartbeat", f"the last was sent {words.ago(last, now=now)}" if last else "none yet")
