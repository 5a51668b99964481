#!/usr/bin/env bash
# sqlite-utils 4.2.1
#
# An upsert leaves alone the columns that a row does not name. Two rows in one call of upsert_all that name different
# columns are given each other's names, with nulls: what stood there is deleted. With a batch for each row only the
# second loses its value, so it depends on the order of the rows. In two calls all values stay.
# Seen: in one call 7 becomes null in both rows, in two batches in the second, in two calls in none
#
# Most would guess: many upserts in one call do what they do one by one.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check sqlite-utils==4.2.1
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import sqlite_utils

CHANGES = [{"id": 1, "rows": 5}, {"id": 2, "errors": 6}]


def after(upsert):
    runs = sqlite_utils.Database(memory=True)["runs"]
    runs.insert_all([{"id": number, "rows": 7, "errors": 7} for number in (1, 2)], pk="id")
    upsert(runs)
    return [tuple(row.values()) for row in runs.rows]


together = after(lambda runs: runs.upsert_all(CHANGES, pk="id"))
apart = after(lambda runs: [runs.upsert(change, pk="id") for change in CHANGES])
batches = after(lambda runs: runs.upsert_all(CHANGES, pk="id", batch_size=1))
print(together, apart, batches)
assert together == [(1, 5, None), (2, None, 6)], together
assert batches == [(1, 5, 7), (2, None, 6)], batches
assert apart == [(1, 5, 7), (2, 7, 6)], apart
print("held: two upserts in one call delete a value each")
PYTHON
