#!/usr/bin/env bash
# polars 2.1.0, pyarrow 26.0.1, duckdb 2.0.1
#
# The sum of a column of 32-bit integers is one of 32 bits in Polars: 2,147,483,647 and 1 are -2,147,483,648, and of
# unsigned ones 4,294,967,295 and 1 are 0, in groups and in its SQL as well. Integers of 8 and 16 bits are added up in
# 64, so that smaller types have the larger sums. pyarrow and DuckDB read the same Parquet file as 2,147,483,648; so is
# twice the mean in Polars itself.
#
# Most would guess: 2,147,483,648, as for 8 and 16 bits, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  polars==2.1.0 pyarrow==26.0.1 duckdb==2.0.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import duckdb
import polars
import pyarrow.compute
import pyarrow.parquet

polars.DataFrame({"bytes": [2**31 - 1, 1], "key": [1, 1]}, schema={"bytes": polars.Int32, "key": polars.Int64}).write_parquet(
    "bytes.parquet"
)
frame = polars.read_parquet("bytes.parquet")
seen = {
    "sum": frame["bytes"].sum(),
    "group": frame.group_by("key").agg(polars.col("bytes").sum())["bytes"].to_list(),
    "sql": polars.sql("select sum(bytes) as total from frame", eager=True)["total"].to_list(),
    "mean": frame["bytes"].mean(),
    "8 bits": polars.Series([127, 1], dtype=polars.Int8).sum(),
    "16 bits": polars.Series([2**15 - 1, 1], dtype=polars.Int16).sum(),
    "unsigned": polars.Series([2**32 - 1, 1], dtype=polars.UInt32).sum(),
    "pyarrow": pyarrow.compute.sum(pyarrow.parquet.read_table("bytes.parquet")["bytes"]).as_py(),
    "duckdb": duckdb.sql("select sum(bytes) from 'bytes.parquet'").fetchall()[0][0],
}
print(seen)
assert seen == {
    "sum": -(2**31),
    "group": [-(2**31)],
    "sql": [-(2**31)],
    "mean": 2.0**30,
    "8 bits": 128,
    "16 bits": 2**15,
    "unsigned": 0,
    "pyarrow": 2**31,
    "duckdb": 2**31,
}, seen
print("held: a sum of 32-bit integers turns negative")
PYTHON
