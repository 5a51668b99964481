#!/usr/bin/env bash
# dagster 1.13.27
#
# A run for a day of a partitioned asset also makes an asset that has no partitions. Whether Dagster plans the day for
# that one, too, depends on the names: it takes the time partitions of the last asset in the order of the plan, which is
# that of the names, and plans them for each asset. A range of three days is planned as three partitions of an asset that
# has none. What is materialized in the end has no partition either way.
# Seen: shops is planned for 2024-01-05 beside "zones", and without a partition beside "days"
#
# Most would guess: an asset without partitions is planned without one, whatever the others are called.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check dagster==1.13.27

cd "$folder"
DAGSTER_DISABLE_TELEMETRY=1 "$folder/venv/bin/python" -W ignore - <<'PYTHON'
import logging

import dagster as dg

logging.disable()
DAYS = dg.DailyPartitionsDefinition("2024-01-01")
ONE = {"dagster/partition": "2024-01-05"}
THREE = {"dagster/asset_partition_range_start": "2024-01-05", "dagster/asset_partition_range_end": "2024-01-07"}


def planned_and_made(other, tags):
    """The partitions that are planned for shops, which has none, and those that are made of it."""

    @dg.asset
    def shops(): ...

    @dg.asset(name=other, partitions_def=DAYS, backfill_policy=dg.BackfillPolicy.single_run())
    def daily(): ...

    job = dg.Definitions(assets=[shops, daily]).resolve_implicit_global_asset_job_def()
    with dg.DagsterInstance.ephemeral() as instance:
        result = job.execute_in_process(instance=instance, tags=tags, raise_on_error=False)
        events = [entry.dagster_event for entry in instance.all_logs(result.run_id) if entry.dagster_event]
    plans = [event.asset_materialization_planned_data for event in events if event.is_asset_materialization_planned]
    made = [event for event in events if event.is_step_materialization]
    return (
        [plan.partition for plan in plans if plan.asset_key == dg.AssetKey("shops")],
        [event.partition for event in made if event.asset_key == dg.AssetKey("shops")],
    )


seen = {(other, len(tags)): planned_and_made(other, tags) for other in ("zones", "days") for tags in (ONE, THREE)}
for key, found in seen.items():
    print(*key, *found)
assert seen == {
    ("zones", 1): (["2024-01-05"], [None]),
    ("zones", 2): (["2024-01-05", "2024-01-06", "2024-01-07"], [None]),
    ("days", 1): ([None], [None]),
    ("days", 2): ([None], [None]),
}, seen
print("held: an asset without partitions is planned with those of one that comes after it in the alphabet")
PYTHON
