"""Ticks of schedules and sensors: one that failed, one that did not come, one that no longer comes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from watcher_core import text as words
from watcher_core.health.dagster.daemons import PAGE as DAEMONS
from watcher_core.health.dagster.graphql import Answer, Dagster, part, root_cause
from watcher_core.values import HealthFact

FAMILY: Final = "ticks"

# Dagster's scheduler looks once a minute, and evaluates what is due a few at a time.
SCHEDULE_GRACE: Final = dt.timedelta(minutes=3)
# A sensor's interval is the least time between two ticks; its evaluation takes up to a minute, and waits for its turn.
SENSOR_INTERVALS: Final = 3
SENSOR_GRACE: Final = dt.timedelta(minutes=5)
NAMED: Final = 5

MOST_SILENT: Final = 100

TICKS: Final = "ticks(limit: 2) { status timestamp error { message errorChain { error { message } } } }"

QUERY: Final = """
query ($due: Float!) {
  repositoriesOrError {
    __typename
    ... on RepositoryConnection {
      nodes {
        name
        location { name }
        schedules {
          name
          potentialTickTimestamps(startTimestamp: $due, lowerLimit: 1, upperLimit: 1)
          scheduleState {
            status
            typeSpecificData { ... on ScheduleData { startTimestamp } }
            $ticks
          }
        }
        sensors {
          name
          minIntervalSeconds
          sensorState {
            status
            $ticks
          }
        }
      }
    }
    ... on Error { message }
  }
}
""".replace("$ticks", TICKS)


@dataclass(frozen=True)
class Ticking:
    """A schedule or a sensor.

    Attributes:
        kind: `schedule` or `sensor`.
        location, repository, name: Which one.
        is_on: Whether it is switched on.
        last_at: When it last ticked, by the clock of its ticks; `None` where it never has.
        error, failed_at: Why its newest tick that has ended failed, and when; `None` where it did not.
        due_at: When it should have ticked at the latest; `None` where that is not known.
        is_just_loaded: Whether its code location was loaded so lately that what is due may not have come yet.
    """

    kind: str
    location: str
    repository: str
    name: str
    is_on: bool
    last_at: float | None
    error: str | None
    failed_at: dt.datetime | None
    due_at: float | None
    is_just_loaded: bool = False

    @property
    def is_missing(self) -> bool:
        """Whether a tick did not come."""
        return self._is_overdue and not self.is_just_loaded

    @property
    def may_be_missing(self) -> bool:
        """Whether nobody knows yet if one comes."""
        return self._is_overdue and self.is_just_loaded

    @property
    def _is_overdue(self) -> bool:
        return self.is_on and self.due_at is not None and (self.last_at or 0) < self.due_at


def location_keys(key: str, locations: Iterable[str]) -> list[str]:
    """What the keys of alerts on these code locations begin with."""
    return [f"{key}{FAMILY}/{location}/" for location in locations]


def missing_keys(key: str, found: Iterable[Ticking]) -> list[str]:
    """The keys of alerts on ticks that did not come, where nobody knows whether they do by now."""
    return sorted({_missing_key(key, each.location, each.kind) for each in found if each.may_be_missing})


def _missing_key(key: str, location: str, kind: str) -> str:
    return f"{key}{FAMILY}/{location}/missing {kind}s"


def ask(dagster: Dagster, *, now: dt.datetime, loaded_at: Mapping[str, float]) -> list[Ticking]:
    """Return all schedules and sensors of the code locations that load.

    Args:
        dagster: Where to ask.
        now: The time.
        loaded_at: When code locations were loaded, by their names: one that is back has some time for what is due.

    Raises:
        DagsterError: They cannot be read.
    """
    data = dagster.ask(QUERY, {"due": (now - SCHEDULE_GRACE).timestamp()})
    _ask_the_silent(dagster, data)
    return parse(data, now=now, loaded_at=loaded_at)


def _ask_the_silent(dagster: Dagster, data: Answer) -> None:
    """Ask for the ticks of each one that is on and has none, and put them into the answer.

    Asked for together, ticks are looked up by where a code location was when they were switched on. `dagster dev` has
    it elsewhere with each start, and then none are found. Asked for one by one, they are.
    """
    silent = [
        (kind, {"repositoryName": repository["name"], "repositoryLocationName": repository["location"]["name"]}, each)
        for repository in part(data, "repositoriesOrError")["nodes"]
        for kind in ("schedule", "sensor")
        for each in repository[f"{kind}s"]
        if each[f"{kind}State"]["status"] == "RUNNING" and not each[f"{kind}State"]["ticks"]
    ][:MOST_SILENT]
    if not silent:
        return
    names = ", ".join(f"$of{number}: {kind.title()}Selector!" for number, (kind, _, _) in enumerate(silent))
    parts = (
        f"of{number}: {kind}OrError({kind}Selector: $of{number}) "
        f"{{ ... on {kind.title()} {{ {kind}State {{ {TICKS} }} }} }}"
        for number, (kind, _, _) in enumerate(silent)
    )
    wanted = {
        f"of{number}": {**where, f"{kind}Name": each["name"]} for number, (kind, where, each) in enumerate(silent)
    }
    found = dagster.ask(f"query ({names}) {{ {' '.join(parts)} }}", wanted)
    for number, (kind, _, each) in enumerate(silent):
        each[f"{kind}State"]["ticks"] = found[f"of{number}"].get(f"{kind}State", {}).get("ticks", [])


def parse(data: Answer, *, now: dt.datetime, loaded_at: Mapping[str, float]) -> list[Ticking]:
    """Read the answer."""
    found = []
    for repository in part(data, "repositoriesOrError")["nodes"]:
        where = repository["location"]["name"], repository["name"]
        since = loaded_at.get(where[0], 0.0)
        for each in repository["schedules"]:
            state = each["scheduleState"]
            is_just_loaded = since > (now - SCHEDULE_GRACE).timestamp()
            due_at = _schedule_due(each, state, now)
            found.append(_ticking("schedule", where, each["name"], state, due_at, is_just_loaded=is_just_loaded))
        for each in repository["sensors"]:
            state = each["sensorState"]
            due_at = _sensor_due(each, state, now)
            is_just_loaded = due_at is not None and since > due_at
            found.append(_ticking("sensor", where, each["name"], state, due_at, is_just_loaded=is_just_loaded))
    return found


def _ticking(
    kind: str,
    where: tuple[str, str],
    name: str,
    state: Mapping[str, Any],
    due_at: float | None,
    *,
    is_just_loaded: bool,
) -> Ticking:
    ended = next((tick for tick in state["ticks"] if tick["status"] != "STARTED"), None)
    failed = ended if ended is not None and ended["status"] == "FAILURE" else None
    return Ticking(
        kind=kind,
        location=where[0],
        repository=where[1],
        name=name,
        is_on=state["status"] == "RUNNING",
        last_at=max((tick["timestamp"] for tick in state["ticks"]), default=None),
        error=None if failed is None else root_cause(failed["error"]),
        failed_at=None if failed is None else dt.datetime.fromtimestamp(failed["timestamp"], dt.UTC),
        due_at=due_at,
        is_just_loaded=is_just_loaded,
    )


def _schedule_due(schedule: Mapping[str, Any], state: Mapping[str, Any], now: dt.datetime) -> float | None:
    """When it last should have ticked, if it was on by then. One that the daemon has not seen yet has no start."""
    start = (state["typeSpecificData"] or {}).get("startTimestamp")
    before = [at for at in schedule["potentialTickTimestamps"] if at <= (now - SCHEDULE_GRACE).timestamp()]
    if not before or (start is None and not state["ticks"]):
        return None
    due_at: float = max(before)
    return due_at if start is None or start <= due_at else None


def _sensor_due(sensor: Mapping[str, Any], state: Mapping[str, Any], now: dt.datetime) -> float | None:
    """When its last tick must have been, at the earliest. When one that never ticked was switched on is not known."""
    if not state["ticks"]:
        return None
    return (now - SENSOR_GRACE).timestamp() - SENSOR_INTERVALS * float(sensor["minIntervalSeconds"])


def judge(found: Sequence[Ticking], *, key: str, now: dt.datetime) -> Iterator[HealthFact]:
    """Name what failed, did not come, and was switched off.

    What a location's schedules or sensors miss has one cause nearly always: one fact for all of them.
    """
    for each in found:
        if each.is_on and each.error is not None:
            yield HealthFact(
                "problem",
                each.kind,
                f"its last tick failed at {words.clock(each.failed_at)}: {each.error}",
                _what_failed(each.kind),
                key=f"{key}{FAMILY}/{each.location}/{each.kind}/{each.name}",
                subject=f"{each.kind} {each.name} of {each.location}",
                page=("locations", f"{each.repository}@{each.location}", f"{each.kind}s", each.name),
            )
    missing: dict[tuple[str, str], list[Ticking]] = {}
    for each in found:
        if each.is_missing:
            missing.setdefault((each.location, each.kind), []).append(each)
    for (location, kind), those in missing.items():
        yield HealthFact(
            "problem",
            kind,
            f"{words.plural(len(those), kind)} did not tick when due: {_named(those, now)}",
            "is Dagster's daemon running, and does it reach the code location? See its log",
            key=_missing_key(key, location, kind),
            subject=f"{kind}s of {location}",
            failing=len(those),
            page=DAEMONS,
        )
    off: dict[tuple[str, str], list[Ticking]] = {}
    for each in found:
        if not each.is_on and each.last_at is not None:
            off.setdefault((each.location, each.kind), []).append(each)
    for (_, kind), those in off.items():
        count = words.plural(len(those), kind)
        that = "that ran before is" if len(those) == 1 else "that ran before are"
        yield HealthFact(
            "warning",
            kind,
            f"{count} {that} switched off: {_named(those, now)}",
            "nothing, where that is on purpose; else switch it on in Dagster",
            subject=f"{kind}s of {those[0].location}",
        )
    if not missing and not any(each.is_on and each.error is not None for each in found):
        on = [each.kind for each in found if each.is_on]
        schedules, sensors = (words.plural(on.count(kind), kind) for kind in ("schedule", "sensor"))
        yield HealthFact("ok", "ticks", f"{schedules} and {sensors} that are on tick")


def _named(those: Sequence[Ticking], now: dt.datetime) -> str:
    named = ", ".join(f"{each.name} ({_last(each, now)})" for each in those[:NAMED])
    return named + (f" and {len(those) - NAMED:,} more" if len(those) > NAMED else "")


def _last(each: Ticking, now: dt.datetime) -> str:
    if each.last_at is None:
        return "no tick yet"
    return f"last tick {words.ago(dt.datetime.fromtimestamp(each.last_at, dt.UTC), now=now)}"


def _what_failed(kind: str) -> str:
    if kind == "schedule":
        return "see the tick in Dagster; the run that it was to start is missing, until you start it by hand"
    return "see the tick in Dagster; the next tick tries again"
