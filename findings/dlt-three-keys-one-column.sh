#!/usr/bin/env bash
# dlt 1.31.0, duckdb 2.0.1
#
# A record with the keys OrderId, order_id and order-id becomes one column with the value of the last; two values are gone,
# with no warning and no failed job, and the load counts one row.
#
# Most would guess: three columns, an error about names that meet, or a warning.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check 'dlt[duckdb]==1.31.0' duckdb==2.0.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import dlt
import duckdb

pipeline = dlt.pipeline("keys", destination=dlt.destinations.duckdb("keys.duckdb"), dataset_name="loaded")
load = pipeline.run([{"OrderId": 1, "order_id": 2, "order-id": 3}], table_name="orders")
relation = duckdb.connect("keys.duckdb").sql("SELECT * EXCLUDE (_dlt_load_id, _dlt_id) FROM loaded.orders")
seen = relation.columns, relation.fetchall(), load.has_failed_jobs
print(seen)
assert seen == (["order_id"], [(3,)], False), seen
print("held: of three keys whose names meet, the last one is loaded")
PYTHON
