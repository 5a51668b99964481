#!/usr/bin/env bash
# dagster 1.13.27
#
# Two runs of a partition wait in the queue. The first one succeeds, then the second one fails. Dagster's status of the
# partition is "materialized", and the failure is not in its list of failed partitions: it asks whether the asset was
# materialized since the last run was created, and not what came of that run. Where the second run is created after the first
# one has ended, the same partition is "failed".
# Seen: both waited: MATERIALIZED / the second came later: FAILED
#
# Most would guess: what ran last counts, so that the partition is failed both times.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check dagster==1.13.27

"$folder/venv/bin/python" - <<'PYTHON'
import logging

import dagster as dg
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.execution.api import execute_run  # what a run worker calls

logging.disable(logging.CRITICAL)
shops = dg.StaticPartitionsDefinition(["north"])


@dg.asset(partitions_def=shops)
def orders(context: dg.AssetExecutionContext) -> None:
    if "fails" in context.run.tags:
        raise ValueError("no such file")


job = dg.Definitions(
    assets=[orders],
    jobs=[dg.define_asset_job("load", [orders], executor_def=dg.in_process_executor)],
).resolve_job_def("load")


def status(*, queued: bool) -> str:
    with dg.DagsterInstance.ephemeral() as instance:
        good = instance.create_run_for_job(job, tags={"dagster/partition": "north"})
        bad = instance.create_run_for_job(job, tags={"dagster/partition": "north", "fails": "yes"}) if queued else None
        execute_run(InMemoryJob(job), good, instance)
        bad = bad or instance.create_run_for_job(job, tags={"dagster/partition": "north", "fails": "yes"})
        execute_run(InMemoryJob(job), bad, instance, raise_on_error=False)
        print([instance.get_run_by_id(run.run_id).status.value for run in (good, bad)], end=" ")
        found = instance.get_status_by_partition(orders.key, ["north"], shops)
        return found["north"].value


waited, came_later = status(queued=True), status(queued=False)
print("/ both waited:", waited, "/ the second came later:", came_later)
assert waited == "MATERIALIZED"
assert came_later == "FAILED"
print("held: a partition whose last run failed is materialized, where that run was created before the one before it ended")
PYTHON
