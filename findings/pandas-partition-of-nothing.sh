#!/usr/bin/env bash
# pandas 3.1.1, pyarrow 26.0.1, polars 2.1.0
#
# A frame in which one key is missing is written with partition_cols without an error, into p=a and
# p=__HIVE_DEFAULT_PARTITION__. pandas cannot read the folder again, not even the rows that have a key; without the missing
# key it can. All rows are there: pyarrow and Polars read them, and pandas with dtype_backend="pyarrow". So the first row
# without a key stops who reads, and not who wrote it.
# Seen: read_parquet: ArrowInvalid: Cannot yet unify dictionaries with nulls; pyarrow and Polars: ('a', 1) and (None, 2)
#
# Most would guess: what pandas writes, pandas reads; a missing key comes back as one, or is refused when it is written.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pandas==3.1.1 pyarrow==26.0.1 polars==2.1.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

MISSING = "Cannot yet unify dictionaries with nulls"


def read(name, **options):
    """How many rows pandas reads, or its error."""
    try:
        return len(pd.read_parquet(name, **options))
    except pa.ArrowInvalid as exc:
        return str(exc)


for name, key in {"text": "a", "number": 2024, "time": pd.Timestamp("2024-01-01")}.items():
    pd.DataFrame({"p": [key, key], "x": [1, 2]}).to_parquet(f"{name}-whole", partition_cols=["p"])
    pd.DataFrame({"p": [key, None], "x": [1, 2]}).to_parquet(name, partition_cols=["p"])
    found = [read(f"{name}-whole"), read(name), read(name, filters=[("x", "==", 1)]), read(name, dtype_backend="pyarrow")]
    print(name, found)
    assert found == [2, MISSING, MISSING, 2], found
in_pyarrow = sorted(pq.read_table("text").to_pylist(), key=lambda row: row["x"])
in_polars = pl.read_parquet("text/**/*.parquet", hive_partitioning=True).sort("x").to_dicts()
print("pyarrow:", in_pyarrow, "/ Polars:", in_polars)
assert in_pyarrow == in_polars == [{"x": 1, "p": "a"}, {"x": 2, "p": None}]
print("held: pandas cannot read the folder that it has written where a key is missing")
PYTHON
