#!/usr/bin/env bash
# dagster 1.13.27
#
# An asset with BackfillPolicy.single_run() loads three days in one run and returns one MaterializeResult with
# dagster/row_count = 30, the rows of the whole run. Dagster writes one materialization for each partition and copies the
# same metadata onto each, so the sum over the partitions is 90.
# Seen: [('2024-01-01', 30), ('2024-01-02', 30), ('2024-01-03', 30)]
#
# Most would guess: one materialization with 30 rows, or metadata that belongs to the run and not to each partition.
# The way out is context.add_asset_metadata(..., partition_key=...).
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check dagster==1.13.27

"$folder/venv/bin/python" - <<'PYTHON'
import dagster as dg

days = dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-01-06")


@dg.asset(partitions_def=days, backfill_policy=dg.BackfillPolicy.single_run())
def orders() -> dg.MaterializeResult:
    return dg.MaterializeResult(metadata={"dagster/row_count": 30})


with dg.DagsterInstance.ephemeral() as instance:
    tags = {"dagster/asset_partition_range_start": "2024-01-01", "dagster/asset_partition_range_end": "2024-01-03"}
    assert dg.materialize([orders], instance=instance, tags=tags).success
    records = instance.fetch_materializations(orders.key, limit=9).records
    counts = sorted((r.partition_key, r.asset_materialization.metadata["dagster/row_count"].value) for r in records)

print(counts)
assert counts == [("2024-01-01", 30), ("2024-01-02", 30), ("2024-01-03", 30)], counts
print("held: one run that loaded 30 rows reports 30 rows for each of its 3 partitions, 90 in sum")
PYTHON
