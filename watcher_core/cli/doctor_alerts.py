"""What `watcher doctor` says of alerts: whether they get through, where they go, and what is wrong with the routes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

from watcher_core import text as words
from watcher_core.cli import times
from watcher_core.cli.doctor_finding import Finding
from watcher_core.errors import ConfigurationError, WatcherError

if TYPE_CHECKING:
    from watcher_core.alerts import RouteProblem
    from watcher_core.client import Watcher
    from watcher_core.settings import Settings
    from watcher_core.values import AlertRoute, UndeliveredAlerts

# After this, an alert without a try means that no process delivers.
DELIVERED_WITHIN = dt.timedelta(minutes=10)


def alert_findings(watcher: Watcher, pipeline: str | None) -> Iterator[Finding]:
    """Look at what waits, at where alerts of all pipelines go, and at one pipeline's."""
    from watcher_core import alerts
    from watcher_core.cli.edge import find_pipeline

    try:
        yield from undelivered_findings(watcher.undelivered_alerts(), now=dt.datetime.now(dt.UTC))
        if pipeline is not None:
            yield from route_findings(watcher.alert_routes(find_pipeline(watcher, pipeline).id))
        watched = [each for each in watcher.pipelines() if each.active and each.removed_at is None]
        yield from _problems(alerts.review_coverage(alerts.load_routes(watcher.settings), watched))
    except ConfigurationError:
        return  # reported with the destinations
    except WatcherError as exc:
        yield Finding("problem", "alerts", "; ".join([str(exc), *getattr(exc, "__notes__", [])]))


def undelivered_findings(waiting: UndeliveredAlerts, *, now: dt.datetime) -> Iterator[Finding]:
    """Judge whether alerts get through."""
    if waiting.nowhere:
        yield Finding(
            "warning",
            "alerts",
            f"{words.plural(waiting.nowhere, 'alert')} without a destination, kept until there is one",
            "set SLACK_WEBHOOK_URL, or add a route that matches: watcher alerts routes",
        )
    yield _undelivered_finding(waiting, now=now)


def _undelivered_finding(waiting: UndeliveredAlerts, *, now: dt.datetime) -> Finding:
    if waiting.since is None:
        return Finding("ok", "alerts", "all are delivered")
    state = f"{waiting.count:,} wait to be delivered, the first of them since {times.ago(waiting.since)}"
    if waiting.last_error is not None:
        return Finding(
            "warning", "alerts", f"{state}: {waiting.last_error}", "then: watcher alerts deliver --retry-now"
        )
    if now - waiting.since <= DELIVERED_WITHIN:
        return Finding("ok", "alerts", state)
    return Finding(
        "warning",
        "alerts",
        state,
        "configure Slack; switch watcher_slack_sensor on in Dagster, or run watcher alerts deliver by cron",
    )


def route_findings(routes: list[AlertRoute]) -> Iterator[Finding]:
    """Say where alerts of a pipeline would go."""
    for route in routes:
        levels = f" of level {' or '.join(route.levels)}" if route.levels else ""
        what = f"{' and '.join(route.kinds)} alerts" if route.kinds else "an alert"
        why = "by default" if route.route is None else f"by route {route.route}"
        place = f"to {route.destination}, {why}" if route.destination else "nowhere"
        yield Finding(
            "warning" if route.missing else "ok",
            "alerts",
            f"{what}{levels} of this pipeline would go {place}",
            f"set {route.missing}" if route.missing else None,
        )


def destination_findings(settings: Settings) -> Iterator[Finding]:
    """Look at each place that alerts go to, and at the routes as such."""
    from watcher_core import alerts

    try:
        routes = alerts.load_routes(settings)
    except ConfigurationError as exc:
        yield Finding("problem", "destinations", str(exc), "set it right; until then no alert is delivered")
        return
    if not routes.destinations:
        yield Finding(
            "ok",
            "destinations",
            "not configured; alerts go nowhere, and wait",
            "set SLACK_WEBHOOK_URL to an incoming webhook of Slack, or name routes in WATCHER_ROUTES",
        )
    for destination in routes.destinations:
        if destination.secret is None:
            yield Finding(
                "problem",
                "destinations",
                f"{destination.missing} is not set; what goes to {destination.described} waits",
                f"set {destination.missing}",
            )
            continue
        problem = destination.problem()
        if problem:
            yield Finding("problem", "destinations", f"{destination.missing} is set, but {problem}", "set it right")
        else:
            yield Finding(
                "ok", "destinations", f"alerts can go to {destination.described}", "try it: watcher alerts test"
            )
    yield from _problems(alerts.review_routes(routes))


def _problems(found: list[RouteProblem]) -> Iterator[Finding]:
    for problem in found:
        yield Finding("warning" if problem.advice else "ok", "routes", problem.message, problem.advice)
