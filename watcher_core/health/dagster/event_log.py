"""Whether Dagster's event log can be read: all that is recorded comes from it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from watcher_core.health.dagster.graphql import Dagster, part
from watcher_core.values import HealthFact

FAMILY: Final = "event log"

NEWEST_RUN: Final = """
{ runsOrError(limit: 1) { __typename ... on Runs { results { runId } } ... on Error { message } } }
"""
EVENTS: Final = """
query ($runId: ID!) {
  logsForRun(runId: $runId, limit: 1) {
    __typename
    ... on EventConnection { hasMore }
    ... on Error { message }
  }
}
"""


def judge(dagster: Dagster) -> Iterator[HealthFact]:
    """Read an event of the newest run.

    Raises:
        DagsterError: It cannot be read.
    """
    runs = part(dagster.ask(NEWEST_RUN), "runsOrError")["results"]
    for run in runs:
        answer = dagster.ask(EVENTS, {"runId": run["runId"]})
        if (answer.get("logsForRun") or {}).get("__typename") != "RunNotFoundError":  # deleted meanwhile
            part(answer, "logsForRun")
    # Dagster gives events by their runs alone. Of a log without runs, the ticks of the recorder say whether it is read.
    yield HealthFact("ok", "event log", "can be read" if runs else "has no run yet whose events could be read")
