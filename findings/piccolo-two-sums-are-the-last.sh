#!/usr/bin/env bash
# piccolo 1.38.0, aiosqlite 0.22.1
#
# Results of functions are named by the function: of `Sum` of the rows and `Sum` of the errors in one query there is
# one, "sum", and it is that of the errors, as the last; the other is lost without an error. An update by a quarter is
# cut to integers: 10 and 20 rows are 2 and 5.
# Seen: sums of rows 30 and of errors 3 -> {"sum": 3}; with `as_alias` both; 10 / 4 -> 2
#
# Most would guess: both sums, or an error, as a name is there twice.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check piccolo==1.38.0 aiosqlite==0.22.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from piccolo.columns import Integer, Varchar
from piccolo.engine.sqlite import SQLiteEngine
from piccolo.query.functions import Max, Min, Sum
from piccolo.table import Table


class Run(Table, db=SQLiteEngine(path="runs.sqlite")):
    name = Varchar()
    rows = Integer()
    errors = Integer()


Run.create_table().run_sync()
Run.insert(Run(name="a", rows=10, errors=1), Run(name="b", rows=20, errors=2)).run_sync()
seen = {
    "sums": Run.select(Sum(Run.rows), Sum(Run.errors)).run_sync(),
    "reversed": Run.select(Sum(Run.errors), Sum(Run.rows)).run_sync(),
    "limits": Run.select(Min(Run.rows), Max(Run.rows), Max(Run.errors)).run_sync(),
    "named": Run.select(Sum(Run.rows).as_alias("rows"), Sum(Run.errors).as_alias("errors")).run_sync(),
}
Run.update({Run.rows: Run.rows / 4}, force=True).run_sync()
seen["quarter"] = [row["rows"] for row in Run.select(Run.rows).order_by(Run.id).run_sync()]
print(seen)
assert seen == {
    "sums": [{"sum": 3}],
    "reversed": [{"sum": 30}],
    "limits": [{"min": 10, "max": 2}],
    "named": [{"rows": 30, "errors": 3}],
    "quarter": [2, 5],
}, seen
print("held: of two sums there is the last")
PYTHON
