"""Runs that are queued or starting for too long: nothing fails, and nothing is done."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from watcher_core import text as words
from watcher_core.health.dagster.graphql import Dagster, part
from watcher_core.values import HealthFact

FAMILY: Final = "runs"

# Runs that are looked at; of more, the oldest are not named.
MOST: Final = 500
NAMED: Final = 5

BACKFILL_TAG: Final = "dagster/backfill"

QUERY: Final = """
query ($limit: Int!, $before: Float!, $after: Float!) {
  waiting: runsOrError(limit: $limit, filter: {statuses: [QUEUED, STARTING], createdBefore: $before}) {
    __typename
    ... on Runs { results { jobName status creationTime updateTime tags { key } } }
    ... on Error { message }
  }
  moved: runsOrError(
    limit: $limit
    filter: {statuses: [STARTING, STARTED, SUCCESS, FAILURE, CANCELING, CANCELED], updatedAfter: $after}
  ) {
    __typename
    ... on Runs { results { startTime } }
    ... on Error { message }
  }
}
"""


@dataclass(frozen=True)
class Runs:
    """Runs that wait, and whether any other has begun lately."""

    waiting: Sequence[Mapping[str, Any]]
    queue_moves: bool


def ask(dagster: Dagster, *, now: dt.datetime, waits: dt.timedelta) -> Runs:
    """Return the runs that were created longer ago than a run may wait."""
    before = (now - waits).timestamp()
    data = dagster.ask(QUERY, {"limit": MOST, "before": before, "after": before})
    moved = part(data, "moved")["results"]
    return Runs(part(data, "waiting")["results"], any((run["startTime"] or 0) >= before for run in moved))


def judge(runs: Runs, *, key: str, now: dt.datetime, waits: dt.timedelta) -> Iterator[HealthFact]:
    """Count the runs that wait for too long.

    The runs of a backfill wait for each other, as planned; they count where no run begins.
    """
    queued: list[tuple[float, str]] = []
    starting: list[tuple[float, str]] = []
    for run in runs.waiting:
        if run["status"] == "STARTING":
            since = run["updateTime"] or run["creationTime"]
            if now.timestamp() - since >= waits.total_seconds():
                starting.append((since, run["jobName"]))
        elif not (runs.queue_moves and any(tag["key"] == BACKFILL_TAG for tag in run["tags"])):
            queued.append((run["creationTime"], run["jobName"]))
    yield from _fact(
        "queued",
        queued,
        "free a place: see the concurrency limits and the queue in Dagster, and whether the daemon runs",
        key=key,
        now=now,
    )
    yield from _fact(
        "starting", starting, "see the run launcher and its workers; cancel them where nothing starts", key=key, now=now
    )
    if not queued and not starting:
        yield HealthFact("ok", "runs", f"none is queued or starting for longer than {_duration(waits)}")


def _fact(
    state: str, found: Sequence[tuple[float, str]], advice: str, *, key: str, now: dt.datetime
) -> Iterator[HealthFact]:
    if not found:
        return
    since = dt.datetime.fromtimestamp(min(found)[0], dt.UTC)
    jobs = Counter(job for _, job in found)
    named = ", ".join(job if count == 1 else f"{job} ({count:,})" for job, count in jobs.most_common(NAMED))
    more = f" and {len(jobs) - NAMED:,} more jobs" if len(jobs) > NAMED else ""
    at_least = "at least " if len(found) >= MOST else ""
    yield HealthFact(
        "problem",
        "runs",
        f"{at_least}{words.plural(len(found), 'run')} {state} for up to {_duration(now - since)}: {named}{more}",
        advice,
        key=f"{key}{FAMILY}/{state}",
        subject=f"runs that are {state}",
        failing=len(found),
        page=("runs",),
    )


def _duration(time: dt.timedelta) -> str:
    return words.duration(time.total_seconds())
