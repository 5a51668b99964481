#!/usr/bin/env bash
# sqlframe 4.10.0, duckdb 2.0.1, sqlglot 30.29.0
#
# The DataFrames of Spark on another engine. In `orderBy` a missing load is the first, as in Spark, and in a window by
# the same column the last: of three loads the missing one has rank 3, so a running count that sorts by it is another,
# and the row that `orderBy` shows first is not row number 1. The maximum of an array with a null is null, and
# a list of a group's values has its nulls, where Spark leaves them out.
# Seen: orderBy: None, 1, 5; ranks: 1 1, 5 2, None 3; array_max None; collect_list [None, 5]
#
# Most would guess: rank 1 for what comes first, 3, and [5].
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    sqlframe==4.10.0 duckdb==2.0.1 sqlglot==30.29.0

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
from sqlframe.duckdb import DuckDBSession, Window
from sqlframe.duckdb import functions as f


def rows(table):
    return [tuple(row) for row in table.collect()]


session = DuckDBSession()
loads = session.createDataFrame([("a", None), ("a", 5), ("b", 1)], ["job", "load"])
order = [row[1] for row in rows(loads.orderBy("load"))]
by_load = Window.orderBy("load")
ranks = sorted(rows(loads.select(f.rank().over(by_load), f.row_number().over(by_load), "load")))
print(order, ranks)
assert order == [None, 1, 5] and ranks == [(1, 1, 1), (2, 2, 5), (3, 3, None)], ranks

largest = rows(session.range(1).select(f.array_max(f.array(f.lit(3), f.lit(None), f.lit(1)))))
listed = dict(rows(loads.groupBy("job").agg(f.collect_list("load"))))
print(largest, listed)
assert largest == [(None,)] and sorted(listed["a"], key=str) == [5, None] and listed["b"] == [1], listed
print("held: what is missing is first and last")
PYTHON
