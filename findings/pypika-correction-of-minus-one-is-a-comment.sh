#!/usr/bin/env bash
# pypika 0.51.1
#
# PyPika writes the difference of a column and a negative number without a blank: `"rows"--1`, and two hyphens begin a
# comment in SQL. All behind them is left out, the condition as well: an update that takes a correction of -1 from one
# row sets each row to what it was, and is said to have changed all of them; a query for rows less -1 above 5 finds
# each row that is not 0. With a correction of 1 both are right.
# Seen: UPDATE "runs" SET "rows"="rows"--1 WHERE "id"=1 -> 3 rows changed, none is one more
#
# Most would guess: one row, with a count that is one more.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pypika==0.51.1
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import sqlite3

from pypika import Query, Table

runs = Table("runs")
database = sqlite3.connect(":memory:")
database.execute("CREATE TABLE runs (id INTEGER, rows INTEGER)")
database.executemany("INSERT INTO runs VALUES (?, ?)", [(1, 1), (2, 2), (3, 3)])


def correct(correction):
    statement = Query.update(runs).set(runs.rows, runs.rows - correction).where(runs.id == 1).get_sql()
    print(statement)
    count = database.execute(statement).rowcount
    return count, [rows for (rows,) in database.execute("SELECT rows FROM runs ORDER BY id")]


right = correct(1)
wrong = correct(-1)
print(right, wrong)
assert right == (1, [0, 2, 3]), right
assert wrong == (3, [0, 2, 3]), wrong

query = Query.from_(runs).select(runs.id).where(runs.rows - (-1) > 5).get_sql()
found = [row for (row,) in database.execute(query)]
print(query, found)
assert found == [2, 3], found
PYTHON
echo "held: the update of one row changes three"
