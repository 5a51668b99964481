#!/usr/bin/env bash
# pyarrow 25.0.1, polars 2.1.0, duckdb 2.0.1
#
# A table of pyarrow that holds one NaN is not equal to itself, the very same object; polars and DuckDB take NaN for
# equal to NaN. Whoever asks whether a table has changed gets yes from one and no from the other.
#
# Most would guess: a table is equal to itself.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pyarrow==25.0.1 polars==2.1.0 duckdb==2.0.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import duckdb
import polars
import pyarrow

table = pyarrow.table({"ratio": [0.5, float("nan")]})
frame = polars.from_arrow(table)
seen = {
    "pyarrow": table.equals(table),
    "polars": frame.equals(frame),
    "duckdb": duckdb.sql("SELECT bool_and(ratio = ratio) FROM frame").fetchall()[0][0],
}
print(seen)
assert seen == {"pyarrow": False, "polars": True, "duckdb": True}, seen
print("held: a table with a NaN differs from itself for pyarrow alone")
PYTHON
