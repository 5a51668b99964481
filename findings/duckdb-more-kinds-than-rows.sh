#!/usr/bin/env bash
# duckdb 2.0.1
#
# SUMMARIZE, DuckDB's profile of a table, counts 102 distinct values in the 100 rows of a range, and 10,207 in 10,000
# ids; of 1,000 different ids it has 959. It counts by approximation, also where a hundred rows are there to count, so
# a share of distinct values is above 1, and a key looks as if it had duplicates. And duckdb_tables() goes on to give
# a table 1,000 rows from which all were deleted.
#
# Most would guess: few rows are counted exactly, and there are never more distinct values than rows.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check duckdb==2.0.1

"$folder/venv/bin/python" - <<'PYTHON'
import duckdb

connection = duckdb.connect()


def one(query):
    return connection.execute(query).fetchone()


def profile(values):
    return one(f"select approx_unique, count from (summarize {values})")


numbers = profile("from range(100)")
many = profile("select 'order-' || range as id from range(10000)")
some = profile("select 'order-' || range as id from range(1000)")
connection.execute("create table emptied as from range(1000)")
connection.execute("delete from emptied")
rows = one("select count(*) from emptied")[0], one("select estimated_size from duckdb_tables()")[0]
print(numbers, many, some, rows)
assert numbers[0] > numbers[1] == 100 and many[0] > many[1] == 10000, (numbers, many)
assert some[0] < some[1] == 1000, some
assert rows == (0, 1000), rows
print("held: a profile has more distinct values than rows")
PYTHON
