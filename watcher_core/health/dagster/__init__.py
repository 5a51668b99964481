"""What no sensor sees of Dagster, asked of its webserver.

Each module is a question: its query, and a pure judgement of the answer. What cannot be asked is a fact of its own, and
leaves the alerts of that question as they are.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterable
from typing import Final

from watcher_core.health.dagster import code_locations, daemons, event_log, own_jobs, runs, ticks
from watcher_core.health.dagster.graphql import Answer, Dagster, DagsterError
from watcher_core.health.dagster.launches import launch_job
from watcher_core.settings import Settings
from watcher_core.values import HealthFact, HealthReport

Judge = Callable[[Answer, dt.datetime], Iterable[HealthFact]]

__all__ = ["DagsterError", "examine_dagster", "launch_job"]

ADVICE: Final = "is the webserver up, and WATCHER_DAGSTER_GRAPHQL_URL, else WATCHER_DAGSTER_URL, right?"


def examine_dagster(settings: Settings, *, now: dt.datetime | None = None, again_after: float = 0.0) -> HealthReport:
    """Ask Dagster, and judge what it answers.

    Args:
        settings: Where to ask, and how long a run may wait.
        now: The time at which age is measured; the present by default.
        again_after: Seconds after which what a restart may have caused is looked at again before it counts.
    """
    url = settings.dagster_graphql_url or (settings.dagster_url and f"{settings.dagster_url.rstrip('/')}/graphql")
    if not url:
        fact = HealthFact("ok", "dagster", "its webserver is not asked", "set WATCHER_DAGSTER_URL to where it is")
        return HealthReport(facts=(fact,), examined=())
    dagster = Dagster(url)
    report = _examine(dagster, settings, now or dt.datetime.now(dt.UTC))
    if again_after and any(fact.key and _may_be_a_restart(fact.key, dagster) for fact in report.facts):
        time.sleep(again_after)
        report = _examine(dagster, settings, now or dt.datetime.now(dt.UTC))
    return report


def _may_be_a_restart(key: str, dagster: Dagster) -> bool:
    """Whether a part may just not have started yet; daemons have their first heartbeats after some seconds."""
    families = (f"{code_locations.FAMILY}/", f"{daemons.FAMILY}/", "unreadable/")
    return key.startswith(tuple(f"{dagster.key}{family}" for family in families))


def _examine(dagster: Dagster, settings: Settings, now: dt.datetime) -> HealthReport:
    waits = dt.timedelta(minutes=settings.run_wait_minutes)
    facts: list[HealthFact] = []
    unknown: list[str] = []

    def ask(family: str, question: Callable[[], Iterable[HealthFact]]) -> None:
        try:
            facts.extend(question())
        except DagsterError as exc:
            unknown.append(f"{dagster.key}{family}/")
            key = f"{dagster.key}unreadable/{family}"
            facts.append(HealthFact("problem", "dagster", str(exc), ADVICE, key=key, subject=f"Dagster's {family}"))

    try:
        dagster.ask("{ version }")
    except DagsterError as exc:
        fact = HealthFact(
            "problem", "dagster", str(exc), ADVICE, key=f"{dagster.key}unreadable/webserver", subject=dagster.name
        )
        # Whatever else there is stays as it is.
        return HealthReport(facts=(fact,), examined=(dagster.key,), unknown=(dagster.key,))

    loaded_at: dict[str, float] = {}

    def locations() -> Iterable[HealthFact]:
        found = code_locations.parse(dagster.ask(code_locations.QUERY))
        loaded_at.update(found.loaded_at)
        # The schedules and sensors of a location that does not load are unknown, not well.
        unknown.extend(ticks.location_keys(dagster.key, found.broken))
        return code_locations.judge(found, key=dagster.key)

    def ticking() -> Iterable[HealthFact]:
        found = ticks.ask(dagster, now=now, loaded_at=loaded_at)
        unknown.extend(ticks.missing_keys(dagster.key, found))
        return ticks.judge(found, key=dagster.key, now=now)

    ask(code_locations.FAMILY, locations)
    ask(daemons.FAMILY, lambda: daemons.judge(dagster.ask(daemons.QUERY), key=dagster.key, now=now))
    ask(ticks.FAMILY, ticking)
    ask(runs.FAMILY, lambda: runs.judge(runs.ask(dagster, now=now, waits=waits), key=dagster.key, now=now, waits=waits))
    ask(own_jobs.FAMILY, lambda: own_jobs.judge(own_jobs.ask(dagster), key=dagster.key))
    ask(event_log.FAMILY, lambda: event_log.judge(dagster))
    return HealthReport(facts=tuple(facts), examined=(dagster.key,), unknown=tuple(unknown))
