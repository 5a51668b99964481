#!/usr/bin/env bash
# sqlite-utils 4.2.1, sqlite3
#
# A CSV whose amounts are 10, 9 and nan becomes a column of type REAL, in which the nan is a text. The maximum is 'nan',
# as texts are above all numbers, the average is 6.33, as it counts for 0, and amount > 100 finds it. 1_000 in a column
# of type INTEGER is a text of five characters, worth 1 in a sum, and so is a number in Arabic digits, worth 0; of an
# identifier of twenty digits the last are lost.
#
# Most would guess: what makes the type of the column is stored as that type.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check sqlite-utils==4.2.1

"$folder/venv/bin/python" - <<'PYTHON'
import csv
import io

import sqlite_utils
from sqlite_utils.utils import TypeTracker

database = sqlite_utils.Database(memory=True)


def load(name: str, values: list[str]):
    rows = csv.DictReader(io.StringIO("amount\n" + "\n".join(values) + "\n"))
    tracker = TypeTracker()
    table = database[name].insert_all(tracker.wrap(rows))
    table.transform(types=tracker.types)
    (seen,) = database.query(
        f"select max(amount) maximum, round(avg(amount), 2) average, sum(amount > 100) above from {name}"
    )
    return database[name].columns_dict["amount"].__name__, *seen.values()


seen = [load("nan", ["10", "9", "nan"]), load("thousand", ["10", "9", "1_000"]), load("long", ["99999999999999999998"])]
print(seen)
assert seen == [("float", "nan", 6.33, 1), ("int", "1_000", 6.67, 1), ("int", 1e20, 1e20, 1)], seen
print("held: the maximum of 10, 9 and nan is a text, and their average 6.33")
PYTHON
