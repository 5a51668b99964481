#!/usr/bin/env bash
# fastparquet 2026.9.0, pyarrow 25.0.1, polars 2.1.0, duckdb 2.0.1, pandas 3.1.1
#
# fastparquet writes a duration as a time of day. Of 90 minutes, 30 hours and minus one hour, pyarrow then reads 01:30,
# 06:00 and 23:00; polars reads 01:30 and two nulls; duckdb refuses the file. fastparquet alone reads what was written.
#
# Most would guess: a duration is a duration in Parquet, or an error; in no case a null or another time.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check fastparquet==2026.9.0 pyarrow==25.0.1 polars==2.1.0 duckdb==2.0.1 pandas==3.1.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime

import duckdb
import fastparquet
import pandas
import polars
import pyarrow.parquet

written = pandas.DataFrame({"took": pandas.to_timedelta(["90min", "30h", "-1h"])})
fastparquet.write("took.parquet", written)
try:
    by_duckdb = duckdb.sql("SELECT took FROM 'took.parquet'").fetchall()
except duckdb.InvalidInputException as error:
    by_duckdb = "refused" if "within a day" in str(error) else str(error)
seen = {
    "fastparquet": fastparquet.ParquetFile("took.parquet").to_pandas().equals(written),
    "pyarrow": pyarrow.parquet.read_table("took.parquet")["took"].to_pylist(),
    "polars": polars.read_parquet("took.parquet")["took"].to_list(),
    "duckdb": by_duckdb,
}
print(seen)
half_past_one = datetime.time(1, 30)
assert seen == {
    "fastparquet": True,
    "pyarrow": [half_past_one, datetime.time(6), datetime.time(23)],
    "polars": [half_past_one, None, None],
    "duckdb": "refused",
}, seen
print("held: one file of durations gives another time, a null, or an error, by who reads it")
PYTHON
