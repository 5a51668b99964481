#!/usr/bin/env bash
# sqlfluff 4.5.0, CPython's sqlite3
#
# `sqlfluff fix` moves plain columns before calculated ones. It leaves the order in "INSERT INTO t SELECT ...", where
# the order decides which column a value goes to, and changes it in a common table expression that an INSERT takes all
# columns from: the values then go into each other's columns. The view of a query gets another order of columns, too.
# There is no error where the types allow it.
#
# Most would guess: where the order of columns matters, as the fix knows for an INSERT, it stays.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check sqlfluff==4.5.0

"$folder/venv/bin/python" - <<'PYTHON'
import sqlite3

import sqlfluff

DIRECT = "INSERT INTO person SELECT upper(surname) AS surname, forename FROM source\n"
NAMED = "WITH named AS (SELECT upper(surname) AS surname, forename FROM source)"
BY_NAME = f"{NAMED} INSERT INTO person SELECT * FROM named\n"
VIEW = "CREATE VIEW person_view AS SELECT upper(surname) AS surname, forename FROM source\n"


def result(statement, query="SELECT surname, forename FROM person"):
    with sqlite3.connect(":memory:") as connection:
        connection.execute("CREATE TABLE source (surname TEXT, forename TEXT)")
        connection.execute("INSERT INTO source VALUES ('Long', 'Ann')")
        connection.execute("CREATE TABLE person (surname TEXT, forename TEXT)")
        connection.execute(statement)
        return connection.execute(query).fetchone()


def fixed(statement):
    return sqlfluff.fix(statement, dialect="sqlite")


print(fixed(BY_NAME))
seen = {
    "direct": (result(DIRECT), result(fixed(DIRECT))),
    "by name": (result(BY_NAME), result(fixed(BY_NAME))),
    "view": tuple(result(one, "SELECT * FROM person_view") for one in (VIEW, fixed(VIEW))),
}
print(seen)
right, swapped = ("LONG", "Ann"), ("Ann", "LONG")
assert seen == {"direct": (right, right), "by name": (right, swapped), "view": (right, swapped)}, seen
print("held: after a fix of style two values are inserted into each other's columns")
PYTHON
