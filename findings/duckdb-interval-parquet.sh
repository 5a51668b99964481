#!/usr/bin/env bash
# duckdb 2.0.1, pyarrow 26.0.1, polars 2.1.0
#
# A duration does not survive Parquet between these three, in any direction tried. DuckDB's INTERVAL of 90 minutes
# reads as 12 bytes in pyarrow (fixed_size_binary[12]); a duration of 90 minutes written by pyarrow or Polars reads in
# DuckDB as BIGINT 5400000000, without a unit. A Polars Int128 of 2 to the power of 100 reads as a BLOB. There is no
# error.
#
# Most would guess: an interval, or an error that the type is not supported.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check duckdb==2.0.1 pyarrow==26.0.1 polars==2.1.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime

import duckdb
import polars
import pyarrow
import pyarrow.parquet

duckdb.sql("COPY (SELECT INTERVAL 90 MINUTES AS lasted) TO 'duckdb.parquet'")
NINETY = datetime.timedelta(minutes=90)
pyarrow.parquet.write_table(pyarrow.table({"lasted": pyarrow.array([NINETY], pyarrow.duration("us"))}), "pyarrow.parquet")
polars.DataFrame({"lasted": [NINETY], "big": polars.Series([2**100], dtype=polars.Int128)}).write_parquet("polars.parquet")

seen = {
    "DuckDB to pyarrow": str(pyarrow.parquet.read_table("duckdb.parquet").schema.field("lasted").type),
    "pyarrow to DuckDB": duckdb.sql("SELECT typeof(lasted), lasted FROM 'pyarrow.parquet'").fetchall()[0],
    "Polars to DuckDB": duckdb.sql("SELECT typeof(lasted), lasted, typeof(big) FROM 'polars.parquet'").fetchall()[0],
}
print(seen)
assert seen == {
    "DuckDB to pyarrow": "fixed_size_binary[12]",
    "pyarrow to DuckDB": ("BIGINT", 5_400_000_000),
    "Polars to DuckDB": ("BIGINT", 5_400_000_000, "BLOB"),
}, seen
print("held: durations become bytes or bare numbers in Parquet")
PYTHON
