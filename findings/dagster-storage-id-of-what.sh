#!/usr/bin/env bash
# dagster 1.13.27, with its default storage (SQLite)
#
# An asset is materialized in three runs. Each materialization has a storage id in the records of its run
# (get_records_for_run) and in those of its asset (fetch_materializations). The two differ: in the log of each run it is
# the same number again, and the number of one run's event is that of another run's event among the asset's.
# Seen: 9, 9, 9 by run; 3, 7, 11 by asset.
#
# Most would guess: a storage id names an event of the instance, whichever method returns it, as it does in PostgreSQL. Who
# compares the two to find out which run holds the newest materialization takes the wrong one, or none.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check dagster==1.13.27

"$folder/venv/bin/python" - "$folder" <<'PYTHON'
import logging
import sys

import dagster as dg

logging.disable(logging.CRITICAL)


@dg.asset
def orders(): ...


with dg.DagsterInstance.local_temp(sys.argv[1]) as instance:
    runs = [dg.materialize([orders], instance=instance).run_id for _ in range(3)]
    made = dg.DagsterEventType.ASSET_MATERIALIZATION
    by_run = [
        record.storage_id for run_id in runs for record in instance.get_records_for_run(run_id, of_type=made).records
    ]
    by_asset = [
        record.storage_id for record in instance.fetch_materializations(orders.key, limit=9, ascending=True).records
    ]

print(by_run, by_asset)
assert len(set(by_run)) == 1 and len(by_run) == 3, by_run
assert len(set(by_asset)) == 3, by_asset
assert by_run != by_asset
print("held: the same materialization has one storage id by its run, and another by its asset")
PYTHON
