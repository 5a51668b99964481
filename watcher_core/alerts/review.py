"""What is wrong with routes, said before an alert goes astray."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from watcher_core import text, values
from watcher_core.alerts.destinations import DestinationType
from watcher_core.alerts.routes import Routes
from watcher_core.alerts.routes_file import CONDITIONS, Route, Subject, name_matches
from watcher_core.enums import AlertKind, AlertLevel

# Names that a problem lists; of the rest it gives the number.
SHOWN = 10
WILDCARD = re.compile(r"[*?]")


@dataclass(frozen=True)
class RouteProblem:
    """One thing about the routes that somebody should know.

    Attributes:
        message: What it is.
        advice: What to do about it; `None` where it may be meant so.
    """

    message: str
    advice: str | None = None


def review_routes(routes: Routes) -> list[RouteProblem]:
    """Look at the routes alone: whether there are any, which are never taken or overlap, and mentions of no use."""
    return [*_none(routes), *_overlaps(routes.routes), *_mentions(routes)]


def review_coverage(routes: Routes, pipelines: Iterable[values.Pipeline]) -> list[RouteProblem]:
    """Look at the routes with the pipelines: whose alerts would go nowhere, and which owners nothing mentions."""
    nowhere: list[str] = []
    owners: dict[str, None] = {}
    for pipeline in pipelines:
        subjects = [
            Subject.of(pipeline.name, pipeline.pipeline_type_name, pipeline.pipeline_metadata, kind, level)
            for kind, level in itertools.product(AlertKind, AlertLevel)
        ]
        if not all(routes.find_all(subject) for subject in subjects):
            nowhere.append(pipeline.name)
        owners.update(dict.fromkeys(subjects[0].owners))
    return [*_nowhere(routes, nowhere), *_unmapped(routes, owners)]


def _none(routes: Routes) -> Iterator[RouteProblem]:
    if routes.file is not None and not routes.routes and routes.destinations:
        yield RouteProblem(
            f"WATCHER_ROUTES is {routes.file}, which has no [[routes]]: all alerts go to"
            f" {routes.destinations[0].described}",
            "write the routes, or take WATCHER_ROUTES away",
        )


def _nowhere(routes: Routes, names: Sequence[str]) -> Iterator[RouteProblem]:
    if names and routes.routes:
        whose = text.plural(len(names), "pipeline")
        yield RouteProblem(
            f"some alerts of {whose} would go nowhere, and wait: {_listed(names)}",
            "set SLACK_WEBHOOK_URL, or add a last route without conditions",
        )


def _unmapped(routes: Routes, owners: Iterable[str]) -> Iterator[RouteProblem]:
    unmapped = [owner for owner in owners if owner not in routes.owners]
    if routes.owners and unmapped:
        whom = text.plural(len(unmapped), "owner")
        yield RouteProblem(
            f"nothing mentions {whom} of pipelines: {_listed(unmapped)}", "add them to [owners] in the file of routes"
        )


def _mentions(routes: Routes) -> Iterator[RouteProblem]:
    """Mentions for a kind of place that no alert goes to; where an address is not set, its kind is not known."""
    if any(destination.place in ("", "unknown") for destination in routes.destinations):
        return
    places = {destination.place for destination in routes.destinations}
    for owner, mentions in routes.owners.items():
        for place in mentions:
            if place not in places:
                yield RouteProblem(
                    f"owner {owner!r} has a mention for {place!r}, but no route leads to such a place",
                    f"routes lead to {', '.join(sorted(places)) or 'nowhere'}",
                )
    for destination in routes.destinations:
        if destination.type in (DestinationType.SLACK, DestinationType.APPRISE) and routes.owners:
            without = [owner for owner, mentions in routes.owners.items() if destination.place not in mentions]
            if without:
                yield RouteProblem(
                    f"in {destination.described} nothing mentions {_listed(without)}",
                    f"add {destination.place} = … to them in [owners]",
                )


# Overlaps


def _overlaps(routes: Sequence[Route]) -> Iterator[RouteProblem]:
    overlapping = []
    for later, route in enumerate(routes):
        before = list(enumerate(routes[:later], start=1))
        covering = next((number for number, first in before if not first.goes_on and _covers(first, route)), None)
        if covering is not None:
            yield RouteProblem(
                f"route {later + 1} is never taken: route {covering} matches all that it matches",
                f"move route {later + 1} before route {covering}, or remove it",
            )
        else:
            meeting = [number for number, first in before if not first.goes_on and _meets(first, route)]
            overlapping += [f"{number} and {later + 1}" for number in meeting]
    if overlapping:
        yield RouteProblem(f"what two routes match goes by the first of them; these overlap: {_listed(overlapping)}")


def _covers(first: Route, second: Route) -> bool:
    """Whether all that takes the second route would have taken the first."""
    return all(
        name in second.conditions
        and all(any(name_matches(each, pattern) for pattern in patterns) for each in second.conditions[name])
        for name, patterns in first.conditions.items()
    )


def _meets(first: Route, second: Route) -> bool:
    """Whether an alert may match both. One pipeline may have many owners, so that these never keep routes apart."""
    return all(
        any(
            _have_a_name_in_common(one, other)
            for one, other in itertools.product(first.conditions[name], second.conditions[name])
        )
        for name in CONDITIONS
        if name != "owner" and name in first.conditions and name in second.conditions
    )


def _have_a_name_in_common(one: str, other: str) -> bool:
    """Whether a name matches two patterns of characters, `*` and `?`."""
    if not WILDCARD.search(one):
        return name_matches(one, other)
    if not WILDCARD.search(other):
        return name_matches(other, one)
    # From the ends of the patterns: whether what is left of both has a name in common.
    after = [not rest.strip("*") for rest in (other[place:] for place in range(len(other) + 1))]
    for character in reversed(one):
        row = [False] * len(other) + [after[-1] and character == "*"]
        for place in range(len(other) - 1, -1, -1):
            if "*" in (character, other[place]):
                row[place] = after[place] or row[place + 1]
            elif character == other[place] or "?" in (character, other[place]):
                row[place] = after[place + 1]
        after = row
    return after[0]


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
