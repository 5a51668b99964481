#!/usr/bin/env bash
# snowflake-snowpark-python 1.56.0 (local testing), pandas 3.1.1
#
# Snowpark's local testing is to show what Snowflake would do. In SQL a null is neither equal nor unequal to anything;
# in the local test it is both: a filter `s != 'a'` keeps it, a join finds a null for each null, an update and a
# delete of what is unequal change it. So a test is green whose query has other rows in Snowflake, which would keep
# one row of three by the filter, join one, and delete none that is null.
# Seen: filter b and null; joined 1 and 3, a null with a null; all three rows deleted
#
# Most would guess: nulls as in SQL, or an error as for what is not implemented.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  "snowflake-snowpark-python[localtest]==1.56.0" pandas==3.1.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from snowflake.snowpark import Session
from snowflake.snowpark.functions import col, lit

session = Session.builder.config("local_testing", True).create()


def texts(frame):
    return [row[0] for row in frame.collect()]


frame = session.create_dataframe([[1, "a"], [2, "b"], [3, None]], schema=["k", "s"])
other = session.create_dataframe([[7, "a"], [9, None]], schema=["z", "s"])
frame.write.save_as_table("orders")
orders = session.table("orders")
seen = {
    "filter": texts(frame.filter(col("s") != "a").select("s")),
    "not in": texts(frame.filter(~col("s").isin(["a"])).select("s")),
    "join": sorted(tuple(row) for row in frame.join(other, "s").select("k", "z").collect()),
    "updated": orders.update({"k": lit(0)}, col("s") != "q").rows_updated,
    "deleted": orders.delete(col("s") != "q").rows_deleted,
}
print(seen)
assert seen == {
    "filter": ["b", None],
    "not in": ["b", None],
    "join": [(1, 7), (3, 9)],
    "updated": 3,
    "deleted": 3,
}, seen
print("held: a null is equal to a null and unequal to all else")
PYTHON
