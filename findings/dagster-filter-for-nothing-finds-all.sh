#!/usr/bin/env bash
# dagster 1.13.27
#
# A filter whose list has turned out empty is no filter: RunsFilter(statuses=[]) finds all runs, and a filter for materializations
# with asset_partitions=[] or storage_ids=[] all of them. A limit of 0 is no limit, and no event is before the time 0.0, and all are
# found. An empty list of run ids is an error, though, one of values of a tag finds none, and so does get_asset_records([]).
# Seen, of 3 runs: statuses=[]: 3, partitions=[]: 3, storage ids=[]: 3, limit=0: 3 runs and 3 materializations, before 0.0: 3;
#       run_ids=[]: CheckError; tags={"team": []}: 0; asset records of []: 0
#
# Most would guess: none, or an error, for each of them; a loop that deletes what it finds deletes all.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check dagster==1.13.27

cd "$folder"
"$folder/venv/bin/python" -W ignore - "$folder" <<'PYTHON'
import logging
import sys

import dagster as dg

logging.disable(logging.CRITICAL)


@dg.asset
def orders() -> None: ...


key = dg.AssetKey("orders")
with dg.DagsterInstance.local_temp(sys.argv[1]) as instance:
    for _ in range(3):
        dg.materialize([orders], instance=instance, tags={"team": "sales"})

    def materializations(limit: int = 10, **what: object) -> int:
        return len(instance.fetch_materializations(dg.AssetRecordsFilter(asset_key=key, **what), limit=limit).records)

    everything = {
        "statuses": len(instance.get_runs(dg.RunsFilter(statuses=[]))),
        "runs": len(instance.get_runs(limit=0)),
        "partitions": materializations(asset_partitions=[]),
        "storage ids": materializations(storage_ids=[]),
        "materializations": materializations(limit=0),
        "before 0": materializations(before_timestamp=0.0),
    }
    nothing = {
        "tags": len(instance.get_runs(dg.RunsFilter(tags={"team": []}))),
        "asset records": len(instance.get_asset_records([])),
        "before 1": materializations(before_timestamp=1.0),
    }
    try:
        instance.get_runs(dg.RunsFilter(run_ids=[]))
    except Exception as error:
        print("run_ids=[]:", type(error).__name__)
    else:
        raise AssertionError("an empty list of run ids was taken")
print(everything, nothing)
assert set(everything.values()) == {3}, everything
assert set(nothing.values()) == {0}, nothing
print("held: a filter for no status finds all runs")
PYTHON
