"""The quick checks as the check sensor runs them: at each tick, without a run.

The checks judge what is recorded. While the recorder reads history back, or what happened while no daemon ran, this is
out of date: most of what looks failing, late or stale has been made good by runs that are not recorded yet. So the
checks wait until the recorder has caught up. The jobs of freshness and timeliness wait for nothing.

An execution that has ended is found by its end, within a lookback. It counts from the last tick that checked, and
not from what the recorder had not recorded by then; so nothing is passed over, however long no daemon ran.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Final

import dagster as dg

from watcher_core import AlertKind, AlertState, DatabaseUnavailableError, Finding, RecorderState, Watcher, text
from watcher_dagster import compat
from watcher_dagster.cursors import read_cursor
from watcher_dagster.recorder import caught_up_at

log = logging.getLogger("watcher.dagster")

# How far behind the recorder may be. A tick of its own takes half a minute at most.
MOST_BEHIND: Final = dt.timedelta(minutes=2)

# Without a daemon all of Watcher's parts are still; they get so long to go on before they are judged.
RESUMING: Final = dt.timedelta(minutes=3)

# No check begins after so long. The daemon gives up on a tick after 60 seconds, and where 100,000 pipelines fail, one
# check takes up to 20 of them.
BEGIN_SECONDS: Final = 20.0

# Alerts that are counted as resolved at one tick, at most.
MOST_RESOLVED: Final = 100_000

NAMES: Final = {
    AlertKind.FAILURE: "failures",
    AlertKind.ASSET_CHECK: "asset checks",
    AlertKind.STUCK: "stuck executions",
    AlertKind.MISSED: "missed runs",
    AlertKind.TIMELINESS: "timeliness",
    AlertKind.FRESHNESS: "freshness",
}


@dataclass
class CheckCursor:
    """What a tick has to know of the ones before it; times in seconds since 1970.

    Attributes:
        ticked: When the last tick was.
        resumed: When the ticks began that follow one another without a long pause.
        checked: What ended before this time has been checked for timeliness.
        left: The checks that the last tick had no time for; they come first.
    """

    ticked: float
    resumed: float
    checked: float
    left: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, kept: str | None, *, now: float, pause: float) -> CheckCursor:
        """Read the cursor of a sensor, for the tick at `now`; a gap of more than `pause` seconds is a pause."""
        cursor = read_cursor(cls, kept)
        if cursor is None:
            return cls(ticked=now, resumed=now, checked=now)
        if now - cursor.ticked > pause:
            cursor.resumed = now
        cursor.ticked = now
        return cursor

    def to_json(self) -> str:
        """The cursor as text, for Dagster to keep."""
        return json.dumps(asdict(self))


def check_tick(instance: dg.DagsterInstance, watcher: Watcher, cursor: CheckCursor, *, lookback_minutes: int) -> str:
    """Run the quick checks, each in its own transaction, and say what was found, new and resolved.

    Args:
        instance: Whose recorder has to have caught up.
        watcher: What is checked.
        cursor: Moved on where timeliness was checked.
        lookback_minutes: Executions that have ended are checked if they ended within so many minutes before the last
            tick that checked.

    Raises:
        DatabaseUnavailableError: Watcher's database does not answer.
    """
    now = watcher.clock()
    health = _health(watcher) if cursor.ticked - cursor.resumed > RESUMING.total_seconds() else ""
    recorder = _recorder(instance, watcher)
    if recorder is not None and (reason := _behind(recorder, cursor)):
        return "; ".join(filter(None, [f"the checks wait for the recorder: {reason}", health]))
    checked = dt.datetime.fromtimestamp(cursor.checked, dt.UTC)
    checks: dict[AlertKind, Callable[[], list[Finding]]] = {
        AlertKind.FAILURE: watcher.check_failures,
        AlertKind.ASSET_CHECK: watcher.check_asset_checks,
        AlertKind.STUCK: watcher.check_stuck,
        AlertKind.MISSED: watcher.check_missed,
        AlertKind.TIMELINESS: lambda: watcher.check_timeliness(lookback_minutes=lookback_minutes, since=checked),
        AlertKind.FRESHNESS: watcher.check_freshness,
    }
    found: dict[AlertKind, list[Finding]] = {}
    errors: dict[AlertKind, Exception] = {}
    left: list[str] = []
    began = time.monotonic()
    waiting = [AlertKind(kind) for kind in cursor.left]
    for kind in [*waiting, *(kind for kind in checks if kind not in waiting)]:
        if time.monotonic() - began > BEGIN_SECONDS and (found or errors):
            left.append(kind.value)
            continue
        try:
            found[kind] = checks[kind]()
        except DatabaseUnavailableError as error:
            if not error.is_locked:
                raise
            log.warning("%s cannot be checked; the other checks go on: %s", NAMES[kind], error)
            errors[kind] = error
        except Exception as error:
            log.exception("%s cannot be checked; the other checks go on", NAMES[kind])
            errors[kind] = error
    cursor.left = left
    if AlertKind.TIMELINESS in found:
        recorded = None if recorder is None else caught_up_at(recorder)
        cursor.checked = (now if recorded is None else min(now, recorded)).timestamp()
    resolved = _resolved(watcher, since=now)
    parts = [_outcome(NAMES[kind], findings, resolved[kind]) for kind, findings in found.items()]
    parts += [f"{NAMES[AlertKind(kind)]}: left to the next tick" for kind in left]
    parts += [f"{NAMES[kind]} cannot be checked: {_reason(error)}" for kind, error in errors.items()]
    return "; ".join(filter(None, [*parts, health])) or "nothing found"


def _reason(error: Exception) -> str:
    return "another session holds a lock" if isinstance(error, DatabaseUnavailableError) else type(error).__name__


def _health(watcher: Watcher) -> str:
    """Check Watcher's own health. Not Dagster's: who asks the webserver must not depend on the daemon."""
    try:
        facts = watcher.check_health(dagster=False)
    except DatabaseUnavailableError as error:
        if not error.is_locked:
            raise
        return f"health cannot be checked: {_reason(error)}"
    except Exception as error:
        log.exception("health cannot be checked; the other checks go on")
        return f"health cannot be checked: {type(error).__name__}"
    wrong = sum(fact.key is not None and fact.level != "ok" for fact in facts)
    return f"health: {wrong:,} found" if wrong else ""


def _recorder(instance: dg.DagsterInstance, watcher: Watcher) -> RecorderState | None:
    """The state of this instance's recorder; `None` where nothing of the instance is recorded."""
    instance_id = compat.run_storage_id(instance)
    return next((state for state in watcher.recorder_states() if state.instance_id == instance_id), None)


def _behind(recorder: RecorderState, cursor: CheckCursor) -> str | None:
    """Why what is recorded is out of date; `None` where it is not."""
    if recorder.updated_at.timestamp() < cursor.resumed:
        return f"it has not run since they began to; its last tick was at {text.clock(recorder.updated_at)}"
    recorded = caught_up_at(recorder)
    if recorded is None:
        return "it reads history back"
    behind = recorder.updated_at - recorded
    return f"it is {text.duration(behind.total_seconds())} behind" if behind > MOST_BEHIND else None


def _resolved(watcher: Watcher, *, since: dt.datetime) -> Counter[AlertKind]:
    """Count the alerts that checks have resolved since then, by kind."""
    alerts = watcher.alerts(state=AlertState.RESOLVED, changed_since=since, limit=MOST_RESOLVED)
    return Counter(alert.kind for alert in alerts if not alert.resolved_by_hand)


def _outcome(name: str, findings: list[Finding], resolved: int) -> str:
    new = sum(finding.new for finding in findings)
    counts = {"found": len(findings), "new": new, "resolved": resolved}
    written = ", ".join(f"{count:,} {what}" for what, count in counts.items() if count)
    return f"{name}: {written}" if written else ""
