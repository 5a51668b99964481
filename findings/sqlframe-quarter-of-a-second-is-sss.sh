#!/usr/bin/env bash
# sqlframe 4.10.0, duckdb 2.0.1, sqlglot 30.29.0
#
# The DataFrames of Spark on another engine. A time that is formatted with the pattern HH:mm:ss.SSS, as it is in Spark,
# ends with the letters SSS. A text that is taken from JSON keeps its quotes. Two rows of 1 and 2.5 are 1 and 3, as the
# first row gives the type, and a row's key that the first one lacks is lost. The text 2.9 is 3 as an integer, 2 in
# Spark; the first two letters from position 0 on are one, and the last two of an array are none.
# Seen: 03:04:05.SSS; "failed" in quotes; 1, 3; 3; f; []
#
# Most would guess: 03:04:05.250, failed, 1 and 2.5 or an error, 2, fa, and the last two.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    sqlframe==4.10.0 duckdb==2.0.1 sqlglot==30.29.0

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
import datetime

from sqlframe.duckdb import DuckDBSession
from sqlframe.duckdb import functions as f

session = DuckDBSession()
event = (datetime.datetime(2024, 1, 2, 3, 4, 5, 250000), '{"state": "failed"}', "2.9", "failed")
events = session.createDataFrame([event], ["time", "body", "rows", "state"])
seen = {
    "time": f.date_format("time", "HH:mm:ss.SSS"),
    "state": f.get_json_object("body", "$.state"),
    "rows": f.col("rows").cast("int"),
    "letters": f.substring("state", 0, 2),
    "last": f.slice(f.array(f.lit(1), f.lit(2), f.lit(3)), -2, 2),
}
seen = {name: events.select(column.alias("it")).collect()[0][0] for name, column in seen.items()}
print(seen)
assert seen == {
    "time": "03:04:05.SSS",
    "state": '"failed"',
    "rows": 3,
    "letters": "f",
    "last": [],
}, seen

numbers = [row[0] for row in session.createDataFrame([(1,), (2.5,)], ["load"]).collect()]
keys = [row.asDict() for row in session.createDataFrame([{"job": 1}, {"job": 2, "error": "disk"}]).collect()]
print(numbers, keys)
assert numbers == [1, 3] and keys == [{"job": 1}, {"job": 2}], (numbers, keys)
print("held: a quarter of a second is SSS")
PYTHON
