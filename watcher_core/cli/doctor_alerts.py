"""What `watcher doctor` says of alerts: whether they get through, where they go, and what is wrong with the routes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from watcher_core import text as words
from watcher_core.cli.doctor_quiet import quiet_findings
from watcher_core.errors import ConfigurationError, WatcherError
from watcher_core.values import HealthFact

if TYPE_CHECKING:
    from watcher_core.alerts import RouteProblem
    from watcher_core.client import Watcher
    from watcher_core.settings import Settings
    from watcher_core.values import AlertRoute


def alert_findings(watcher: Watcher, pipeline: str | None) -> Iterator[HealthFact]:
    """Look at what is held, at where alerts of all pipelines go, and at one pipeline's."""
    from watcher_core import alerts
    from watcher_core.cli.edge import find_pipeline

    try:
        yield from quiet_findings(watcher, held=watcher.undelivered_alerts().held, now=watcher.clock())
        yield from _unheard(watcher)
        if pipeline is not None:
            yield from route_findings(watcher.alert_routes(find_pipeline(watcher, pipeline).id))
        watched = [each for each in watcher.pipelines() if each.active and each.removed_at is None]
        yield from _problems(alerts.review_coverage(alerts.load_routes(watcher.settings), watched))
    except ConfigurationError:
        return  # reported with the destinations
    except WatcherError as exc:
        yield HealthFact("problem", "alerts", "; ".join([str(exc), *getattr(exc, "__notes__", [])]))


def route_findings(routes: list[AlertRoute]) -> Iterator[HealthFact]:
    """Say where alerts of a pipeline would go."""
    for route in routes:
        levels = f" of level {' or '.join(route.levels)}" if route.levels else ""
        what = f"{' and '.join(route.kinds)} alerts" if route.kinds else "an alert"
        why = "by default" if route.route is None else f"by route {route.route}"
        place = f"to {route.destination}, {why}" if route.destination else "nowhere"
        yield HealthFact(
            "warning" if route.missing else "ok",
            "alerts",
            f"{what}{levels} of this pipeline would go {place}",
            f"set {route.missing}" if route.missing else None,
        )


def destination_findings(settings: Settings) -> Iterator[HealthFact]:
    """Look at each place that alerts go to, and at the routes as such."""
    from watcher_core import alerts

    try:
        routes = alerts.load_routes(settings)
    except ConfigurationError as exc:
        yield HealthFact("problem", "destinations", str(exc), "set it right; until then no alert is delivered")
        return
    if routes.nobody:
        # Who names a file means to send from here; without one, another host or code location may do so.
        yield HealthFact(
            "ok" if routes.file is None else "problem",
            "destinations",
            "none is configured here; where no other host or code location has one, alerts wait"
            if routes.file is None
            else routes.nobody,
            "set SLACK_WEBHOOK_URL to an incoming webhook of Slack, or name routes in WATCHER_ROUTES"
            if routes.file is None
            else "write [[routes]] into it, or set SLACK_WEBHOOK_URL",
        )
    for destination in routes.destinations:
        if destination.secret is None:
            yield HealthFact(
                "problem",
                "destinations",
                f"{destination.missing} is not set; what goes to {destination.described} waits",
                f"set {destination.missing}",
            )
            continue
        problem = destination.problem()
        if problem:
            yield HealthFact("problem", "destinations", f"{destination.missing} is set, but {problem}", "set it right")
        else:
            yield HealthFact(
                "ok", "destinations", f"alerts can go to {destination.described}", "try it: watcher alerts test"
            )
    yield from _problems(alerts.review_routes(routes))


def _unheard(watcher: Watcher) -> Iterator[HealthFact]:
    from watcher_core import alerts

    routes = alerts.load_routes(watcher.settings)
    for name, count in watcher.unheard_alerts().items():
        place = routes.named(name)
        yield HealthFact(
            "ok",
            "alerts",
            f"{words.plural(count, 'open alert')} would go to {place.described if place else name} by now, and "
            f"{'was' if count == 1 else 'were'} sent elsewhere before",
            "see what is open: watcher alerts list; what grows or is back is sent there, too",
        )


def _problems(found: list[RouteProblem]) -> Iterator[HealthFact]:
    for problem in found:
        yield HealthFact("warning" if problem.advice else "ok", "routes", problem.message, problem.advice)
