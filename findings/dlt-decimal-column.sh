#!/usr/bin/env bash
# dlt 1.31.0, duckdb 2.0.1
#
# The first row makes the column amount an integer. Later values go where each of them fits: 2.0 is stored in amount, 2.5
# in a new column amount__v_double, with amount empty. The rows are all there, and sum(amount) leaves out what has
# a fraction. The load succeeds without a warning.
# Seen: [(1, None), (2, None), (None, 2.5)], sum(amount) = 3
#
# Most would guess: the column becomes a float (schema evolution), or the load fails.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check 'dlt[duckdb]==1.31.0' duckdb==2.0.1

"$folder/venv/bin/python" - <<'PYTHON'
import os
import tempfile

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["RUNTIME__LOG_LEVEL"] = "CRITICAL"
import dlt
import duckdb

with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    target = dlt.destinations.duckdb(folder + "/target.db")
    pipeline = dlt.pipeline("payments", destination=target, dataset_name="d", pipelines_dir=folder + "/state")
    pipeline.run([{"amount": 1}, {"amount": 2.0}, {"amount": 2.5}], table_name="payments")
    with duckdb.connect(folder + "/target.db") as connection:
        rows = connection.sql("select amount, amount__v_double from d.payments").fetchall()
        [(total,)] = connection.sql("select sum(amount) from d.payments").fetchall()
    os.chdir("/")
print(rows, total)
assert sorted(rows, key=repr) == sorted([(1, None), (2, None), (None, 2.5)], key=repr), rows
assert total == 3, total
print("held: 2.0 and 2.5 of one field land in two columns, and a sum over the field leaves 2.5 out")
PYTHON
