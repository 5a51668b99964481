"""The runs of Watcher's own jobs, which the recorder passes over: nobody else says that they fail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from watcher_core.health.dagster.graphql import Dagster, part
from watcher_core.values import HealthFact

FAMILY: Final = "Watcher's jobs"

# The tag of runs that are not recorded.
TAG: Final = "watcher/internal"
# Newest runs that are looked at; the check jobs run every fifteen minutes and every hour.
RUNS: Final = 50

QUERY: Final = """
query ($limit: Int!, $tag: String!) {
  runsOrError(limit: $limit, filter: {tags: [{key: $tag, value: "true"}], statuses: [SUCCESS, FAILURE]}) {
    __typename
    ... on Runs { results { jobName runId status endTime } }
    ... on Error { message }
  }
}
"""


def ask(dagster: Dagster) -> Sequence[Mapping[str, Any]]:
    """Return the newest runs that have ended, newest first."""
    found: Sequence[Mapping[str, Any]] = part(dagster.ask(QUERY, {"limit": RUNS, "tag": TAG}), "runsOrError")["results"]
    return found


def judge(runs: Sequence[Mapping[str, Any]], *, key: str) -> Iterator[HealthFact]:
    """Name the jobs whose newest run has failed."""
    newest: dict[str, Mapping[str, Any]] = {}
    for run in runs:
        newest.setdefault(run["jobName"], run)
    for name, run in newest.items():
        if run["status"] == "FAILURE":
            yield HealthFact(
                "problem",
                "jobs",
                "its last run failed",
                "see that run in Dagster; what the job does waits, as checks and cleanup",
                key=f"{key}{FAMILY}/{name}",
                subject=f"job {name}",
                page=("runs", run["runId"]),
            )
