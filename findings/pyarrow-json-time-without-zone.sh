#!/usr/bin/env bash
# pyarrow 26.0.1, duckdb 2.0.1
#
# From a JSON file of lines pyarrow reads "2024-07-02T00:30:00+02:00" as 22:30 of the day before, in a column without a zone.
# A line with 00:30 and no offset goes into the same column, as 00:30: one is UTC, the other a local time, and nothing tells
# them apart. One with milliseconds makes the whole column a text. From CSV pyarrow reads the same value into a column in
# UTC, and a mixture stays a text; DuckDB does so with JSON, too.
# Seen: JSON: timestamp[s], 22:30 and 00:30; CSV: timestamp[s, tz=UTC], and string for the mixture; with .500: string
#
# Most would guess: a column in UTC, as from CSV; a text where some have an offset and some have none.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pyarrow==26.0.1 duckdb==2.0.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime as dt
import json

import duckdb
import pyarrow.csv
import pyarrow.json

WITH_OFFSET, LOCAL, FINE = "2024-07-02T00:30:00+02:00", "2024-07-02T00:30:00", "2024-07-02T00:30:00.500+02:00"


def types(*times):
    """The types of a column of these times from JSON and from CSV, by DuckDB from JSON, and what pyarrow has of the JSON."""
    with open("times.json", "w") as file:
        file.writelines(json.dumps({"t": each}) + "\n" for each in times)
    with open("times.csv", "w") as file:
        file.writelines(f"{each}\n" for each in ("t", *times))
    column = pyarrow.json.read_json("times.json")["t"]
    from_csv = pyarrow.csv.read_csv("times.csv")["t"].type
    ((in_duckdb,),) = duckdb.execute("select distinct typeof(t) from read_json('times.json')").fetchall()
    print(times, "JSON:", column.type, column.to_pylist(), "/ CSV:", from_csv, "/ DuckDB, JSON:", in_duckdb)
    return str(column.type), str(from_csv), in_duckdb, column.to_pylist()


late, early = dt.datetime(2024, 7, 1, 22, 30), dt.datetime(2024, 7, 2, 0, 30)
assert types(WITH_OFFSET) == ("timestamp[s]", "timestamp[s, tz=UTC]", "TIMESTAMP WITH TIME ZONE", [late])
assert types(WITH_OFFSET, LOCAL) == ("timestamp[s]", "string", "VARCHAR", [late, early])
assert types(WITH_OFFSET, FINE)[0] == "string"
print("held: from JSON a time loses its zone, and stands in one column with times that never had one")
PYTHON
