#!/usr/bin/env bash
# polars 2.1.0, pyarrow 26.0.1, pandas 3.1.1, duckdb 2.0.1
#
# A folder that Polars has written with partition_by cannot be read by pyarrow and pandas, whether the key is a text, a
# number or a date: the key stands in the names of the folders and in the files, too, and the type that pyarrow takes from a
# name is another than that in the file. Polars and DuckDB read it, pyarrow does where it is given the types, and a folder
# that pandas has written is read by all four.
# Seen: "Unable to merge: Field p has incompatible types: large_string vs string" (int64 vs int32; date32[day] vs string)
#
# Most would guess: the folder is read, as those of pandas, pyarrow, DuckDB and Spark are.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    polars==2.1.0 pyarrow==26.0.1 pandas==3.1.1 duckdb==2.0.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime as dt

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds

READERS = {
    "pyarrow": lambda name: ds.dataset(name, partitioning="hive").to_table().num_rows,
    "pandas": lambda name: len(pd.read_parquet(name)),
    "polars": lambda name: pl.read_parquet(f"{name}/**/*.parquet").height,
    "duckdb": lambda name: len(duckdb.execute(f"from read_parquet('{name}/**/*.parquet')").fetchall()),
}


def read(name):
    """What each of the readers makes of a folder: the number of rows, or its error."""
    found = {}
    for reader, rows in READERS.items():
        try:
            found[reader] = rows(name)
        except pa.ArrowTypeError as exc:
            found[reader] = str(exc)
    print(name, found)
    return found


keys = {"text": ["a", "b"], "number": [1, 2], "date": [dt.date(2024, 1, 1), dt.date(2024, 1, 2)]}
for name, key in keys.items():
    pl.DataFrame({"p": key, "x": [1, 2]}).write_parquet(f"polars-{name}", partition_by="p")
    found = read(f"polars-{name}")
    assert "Field p has incompatible types" in str(found["pyarrow"]), found
    assert "Field p has incompatible types" in str(found["pandas"]), found
    assert found["polars"] == found["duckdb"] == 2, found
    pd.DataFrame({"p": key, "x": [1, 2]}).to_parquet(f"pandas-{name}", partition_cols=["p"])
    assert set(read(f"pandas-{name}").values()) == {2}

schema = pa.schema([("p", pa.large_string()), ("x", pa.int64())])
typed = ds.dataset("polars-text", schema=schema, partitioning=ds.partitioning(pa.schema([schema.field("p")]), flavor="hive"))
assert typed.to_table().num_rows == 2
print("held: pyarrow and pandas cannot read a folder that Polars has partitioned")
PYTHON
