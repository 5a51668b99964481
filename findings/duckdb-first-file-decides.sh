#!/usr/bin/env bash
# duckdb 2.0.1, pyarrow 26.0.1, polars 2.1.0
#
# Amounts are whole in the Parquet file of the first day, which has them as integers, and 1.7 in that of the second. Read
# together by '*.parquet', the second amount is 2: the file that comes first by its name gives the type, and what comes
# later is cast to it. Decimals are rounded to the places of the first file, and a time after a date loses its hour. With
# the names exchanged nothing is lost, nor with union_by_name. pyarrow refuses to lose a fraction, and Polars refuses
# another type.
# Seen: integers, then 1.7: 1 and 2, the other way round 1.7 and 1.0; 1.1, then 1.15: 1.1 and 1.2; sum 3 or 2.7
#
# Most would guess: 1.0 and 1.7, or an error, as DuckDB has one for an integer that is too large for the first file's type.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check duckdb==2.0.1 pyarrow==26.0.1 polars==2.1.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime as dt
import os
from decimal import Decimal

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq


def written(name, first, second):
    """A folder of two files of a value each."""
    os.makedirs(name)
    for number, value in enumerate((first, second), start=1):
        pq.write_table(pa.table({"x": [value]}), f"{name}/{number}.parquet")
    return name


def read(name, options=""):
    return [x for (x,) in duckdb.execute(f"select x from read_parquet('{name}/*.parquet'{options})").fetchall()]


morning = dt.datetime(2024, 1, 2, 9, 30)
cases = {
    "amounts": (1, 1.7),
    "exchanged": (1.7, 1),
    "decimals": (Decimal("1.1"), Decimal("1.15")),
    "times": (dt.date(2024, 1, 1), morning),
}
found = {name: read(written(name, *values)) for name, values in cases.items()}
print({name: [str(x) for x in values] for name, values in found.items()})
assert found["amounts"] == [1, 2] and found["exchanged"] == [1.7, 1.0], found
assert found["decimals"] == [Decimal("1.1"), Decimal("1.2")], found
assert found["times"] == [dt.date(2024, 1, 1), dt.date(2024, 1, 2)], found
totals = [duckdb.execute(f"select sum(x) from '{name}/*.parquet'").fetchall()[0][0] for name in ("amounts", "exchanged")]
print("sums:", totals, "/ with union_by_name:", read("amounts", ", union_by_name = true"))
assert totals == [3, 2.7], totals
assert read("amounts", ", union_by_name = true") == [1.0, 1.7]

refused = []
for reader in (lambda: ds.dataset("amounts").to_table(), lambda: pl.read_parquet("amounts/*.parquet")):
    try:
        reader()
    except (pa.ArrowInvalid, pl.exceptions.SchemaError) as exc:
        refused.append(str(exc).split("\n")[0])
print("pyarrow and Polars:", refused)
assert len(refused) == 2, refused
print("held: the first file gives the type, and fractions of later ones are rounded away")
PYTHON
