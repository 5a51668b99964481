#!/usr/bin/env bash
# narwhals 2.29.0, pandas 3.1.1, polars 2.1.0, pyarrow 26.0.1, duckdb 2.0.1
#
# narwhals runs one expression on many kinds of tables. -2.5 is rounded to -2 by pandas and Polars, and to -3 by pyarrow
# and DuckDB. A count of 200 in 8 bits less 201 is 255 in pandas and Polars, and -1 in pyarrow. The median of 1.5, NaN
# and -2.5 is 1.5 in Polars and DuckDB, where NaN is the largest, and -0.5 in pandas and pyarrow. And the seconds of a
# time, "%S", have six digits behind them in pyarrow.
#
# Most would guess: what is written once gives one result, since that is what the library is for.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  narwhals==2.29.0 pandas==3.1.1 polars==2.1.0 pyarrow==26.0.1 duckdb==2.0.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime

import duckdb
import narwhals
import polars
import pyarrow

column = narwhals.col
EXPRESSIONS = {
    "round": column("half").round(0),
    "less": column("count") - 201,
    "median": column("mixed").median(),
    "second": column("time").dt.to_string("%S"),
}
table = pyarrow.table(
    {
        "half": [-2.5] * 3,
        "count": pyarrow.array([200] * 3, pyarrow.uint8()),
        "mixed": [1.5, float("nan"), -2.5],
        "time": [datetime.datetime(2024, 1, 1)] * 3,
    }
)
TABLES = {
    "pandas": table.to_pandas(),
    "polars": polars.from_arrow(table),
    "pyarrow": table,
    "duckdb": duckdb.from_arrow(table),
}


def first(native, expression):
    result = narwhals.from_native(native).select(value=expression)
    if isinstance(result, narwhals.LazyFrame):
        result = result.collect("pyarrow")
    return result["value"].to_list()[0]


seen = {}
for name, expression in EXPRESSIONS.items():
    tables = {kind: native for kind, native in TABLES.items() if (kind, name) != ("duckdb", "less")}  # an error there
    seen[name] = {kind: first(native, expression) for kind, native in tables.items()}
print(seen)
assert seen == {
    "round": {"pandas": -2, "polars": -2, "pyarrow": -3, "duckdb": -3},
    "less": {"pandas": 255, "polars": 255, "pyarrow": -1},
    "median": {"pandas": -0.5, "polars": 1.5, "pyarrow": -0.5, "duckdb": 1.5},
    "second": {"pandas": "00", "polars": "00", "pyarrow": "00.000000", "duckdb": "00"},
}, seen
print("held: one expression has two results, by the table that it runs on")
PYTHON
