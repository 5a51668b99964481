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
    for run in part(dagster.ask(NEWEST_RUN), "runsOrError")["results"]:
        answer = dagster.ask(EVENTS, {"runId": run["runId"]})
        if (answer.get("logsForRun") or {}).get("__typename") != "RunNotFoundError":  # deleted meanwhile
            part(answer, "logsForRun")
    yield HealthFact("ok", "event log", "can be read")
