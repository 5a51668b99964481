#!/usr/bin/env bash
# peewee 4.5.3
#
# `insert_many` takes the columns from the first row. What a later row has beyond them is left out, without an error:
# where the first run has no errors, those of the second are missing, and so is any column that is misspelt from the
# second row on. In the first row a misspelt one is an error. A column with a default is always there.
# Seen: {"name": "a"}, {"name": "b", "errors": 5} -> errors missing twice; in the other order 5 and missing
#
# Most would guess: 5 for the second row, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check peewee==4.5.3

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from peewee import CharField, IntegerField, Model, SqliteDatabase

database = SqliteDatabase(":memory:")


class Run(Model):
    name = CharField()
    errors = IntegerField(null=True)

    class Meta:
        database = database


database.create_tables([Run])


def stored(*rows):
    Run.delete().execute()
    Run.insert_many(rows).execute()
    return dict(Run.select(Run.name, Run.errors).tuples())


seen = {
    "later": stored({"name": "a"}, {"name": "b", "errors": 5}),
    "first": stored({"name": "b", "errors": 5}, {"name": "a"}),
    "misspelt": stored({"name": "a"}, {"name": "b", "erors": 5}),
}
try:
    stored({"name": "b", "erors": 5}, {"name": "a"})
except AttributeError as problem:
    print(problem)
else:
    raise SystemExit("a misspelt column of the first row is no error")
print(seen)
assert seen == {"later": {"a": None, "b": None}, "first": {"a": None, "b": 5}, "misspelt": {"a": None, "b": None}}, seen
print("held: the second row has the columns of the first")
PYTHON
