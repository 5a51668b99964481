#!/usr/bin/env bash
# ibis-framework 12.0.0, sqlglot 27.29.0, duckdb 2.0.1, polars 2.1.0, datafusion 49.0.0, pyarrow 26.0.1
#
# One expression, three engines, no error. In Polars null is one of the different values that `nunique()` counts, the
# last 0 letters of a name are all of it, and in a missing name a letter is found at -1. In DataFusion the median of
# 1 to 4 is 2. A missing name that is padded is an empty text in DuckDB and DataFusion. Cut to seconds, the last tenth
# of 2024-01-01 is the next day in DuckDB. A time without a zone, cast to Berlin, is in UTC but in DataFusion, where it
# is Berlin's clock, and its hour in DuckDB is one of UTC, 23, where the time is 0:59.
# Seen: nunique 3, 4, 3; median 2.5, 2.5, 2; hour 23, 0, 23
#
# Most would guess: one expression, one result.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    "ibis-framework[duckdb,polars,datafusion]==12.0.0" sqlglot==27.29.0 duckdb==2.0.1 polars==2.1.0 \
    datafusion==49.0.0 pyarrow==26.0.1

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
import datetime

import ibis
import pyarrow

table = pyarrow.table(
    {
        "id": [1, 2, 3, 4],
        "name": ["run_a", "load", None, "run_b"],
        "at": [datetime.datetime(2024, 1, 1, 23, 59, 59, 900000)] * 4,
    }
)


def results(engine):
    runs = engine.create_table("runs", table)

    def values(expression):
        rows = runs.select("id", it=expression).order_by("id")
        return engine.to_pyarrow(rows)["it"].to_pylist()

    berlin = runs.at.cast("timestamp('Europe/Berlin')")
    return {
        "nunique": engine.to_pyarrow(runs.name.nunique()).as_py(),
        "median": engine.to_pyarrow(runs.id.median()).as_py(),
        "right": values(runs.name.right(0))[:3],
        "find": values(runs.name.find("a")),
        "padded": values(runs.name.rpad(5, "*"))[1:3],
        "berlin": values(berlin)[0].isoformat(),
        "hour": values(berlin.hour())[0],
    }


seen = {name: results(getattr(ibis, name).connect()) for name in ("duckdb", "polars", "datafusion")}
for name, result in seen.items():
    print(name, result)
assert seen == {
    "duckdb": {
        "nunique": 3,
        "median": 2.5,
        "right": ["", "", None],
        "find": [4, 2, None, -1],
        "padded": ["load*", ""],
        "berlin": "2024-01-02T00:59:59.900000+01:00",
        "hour": 23,
    },
    "polars": {
        "nunique": 4,
        "median": 2.5,
        "right": ["run_a", "load", None],
        "find": [4, 2, -1, -1],
        "padded": ["load*", None],
        "berlin": "2024-01-02T00:59:59.900000+01:00",
        "hour": 0,
    },
    "datafusion": {
        "nunique": 3,
        "median": 2,
        "right": ["", "", None],
        "find": [4, 2, None, -1],
        "padded": ["load*", ""],
        "berlin": "2024-01-01T23:59:59.900000+01:00",
        "hour": 23,
    },
}, seen

duckdb = ibis.duckdb.connect()
runs = duckdb.create_table("runs", table)
second = duckdb.to_pyarrow(runs.at.cast("timestamp(0)").max()).as_py()
print("second", second)
assert second == datetime.datetime(2024, 1, 2), second
print("held: right of nothing is the whole")
PYTHON
