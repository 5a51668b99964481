#!/usr/bin/env bash
# pyspark 4.3.0, Java 17
#
# Of a CSV with a valid row and one with a date that is none, the mode DROPMALFORMED leaves one row, and count() of
# the same frame says 2: a count needs no column, so none is read, and nothing is malformed. With a schema the header
# is a line that is passed over: where the file has its columns in another order than the schema, amounts are ids and
# ids amounts, without an error. The same file in JSON goes by the names.
# Seen: count 2, rows 1; header amount,id and schema id,amount: id 50
#
# Most would guess: a count of the rows that there are, and columns by their names.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pyspark==4.3.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import pathlib

from pyspark.sql import SparkSession

builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
session = builder.config("spark.ui.showConsoleProgress", "false").getOrCreate()
session.sparkContext.setLogLevel("OFF")
pathlib.Path("days.csv").write_text("id,day\n1,2024-01-02\n2,n/a\n")
pathlib.Path("orders.csv").write_text("amount,id\n50,1\n60,2\n")
pathlib.Path("orders.json").write_text('{"amount": 50, "id": 1}\n{"amount": 60, "id": 2}\n')

days = session.read.csv("days.csv", header=True, schema="id int, day date", mode="DROPMALFORMED")
swapped = session.read.csv("orders.csv", header=True, schema="id int, amount int")
named = session.read.json("orders.json", schema="id int, amount int")
seen = {
    "count": days.count(),
    "rows": len(days.collect()),
    "csv": [tuple(row) for row in swapped.select("id", "amount").collect()],
    "json": [tuple(row) for row in named.select("id", "amount").collect()],
}
session.stop()
print(seen)
assert seen == {"count": 2, "rows": 1, "csv": [(50, 1), (60, 2)], "json": [(1, 50), (2, 60)]}, seen
print("held: two rows are counted and one is there")
PYTHON
