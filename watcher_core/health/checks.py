"""Whether the checks of all pipelines go on. An alarm that is silent because nothing is checked is no good news."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Final

from watcher_core import text as words
from watcher_core.enums import AlertKind
from watcher_core.values import CheckState, HealthFact

KEY: Final = "health/check/"

# A check that has not succeeded for so many of its intervals is overdue.
INTERVALS: Final = 2
# A restart of Dagster's daemon takes a while.
LEAST: Final = dt.timedelta(minutes=5)

# Where each check shows why it fails.
PLACES: Final = {
    AlertKind.FRESHNESS: "the ticks of watcher_check_sensor and the runs of watcher_freshness_job in Dagster",
    AlertKind.TIMELINESS: "the ticks of watcher_check_sensor and the runs of watcher_timeliness_job in Dagster",
    AlertKind.FAILURE: "the ticks of watcher_check_sensor in Dagster",
    AlertKind.STUCK: "the ticks of watcher_check_sensor in Dagster",
    AlertKind.MISSED: "the ticks of watcher_check_sensor in Dagster",
    AlertKind.ANOMALY: "the ticks of watcher_anomaly_sensor in Dagster",
}
COMMANDS: Final = {AlertKind.FAILURE: "failures", AlertKind.ANOMALY: "anomalies"}


def check_facts(states: Sequence[CheckState], *, now: dt.datetime, embedded: bool) -> Iterator[HealthFact]:
    """Judge when each check last succeeded; on the embedded database, Dagster is stopped at will."""
    for state in states:
        last = f"last succeeded {words.ago(state.checked_at, now=now)}"
        if not overdue(state, now=now):
            yield HealthFact("ok", "checks", f"{state.kind.value} {last}")
            continue
        command = f"whatever runs watcher check {COMMANDS.get(state.kind, state.kind.value)}"
        places = [PLACES[state.kind], command] if state.kind in PLACES else [command]
        yield HealthFact(
            "warning" if embedded else "problem",
            "checks",
            f"{last}; it used to at least every {words.duration(max(state.interval_seconds or 0, 1))}",
            f"see {', or '.join(places)}",
            key=None if embedded else f"{KEY}{state.kind.value}",
            subject=f"check {state.kind.value}",
        )


def overdue(state: CheckState, *, now: dt.datetime) -> bool:
    """Whether a check has not succeeded for two of its intervals; one that has succeeded once has none yet."""
    if state.interval_seconds is None:
        return False
    return now - state.checked_at > max(dt.timedelta(seconds=INTERVALS * state.interval_seconds), LEAST)
