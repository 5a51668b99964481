#!/usr/bin/env bash
# duckdb 2.0.1, pyarrow 26.0.1, pandas 3.1.1
#
# The sum of one BIGINT, 9007199254740993, is exact inside DuckDB (HUGEINT), and becomes a float where it leaves: as a
# pandas frame and as Parquet it is 9007199254740992.0. A column of ids or cents that is summed loses its last digit on
# the way out, without a word.
#
# Most would guess: an integer, since every input is one and fits into 64 bits.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check duckdb==2.0.1 pyarrow==26.0.1 pandas==3.1.1 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import duckdb
import pyarrow.parquet

SUM = "SELECT sum(cents) AS cents FROM (VALUES (9007199254740993::BIGINT)) AS paid (cents)"
duckdb.sql(f"COPY ({SUM}) TO 'sum.parquet'")
frame, table = duckdb.sql(SUM).df(), pyarrow.parquet.read_table("sum.parquet")
seen = {
    "Python": duckdb.sql(SUM).fetchall()[0][0],
    "pandas": (str(frame.cents.dtype), int(frame.cents[0])),
    "Parquet": (str(table.schema.field("cents").type), int(table["cents"][0].as_py())),
}
print(seen)
assert seen == {
    "Python": 9_007_199_254_740_993,
    "pandas": ("float64", 9_007_199_254_740_992),
    "Parquet": ("double", 9_007_199_254_740_992),
}, seen
print("held: an exact sum of integers leaves DuckDB as a float")
PYTHON
