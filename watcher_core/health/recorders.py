"""Whether what happens in Dagster is recorded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Final

from watcher_core import text as words
from watcher_core.values import HealthFact, RecorderState

KEY: Final = "health/recorder/"

# The recorder's sensor ticks every ten seconds; ten that were missed are no hiccup.
STALE_AFTER: Final = dt.timedelta(minutes=2)
# The age of the oldest event that is not recorded yet; more is a recorder that does not keep up.
MUCH_LAG_SECONDS: Final = 300


def recorder_facts(states: Sequence[RecorderState], *, now: dt.datetime, embedded: bool) -> Iterator[HealthFact]:
    """Judge the recorders.

    Where none of them is alive, nothing of Dagster is recorded: a problem, but not on the embedded database, which is
    for development, where Dagster is stopped at will. Where one is alive, the others may be of instances that are gone.
    """
    if not states:
        yield HealthFact(
            "warning",
            "recorder",
            "no recorder has run yet",
            "load watcher_dagster.definitions as a code location, or start Dagster with: watcher dev",
        )
    any_alive = any(now - state.updated_at <= STALE_AFTER for state in states)
    for state in states:
        message = f"of Dagster instance {state.instance_id}, {words.ago(state.updated_at, now=now)}"
        message += f": {state.message}" if state.message else ""
        lag = state.lag_seconds or 0
        key = None if embedded else f"{KEY}{state.instance_id}"
        if now - state.updated_at > STALE_AFTER:
            yield HealthFact(
                "warning" if any_alive or embedded else "problem",
                "recorder",
                f"stopped; the last sign is {message}",
                "is Dagster's daemon running, and watcher_recorder_sensor switched on? Nothing is lost: it reads back "
                "what it missed",
                key=key,
            )
        elif lag > MUCH_LAG_SECONDS:
            is_history = state.cursor.get("caught_up") is None
            yield HealthFact(
                "warning",
                "recorder",
                f"{words.duration(lag)} behind; {message}",
                "nothing, while it reads history back; else see the ticks of watcher_recorder_sensor in Dagster",
                key=None if is_history else key,
            )
        else:
            yield HealthFact("ok", "recorder", f"{words.duration(lag)} behind; {message}")
