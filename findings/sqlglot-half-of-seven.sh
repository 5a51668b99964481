#!/usr/bin/env bash
# sqlglot 30.30.0, duckdb 2.0.1, CPython's sqlite3
#
# A query that sqlglot translates from SQLite to DuckDB runs, and has other rows. Half of a count of seven is 3.5
# instead of 3, and only with a cast before the bar does sqlglot translate the division; 1.7 as an integer is 2 instead
# of 1; and LIKE finds one of two spellings, as SQLite does not look at capital letters.
#
# Most would guess: a translation that is done without an error or a warning has the same result.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check sqlglot==30.30.0 duckdb==2.0.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import sqlite3

import duckdb
import sqlglot

TABLE = "CREATE TABLE trips (name TEXT, seats INTEGER, cost REAL)"
ROWS = [("Oslo", 7, 1.7), ("OSLO", 7, 1.7)] + [("Rome", 7, 1.7)] * 5
QUERIES = (
    "SELECT COUNT(*) / 2 FROM trips",
    "SELECT MAX(seats / 2) FROM trips",
    "SELECT MAX(CAST(seats AS INTEGER) / CAST(2 AS INTEGER)) FROM trips",
    "SELECT MAX(CAST(cost AS INTEGER)) FROM trips",
    "SELECT COUNT(*) FROM trips WHERE name LIKE 'oslo'",
    "SELECT COUNT(*) FROM trips WHERE name LIKE 'Oslo'",
)

before, after = sqlite3.connect(":memory:"), duckdb.connect()
for database in (before, after):
    database.execute(TABLE)
    database.executemany("INSERT INTO trips VALUES (?, ?, ?)", ROWS)
seen = {}
for query in QUERIES:
    (translated,) = sqlglot.transpile(query, read="sqlite", write="duckdb")
    seen[translated] = before.execute(query).fetchone()[0], after.execute(translated).fetchall()[0][0]
print(seen)
assert list(seen.values()) == [(3, 3.5), (3, 3.5), (3, 3), (1, 2), (2, 0), (2, 1)], seen
print("held: half of seven is 3 before the translation, and 3.5 behind it")
PYTHON
