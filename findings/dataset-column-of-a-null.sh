#!/usr/bin/env bash
# dataset 2.0.0, SQLAlchemy 2.1.9, SQLite
#
# The library makes a table from the first row that is inserted, and a null there makes a column of text. The numbers
# after it are stored as text: no row has more than 9, though one has 10, their maximum is "9", and they are sorted as
# words. A column that begins with a day takes the time from all instants after it.
# Seen: [None, "9", "10"], and 2024-01-02 for noon of that day
#
# Most would guess: the type is chosen when the first value comes, or a number stays one in SQLite in any column.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check dataset==2.0.0 SQLAlchemy==2.1.9
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import datetime

import dataset

database = dataset.connect("sqlite:///:memory:")
runs = database["runs"]
runs.insert_many([{"errors": None}, {"errors": 9}, {"errors": 10}])
((highest,),) = (row.values() for row in database.query("SELECT max(errors) FROM runs"))
seen = {
    "stored": [row["errors"] for row in runs.all()],
    "above nine": runs.count(errors={">": 9}),
    "sorted": [row["errors"] for row in runs.find(order_by="errors")],
    "highest": highest,
}
days = database["days"]
days.insert({"at": datetime.date(2024, 1, 1)})
days.insert({"at": datetime.datetime(2024, 1, 2, 12)})
seen["days"] = [str(row["at"]) for row in days.all()]
print(seen)
assert seen == {
    "stored": [None, "9", "10"],
    "above nine": 0,
    "sorted": [None, "10", "9"],
    "highest": "9",
    "days": ["2024-01-01", "2024-01-02"],
}, seen
print("held: numbers after a null are text, and times after a day are days")
PYTHON
