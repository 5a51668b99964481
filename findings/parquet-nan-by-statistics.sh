#!/usr/bin/env bash
# pyarrow 26.0.1, duckdb 2.0.1, polars 2.1.0
#
# A Parquet file of pyarrow holds 1, 3 and NaN; its statistics leave NaN out, and end at 3. pyarrow counts three rows of at
# most 3 (count_rows) and reads two (to_table), by the same filter of the same dataset. For DuckDB NaN is larger than any
# number, and in a table it is: two rows are at most 3, one is above. In the file three rows are at most 3, and none is
# above; the maximum is 3.0, and NaN in the table. Polars, which has NaN as the largest, too, finds the same rows in both.
# Seen, at most 3 / above 3: pyarrow counts 3 / 0, reads 2 / 0; DuckDB: table 2 / 1, file 3 / 0; Polars: table 2 / 1, file 2
#       / 1
#
# Most would guess: a count is that of the rows that are read, and a file has the rows of the table from which it was
# written.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pyarrow==26.0.1 duckdb==2.0.1 polars==2.1.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import math

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

values = pa.table({"x": [1.0, 3.0, math.nan]})
pq.write_table(values, "values.parquet")
dataset, x = ds.dataset("values.parquet"), pc.field("x")


def in_duckdb(place):
    questions = ("count(*) from {} where x <= 3", "count(*) from {} where x > 3", "max(x) from {}")
    return [duckdb.execute(f"select {each.format(place)}").fetchall()[0][0] for each in questions]


def in_polars(frame):
    return [frame.filter(condition).collect().height for condition in (pl.col("x") <= 3, pl.col("x") > 3)]


counted = [dataset.count_rows(filter=condition) for condition in (x <= 3, x > 3)]
read = [dataset.to_table(filter=condition).num_rows for condition in (x <= 3, x > 3)]
print("at most 3, and above: pyarrow counts", counted, "and reads", read)
assert counted == [3, 0] and read == [2, 0], (counted, read)

table, file = in_duckdb("values"), in_duckdb("'values.parquet'")
print("DuckDB, with the maximum: table", table, "file", file)
assert table[:2] == [2, 1] and math.isnan(table[2]), table
assert file == [3, 0, 3.0], file

table, file = in_polars(pl.from_arrow(values).lazy()), in_polars(pl.scan_parquet("values.parquet"))
print("Polars: table", table, "file", file)
assert table == file == [2, 1], (table, file)
print("held: pyarrow counts, and DuckDB returns, a NaN as at most the maximum of the file's statistics")
PYTHON
