"""What must hold at the end of a drill, by what Dagster's event log and the jobs themselves say."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import dagster as dg

from tests.drill.deployment import JOBS, Deployment
from watcher_core import ExecutionState
from watcher_dagster.identity import WATCHER_RUN_TAG

STATES = {
    dg.DagsterRunStatus.SUCCESS: ExecutionState.SUCCEEDED,
    dg.DagsterRunStatus.FAILURE: ExecutionState.FAILED,
    dg.DagsterRunStatus.CANCELED: ExecutionState.CANCELED,
}

EXECUTIONS = """
    SELECT execution.external_id, CAST(execution.state AS text) AS state, execution.inserts,
           execution.execution_metadata, execution.watermark, execution.next_watermark, execution.id,
           pipeline.name AS pipeline
      FROM watcher.pipeline_execution AS execution
      JOIN watcher.pipeline ON pipeline.id = execution.pipeline_id
     WHERE CAST(execution.source AS text) = ANY(:sources)
     ORDER BY execution.id
"""

MATERIALIZATIONS = """
    SELECT run_id, asset_key, partition, count(*) AS count
      FROM event_logs
     WHERE dagster_event_type = 'ASSET_MATERIALIZATION'
     GROUP BY 1, 2, 3
"""

DELIVERED = """
    SELECT DISTINCT alert_id AS id
      FROM watcher.alert_delivery
     WHERE delivered_at IS NOT NULL
"""


def problems(deployment: Deployment) -> Iterator[str]:
    """Everything that is lost, double, wrong or unended; nothing where all is as promised."""
    yield from _of_runs(deployment)
    yield from _of_jobs(deployment)
    yield from _of_watermarks(deployment)
    yield from _of_lineage(deployment)
    yield from _of_alerts(deployment)


def finished(deployment: Deployment) -> dict[str, dg.DagsterRun]:
    """The runs of Dagster that are over, without Watcher's own."""
    records = deployment.instance.get_run_records()
    runs = (record.dagster_run for record in records)
    return {run.run_id: run for run in runs if run.is_finished and WATCHER_RUN_TAG not in run.tags}


def _of_runs(deployment: Deployment) -> Iterator[str]:
    runs = finished(deployment)
    found = deployment.ask(EXECUTIONS, sources=["dagster"])
    states = {row["external_id"]: row["state"] for row in found}
    for run_id, run in runs.items():
        if states.get(run_id) != STATES[run.status].value:
            yield f"run {run_id} has ended as {run.status.value}, and is recorded as {states.get(run_id)}"
    for row in found:
        if row["state"] == "running":
            yield f"execution {row['external_id']} of {row['pipeline']} is running for ever"
        if row["external_id"].split("/")[0] not in runs:
            yield f"execution {row['external_id']} is of no run"
    recorded = Counter(
        (row["external_id"].split("/")[0], row["pipeline"], row["execution_metadata"].get("partition"))
        for row in found
        if "/" in row["external_id"] and row["state"] == "succeeded"
    )
    for row in deployment.ask(MATERIALIZATIONS):
        made = (row["run_id"], "/".join(json.loads(row["asset_key"])), row["partition"])
        if row["run_id"] in runs and recorded[made] != 1:
            yield f"materialization {made} is recorded {recorded[made]} times"


def ledger(deployment: Deployment, job: str) -> tuple[dict[str, dict[str, Any]], set[str]]:
    """What a job says it has ended, by its identity, and what it has begun."""
    file = deployment.ledger(job)
    # The last line of one that was killed may be half of one.
    written = file.read_text().splitlines() if file.exists() else []
    lines = [json.loads(line) for line in written if line.endswith("}")]
    ended = {line["id"]: line for line in lines if line["phase"] == "ended"}
    return ended, {line["id"] for line in lines}


def _of_jobs(deployment: Deployment) -> Iterator[str]:
    found = deployment.ask(EXECUTIONS, sources=["python"])
    times = Counter(row["execution_metadata"].get("ledger") for row in found)
    by_ledger = {row["execution_metadata"].get("ledger"): row for row in found}
    for job in JOBS:
        ended, begun = ledger(deployment, job)
        for identity in begun:
            row = by_ledger.get(identity)
            if times[identity] > 1:
                yield f"block {identity} of {job} is recorded {times[identity]} times"
            # One that records over HTTP is missed by its silence alone, after minutes.
            if identity not in ended and job != "http" and row is not None and row["state"] == "running":
                yield f"block {identity} of {job} is running for ever"
            if identity in ended and (row is None or row["state"] != "succeeded"):
                yield f"block {identity} of {job} has ended, and is {row and row['state']}"
            if identity in ended and row is not None and row["inserts"] != ended[identity]["inserts"]:
                yield f"block {identity} of {job} counted {ended[identity]['inserts']}, not {row['inserts']}"


def _of_watermarks(deployment: Deployment) -> Iterator[str]:
    """Each success starts where one before it has ended: nothing between two is passed over."""
    reached: set[str | None] = {None}
    for row in deployment.ask(EXECUTIONS, sources=["python"]):
        if row["pipeline"] == "outside/watermark" and row["state"] == "succeeded":
            reached.add(row["next_watermark"])
            if row["watermark"] is not None and row["watermark"] not in reached:
                yield f"execution {row['id']} began at {row['watermark']}, which none has reached"
    [at] = [
        row["watermark"]
        for row in deployment.ask("SELECT watermark FROM watcher.pipeline WHERE name = 'outside/watermark'")
    ]
    if at not in reached:
        yield f"the watermark is {at}, which no success has reached"


def _of_lineage(deployment: Deployment) -> Iterator[str]:
    report = deployment.watcher.verify_lineage()
    if not report.is_right:
        yield f"the closure is not what can be reached: {report}"
    if not deployment.watcher.lineage_graph().edges:
        yield "no lineage is recorded"


def _of_alerts(deployment: Deployment) -> Iterator[str]:
    arrived = {alert["id"] for request in deployment.place.taken for alert in request.json["alerts"]}
    for row in deployment.ask(DELIVERED):
        if row["id"] not in arrived:
            yield f"alert {row['id']} is marked as delivered, and has not arrived"
    # The recovery of one that flaps is held back for minutes, and does not count as waiting until then.
    waiting = deployment.watcher.undelivered_alerts()
    if waiting.count:
        yield f"{waiting.count} alerts wait: {waiting.last_error}"
