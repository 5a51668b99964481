#!/usr/bin/env bash
# peewee 4.5.3
#
# A fraction that meets a column of integers is cut before it goes to the database. So a filter for fewer than 3.5 rows
# is one for fewer than 3, and does not find 3; 3.9 finds 3. The sum of 3 and 4, each times 1.5, is 7, and an update
# by half as much again changes nothing; it returns the number of rows all the same. In a column of times in seconds, a
# time of 1 s is not before 1.5 s. Multiplied first, as in `rows * 2 < 7.5`, the fraction is kept.
# Seen: rows < 3.5: none of 3 and 4; rows == 3.9: 3; SUM(rows * 1.5): 7; after the update 3 and 4
#
# Most would guess: 3 for the first filter, none for the second, 10.5, and 4.5 and 6 or their whole parts.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check peewee==4.5.3

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime

from peewee import IntegerField, Model, SqliteDatabase, TimestampField, fn

database = SqliteDatabase(":memory:")


class Load(Model):
    rows = IntegerField()
    moment = TimestampField(utc=True)

    class Meta:
        database = database


def clock(second, part=0):
    return datetime.datetime(2024, 1, 1, 0, 0, second, part)


def found(condition):
    return [load.rows for load in Load.select().where(condition).order_by(Load.id)]


database.create_tables([Load])
Load.insert_many([{"rows": 3, "moment": clock(1)}, {"rows": 4, "moment": clock(2)}]).execute()
seen = {
    "below 3.5": found(Load.rows < 3.5),
    "is 3.9": found(Load.rows == 3.9),
    "twice below 7.5": found(Load.rows * 2 < 7.5),
    "before 1.5 s": found(Load.moment < clock(1, 500000)),
    "sum": Load.select(fn.SUM(Load.rows * 1.5)).scalar(),
    "updated": Load.update(rows=Load.rows * 1.5).execute(),
}
seen["after"] = [load.rows for load in Load.select().order_by(Load.id)]
print(seen)
assert seen == {
    "below 3.5": [],
    "is 3.9": [3],
    "twice below 7.5": [3],
    "before 1.5 s": [],
    "sum": 7,
    "updated": 2,
    "after": [3, 4],
}, seen
print("held: 3 is not below 3.5")
PYTHON
