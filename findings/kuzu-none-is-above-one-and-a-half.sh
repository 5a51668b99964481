#!/usr/bin/env bash
# kuzu 0.11.3
#
# A filter that compares a column of integers or of decimals with a number that has a point, written in the query, finds
# nothing as soon as it asks for more: of 1, 2 and 3 none is above 1.5, none is at least 2.0, and none equals 2.0. Less
# than 2.5 is right. The same numbers as parameters are right, or with `+ 0` behind the column, and so are floats.
# Seen: > 1.5: none; >= 2.0: none; = 2.0: none; < 2.5: 1 and 2; > 1.5 as a parameter: 2 and 3; not (> 1.5): 1
#
# Most would guess: 2 and 3 are above 1.5, and 2 equals 2.0.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check kuzu==0.11.3

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import kuzu

connection = kuzu.Connection(kuzu.Database(":memory:"))


def ask(query, **parameters):
    result = connection.execute(query, parameters)
    rows = []
    while result.has_next():
        rows.append(result.get_next()[0])
    return rows


def found(condition, **parameters):
    return ask(f"match (job:job) where {condition} return job.id order by job.id", **parameters)


ask("create node table job(id int64, rows int64, price decimal(10, 2), hours double, primary key(id))")
for number in (1, 2, 3):
    ask("create (:job {id: $number, rows: $number, price: $price, hours: $price})", number=number, price=float(number))
seen = {
    condition: found(condition)
    for condition in (
        "job.rows > 1.5",
        "job.rows >= 2.0",
        "job.rows = 2.0",
        "job.rows < 2.5",
        "not job.rows > 1.5",
        "job.rows + 0 > 1.5",
        "job.price > 1.5",
        "job.price = 2.0",
        "job.price < 2.5",
        "job.hours > 1.5",
    )
}
seen["parameter"] = found("job.rows > $limit", limit=1.5)
print(seen)
assert seen == {
    "job.rows > 1.5": [],
    "job.rows >= 2.0": [],
    "job.rows = 2.0": [],
    "job.rows < 2.5": [1, 2],
    "not job.rows > 1.5": [1],
    "job.rows + 0 > 1.5": [2, 3],
    "job.price > 1.5": [],
    "job.price = 2.0": [],
    "job.price < 2.5": [1, 2],
    "job.hours > 1.5": [2, 3],
    "parameter": [2, 3],
}, seen
print("held: none of 1, 2, 3 is above 1.5")
PYTHON
