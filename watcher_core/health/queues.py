"""Whether what waits gets its turn: alerts to be delivered, executions to be judged, and to be exported."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from watcher_core import alerts
from watcher_core import text as words
from watcher_core.errors import ConfigurationError
from watcher_core.values import HealthFact, UndeliveredAlerts, UnjudgedExecutions

DELIVERY_KEY: Final = alerts.DELIVERY_KEY
ANOMALIES_KEY: Final = "health/anomalies"
TRACES_KEY: Final = "health/traces"
OPENLINEAGE_KEY: Final = "health/openlineage"

# After this, an alert without a try means that no process delivers, and one that failed is no hiccup of Slack's.
DELIVERED_WITHIN: Final = dt.timedelta(minutes=10)
# After this, an execution in the queue means that no process judges.
JUDGED_WITHIN: Final = dt.timedelta(minutes=10)
# After this, an execution that is to be exported means that no process exports, or that no collector answers.
EXPORTED_WITHIN: Final = dt.timedelta(minutes=15)


def unreadable_routes_fact(error: ConfigurationError, *, host: str) -> HealthFact:
    """Say that routes cannot be read, so that nothing is delivered from here."""
    return HealthFact(
        "problem",
        "alerts",
        f"the routes cannot be read on {host}, so that none is delivered by them: {error}",
        "set it right; see: watcher alerts routes",
        key=DELIVERY_KEY,
        subject="delivery of alerts",
        host=host,
    )


def undelivered_fact(waiting: UndeliveredAlerts, *, now: dt.datetime) -> HealthFact:
    """Judge whether alerts get through."""
    if waiting.since is None:
        return HealthFact("ok", "alerts", "all are delivered")
    wait = "waits" if waiting.count == 1 else "wait"
    lasting = words.lasting(waiting.since, now=now)
    nowhere = f", {waiting.nowhere:,} of them without a destination" if waiting.nowhere else ""
    state = f"{waiting.count:,} {wait} to be delivered, the first of them for {lasting}{nowhere}"
    if waiting.elsewhere == waiting.count:
        return HealthFact("ok", "alerts", f"{state}, by another host, which may hold what is not urgent")
    is_late = now - waiting.since > DELIVERED_WITHIN
    key = DELIVERY_KEY if is_late else None
    if waiting.last_error is not None and waiting.nowhere < waiting.count:
        return HealthFact(
            "warning",
            "alerts",
            f"{state}: {waiting.last_error}",
            "then: watcher alerts deliver --retry-now",
            key=key,
            subject="delivery of alerts",
        )
    if not is_late and not waiting.nowhere:
        return HealthFact("ok", "alerts", state)
    return HealthFact(
        "warning",
        "alerts",
        state,
        "set SLACK_WEBHOOK_URL, or add a route that matches: watcher alerts routes"
        if waiting.nowhere
        else "configure Slack; switch watcher_slack_sensor on in Dagster, or run watcher alerts deliver by cron",
        key=key,
        subject="delivery of alerts",
    )


def unjudged_fact(waiting: UnjudgedExecutions, *, now: dt.datetime) -> HealthFact:
    """Judge whether executions are judged."""
    if waiting.since is None:
        return HealthFact("ok", "anomalies", "no execution waits to be judged")
    executions = "execution waits" if waiting.count == 1 else "executions wait"
    lasting = words.lasting(waiting.since, now=now)
    state = f"{waiting.count:,} {executions} to be judged, the first of them for {lasting}"
    if now - waiting.since <= JUDGED_WITHIN:
        return HealthFact("ok", "anomalies", state)
    return HealthFact(
        "warning",
        "anomalies",
        state,
        "switch watcher_anomaly_sensor on in Dagster, or run watcher check anomalies by cron",
        key=ANOMALIES_KEY,
        subject="anomaly detection",
    )


def unexported_facts(
    count: int, since: dt.datetime | None, *, what: str = "traces", now: dt.datetime
) -> Iterator[HealthFact]:
    """Judge whether executions are exported; nothing is to be said where none waits, as of who exports none.

    Args:
        count: How many wait.
        since: When the first of them ended.
        what: What they are exported as: `traces` or `openlineage`.
        now: The time.
    """
    if since is None:
        return
    wait = "waits" if count == 1 else "wait"
    lasting = words.lasting(since, now=now)
    state = f"{words.plural(count, 'execution')} {wait} to be exported, the first of them for {lasting}"
    if now - since <= EXPORTED_WITHIN:
        yield HealthFact("ok", what, state)
        return
    yield HealthFact(
        "warning",
        what,
        state,
        f"run watcher export {what} as a service or by cron, and see what it says; to export no more: "
        f"watcher export {what} --stop",
        key=f"health/{what}",
        subject="export of traces" if what == "traces" else "export of OpenLineage's events",
    )
