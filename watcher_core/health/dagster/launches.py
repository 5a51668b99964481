"""Launches jobs of Watcher in Dagster, through its webserver."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from watcher_core.health.dagster.graphql import Dagster, DagsterError, first_line, part
from watcher_core.settings import Settings

# A request waits for it.
TIMEOUT_SECONDS: Final = 5.0

LOCATIONS: Final = """
query {
  repositoriesOrError {
    __typename
    ... on PythonError { message }
    ... on RepositoryConnection { nodes { name location { name } jobs { name } } }
  }
}
"""

LAUNCH: Final = """
mutation ($selector: JobOrPipelineSelector!, $config: RunConfigData) {
  launchRun(executionParams: {selector: $selector, runConfigData: $config}) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
    ... on RunConfigValidationInvalid { errors { message } }
  }
}
"""


def launch_job(settings: Settings, job: str, config: Mapping[str, Any] | None = None) -> str | None:
    """Launch a job in the first code location that has it, and return the run's id; `None` where no Dagster is known.

    Raises:
        DagsterError: Dagster does not answer, no code location has the job, or it is not launched.
    """
    url = settings.dagster_graphql_url or (settings.dagster_url and f"{settings.dagster_url.rstrip('/')}/graphql")
    if not url:
        return None
    dagster = Dagster(url, timeout=TIMEOUT_SECONDS)
    repositories = part(dagster.ask(LOCATIONS), "repositoriesOrError")["nodes"]
    having = [each for each in repositories if any(known["name"] == job for known in each["jobs"])]
    if not having:
        raise DagsterError(f"no code location has the job {job}")
    selector = {
        "repositoryLocationName": having[0]["location"]["name"],
        "repositoryName": having[0]["name"],
        "jobName": job,
    }
    answer = part(dagster.ask(LAUNCH, {"selector": selector, "config": dict(config or {})}), "launchRun")
    if answer["__typename"] != "LaunchRunSuccess":
        reason = answer.get("message") or next((each["message"] for each in answer.get("errors", ())), None)
        raise DagsterError(f"does not launch {job}: {first_line(reason)}")
    run_id: str = answer["run"]["runId"]
    return run_id
