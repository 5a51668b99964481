#!/usr/bin/env bash
# surrealdb 2.0.0 (embedded)
#
# `count(errors)` counts what is true, and 0 is not: of four runs with 0, 0, 3 and 1 errors it is 2, and a mean as sum
# by count is 2 in place of 1. The nearest rank of 50 percent of 1, 2, 3 and 4 is 3, and of 40 percent of five numbers
# the third, each one too high. 1 = 1.0 is true and both are one group, but distinct in a list.
# Seen: count(errors) 2 of 4; nearest ranks 3 and 35; groups 1, distinct 2
#
# Most would guess: 4, as in SQL; the ranks 2 and 20, as by the definition of the nearest rank; and 1 and 1.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check surrealdb==2.0.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from surrealdb import Surreal

database = Surreal("mem://")
database.use("test", "test")
for number, errors in enumerate((0, 0, 3, 1)):
    database.query(f"create run:{number} set errors = $errors", {"errors": errors})
for number in (1, 1.0):
    database.query("create load set rows = $rows", {"rows": number})
seen = {
    "count": database.query(
        "select math::sum(errors) as sum, count(errors) as errors, count() as rows from run group all"
    ),
    "ranks": [
        database.query("return math::nearestrank([1, 2, 3, 4], 50)"),
        database.query("return math::nearestrank([15, 20, 35, 40, 50], 40)"),
    ],
    "groups": len(database.query("select rows, count() from load group by rows")),
    "distinct": database.query("return array::len(array::distinct([1, 1.0]))"),
    "equal": database.query("return 1 = 1.0"),
}
print(seen)
assert seen == {
    "count": [{"sum": 4, "errors": 2, "rows": 4}],
    "ranks": [3, 35],
    "groups": 1,
    "distinct": 2,
    "equal": True,
}, seen
print("held: of four runs two have a count of errors")
PYTHON
